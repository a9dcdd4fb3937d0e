/// A source variable: something assigned more than once, which the builder turns into SSA values.
public struct Variable: Entity {
  public static let prefix = "var"
  public let number: UInt32
  public init(number: UInt32) { self.number = number }
}

/// Builds a function block by block, with SSA construction after Braun et al., "Simple and Efficient
/// Construction of Static Single Assignment Form" (2013).
///
/// In place of the recursion of that paper, a block with several predecessors gets a parameter at
/// once, and `finish` removes trivial ones. A block must be sealed when all branches to it have been
/// made. Reading a variable in an unsealed block gives a parameter, and its arguments are filled in
/// when the block is sealed.
public struct FunctionBuilder: Sendable {
  public var function: Function

  /// Where instructions go.
  public private(set) var currentBlock = Block.none
  /// The source location of the instructions that are appended.
  public var sourceLocation = UInt32.max

  var variableTypes = PrimaryMap<Variable, Type>()
  var table = VariableTable()
  /// The values of variables in the current block, valid where the stamp is the block's number;
  /// written to `table` when the block is left.
  private var localValues: [Value] = []
  private var localStamps: [UInt32] = []
  private var assigned: [Variable] = []

  var predecessors = PredecessorLists()
  private var isSealed: [Bool] = []
  private var isPlaced: [Bool] = []
  /// By block: parameters that get their arguments when the block is sealed.
  private var incomplete: [[VariableParameter]] = []
  /// Parameters whose arguments are being filled in.
  private var pending: [VariableParameter] = []
  /// All parameters that are removed if they are trivial: those made for variables, and the caller's.
  var variableParameters: [VariableParameter] = []

  /// A limit on the arguments of parameters made for variables, plus the steps taken to find values
  /// (`stepsPerArgument`). There can be as many as joins times variables, which is too much for
  /// untrusted source.
  public var argumentLimit = Int.max
  private var argumentCount = 0
  /// Whether `argumentLimit` has been exceeded. The function is then incomplete and must not be
  /// finished.
  public private(set) var isOverLimit = false

  /// Entries of jump tables that share the arguments of an earlier entry.
  private var sharedEntries: [SharedEntry] = []
  /// By block: the last branch table that goes there, and the first of its entries that does.
  private var tableMarks: [Predecessor] = []

  private struct SharedEntry: Sendable {
    var entry: Predecessor
    var slot: UInt32
  }

  /// Whether blocks that are added to the layout are cold. The entry must not be cold.
  public var isCold = false

  struct VariableParameter: Sendable {
    var block: Block
    var variable: Variable
    var value: Value
  }

  public init(name: ExternalName, signature: Signature) {
    function = Function(name: name, signature: signature)
  }

  /// Starts another function, keeping the storage.
  public mutating func reset(name: ExternalName, signature: Signature) {
    function.reset(name: name, signature: signature)
    currentBlock = .none
    sourceLocation = .max
    variableTypes.removeAll()
    table.removeAll()
    localValues.removeAll(keepingCapacity: true)
    localStamps.removeAll(keepingCapacity: true)
    assigned.removeAll(keepingCapacity: true)
    predecessors.removeAll()
    isSealed.removeAll(keepingCapacity: true)
    isPlaced.removeAll(keepingCapacity: true)
    incomplete.removeAll(keepingCapacity: true)
    pending.removeAll(keepingCapacity: true)
    variableParameters.removeAll(keepingCapacity: true)
    argumentCount = 0
    isOverLimit = false
    isCold = false
    sharedEntries.removeAll(keepingCapacity: true)
    tableMarks.removeAll(keepingCapacity: true)
  }

  // Blocks

  /// Makes a block without predecessors. The caller must add its own parameters before it uses a
  /// variable in the block, and before it makes branches to it.
  public mutating func makeBlock() -> Block {
    predecessors.addBlock()
    isSealed.append(false)
    isPlaced.append(false)
    incomplete.append([])
    return function.makeBlock()
  }

  /// Adds a parameter of the caller's own, before any branch to the block is made. `finish` removes
  /// it if all branches pass the same value for it.
  public mutating func appendParameter(_ type: Type, to block: Block) -> Value {
    let value = function.appendParameter(type, to: block)
    variableParameters.append(
      VariableParameter(block: block, variable: .none, value: value))
    return value
  }

  /// Makes the entry block, with the parameters of the signature, and makes it the current block.
  public mutating func makeEntry() -> Block {
    let entry = makeBlock()
    for parameter in function.signature.parameters {
      function.appendParameter(parameter.type, to: entry)
    }
    seal(entry)
    position(atEndOf: entry)
    return entry
  }

  /// Makes `block` the current block. The first time, it is added to the layout.
  public mutating func position(atEndOf block: Block) {
    flushAssignments()
    currentBlock = block
    if !isPlaced[block.index] {
      isPlaced[block.index] = true
      function.appendToLayout(block)
      if isCold { function.coldBlocks.insert(block) }
    }
  }

