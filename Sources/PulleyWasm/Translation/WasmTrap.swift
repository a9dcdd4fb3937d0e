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
  /// A `throw_ref` of a null reference.
  public static let nullExceptionReference = TrapCode.user(8)
  /// An access to a structure, an array or an i31 through a null reference.
  public static let nullStructure = TrapCode.user(9)
  public static let nullArray = TrapCode.user(10)
  public static let nullI31 = TrapCode.user(11)
  /// A cast to a type that the reference does not have.
  public static let castFailure = TrapCode.user(12)
  /// No memory for an object.
  public static let heapExhausted = TrapCode.user(13)

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
    case nullExceptionReference: "null exception reference"
    case nullStructure: "null structure reference"
    case nullArray: "null array reference"
    case nullI31: "null i31 reference"
    case castFailure: "cast failure"
    case heapExhausted: "heap exhausted"
    case .heapOutOfBounds: "out of bounds memory access"
    case .integerDivisionByZero: "integer divide by zero"
    case .integerOverflow: "integer overflow"
    case .badConversionToInteger: "invalid conversion to integer"
    case .stackOverflow: "call stack exhausted"
    default: nil
    }
  }
}
