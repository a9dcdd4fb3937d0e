/// A loop of the control flow graph.
public struct Loop: Entity {
  public static let prefix = "loop"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// The header and the nesting of a loop.
public struct LoopData: Hashable, Sendable {
  /// The block that dominates all blocks of the loop.
  public var header: Block
  /// The innermost enclosing loop, or none.
  public var parent: Loop
  /// The number of loops that contain this loop, including itself.
  public var depth: UInt32
}

/// The natural loops of a function (Aho, Lam, Sethi and Ullman, "Compilers", 9.6.6). Cycles with
/// several entries are not loops. Computing the loops again keeps the storage.
public struct LoopAnalysis: Sendable {
  /// All loops. A loop comes before the loops inside it.
  public private(set) var loops = PrimaryMap<Loop, LoopData>()
  /// By block: the innermost loop that contains it.
  private var blockLoops: [Loop] = []
  /// By loop: a loop that encloses it, near the outermost one found so far (union-find).
  private var shortcuts: [Loop] = []
  private var worklist: [Block] = []
  /// By loop: its index in an order in which the loops inside a loop follow it.
  private var places: [UInt32] = []
  /// By loop: the number of loops inside it, including itself.
  private var sizes: [UInt32] = []

  public init() {}

  public init(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree
  ) {
    compute(function, graph, dominators)
  }

  /// The innermost loop that contains `block`, or none.
  public func loop(of block: Block) -> Loop { blockLoops[block.index] }

  /// The number of loops that contain `block`.
  public func depth(of block: Block) -> Int {
    let loop = blockLoops[block.index]
    return loop.isNone ? 0 : Int(loops[loop].depth)
  }

  public func contains(_ block: Block, in loop: Loop) -> Bool {
    let inner = blockLoops[block.index]
    guard !inner.isNone else { return false }
    return places[inner.index] &- places[loop.index] < sizes[loop.index]
  }

  public mutating func compute(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree
  ) {
    loops.removeAll()
    shortcuts.removeAll(keepingCapacity: true)
    blockLoops.removeAll(keepingCapacity: true)
    blockLoops.append(contentsOf: repeatElement(.none, count: function.blockCount))
    for header in graph.reversePostorder {
      for predecessor in graph.predecessors(of: header)
      where dominators.dominates(header, predecessor) {
        let loop = loops.append(LoopData(header: header, parent: .none, depth: 1))
        shortcuts.append(loop)
        break
      }
    }
    for loop in loops.keys.reversed() { collectBlocks(of: loop, graph, dominators) }
    for loop in loops.keys where !loops[loop].parent.isNone {
      loops[loop].depth = loops[loops[loop].parent].depth + 1
    }
    placeLoops()
  }

  private mutating func placeLoops() {
    sizes.removeAll(keepingCapacity: true)
    sizes.append(contentsOf: repeatElement(1, count: loops.count))
    places.removeAll(keepingCapacity: true)
    places.append(contentsOf: repeatElement(0, count: loops.count))
    for loop in loops.keys.reversed() where !loops[loop].parent.isNone {
      sizes[loops[loop].parent.index] += sizes[loop.index]
    }
    // The shortcuts are not needed any more. They now count the indices assigned inside each loop.
    for index in shortcuts.indices { shortcuts[index] = Loop(number: 1) }
    var next: UInt32 = 0
    for loop in loops.keys {
      let parent = loops[loop].parent
      if parent.isNone {
        places[loop.index] = next
        next += sizes[loop.index]
      } else {
        let used = shortcuts[parent.index].number
        places[loop.index] = places[parent.index] + used
        shortcuts[parent.index] = Loop(number: used + sizes[loop.index])
      }
    }
  }

  /// Walks backwards from the latches. Each inner loop, which is known already, takes one step.
  private mutating func collectBlocks(
    of loop: Loop, _ graph: borrowing ControlFlowGraph, _ dominators: borrowing DominatorTree
  ) {
    let header = loops[loop].header
    blockLoops[header.index] = loop
    worklist.removeAll(keepingCapacity: true)
    for predecessor in graph.predecessors(of: header)
    where dominators.dominates(header, predecessor) {
      worklist.append(predecessor)
    }
    while let block = worklist.popLast() {
      let inner = blockLoops[block.index]
      let next: Block
      if inner.isNone {
        blockLoops[block.index] = loop
        next = block
      } else {
        let outermost = outermostKnown(around: inner)
        if outermost == loop { continue }
        loops[outermost].parent = loop
        shortcuts[outermost.index] = loop
        next = loops[outermost].header
      }
      for predecessor in graph.predecessors(of: next) {
        worklist.append(predecessor)
      }
    }
  }

  private mutating func outermostKnown(around loop: Loop) -> Loop {
    var walk = loop
    while shortcuts[walk.index] != walk {
      shortcuts[walk.index] = shortcuts[shortcuts[walk.index].index]
      walk = shortcuts[walk.index]
    }
    return walk
  }
}
