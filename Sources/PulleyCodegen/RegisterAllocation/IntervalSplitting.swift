import PulleyISA

/// Live-range splitting: splits intervals that no register is free for.
extension IntervalAssignment {
  /// Splits an interval, or spills it if that costs nothing.
  ///
  /// `register` is the one that is free for the longest time, up to `reach`.
  mutating func split(
    _ interval: Int, reach: ProgramPoint, register: UInt8, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) throws(AllocationError) {
    if intervals[interval].registerWeight == 0, intervals[interval].uses.count <= 1 {
      spill(interval, problem)
      return
    }
    statistics.splits += 1
    if isolateLoop(interval, graph: graph, bundles: bundles) { return }

    let reach = max(reach, start(of: interval))
    let before = usesBefore(reach, of: interval, bundles: bundles)
    if before > 0 {
      cutAtConflict(
        interval, reach: reach, usesBefore: before, register: register, problem, graph: graph,
        bundles: bundles)
    } else if !cutHead(interval, reach: reach, problem, graph: graph, bundles: bundles) {
      try cutCluster(interval, problem, graph: graph, bundles: bundles)
    }
  }

  private func use(_ index: Int, of interval: Int, _ bundles: borrowing Bundles) -> Use {
    bundles.uses[Int(intervals[interval].uses.lowerBound) + index]
  }

  /// If the interval reaches out of an outermost loop that contains uses, splits it at the borders of
  /// the first such loop, so that the part in the loop gets its own priority.
  private mutating func isolateLoop(
    _ interval: Int, graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) -> Bool {
    let first = start(of: interval)
    let end = end(of: interval)
    let base = min(graph.depth[graph.block(at: first)], graph.depth[graph.block(at: end - 1)])
    for index in intervals[interval].uses.prefix(32) {
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
      if loopEnd < end { enqueue(cut(interval, at: loopEnd, bundles: bundles)) }
      if loopStart > first { enqueue(cut(interval, at: loopStart, bundles: bundles)) }
      enqueue(interval)
      return true
    }
    return false
  }

  /// The number of uses that the interval could have in a register that is free up to `reach`.
  private func usesBefore(
    _ reach: ProgramPoint, of interval: Int, bundles: borrowing Bundles
  ) -> Int {
    let uses = intervals[interval].uses
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
    _ interval: Int, reach: ProgramPoint, usesBefore before: Int, register: UInt8,
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) {
    let last = use(before - 1, of: interval, bundles)
    let point: ProgramPoint
    if last.point.instruction == reach.instruction {
      point = .clobber(reach.instruction)
    } else {
      point = cheapestPoint(
        from: .before(last.point.instruction + 1), to: .before(reach.instruction), graph: graph)
    }
    let rest = cut(interval, at: point, bundles: bundles)
    intervals[interval].hint = register
    enqueue(interval)
    leaveGap(rest, after: reach, problem, graph: graph, bundles: bundles)
  }

  /// Spills the part before the first use of an interval that was just split off.
  private mutating func leaveGap(
    _ interval: Int, after conflict: ProgramPoint, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) {
    let first = start(of: interval)
    guard !intervals[interval].uses.isEmpty else {
      if first & 3 == 0 { enqueue(interval) } else { spill(interval, problem) }
      return
    }
    let next = use(0, of: interval, bundles)
    let isRematerialisable = problem.isRematerialisable(VirtualRegister(intervals[interval].bundle))
    let reload =
      isRematerialisable && !next.isDef
      ? cheapestPoint(
        from: .before(max(conflict, first).instruction), to: .before(next.point.instruction),
        graph: graph)
      : reloadPoint(for: next, after: max(conflict, first), graph: graph)
    guard reload > first else {
      enqueue(interval)
      return
    }
    let rest = cut(interval, at: reload, bundles: bundles)
    spill(interval, problem)
    if isRematerialisable { dropTail(of: rest, graph: graph, bundles: bundles) }
    enqueue(rest)
  }

