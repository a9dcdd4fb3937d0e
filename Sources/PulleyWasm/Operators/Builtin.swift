import PulleyIR

/// The functions of the runtime that translated code calls. They are host functions.
///
/// A call passes the pointer to the host function (from the array at `ContextLayout.builtins`),
/// the context and the operands. Indices of memories, tables and segments are i32. Addresses,
/// counts and sizes are i64, so that the functions serve 64-bit memories, too. References are i64.
/// Functions without a result trap where WebAssembly requires it.
public enum Builtin: UInt32, CaseIterable, Sendable {
  /// (context, memory, pages) -> the old size in pages, or -1 on failure.
  case memoryGrow
  /// (context, memory, address, byte, count)
  case memoryFill
  /// (context, destination memory, source memory, destination, source, count)
  case memoryCopy
  /// (context, memory, segment, destination, source, count)
  case memoryInit
  /// (context, segment)
  case dataDrop
  /// (context, table, reference, count) -> the old size, or -1 on failure.
  case tableGrow
  /// (context, table, start, reference, count)
  case tableFill
  /// (context, destination table, source table, destination, source, count)
  case tableCopy
  /// (context, table, segment, destination, source, count)
  case tableInit
  /// (context, segment)
  case elemDrop
  /// (context, type number, type number) -> whether the first type is a subtype of the second.
  case isSubtype
  /// (context, memory, address, offset, expected, timeout) -> the operator's result.
  case memoryAtomicWait32, memoryAtomicWait64
  /// (context, memory, address, offset, count) -> the number of threads woken.
  case memoryAtomicNotify
  /// (context, exception). Does not return.
  case exceptionThrow
  /// (context, array, start, low word, high word, count)
  case arrayFill
  /// (context, destination, start, source, start, count)
  case arrayCopy
  /// (context, type, segment, start, count) -> a new array.
  case arrayNewData, arrayNewElements
  /// (context, segment, array, destination, source, count)
  case arrayInitData, arrayInitElements
  /// (context, reference) -> the same as a reference of the other hierarchy.
  case anyFromExtern, externFromAny
  /// (context, reference to a function, type) -> whether it is not null and of the type.
  case functionMatches

  public static let count = UInt32(allCases.count)

  /// The types of the parameters, the first of which is the context.
  public var parameters: [Type] { [.i64] + types.operands }

  public var results: [Type] { types.results }

  /// The types of the parameters after the context, and of the results.
  private var types: (operands: [Type], results: [Type]) {
    switch self {
    case .memoryGrow: ([.i32, .i64], [.i64])
    case .memoryFill: ([.i32, .i64, .i32, .i64], [])
    case .memoryCopy, .memoryInit: ([.i32, .i32, .i64, .i64, .i64], [])
    case .dataDrop: ([.i32], [])
    case .tableGrow: ([.i32, .i64, .i64], [.i64])
    case .tableFill: ([.i32, .i64, .i64, .i64], [])
    case .tableCopy, .tableInit: ([.i32, .i32, .i64, .i64, .i64], [])
    case .elemDrop: ([.i32], [])
    case .isSubtype: ([.i32, .i32], [.i32])
    case .memoryAtomicWait32: ([.i32, .i64, .i64, .i32, .i64], [.i32])
    case .memoryAtomicWait64: ([.i32, .i64, .i64, .i64, .i64], [.i32])
    case .memoryAtomicNotify: ([.i32, .i64, .i64, .i32], [.i32])
    case .exceptionThrow: ([.i64], [])
    case .arrayFill, .arrayCopy: ([.i64, .i64, .i64, .i64, .i64], [])
    case .arrayNewData, .arrayNewElements: ([.i32, .i32, .i64, .i64], [.i64])
    case .arrayInitData, .arrayInitElements: ([.i32, .i64, .i64, .i64, .i64], [])
    case .anyFromExtern, .externFromAny: ([.i64], [.i64])
    case .functionMatches: ([.i64, .i32], [.i32])
    }
  }

  /// The signature in translated code, where the first parameter is the pointer to the host function.
  public var callSignature: Signature {
    Signature(
      parameters: ([.pointer] + parameters).map { ABIParameter($0) },
      results: results.map { ABIParameter($0) }, convention: .wasm)
  }
}
