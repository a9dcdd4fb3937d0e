import PulleyIR

/// An edge of the control flow graph.
struct Edge: Sendable {
  var from: UInt32
  /// The number of the block of the function.
  var to: UInt32
  var arguments: ValueList
  /// The number of the block on the edge, if it had to be split.
  var split: UInt32 = .max

  /// The number of the machine block that the edge's start goes to.
  var target: UInt32 { split == .max ? to : split }
}

/// The blocks of a function, numbered as they are in it, and the edges between them; then, for each
/// critical edge, a block of its own, and one before an entry that is also the target of a branch.
struct BlockGraph: Sendable {
  struct Node: Sendable {
    /// Edges that leave the block are consecutive.
    var firstEdge: UInt32 = 0
    var edgeCount: UInt32 = 0
    /// Range in `incoming`.
    var firstIncoming: UInt32 = 0
    var incomingCount: UInt32 = 0
    var loopDepth: UInt16 = 0
    var isReachable = false
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  /// The numbers of edges, grouped by the block that they go to.
  private(set) var incoming: [UInt32] = []
  /// The edge of each entry of each `br_table`, the default last, in the order of the blocks.
  private(set) var tableEdges: [UInt32] = []
  /// By block: where its entries start in `tableEdges`, if it ends in a `br_table`.
  private(set) var tableStarts: [UInt32] = []
  /// Reachable blocks of the function, each after all that it dominates.
  private(set) var postorder: [UInt32] = []
  /// All blocks in the order of the code.
  private(set) var emissionOrder: [UInt32] = []
  /// The edge that a split block stands on, by its number less `blockCount`.
  private(set) var splitEdges: [UInt32] = []
  /// The blocks of the function.
  private(set) var blockCount = 0
  /// The block before the entry, or `.max`.
  private(set) var preEntry = UInt32.max

  private var stack: [(block: UInt32, next: UInt32)] = []
  private var stamps: [UInt32] = []
  private var layoutPosition: [UInt32] = []
  private var depthChanges: [Int32] = []
  private var loopEnds: [UInt32] = []

  mutating func build(_ function: borrowing Function) throws(CodegenError) {
    blockCount = function.blockCount
    guard !function.blockOrder.isEmpty else { throw .malformed("it has no blocks") }
    nodes.removeAll(keepingCapacity: true)
    nodes.append(contentsOf: repeatElement(Node(), count: blockCount))
    edges.removeAll(keepingCapacity: true)
    tableEdges.removeAll(keepingCapacity: true)
    tableStarts.removeAll(keepingCapacity: true)
    tableStarts.append(contentsOf: repeatElement(0, count: blockCount))
    splitEdges.removeAll(keepingCapacity: true)
    stamps.removeAll(keepingCapacity: true)
    stamps.append(contentsOf: repeatElement(UInt32.max, count: blockCount))
    preEntry = .max
    for block in function.blockOrder { try addEdges(of: block, function) }
    order(from: function.entry.number)
    collectIncoming()
    findLoops(function)
    splitCriticalEdges(function)
  }

  private mutating func addEdges(
    of block: Block, _ function: borrowing Function
  ) throws(CodegenError) {
    let first = UInt32(edges.count)
    let terminator = function.lastInstruction(of: block)
    guard !terminator.isNone else { throw .malformed("\(block) is empty") }
    let data = function.instructions[terminator]
    switch data.opcode {
    case .jump:
      try addEdge(block, data.destination)
    case .brif:
      try addEdge(block, data.destination)
      if data.destination.block != data.otherwise.block
        || function.values(data.destination.arguments)
          != function.values(data.otherwise.arguments)
      {
        try addEdge(block, data.otherwise)
      }
    case .br_table:
      let table = function.jumpTables[data.jumpTable]
      tableStarts[block.index] = UInt32(tableEdges.count)
      for entry in table.entries { try addTableEdge(block, entry, function) }
      try addTableEdge(block, table.default, function)
      for entry in table.entries { stamps[entry.block.index] = .max }
      stamps[table.default.block.index] = .max
    default:
      guard data.opcode.traits.contains(.terminator) else {
        throw .malformed("\(block) has no terminator")
      }
    }
    nodes[block.index].firstEdge = first
    nodes[block.index].edgeCount = UInt32(edges.count) - first
  }

  private mutating func addEdge(_ from: Block, _ call: BlockCall) throws(CodegenError) {
    guard call.block.index < blockCount else { throw .malformed("\(from) branches nowhere") }
    edges.append(Edge(from: from.number, to: call.block.number, arguments: call.arguments))
  }

  /// Entries with equal targets and arguments share an edge, so that few edges are critical.
  private mutating func addTableEdge(
    _ from: Block, _ call: BlockCall, _ function: borrowing Function
  ) throws(CodegenError) {
    guard call.block.index < blockCount else { throw .malformed("\(from) branches nowhere") }
    let last = stamps[call.block.index]
    if last != .max,
      function.values(edges[Int(last)].arguments) == function.values(call.arguments)
    {
      tableEdges.append(last)
      return
    }
    stamps[call.block.index] = UInt32(edges.count)
    tableEdges.append(UInt32(edges.count))
    try addEdge(from, call)
  }