  /// Cuts off the part after the last use and the loops around it, in which a value that can be
  /// rematerialised needs no register: else paths that join there would have to make it.
  private mutating func dropTail(
    of interval: Int, graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) {
    guard !intervals[interval].uses.isEmpty else { return }
    let last = use(intervals[interval].uses.count - 1, of: interval, bundles)
    let depth = graph.depth[graph.block(at: start(of: interval))]
    var point = endPoint(of: last)
    var block = graph.block(at: last.point)
    if graph.depth[block] > depth {
      while block < graph.depth.count, graph.depth[block] > depth {
        block = Int(graph.shallowerAfter[block])
      }
      guard block < graph.depth.count else { return }
      point = graph.start[block]
    }
    guard point > start(of: interval), point < end(of: interval) else { return }
    enqueue(cut(interval, at: point, bundles: bundles))
  }

  /// Splits off the part before the first use. Returns whether there is one.
  private mutating func cutHead(
    _ interval: Int, reach: ProgramPoint, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) -> Bool {
    // As late as possible, because there may be other conflicts at earlier points.
    let next = use(0, of: interval, bundles)
    let conflict = max(reach, start(of: interval))
    let reload =
      next.isDef
      ? next.point
      : cheapestPoint(
        from: .before(conflict.instruction), to: .before(next.point.instruction), graph: graph)
    guard reload > start(of: interval) else { return false }
    let rest = cut(interval, at: reload, bundles: bundles)
    spill(interval, problem)
    if problem.isRematerialisable(VirtualRegister(intervals[interval].bundle)) {
      dropTail(of: rest, graph: graph, bundles: bundles)
    }
    enqueue(rest)
    return true
  }

  /// Splits after the first few uses, whose priority alone may be high enough to evict others.
  private mutating func cutCluster(
    _ interval: Int, _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) throws(AllocationError) {
    let count = intervals[interval].uses.count
    var last = 0
    while last + 1 < count, last < 8,
      use(last + 1, of: interval, bundles).point - use(last, of: interval, bundles).point <= 32
    {
      last += 1
    }
    if last + 1 == count || endPoint(of: use(last, of: interval, bundles)) >= end(of: interval) {
      last = 0
      while last + 1 < count,
        use(last + 1, of: interval, bundles).point == use(0, of: interval, bundles).point
      {
        last += 1
      }
    }
    let point = endPoint(of: use(last, of: interval, bundles))
    guard point < end(of: interval) else {
      guard intervals[interval].registerWeight > 0 else {
        spill(interval, problem)
        return
      }
      throw .tooManyOperands(instruction: use(0, of: interval, bundles).point.instruction)
    }
    let rest = cut(interval, at: point, bundles: bundles)
    enqueue(interval)
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

  /// The point at which to reload a value for `use` that is spilled from `conflict` on. It is right
  /// before the use if both are in one block. Otherwise it is the start of a block that is in as few
  /// loops as possible, and the earliest of these, so that paths around the conflict need no reload.
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

  /// Splits an interval at a point inside it. Returns the new interval, the part from `point` on.
  mutating func cut(
    _ interval: Int, at point: ProgramPoint, bundles: borrowing Bundles
  ) -> Int {
    let whole = intervals[interval]
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

    let number = UInt32(intervals.count)
    first.next = number
    rest.previous = UInt32(interval)
    if whole.next != Interval.none { intervals[Int(whole.next)].previous = number }
    rest.hint = AllocationOperand.noHint
    intervals[interval] = first
    intervals.append(rest)
    return intervals.count - 1
  }

  /// Splits the ranges. If one range is split in two, the shorter part moves to new storage.
  private mutating func cutRanges(
    _ whole: Interval, into first: inout Interval, _ rest: inout Interval, at point: ProgramPoint
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

  private func length(of interval: Interval) -> Int64 {
    var length: Int64 = 0
    for index in interval.ranges {
      length += Int64(ranges[Int(index)].end - ranges[Int(index)].start)
    }
    return length
  }
}
