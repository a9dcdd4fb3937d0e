/// Lays out a predecoded function as cells.
struct Emission {
  private let source: PredecodedFunction
  let selection: Selection
  let options: PredecodingOptions
  private(set) var cells: [CellPlan] = []
  /// Per selected item the offset in bytes of its cell, or of its part of a fused cell.
  private(set) var offsets: [Int32]
  /// Per selected item the offset in bytes that a branch to it goes to.
  private var destinations: [Int32]
  private(set) var wordCount = 0
  /// Per item whether it is the function's entry or the target of a backward branch; empty if that does
  /// not matter.
  private var isHead: [Bool] = []
  /// Nil if it does not matter how often heads are reached.
  private let heat: Heat?
  /// Per head the number of its loop.
  private var loops: [Int: UInt32] = [:]

  /// How often the heads of a function of the first tier are reached.
  struct Heat {
    /// The address of the entry that counts it.
    let entry: UInt64
    let loops: [(offset: UInt32, number: UInt32)]
  }

  /// A cell: its handler, the items that it executes, and how many counters precede it.
  struct CellPlan {
    var handler: HandlerID
    var first: Int32
    var count: UInt8
    var counters: UInt8 = 0
  }

  init(
    _ source: PredecodedFunction, _ selection: Selection, _ options: PredecodingOptions,
    _ heat: Heat? = nil
  ) {
    self.heat = heat
    self.source = source
    self.selection = selection
    self.options = options
    offsets = Array(repeating: 0, count: selection.items.count)
    destinations = offsets
    cells.reserveCapacity(selection.items.count)
    if options.isInterruptible || heat != nil { findHeads() }
    plan()
  }

  private mutating func findHeads() {
    isHead = Array(repeating: false, count: selection.items.count)
    func place(_ target: Int32) -> Int { Int(selection.places[source.index(at: target)]) }
    for (index, item) in selection.items.enumerated() {
      if index == 0 { isHead[0] = true }
      if item.target >= 0, place(item.target) <= index { isHead[place(item.target)] = true }
      guard item.handler.isBranchTable else { continue }
      for entry in item.tableEntries {
        let target = place(source.destination(source.tableEntries[entry]))
        if target <= index { isHead[target] = true }
      }
    }
    for (offset, number) in heat?.loops ?? [] {
      loops[place(Int32(bitPattern: offset))] = number
    }
  }

  /// Whether an interruption check precedes an item.
  func checks(_ index: Int) -> Bool { options.isInterruptible && isHead[index] }

  /// Whether heat is counted before an item.
  private func heats(_ index: Int) -> Bool { heat != nil && isHead[index] }

  private mutating func plan() {
    let tiles = options.fuses ? Tiling(selection.items).tiles : []
    var index = 0
    var offset = 0
    while index < selection.items.count {
      var plan = CellPlan(handler: selection.items[index].handler, first: Int32(index), count: 1)
      let (countsEntry, countsRun) = counters(before: index)
      if countsEntry { offset += CellPlace.count_run.cellSize }
      destinations[index] = Int32(offset)
      if countsRun { offset += CellPlace.count_run.cellSize }
      plan.counters = (countsEntry ? 1 : 0) + (countsRun ? 1 : 0)
      if heats(index) { offset += CellPlace.count_heat.cellSize }
      if checks(index) { offset += 8 }
      if options.fuses, tiles[index].count > 1 {
        plan.handler = tiles[index].handler
        plan.count = tiles[index].count
      }
      cells.append(plan)
      for _ in 0..<plan.count {
        offsets[index] = Int32(offset)
        offset += 8 * words(selection.items[index])
        index += 1
      }
      offset += 8
      if isSampled(after: cells[cells.count - 1]) { offset += 8 }
    }
    wordCount = offset / 8
  }

  /// Whether a cell samples a call of the host that the cell has made.
  private func isSampled(after cell: CellPlan) -> Bool {
    options.isSampled && cell.handler.mayCallHost
  }

  /// The handlers of the cells, in order.
  var handlers: [HandlerID] { cells.map(\.handler) }

  private func words(_ item: PredecodedFunction.Item) -> Int {
    // The targets of a branch table follow its operands, two a word.
    if item.handler.isBranchTable {
      return item.handler.info.words + (item.tableEntries.count + 1) / 2
    }
    return item.handler.info.words
  }

