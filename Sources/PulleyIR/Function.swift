/// Where a value comes from.
public enum ValueDefinition: Hashable, Sendable {
  case parameter(Block, index: UInt32)
  case result(Inst, index: UInt32)
  /// Another name of the value.
  case alias(Value)
}

/// A function in SSA form: its entities in dense tables, and the order of its blocks and
/// instructions. The first block of the layout is the entry; its parameters are the function's.
public struct Function: Sendable {
  public var name: ExternalName
  public var signature: Signature

  public var signatures = PrimaryMap<SigRef, Signature>()
  public var externals = PrimaryMap<FuncRef, ExternalFunction>()
  public var heaps = PrimaryMap<Heap, HeapData>()
  public var stackSlots = PrimaryMap<StackSlot, StackSlotData>()
  public var globalValues = PrimaryMap<GlobalValue, GlobalValueData>()
  public var aliasRegions = PrimaryMap<AliasRegion, AliasRegionData>()
  public var jumpTables = PrimaryMap<JumpTable, JumpTableData>()
  public var exceptionTables = PrimaryMap<ExceptionTable, ExceptionTableData>()
  /// Where the lowest address that the stack may reach is found, if the function says so.
  public var stackLimit = GlobalValue.none
  public private(set) var constants = PrimaryMap<Constant, ConstantData>()
  private var constantNumbers: [ConstantData: Constant] = [:]

  public var instructions = PrimaryMap<Inst, InstructionData>()
  /// Parallel to `instructions`: the results, consecutive values.
  public internal(set) var resultLists: [ValueList] = []
  /// Parallel to `instructions`: a position in the source, in the unit of whoever built it.
  public var sourceLocations: [UInt32] = []

  public internal(set) var valueTypes: [Type] = []
  public internal(set) var valueDefinitions: [ValueDefinition] = []
  public var pool: [Value] = []

  public internal(set) var blockParameters: [ValueList] = []
  /// Blocks in the order of the text and of the code.
  public var blockOrder: [Block] = []
  public var coldBlocks: Set<Block> = []
  @usableFromInline var firstInstructions: [Inst] = []
  @usableFromInline var lastInstructions: [Inst] = []
  @usableFromInline var nextInstructions: [Inst] = []
  @usableFromInline var previousInstructions: [Inst] = []
  @usableFromInline var instructionBlocks: [Block] = []
  /// What the function's text says, and code generation has no use for; nil if it was not read from
  /// text.
  public var text: FunctionText?
  /// By value: how often it is read, up to 255. Only the optimizer keeps it, and only while it runs.
  public var useCounts: [UInt8] = []

  public init(name: ExternalName, signature: Signature) {
    self.name = name
    self.signature = signature
  }

  /// Empties all tables, keeping their storage, to build another function.
  public mutating func reset(name: ExternalName, signature: Signature) {
    self.name = name
    self.signature = signature
    signatures.removeAll()
    externals.removeAll()
    heaps.removeAll()
    stackSlots.removeAll()
    globalValues.removeAll()
    aliasRegions.removeAll()
    jumpTables.removeAll()
    exceptionTables.removeAll()
    stackLimit = .none
    text = nil
    if constants.count > 0 {
      constants.removeAll()
      constantNumbers.removeAll(keepingCapacity: true)
    }
    instructions.removeAll()
    resultLists.removeAll(keepingCapacity: true)
    sourceLocations.removeAll(keepingCapacity: true)
    valueTypes.removeAll(keepingCapacity: true)
    valueDefinitions.removeAll(keepingCapacity: true)
    pool.removeAll(keepingCapacity: true)
    blockParameters.removeAll(keepingCapacity: true)
    blockOrder.removeAll(keepingCapacity: true)
    coldBlocks.removeAll(keepingCapacity: true)
    firstInstructions.removeAll(keepingCapacity: true)
    lastInstructions.removeAll(keepingCapacity: true)
    nextInstructions.removeAll(keepingCapacity: true)
    previousInstructions.removeAll(keepingCapacity: true)
    instructionBlocks.removeAll(keepingCapacity: true)
  }
}

