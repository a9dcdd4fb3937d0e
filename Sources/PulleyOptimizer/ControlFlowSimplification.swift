import PulleyIR

/// Control-flow simplification (Muchnick, "Advanced Compiler Design and Implementation", 18.1 to
/// 18.5): removes unreachable blocks, threads branches through empty blocks, and merges a block with
/// its only successor if that has no other predecessor.
struct ControlFlowSimplification: Sendable {
  /// By block: its destination, if the block is only a jump.
  private var forwards: [BlockCall] = []
  private var isRemoved: [Bool] = []
  /// By block: whether it is the header of a loop, or nil if that has not been computed.
  private var beginsLoop: [Bool?] = []

  /// Returns whether the function has changed since `graph` was computed, which is up to date
  /// afterwards. `isStale` says that it has changed already.
  mutating func run(
    _ function: inout Function, _ graph: inout ControlFlowGraph, isStale: Bool
  ) -> Bool {
    if isStale { graph.compute(function) }
    var hasChanged = removeUnreachable(&function, graph)
    if forwardBranches(&function, graph) {
      graph.compute(function)
      _ = removeUnreachable(&function, graph)
      hasChanged = true
    }
    if mergeBlocks(&function, graph) {
      graph.compute(function)
      hasChanged = true
    }
    return hasChanged || isStale
  }

  private func removeUnreachable(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph
  ) -> Bool {
    guard graph.reversePostorder.count != function.blockOrder.count else { return false }
    var kept: [Block] = []
    kept.reserveCapacity(graph.reversePostorder.count)
    for block in function.blockOrder {
      if graph.isReachable(block) { kept.append(block) } else { function.coldBlocks.remove(block) }
    }
    function.blockOrder = kept
    return true
  }

  private mutating func forwardBranches(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph
  ) -> Bool {
    forwards.removeAll(keepingCapacity: true)
    forwards.append(contentsOf: repeatElement(.none, count: function.blockCount))
    beginsLoop.removeAll(keepingCapacity: true)
    beginsLoop.append(contentsOf: repeatElement(nil, count: function.blockCount))
    var isUseful = false
    for block in function.blockOrder where block != function.entry {
      let inst = function.firstInstruction(of: block)
      guard function.instructions[inst].operation == .jump,
        function.blockParameters[block.index].count == 0
      else { continue }
      let next = function.instructions[inst].destination
      // The preheader of a loop stays: loop-invariant code motion needs it.
      if isEntered(next.block, from: block, graph) { continue }
      forwards[block.index] = next
      isUseful = true
    }
    guard isUseful else { return false }
    var hasChanged = false
    for block in function.blockOrder {
      let inst = function.lastInstruction(of: block)
      switch function.instructions[inst].operation {
      case .jump:
        let call = function.instructions[inst].destination
        if let end = end(of: call, isTable: false) {
          function.instructions[inst].destination = end
          hasChanged = true
        }
      case .brif:
        if let end = end(of: function.instructions[inst].destination, isTable: false) {
          function.instructions[inst].destination = end
          hasChanged = true
        }
        if let end = end(of: function.instructions[inst].otherwise, isTable: false) {
          function.instructions[inst].otherwise = end
          hasChanged = true
        }
      case .br_table:
        let table = function.instructions[inst].jumpTable
        for slot in function.jumpTables[table].entries.indices {
          if let end = end(of: function.jumpTables[table].entries[slot], isTable: true) {
            function.jumpTables[table].entries[slot] = end
            hasChanged = true
          }
        }
        if let end = end(of: function.jumpTables[table].default, isTable: true) {
          function.jumpTables[table].default = end
          hasChanged = true
        }
      case .try_call, .try_call_indirect:
        var ends: [(slot: Int, end: BlockCall)] = []
        function.forEachDestination(of: inst) { slot, call in
          if let end = end(of: call, isTable: false) { ends.append((slot, end)) }
        }
        for (slot, end) in ends {
          function.changeDestination(of: inst, slot) { $0 = end }
          hasChanged = true
        }
      default:
        break
      }
    }
    return hasChanged
  }

  /// Whether `header` is the header of a loop and `block` is outside it.
  private mutating func isEntered(
    _ header: Block, from block: Block, _ graph: borrowing ControlFlowGraph
  ) -> Bool {
    let place = graph.position(of: header)
    guard graph.position(of: block) < place else { return false }
    if let known = beginsLoop[header.index] { return known }
    var beginsLoop = false
    for predecessor in graph.predecessors(of: header)
    where graph.position(of: predecessor) >= place {
      beginsLoop = true
      break
    }
    self.beginsLoop[header.index] = beginsLoop
    return beginsLoop
  }

  /// The final destination of a branch, or nil if it does not go through an empty block.
  private func end(of call: BlockCall, isTable: Bool) -> BlockCall? {
    var end = call
    // The limit ends the walk in a loop of empty blocks. It may end it early, which does no harm.
    for _ in 0..<8 {
      let next = forwards[end.block.index]
      // If there are arguments, each entry of a table would need its own moves.
      if next.block.isNone || next.block == end.block || isTable && next.arguments.count > 0 {
        break
      }
      end = next
    }
    return end.block == call.block ? nil : end
  }

  private mutating func mergeBlocks(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph
  ) -> Bool {
    isRemoved.removeAll(keepingCapacity: true)
    isRemoved.append(contentsOf: repeatElement(false, count: function.blockCount))
    var hasChanged = false
    var hasAliases = false
    for block in function.blockOrder where !isRemoved[block.index] {
      while true {
        let last = function.lastInstruction(of: block)
        guard function.instructions[last].operation == .jump else { break }
        let call = function.instructions[last].destination
        let next = call.block
        guard next != function.entry, next != block, graph.predecessorCount(of: next) == 1 else {
          break
        }
        let parameters = function.blockParameters[next.index]
        for index in 0..<Int(parameters.count) {
          function.makeAlias(
            function.pool[Int(parameters.start) + index],
            of: function.pool[Int(call.arguments.start) + index])
          hasAliases = true
        }
        function.remove(last)
        function.moveInstructions(of: next, toEndOf: block)
        function.removeAliasedParameters(of: next)
        function.coldBlocks.remove(next)
        isRemoved[next.index] = true
        hasChanged = true
      }
    }
    guard hasChanged else { return false }
    function.blockOrder.removeAll { isRemoved[$0.index] }
    if hasAliases { function.resolveAllAliases() }
    return true
  }
}