  /// Whether the current block has its terminator.
  public var isTerminated: Bool {
    let last = function.lastInstruction(of: currentBlock)
    return !last.isNone && function.instructions[last].operation.traits.contains(.terminator)
  }

  /// Declares that no more branches to `block` will be made.
  public mutating func seal(_ block: Block) {
    guard !isSealed[block.index] else { return }
    isSealed[block.index] = true
    flushAssignments()
    pending.append(contentsOf: incomplete[block.index])
    incomplete[block.index] = []
    fillPending()
  }

  // Variables

  public mutating func declareVariable(_ type: Type) -> Variable {
    localValues.append(.none)
    localStamps.append(.max)
    return variableTypes.append(type)
  }

  public mutating func define(_ variable: Variable, as value: Value) {
    if localStamps[variable.index] != currentBlock.number {
      localStamps[variable.index] = currentBlock.number
    }
    assigned.append(variable)
    localValues[variable.index] = value
  }

  public mutating func use(_ variable: Variable) -> Value {
    if localStamps[variable.index] == currentBlock.number { return localValues[variable.index] }
    let value = value(of: variable, in: currentBlock)
    fillPending()
    localStamps[variable.index] = currentBlock.number
    localValues[variable.index] = value
    return value
  }

  private mutating func flushAssignments() {
    guard !assigned.isEmpty else { return }
    for variable in assigned {
      table.set(variable, in: currentBlock, to: localValues[variable.index])
    }
    assigned.removeAll(keepingCapacity: true)
  }

  /// The value at the end of `block`, which may be a new parameter whose arguments are pending.
  private mutating func value(of variable: Variable, in block: Block) -> Value {
    var walk = block
    var found = table.value(of: variable, in: walk)
    var steps = 0
    // The limit ends the walk in an unreachable cycle, which gets a parameter.
    while found.isNone, let next = solePredecessor(of: walk), steps <= function.blockCount {
      walk = next
      found = table.value(of: variable, in: walk)
      steps += 1
    }
    if found.isNone {
      found = makeValue(of: variable, at: walk)
      table.set(variable, in: walk, to: found)
    }
    // Entries on the way make later walks short. Not every block gets one: the table would grow to
    // blocks times variables.
    argumentCount += steps / Self.stepsPerArgument
    var visited = block
    for step in 0..<steps {
      if step % Self.noteInterval == 0 { table.set(variable, in: visited, to: found) }
      guard let next = solePredecessor(of: visited) else { break }
      visited = next
    }
    return found
  }

  private static let noteInterval = 16
  /// The number of steps of a walk that take as long as one argument.
  private static let stepsPerArgument = 8

  private func solePredecessor(of block: Block) -> Block? {
    guard isSealed[block.index], predecessors.count(of: block) == 1 else { return nil }
    return function.block(of: predecessors.first(of: block).inst)
  }

  /// The value of a variable at the start of `block`, which is not sealed or does not have just one
  /// predecessor.
  private mutating func makeValue(of variable: Variable, at block: Block) -> Value {
    let type = variableTypes[variable]
    if isSealed[block.index] && predecessors.count(of: block) == 0 {
      return zero(type, atStartOf: block)
    }
    let value = function.appendParameter(type, to: block)
    let parameter = VariableParameter(block: block, variable: variable, value: value)
    variableParameters.append(parameter)
    if isSealed[block.index] {
      pending.append(parameter)
    } else {
      incomplete[block.index].append(parameter)
    }
    return value
  }

  /// The value of a variable that is read before it is assigned, or in unreachable code.
  private mutating func zero(_ type: Type, atStartOf block: Block) -> Value {
    var data = InstructionData(type.isVector ? .vconst : .iconst, type)
    switch type {
    case .f32: data.operation = .f32const
    case .f64: data.operation = .f64const
    case _ where type.isVector:
      data.constant = function.makeConstant(ConstantData(low: 0, high: 0))
    default: break
    }
    let inst = function.prepend(data, to: block)
    return function.result(of: inst)
  }

  private mutating func fillPending() {
    while let parameter = pending.popLast() {
      guard argumentCount <= argumentLimit else { break }
      guard case .parameter(_, let index) = function.definition(of: parameter.value) else {
        continue
      }
      var link = predecessors.firstLink(of: parameter.block)
      while let predecessor = predecessors[link], argumentCount <= argumentLimit {
        let from = function.block(of: predecessor.inst)
        let value: Value
        if from == currentBlock && localStamps[parameter.variable.index] == from.number {
          value = localValues[parameter.variable.index]
        } else {
          value = self.value(of: parameter.variable, in: from)
        }
        // Parameters are not filled in the order of their indices.
        var list = argumentList(of: predecessor)
        while list.count <= index {
          function.append(.none, to: &list)
          argumentCount += 1
        }
        function.pool[Int(list.start + index)] = value
        setArgumentList(of: predecessor, to: list)
        link = predecessors.link(after: link)
      }
    }
    if argumentCount > argumentLimit {
      isOverLimit = true
      pending.removeAll(keepingCapacity: true)
    }
  }