extension Function {
  /// A constant of its own, whatever others there are.
  public mutating func declareConstant(_ data: ConstantData) -> Constant {
    constants.append(data)
  }

  /// The constant that has these bytes, of which there is only one.
  public mutating func makeConstant(_ data: ConstantData) -> Constant {
    if let known = constantNumbers[data] { return known }
    let constant = constants.append(data)
    constantNumbers[data] = constant
    return constant
  }
}

extension Function {
  @inlinable public var valueCount: Int { valueTypes.count }

  @inlinable public func type(of value: Value) -> Type { valueTypes[value.index] }

  @inlinable public func definition(of value: Value) -> ValueDefinition {
    valueDefinitions[value.index]
  }

  mutating func makeValue(_ type: Type, _ definition: ValueDefinition) -> Value {
    valueTypes.append(type)
    valueDefinitions.append(definition)
    return Value(number: UInt32(valueTypes.count - 1))
  }

  /// The value that `value` is a name of: itself, unless it was made an alias.
  @inlinable public func resolve(_ value: Value) -> Value {
    var value = value
    while case .alias(let original) = valueDefinitions[value.index] { value = original }
    return value
  }

  /// The same, and shortens the way for those who ask again.
  public mutating func resolveShortening(_ value: Value) -> Value {
    var value = value
    while case .alias(let next) = valueDefinitions[value.index] {
      guard case .alias(let original) = valueDefinitions[next.index] else { return next }
      valueDefinitions[value.index] = .alias(original)
      value = original
    }
    return value
  }

  /// Makes `value` another name of `original`. Neither its block nor an instruction may still
  /// define it, and `original` may not be an alias of `value`.
  public mutating func makeAlias(_ value: Value, of original: Value) {
    valueDefinitions[value.index] = .alias(original)
  }

  /// Points every alias straight at its original, so that chains of any length cost linear time.
  mutating func shortenAliases() {
    for index in valueDefinitions.indices {
      guard case .alias(let next) = valueDefinitions[index] else { continue }
      let original = resolve(next)
      var walk = index
      while case .alias(let next) = valueDefinitions[walk], next != original {
        valueDefinitions[walk] = .alias(original)
        walk = next.index
      }
    }
  }

  /// Writes the originals in place of all aliases, so that later passes need not resolve.
  public mutating func resolveAllAliases() {
    shortenAliases()
    // Places that belong to no list any more, or are a list's spare room, may hold no value. Most
    // hold no alias: looking costs less than writing.
    for index in pool.indices where !pool[index].isNone && isAlias(pool[index]) {
      pool[index] = resolve(pool[index])
    }
    for index in instructions.elements.indices {
      let first = instructions.elements[index].argument0
      if first.isNone { continue }
      if isAlias(first) { instructions.elements[index].argument0 = resolve(first) }
      let second = instructions.elements[index].argument1
      if second.isNone { continue }
      if isAlias(second) { instructions.elements[index].argument1 = resolve(second) }
      let third = instructions.elements[index].argument2
      if !third.isNone && isAlias(third) {
        instructions.elements[index].argument2 = resolve(third)
      }
    }
  }

  @inlinable public func isAlias(_ value: Value) -> Bool {
    if case .alias = valueDefinitions[value.index] { true } else { false }
  }

  /// The values of a list. The slice holds on to the pool: whoever changes the pool while it is
  /// alive pays for a copy of the whole pool.
  @inlinable public func values(_ list: ValueList) -> ArraySlice<Value> {
    pool[Int(list.start)..<Int(list.start + list.count)]
  }

  public mutating func makeList(_ values: some Collection<Value>) -> ValueList {
    let list = ValueList(start: UInt32(pool.count), count: UInt32(values.count))
    pool.append(contentsOf: values)
    return list
  }

