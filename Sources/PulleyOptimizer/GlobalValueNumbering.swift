import PulleyIR

/// Global value numbering (GVN): dominator-based, with hashing, after Briggs, Cooper and Simpson,
/// "Value Numbering" (1997). A computation that a dominating block has done already is replaced by
/// its result. Each instruction is first simplified, when its arguments are in their final form.
///
/// Blocks are visited in preorder of the dominator tree. An entry of the table is valid in all blocks
/// that the entry's block dominates. If that does not dominate the current block, the entry is never
/// valid again. Constants are not numbered: the code generator makes them where they are used.
///
/// Two loads are equal if no write between them may overlap them (`MemoryVersions`). The root of the
/// version of memory is part of the hash, so entries with other roots do not lengthen searches.
struct GlobalValueNumbering: Sendable {
  private struct Entry: Sendable {
    /// The run that made the entry. Entries of other runs are free.
    var run: UInt32 = 0
    var hash: UInt32 = 0
    /// The version of memory, for a load or store.
    var version: UInt32 = 0
    var inst = Inst.none
    var value = Value.none
  }

  private let seed = HashSeed()
  private var entries: [Entry] = []
  private var count = 0
  private var runNumber: UInt32 = 0
  private var memory = MemoryVersions()
  private var hasAliases = false
  /// Whether a branch has lost a destination.
  private(set) var hasChangedBranches = false

