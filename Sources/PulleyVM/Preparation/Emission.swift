/// Lays a function's steps out as cells.
struct Emission {
  private let source: LoweredFunction
  private let selection: Selection
  private let options: PreparationOptions
  private var cells: [CellPlan] = []
  /// Per selected item the offset in bytes of its cell, or of its part of a cell.
  private var offsets: [Int32]
  /// The same, where a branch to it goes.
  private var destinations: [Int32]
  private(set) var wordCount = 0
  /// Where to look for interruptions; empty if nowhere.
  private var isChecked: [Bool] = []

  /// A cell: its handler and the selected items it serves.
  private struct CellPlan {
    var step: Step
    var first: Int32
    var count: UInt8
  }

  init(_ source: LoweredFunction, _ selection: Selection, _ options: PreparationOptions) {
    self.source = source
    self.selection = selection
    self.options = options
    offsets = Array(repeating: 0, count: selection.items.count)
    destinations = offsets
    cells.reserveCapacity(selection.items.count)
    if options.isInterruptible { findChecks() }
    plan()
  }

  /// The function's entry, and wherever it branches back to.
  private mutating func findChecks() {
    isChecked = Array(repeating: false, count: selection.items.count)
    func place(_ target: Int32) -> Int { Int(selection.places[source.index(at: target)]) }
    for (index, item) in selection.items.enumerated() {
      if index == 0 { isChecked[0] = true }
      if item.target >= 0, place(item.target) <= index { isChecked[place(item.target)] = true }
      guard item.step.isBranchTable else { continue }
      for entry in item.tableEntries {
        let target = place(source.destination(source.tableEntries[entry]))
        if target <= index { isChecked[target] = true }
      }
    }
  }

  private func checks(_ index: Int) -> Bool { !isChecked.isEmpty && isChecked[index] }

  private mutating func plan() {
    var index = 0
    var offset = 0
    while index < selection.items.count {
      destinations[index] = Int32(offset)
      if options.countsDispatches { offset += 8 }
      if checks(index) { offset += 8 }
      var plan = CellPlan(step: selection.items[index].step, first: Int32(index), count: 1)
      if options.fuses, let fusion = fusion(at: index) {
        plan.step = fusion.step
        plan.count = UInt8(fusion.count)
      }
      cells.append(plan)
      for _ in 0..<plan.count {
        offsets[index] = Int32(offset)
        offset += 8 * words(selection.items[index])
        index += 1
      }
      offset += 8
    }
    wordCount = offset / 8
  }

  /// The steps of the cells, in order.
  var steps: [Step] { cells.map(\.step) }

  private func fusion(at index: Int) -> Fusion? {
    let items = selection.items
    for candidate in FusionIndex.candidates(items[index].step) {
      let fusion = Fusion(candidate)
      guard index + fusion.count <= items.count else { continue }
      var part = 1
      while part < fusion.count, follows(fusion, part, at: index + part) { part += 1 }
      if part == fusion.count { return fusion }
    }
    return nil
  }

  /// Whether the item at `index` is that part, is reached only from the one before it, and uses the
  /// result of that one if it has to.
  private func follows(_ fusion: Fusion, _ part: Int, at index: Int) -> Bool {
    let item = selection.items[index]
    guard item.step.number == fusion.part(part), !item.flags.contains(.isTarget) else {
      return false
    }
    let taken = fusion.taken(by: part)
    return taken == 0 || item.register(at: taken) == selection.items[index - 1].register(at: 8)
  }

  private func words(_ item: LoweredFunction.Item) -> Int {
    // The targets of a branch table follow its operands, two a word.
    if item.step.isBranchTable {
      return item.step.info.words + (item.tableEntries.count + 1) / 2
    }
    return item.step.info.words
  }

  /// Writes the cells to `memory`, which holds `wordCount` words.
  func write(to memory: UnsafeMutablePointer<UInt64>) {
    var word = 0
    for cell in cells {
      if options.countsDispatches {
        memory[word] = bits(Step.count.handlerAddress)
        word += 1
      }
      if checks(Int(cell.first)) {
        memory[word] = bits(Step.check_interruption.handlerAddress)
        word += 1
      }
      memory[word] = bits(
        options.usesProcessor ? cell.step.handlerAddress : cell.step.portableHandlerAddress)
      word += 1
      for index in Int(cell.first)..<Int(cell.first) + Int(cell.count) {
        write(selection.items[index], offset: offsets[index], to: memory, at: &word)
      }
    }
  }

  private func write(
    _ item: LoweredFunction.Item, offset: Int32, to memory: UnsafeMutablePointer<UInt64>,
    at word: inout Int
  ) {
    var item = item
    if item.target >= 0, item.step == .xconst64 {
      item.put(
        UInt64(UInt(bitPattern: memory) + UInt(cellOffset(ofInstruction: UInt32(item.target)))),
        at: CellPlace.xconst64.value)
    } else if item.target >= 0 {
      let distance = self.distance(to: item.target, from: offset)
      item.put(UInt64(UInt32(bitPattern: distance)), at: item.step.info.target)
    }
    let count = item.step.info.words
    if count > 0 { memory[word] = item.words.0 }
    if count > 1 { memory[word + 1] = item.words.1 }
    if count > 2 { memory[word + 2] = item.words.2 }
    if item.step.isBranchTable {
      writeTargets(item, offset: offset, to: UnsafeMutableRawPointer(memory + word + count))
    }
    word += words(item)
  }

  private func writeTargets(
    _ item: LoweredFunction.Item, offset: Int32, to memory: UnsafeMutableRawPointer
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

  /// Where the code goes on that an instruction which is a branch target became.
  func cellOffset(ofInstruction offset: UInt32) -> Int {
    Int(destinations[Int(selection.places[source.index(at: source.destination(Int32(offset)))])])
  }

  /// Where each cell, or part of one, comes from.
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
      StepFamily.calls_link.index(of: selection.items[index].step) != nil
        ? Int(offsets[index]) : nil
    }
  }
}

extension Step {
  var isBranchTable: Bool { self == .br_table32 || self == .br_table32_x }
}

/// Where a cell, or a part of one, comes from.
struct LocationEntry {
  /// Its offset in the prepared code, in bytes.
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
