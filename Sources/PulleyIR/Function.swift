/// The definition of a value.
public enum ValueDefinition: Hashable, Sendable {
  case parameter(Block, index: UInt32)
  case result(Inst, index: UInt32)
  /// The value is an alias: another name of the given value.
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
  /// The global value that holds the lowest address of the stack, or none.
  public var stackLimit = GlobalValue.none
  public private(set) var constants = PrimaryMap<Constant, ConstantData>()
  private var constantNumbers: [ConstantData: Constant] = [:]

  public var instructions = PrimaryMap<Inst, InstructionData>()
  /// Parallel to `instructions`: the results, which are consecutive values.
  public internal(set) var resultLists: [ValueList] = []
  /// Parallel to `instructions`: a position in the source, in a unit that the front end chooses, or
  /// `.max` if there is none.
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
  /// Names and positions from the text of the function; nil if it was not read from text.
  public var text: FunctionText?
  /// By value: the number of uses, up to 255. Only valid while global value numbering runs.
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
  /// Makes a constant, even if there is one with the same bytes.
  public mutating func declareConstant(_ data: ConstantData) -> Constant {
    constants.append(data)
  }

  /// The constant with these bytes. It is made the first time.
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

  /// The value that `value` names: itself, unless it is an alias.
  @inlinable public func resolve(_ value: Value) -> Value {
    var value = value
    while case .alias(let original) = valueDefinitions[value.index] { value = original }
    return value
  }

  /// The value that `value` names. Chains of aliases are shortened on the way (path halving).
  public mutating func resolveShortening(_ value: Value) -> Value {
    var value = value
    while case .alias(let next) = valueDefinitions[value.index] {
      guard case .alias(let original) = valueDefinitions[next.index] else { return next }
      valueDefinitions[value.index] = .alias(original)
      value = original
    }
    return value
  }

  /// Makes `value` an alias of `original`. No block or instruction may define `value` any more, and
  /// `original` must not be an alias of `value`.
  public mutating func makeAlias(_ value: Value, of original: Value) {
    valueDefinitions[value.index] = .alias(original)
  }

  /// Makes every alias name its original directly. Takes linear time for chains of any length.
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

  /// Replaces all aliases by their originals, so that later passes need not resolve them.
  public mutating func resolveAllAliases() {
    shortenAliases()
    // Elements that belong to no list may be empty. Most elements are not aliases, and the test costs
    // less than a write.
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

  /// The values of a list. The slice retains the pool, so a change of the pool during the lifetime of
  /// the slice copies the whole pool.
  @inlinable public func values(_ list: ValueList) -> ArraySlice<Value> {
    pool[Int(list.start)..<Int(list.start + list.count)]
  }

  public mutating func makeList(_ values: some Collection<Value>) -> ValueList {
    let list = ValueList(start: UInt32(pool.count), count: UInt32(values.count))
    pool.append(contentsOf: values)
    return list
  }

  /// Appends to a list. A list that must move doubles its capacity, so that appending takes amortised
  /// constant time.
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

  /// Makes a block, which is not in the layout yet.
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

  /// The result of an instruction that has just one.
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

  /// Appends an instruction to `block` and makes its results.
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

  /// Removes an instruction from its block. Its results must be unused.
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

  /// Calls `body` with every value that the instruction uses, including block arguments. Those of a
  /// `try_call` may be its own results.
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

  /// Calls `body` with every block that the instruction may branch to, and its arguments.
  public func forEachDestination(of inst: Inst, _ body: (BlockCall) -> Void) {
    forEachDestination(of: inst) { _, call in body(call) }
  }
}

extension Function {
  /// Removes the parameters of `block` that are aliases. The caller removes the arguments of branches.
  public mutating func removeAliasedParameters(of block: Block) {
    removeParameters(of: block, keeping: parameters(of: block).map { !isAlias($0) })
  }

  /// Removes the parameters of `block` whose element of `isKept` is false. The caller removes the
  /// arguments of branches.
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