  /// Depth first, so that a block comes after all blocks it dominates.
  private mutating func order(from entry: UInt32) {
    postorder.removeAll(keepingCapacity: true)
    stack.removeAll(keepingCapacity: true)
    nodes[Int(entry)].isReachable = true
    stack.append((entry, 0))
    while let top = stack.last {
      let node = nodes[Int(top.block)]
      if top.next == node.edgeCount {
        postorder.append(top.block)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      let target = edges[Int(node.firstEdge + top.next)].to
      if !nodes[Int(target)].isReachable {
        nodes[Int(target)].isReachable = true
        stack.append((target, 0))
      }
    }
  }

  private mutating func collectIncoming() {
    for edge in edges where nodes[Int(edge.from)].isReachable {
      nodes[Int(edge.to)].incomingCount += 1
    }
    var start: UInt32 = 0
    for block in 0..<blockCount {
      nodes[block].firstIncoming = start
      start += nodes[block].incomingCount
      nodes[block].incomingCount = 0
    }
    incoming.removeAll(keepingCapacity: true)
    incoming.append(contentsOf: repeatElement(0, count: Int(start)))
    for (number, edge) in edges.enumerated() where nodes[Int(edge.from)].isReachable {
      let to = Int(edge.to)
      incoming[Int(nodes[to].firstIncoming + nodes[to].incomingCount)] = UInt32(number)
      nodes[to].incomingCount += 1
    }
  }

  /// Takes everything between the target of a backward branch and the last such branch in the
  /// layout for the loop. That is exact where loops are contiguous, as compilers leave them.
  private mutating func findLoops(_ function: borrowing Function) {
    let count = function.blockOrder.count
    layoutPosition.removeAll(keepingCapacity: true)
    layoutPosition.append(contentsOf: repeatElement(0, count: blockCount))
    loopEnds.removeAll(keepingCapacity: true)
    loopEnds.append(contentsOf: repeatElement(.max, count: count))
    depthChanges.removeAll(keepingCapacity: true)
    depthChanges.append(contentsOf: repeatElement(0, count: count + 1))
    for (position, block) in function.blockOrder.enumerated() {
      layoutPosition[block.index] = UInt32(position)
    }
    for edge in edges where nodes[Int(edge.from)].isReachable {
      let from = layoutPosition[Int(edge.from)]
      let to = Int(layoutPosition[Int(edge.to)])
      if from >= to && (loopEnds[to] == .max || loopEnds[to] < from) { loopEnds[to] = from }
    }
    for (start, end) in loopEnds.enumerated() where end != .max {
      depthChanges[start] += 1
      depthChanges[Int(end) + 1] -= 1
    }
    var depth: Int32 = 0
    for (position, block) in function.blockOrder.enumerated() {
      depth += depthChanges[position]
      nodes[block.index].loopDepth = UInt16(clamping: depth)
    }
  }

  /// Gives each edge that has company at both ends a block, and puts all blocks in order: as in the
  /// function, cold ones behind the others, a split block behind the one it comes from.
  private mutating func splitCriticalEdges(_ function: borrowing Function) {
    emissionOrder.removeAll(keepingCapacity: true)
    let entry = function.entry.number
    if nodes[Int(entry)].incomingCount > 0 {
      preEntry = UInt32(nodes.count)
      splitEdges.append(UInt32(edges.count))
      edges.append(
        Edge(from: preEntry, to: entry, arguments: function.blockParameters[Int(entry)]))
      var node = Node()
      node.firstEdge = UInt32(edges.count - 1)
      node.edgeCount = 1
      node.isReachable = true
      nodes.append(node)
      emissionOrder.append(preEntry)
    }
    let hasCold = !function.coldBlocks.isEmpty
    let order = function.blockOrder
    for (position, block) in order.enumerated() where nodes[block.index].isReachable {
      if isCold(block, function, hasCold) { continue }
      place(block, next: position + 1 < order.count ? order[position + 1].number : .max)
    }
    for (position, block) in order.enumerated() where nodes[block.index].isReachable {
      guard isCold(block, function, hasCold) else { continue }
      place(block, next: position + 1 < order.count ? order[position + 1].number : .max)
    }
  }

  /// Blocks that only trap are cold, too.
  private func isCold(_ block: Block, _ function: borrowing Function, _ hasCold: Bool) -> Bool {
    if block == function.entry { return false }
    if hasCold && function.coldBlocks.contains(block) { return true }
    return function.instructions[function.lastInstruction(of: block)].opcode == .trap
  }

  private mutating func place(_ block: Block, next: UInt32) {
    emissionOrder.append(block.number)
    let node = nodes[block.index]
    guard node.edgeCount > 1 else { return }
    var last = UInt32.max
    for number in node.firstEdge..<node.firstEdge + node.edgeCount {
      let to = Int(edges[Int(number)].to)
      guard nodes[to].incomingCount > 1 else { continue }
      let split = UInt32(nodes.count)
      edges[Int(number)].split = split
      splitEdges.append(number)
      var inner = Node()
      inner.isReachable = true
      inner.loopDepth = min(node.loopDepth, nodes[to].loopDepth)
      inner.firstEdge = number
      inner.edgeCount = 1
      nodes.append(inner)
      if edges[Int(number)].to == next {
        // Several edges may go there, with different arguments.
        if last != .max { emissionOrder.append(last) }
        last = split
      } else {
        emissionOrder.append(split)
      }
    }
    // This one needs no jump.
    if last != .max { emissionOrder.append(last) }
  }
}
