/// Which registers' values the accumulators hold, as far as predecoding knows.
struct Accumulators: Equatable {
  /// A register whose value is in an accumulator, and how many of its bits are; none if they are 0.
  struct Held: Equatable {
    var register: UInt16 = 0
    var width: UInt8 = 0
  }

  /// An x register.
  var integer = Held()
  /// A float or vector register.
  var float = Held()

  /// After the item.
  mutating func pass(_ item: PredecodedFunction.Item) {
    let info = item.handler.info
    if item.handler.isCallInWindow {
      // Returns leave x0 of the outgoing area in the accumulator, too.
      self = Accumulators()
      integer = Held(register: item.register(at: UInt8(CellPlace.wcalls.window)), width: 64)
    } else if info.result != 0 {
      takeResult(item.register(at: info.result), info)
    } else if item.flags.contains(.clobbersAccumulator) {
      self = Accumulators()
    }
  }

  /// A 32-bit integer is in the accumulator as it is in the register: with zeros above. The place of a
  /// stack slot may have held a value of the other class.
  private mutating func takeResult(_ register: UInt16, _ info: HandlerInfo) {
    if info.isFloat {
      float = Held(register: register, width: info.width)
      if integer.register &- register < 16 { integer = Held() }
    } else {
      integer = Held(register: register, width: 64)
      if register &- float.register < 16 { float = Held() }
    }
  }

  /// What holds whichever way execution came.
  func common(_ other: Accumulators) -> Accumulators {
    func common(_ one: Held, _ other: Held) -> Held {
      one.register == other.register
        ? Held(register: one.register, width: min(one.width, other.width)) : Held()
    }
    return Accumulators(
      integer: common(integer, other.integer), float: common(float, other.float))
  }
}

/// What the accumulators hold at each branch target: what they hold at the end of all its predecessors.
///
/// The first sweep ignores predecessors that come later, as long as nothing is known about them. The
/// sweeps after it correct that until nothing changes.
struct AccumulatorFlow {
  private let source: PredecodedFunction
  /// Per item what holds before it if it is a target; nil if it has not been reached.
  private var entries: [Accumulators?]
  /// Whether the entry of an item that was passed in this sweep has changed.
  private var isOutdated = false

  /// More sweeps would mean a strange function; then nothing is known at its targets.
  private static let sweepLimit = 6

  init(_ source: PredecodedFunction) {
    self.source = source
    entries = Array(repeating: nil, count: source.items.count)
    for pad in source.landingPads { enterFromElsewhere(pad) }
    // The target of an instruction that takes an address in the function.
    for item in source.items where item.handler == .xconst64 && item.target >= 0 {
      enterFromElsewhere(item.target)
    }
    for _ in 0..<Self.sweepLimit {
      isOutdated = false
      sweep()
      if !isOutdated { return }
    }
    for index in entries.indices { entries[index] = Accumulators() }
  }

  /// What the accumulators hold before a target.
  func entry(_ index: Int) -> Accumulators { entries[index] ?? Accumulators() }

  private mutating func sweep() {
    var current: Accumulators? = Accumulators()
    for index in source.items.indices {
      let item = source.items[index]
      if item.flags.contains(.isTarget) {
        if let state = current { enter(index, state, from: index - 1) }
        current = entries[index]
      }
      guard var state = current else { continue }
      if !item.flags.contains(.isNothing) { state.pass(item) }
      // The loads of the memory registers may become one handler, and others follow with a handler that
      // reads them again.
      if item.flags.contains(.writesMemoryRegisters) { state = Accumulators() }
      if item.target >= 0, item.handler != .xconst64 {
        enter(source.index(at: source.destination(item.target)), state, from: index)
      }
      if item.handler == .br_table32 {
        for entry in item.tableEntries {
          let target = source.destination(source.tableEntries[entry])
          enter(source.index(at: target), state, from: index)
        }
      }
      current = item.flags.contains(.isTerminator) ? nil : state
    }
  }

  /// Execution comes to an instruction in a way that is not known.
  private mutating func enterFromElsewhere(_ target: Int32) {
    entries[source.index(at: source.destination(target))] = Accumulators()
  }

  private mutating func enter(_ target: Int, _ state: Accumulators, from index: Int) {
    let known = entries[target]
    let common = known?.common(state) ?? state
    if common == known { return }
    entries[target] = common
    if target <= index { isOutdated = true }
  }
}
