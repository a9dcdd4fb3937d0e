/// Chooses among the steps that do the same: shortens paths through jumps, takes operands from the
/// accumulator, drops what does nothing.
struct Selection {
  private var source: LoweredFunction
  private let options: PreparationOptions
  private(set) var items: [LoweredFunction.Item] = []
  /// Per item of the source its place in `items`.
  private(set) var places: [Int32]
  private var accumulator: Accumulator?
  /// Whether something dropped was a branch target, so that the next item is.
  private var owesTarget = false

  /// The x register whose value is in the accumulator too, and how many bits of it.
  private struct Accumulator {
    var register: UInt16
    var width: UInt8
  }

  static func select(
    _ source: LoweredFunction, _ options: PreparationOptions
  ) -> Selection {
    var selection = Selection(source, options)
    selection.run()
    return selection
  }

  private init(_ source: LoweredFunction, _ options: PreparationOptions) {
    self.source = source
    self.options = options
    places = Array(repeating: -1, count: source.items.count)
    items.reserveCapacity(source.items.count + source.items.count / 8)
  }

  /// What a copied branch falls through to is reached by a jump too.
  private mutating func markCopiedBranches() {
    for jump in source.items where jump.step == .jump {
      let target = source.index(at: source.destination(jump.target))
      if source.items[target].flags.contains(.isConditional), target + 1 < source.items.count {
        source.items[target + 1].flags.insert(.isTarget)
      }
    }
  }

  private mutating func run() {
    if options.fuses { markCopiedBranches() }
    var index = 0
    var isReachable = true
    while index < source.items.count {
      let item = source.items[index]
      if item.flags.contains(.isTarget) {
        isReachable = true
        accumulator = nil
      }
      guard isReachable else {
        index += 1
        continue
      }
      places[index] = Int32(items.count)
      if options.fuses, isMemoryReload(at: index) {
        appendMemoryReload(at: index)
        index += 3
        continue
      }
      isReachable = append(item, at: index)
      index += 1
    }
  }

  /// Appends an item, or what serves in its place; returns whether the next one can be reached from
  /// it.
  private mutating func append(_ item: LoweredFunction.Item, at index: Int) -> Bool {
    if item.flags.contains(.isNothing) {
      owesTarget = owesTarget || item.flags.contains(.isTarget)
      return true
    }
    var item = item
    if item.target >= 0 { item.target = source.destination(item.target) }
    if item.step == .jump, options.fuses { return appendJump(item, at: index) }
    if options.fuses, returnsAfterFrame(at: index), !isTarget(index + 1) {
      item.step = withReturn(item.step)
      item.flags.insert(.isTerminator)
    }
    append(item)
    return !item.flags.contains(.isTerminator)
  }

  private mutating func append(_ item: LoweredFunction.Item) {
    var item = item
    if owesTarget {
      item.flags.insert(.isTarget)
      accumulator = nil
      owesTarget = false
    }
    if options.usesAccumulator { takeFromAccumulator(&item) }
    items.append(item)
    updateAccumulator(item)
    if item.flags.contains(.writesMemoryRegisters) {
      var flags = item.flags
      flags.formIntersection(.hasFrame)
      items.append(LoweredFunction.Item(step: .sync, source: item.source, flags: flags))
    }
  }

  private func isTarget(_ index: Int) -> Bool {
    index < source.items.count && source.items[index].flags.contains(.isTarget)
  }

  // MARK: Jumps

  private func returnsAfterFrame(at index: Int) -> Bool {
    StepFamily.pop_frame_restore.index(of: source.items[index].step) != nil
      && index + 1 < source.items.count && source.items[index + 1].step == .ret
  }

  /// For a step that removes a frame: the one that returns as well.
  private func withReturn(_ step: Step) -> Step {
    StepFamily.pop_frame_restore.index(of: step).map { StepFamily.pop_frame_restore_ret[$0] }
      ?? step
  }

