/// The handles of a table, by number and by object: two hash tables with linear probing, because
/// lookups are part of most calls that take or return a handle.
struct HandleEntries {
  /// An object of the host, and the index of its type in the table of handles.
  struct Object: Hashable {
    let address: UnsafeMutableRawPointer
    let type: UInt32
  }

  struct Entry {
    let number: UInt32
    let object: Object
    var isTemporary: Bool
  }

  /// What a slot takes in both tables, with its share of the table's smaller maps, in bytes.
  static let bytesPerSlot = 64
  private static let smallestCapacity = 16

  private(set) var count = 0
  /// None, or a power of two.
  private var slots: [Entry?] = []
  /// The numbers by object; 0 in an empty slot.
  private var numbers: [UInt32] = []
  private var shift: UInt64 = 64
  /// Odd, and unknown to guests, so that they cannot choose numbers that collide.
  private let multiplier = UInt64.random(in: 0 ... .max) | 1

  private var mask: Int { slots.count - 1 }

  /// The capacity for `count` entries; nil if the present one suffices. A third of the slots is empty.
  func capacity(for count: Int) -> Int? {
    guard count > slots.count / 3 * 2 else { return nil }
    var capacity = max(Self.smallestCapacity, slots.count)
    while count > capacity / 3 * 2 { capacity *= 2 }
    return capacity
  }

  mutating func grow(to capacity: Int) {
    let old = slots
    let oldNumbers = numbers
    slots = Array(repeating: nil, count: capacity)
    numbers = Array(repeating: 0, count: capacity)
    shift = 64 - UInt64(capacity.trailingZeroBitCount)
    count = 0
    for case let entry? in old { insert(entry) }
    for number in oldNumbers where number != 0 { setMain(number) }
  }

  var living: [Entry] { slots.compactMap { $0 } }

  // MARK: - By number

  subscript(number: UInt32) -> Entry? {
    @inline(__always) get { slot(of: number).flatMap { slots[$0] } }
  }

  /// Adds an entry, for which there is room and whose number is new.
  mutating func insert(_ entry: Entry) {
    var index = start(entry.number)
    while slots[index] != nil { index = (index + 1) & mask }
    slots[index] = entry
    count += 1
  }

  mutating func makePermanent(_ number: UInt32) {
    if let index = slot(of: number) { slots[index]?.isTemporary = false }
  }

  /// Removes the entry of a number that is not the main one of its object.
  mutating func remove(_ number: UInt32) {
    guard var hole = slot(of: number) else { return }
    count -= 1
    var index = hole
    while true {
      index = (index + 1) & mask
      guard let entry = slots[index] else { break }
      if canMove(from: index, to: hole, start: start(entry.number)) {
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
      index = (index + 1) & mask
    }
    return nil
  }

  @inline(__always)
  private func start(_ number: UInt32) -> Int { Int((UInt64(number) &* multiplier) >> shift) }

  /// Whether the search for an entry at `index` passes the hole.
  private func canMove(from index: Int, to hole: Int, start: Int) -> Bool {
    (index - start) & mask >= (index - hole) & mask
  }

  // MARK: - By object

  /// The main number of an object.
  func number(of object: Object) -> UInt32? {
    place(of: object).map { numbers[$0] }
  }

  /// Makes a number the main one of its object, which has none.
  mutating func setMain(_ number: UInt32) {
    guard let object = self[number]?.object else { return }
    var index = start(object)
    while numbers[index] != 0 { index = (index + 1) & mask }
    numbers[index] = number
  }

  /// Takes the main number of an object away. The entry stays.
  mutating func removeMain(of object: Object) {
    guard var hole = place(of: object) else { return }
    var index = hole
    while true {
      index = (index + 1) & mask
      guard let other = self[numbers[index]]?.object else { break }
      if canMove(from: index, to: hole, start: start(other)) {
        numbers[hole] = numbers[index]
        hole = index
      }
    }
    numbers[hole] = 0
  }

  private func place(of object: Object) -> Int? {
    guard !numbers.isEmpty else { return nil }
    var index = start(object)
    while let entry = self[numbers[index]] {
      if entry.object == object { return index }
      index = (index + 1) & mask
    }
    return nil
  }

  private func start(_ object: Object) -> Int {
    let address = UInt64(UInt(bitPattern: object.address))
    // Types differ in bits that no address has.
    return Int(((address ^ UInt64(object.type) << 48) &* multiplier) >> shift)
  }
}
