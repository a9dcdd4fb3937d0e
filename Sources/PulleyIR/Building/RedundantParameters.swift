/// Removal of block parameters that were made for variables but stand for one value.
extension FunctionBuilder {
  /// Each round looks at all parameters that are left; a chain of joins in layout order goes in one
  /// round, so the bound on rounds only leaves parameters behind in graphs no compiler makes.
  private static let maximumRounds = 10

  mutating func removeRedundantParameters() {
    guard !variableParameters.isEmpty else { return }
    var remaining = variableParameters
    remaining.sort { $0.value.number < $1.value.number }
    var changed = true
    var round = 0
    var touched: Set<Block> = []
    while changed && round < Self.maximumRounds {
      changed = false
      round += 1
      var kept: [VariableParameter] = []
      kept.reserveCapacity(remaining.count)
      for parameter in remaining {
        if let original = soleOperand(of: parameter) {
          function.makeAlias(parameter.value, of: original)
          touched.insert(parameter.block)
          changed = true
        } else {
          kept.append(parameter)
        }
      }
      remaining = kept
    }
    for block in touched { dropAliasedParameters(of: block) }
  }

  /// The one value, other than the parameter itself, that all branches pass for it.
  private func soleOperand(of parameter: VariableParameter) -> Value? {
    guard case .parameter(_, let index) = function.definition(of: parameter.value) else {
      return nil
    }
    var sole = Value.none
    for predecessor in predecessors[parameter.block.index] {
      let list = argumentList(of: predecessor)
      let operand = function.resolve(function.pool[Int(list.start + index)])
      if operand == parameter.value || operand == sole { continue }
      guard sole.isNone else { return nil }
      sole = operand
    }
    return sole.isNone ? nil : sole
  }

  private mutating func dropAliasedParameters(of block: Block) {
    let keeps = function.parameters(of: block).map { value in
      if case .alias = function.definition(of: value) { false } else { true }
    }
    for predecessor in predecessors[block.index] {
      withArguments(of: predecessor) { function, list in
        var count: UInt32 = 0
        for (offset, keep) in keeps.enumerated() where keep {
          function.pool[Int(list.start + count)] = function.pool[Int(list.start) + offset]
          count += 1
        }
        list.count = count
      }
    }
    function.removeAliasedParameters(of: block)
  }
}