  func argumentList(of predecessor: Predecessor) -> ValueList {
    function.arguments(of: predecessor.inst, to: Int(predecessor.slot))
  }

  mutating func setArgumentList(of predecessor: Predecessor, to list: ValueList) {
    function.setArguments(of: predecessor.inst, to: Int(predecessor.slot), list)
  }

  // Instructions

  /// Adds an instruction to the current block. All branches must be made here, or their targets do
  /// not get arguments.
  @discardableResult
  public mutating func append(_ data: InstructionData) -> Inst {
    let inst = function.append(data, to: currentBlock, source: sourceLocation)
    guard data.operation.traits.contains(.branch) else { return inst }
    switch data.operation {
    case .br_table:
      addEntries(of: inst, function.jumpTables[data.jumpTable])
    case .brif:
      predecessors.add(Predecessor(inst: inst, slot: 0), to: data.destination.block)
      predecessors.add(Predecessor(inst: inst, slot: 1), to: data.otherwise.block)
    case .try_call, .try_call_indirect:
      let table = function.exceptionTables[data.exceptionTable]
      predecessors.add(Predecessor(inst: inst, slot: 0), to: table.normal.block)
      for (index, item) in table.items.enumerated() {
        guard let call = item.handler else { continue }
        predecessors.add(Predecessor(inst: inst, slot: UInt32(index + 1)), to: call.block)
      }
    default:
      predecessors.add(Predecessor(inst: inst, slot: 0), to: data.destination.block)
    }
    return inst
  }

  /// Adds a handler to those of a `try_call` that has been appended.
  public mutating func addHandler(_ handler: ExceptionTableData.Item, to call: Inst) {
    let table = function.instructions[call].exceptionTable
    function.exceptionTables[table].items.append(handler)
    guard let target = handler.handler else { return }
    let slot = UInt32(function.exceptionTables[table].items.count)
    predecessors.add(Predecessor(inst: call, slot: slot), to: target.block)
  }

  /// Entries that pass the same list to the same block count as one branch. Otherwise a large table
  /// would have as many arguments as entries times variables.
  private mutating func addEntries(of inst: Inst, _ table: JumpTableData) {
    while tableMarks.count < function.blockCount {
      tableMarks.append(Predecessor(inst: .none, slot: 0))
    }
    for slot in 0...table.entries.count {
      let call = slot < table.entries.count ? table.entries[slot] : table.default
      let entry = Predecessor(inst: inst, slot: UInt32(slot))
      let mark = tableMarks[call.block.index]
      if mark.inst == inst && argumentList(of: mark) == call.arguments {
        sharedEntries.append(SharedEntry(entry: entry, slot: mark.slot))
      } else {
        tableMarks[call.block.index] = entry
        predecessors.add(entry, to: call.block)
      }
    }
  }

  /// Makes the only branch to `block`, a `jump` or `brif`, go to `destination`. The block must not have
  /// been the current block yet. It has no predecessors afterwards.
  public mutating func redirect(_ block: Block, to destination: BlockCall) {
    guard predecessors.count(of: block) == 1, !isPlaced[block.index] else { return }
    let branch = predecessors.first(of: block)
    let operation = function.instructions[branch.inst].operation
    guard operation == .jump || operation == .brif else { return }
    if branch.slot == 0 {
      function.instructions[branch.inst].destination = destination
    } else {
      function.instructions[branch.inst].otherwise = destination
    }
    predecessors.clear(block)
    predecessors.add(branch, to: destination.block)
  }

  /// Adds an instruction that has one result.
  public mutating func value(_ data: InstructionData) -> Value {
    // Not in one expression, which would read and so copy the function before `append` changes it.
    let inst = append(data)
    return function.result(of: inst)
  }

  /// Seals all blocks, removes trivial parameters and aliases, and returns the function, which also
  /// stays in `function`. A caller may take it from there with `swap` and leave another function,
  /// whose storage `reset` then uses again. That avoids a second owner, for which the first change of
  /// each table would copy it.
  @discardableResult
  public mutating func finish() -> Function {
    for index in isSealed.indices where !isSealed[index] { seal(Block(number: UInt32(index))) }
    flushAssignments()
    removeRedundantParameters()
    for shared in sharedEntries {
      let first = Predecessor(inst: shared.entry.inst, slot: shared.slot)
      setArgumentList(of: shared.entry, to: argumentList(of: first))
    }
    function.resolveAllAliases()
    return function
  }
}
