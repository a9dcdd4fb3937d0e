/// A live interval: the part of a bundle between two points, which has one location. Splitting an
/// interval makes two (Wimmer and Mössenböck, "Optimized Interval Splitting in a Linear Scan Register
/// Allocator", 2005). regalloc2 calls it a live bundle.
///
/// The intervals of a bundle form a list in the order of their points. An interval starts and ends
/// between instructions or in a hole between the live ranges of the bundle. It may also end right
/// after the uses of an instruction if the next interval is in a slot, where no code is needed.
struct Interval {
  /// Its slice of `IntervalAssignment.ranges`.
  var ranges: Range<UInt32>
  /// Its slice of `Bundles.uses`.
  var uses: Range<UInt32>
  /// The weights of all uses, of those that any register saves, and of those that need a register.
  var weight: Int64
  var savedWeight: Int64
  var registerWeight: Int64
  /// The number of points in its ranges.
  var length: Int64
  var bundle: UInt32
  var previous: UInt32 = Interval.none
  var next: UInt32 = Interval.none
  /// The weight divided by the length, or infinite if it needs a register and cannot be split.
  var priority: Float = 0
  /// The location, or `.rematerialise` before it is assigned.
  var allocation: Allocation = .rematerialise
  /// The register that was free for it when it was split off, or `AllocationOperand.noHint`.
  var hint: UInt8 = AllocationOperand.noHint

  static let none = UInt32.max
}

/// A priority queue of intervals (a binary heap).
struct IntervalQueue: Sendable {
  private struct Element {
    var priority: Float
    var interval: UInt32

    /// Equal priorities are ordered by number, so that the result is deterministic.
    func precedes(_ other: Element) -> Bool {
      priority != other.priority ? priority > other.priority : interval < other.interval
    }
  }
  private var heap: [Element] = []

  mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

  mutating func push(_ interval: UInt32, priority: Float) {
    let element = Element(priority: priority, interval: interval)
    var index = heap.count
    heap.append(element)
    while index > 0 {
      let parent = (index - 1) / 2
      guard element.precedes(heap[parent]) else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = element
  }

  mutating func pop() -> UInt32? {
    guard let first = heap.first, let element = heap.popLast() else { return nil }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(element) else { break }
      heap[index] = heap[child]
      index = child
    }
    if index < heap.count { heap[index] = element }
    return first.interval
  }
}
