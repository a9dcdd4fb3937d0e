import PulleyWasm

/// Evaluates the constant expressions of a validated module in an instance being made.
struct ConstantEvaluator {
  let instance: InstanceState

  /// The bits of the value, as a cell holds them.
  func evaluate(_ expression: ConstantExpression) throws(PulleyError) -> UInt64 {
    var stack: [UInt64] = []
    for operation in expression {
      switch operation.code {
      case .i32Const, .i64Const, .f32Const, .f64Const:
        stack.append(operation.bits)
      case .globalGet:
        guard instance.globals.indices.contains(Int(operation.index)) else { throw malformed() }
        stack.append(instance.globals[Int(operation.index)].cell.pointee)
      case .refNull:
        stack.append(0)
      case .refFunc:
        stack.append(UInt64(instance.reference(toFunction: Int(operation.index))))
      case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul:
        guard let b = stack.popLast(), let a = stack.popLast() else { throw malformed() }
        stack.append(Self.compute(operation.code, a, b))
      default:
        throw PulleyError(
          .unsupported, "\(operation.code) in a constant expression",
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
