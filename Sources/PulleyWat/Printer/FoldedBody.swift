import PulleyWasm

/// A function's operators as a forest. The children of an operator are its operands; those of a
/// block are the operators of its body, too.
///
/// Operators inside the parentheses of another one come before it in the binary format. So any
/// operators right before another one can be its children, and every grouping has the same meaning.
/// Counting operands serves to find the grouping that a reader expects.
struct FoldedBody {
  struct Node {
    /// The range of the operator in `text`. Its annotation is before it, from `hintStart`.
    var hintStart: Int
    var textStart: Int
    var textEnd: Int
    var kind = Kind.plain
    /// Ranges of `links`: the operands; for blocks the contents of the first part.
    var operands = 0..<0
    var contents = 0..<0
    /// The indices in `parts` of the second and last part of the block.
    var firstPart: Int?
    var lastPart: Int?
    var resultCount = 0
  }

  enum Kind { case plain, block, `if`, `try` }

  /// A part of a block that begins with an operator: `else`, `catch`, `catch_all`, or the `delegate`
  /// that ends a block.
  struct Part {
    /// The range of the operator in `text`.
    var text: Range<Int>
    /// A range of `links`.
    var contents = 0..<0
    /// The index in `parts` of the next part of the same block.
    var next: Int?
  }

  /// A step of printing. Steps are on a stack.
  enum Step {
    case node(Int, depth: Int)
    /// The nodes in a range of `links`.
    case nodes(Range<Int>, depth: Int)
    case line(StaticString, depth: Int)
    case text(StaticString)
    /// A part of a block and those after it.
    case part(Int, depth: Int)
  }

  /// The texts of all operators, one after the other.
  var text = TextBuffer()
  var nodes: [Node] = []
  var parts: [Part] = []
  /// The indices of nodes that are children, grouped by parent.
  var links: [Int] = []
  /// The nodes that have no parent yet, one open block after the other.
  var pending: [Int] = []
  /// For each open block, its node (-1 for the body of the function) and the start of its nodes in
  /// `pending`.
  var open: [(node: Int, start: Int)] = [(node: -1, start: 0)]

  var isEmpty: Bool { nodes.isEmpty }

  /// Takes the last nodes of `pending` as operands, until they leave `count` results. Stops before a
  /// node that would leave too many.
  mutating func takeOperands(_ count: Int) -> Range<Int> {
    let floor = open.last?.start ?? 0
    var first = pending.count
    var missing = count
    while missing > 0 && first > floor {
      let results = nodes[pending[first - 1]].resultCount
      guard results > 0 && results <= missing else { break }
      missing -= results
      first -= 1
    }
    return takePending(from: first)
  }

  mutating func takePending(from first: Int) -> Range<Int> {
    let start = links.count
    links.append(contentsOf: pending[first...])
    pending.removeSubrange(first...)
    return start..<links.count
  }

  /// Takes all nodes of the innermost open block.
  mutating func takeContents() -> Range<Int> {
    takePending(from: open.last?.start ?? 0)
  }

  /// Adds a part to the block of a node. The pending nodes are the contents of the part before it.
  mutating func addPart(_ text: Range<Int>, to node: Int) {
    endPart(of: node)
    let part = parts.count
    parts.append(Part(text: text))
    if let last = nodes[node].lastPart {
      parts[last].next = part
    } else {
      nodes[node].firstPart = part
    }
    nodes[node].lastPart = part
  }

  /// Makes the pending nodes the contents of the last part of a node's block.
  mutating func endPart(of node: Int) {
    let contents = takeContents()
    if let last = nodes[node].lastPart {
      parts[last].contents = contents
    } else {
      nodes[node].contents = contents
    }
  }
}

