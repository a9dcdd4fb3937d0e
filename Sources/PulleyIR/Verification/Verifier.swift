/// Checks that a function is what every pass may take for granted.
///
/// It assumes nothing: whatever the tables hold, it ends and reports. All errors are found at once,
/// but those that would follow from a broken layout or from numbers out of range are left out.
public struct Verifier: Sendable {
  var errors: [VerifierError] = []
  /// Where the checks are.
  var block = Block.none
  var inst = Inst.none
  /// By instruction: its place in its block; counts from 1, so that 0 means it is in no block.
  var places: [UInt32] = []
  private var isPlaced: [Bool] = []
  private var graph = ControlFlowGraph()
  private var dominators = DominatorTree()

  public init() {}

  /// What is wrong with `function`; empty if nothing is.
  public mutating func verify(_ function: Function) -> [VerifierError] {
    errors.removeAll()
    block = .none
    inst = .none
    checkTables(function)
    guard errors.isEmpty else { return errors }
    checkLayout(function)
    guard errors.isEmpty else { return errors }
    forEachInstruction(function) { verifier, data in verifier.checkRanges(data, function) }
    guard errors.isEmpty else { return errors }
    checkBlocks(function)
    checkEntry(function)
    forEachInstruction(function) { verifier, data in
      verifier.checkTypes(data, function)
      verifier.checkTargets(data, function)
    }
    checkDominance(function)
    return errors
  }

  mutating func report(_ rule: VerifierError.Rule, _ message: String) {
    let entity: VerifierError.Entity =
      if !inst.isNone { .instruction(inst) } else if !block.isNone { .block(block) } else {
        .function
      }
    errors.append(VerifierError(rule: rule, entity: entity, block: block, message: message))
  }

  private mutating func forEachInstruction(
    _ function: Function, _ body: (inout Verifier, InstructionData) -> Void
  ) {
    for block in function.blockOrder {
      self.block = block
      inst = function.firstInstruction(of: block)
      while !inst.isNone {
        body(&self, function.instructions[inst])
        inst = function.instruction(after: inst)
      }
    }
    block = .none
    inst = .none
  }

  // Tables and layout

  private mutating func checkTables(_ function: Function) {
    let blocks = function.blockParameters.count
    let instructions = function.instructions.count
    if function.firstInstructions.count != blocks || function.lastInstructions.count != blocks {
      report(.layout, "the tables of blocks differ in length")
    }
    if function.resultLists.count != instructions
      || function.sourceLocations.count != instructions
      || function.nextInstructions.count != instructions
      || function.previousInstructions.count != instructions
      || function.instructionBlocks.count != instructions
    {
      report(.layout, "the tables of instructions differ in length")
    }
    if function.valueTypes.count != function.valueDefinitions.count {
      report(.layout, "the tables of values differ in length")
    }
    for signature in function.externals.elements.map(\.signature)
    where !function.signatures.contains(signature) {
      report(.range, "a function has \(signature), which does not exist")
    }
    for (index, list) in function.blockParameters.enumerated() {
      block = Block(number: UInt32(index))
      checkRange(list, function)
    }
    block = .none
  }

  private mutating func checkLayout(_ function: Function) {
    isPlaced = Array(repeating: false, count: function.blockCount)
    places = Array(repeating: 0, count: function.instructions.count)
    if function.blockOrder.isEmpty { report(.layout, "there is no entry block") }
    for block in function.blockOrder {
      guard block.index < function.blockCount else {
        report(.range, "the layout has \(block), which does not exist")
        continue
      }
      self.block = block
      if isPlaced[block.index] {
        report(.layout, "the block is in the layout twice")
        continue
      }
      isPlaced[block.index] = true
      checkInstructionLinks(of: block, function)
    }
    block = .none
  }

