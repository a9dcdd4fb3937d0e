import PulleyISA

/// Cutting pieces that fit into no register.
extension PieceAssignment {
  /// Divides a piece, or puts it into its slot if that is no loss.
  ///
  /// `register` is the one in which it fits longest, up to `reach`.
  mutating func split(
    _ piece: Int, reach: ProgramPoint, register: UInt8, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) throws(AllocationError) {
    if pieces[piece].registerWeight == 0, pieces[piece].uses.count <= 1 {
      spill(piece, problem)
      return
    }
    statistics.splits += 1
    if isolateLoop(piece, graph: graph, bundles: bundles) { return }

    let reach = max(reach, start(of: piece))
    let before = usesBefore(reach, of: piece, bundles: bundles)
    if before > 0 {
      cutAtConflict(
        piece, reach: reach, usesBefore: before, register: register, problem, graph: graph,
        bundles: bundles)
    } else if !cutHead(piece, reach: reach, problem, graph: graph, bundles: bundles) {
      try cutCluster(piece, problem, graph: graph, bundles: bundles)
    }
  }

  private func use(_ index: Int, of piece: Int, _ bundles: borrowing Bundles) -> Use {
    bundles.uses[Int(pieces[piece].uses.lowerBound) + index]
  }

  /// If some uses are in loops that the piece reaches out of, cuts it at the edges of the first such
  /// outermost loop, so that what happens in the loop is weighed by itself.
  private mutating func isolateLoop(
    _ piece: Int, graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) -> Bool {
    let first = start(of: piece)
    let end = end(of: piece)
    let base = min(graph.depth[graph.block(at: first)], graph.depth[graph.block(at: end - 1)])
    for index in pieces[piece].uses.prefix(32) {
      let block = graph.block(at: bundles.uses[Int(index)].point)
      guard graph.depth[block] > base else { continue }
      var before = Int(graph.shallowerBefore[block])
      while before >= 0, graph.depth[before] > base { before = Int(graph.shallowerBefore[before]) }
      var after = Int(graph.shallowerAfter[block])
      while after < graph.depth.count, graph.depth[after] > base {
        after = Int(graph.shallowerAfter[after])
      }
      let loopStart = graph.start[before + 1]
      let loopEnd = graph.end[after - 1]
      guard loopStart > first || loopEnd < end else { return false }
      if loopEnd < end { enqueue(cut(piece, at: loopEnd, bundles: bundles)) }
      if loopStart > first { enqueue(cut(piece, at: loopStart, bundles: bundles)) }
      enqueue(piece)
      return true
    }
    return false
  }

  /// How many uses the piece could have in a register that is free up to `reach`.
  private func usesBefore(
    _ reach: ProgramPoint, of piece: Int, bundles: borrowing Bundles
  ) -> Int {
    let uses = pieces[piece].uses
    var low = Int(uses.lowerBound)
    var high = Int(uses.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if bundles.uses[middle].point >= reach { high = middle } else { low = middle + 1 }
    }
    // A result is written at the end of the instruction, so the register must last until then.
    while low > Int(uses.lowerBound), bundles.uses[low - 1].isDef,
      bundles.uses[low - 1].point.instruction == reach.instruction
    {
      low -= 1
    }
    return low - Int(uses.lowerBound)
  }

  private mutating func cutAtConflict(
    _ piece: Int, reach: ProgramPoint, usesBefore before: Int, register: UInt8,
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) {
    let last = use(before - 1, of: piece, bundles)
    let point: ProgramPoint
    if last.point.instruction == reach.instruction {
      point = .clobber(reach.instruction)
    } else {
      point = cheapestPoint(
        from: .before(last.point.instruction + 1), to: .before(reach.instruction), graph: graph)
    }
    let rest = cut(piece, at: point, bundles: bundles)
    pieces[piece].hint = register
    enqueue(piece)
    leaveGap(rest, after: reach, problem, graph: graph, bundles: bundles)
  }

  /// Puts what comes before the next use of a piece that was just cut off into the slot.
  private mutating func leaveGap(
    _ piece: Int, after conflict: ProgramPoint, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) {
    let first = start(of: piece)
    guard !pieces[piece].uses.isEmpty else {
      if first & 3 == 0 { enqueue(piece) } else { spill(piece, problem) }
      return
    }
    let reload = reloadPoint(
      for: use(0, of: piece, bundles), after: max(conflict, first), graph: graph)
    guard reload > first else {
      enqueue(piece)
      return
    }
    let rest = cut(piece, at: reload, bundles: bundles)
    spill(piece, problem)
    enqueue(rest)
  }

  /// Cuts off what comes before the first use. Returns whether there is anything.
  private mutating func cutHead(
    _ piece: Int, reach: ProgramPoint, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) -> Bool {
    // As late as possible, for every earlier point may have a conflict of its own.
    let next = use(0, of: piece, bundles)
    let conflict = max(reach, start(of: piece))
    let reload =
      next.isDef
      ? next.point
      : cheapestPoint(
        from: .before(conflict.instruction), to: .before(next.point.instruction), graph: graph)
    guard reload > start(of: piece) else { return false }
    let rest = cut(piece, at: reload, bundles: bundles)
    spill(piece, problem)
    enqueue(rest)
    return true
  }

