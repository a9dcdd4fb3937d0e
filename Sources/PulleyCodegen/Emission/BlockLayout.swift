/// The blocks that are emitted: branches are threaded through blocks that are empty after register
/// allocation.
struct BlockLayout: Sendable {
  /// The numbers, in the problem, of the blocks that are emitted, in order.
  private(set) var order: [UInt32] = []
  /// By the number of a block in the problem: the block that branches to it go to instead.
  private(set) var destinations: [UInt32] = []

  /// By the number of a block in the problem: whether it only returns, so that a jump to it can be a
  /// return.
  private(set) var returns: [Bool] = []

  private var forwards: [UInt32] = []
  private var isTarget: [Bool] = []

  /// The length to which chains of empty blocks are followed. It also ends the walk in empty loops.
  private static let maximumHops = 16

  mutating func build(
    _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder, edits: [Edit]
  ) {
    let blocks = builder.problem.blocks
    forwards.removeAll(keepingCapacity: true)
    returns.removeAll(keepingCapacity: true)
    isTarget.removeAll(keepingCapacity: true)
    isTarget.append(contentsOf: repeatElement(false, count: blocks.count))
    destinations.removeAll(keepingCapacity: true)
    order.removeAll(keepingCapacity: true)
    let jump = MachineOperation(.jump)
    var edit = 0
    for block in blocks {
      let first = block.instructions.lowerBound
      while edit < edits.count && edits[edit].position < first { edit += 1 }
      let instruction = lowering.code[Int(builder.places[Int(first)])]
      let isSingle =
        block.instructions.count == 1 && !(edit < edits.count && edits[edit].position == first)
      let isEmpty = isSingle && instruction.operation == jump
      returns.append(
        isSingle && instruction.operation == .leave
          && isShortReturn(lowering.callSites[Int(instruction.registers[0].bits)]))
      forwards.append(
        isEmpty
          ? builder.blockNumbers[Int(lowering.graph.edges[Int(instruction.registers[3].bits)].to)]
          : .max)
    }
    for block in 0..<UInt32(blocks.count) {
      var destination = block
      var hops = 0
      while forwards[Int(destination)] != .max && hops < Self.maximumHops {
        destination = forwards[Int(destination)]
        hops += 1
      }
      destinations.append(destination)
    }
    isTarget[0] = true
    for edge in builder.problem.edges where forwards[Int(edge.from)] == .max {
      let destination = Int(destinations[Int(edge.to)])
      let last = blocks[Int(edge.from)].instructions.upperBound - 1
      if returns[destination],
        lowering.code[Int(builder.places[Int(last)])].operation == jump
      {
        continue
      }
      isTarget[destination] = true
    }
    // A block of an empty loop branches to itself, or to another block of the loop.
    for block in 0..<blocks.count where isTarget[block] && forwards[block] != .max {
      var next = Int(destinations[Int(forwards[block])])
      while !isTarget[next] {
        isTarget[next] = true
        if forwards[next] == .max { break }
        next = Int(destinations[Int(forwards[next])])
      }
    }
    for block in 0..<UInt32(blocks.count)
    where isTarget[Int(block)] || (forwards[Int(block)] == .max && !returns[Int(block)]) {
      order.append(block)
    }
  }

  private func isShortReturn(_ site: CallSite) -> Bool {
    site.kind == .boundary && site.arguments.count <= 2
  }
}
