import PulleyIR

/// An edge of the control flow graph.
struct Edge: Sendable {
  var from: UInt32
  /// The number of the block of the function.
  var to: UInt32
  var arguments: ValueList
  /// The number of the block that splits the edge, if there is one.
  var split: UInt32 = .max
  /// Whether it comes from a `try_call`. It is then split by a landing pad, which receives the results
  /// of the call, or the payloads of an exception.
  var isLandingPad = false

  /// The number of the machine block that the branch goes to.
  var target: UInt32 { split == .max ? to : split }
}

/// The control flow graph of the machine code: the blocks of the function, with their numbers, a block
/// that splits each critical edge, and a block before an entry that is the target of a branch.
struct BlockGraph: Sendable {
  struct Node: Sendable {
    /// Edges that leave the block are consecutive.
    var firstEdge: UInt32 = 0
    var edgeCount: UInt32 = 0
    /// Range in `incoming`.
    var firstIncoming: UInt32 = 0
    var incomingCount: UInt32 = 0
    var loopDepth: UInt16 = 0
    /// The number of the largest loop without calls that contains the block, or a number that no other
    /// block has.
    var region: UInt32 = 0
    /// The index of the block in `postorder`.
    var postorderNumber: UInt32 = 0
    var innermostLoop = UInt32.max
    var immediateDominator = UInt32.max
    var isReachable = false
  }

  var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  /// The numbers of edges, grouped by their targets.
  private(set) var incoming: [UInt32] = []
  /// The edge of each entry of each `br_table`, the default last, in the order of the blocks.
  private(set) var tableEdges: [UInt32] = []
  /// By block: the index of its first entry in `tableEdges`, if it ends with a `br_table`.
  private(set) var tableStarts: [UInt32] = []
  /// The reachable blocks of the function, each after all blocks that it dominates.
  private(set) var postorder: [UInt32] = []
  /// All blocks in the order of the code.
  private(set) var emissionOrder: [UInt32] = []
  /// By the number of a split block less `blockCount`: its edge.
  private(set) var splitEdges: [UInt32] = []
  /// The number of blocks of the function.
  private(set) var blockCount = 0
  /// The block before the entry, or `.max`.
  private(set) var preEntry = UInt32.max

  /// The loops, each after the loops that enclose it.
  var loops: [Loop] = []
  /// By the number of a loop that is a region: a block outside it that dominates it.
  var aheads: [UInt32] = []
  var dominatorFuel = 0

  /// Landing pads that are placed before a block, by its number; for `.max`, after all blocks.
  private var waiting: [UInt32: [UInt32]] = [:]
  private var stack: [(block: UInt32, next: UInt32)] = []
  private var stamps: [UInt32] = []
  var layoutPosition: [UInt32] = []
  var loopEnds: [UInt32] = []

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
    switch data.operation {
    case .jump:
      try addEdge(block, data.destination)
    case .brif:
      try addEdge(block, data.destination)
      if data.destination.block != data.otherwise.block
        || !isSame(data.destination.arguments, data.otherwise.arguments, function)
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
    case .try_call, .try_call_indirect:
      let table = function.exceptionTables[data.exceptionTable]
      let handlers = table.handlers
      try addEdge(block, table.normal)
      for handler in handlers { try addEdge(block, handler) }
      // A call without handlers is like any other call.
      if !handlers.isEmpty {
        for edge in Int(first)..<edges.count { edges[edge].isLandingPad = true }
      }
    default:
      guard data.operation.traits.contains(.terminator) else {
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

  /// Entries with equal targets and arguments share an edge, which makes fewer edges critical.
  private mutating func addTableEdge(
    _ from: Block, _ call: BlockCall, _ function: borrowing Function
  ) throws(CodegenError) {
    guard call.block.index < blockCount else { throw .malformed("\(from) branches nowhere") }
    let last = stamps[call.block.index]
    if last != .max, isSame(edges[Int(last)].arguments, call.arguments, function) {
      tableEdges.append(last)
      return
    }
    stamps[call.block.index] = UInt32(edges.count)
    tableEdges.append(UInt32(edges.count))
    try addEdge(from, call)
  }

  /// Entries of a table often share one list, which is equal without comparing its values.
  private func isSame(
    _ a: ValueList, _ b: ValueList, _ function: borrowing Function
  ) -> Bool {
    a.start == b.start && a.count == b.count || function.values(a) == function.values(b)
  }

  /// Depth-first search, so that a block comes after all blocks that it dominates.
  private mutating func order(from entry: UInt32) {
    postorder.removeAll(keepingCapacity: true)
    stack.removeAll(keepingCapacity: true)
    nodes[Int(entry)].isReachable = true
    stack.append((entry, 0))
    while let top = stack.last {
      let node = nodes[Int(top.block)]
      if top.next == node.edgeCount {
        nodes[Int(top.block)].postorderNumber = UInt32(postorder.count)
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

  /// Splits critical edges, and orders the blocks as in the function, but cold blocks after all others,
  /// and split blocks after the sources of their edges.
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
    placeRemainingLandingPads()
  }

  /// Blocks that only trap are cold, too.
  private func isCold(_ block: Block, _ function: borrowing Function, _ hasCold: Bool) -> Bool {
    if block == function.entry { return false }
    if hasCold && function.coldBlocks.contains(block) { return true }
    return function.instructions[function.lastInstruction(of: block)].operation == .trap
  }

  private mutating func place(_ block: Block, next: UInt32) {
    if let landingPads = waiting.removeValue(forKey: block.number) {
      emissionOrder.append(contentsOf: landingPads)
    }
    emissionOrder.append(block.number)
    let node = nodes[block.index]
    guard node.edgeCount > 0 else { return }
    if edges[Int(node.firstEdge)].isLandingPad { return placeLandingPads(node) }
    guard node.edgeCount > 1 else { return }
    var last = UInt32.max
    for number in node.firstEdge..<node.firstEdge + node.edgeCount {
      let to = Int(edges[Int(number)].to)
      // The block before the entry counts, too.
      let isEntered = preEntry != .max && to == Int(edges[Int(splitEdges[0])].to)
      guard nodes[to].incomingCount + (isEntered ? 1 : 0) > 1 else { continue }
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
        // There may be several edges to the target, with different arguments.
        if last != .max { emissionOrder.append(last) }
        last = split
      } else {
        emissionOrder.append(split)
      }
    }
    // The fall-through edge needs no jump.
    if last != .max { emissionOrder.append(last) }
  }

  /// The landing pad of a return comes right after the call. The landing pad of a handler comes before
  /// its target, if that has no other predecessor, else after all blocks.
  private mutating func placeLandingPads(_ node: Node) {
    for number in node.firstEdge..<node.firstEdge + node.edgeCount {
      let to = edges[Int(number)].to
      let split = UInt32(nodes.count)
      edges[Int(number)].split = split
      splitEdges.append(number)
      var inner = Node()
      inner.isReachable = true
      inner.loopDepth = min(node.loopDepth, nodes[Int(to)].loopDepth)
      inner.firstEdge = number
      inner.edgeCount = 1
      nodes.append(inner)
      if number == node.firstEdge {
        emissionOrder.append(split)
      } else {
        waiting[nodes[Int(to)].incomingCount == 1 ? to : .max, default: []].append(split)
      }
    }
  }

  /// Places the landing pads whose target was placed before them.
  private mutating func placeRemainingLandingPads() {
    guard !waiting.isEmpty else { return }
    for target in waiting.keys.sorted() { emissionOrder += waiting[target] ?? [] }
    waiting.removeAll(keepingCapacity: true)
  }
}
