/// Which items one handler executes together: a division into as few cells as possible.
///
/// Dynamic programming from the end of the function to its beginning: the best division from an item on is its best
/// first cell and the best division after that. The time is proportional to the number of items, because few
/// fused handlers begin with the same two instructions.
struct Tiling {
  /// The cell that begins with an item, if one does.
  struct Tile {
    var handler = HandlerID(number: 0)
    /// How many items it executes.
    var count: UInt8 = 1
  }

  private(set) var tiles: [Tile]
  private let items: [PredecodedFunction.Item]
  private let index = FusionIndex.shared
  /// The number of cells from each item on.
  private var costs: [UInt32]

  init(_ items: [PredecodedFunction.Item]) {
    self.items = items
    tiles = Array(repeating: Tile(), count: items.count)
    costs = Array(repeating: 0, count: items.count + 1)
    for start in stride(from: items.count - 1, through: 0, by: -1) { choose(at: start) }
  }

  private mutating func choose(at start: Int) {
    costs[start] = costs[start + 1] + 1
    guard start + 1 < items.count, !items[start + 1].flags.contains(.isTarget) else { return }
    let first = items[start]
    let second = items[start + 1]
    choose(at: start, first.handler, second)
    if let plain = first.plainHandler { choose(at: start, plain, second) }
  }

  private mutating func choose(
    at start: Int, _ first: HandlerID, _ second: PredecodedFunction.Item
  ) {
    choose(at: start, index.candidates(first.number, second.handler.number))
    if let plain = second.plainHandler {
      choose(at: start, index.candidates(first.number, plain.number))
    }
  }

  /// Takes a fusion of these whose parts are the items at `start` if fewer cells follow from it. Of equal ones the
  /// first remains, which reads more from the accumulators.
  private mutating func choose(at start: Int, _ candidates: UnsafeBufferPointer<UInt16>) {
    for candidate in candidates {
      let fusion = FusedHandler(Int(candidate))
      let end = start + fusion.count
      guard end <= items.count, costs[end] + 1 < costs[start] else { continue }
      var part = 2
      while part < fusion.count, follows(fusion, part, at: start + part) { part += 1 }
      guard part == fusion.count else { continue }
      costs[start] = costs[end] + 1
      tiles[start] = Tile(handler: fusion.handler, count: UInt8(fusion.count))
    }
  }

  /// Whether the item at `place` is that part and is reached only from the item before it.
  private func follows(_ fusion: FusedHandler, _ part: Int, at place: Int) -> Bool {
    let item = items[place]
    let handler = fusion.part(part)
    return (item.handler.number == handler || item.plainHandler?.number == handler)
      && !item.flags.contains(.isTarget)
  }
}
