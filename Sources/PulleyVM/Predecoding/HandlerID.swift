/// The number of a handler: what a cell does, or a part of a fused cell.
struct HandlerID: Hashable, Sendable {
  let number: UInt16

  init(_ number: Int) { self.number = UInt16(number) }

  init(number: UInt16) { self.number = number }

  var info: HandlerInfo { HandlerInfo(self) }
}

/// Handlers with consecutive numbers that differ in one quantity: how many registers they save, or how
/// many arguments they pass.
struct HandlerFamily {
  private let first: UInt16
  let count: Int

  init(first: Int, count: Int) {
    self.first = UInt16(first)
    self.count = count
  }

  subscript(index: Int) -> HandlerID {
    precondition(index >= 0 && index < count, "not in the family")
    return HandlerID(number: first + UInt16(index))
  }

  /// The handler's position in the family; nil for other handlers.
  func index(of handler: HandlerID) -> Int? {
    guard handler.number >= first, Int(handler.number - first) < count else { return nil }
    return Int(handler.number - first)
  }
}

/// An operand that a variant of a handler takes from an accumulator.
struct HandlerSource {
  /// Where the operand is in the cell; 0 if there is no such source.
  let at: UInt8
  /// 32, 64 or 128.
  let width: UInt8
  /// Whether the variant takes it from the float accumulator.
  let isFloat: Bool
  /// The variant.
  let handler: UInt16
}

/// The properties of a handler that predecoding needs, as the generator packed them.
struct HandlerInfo {
  private let low: UInt64
  private let high: UInt64

  init(_ handler: HandlerID) {
    low = packedHandlerInfos[2 * Int(handler.number)]
    high = packedHandlerInfos[2 * Int(handler.number) + 1]
  }

  /// The number of operand words.
  var words: Int { Int(low & 0xFF) }
  /// Where the operand is for the register whose value it leaves in an accumulator too, or 0.
  var result: UInt8 { UInt8(truncatingIfNeeded: low >> 8) }
  /// How many bits of that register it writes.
  var width: UInt8 { UInt8(truncatingIfNeeded: low >> 16) }
  /// Whether the result is in the float accumulator.
  var isFloat: Bool { high >> 60 & 1 == 1 }
  /// Whether its first two sources may be swapped.
  var commutes: Bool { low >> 24 & 1 == 1 }

  /// Where the target of a branch is in the cell.
  var target: Int { Int(low >> 25 & 0x7F) }

  /// One of up to three operands that may come from an accumulator.
  func source(_ index: UInt64) -> HandlerSource {
    let kind = high >> (48 + 4 * index)
    return HandlerSource(
      at: UInt8(truncatingIfNeeded: low >> (32 + 8 * index)), width: 32 << UInt8(kind & 3),
      isFloat: kind & 4 != 0,
      handler: UInt16(truncatingIfNeeded: high >> (16 * index)))
  }
}

/// A fused handler and the two or more handlers that it replaces.
struct FusedHandler {
  private let word: UInt64

  /// How many fused handlers there are.
  static var total: Int { packedFusions.count }

  init(_ index: Int) { word = packedFusions[index] }

  var count: Int { Int(word >> 16 & 0xFFFF) }
  var handler: HandlerID { HandlerID(number: UInt16(truncatingIfNeeded: word)) }

  func part(_ index: Int) -> UInt16 { fusionParts[Int(word >> 32) + index] }
}

/// The fusions that begin with two handlers, in the order of `packedFusions`, in which the longest come
/// first. A hash table, because most pairs of handlers begin none.
struct FusionIndex: @unchecked Sendable {
  static let shared = FusionIndex()

  private struct Slot {
    /// The numbers of the handlers, or `.max`.
    var pair: UInt32
    var start: UInt16
    var count: UInt16
  }

  private let slots: UnsafePointer<Slot>
  private let fusions: UnsafePointer<UInt16>
  private static let slotCount = 1 << 13

  private init() {
    let total = FusedHandler.total
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: Self.slotCount)
    slots.initialize(repeating: Slot(pair: .max, start: 0, count: 0), count: Self.slotCount)
    var places: [Int] = []
    var starts = 0
    for index in 0..<total {
      let fusion = FusedHandler(index)
      let place = Self.place(Self.pair(fusion.part(0), fusion.part(1)), UnsafePointer(slots))
      slots[place].pair = Self.pair(fusion.part(0), fusion.part(1))
      slots[place].count += 1
      places.append(place)
    }
    let fusions = UnsafeMutablePointer<UInt16>.allocate(capacity: total)
    for place in places where slots[place].start == 0 {
      // One more than the start, so that it tells whether it is set.
      slots[place].start = UInt16(starts + 1)
      starts += Int(slots[place].count)
      slots[place].count = 0
    }
    for (index, place) in places.enumerated() {
      (fusions + Int(slots[place].start - 1 + slots[place].count)).initialize(to: UInt16(index))
      slots[place].count += 1
    }
    self.slots = UnsafePointer(slots)
    self.fusions = UnsafePointer(fusions)
  }

  /// The numbers of the fusions.
  @inline(__always)
  func candidates(_ first: UInt16, _ second: UInt16) -> UnsafeBufferPointer<UInt16> {
    let slot = slots[Self.place(Self.pair(first, second), slots)]
    guard slot.count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: fusions + Int(slot.start - 1), count: Int(slot.count))
  }

  private static func pair(_ first: UInt16, _ second: UInt16) -> UInt32 {
    UInt32(first) << 16 | UInt32(second)
  }

  @inline(__always)
  private static func place(_ pair: UInt32, _ slots: UnsafePointer<Slot>) -> Int {
    var place = Int((pair &* 0x9E37_79B1) >> 19)
    while slots[place].pair != pair, slots[place].pair != .max {
      place = (place + 1) & (slotCount - 1)
    }
    return place
  }
}