  mutating func run(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree, _ loops: borrowing LoopAnalysis
  ) {
    begin()
    memory.begin(function, graph, loops)
    function.countUses()
    defer { function.useCounts.removeAll(keepingCapacity: true) }
    for block in dominators.preorder {
      var state = memory.start(block, graph, dominators, loops)
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        var next = function.instruction(after: inst)
        if hasAliases { function.resolveArguments(of: inst) }
        switch function.simplify(inst) {
        case .unchanged:
          number(inst, in: block, &state, &function, dominators)
        case .rewritten:
          if function.instructions[inst].operation == .jump { hasChangedBranches = true }
          number(inst, in: block, &state, &function, dominators)
        case .same(let value):
          replace(inst, by: value, &function)
        case .useless:
          function.remove(inst)
        case .endsBlock:
          hasChangedBranches = true
          while function.lastInstruction(of: block) != inst {
            function.remove(function.lastInstruction(of: block))
          }
          next = .none
        }
        inst = next
      }
      memory.end(block, in: state)
    }
  }

  private mutating func begin() {
    if runNumber == .max {
      entries.removeAll()
      runNumber = 0
    }
    runNumber += 1
    count = 0
    if entries.isEmpty { entries = Array(repeating: Entry(), count: 256) }
    hasAliases = false
    hasChangedBranches = false
  }

  // Numbering

  private mutating func replace(_ inst: Inst, by value: Value, _ function: inout Function) {
    makeAlias(function.result(of: inst), of: value, &function)
    function.remove(inst)
  }

  /// For operations with several results: `isplit` and those that report overflow.
  private mutating func replace(_ inst: Inst, by known: Inst, _ function: inout Function) {
    let (old, new) = (function.results(of: inst), function.results(of: known))
    for index in 0..<Int(min(old.count, new.count)) {
      makeAlias(
        function.pool[Int(old.start) + index], of: function.pool[Int(new.start) + index],
        &function)
    }
    function.remove(inst)
  }

  private mutating func makeAlias(_ old: Value, of value: Value, _ function: inout Function) {
    if old.index < function.useCounts.count && value.index < function.useCounts.count {
      let (sum, overflow) = function.useCounts[value.index].addingReportingOverflow(
        function.useCounts[old.index])
      function.useCounts[value.index] = overflow ? .max : sum
    }
    function.makeAlias(old, of: value)
    hasAliases = true
  }

  private mutating func number(
    _ inst: Inst, in block: Block, _ state: inout MemoryState, _ function: inout Function,
    _ dominators: borrowing DominatorTree
  ) {
    let operation = function.instructions[inst].operation
    var version: UInt32 = 0
    if !operation.traits.isDisjoint(with: [.atomic, .call]) {
      state = memory.makeRoots()
      return
    }
    switch operation.format {
    case .unary, .ternary, .extractLane, .insertLane, .shuffle, .vectorConstant, .intCompare,
      .floatCompare, .conditionalTrap:
      break
    case .binary:
      orderArguments(of: inst, &function)
    case .load:
      let flags = function.instructions[inst].flags
      if !flags.isSuperset(of: [.readonly, .notrap]) { version = state.memory }
    case .heapLoad:
      version = state.heap
    case .store:
      state.memory = memory.write(inst, to: .memory, after: state.memory)
      if operation == .store || operation == .store_reference {
        rememberStore(inst, .load, state.memory, function)
      }
      return
    case .heapStore:
      state.heap = memory.write(inst, to: .heap, after: state.heap)
      if operation == .heap_store { rememberStore(inst, .heap_load, state.heap, function) }
      return
    default:
      return
    }
    let data = function.instructions[inst]
    let root = memory.root(of: version)
    let hash = hash(data, root, function)
    let place = place(of: data, hash, root, function)
    let entry = entries[place]
    let isTrap = operation.format == .conditionalTrap
    if entry.run == runNumber {
      let known = function.block(of: entry.inst)
      if known == block || dominators.dominates(known, block),
        memory.isUnchanged(data, from: entry.version, to: version, function)
      {
        if isTrap {
          // The earlier trap has tested the condition; the trap code does not matter.
          function.remove(inst)
        } else if function.results(of: inst).count > 1 {
          replace(inst, by: entry.inst, &function)
        } else {
          replace(inst, by: entry.value, &function)
        }
        return
      }
    } else {
      count += 1
    }
    let value = isTrap ? Value.none : function.result(of: inst)
    entries[place] = Entry(run: runNumber, hash: hash, version: version, inst: inst, value: value)
    if count * 2 > entries.count { grow() }
  }

  /// Store-to-load forwarding: enters the stored value as the result of the load that would read it.
  private mutating func rememberStore(
    _ inst: Inst, _ operation: Operation, _ version: UInt32, _ function: borrowing Function
  ) {
    let store = function.instructions[inst]
    guard !store.flags.contains(.big) else { return }
    var load = InstructionData(operation, store.type, store.argument1)
    load.entity = store.entity
    load.immediate = store.immediate
    let root = memory.root(of: version)
    let hash = hash(load, root, function)
    let place = place(of: load, hash, root, function)
    if entries[place].run != runNumber { count += 1 }
    entries[place] = Entry(
      run: runNumber, hash: hash, version: version, inst: inst, value: store.argument0)
    if count * 2 > entries.count { grow() }
  }

  /// Sorts the arguments of commutative operations, so that their order makes no difference. A constant
  /// stays second. Operands of floats are not sorted: their order may decide the bits of a NaN.
  private func orderArguments(of inst: Inst, _ function: inout Function) {
    let data = function.instructions[inst]
    guard data.operation.traits.contains(.commutes), data.type.lane.isInteger,
      data.argument0.number > data.argument1.number,
      function.integerConstant(data.argument1) == nil
    else { return }
    function.instructions[inst].argument0 = data.argument1
    function.instructions[inst].argument1 = data.argument0
  }

  // The table

  private func hash(
    _ data: InstructionData, _ root: UInt32, _ function: borrowing Function
  ) -> UInt32 {
    var hash = UInt64(data.operation.rawValue) | UInt64(data.type.rawValue) << 8
    if data.operation.format != .conditionalTrap { hash |= UInt64(data.detail) << 16 }
    hash = seed.mix(hash ^ UInt64(data.entity) << 32, UInt64(bitPattern: data.immediate))
    if root != 0 { hash = seed.mix(hash, UInt64(root)) }
    if !data.argument0.isNone {
      hash = seed.mix(hash, key(data.argument0, function))
      if !data.argument1.isNone {
        hash = seed.mix(hash, key(data.argument1, function))
        if !data.argument2.isNone { hash = seed.mix(hash, key(data.argument2, function)) }
      }
    }
    return UInt32(truncatingIfNeeded: hash)
  }

  /// Constants are equal if their numbers are, whichever instructions make them.
  private func key(_ value: Value, _ function: borrowing Function) -> UInt64 {
    if let number = function.integerConstant(value) { return ~UInt64(bitPattern: number) }
    return UInt64(value.number)
  }

  /// The index of the entry for an equal instruction, or of the free entry for this one.
  private func place(
    of data: InstructionData, _ hash: UInt32, _ root: UInt32, _ function: borrowing Function
  ) -> Int {
    let mask = entries.count - 1
    var place = Int(hash) & mask
    while entries[place].run == runNumber {
      if entries[place].hash == hash && memory.root(of: entries[place].version) == root
        && isSame(function.instructions[entries[place].inst], data, function)
      {
        return place
      }
      place = (place + 1) & mask
    }
    return place
  }

  private func isSame(
    _ known: InstructionData, _ data: InstructionData, _ function: borrowing Function
  ) -> Bool {
    guard known.type == data.type, known.immediate == data.immediate,
      known.entity == data.entity, known.flags.contains(.big) == data.flags.contains(.big)
    else { return false }
    if known.operation.format == .store || known.operation.format == .heapStore {
      let load: Operation = known.operation.format == .store ? .load : .heap_load
      return data.operation == load && isSame(known.argument1, data.argument0, function)
    }
    guard known.operation == data.operation,
      known.detail == data.detail || known.operation.format == .conditionalTrap
    else { return false }
    return isSame(known.argument0, data.argument0, function)
      && isSame(known.argument1, data.argument1, function)
      && isSame(known.argument2, data.argument2, function)
  }

  private func isSame(_ a: Value, _ b: Value, _ function: borrowing Function) -> Bool {
    if a == b { return true }
    guard !a.isNone, !b.isNone, function.type(of: a) == function.type(of: b),
      let number = function.integerConstant(a)
    else { return false }
    return function.integerConstant(b) == number
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    let mask = entries.count - 1
    for entry in old where entry.run == runNumber {
      var place = Int(entry.hash) & mask
      while entries[place].run == runNumber { place = (place + 1) & mask }
      entries[place] = entry
    }
  }
}

