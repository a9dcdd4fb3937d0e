import PulleyVM

extension UnsafeMutableRawPointer {
  /// Register x`number`. `self` is the machine's register pointer.
  @inline(__always)
  func x(_ number: Int) -> UInt64 {
    load(fromByteOffset: StateLayout.x(number), as: UInt64.self)
  }

  /// Register f`number`. A single is in the low half of its bits.
  @inline(__always)
  func f(_ number: Int) -> Double {
    load(fromByteOffset: StateLayout.f(number), as: Double.self)
  }

  @inline(__always)
  func setX0(_ value: UInt64) {
    storeBytes(of: value, toByteOffset: StateLayout.x(0), as: UInt64.self)
  }

  @inline(__always)
  func setX0X1(_ halves: SIMD2<UInt64>) {
    setX0(halves[0])
    storeBytes(of: halves[1], toByteOffset: StateLayout.x(1), as: UInt64.self)
  }

  @inline(__always)
  func setV0(_ halves: SIMD2<UInt64>) {
    storeBytes(of: halves, toByteOffset: StateLayout.v(0), as: SIMD2<UInt64>.self)
  }

  @inline(__always)
  func setF0(_ bits: UInt64) {
    storeBytes(of: bits, toByteOffset: StateLayout.f(0), as: UInt64.self)
  }
}
