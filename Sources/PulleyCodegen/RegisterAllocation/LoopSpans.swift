/// An approximation of the loops by ranges of block numbers. A span reaches from the target of a
/// backward branch to the last such branch. If two spans overlap, the outer one is extended, so that
/// spans are nested or disjoint.
///
/// A span bounds the blocks in which a register is live without a walk over them.
struct LoopSpans: Sendable {
  private struct Span {
    var first: UInt32
    var last: UInt32
    /// The number of the enclosing span, or `.max`.
    var parent: UInt32
    /// The last block of the outermost enclosing span, which may be this one.
    var outermostLast: UInt32
  }

  private var spans: [Span] = []
  /// By block: the number of the innermost span that contains it, or `.max`.
  private var innermost: [UInt32] = []
  private var lasts: [UInt32] = []
  /// Whether each block except the first has an earlier predecessor. Then no block comes before a block
  /// that dominates it.
  private(set) var isOrdered = true

  mutating func build(_ problem: borrowing AllocationProblem) {
    let count = problem.blocks.count
    lasts.reset(to: .max, count: count)
    innermost.reset(to: .max, count: count)
    spans.removeAll(keepingCapacity: true)
    var hasEarlier = [Bool](repeating: false, count: count)
    for edge in problem.edges {
      let (from, to) = (Int(edge.from), Int(edge.to))
      if from < to {
        hasEarlier[to] = true
      } else if lasts[to] == .max || lasts[to] < edge.from {
        lasts[to] = edge.from
      }
    }
    isOrdered = !hasEarlier.dropFirst().contains(false)
    var current = UInt32.max
    for block in 0..<UInt32(count) {
      while current != .max && spans[Int(current)].last < block { current = close(current) }
      if lasts[Int(block)] != .max {
        spans.append(
          Span(first: block, last: lasts[Int(block)], parent: current, outermostLast: 0))
        current = UInt32(spans.count - 1)
      }
      innermost[Int(block)] = current
    }
    while current != .max { current = close(current) }
    for number in spans.indices {
      let parent = spans[number].parent
      spans[number].outermostLast =
        parent == .max ? spans[number].last : spans[Int(parent)].outermostLast
    }
  }

  private mutating func close(_ span: UInt32) -> UInt32 {
    let (last, parent) = (spans[Int(span)].last, spans[Int(span)].parent)
    if parent != .max && spans[Int(parent)].last < last { spans[Int(parent)].last = last }
    return parent
  }

  /// The number of enclosing spans that are examined. If there are more, the outermost is taken.
  private static let maximumLevels = 64

  /// The last block in which a register may be live that is defined in the earlier block `definition`
  /// and live in `block`: the end of the largest loop that contains `block` but not the definition.
  /// Requires `isOrdered`.
  func lastBlock(from block: UInt32, definedIn definition: UInt32) -> UInt32 {
    var last = block
    var span = innermost[Int(block)]
    for _ in 0..<Self.maximumLevels {
      guard span != .max, spans[Int(span)].first > definition else { return last }
      last = spans[Int(span)].last
      span = spans[Int(span)].parent
    }
    return span == .max ? last : spans[Int(span)].outermostLast
  }
}
