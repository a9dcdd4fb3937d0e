/// Which stretches of the code are loops, going by the numbers of blocks alone: each reaches from
/// the target of a branch backwards to the last such branch, and one that would end inside another
/// makes that as long. So stretches lie within one another or apart.
///
/// It tells up to where a register may be alive without a walk over the blocks between.
struct LoopSpans: Sendable {
  private struct Span {
    var first: UInt32
    var last: UInt32
    /// The number of the one around it, or `.max`.
    var parent: UInt32
    /// The last block of the outermost one around it, itself if there is none.
    var outermostLast: UInt32
  }

  private var spans: [Span] = []
  /// By block: the number of the innermost that it is in, or `.max`.
  private var innermost: [UInt32] = []
  private var lasts: [UInt32] = []
  /// Whether each block but the first is the target of an earlier one. No block comes before one
  /// that dominates it then: going back from branch to branch would never end.
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

  /// So many loops are looked at one by one; from deeper ones everything up to the end of the
  /// outermost counts.
  private static let maximumLevels = 64

  /// A block that nothing alive in `block` outlives on its way back to a definition in the earlier
  /// block `definition`: the end of the largest loop that the definition is not in. Only for
  /// ordered blocks.
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
