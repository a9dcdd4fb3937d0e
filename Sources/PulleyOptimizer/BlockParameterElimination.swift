import PulleyIR

/// Phi elimination: removes block parameters for which all branches pass the same value (trivial phis
/// in Braun et al. 2013).
struct BlockParameterElimination: Sendable {
  /// A removed parameter may make others redundant that were visited before it.
  private static let maximumRounds = 3

  /// Returns whether the function has changed; `incoming` is then out of date.
  mutating func run(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph,
    _ incoming: borrowing IncomingEdges
  ) -> Bool {
    var hasChanged = false
    for _ in 0..<Self.maximumRounds {
      var hasChangedNow = false
      for block in graph.reversePostorder where block != function.entry {
        let parameters = function.blockParameters[block.index]
        for index in 0..<Int(parameters.count) {
          let parameter = function.pool[Int(parameters.start) + index]
          if case .alias = function.definition(of: parameter) { continue }
          let value = soleArgument(
            parameter, index, incoming, incoming.listRange(of: block), function)
          guard let value else { continue }
          function.makeAlias(parameter, of: value)
          hasChangedNow = true
        }
      }
      if !hasChangedNow { break }
      hasChanged = true
    }
    if hasChanged {
      incoming.removeParameters(from: &function) { _ in true }
      function.resolveAllAliases()
    }
    return hasChanged
  }

  private func soleArgument(
    _ parameter: Value, _ index: Int, _ incoming: borrowing IncomingEdges, _ range: Range<Int>,
    _ function: borrowing Function
  ) -> Value? {
    var sole = Value.none
    for list in range {
      let place = Int(incoming.lists[list].start) + index
      let argument = function.resolve(function.pool[place])
      if argument == parameter || argument == sole { continue }
      guard sole.isNone else { return nil }
      sole = argument
    }
    return sole.isNone || function.isOnlyPassed(sole) ? nil : sole
  }
}