extension Function {
  /// Replaces aliases in one instruction by the values that they name, also in block arguments.
  mutating func resolveArguments(of inst: Inst) {
    let data = instructions[inst]
    if !data.argument0.isNone {
      if isAlias(data.argument0) { instructions[inst].argument0 = resolve(data.argument0) }
      if !data.argument1.isNone {
        if isAlias(data.argument1) { instructions[inst].argument1 = resolve(data.argument1) }
        if !data.argument2.isNone && isAlias(data.argument2) {
          instructions[inst].argument2 = resolve(data.argument2)
        }
      }
    }
    resolve(data.list)
    switch data.operation {
    case .jump:
      resolve(data.destination.arguments)
    case .brif:
      resolve(data.destination.arguments)
      resolve(data.otherwise.arguments)
    case .br_table, .try_call, .try_call_indirect:
      var lists: [ValueList] = []
      forEachArgumentList(of: inst) { lists.append($0) }
      for list in lists { resolve(list) }
      if data.operation.isTry { resolveContexts(of: data.exceptionTable) }
    default:
      break
    }
  }

  private mutating func resolveContexts(of number: ExceptionTable) {
    for (index, item) in exceptionTables[number].items.enumerated() {
      guard case .context(let value) = item, isAlias(value) else { continue }
      exceptionTables[number].items[index] = .context(resolve(value))
    }
  }

  private mutating func resolve(_ list: ValueList) {
    for index in Int(list.start)..<Int(list.start + list.count) where isAlias(pool[index]) {
      pool[index] = resolve(pool[index])
    }
  }
}