extension ModulePrinter {
  /// Reads a body up to its `end`, and appends the operators to `out`, which must be `folded.text`.
  mutating func readFolded(
    _ reader: inout OperatorReader, _ folded: inout FoldedBody, bodyStart: Int
  ) throws(WasmError) {
    while true {
      let op = try reader.next()
      switch op.code {
      case .end:
        try body.close(op)
        // The nodes that are pending when the function's body ends are the roots.
        guard let node = folded.open.last?.node, node >= 0 else { return }
        folded.endPart(of: node)
        folded.open.removeLast()
        folded.pending.append(node)
      case .else, .catch, .catchAll, .delegate:
        let endsBlock = op.code == .delegate
        if endsBlock { try body.close(op) } else { try body.openPart(op) }
        guard let node = folded.open.last?.node, node >= 0 else { throw WasmError.misplaced(op) }
        let textStart = out.bytes.count
        append(op, reader)
        folded.addPart(textStart..<out.bytes.count, to: node)
        if endsBlock {
          folded.open.removeLast()
          folded.pending.append(node)
        }
      default:
        appendNode(op, reader, &folded, bodyStart: bodyStart)
      }
      try checkSize()
    }
  }

  private mutating func appendNode(
    _ op: Operator, _ reader: OperatorReader, _ folded: inout FoldedBody, bodyStart: Int
  ) {
    let hintStart = out.bytes.count
    if let hint = takeHint(op, bodyStart: bodyStart) { append(hint) }
    let textStart = out.bytes.count
    append(op, reader)
    var node = FoldedBody.Node(
      hintStart: hintStart, textStart: textStart, textEnd: out.bytes.count)
    let (operandCount, resultCount) = arity(of: op, reader)
    node.operands = folded.takeOperands(operandCount)
    node.resultCount = resultCount
    if op.code.opensBlock {
      node.kind = op.code == .if ? .if : op.code == .try ? .try : .block
      folded.open.append((node: folded.nodes.count, start: folded.pending.count))
      body.open(op.code, blockType(op))
    } else {
      folded.pending.append(folded.nodes.count)
    }
    folded.nodes.append(node)
  }

  // MARK: Writing

  mutating func printFolded(_ folded: FoldedBody) throws(WasmError) {
    // Only the roots are left in `pending`.
    for root in folded.pending {
      var steps: [FoldedBody.Step] = [.node(root, depth: 2)]
      while let step = steps.popLast() {
        switch step {
        case .text(let text): out.append(text)
        case .line(let text, let depth):
          out.line(depth)
          out.append(text)
        case .nodes(let range, let depth):
          guard let first = range.first else { continue }
          steps.append(.nodes(range.dropFirst(), depth: depth))
          steps.append(.node(folded.links[first], depth: depth))
        case .part(let index, let depth):
          let part = folded.parts[index]
          out.line(depth)
          out.append("(")
          out.append(folded.text.bytes[part.text])
          if let next = part.next { steps.append(.part(next, depth: depth)) }
          steps.append(.text(")"))
          steps.append(.nodes(part.contents, depth: depth + 1))
        case .node(let node, let depth):
          open(folded.nodes[node], folded.text, depth: depth, &steps)
        }
        try checkSize()
      }
    }
  }

  private mutating func open(
    _ node: FoldedBody.Node, _ text: TextBuffer, depth: Int, _ steps: inout [FoldedBody.Step]
  ) {
    out.line(depth)
    if node.hintStart < node.textStart {
      out.append(text.bytes[node.hintStart..<node.textStart])
      out.line(depth)
    }
    out.append("(")
    out.append(text.bytes[node.textStart..<node.textEnd])
    steps.append(.text(")"))
    switch node.kind {
    case .plain: break
    case .block: steps.append(.nodes(node.contents, depth: depth + 1))
    case .if, .try:
      if let part = node.firstPart { steps.append(.part(part, depth: depth + 1)) }
      steps.append(.text(")"))
      steps.append(.nodes(node.contents, depth: depth + 2))
      steps.append(.line(node.kind == .if ? "(then" : "(do", depth: depth + 1))
    }
    steps.append(.nodes(node.operands, depth: depth + 1))
  }
}