  /// Adds to the end of a list. A list that has to move doubles its room, so that adding one by
  /// one stays linear.
  public mutating func append(_ value: Value, to list: inout ValueList) {
    if list.count < list.capacity {
      pool[Int(list.start + list.count)] = value
    } else if Int(list.start + list.count) == pool.count {
      pool.append(value)
      list.capacity += 1
    } else {
      let old = Int(list.start)..<Int(list.start + list.count)
      list.start = UInt32(pool.count)
      list.capacity = max(2, list.count * 2)
      // One by one: a slice of the pool would make the first addition copy all of it.
      for index in old { pool.append(pool[index]) }
      pool.append(contentsOf: repeatElement(value, count: Int(list.capacity) - old.count))
    }
    list.count += 1
  }
}

extension Function {
  @inlinable public var blockCount: Int { blockParameters.count }

  @inlinable public var entry: Block { blockOrder.first ?? .none }

  /// A block that is not yet in the layout.
  public mutating func makeBlock() -> Block {
    blockParameters.append(.empty)
    firstInstructions.append(.none)
    lastInstructions.append(.none)
    return Block(number: UInt32(blockParameters.count - 1))
  }

  public mutating func appendToLayout(_ block: Block) { blockOrder.append(block) }

  @inlinable public func parameters(of block: Block) -> ArraySlice<Value> {
    values(blockParameters[block.index])
  }

  @discardableResult
  public mutating func appendParameter(_ type: Type, to block: Block) -> Value {
    let value = makeValue(
      type, .parameter(block, index: blockParameters[block.index].count))
    var list = blockParameters[block.index]
    append(value, to: &list)
    blockParameters[block.index] = list
    return value
  }

  @inlinable public func firstInstruction(of block: Block) -> Inst {
    firstInstructions[block.index]
  }
  @inlinable public func lastInstruction(of block: Block) -> Inst { lastInstructions[block.index] }
  @inlinable public func instruction(after inst: Inst) -> Inst { nextInstructions[inst.index] }
  @inlinable public func instruction(before inst: Inst) -> Inst { previousInstructions[inst.index] }
  @inlinable public func block(of inst: Inst) -> Block { instructionBlocks[inst.index] }

  /// The terminator of a finished block.
  @inlinable public func terminator(of block: Block) -> Inst { lastInstructions[block.index] }
}

extension Function {
  @inlinable public func results(of inst: Inst) -> ValueList { resultLists[inst.index] }

  /// The only result of an instruction that has one.
  @inlinable public func result(of inst: Inst) -> Value { pool[Int(resultLists[inst.index].start)] }

  /// The types of the results that `data` will have.
  func resultTypes(_ data: InstructionData) -> [Type] {
    switch data.operation {
    case .call: signatures[externals[data.function].signature].results.map(\.type)
    case .call_indirect: signatures[data.signature].results.map(\.type)
    case .try_call, .try_call_indirect: tryCallResultTypes(data)
    default: []
    }
  }

  private func tryCallResultTypes(_ data: InstructionData) -> [Type] {
    let callee = signatures[exceptionTables[data.exceptionTable].signature]
    return callee.results.map(\.type) + callee.convention.exceptionPayloadTypes
  }

  /// Adds an instruction at the end of `block` and makes its results.
  @discardableResult
  public mutating func append(
    _ data: InstructionData, to block: Block, source: UInt32 = .max
  ) -> Inst {
    let inst = instructions.append(data)
    sourceLocations.append(source)
    instructionBlocks.append(block)
    let last = lastInstructions[block.index]
    previousInstructions.append(last)
    nextInstructions.append(.none)
    if last.isNone {
      firstInstructions[block.index] = inst
    } else {
      nextInstructions[last.index] = inst
    }
    lastInstructions[block.index] = inst
    resultLists.append(makeResults(data, of: inst))
    return inst
  }

  /// Adds an instruction at the start of `block`, before all others.
  @discardableResult
  public mutating func prepend(_ data: InstructionData, to block: Block) -> Inst {
    let first = firstInstructions[block.index]
    guard !first.isNone else { return append(data, to: block) }
    let inst = instructions.append(data)
    sourceLocations.append(.max)
    instructionBlocks.append(block)
    previousInstructions.append(.none)
    nextInstructions.append(first)
    previousInstructions[first.index] = inst
    firstInstructions[block.index] = inst
    resultLists.append(makeResults(data, of: inst))
    return inst
  }

