/// Chooses cheaper handlers with the same effect: follows jumps (jump threading), duplicates short jump
/// targets (tail duplication), takes operands from the accumulators, drops instructions without effect.
struct Selection {
  private var source: PredecodedFunction
  private let options: PredecodingOptions
  private(set) var items: [PredecodedFunction.Item] = []
  /// Per item of the source its index in `items`.
  private(set) var places: [Int32]
  private var flow: AccumulatorFlow?
  private var accumulators = Accumulators()
  /// Whether a dropped item was a branch target, so that the next item becomes one.
  private var owesTarget = false
  private var tails = JumpTails(isQuick: true)
  /// Whether items are copied to the end of a jump to them.
  private var isCopying = false

  /// - Parameter isQuick: whether nothing is to be in the accumulators where branches meet.
  static func select(
    _ source: PredecodedFunction, _ options: PredecodingOptions, isQuick: Bool = false
  ) -> Selection {
    var selection = Selection(source, options)

    selection.run(isQuick: isQuick)
    return selection
  }

  private init(_ source: PredecodedFunction, _ options: PredecodingOptions) {
    self.source = source
    self.options = options
    places = Array(repeating: -1, count: source.items.count)
    items.reserveCapacity(source.items.count + source.items.count / 8)
  }

  private mutating func run(isQuick: Bool) {
    tails = JumpTails(isQuick: isQuick)
    if options.fuses { tails.markRests(in: &source) }
    if options.usesAccumulator && !isQuick { flow = AccumulatorFlow(source) }
    var index = 0
    var isReachable = true
    while index < source.items.count {
      if source.items[index].flags.contains(.isTarget) {
        isReachable = true
        accumulators = flow?.entry(index) ?? Accumulators()
      }
      guard isReachable else {
        index += 1
        continue
      }
      places[index] = Int32(items.count)
      isReachable = step(&index, source.items[index])
    }
  }

  /// Appends what the item at `index` and perhaps the next ones become, advances `index`, and returns whether
  /// execution continues there. `item` is the one at `index`, or a copy of it in another place.
  private mutating func step(_ index: inout Int, _ item: PredecodedFunction.Item) -> Bool {
    if options.fuses, let item = mergedReturn(at: index, item) {
      append(returnInPlace(item))
      index += 2
      return false
    }
    if options.fuses, source.window == nil, isMemoryReload(at: index) {
      appendMemoryReload(at: index)
      index += 3
      return true
    }
    let place = index
    index += 1
    return append(item, at: place)
  }

  /// Appends an item or its replacement; returns whether the next item can be reached from it.
  private mutating func append(_ item: PredecodedFunction.Item, at index: Int) -> Bool {
    if item.flags.contains(.isNothing) {
      owesTarget = owesTarget || item.flags.contains(.isTarget)
      return true
    }
    var item = item
    if item.target >= 0 { item.target = source.destination(item.target) }
    if item.handler == .jump, options.fuses { return appendJump(item, at: index) }
    if options.fuses, source.returnsAfterFrame(at: index), !isTarget(index + 1) {
      item.handler = withReturn(item.handler)
      item.flags.insert(.isTerminator)
    }
    append(item)
    return !item.flags.contains(.isTerminator)
  }

  private mutating func append(_ item: PredecodedFunction.Item) {
    var item = item
    if owesTarget {
      item.flags.insert(.isTarget)
      owesTarget = false
    }
    if options.usesAccumulator { takeFromAccumulators(&item) }
    items.append(item)
    accumulators.pass(item)
    if item.flags.contains(.writesMemoryRegisters) {
      var flags = item.flags
      flags.formIntersection(.hasFrame)
      items.append(PredecodedFunction.Item(handler: .sync, source: item.source, flags: flags))
    }
  }

  private func isTarget(_ index: Int) -> Bool {
    index < source.items.count && source.items[index].flags.contains(.isTarget)
  }

  // MARK: Jumps

  /// For a handler that removes a frame: the one that returns as well.
  private func withReturn(_ handler: HandlerID) -> HandlerID {
    HandlerFamily.pop_frame_restore.index(of: handler).map {
      HandlerFamily.pop_frame_restore_ret[$0]
    }
      ?? handler
  }

  /// Appends a jump, or a copy of the few instructions that it goes to.
  private mutating func appendJump(_ jump: PredecodedFunction.Item, at index: Int) -> Bool {
    let target = source.index(at: jump.target)
    if target == index + 1 {
      owesTarget = owesTarget || jump.flags.contains(.isTarget)
      return true
    }
    guard !isCopying, let tail = tails.tail(at: target, of: source) else {
      append(jump)
      return false
    }
    isCopying = true
    owesTarget = owesTarget || jump.flags.contains(.isTarget)
    var next = target
    var isReachable = true
    while isReachable, next < tail.end {
      var copy = source.items[next]
      copy.flags.remove(.isTarget)
      isReachable = step(&next, copy)
    }
    isCopying = false
    if isReachable {
      var rest = jump
      rest.flags.remove(.isTarget)
      rest.target = source.destination(Int32(source.items[next].source))
      append(rest)
    }
    return false
  }

