import PulleyWasm

/// Evaluates the constant expressions of a validated module in an instance.
struct ConstantEvaluator {
  let instance: WasmInstanceState

  /// The bits of a value other than a vector.
  func evaluate(_ expression: ConstantExpression) throws(PulleyError) -> UInt64 {
    try cell(expression).low
  }

  /// The bits of the value in the form of a cell.
  func cell(_ expression: ConstantExpression) throws(PulleyError) -> CellBits {
    var stack: [CellBits] = []
    for operation in expression {
      switch operation.code {
      case .i32Const, .i64Const, .f32Const, .f64Const:
        stack.append(CellBits(low: operation.bits))
      case .v128Const:
        stack.append(CellBits(low: operation.bits, high: operation.highBits))
      case .globalGet:
        guard instance.globals.indices.contains(Int(operation.index)) else { throw malformed() }
        stack.append(instance.globals[Int(operation.index)].cell.cellBits)
      case .refNull:
        stack.append(CellBits(low: 0))
      case .refFunc:
        let reference = instance.reference(toFunction: Int(operation.index))
        stack.append(CellBits(low: UInt64(reference)))
      case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul:
        guard let b = stack.popLast(), let a = stack.popLast() else { throw malformed() }
        stack.append(CellBits(low: Self.compute(operation.code, a.low, b.low)))
      default:
        throw PulleyError(
          .unsupported,
          "\(operation.code.mnemonic) in a constant expression needs garbage collection, which is"
            + " not supported",
          offset: Int(operation.offset))
      }
    }
    guard let value = stack.last else { throw malformed() }
    return value
  }

  private static func compute(_ code: OperatorCode, _ a: UInt64, _ b: UInt64) -> UInt64 {
    let (a32, b32) = (UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
    return switch code {
    case .i32Add: UInt64(a32 &+ b32)
    case .i32Sub: UInt64(a32 &- b32)
    case .i32Mul: UInt64(a32 &* b32)
    case .i64Add: a &+ b
    case .i64Sub: a &- b
    default: a &* b
    }
  }

  private func malformed() -> PulleyError {
    PulleyError(.internal, "a constant expression passed validation but has no value")
  }
}
