import PulleyWasm

/// A function's operators as a forest: operands below the operators that take them, bodies below
/// their blocks.
///
/// In the text, what stands inside of an operator's parentheses comes before the operator, so any
/// operators right before another may be put inside of it, and no grouping changes what the text
/// means. Counting operands only serves to group as a reader expects.
struct FoldedBody {
  struct Node {
    /// The operator's text; before it in `text`, from `hintStart` on, its annotation.
    var hintStart: Int
    var textStart: Int
    var textEnd: Int
    var kind = Kind.plain
    /// Ranges of `links`: operands, then (of blocks) the body, then the `else` part.
    var operands = 0..<0
    var contents = 0..<0
    var elseContents: Range<Int>?
    var resultCount = 0
  }

  enum Kind { case plain, block, `if` }

  /// What printing has to do, last first.
  enum Step {
    case node(Int, depth: Int)
    /// Nodes of a range of `links`.
    case nodes(Range<Int>, depth: Int)
    case line(StaticString, depth: Int)
    case text(StaticString)
  }

  /// The texts of all operators one after the other.
  var text = TextBuffer()
  var nodes: [Node] = []
  /// The nodes in the parts of other nodes.
  var links: [Int] = []
  /// The nodes that are in no part yet: those of each open block, one block after the other.
  var pending: [Int] = []
  /// For each open block, its node (none for the body itself) and where its part of `pending`
  /// starts.
  var open: [(node: Int, start: Int)] = [(node: -1, start: 0)]

  var isEmpty: Bool { nodes.isEmpty }

  /// Takes the nodes that leave the last `count` operands, as far as they leave nothing else.
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

  /// Ends what the innermost open block holds.
  mutating func takeContents() -> Range<Int> {
    takePending(from: open.last?.start ?? 0)
  }
}

extension ModulePrinter {
  /// Reads a body up to its end, writing operators to `out`, which must be `folded.text`.
  mutating func readFolded(
    _ reader: inout OperatorReader, _ folded: inout FoldedBody, bodyStart: Int
  ) throws(WasmError) {
    while true {
      let operation = try reader.next()
      switch operation.code {
      case .end:
        let contents = folded.takeContents()
        body.close()
        guard let (node, _) = folded.open.popLast(), node >= 0 else {
          // The body itself: its nodes are the roots.
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
          throw misplacedElse(operation)
        }
        folded.nodes[node].contents = folded.takeContents()
        folded.nodes[node].elseContents = 0..<0
      default:
        appendNode(operation, reader, &folded, bodyStart: bodyStart)
      }
      try checkSize()
    }
  }

  private mutating func appendNode(
    _ operation: Operator, _ reader: OperatorReader, _ folded: inout FoldedBody, bodyStart: Int
  ) {
    let hintStart = out.bytes.count
    if let hint = takeHint(operation, bodyStart: bodyStart) { append(hint) }
    let textStart = out.bytes.count
    append(operation, reader)
    var node = FoldedBody.Node(
      hintStart: hintStart, textStart: textStart, textEnd: out.bytes.count)
    let (operandCount, resultCount) = arity(of: operation, reader)
    node.operands = folded.takeOperands(operandCount)
    node.resultCount = resultCount
    if operation.code.opensBlock {
      node.kind = operation.code == .if ? .if : .block
      folded.open.append((node: folded.nodes.count, start: folded.pending.count))
      body.open(operation.code, blockType(operation))
    } else {
      folded.pending.append(folded.nodes.count)
    }
    folded.nodes.append(node)
  }

  // MARK: Writing

  mutating func printFolded(_ folded: FoldedBody) throws(WasmError) {
    // The roots are all that is left; everything else hangs below them.
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
