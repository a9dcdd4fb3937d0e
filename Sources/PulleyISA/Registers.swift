/// The three register files.
public enum RegisterClass: UInt8, Hashable, Sendable, CaseIterable {
  case x, f, v

  /// The number of registers in each file.
  public static let registerCount = 32
}

/// A general-purpose register of 64 bits.
public struct XReg: Hashable, Sendable {
  public let number: UInt8

  public init(_ number: UInt8) {
    precondition(number < 32, "there are 32 x registers")
    self.number = number
  }

  /// The stack pointer.
  public static let sp = XReg(RegisterRoles.stackPointer)
  /// For moves that need a register; never allocated.
  public static let spillTmp0 = XReg(RegisterRoles.scratch)
}

/// A floating-point register of 64 bits.
public struct FReg: Hashable, Sendable {
  public let number: UInt8

  public init(_ number: UInt8) {
    precondition(number < 32, "there are 32 f registers")
    self.number = number
  }
}

/// A vector register of 128 bits.
public struct VReg: Hashable, Sendable {
  public let number: UInt8

  public init(_ number: UInt8) {
    precondition(number < 32, "there are 32 v registers")
    self.number = number
  }
}

extension XReg: CustomStringConvertible {
  public var description: String {
    switch number {
    case 30: "sp"
    case 31: "spilltmp0"
    default: "x\(number)"
    }
  }
}

extension FReg: CustomStringConvertible {
  public var description: String { "f\(number)" }
}

extension VReg: CustomStringConvertible {
  public var description: String { "v\(number)" }
}

/// A set of the registers x16–x31, in which bit n is x(16+n).
public struct UpperRegSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The set of `registers`, all of which must be x16 or above.
  public init(_ registers: some Sequence<XReg>) {
    var bits: UInt16 = 0
    for register in registers {
      precondition(register.number >= 16, "only x16 and above are in the set")
      bits |= 1 << UInt16(register.number - 16)
    }
    rawValue = bits
  }

  public var count: Int { rawValue.nonzeroBitCount }

  /// The registers, lowest number first.
  public var registers: [XReg] {
    (UInt8(0)..<16).filter { rawValue >> UInt16($0) & 1 == 1 }.map { XReg(16 + $0) }
  }
}

/// The x registers with a fixed use, by number. `CallABI` says what calls do to the others.
///
/// Accessors instead of stored properties, so that uses in other modules are constants.
public enum RegisterRoles {
  /// The context of the instance in functions with the convention `window`.
  @inlinable @inline(__always)
  public static var context: UInt8 { 27 }
  /// The base address of memory 0 in WebAssembly functions. Handlers have it in a parameter.
  @inlinable @inline(__always)
  public static var memoryBase: UInt8 { 28 }
  /// The size of memory 0 in bytes in WebAssembly functions. Handlers have it in a parameter.
  @inlinable @inline(__always)
  public static var memoryBound: UInt8 { 29 }
  @inlinable @inline(__always)
  public static var stackPointer: UInt8 { 30 }
  /// For moves that need a register; never allocated.
  @inlinable @inline(__always)
  public static var scratch: UInt8 { 31 }
  /// The registers that a callee preserves.
  @inlinable @inline(__always)
  public static var calleeSaved: ClosedRange<UInt8> { 16...29 }

  /// Whether this is one of the two registers of memory 0.
  @inlinable @inline(__always)
  public static func isMemoryRegister(_ number: UInt8) -> Bool {
    number == memoryBase || number == memoryBound
  }

  /// The two registers of memory 0.
  public static var memoryRegisters: UpperRegSet {
    UpperRegSet([XReg(memoryBase), XReg(memoryBound)])
  }
}