  mutating func makeResults(_ data: InstructionData, of inst: Inst) -> ValueList {
    let single: Type
    switch data.operation.result {
    case .same: single = data.type
    case .comparison: single = data.type.comparisonResult
    case .truth: single = .i8
    case .lane: single = data.type.lane
    case .mergedLanes: single = data.type.mergedLanes
    case .splitLanes: single = data.type.splitLanes
    case .doubled: single = data.type.doubled
    case .pointer: single = data.type == .invalid ? .pointer : data.type
    case .halves:
      let half = data.type.halved
      let low = makeValue(half, .result(inst, index: 0))
      return makeList([low, makeValue(half, .result(inst, index: 1))])
    case .withFlag:
      let number = makeValue(data.type, .result(inst, index: 0))
      return makeList([number, makeValue(.i8, .result(inst, index: 1))])
    case .none:
      guard data.operation.traits.contains(.call) else { return .empty }
      var results: [Value] = []
      for (index, type) in resultTypes(data).enumerated() {
        results.append(makeValue(type, .result(inst, index: UInt32(index))))
      }
      return makeList(results)
    }
    let value = makeValue(single, .result(inst, index: 0))
    pool.append(value)
    return ValueList(start: UInt32(pool.count - 1), count: 1)
  }

  /// Takes an instruction out of its block. Its results must be unused.
  public mutating func remove(_ inst: Inst) {
    let block = instructionBlocks[inst.index]
    let previous = previousInstructions[inst.index]
    let next = nextInstructions[inst.index]
    if previous.isNone {
      firstInstructions[block.index] = next
    } else {
      nextInstructions[previous.index] = next
    }
    if next.isNone {
      lastInstructions[block.index] = previous
    } else {
      previousInstructions[next.index] = previous
    }
    instructionBlocks[inst.index] = .none
  }

  /// Calls `body` with every value that the instruction reads, block arguments included, among them
  /// those results of a `try_call` that it passes on itself.
  public func forEachArgument(of inst: Inst, _ body: (Value) -> Void) {
    let data = instructions[inst]
    if !data.argument0.isNone {
      body(data.argument0)
      if !data.argument1.isNone {
        body(data.argument1)
        if !data.argument2.isNone { body(data.argument2) }
      }
    }
    for value in values(data.list) { body(value) }
    if data.operation == .try_call || data.operation == .try_call_indirect {
      for case .context(let value) in exceptionTables[data.exceptionTable].items { body(value) }
    }
    forEachDestination(of: inst) { call in
      for value in values(call.arguments) { body(value) }
    }
  }

  /// Calls `body` with every block that the instruction may go to, and what it passes there.
  public func forEachDestination(of inst: Inst, _ body: (BlockCall) -> Void) {
    let data = instructions[inst]
    switch data.operation {
    case .jump:
      body(data.destination)
    case .brif:
      body(data.destination)
      body(data.otherwise)
    case .br_table:
      let table = jumpTables[data.jumpTable]
      for entry in table.entries { body(entry) }
      body(table.default)
    case .try_call, .try_call_indirect:
      let table = exceptionTables[data.exceptionTable]
      body(table.normal)
      for handler in table.handlers { body(handler) }
    default:
      break
    }
  }
}

extension Function {
  /// Drops the parameters of `block` that have become names of other values. Their places in the
  /// argument lists of branches are the caller's to drop.
  public mutating func removeAliasedParameters(of block: Block) {
    removeParameters(of: block, keeping: parameters(of: block).map { !isAlias($0) })
  }

  /// Drops those parameters of `block` for which `isKept`, in their order, is false. Their places in
  /// the argument lists of branches are the caller's to drop.
  public mutating func removeParameters(of block: Block, keeping isKept: [Bool]) {
    let start = Int(blockParameters[block.index].start)
    var count: UInt32 = 0
    for (offset, isKept) in isKept.enumerated() where isKept {
      let value = pool[start + offset]
      pool[start + Int(count)] = value
      valueDefinitions[value.index] = .parameter(block, index: count)
      count += 1
    }
    blockParameters[block.index].count = count
  }
}
