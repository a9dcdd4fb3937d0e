/// Facts that the allocator computes from the blocks and edges of a problem: predecessors, loop depths
/// and the block of each instruction.
struct FlowGraph: Sendable {
  /// By block, with one more element at the end: the index of its first edge in `predecessorEdges`.
  private(set) var predecessorStart: [UInt32] = []
  /// The numbers of edges, grouped by their targets.
  private(set) var predecessorEdges: [UInt32] = []
  private(set) var successorCount: [UInt32] = []
  private(set) var blockOfInstruction: [UInt32] = []
  /// By block: its estimated frequency.
  private(set) var frequency: [Int64] = []
  /// By block: the nearest earlier block with a smaller loop depth, or -1; and the nearest later one,
  /// or the number of blocks.
  private(set) var shallowerBefore: [Int32] = []
  private(set) var shallowerAfter: [Int32] = []
  private(set) var depth: [UInt16] = []
  private(set) var start: [ProgramPoint] = []
  private(set) var end: [ProgramPoint] = []
  /// The points at which calls clobber registers, ascending.
  private(set) var clobbers: [ProgramPoint] = []

  /// Loop depths are capped at this, because each step out of a loop takes time.
  private static let depthLimit: UInt16 = 31

  /// The largest number of instructions for which points fit their type.
  static let instructionLimit = 1 << 28

  mutating func build(_ problem: borrowing AllocationProblem) throws(AllocationError) {
    let blockCount = problem.blocks.count
    guard problem.instructions.count < Self.instructionLimit else {
      throw .malformed("too many instructions")
    }
    predecessorStart.reset(to: 0, count: blockCount + 1)
    successorCount.reset(to: 0, count: blockCount)
    for edge in problem.edges {
      guard edge.from < blockCount, edge.to < blockCount else {
        throw .malformed("an edge from or to a block that does not exist")
      }
      successorCount[Int(edge.from)] += 1
      predecessorStart[Int(edge.to) + 1] += 1
    }
    for block in 0..<blockCount { predecessorStart[block + 1] += predecessorStart[block] }
    predecessorEdges.reset(to: 0, count: problem.edges.count)
    for (number, edge) in problem.edges.enumerated() {
      // Filling advances the starts, which are reset below.
      predecessorEdges[Int(predecessorStart[Int(edge.to)])] = UInt32(number)
      predecessorStart[Int(edge.to)] += 1
    }
    for block in stride(from: blockCount, to: 0, by: -1) {
      predecessorStart[block] = predecessorStart[block - 1]
    }
    predecessorStart[0] = 0
    try checkEdges(problem)
    try fillInstructions(problem)
    findShallowerBlocks()
  }

  func predecessors(of block: Int) -> Range<Int> {
    Int(predecessorStart[block])..<Int(predecessorStart[block + 1])
  }

  func block(at point: ProgramPoint) -> Int { Int(blockOfInstruction[Int(point.instruction)]) }

  /// The estimated frequency of the moves on `edge`.
  func frequency(of edge: ProblemEdge) -> Int64 {
    successorCount[Int(edge.from)] == 1
      ? frequency[Int(edge.from)] : frequency[Int(edge.to)]
  }

  private func checkEdges(_ problem: borrowing AllocationProblem) throws(AllocationError) {
    for edge in problem.edges {
      guard edge.arguments.count == problem.blocks[Int(edge.to)].parameters.count else {
        throw .malformed("block \(edge.to) takes another number of arguments")
      }
      guard edge.to != 0 else { throw .malformed("the entry block has a predecessor") }
      let instructions = problem.blocks[Int(edge.from)].instructions
      guard let last = instructions.last else {
        throw .malformed("block \(edge.from) is empty")
      }
      let operands = problem.instructions[Int(last)].operands
      if successorCount[Int(edge.from)] == 1 {
        guard operands.isEmpty else {
          throw .malformed("the terminator of block \(edge.from) has operands")
        }
        continue
      }
      guard predecessors(of: Int(edge.to)).count == 1 else {
        throw .malformed("the edge from block \(edge.from) to block \(edge.to) is critical")
      }
      for index in operands where problem.operands[Int(index)].role != .use {
        throw .malformed("the terminator of block \(edge.from) defines a register")
      }
    }
  }

  private mutating func fillInstructions(
    _ problem: borrowing AllocationProblem
  ) throws(AllocationError) {
    let blockCount = problem.blocks.count
    blockOfInstruction.reset(to: 0, count: problem.instructions.count)
    depth.reset(to: 0, count: blockCount)
    frequency.reset(to: 0, count: blockCount)
    start.reset(to: 0, count: blockCount)
    end.reset(to: 0, count: blockCount)
    clobbers.removeAll(keepingCapacity: true)
    for (number, block) in problem.blocks.enumerated() {
      guard !block.instructions.isEmpty else { throw .malformed("block \(number) is empty") }
      depth[number] = min(block.loopDepth, Self.depthLimit)
      frequency[number] = Cost.frequency(loopDepth: block.loopDepth)
      start[number] = .before(block.instructions.lowerBound)
      end[number] = .before(block.instructions.upperBound)
      for instruction in block.instructions {
        blockOfInstruction[Int(instruction)] = UInt32(number)
        if problem.instructions[Int(instruction)].kind == .call {
          clobbers.append(.clobber(instruction))
        }
      }
    }
  }

  private mutating func findShallowerBlocks() {
    let blockCount = depth.count
    shallowerBefore.reset(to: -1, count: blockCount)
    shallowerAfter.reset(to: Int32(blockCount), count: blockCount)
    for block in 0..<blockCount {
      var candidate = Int32(block) - 1
      while candidate >= 0, depth[Int(candidate)] >= depth[block] {
        candidate = shallowerBefore[Int(candidate)]
      }
      shallowerBefore[block] = candidate
    }
    for block in stride(from: blockCount - 1, through: 0, by: -1) {
      var candidate = block + 1
      while candidate < blockCount, depth[candidate] >= depth[block] {
        candidate = Int(shallowerAfter[candidate])
      }
      shallowerAfter[block] = Int32(candidate)
    }
  }
}

extension Array {
  /// Makes the array `count` copies of `value`, and keeps its storage.
  mutating func reset(to value: Element, count: Int) {
    removeAll(keepingCapacity: true)
    append(contentsOf: repeatElement(value, count: count))
  }
}
