/// Where the machine keeps its registers: offsets in bytes from the pointer that a host function's
/// `invoke` receives.
enum RegisterFile {
  static let x = 0
  static let f = 256
  static let stackPointer = x + 30 * 8
}

extension UnsafeMutableRawPointer {
  /// Register x`number`, this being the register file.
  @inline(__always)
  func x(_ number: Int) -> UInt64 {
    load(fromByteOffset: RegisterFile.x + number * 8, as: UInt64.self)
  }

  /// Register f`number`; the low half of the bits if it holds a single.
  @inline(__always)
  func f(_ number: Int) -> Double {
    load(fromByteOffset: RegisterFile.f + number * 8, as: Double.self)
  }

  @inline(__always)
  func setX0(_ value: UInt64) {
    storeBytes(of: value, toByteOffset: RegisterFile.x, as: UInt64.self)
  }

  @inline(__always)
  func setF0(_ bits: UInt64) {
    storeBytes(of: bits, toByteOffset: RegisterFile.f, as: UInt64.self)
  }
}
