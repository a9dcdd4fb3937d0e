/// Checks that definitions dominate uses.
extension Verifier {
  mutating func checkDominance(_ function: Function) {
    graph.compute(function)
    dominators.compute(function, graph)
    forEachSoundInstruction(function) { verifier, _ in
      let (block, inst) = (verifier.block, verifier.inst)
      guard verifier.graph.isReachable(block) else { return }
      var unavailable: [Value] = []
      function.forEachArgument(of: inst) { value in
        let original = verifier.original(of: value)
        if !verifier.isAvailable(original, at: inst, in: block, function) {
          unavailable.append(value)
        }
      }
      for value in unavailable { verifier.reportUnavailable(value, function) }
    }
  }

  private mutating func reportUnavailable(_ value: Value, _ function: Function) {
    let name = function.name(of: value)
    switch function.definition(of: original(of: value)) {
    case .parameter(let owner, _):
      report(
        .dominance, "uses value arg from non-dominating \(function.name(of: owner)) (\(name))")
    case .result(let source, _) where source == inst:
      report(.dominance, "uses value \(name) from itself")
    case .result(let source, _) where source.index < function.instructions.count:
      let owner = function.block(of: source)
      report(
        .dominance,
        owner.isNone
          ? "\(name) is defined by an instruction which has no block"
          : "uses value \(name) from non-dominating "
            + (owner == block ? "instruction after this one" : function.name(of: owner)))
    default:
      report(.dominance, "\(name) is not defined")
    }
  }

  private func isAvailable(
    _ value: Value, at inst: Inst, in block: Block, _ function: Function
  ) -> Bool {
    switch function.definition(of: value) {
    case .alias:
      return false
    case .parameter(let owner, let index):
      guard owner.index < function.blockCount, graph.isReachable(owner) else { return false }
      let parameters = function.blockParameters[owner.index]
      guard index < parameters.count,
        function.pool[Int(parameters.start) + Int(index)] == value
      else { return false }
      return dominators.dominates(owner, block)
    case .result(let source, let index):
      guard source.index < function.instructions.count, places[source.index] != 0 else {
        return false
      }
      let results = function.results(of: source)
      guard index < results.count, Int(results.start) + Int(index) < function.pool.count,
        function.pool[Int(results.start) + Int(index)] == value
      else {
        // Invalid names of results have been reported already.
        return source == inst && index >= .max - 1
      }
      if source == inst { return function.instructions[inst].operation.format.hasExceptionTable }
      let owner = function.block(of: source)
      if owner == block { return places[source.index] < places[inst.index] }
      return dominators.dominates(owner, block)
    }
  }
}
