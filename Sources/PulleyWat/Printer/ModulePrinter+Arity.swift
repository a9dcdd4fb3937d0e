import PulleyWasm

extension ModulePrinter {
  /// How many operands an operator takes that can be written inside of it, and how many results it
  /// leaves; zeros if that cannot be told.
  func arity(of operation: Operator, _ reader: OperatorReader) -> (operands: Int, results: Int) {
    if let (operands, results) = operation.code.fixedArity { return (operands, results) }
    switch operation.code {
    case .block, .loop, .tryTable: return (0, blockType(operation).results.count)
    case .if: return (1, blockType(operation).results.count)
    case .br: return (branchArity(operation.index), 0)
    case .brIf:
      let count = branchArity(operation.index)
      return (count + 1, count)
    case .brTable:
      // All targets take as many values as the first one.
      return (
        1 + (reader.branchTargets(of: operation).first { _ in true }.map(branchArity) ?? 0), 0
      )
    case .brOnNull:
      let count = branchArity(operation.index)
      return (count + 1, count + 1)
    case .brOnNonNull:
      let count = branchArity(operation.index)
      return (count, max(count - 1, 0))
    case .brOnCast, .brOnCastFail:
      let count = branchArity(operation.index)
      return (count, count)
    case .return: return (body.blocks.first?.resultCount ?? 0, 0)
    case .throw:
      guard operation.index < tags.count else { return (0, 0) }
      return (functionType(tags[Int(operation.index)])?.parameters.count ?? 0, 0)
    case .call, .returnCall:
      guard operation.index < functions.count else { return (0, 0) }
      return callArity(functions[Int(operation.index)], operation.code, target: 0)
    case .callIndirect, .returnCallIndirect, .callRef, .returnCallRef:
      return callArity(operation.index, operation.code, target: 1)
    case .structNew:
      guard operation.index < types.count,
        case .structure(let fieldCount, _) = types[Int(operation.index)]
      else { return (0, 1) }
      return (fieldCount, 1)
    case .arrayNewFixed: return (Int(operation.secondIndex), 1)
    default: return (0, 0)
    }
  }

  private func branchArity(_ depth: UInt32) -> Int {
    guard depth < body.blocks.count else { return 0 }
    return body.blocks[body.blocks.count - 1 - Int(depth)].branchArity
  }

  private func callArity(
    _ typeIndex: UInt32, _ code: OperatorCode, target: Int
  ) -> (operands: Int, results: Int) {
    let type = functionType(typeIndex) ?? FunctionType()
    let isTail: Bool =
      switch code {
      case .returnCall, .returnCallIndirect, .returnCallRef: true
      default: false
      }
    return (type.parameters.count + target, isTail ? 0 : type.results.count)
  }
}
