import PulleyWasm

extension ModulePrinter {
  /// How many operands an operator takes that can be written inside its parentheses, and how many
  /// results it leaves; zeros for an operator whose indices are out of range.
  func arity(of op: Operator, _ reader: OperatorReader) -> (operands: Int, results: Int) {
    switch op.code.arity {
    case .fixed(let operands, let results): return (Int(operands), Int(results))
    case .block(let operands): return (Int(operands), blockType(op).results.count)
    case .branch: return (branchArity(op.index), 0)
    case .branchIf:
      let count = branchArity(op.index)
      return (count + 1, count)
    case .branchTable:
      // All targets take the same number of values.
      let target = reader.branchTargets(of: op).first { _ in true }
      return (1 + (target.map(branchArity) ?? 0), 0)
    case .branchOnNull:
      let count = branchArity(op.index)
      return (count + 1, count + 1)
    case .branchOnNonNull:
      let count = branchArity(op.index)
      return (count, max(count - 1, 0))
    case .castBranch:
      let count = branchArity(op.index)
      return (count, count)
    case .return: return (body.blocks.first?.resultCount ?? 0, 0)
    case .throw:
      guard op.index < tags.count else { return (0, 0) }
      return (functionType(tags[Int(op.index)])?.parameters.count ?? 0, 0)
    case .directCall(let isTail):
      guard op.index < functions.count else { return (0, 0) }
      return callArity(functions[Int(op.index)], callee: 0, isTail: isTail)
    case .typedCall(let isTail):
      return callArity(op.index, callee: 1, isTail: isTail)
    case .structureFields:
      guard op.index < types.count,
        case .structure(let fieldCount, _) = types[Int(op.index)]
      else { return (0, 1) }
      return (fieldCount, 1)
    case .arrayElements: return (Int(op.secondIndex), 1)
    }
  }

  private func branchArity(_ depth: UInt32) -> Int {
    guard depth < body.blocks.count else { return 0 }
    return body.blocks[body.blocks.count - 1 - Int(depth)].branchArity
  }

  /// - Parameter callee: how many operands say which function is called.
  private func callArity(
    _ typeIndex: UInt32, callee: Int, isTail: Bool
  ) -> (operands: Int, results: Int) {
    let type = functionType(typeIndex) ?? FunctionType()
    return (type.parameters.count + callee, isTail ? 0 : type.results.count)
  }
}
