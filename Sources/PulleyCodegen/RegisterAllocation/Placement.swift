/// The location of each bundle at each point, from the locations of its intervals.
struct Placement: Sendable {
  private struct Segment {
    var start: ProgramPoint
    var allocation: Allocation
  }

  /// By bundle: the index of its first segment in `segments`, and their number.
  private var first: [UInt32] = []
  private var count: [UInt32] = []
  private var segments: [Segment] = []
  /// By bundle: its slot, if it is spilled somewhere.
  private var slots: [Allocation] = []

  mutating func build(
    _ problem: borrowing AllocationProblem, bundles: borrowing Bundles,
    assignment: borrowing IntervalAssignment, slots: borrowing SpillSlots
  ) {
    first.reset(to: 0, count: problem.registerClasses.count)
    count.reset(to: 0, count: problem.registerClasses.count)
    segments.removeAll(keepingCapacity: true)
    self.slots.reset(to: .rematerialise, count: problem.registerClasses.count)
    for root in bundles.roots {
      first[Int(root)] = UInt32(segments.count)
      var interval = assignment.firstInterval[Int(root)]
      while interval != Interval.none {
        var allocation = assignment.intervals[Int(interval)].allocation
        if allocation.isSlot {
          allocation = .slot(slots.slotOfBundle[Int(root)])
          self.slots[Int(root)] = allocation
        }
        // Adjacent intervals with one location make one segment.
        if count[Int(root)] == 0 || segments[segments.count - 1].allocation != allocation {
          segments.append(
            Segment(start: assignment.start(of: Int(interval)), allocation: allocation))
          count[Int(root)] += 1
        }
        interval = assignment.intervals[Int(interval)].next
      }
    }
  }

  /// Whether the bundle has more than one location.
  func isDivided(_ bundle: Int) -> Bool { count[bundle] > 1 }

  func allocation(of bundle: Int, at point: ProgramPoint) -> Allocation {
    segments[segment(of: bundle, at: point)].allocation
  }

  /// The slot of a bundle that is spilled somewhere.
  func slot(of bundle: Int) -> Allocation { slots[bundle] }

  /// The segments of a bundle.
  func segments(of bundle: Int) -> Range<Int> {
    Int(first[bundle])..<Int(first[bundle] + count[bundle])
  }

  func start(ofSegment segment: Int) -> ProgramPoint { segments[segment].start }
  func allocation(ofSegment segment: Int) -> Allocation { segments[segment].allocation }

  /// The segment that contains `point`.
  func segment(of bundle: Int, at point: ProgramPoint) -> Int {
    var low = Int(first[bundle]) + 1
    var high = Int(first[bundle] + count[bundle])
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].start > point { high = middle } else { low = middle + 1 }
    }
    return low - 1
  }
}