  /// Appends a jump, or a copy of the few instructions that it goes to.
  private mutating func appendJump(_ jump: LoweredFunction.Item, at index: Int) -> Bool {
    let target = source.index(at: jump.target)
    if target == index + 1 {
      owesTarget = owesTarget || jump.flags.contains(.isTarget)
      return true
    }
    var copy = source.items[target]
    copy.flags.remove(.isTarget)
    if jump.flags.contains(.isTarget) { copy.flags.insert(.isTarget) }
    if copy.step == .ret {
      append(copy)
      return false
    }
    if returnsAfterFrame(at: target) {
      copy.step = withReturn(copy.step)
      append(copy)
      return false
    }
    if copy.flags.contains(.isConditional), target + 1 < source.items.count {
      copy.target = source.destination(copy.target)
      append(copy)
      var rest = jump
      rest.flags.remove(.isTarget)
      rest.target = source.destination(Int32(source.items[target + 1].source))
      append(rest)
      return false
    }
    append(jump)
    return false
  }

  // MARK: The memory's registers

  /// Whether three loads from `index` on fetch base and length of a memory from its record:
  /// x29 = [xn + offset]; x28 = [x29]; x29 = [x29 + 8].
  private func isMemoryReload(at index: Int) -> Bool {
    guard index + 2 < source.items.count, source.items[index].step == .xload64le_o32,
      source.items[index + 1].step == .xload64le_o32,
      source.items[index + 2].step == .xload64le_o32,
      !isTarget(index + 1), !isTarget(index + 2)
    else { return false }
    typealias Load = CellPlace.xload64le_o32
    let base = UInt16(StateLayout.memoryBase)
    let length = UInt16(StateLayout.memoryLength)
    func loads(_ load: LoweredFunction.Item, _ register: UInt16, offset: UInt32) -> Bool {
      load.register(at: UInt8(Load.result)) == register
        && load.register(at: UInt8(Load.x)) == length && load.unsigned32(at: Load.offset) == offset
    }
    return source.items[index].register(at: UInt8(Load.result)) == length
      && loads(source.items[index + 1], base, offset: 0)
      && loads(source.items[index + 2], length, offset: 8)
  }

  private mutating func appendMemoryReload(at index: Int) {
    var item = source.items[index]
    item.step = .reload_memory
    item.flags.remove(.writesMemoryRegisters)
    item.flags.insert(.clobbersAccumulator)
    append(item)
  }

  // MARK: The accumulator

  private func takeFromAccumulator(
    _ item: inout LoweredFunction.Item, _ accumulator: Accumulator
  ) {
    let info = item.step.info
    func matches(_ source: StepSource) -> Bool {
      // Operands beyond the first word are not looked at.
      source.at >= 8 && source.at < 16 && source.width <= accumulator.width
        && item.register(at: source.at) == accumulator.register
    }
    let first = info.source(0)
    if matches(first) {
      item.step = Step(number: first.step)
    } else if info.commutes, first.at != 0,
      matches(StepSource(at: first.at + 2, width: first.width, step: first.step))
    {
      // The operation commutes: its first two operands, side by side, change places.
      let low = UInt64(8 * (first.at - 8))
      let one = item.words.0 >> low & 0xFFFF
      let other = item.words.0 >> (low + 16) & 0xFFFF
      item.words.0 &= ~(0xFFFF_FFFF << low)
      item.words.0 |= other << low | one << (low + 16)
      item.step = Step(number: first.step)
    } else if matches(info.source(1)) {
      item.step = Step(number: info.source(1).step)
    } else if matches(info.source(2)) {
      item.step = Step(number: info.source(2).step)
    }
  }

  private mutating func takeFromAccumulator(_ item: inout LoweredFunction.Item) {
    if item.flags.contains(.isTarget) { accumulator = nil }
    if let accumulator { takeFromAccumulator(&item, accumulator) }
  }

  private mutating func updateAccumulator(_ item: LoweredFunction.Item) {
    let info = item.step.info
    if info.result != 0 {
      accumulator = Accumulator(register: item.register(at: info.result), width: info.width)
    } else if item.flags.contains(.clobbersAccumulator) {
      accumulator = nil
    }
  }
}
