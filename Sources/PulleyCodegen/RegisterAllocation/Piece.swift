/// A part of a bundle, from one point to another, that is in one place.
///
/// The pieces of a bundle form a list in the order of their points. A piece starts and ends between
/// instructions, or where no range of the bundle is cut by it, or (its end only) right after the
/// uses of an instruction if the next piece is in a slot: no code is needed there then.
struct Piece {
  /// Its slice of `PieceAssignment.ranges`.
  var ranges: Range<UInt32>
  /// Its slice of `Bundles.uses`.
  var uses: Range<UInt32>
  /// What its uses weigh: in all, those that any register saves, and those that need one.
  var weight: Int64
  var savedWeight: Int64
  var registerWeight: Int64
  /// Number of points in its ranges.
  var length: Int64
  var bundle: UInt32
  var previous: UInt32 = Piece.none
  var next: UInt32 = Piece.none
  /// Weight by length, or infinite if it cannot be divided and needs a register.
  var priority: Float = 0
  /// The place, once it has one; until then `.rematerialise`.
  var allocation: Allocation = .rematerialise
  /// The register in which it was found to fit when it was cut, or `AllocationOperand.noHint`.
  var hint: UInt8 = AllocationOperand.noHint

  static let none = UInt32.max
}

/// A heap of pieces, the one of highest priority first.
struct PieceQueue: Sendable {
  private struct Element {
    var priority: Float
    var piece: UInt32

    /// Equal priorities go by number, so that the result never depends on chance.
    func precedes(_ other: Element) -> Bool {
      priority != other.priority ? priority > other.priority : piece < other.piece
    }
  }
  private var heap: [Element] = []

  mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

  mutating func push(_ piece: UInt32, priority: Float) {
    let element = Element(priority: priority, piece: piece)
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
    return first.piece
  }
}
