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
    /// Ranges of `links`: the operands; for blocks the body, and the `else` part.
    var operands = 0..<0
    var contents = 0..<0
    var elseContents: Range<Int>?
    var resultCount = 0
  }

  enum Kind { case plain, block, `if` }

  /// A step of printing. Steps are on a stack.
  enum Step {
    case node(Int, depth: Int)
    /// The nodes in a range of `links`.
    case nodes(Range<Int>, depth: Int)
    case line(StaticString, depth: Int)
    case text(StaticString)
  }

  /// The texts of all operators, one after the other.
  var text = TextBuffer()
  var nodes: [Node] = []
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
        let contents = folded.takeContents()
        body.close()
        guard let (node, _) = folded.open.popLast(), node >= 0 else {
          // The nodes of the function's body are the roots.
          folded.pending = Array(folded.links[contents])
          return
        }
        if folded.nodes[node].elseContents == nil {
          folded.nodes[node].contents = contents
        } else {
          folded.nodes[node].elseContents = contents
        }
        folded.pending.append(node)
      case .else:
        guard body.openElse(), let node = folded.open.last?.node, node >= 0 else {
          throw misplacedElse(op)
        }
        folded.nodes[node].contents = folded.takeContents()
        folded.nodes[node].elseContents = 0..<0
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
      node.kind = op.code == .if ? .if : .block
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
    case .if:
      if let contents = node.elseContents {
        steps.append(.text(")"))
        steps.append(.nodes(contents, depth: depth + 2))
        steps.append(.line("(else", depth: depth + 1))
      }
      steps.append(.text(")"))
      steps.append(.nodes(node.contents, depth: depth + 2))
      steps.append(.line("(then", depth: depth + 1))
    }
    steps.append(.nodes(node.operands, depth: depth + 1))
  }
}