  /// The return of a value, from the move of the value to x0 and a return. `move` is the item at `index`.
  private func mergedReturn(
    at index: Int, _ move: PredecodedFunction.Item
  ) -> PredecodedFunction.Item? {
    guard move.handler == .xmov, index + 1 < source.items.count,
      source.items[index + 1].handler == .wret_in_place, isCopying || !isTarget(index + 1),
      move.register(at: UInt8(CellPlace.xmov.result)) == UInt16(StateLayout.x(0))
    else { return nil }
    var item = source.items[index + 1]
    item.handler = .wret
    item.words = (UInt64(move.register(at: UInt8(CellPlace.xmov.x))), 0, 0)
    item.flags.formUnion(move.flags.intersection(.isTarget))
    return item
  }

  /// If the item before it computes what a `wret` returns, that item stores it where the caller expects
  /// it: only results are read after a return.
  private mutating func returnInPlace(_ item: PredecodedFunction.Item) -> PredecodedFunction.Item {
    let place = item.register(at: UInt8(CellPlace.wret.x))
    guard !item.flags.contains(.isTarget), !owesTarget, let last = items.last,
      last.handler.info.result != 0, !last.handler.info.isFloat, last.target < 0,
      last.register(at: last.handler.info.result) == place, !isOtherResult(place)
    else { return item }
    let shift = UInt64(8 * (last.handler.info.result - 8))
    items[items.count - 1].words.0 &= ~(0xFFFF << shift)
    items[items.count - 1].words.0 |= UInt64(StateLayout.x(0)) << shift
    if accumulators.integer.width > 0 { accumulators.integer.register = UInt16(StateLayout.x(0)) }
    var item = item
    item.handler = .wret_in_place
    item.words = (UInt64(StateLayout.x(0)), 0, 0)
    return item
  }

  /// Whether the place is that of a result other than x0.
  private func isOtherResult(_ place: UInt16) -> Bool {
    guard let window = source.window else { return false }
    let registers = StateLayout.x(1)..<StateLayout.x(max(1, Int(window.resultX)))
    let area = Window.stackArea..<Window.stackArea + 16 * Int(window.incoming)
    return registers.contains(Int(place)) || area.contains(Int(place))
  }

  // MARK: The memory registers

  /// Whether three loads from `index` on load base and length of a memory from its record:
  /// x29 = [xn + offset]; x28 = [x29]; x29 = [x29 + 8].
  private func isMemoryReload(at index: Int) -> Bool {
    guard index + 2 < source.items.count, source.items[index].handler == .xload64le_o32,
      source.items[index + 1].handler == .xload64le_o32,
      source.items[index + 2].handler == .xload64le_o32,
      !isTarget(index + 1), !isTarget(index + 2)
    else { return false }
    typealias Load = CellPlace.xload64le_o32
    let base = UInt16(StateLayout.memoryBase)
    let length = UInt16(StateLayout.memoryLength)
    func loads(_ load: PredecodedFunction.Item, _ register: UInt16, offset: UInt32) -> Bool {
      load.register(at: UInt8(Load.result)) == register
        && load.register(at: UInt8(Load.x)) == length && load.unsigned32(at: Load.offset) == offset
    }
    return source.items[index].register(at: UInt8(Load.result)) == length
      && loads(source.items[index + 1], base, offset: 0)
      && loads(source.items[index + 2], length, offset: 8)
  }

  private mutating func appendMemoryReload(at index: Int) {
    var item = source.items[index]
    item.handler = .reload_memory
    item.flags.remove(.writesMemoryRegisters)
    item.flags.insert(.clobbersAccumulator)
    append(item)
  }

  // MARK: The accumulators

  private func takeFromAccumulator(
    _ item: inout PredecodedFunction.Item, _ accumulator: Accumulators.Held, isFloat: Bool
  ) {
    let info = item.handler.info
    func matches(_ source: HandlerSource) -> Bool {
      // Only operands in the first word have variants.
      source.at >= 8 && source.at < 16 && source.isFloat == isFloat
        && source.width <= accumulator.width
        && item.register(at: source.at) == accumulator.register
    }
    let first = info.source(0)
    if matches(first) {
      item.handler = HandlerID(number: first.handler)
    } else if info.commutes, first.at != 0,
      matches(
        HandlerSource(
          at: first.at + 2, width: first.width, isFloat: first.isFloat, handler: first.handler))
    {
      // The operation commutes: swap its first two operands, which are adjacent.
      let low = UInt64(8 * (first.at - 8))
      let one = item.words.0 >> low & 0xFFFF
      let other = item.words.0 >> (low + 16) & 0xFFFF
      item.words.0 &= ~(0xFFFF_FFFF << low)
      item.words.0 |= other << low | one << (low + 16)
      item.handler = HandlerID(number: first.handler)
    } else if matches(info.source(1)) {
      item.handler = HandlerID(number: info.source(1).handler)
    } else if matches(info.source(2)) {
      item.handler = HandlerID(number: info.source(2).handler)
    }
  }

  private mutating func takeFromAccumulators(_ item: inout PredecodedFunction.Item) {
    let plain = item.handler
    // Integers first: a variant that reads one may have a variant that reads a float as well.
    takeFromAccumulator(&item, accumulators.integer, isFloat: false)
    takeFromAccumulator(&item, accumulators.float, isFloat: true)
    if item.handler != plain { item.plainHandler = plain }
  }
}
