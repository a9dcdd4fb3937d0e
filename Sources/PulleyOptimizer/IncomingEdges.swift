import PulleyIR

/// The edges into each block, with the arguments that each passes.
struct IncomingEdges: Sendable {
  struct Edge: Sendable {
    var inst: Inst
    /// The number of the destination.
    var slot: UInt32
    var arguments: ValueList
  }

  private var starts: [UInt32] = []
  private(set) var edges: [Edge] = []
  private var listStarts: [UInt32] = []
  private(set) var lists: [ValueList] = []

  /// The indices of the `edges` into `block`.
  func range(of block: Block) -> Range<Int> {
    Int(starts[block.index])..<Int(starts[block.index + 1])
  }

  /// The indices of the `lists` that are passed to `block`. Entries of a jump table may share one.
  func listRange(of block: Block) -> Range<Int> {
    Int(listStarts[block.index])..<Int(listStarts[block.index + 1])
  }

  /// Collects the branches of all blocks of the layout.
  mutating func compute(_ function: borrowing Function) {
    starts.removeAll(keepingCapacity: true)
    starts.append(contentsOf: repeatElement(0, count: function.blockCount + 1))
    var total = 0
    forEachBranch(function) { incoming, block, _ in
      incoming.starts[block.index] += 1
      total += 1
    }
    var end: UInt32 = 0
    for index in starts.indices {
      end += starts[index]
      starts[index] = end
    }
    edges.removeAll(keepingCapacity: true)
    edges.append(
      contentsOf: repeatElement(Edge(inst: .none, slot: 0, arguments: .empty), count: total))
    forEachBranch(function) { incoming, block, edge in
      incoming.starts[block.index] -= 1
      incoming.edges[Int(incoming.starts[block.index])] = edge
    }
    listStarts.removeAll(keepingCapacity: true)
    lists.removeAll(keepingCapacity: true)
    for index in 0..<function.blockCount {
      listStarts.append(UInt32(lists.count))
      for edge in Int(starts[index])..<Int(starts[index + 1]) {
        let list = edges[edge].arguments
        if edge == Int(starts[index]) || lists[lists.count - 1] != list { lists.append(list) }
      }
    }
    listStarts.append(UInt32(lists.count))
  }

  private mutating func forEachBranch(
    _ function: borrowing Function, _ body: (inout IncomingEdges, Block, Edge) -> Void
  ) {
    for block in function.blockOrder {
      let inst = function.lastInstruction(of: block)
      if inst.isNone { continue }
      function.forEachDestination(of: inst) { slot, call in
        body(&self, call.block, Edge(inst: inst, slot: UInt32(slot), arguments: call.arguments))
      }
    }
  }
}

extension IncomingEdges {
  /// Removes the block parameters that are aliases or for which `isNeeded` is false, and the arguments
  /// passed for them. The edges are out of date afterwards.
  func removeParameters(from function: inout Function, unless isNeeded: (Value) -> Bool) {
    var isKept: [Bool] = []
    for block in function.blockOrder where block != function.entry {
      let parameters = function.blockParameters[block.index]
      let places = Int(parameters.start)..<Int(parameters.start + parameters.count)
      isKept.removeAll(keepingCapacity: true)
      for place in places {
        let value = function.pool[place]
        if case .alias = function.definition(of: value) {
          isKept.append(false)
        } else {
          isKept.append(isNeeded(value))
        }
      }
      guard isKept.contains(false) else { continue }
      var last: (old: ValueList, new: ValueList)?
      for edge in range(of: block) {
        // Entries of a table that share a list share the new one.
        let old = edges[edge].arguments
        if last?.old != old { last = (old, function.copy(old, keeping: isKept)) }
        if let last {
          function.setArguments(of: edges[edge].inst, to: Int(edges[edge].slot), last.new)
        }
      }
      function.removeParameters(of: block, keeping: isKept)
    }
  }
}

extension Function {
  /// Makes a new list, because a branch to another block may use the old one, too.
  fileprivate mutating func copy(_ list: ValueList, keeping isKept: [Bool]) -> ValueList {
    let start = pool.count
    for (offset, isKept) in isKept.enumerated() where isKept {
      let argument = pool[Int(list.start) + offset]
      pool.append(argument)
    }
    let count = UInt32(pool.count - start)
    return count == 0 ? .empty : ValueList(start: UInt32(start), count: count)
  }
}