  /// Writes the cells to `memory`, which holds `wordCount` words. `functions` are those of the handlers
  /// by number.
  func write(to memory: UnsafeMutablePointer<UInt64>, _ functions: [Handler]) {
    var word = 0
    func put(_ handler: HandlerID) {
      let function = functions[Int(handler.number)]
      memory[word] = bits(unsafeBitCast(function, to: UnsafeRawPointer.self))
      word += 1
    }
    for cell in cells {
      for _ in 0..<cell.counters {
        put(.count_run)
        memory[word] = 0
        word += 1
      }
      if let heat, heats(Int(cell.first)) {
        put(.count_heat)
        memory[word] = heat.entry
        memory[word + 1] = UInt64(loops[Int(cell.first)] ?? .max)
        word += 2
      }
      if checks(Int(cell.first)) { put(.check_interruption) }
      put(cell.handler)
      for index in Int(cell.first)..<Int(cell.first) + Int(cell.count) {
        write(selection.items[index], offset: offsets[index], to: memory, at: &word)
      }
      if isSampled(after: cell) { put(.sample_call) }
    }
  }

  private func write(
    _ item: PredecodedFunction.Item, offset: Int32, to memory: UnsafeMutablePointer<UInt64>,
    at word: inout Int
  ) {
    var item = item
    if item.target >= 0, item.handler == .xconst64 {
      item.put(
        UInt64(UInt(bitPattern: memory) + UInt(cellOffset(ofInstruction: UInt32(item.target)))),
        at: CellPlace.xconst64.value)
    } else if item.target >= 0 {
      let distance = self.distance(to: item.target, from: offset)
      item.put(UInt64(UInt32(bitPattern: distance)), at: item.handler.info.target)
    }
    let count = item.handler.info.words
    if count > 0 { memory[word] = item.words.0 }
    if count > 1 { memory[word + 1] = item.words.1 }
    if count > 2 { memory[word + 2] = item.words.2 }
    if item.handler.isBranchTable {
      writeTargets(item, offset: offset, to: UnsafeMutableRawPointer(memory + word + count))
    }
    word += words(item)
  }

  private func writeTargets(
    _ item: PredecodedFunction.Item, offset: Int32, to memory: UnsafeMutableRawPointer
  ) {
    for (index, entry) in item.tableEntries.enumerated() {
      let target = source.destination(source.tableEntries[entry])
      memory.storeBytes(
        of: distance(to: target, from: offset), toByteOffset: 4 * index, as: Int32.self)
    }
  }

  private func distance(to target: Int32, from offset: Int32) -> Int32 {
    let place = selection.places[source.index(at: target)]
    return destinations[Int(place)] - offset
  }

  /// The offset of the cell that a branch to the instruction goes to.
  func cellOffset(ofInstruction offset: UInt32) -> Int {
    Int(destinations[Int(selection.places[source.index(at: source.destination(Int32(offset)))])])
  }

  /// For each cell, or part of a fused cell, the instruction that it was made from.
  func locations() -> [LocationEntry] {
    selection.items.indices.map { index in
      LocationEntry(
        cell: UInt32(offsets[index]), source: selection.items[index].source,
        hasFrame: selection.items[index].flags.contains(.hasFrame))
    }
  }

  /// The offsets of the cells that call functions by name.
  func calls() -> [Int] {
    selection.items.indices.compactMap { index in
      HandlerFamily.calls_unbound.index(of: selection.items[index].handler) != nil
        ? Int(offsets[index]) : nil
    }
  }
}

extension HandlerID {
  /// Whether it may call a host function and continue with the next cell.
  var mayCallHost: Bool {
    self == .call_indirect_host || self == .call_indirect_host_escape
      || self == .call_indirect_checked || self == .wcall_host || self == .wcall_host_escape
  }

  var isBranchTable: Bool { self == .br_table32 || self == .br_table32_x }
  /// Whether it calls a function, in images with windows.
  var isCallInWindow: Bool { callHandlers[Int(number)] }
}

/// By the number of a handler: whether it is a member of `HandlerFamily.wcalls`, a variant of one that reads
/// the accumulator, or another call in a window.
private let callHandlers: [Bool] = {
  var result = Array(repeating: false, count: HandlerID.total)
  for handler in [HandlerID.wcall_indirect, .wcall_host, .wcall_host_escape] {
    result[Int(handler.number)] = true
  }
  for arguments in 0..<HandlerFamily.wcalls.count {
    let handler = HandlerFamily.wcalls[arguments]
    result[Int(handler.number)] = true
    for source in 0..<UInt64(arguments) {
      result[Int(handler.info.source(source).handler)] = true
    }
  }
  return result
}()

/// The instruction that a cell, or a part of a fused cell, was made from.
struct LocationEntry {
  /// The offset in the threaded code, in bytes.
  let cell: UInt32
  /// The bytecode offset, and whether the function's frame is on the stack, in the top bit.
  private let packed: UInt32

  init(cell: UInt32, source: UInt32, hasFrame: Bool) {
    self.cell = cell
    packed = source | (hasFrame ? 0x8000_0000 : 0)
  }

  var source: Int { Int(packed & 0x7FFF_FFFF) }
  var hasFrame: Bool { packed >> 31 == 1 }
}
