/// The dominator tree, by Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph"
/// (1979), in the simple form with path compression.
///
/// The iterative algorithm of Cooper, Harvey and Kennedy (2001) is simpler, but takes quadratic time
/// for a long chain of conditional exits to one block, which takes a guest only a few bytes for each
/// exit. Computing the tree again keeps the storage.
public struct DominatorTree: Sendable {
  /// The reachable blocks in preorder of the tree: the blocks that a block dominates follow it.
  public private(set) var preorder: [Block] = []
  /// By block: the number of blocks that it dominates, including itself.
  private var subtreeSizes: [UInt32] = []
  /// By block: its index in `preorder`.
  private var places: [UInt32] = []
  private var immediateDominators: [Block] = []
  private var depths: [UInt32] = []

  // Scratch storage, indexed by the number of a block in the depth-first search.
  private var vertices: [Block] = []
  private var numbers: [UInt32] = []
  private var parents: [UInt32] = []
  private var semidominators: [UInt32] = []
  private var ancestors: [UInt32] = []
  private var labels: [UInt32] = []
  private var dominators: [UInt32] = []
  private var bucketHeads: [UInt32] = []
  private var bucketNexts: [UInt32] = []
  private var path: [UInt32] = []
  private var stack: [(block: Block, next: Int)] = []

  private static let none = UInt32.max

  public init() {}

  public init(_ function: borrowing Function, _ graph: borrowing ControlFlowGraph) {
    compute(function, graph)
  }

  public mutating func compute(_ function: borrowing Function, _ graph: borrowing ControlFlowGraph)
  {
    numberVertices(function, graph)
    computeDominators(graph)
    computePreorder(blockCount: function.blockCount, graph)
  }

  /// The closest strict dominator of `block`, or none for the entry and for unreachable blocks.
  public func immediateDominator(of block: Block) -> Block { immediateDominators[block.index] }

  /// The number of strict dominators of `block`.
  public func depth(of block: Block) -> Int { Int(depths[block.index]) }

  /// Whether every path from the entry to `block` goes through `dominator`. A block dominates itself. An
  /// unreachable block dominates no other block, and no other block dominates it.
  public func dominates(_ dominator: Block, _ block: Block) -> Bool {
    if dominator == block { return true }
    let (place, other) = (places[dominator.index], places[block.index])
    guard place != Self.none && other != Self.none else { return false }
    return other &- place < subtreeSizes[dominator.index]
  }

  private mutating func numberVertices(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph
  ) {
    let blockCount = function.blockCount
    vertices.removeAll(keepingCapacity: true)
    parents.removeAll(keepingCapacity: true)
    fill(&numbers, blockCount, Self.none)
    stack.removeAll(keepingCapacity: true)
    guard !function.entry.isNone else { return }
    numbers[function.entry.index] = 0
    vertices.append(function.entry)
    parents.append(Self.none)
    stack.append((function.entry, 0))
    while let (block, next) = stack.last {
      let successors = graph.successors(of: block)
      guard next < successors.count else {
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next = next + 1
      let successor = successors[successors.startIndex + next]
      guard numbers[successor.index] == Self.none else { continue }
      numbers[successor.index] = UInt32(vertices.count)
      parents.append(numbers[block.index])
      vertices.append(successor)
      stack.append((successor, 0))
    }
  }

  private mutating func computeDominators(_ graph: borrowing ControlFlowGraph) {
    let count = vertices.count
    fill(&ancestors, count, Self.none)
    fill(&bucketHeads, count, Self.none)
    fill(&bucketNexts, count, Self.none)
    fill(&dominators, count, 0)
    labels.removeAll(keepingCapacity: true)
    labels.append(contentsOf: 0..<UInt32(count))
    semidominators.removeAll(keepingCapacity: true)
    semidominators.append(contentsOf: 0..<UInt32(count))
    guard count > 1 else { return }
    for vertex in stride(from: UInt32(count - 1), through: 1, by: -1) {
      var semidominator = semidominators[Int(vertex)]
      for predecessor in graph.predecessors(of: vertices[Int(vertex)]) {
        let label = bestLabel(numbers[predecessor.index])
        semidominator = min(semidominator, semidominators[Int(label)])
      }
      semidominators[Int(vertex)] = semidominator
      bucketNexts[Int(vertex)] = bucketHeads[Int(semidominator)]
      bucketHeads[Int(semidominator)] = vertex
      let parent = parents[Int(vertex)]
      ancestors[Int(vertex)] = parent
      var member = bucketHeads[Int(parent)]
      bucketHeads[Int(parent)] = Self.none
      while member != Self.none {
        let label = bestLabel(member)
        dominators[Int(member)] =
          semidominators[Int(label)] < semidominators[Int(member)] ? label : parent
        member = bucketNexts[Int(member)]
      }
    }
    for vertex in 1..<count where dominators[vertex] != semidominators[vertex] {
      dominators[vertex] = dominators[Int(dominators[vertex])]
    }
  }

  /// The vertex with the least semidominator on the path from `vertex` to the root of its tree in the
  /// forest, without the root. Compresses the path.
  private mutating func bestLabel(_ vertex: UInt32) -> UInt32 {
    guard ancestors[Int(vertex)] != Self.none else { return labels[Int(vertex)] }
    var walk = vertex
    path.removeAll(keepingCapacity: true)
    while ancestors[Int(ancestors[Int(walk)])] != Self.none {
      path.append(walk)
      walk = ancestors[Int(walk)]
    }
    while let below = path.popLast() {
      let above = ancestors[Int(below)]
      if semidominators[Int(labels[Int(above)])] < semidominators[Int(labels[Int(below)])] {
        labels[Int(below)] = labels[Int(above)]
      }
      ancestors[Int(below)] = ancestors[Int(above)]
    }
    return labels[Int(vertex)]
  }

  private mutating func computePreorder(blockCount: Int, _ graph: borrowing ControlFlowGraph) {
    fill(&immediateDominators, blockCount, .none)
    fill(&places, blockCount, Self.none)
    fill(&subtreeSizes, blockCount, 0)
    fill(&depths, blockCount, 0)
    preorder.removeAll(keepingCapacity: true)
    guard !vertices.isEmpty else { return }
    for vertex in vertices.indices {
      subtreeSizes[vertices[vertex].index] = 1
      if vertex > 0 {
        immediateDominators[vertices[vertex].index] = vertices[Int(dominators[vertex])]
      }
    }
    // The number of a dominator is less than those of the blocks that it dominates.
    for block in vertices.reversed() {
      let parent = immediateDominators[block.index]
      if !parent.isNone { subtreeSizes[parent.index] += subtreeSizes[block.index] }
    }
    // Children are in reverse postorder. `bucketHeads` counts the indices assigned in each subtree.
    fill(&bucketHeads, vertices.count, 1)
    preorder.append(contentsOf: repeatElement(Block.none, count: vertices.count))
    for block in graph.reversePostorder {
      let parent = immediateDominators[block.index]
      if parent.isNone {
        places[block.index] = 0
      } else {
        let number = Int(numbers[parent.index])
        places[block.index] = places[parent.index] + bucketHeads[number]
        bucketHeads[number] += subtreeSizes[block.index]
        depths[block.index] = depths[parent.index] + 1
      }
      preorder[Int(places[block.index])] = block
    }
  }

  private func fill<Element>(_ array: inout [Element], _ count: Int, _ element: Element) {
    array.removeAll(keepingCapacity: true)
    array.append(contentsOf: repeatElement(element, count: count))
  }
}
