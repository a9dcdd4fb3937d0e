import PulleyIR

/// The trap codes of WebAssembly that the IR does not define itself.
public enum WasmTrap {
  /// The `unreachable` operator.
  public static let unreachable = TrapCode.user(1)
  /// `table.get` or `table.set` with an index past the end.
  public static let tableOutOfBounds = TrapCode.user(2)
  /// An indirect call with an index past the end of the table.
  public static let undefinedElement = TrapCode.user(3)
  /// An indirect call through a null reference in a table.
  public static let uninitializedElement = TrapCode.user(4)
  /// An indirect call of a function of another type.
  public static let indirectCallTypeMismatch = TrapCode.user(5)
  /// A null reference where the operator takes none.
  public static let nullReference = TrapCode.user(6)
  /// A call through a null reference.
  public static let nullFunctionReference = TrapCode.user(7)

  /// The message of the specification's tests for a trap; nil for codes that translated code does not
  /// use.
  public static func message(for code: TrapCode) -> String? {
    switch code {
    case unreachable: "unreachable"
    case tableOutOfBounds: "out of bounds table access"
    case undefinedElement: "undefined element"
    case uninitializedElement: "uninitialized element"
    case indirectCallTypeMismatch: "indirect call type mismatch"
    case nullReference: "null reference"
    case nullFunctionReference: "null function reference"
    case .heapOutOfBounds: "out of bounds memory access"
    case .integerDivisionByZero: "integer divide by zero"
    case .integerOverflow: "integer overflow"
    case .badConversionToInteger: "invalid conversion to integer"
    case .stackOverflow: "call stack exhausted"
    default: nil
    }
  }
}
