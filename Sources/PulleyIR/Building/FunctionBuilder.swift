/// A source variable: something assigned more than once, which the builder turns into SSA values.
public struct Variable: Entity {
  public static let prefix = "var"
  public let number: UInt32
  public init(number: UInt32) { self.number = number }
}

/// Builds a function block by block, and SSA form on the way.
///
/// The values of variables follow Braun et al., "Simple and Efficient Construction of Static Single
/// Assignment Form" (2013), without its recursion: a join of several predecessors gets a block
/// parameter at once, and `finish` removes those that turn out to stand for one value. A block must
/// be sealed once all branches to it have been made; reading a variable in an unsealed block
/// gives a parameter whose arguments follow when it is sealed.
public struct FunctionBuilder: Sendable {
  public var function: Function

  /// Where instructions go.
  public private(set) var currentBlock = Block.none
  /// Given to every instruction made from now on.
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
  /// Parameters whose arguments are not yet there because their block is not sealed.
  private var incomplete: [[VariableParameter]] = []
  /// Parameters whose arguments are to be filled in now.
  private var pending: [VariableParameter] = []
  /// All parameters that go if they turn out to stand for one value: those made for variables, and
  /// the caller's.
  var variableParameters: [VariableParameter] = []

  /// How many arguments may be passed for parameters that were made for variables, and steps taken
  /// to find values of theirs. Joins times variables is the most that there can be, which may be too
  /// much where nobody knows the source.
  public var argumentLimit = Int.max
  private var argumentCount = 0
  /// Whether `argumentLimit` has been reached. The function is of no use then, and may not be
  /// finished.
  public private(set) var isOverLimit = false

  /// Entries of jump tables that share the arguments of an earlier one.
  private var sharedEntries: [SharedEntry] = []
  /// For each block the last branch table that goes there, and the first of its entries to do so.
  private var tableMarks: [Predecessor] = []

  private struct SharedEntry: Sendable {
    var entry: Predecessor
    var slot: UInt32
  }

  /// Whether blocks that join the layout from now on are cold. The entry must not be.
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

  /// Makes a block that no branch leads to yet. Parameters of the caller's own have to be added
  /// before the first variable is used in it, and before branches to it are made.
  public mutating func makeBlock() -> Block {
    predecessors.addBlock()
    isSealed.append(false)
    isPlaced.append(false)
    incomplete.append([])
    return function.makeBlock()
  }

  /// Adds a parameter of the caller's own, before any branch to the block is made. It will be gone
  /// from the finished function if all branches pass the same value for it.
  public mutating func appendParameter(_ type: Type, to block: Block) -> Value {
    let value = function.appendParameter(type, to: block)
    variableParameters.append(
      VariableParameter(block: block, variable: .none, value: value))
    return value
  }

  /// Makes the entry block, with a parameter for each of the signature's, and goes there.
  public mutating func makeEntry() -> Block {
    let entry = makeBlock()
    for parameter in function.signature.parameters {
      function.appendParameter(parameter.type, to: entry)
    }
    seal(entry)
    position(atEndOf: entry)
    return entry
  }

  /// Makes `block` the current one; at the first time it is added to the layout.
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

  public func hasPredecessors(_ block: Block) -> Bool { predecessors.count(of: block) > 0 }

  /// Says that no more branches to `block` will be made.
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
    // The bound ends the walk round a cycle that nothing leads to; it gets a parameter.
    while found.isNone, let next = solePredecessor(of: walk), steps <= function.blockCount {
      walk = next
      found = table.value(of: variable, in: walk)
      steps += 1
    }
    if found.isNone {
      found = makeValue(of: variable, at: walk)
      table.set(variable, in: walk, to: found)
    }
    // Later walks from about there then end soon. Not every block on the way is noted: the table
    // would grow to blocks times variables.
    argumentCount += steps / Self.stepsPerArgument
    var behind = block
    for step in 0..<steps {
      if step % Self.noteInterval == 0 { table.set(variable, in: behind, to: found) }
      guard let next = solePredecessor(of: behind) else { break }
      behind = next
    }
    return found
  }

  private static let noteInterval = 16
  /// So many steps of a walk take as long as an argument.
  private static let stepsPerArgument = 8

  private func solePredecessor(of block: Block) -> Block? {
    guard isSealed[block.index], predecessors.count(of: block) == 1 else { return nil }
    return function.block(of: predecessors.first(of: block).inst)
  }

  /// The value of a variable that `block` does not assign, where it is not sealed or has other than
  /// one predecessor.
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

  /// Stands for a variable that was read before it was assigned, or where nothing leads to.
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
        // Parameters are not filled in the order in which they were made.
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
    let slot = Int(predecessor.slot)
    switch function.instructions[predecessor.inst].operation {
    case .br_table:
      let jumpTable = function.instructions[predecessor.inst].jumpTable
      return slot < function.jumpTables[jumpTable].entries.count
        ? function.jumpTables[jumpTable].entries[slot].arguments
        : function.jumpTables[jumpTable].default.arguments
    default:
      return slot == 0
        ? function.instructions[predecessor.inst].destination.arguments
        : function.instructions[predecessor.inst].otherwise.arguments
    }
  }

  mutating func setArgumentList(of predecessor: Predecessor, to list: ValueList) {
    let slot = Int(predecessor.slot)
    switch function.instructions[predecessor.inst].operation {
    case .br_table:
      let jumpTable = function.instructions[predecessor.inst].jumpTable
      if slot < function.jumpTables[jumpTable].entries.count {
        function.jumpTables[jumpTable].entries[slot].arguments = list
      } else {
        function.jumpTables[jumpTable].default.arguments = list
      }
    default:
      if slot == 0 {
        function.instructions[predecessor.inst].destination.arguments = list
      } else {
        function.instructions[predecessor.inst].otherwise.arguments = list
      }
    }
  }

  // Instructions

  /// Adds any instruction to the current block. Branches made in another way are not seen.
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
    default:
      predecessors.add(Predecessor(inst: inst, slot: 0), to: data.destination.block)
    }
    return inst
  }

  /// Entries that pass the same list to the same block count as one branch, or a large table would
  /// have as many arguments as entries times variables.
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

  /// Makes the only branch to `block`, a `jump` or `brif`, go to `destination`. The block may not
  /// have been the current one yet; nothing leads to it then.
  public mutating func redirect(_ block: Block, to destination: BlockCall) {
    guard predecessors.count(of: block) == 1, !isPlaced[block.index] else { return }
    let branch = predecessors.first(of: block)
    guard function.instructions[branch.inst].operation != .br_table else { return }
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
    // Not in one expression: the receiver is read, which means copied, before the argument.
    let inst = append(data)
    return function.result(of: inst)
  }

  /// Seals what is not, removes superfluous parameters and aliases, and gives the function. It
  /// stays in `function` as well, so that a caller may take it from there with `swap` instead, and
  /// leave another's storage for `reset` to use again; a second owner would make the first change
  /// of each table a copy of it.
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
