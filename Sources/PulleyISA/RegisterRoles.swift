/// The x registers with a fixed use, by number. `CallABI` says what calls do to the others.
///
/// Accessors instead of stored properties, so that uses in other modules are constants.
public enum RegisterRoles {
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