  /// Cuts after the first few uses, which by themselves may outweigh what is in their way.
  private mutating func cutCluster(
    _ piece: Int, _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) throws(AllocationError) {
    let count = pieces[piece].uses.count
    var last = 0
    while last + 1 < count, last < 8,
      use(last + 1, of: piece, bundles).point - use(last, of: piece, bundles).point <= 32
    {
      last += 1
    }
    if last + 1 == count || endPoint(of: use(last, of: piece, bundles)) >= end(of: piece) {
      last = 0
      while last + 1 < count,
        use(last + 1, of: piece, bundles).point == use(0, of: piece, bundles).point
      {
        last += 1
      }
    }
    let point = endPoint(of: use(last, of: piece, bundles))
    guard point < end(of: piece) else {
      guard pieces[piece].registerWeight > 0 else {
        spill(piece, problem)
        return
      }
      throw .tooManyOperands(instruction: use(0, of: piece, bundles).point.instruction)
    }
    let rest = cut(piece, at: point, bundles: bundles)
    enqueue(piece)
    leaveGap(rest, after: point, problem, graph: graph, bundles: bundles)
  }

  private func endPoint(of use: Use) -> ProgramPoint {
    use.isDef ? .before(use.point.instruction + 1) : .clobber(use.point.instruction)
  }

  /// The latest of the points that are in the fewest loops.
  private func cheapestPoint(
    from low: ProgramPoint, to high: ProgramPoint, graph: borrowing FlowGraph
  ) -> ProgramPoint {
    guard low < high else { return high }
    let firstBlock = graph.block(at: low)
    var point = high
    var block = Int(graph.shallowerBefore[graph.block(at: high)])
    while block >= firstBlock {
      point = graph.start[block + 1]
      block = Int(graph.shallowerBefore[block])
    }
    return max(low, point)
  }

  /// Where to bring back a value for `use` that was out of its register from `conflict` on: right
  /// before it in the same block, otherwise where blocks that are in the fewest loops begin, and
  /// there as early as possible, so that paths around the conflict need not bring it back.
  private func reloadPoint(
    for use: Use, after conflict: ProgramPoint, graph: borrowing FlowGraph
  ) -> ProgramPoint {
    let latest = use.isDef ? use.point : .before(use.point.instruction)
    let useBlock = graph.block(at: use.point)
    let conflictBlock = graph.block(at: conflict)
    guard conflictBlock < useBlock else { return latest }
    var point = graph.start[conflictBlock + 1]
    var block = Int(graph.shallowerAfter[conflictBlock])
    while block <= useBlock {
      point = graph.start[block]
      block = Int(graph.shallowerAfter[block])
    }
    return min(point, latest)
  }

  /// Cuts a piece at a point inside it. Returns the new piece, the part from `point` on.
  mutating func cut(
    _ piece: Int, at point: ProgramPoint, bundles: borrowing Bundles
  ) -> Int {
    let whole = pieces[piece]
    var low = Int(whole.uses.lowerBound)
    var high = Int(whole.uses.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if bundles.uses[middle].point >= point { high = middle } else { low = middle + 1 }
    }
    let useSplit = UInt32(low)
    var first = whole
    var rest = whole
    first.uses = whole.uses.lowerBound..<useSplit
    rest.uses = useSplit..<whole.uses.upperBound
    if first.uses.count < rest.uses.count {
      weigh(&first, bundles: bundles)
      rest.weight = whole.weight - first.weight
      rest.savedWeight = whole.savedWeight - first.savedWeight
      rest.registerWeight = whole.registerWeight - first.registerWeight
    } else {
      weigh(&rest, bundles: bundles)
      first.weight = whole.weight - rest.weight
      first.savedWeight = whole.savedWeight - rest.savedWeight
      first.registerWeight = whole.registerWeight - rest.registerWeight
    }
    cutRanges(whole, into: &first, &rest, at: point)

    let number = UInt32(pieces.count)
    first.next = number
    rest.previous = UInt32(piece)
    if whole.next != Piece.none { pieces[Int(whole.next)].previous = number }
    rest.hint = AllocationOperand.noHint
    pieces[piece] = first
    pieces.append(rest)
    return pieces.count - 1
  }

  /// Divides the ranges; the shorter part moves to new storage if both need a part of one range.
  private mutating func cutRanges(
    _ whole: Piece, into first: inout Piece, _ rest: inout Piece, at point: ProgramPoint
  ) {
    var low = Int(whole.ranges.lowerBound)
    var high = Int(whole.ranges.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].end > point { high = middle } else { low = middle + 1 }
    }
    let boundary = UInt32(low)
    first.ranges = whole.ranges.lowerBound..<boundary
    rest.ranges = boundary..<whole.ranges.upperBound
    if ranges[low].start < point {
      let fresh = UInt32(ranges.count)
      let end = ranges[low].end
      if first.ranges.count < rest.ranges.count {
        for index in first.ranges { ranges.append(ranges[Int(index)]) }
        ranges.append(LiveRange(start: ranges[low].start, end: point))
        ranges[low].start = point
        first.ranges = fresh..<UInt32(ranges.count)
      } else {
        first.ranges = whole.ranges.lowerBound..<boundary + 1
        ranges[low].end = point
        ranges.append(LiveRange(start: point, end: end))
        for index in rest.ranges.dropFirst() { ranges.append(ranges[Int(index)]) }
        rest.ranges = fresh..<UInt32(ranges.count)
      }
    }
    if first.ranges.count < rest.ranges.count {
      first.length = length(of: first)
      rest.length = whole.length - first.length
    } else {
      rest.length = length(of: rest)
      first.length = whole.length - rest.length
    }
  }

  private func length(of piece: Piece) -> Int64 {
    var length: Int64 = 0
    for index in piece.ranges {
      length += Int64(ranges[Int(index)].end - ranges[Int(index)].start)
    }
    return length
  }
}
