/// The handles of a table by their numbers: a hash table with linear probing, because a lookup is part of
/// most calls that take a handle.
struct HandleEntries {
  struct Entry {
    /// 0 in an empty slot.
    var number: UInt32
    /// The index of the type in the table of handles.
    var type: UInt32
    var object: UnsafeMutableRawPointer
    var isTemporary: Bool
  }

  /// What a slot takes, with its share of the table's other maps, in bytes.
  static let bytesPerSlot = 96
  private static let smallestCapacity = 16

  private(set) var count = 0
  /// None, or a power of two.
  private var slots: [Entry?] = []
  private var shift: UInt32 = 32
  /// Odd, and unknown to guests, so that they cannot choose numbers that collide.
  private let multiplier = UInt32.random(in: 0 ... .max) | 1

  /// The capacity for `count` entries; nil if the present one suffices. A third of the slots is empty.
  func capacity(for count: Int) -> Int? {
    guard count > slots.count / 3 * 2 else { return nil }
    var capacity = max(Self.smallestCapacity, slots.count)
    while count > capacity / 3 * 2 { capacity *= 2 }
    return capacity
  }

  mutating func grow(to capacity: Int) {
    let old = slots
    slots = Array(repeating: nil, count: capacity)
    shift = 32 - UInt32(capacity.trailingZeroBitCount)
    count = 0
    for case let entry? in old { insert(entry) }
  }

  subscript(number: UInt32) -> Entry? {
    @inline(__always) get { slot(of: number).flatMap { slots[$0] } }
  }

  var living: [Entry] { slots.compactMap { $0 } }

  /// Adds an entry, for which there is room and whose number is new.
  mutating func insert(_ entry: Entry) {
    var index = start(entry.number)
    while slots[index] != nil { index = (index + 1) & (slots.count - 1) }
    slots[index] = entry
    count += 1
  }

  mutating func makePermanent(_ number: UInt32) {
    if let index = slot(of: number) { slots[index]?.isTemporary = false }
  }

  mutating func remove(_ number: UInt32) {
    guard var hole = slot(of: number) else { return }
    count -= 1
    let mask = slots.count - 1
    var index = hole
    while true {
      index = (index + 1) & mask
      guard let entry = slots[index] else { break }
      // The entry may move to the hole unless its search starts after the hole.
      let distance = (index - start(entry.number)) & mask
      if distance >= (index - hole) & mask {
        slots[hole] = entry
        hole = index
      }
    }
    slots[hole] = nil
  }

  @inline(__always)
  private func slot(of number: UInt32) -> Int? {
    guard !slots.isEmpty else { return nil }
    var index = start(number)
    while let entry = slots[index] {
      if entry.number == number { return index }
      index = (index + 1) & (slots.count - 1)
    }
    return nil
  }

  @inline(__always)
  private func start(_ number: UInt32) -> Int { Int((number &* multiplier) >> shift) }
}
