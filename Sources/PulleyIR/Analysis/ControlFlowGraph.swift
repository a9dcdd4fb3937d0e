/// The control flow graph of a function, and the reverse postorder of its reachable blocks.
///
/// There is one edge for each destination of each terminator, so there may be several between two
/// blocks: both sides of a `brif`, or entries of a jump table. Computing the graph again, for any
/// function, keeps the storage.
public struct ControlFlowGraph: Sendable {
  /// The reachable blocks, each before its successors, except for back edges.
  public private(set) var reversePostorder: [Block] = []
  /// By block: its index in `reversePostorder`.
  private var positions: [UInt32] = []
  private var successorStarts: [UInt32] = []
  private var successorBlocks: [Block] = []
  private var predecessorStarts: [UInt32] = []
  private var predecessorBlocks: [Block] = []
  private var stack: [(block: Block, next: Int)] = []

  public init() {}

  public init(_ function: borrowing Function) { compute(function) }

  public mutating func compute(_ function: borrowing Function) {
    let count = function.blockCount
    computeSuccessors(function, count)
    computeOrder(entry: function.entry, count)
    computePredecessors(count)
  }

  /// The successors, in the order of the destinations of the terminator. The default of a jump table
  /// is the last.
  public func successors(of block: Block) -> ArraySlice<Block> {
    successorBlocks[successorRange(of: block)]
  }

  /// The predecessors: one for each edge from a reachable block.
  public func predecessors(of block: Block) -> ArraySlice<Block> {
    predecessorBlocks[predecessorRange(of: block)]
  }

  public func predecessorCount(of block: Block) -> Int { predecessorRange(of: block).count }
  public func successorCount(of block: Block) -> Int { successorRange(of: block).count }

  public func isReachable(_ block: Block) -> Bool { positions[block.index] != .max }

  /// Whether there is a cycle of reachable blocks.
  public var hasCycle: Bool {
    reversePostorder.contains { block in
      successors(of: block).contains { position(of: $0) <= position(of: block) }
    }
  }

  /// The index of a reachable block in `reversePostorder`.
  public func position(of block: Block) -> Int { Int(positions[block.index]) }

  private func successorRange(of block: Block) -> Range<Int> {
    Int(successorStarts[block.index])..<Int(successorStarts[block.index + 1])
  }

  private func predecessorRange(of block: Block) -> Range<Int> {
    Int(predecessorStarts[block.index])..<Int(predecessorStarts[block.index + 1])
  }

  private mutating func computeSuccessors(_ function: borrowing Function, _ count: Int) {
    successorStarts.removeAll(keepingCapacity: true)
    successorBlocks.removeAll(keepingCapacity: true)
    successorStarts.reserveCapacity(count + 1)
    for number in 0..<UInt32(count) {
      successorStarts.append(UInt32(successorBlocks.count))
      let last = function.lastInstruction(of: Block(number: number))
      if last.isNone { continue }
      switch function.instructions[last].operation {
      case .jump:
        addSuccessor(function.instructions[last].destination.block, count)
      case .brif:
        addSuccessor(function.instructions[last].destination.block, count)
        addSuccessor(function.instructions[last].otherwise.block, count)
      case .br_table:
        guard function.jumpTables.contains(function.instructions[last].jumpTable) else { break }
        let table = function.jumpTables[function.instructions[last].jumpTable]
        for entry in table.entries { addSuccessor(entry.block, count) }
        addSuccessor(table.default.block, count)
      case .try_call, .try_call_indirect:
        let number = function.instructions[last].exceptionTable
        guard function.exceptionTables.contains(number) else { break }
        addSuccessor(function.exceptionTables[number].normal.block, count)
        for handler in function.exceptionTables[number].handlers {
          addSuccessor(handler.block, count)
        }
      default:
        break
      }
    }
    successorStarts.append(UInt32(successorBlocks.count))
  }

  /// Ignores blocks that do not exist: the verifier computes the graphs of invalid functions.
  private mutating func addSuccessor(_ block: Block, _ count: Int) {
    if block.index < count { successorBlocks.append(block) }
  }

  private mutating func computePredecessors(_ count: Int) {
    predecessorStarts.removeAll(keepingCapacity: true)
    predecessorStarts.append(contentsOf: repeatElement(0, count: count + 1))
    var total = 0
    for block in reversePostorder {
      for index in successorRange(of: block) {
        predecessorStarts[successorBlocks[index].index] += 1
        total += 1
      }
    }
    var end: UInt32 = 0
    for index in 0...count {
      end += predecessorStarts[index]
      predecessorStarts[index] = end
    }
    predecessorBlocks.removeAll(keepingCapacity: true)
    predecessorBlocks.append(contentsOf: repeatElement(Block.none, count: total))
    // Backwards, so that the predecessors of a block are in ascending order.
    for number in stride(from: count - 1, through: 0, by: -1) {
      let block = Block(number: UInt32(number))
      guard isReachable(block) else { continue }
      for index in successorRange(of: block).reversed() {
        let successor = successorBlocks[index].index
        predecessorStarts[successor] -= 1
        predecessorBlocks[Int(predecessorStarts[successor])] = block
      }
    }
  }

  private mutating func computeOrder(entry: Block, _ count: Int) {
    reversePostorder.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    positions.append(contentsOf: repeatElement(.max, count: count))
    stack.removeAll(keepingCapacity: true)
    guard !entry.isNone else { return }
    positions[entry.index] = 0
    stack.append((entry, successorRange(of: entry).upperBound))
    while let (block, next) = stack.last {
      // From the last successor to the first, so that the first comes first in the reversed order.
      if next > Int(successorStarts[block.index]) {
        stack[stack.count - 1].next = next - 1
        let successor = successorBlocks[next - 1]
        if positions[successor.index] == .max {
          positions[successor.index] = 0
          stack.append((successor, successorRange(of: successor).upperBound))
        }
      } else {
        stack.removeLast()
        reversePostorder.append(block)
      }
    }
    reversePostorder.reverse()
    for (position, block) in reversePostorder.enumerated() {
      positions[block.index] = UInt32(position)
    }
  }
}
