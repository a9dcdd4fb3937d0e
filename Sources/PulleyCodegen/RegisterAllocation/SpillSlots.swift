import PulleyISA

/// Spill-slot assignment: linear scan over the spilled bundles (Poletto and Sarkar, "Linear Scan
/// Register Allocation", 1999). Bundles share a slot if the spans from their first to their last
/// points do not overlap.
struct SpillSlots: Sendable {
  /// By bundle: the first unit of its slot.
  private(set) var slotOfBundle: [UInt32] = []
  private(set) var slotCount: UInt32 = 0

  private struct Event {
    var point: ProgramPoint
    var bundle: UInt32
  }
  private var starts: [Event] = []
  private var ends: [Event] = []
  private var free: [UInt32] = []

  mutating func assign(
    _ problem: borrowing AllocationProblem, bundles: borrowing Bundles, isSpilled: [Bool]
  ) {
    slotOfBundle.reset(to: 0, count: problem.registerClasses.count)
    // Vectors come last, so that pairs of units are shared as pairs.
    slotCount = 0
    share(unitsEach: 1, problem, bundles: bundles, isSpilled: isSpilled)
    share(unitsEach: 2, problem, bundles: bundles, isSpilled: isSpilled)
  }

  private mutating func share(
    unitsEach: UInt32, _ problem: borrowing AllocationProblem, bundles: borrowing Bundles,
    isSpilled: [Bool]
  ) {
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    free.removeAll(keepingCapacity: true)
    for root in bundles.roots where isSpilled[Int(root)] {
      guard (problem.registerClasses[Int(root)] == .v) == (unitsEach == 2) else { continue }
      let ranges = bundles.ranges(of: Int(root))
      starts.append(Event(point: bundles.ranges[ranges.lowerBound].start, bundle: root))
      ends.append(Event(point: bundles.ranges[ranges.upperBound - 1].end, bundle: root))
    }
    guard !starts.isEmpty else { return }
    slotCount = (slotCount + unitsEach - 1) / unitsEach * unitsEach
    starts.sort { ($0.point, $0.bundle) < ($1.point, $1.bundle) }
    ends.sort { ($0.point, $0.bundle) < ($1.point, $1.bundle) }
    var ended = 0
    for event in starts {
      while ended < ends.count, ends[ended].point <= event.point {
        free.append(slotOfBundle[Int(ends[ended].bundle)])
        ended += 1
      }
      if let slot = free.popLast() {
        slotOfBundle[Int(event.bundle)] = slot
      } else {
        slotOfBundle[Int(event.bundle)] = slotCount
        slotCount += unitsEach
      }
    }
  }
}