  private mutating func checkInstructionLinks(of block: Block, _ function: Function) {
    var previous = Inst.none
    var next = function.firstInstruction(of: block)
    var place: UInt32 = 1
    while !next.isNone {
      guard next.index < function.instructions.count else {
        report(.range, "\(next) does not exist")
        return
      }
      inst = next
      defer { inst = .none }
      guard places[next.index] == 0 else {
        report(.layout, "the instruction is in the layout twice")
        return
      }
      places[next.index] = place
      place += 1
      if function.block(of: next) != block {
        report(.layout, "the instruction is taken to be in \(function.block(of: next))")
      }
      if function.instruction(before: next) != previous {
        report(.layout, "the instruction before is taken to be another")
      }
      previous = next
      next = function.instruction(after: next)
    }
    if function.lastInstruction(of: block) != previous {
      report(.layout, "the last instruction is taken to be another")
    }
  }

  private mutating func checkBlocks(_ function: Function) {
    for block in function.blockOrder {
      self.block = block
      let last = function.lastInstruction(of: block)
      if last.isNone {
        report(.terminator, "the block is empty")
      } else if !function.instructions[last].opcode.traits.contains(.terminator) {
        report(.terminator, "the block does not end in a terminator")
      }
      var inst = function.firstInstruction(of: block)
      while !inst.isNone && inst != last {
        if function.instructions[inst].opcode.traits.contains(.terminator) {
          self.inst = inst
          report(.terminator, "a terminator stands before the end of the block")
          self.inst = .none
        }
        inst = function.instruction(after: inst)
      }
      for (index, value) in function.parameters(of: block).enumerated() {
        let expected = ValueDefinition.parameter(block, index: UInt32(index))
        if function.definition(of: value) != expected {
          report(.layout, "\(value) is taken not to be parameter \(index)")
        }
        if function.type(of: value) == .invalid { report(.type, "\(value) has no type") }
      }
    }
    block = .none
  }

  private mutating func checkEntry(_ function: Function) {
    let entry = function.entry
    block = entry
    let types = function.parameters(of: entry).map { function.type(of: $0) }
    if types != function.signature.parameters.map(\.type) {
      report(.signature, "the parameters are not those of the function's signature")
    }
    if function.coldBlocks.contains(entry) { report(.layout, "the entry block is cold") }
    block = .none
    let contexts = function.signature.parameters.filter { $0.purpose == .vmctx }.count
    if contexts > 1 { report(.signature, "the signature has several vmctx parameters") }
    if contexts == 0 && function.heaps.count > 0 {
      report(.signature, "there are heaps, but no vmctx parameter to find them by")
    }
    for heap in function.heaps.keys {
      let type = function.heaps[heap].indexType
      if type != .i32 && type != .i64 { report(.type, "\(heap) has an index of type \(type)") }
    }
  }

  // Ranges

  mutating func checkRange(_ value: Value, _ function: Function) {
    guard value.index < function.valueCount else {
      report(.range, value.isNone ? "a value is missing" : "\(value) does not exist")
      return
    }
    // An alias of itself would send everyone round in circles.
    var walk = value
    var steps = 0
    while case .alias(let original) = function.definition(of: walk) {
      steps += 1
      guard original.index < function.valueCount, steps <= function.valueCount else {
        report(.range, "\(value) is an alias of nothing")
        return
      }
      walk = original
    }
  }

  mutating func checkRange(_ list: ValueList, _ function: Function) {
    guard UInt64(list.start) + UInt64(list.count) <= UInt64(function.pool.count) else {
      report(.range, "a list of values is outside the pool")
      return
    }
    for value in function.values(list) { checkRange(value, function) }
  }

  private mutating func checkRange(_ call: BlockCall, _ function: Function) {
    if call.block.index >= function.blockCount {
      report(.range, call.block.isNone ? "a destination is missing" : "no \(call.block)")
    } else if !isPlaced[call.block.index] {
      report(.layout, "\(call.block) is not in the layout")
    }
    checkRange(call.arguments, function)
  }

