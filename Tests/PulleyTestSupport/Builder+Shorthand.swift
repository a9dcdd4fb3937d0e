import PulleyIR

typealias IRType = PulleyIR.`Type`

/// Shorthand for building instructions in tests.
extension FunctionBuilder {
  init(parameters: [Type], results: [Type] = []) {
    self.init(
      name: .named("test"),
      signature: Signature(
        parameters: parameters.map { ABIParameter($0) },
        results: results.map { ABIParameter($0) }))
  }

  mutating func constant(_ number: Int64, _ type: Type = .i64) -> Value {
    var data = InstructionData(.iconst, type)
    data.immediate = number
    return value(data)
  }

  mutating func binary(_ operation: PulleyIR.Operation, _ left: Value, _ right: Value) -> Value {
    value(InstructionData(operation, function.type(of: left), left, right))
  }

  mutating func unary(_ operation: PulleyIR.Operation, _ type: Type, _ operand: Value) -> Value {
    value(InstructionData(operation, type, operand))
  }

  mutating func compare(_ condition: IntCondition, _ left: Value, _ right: Value) -> Value {
    var data = InstructionData(.icmp, function.type(of: left), left, right)
    data.intCondition = condition
    return value(data)
  }

  mutating func jump(_ block: Block, _ arguments: [Value] = []) {
    var data = InstructionData(.jump)
    data.destination = BlockCall(block, function.makeList(arguments))
    append(data)
  }

  mutating func branch(_ condition: Value, _ destination: Block, _ otherwise: Block) {
    branch(condition, BlockCall(destination), BlockCall(otherwise))
  }

  mutating func branch(_ condition: Value, _ destination: BlockCall, _ otherwise: BlockCall) {
    var data = InstructionData(.brif, function.type(of: condition), condition)
    data.destination = destination
    data.otherwise = otherwise
    append(data)
  }

  mutating func branchTable(_ index: Value, _ entries: [BlockCall], default: BlockCall) {
    var data = InstructionData(.br_table, .i32, index)
    data.jumpTable = function.jumpTables.append(JumpTableData(default: `default`, entries: entries))
    append(data)
  }

  mutating func `return`(_ values: [Value]) {
    var data = InstructionData(.return)
    data.list = function.makeList(values)
    append(data)
  }
}

extension Function {
  /// The instructions of a block, walked from both ends to see that the links agree.
  func order(of block: Block) -> [Inst] {
    var forward: [Inst] = []
    var inst = firstInstruction(of: block)
    while !inst.isNone {
      forward.append(inst)
      inst = instruction(after: inst)
    }
    var backward: [Inst] = []
    inst = lastInstruction(of: block)
    while !inst.isNone {
      backward.append(inst)
      inst = instruction(before: inst)
    }
    return forward == backward.reversed() ? forward : []
  }
}