  private mutating func checkRanges(_ data: InstructionData, _ function: Function) {
    let needed = data.opcode.format.argumentCount
    if data.fixedArgumentCount != needed {
      report(.count, "\(data.opcode.mnemonic) takes \(needed) arguments")
    }
    if !data.argument0.isNone { checkRange(data.argument0, function) }
    if !data.argument1.isNone { checkRange(data.argument1, function) }
    if !data.argument2.isNone { checkRange(data.argument2, function) }
    checkRange(data.list, function)
    checkRange(function.results(of: inst), function)
    var isKnown = true
    switch data.opcode.format {
    case .heapLoad, .heapStore, .heapAtomicRmw, .heapAtomicCas:
      isKnown = function.heaps.contains(data.heap)
    case .stackAddress: isKnown = function.stackSlots.contains(data.stackSlot)
    case .call, .functionAddress: isKnown = function.externals.contains(data.function)
    case .callIndirect: isKnown = function.signatures.contains(data.signature)
    case .vectorConstant, .shuffle: isKnown = function.constants.contains(data.constant)
    case .branchTable:
      isKnown = function.jumpTables.contains(data.jumpTable)
      if isKnown {
        for entry in function.jumpTables[data.jumpTable].entries { checkRange(entry, function) }
        checkRange(function.jumpTables[data.jumpTable].default, function)
      }
    case .jump: checkRange(data.destination, function)
    case .branch:
      checkRange(data.destination, function)
      checkRange(data.otherwise, function)
    default: break
    }
    if !isKnown { report(.range, "the entity that \(data.opcode.mnemonic) names does not exist") }
  }

  // Dominance

  private mutating func checkDominance(_ function: Function) {
    graph.compute(function)
    dominators.compute(function, graph)
    forEachInstruction(function) { verifier, _ in
      let (block, inst) = (verifier.block, verifier.inst)
      guard verifier.graph.isReachable(block) else { return }
      var undominated: [Value] = []
      function.forEachArgument(of: inst) { value in
        let original = function.resolve(value)
        if !verifier.isAvailable(original, at: inst, in: block, function) {
          undominated.append(value)
        }
      }
      for value in undominated {
        verifier.report(.dominance, "\(value) is not defined on every way to here")
      }
    }
  }

  private func isAvailable(
    _ value: Value, at inst: Inst, in block: Block, _ function: Function
  ) -> Bool {
    switch function.definition(of: value) {
    case .alias:
      return false
    case .parameter(let owner, let index):
      guard owner.index < function.blockCount, graph.isReachable(owner) else { return false }
      let parameters = function.parameters(of: owner)
      guard Int(index) < parameters.count,
        parameters[parameters.startIndex + Int(index)] == value
      else { return false }
      return dominators.dominates(owner, block)
    case .result(let source, let index):
      guard source.index < function.instructions.count, places[source.index] != 0 else {
        return false
      }
      let results = function.values(function.results(of: source))
      guard Int(index) < results.count, results[results.startIndex + Int(index)] == value else {
        return false
      }
      let owner = function.block(of: source)
      if owner == block { return places[source.index] < places[inst.index] }
      return dominators.dominates(owner, block)
    }
  }
}

extension Format {
  /// How many of the three argument fields it uses.
  var argumentCount: Int {
    switch self {
    case .nullary, .constant, .vectorConstant, .stackAddress, .jump, .call, .multiary, .trap,
      .functionAddress, .globalValue, .tryCall, .exceptionHandlerAddress:
      0
    case .tryCallIndirect, .unary, .extractLane, .load, .heapLoad, .branch, .branchTable,
      .callIndirect,
      .conditionalTrap:
      1
    case .binary, .insertLane, .shuffle, .intCompare, .floatCompare, .store, .heapStore,
      .atomicRmw, .heapAtomicRmw, .binaryTrap:
      2
    case .ternary, .atomicCas, .heapAtomicCas: 3
    }
  }
}
