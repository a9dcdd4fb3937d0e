import PulleyIR

extension Legalizer {
  /// Whether the operation is rewritten for its controlling type, also if that is not 128 bits wide.
  static func needsExpansion(_ data: InstructionData) -> Bool {
    switch data.operation.legality {
    case .expanded: true
    case .expandedForFloats: data.type == .f32 || data.type == .f64
    case .expandedForNarrowIntegers: data.type == .i8 || data.type == .i16
    case .direct, .expandedForSomeOperands, .refused: false
    }
  }

  /// Whether there is no atomic instruction for it, so that it becomes a loop of compare-and-swap.
  static func isLoop(_ data: InstructionData) -> Bool {
    guard data.operation == .atomic_rmw else { return false }
    switch data.atomicOperation {
    case .nand, .umin, .umax, .smin, .smax: return true
    case .add, .sub, .and, .or, .xor, .xchg: return false
    }
  }

  /// Whether the operation is rewritten because of the types of its operands.
  static func needsExpansion(_ data: InstructionData, _ function: Function) -> Bool {
    hasNarrowAddress(data, function)
      || data.operation == .bitcast && isSwapped(data, function.type(of: data.argument0))
  }

  /// Whether the operation accesses memory at an address of 32 bits, or calls one.
  private static func hasNarrowAddress(_ data: InstructionData, _ function: Function) -> Bool {
    let address: Value
    switch data.operation.format {
    case .load, .atomicRmw, .atomicCas, .callIndirect, .tryCallIndirect: address = data.argument0
    case .store: address = data.argument1
    default: return false
    }
    return !address.isNone && function.type(of: address) == .i32
  }

  mutating func rewrite(
    _ inst: Inst, _ data: InstructionData, in owner: Block
  ) throws(LegalizationError) {
    if Self.needsExpansion(data) { return try expand(inst, data, in: owner) }
    if data.operation == .bitcast, Self.isSwapped(data, type(of: data.argument0)) {
      return try rewriteBitcast(inst, data)
    }
    if Self.isLoop(data) { return try expandAtomic(inst, data, in: owner) }
    if isWide(inst, data) { return try rewriteWide(inst, data) }
    copy(inst, data)
  }

  /// Whether an operand or the controlling type is 128 bits wide. Values that are only passed on, to a
  /// block or a function, do not count.
  private func isWide(_ inst: Inst, _ data: InstructionData) -> Bool {
    if data.type == .i128 { return true }
    if data.argument0.isNone { return false }
    if type(of: data.argument0) == .i128 { return true }
    if data.argument1.isNone { return false }
    if type(of: data.argument1) == .i128 { return true }
    return !data.argument2.isNone && type(of: data.argument2) == .i128
  }

  /// Appends the instruction with the values that replace its operands.
  private mutating func copy(_ inst: Inst, _ data: InstructionData) {
    var data = renamed(data)
    data.list = makeList(data.list)
    switch data.operation.format {
    case .load, .atomicRmw, .atomicCas, .callIndirect, .tryCallIndirect:
      data.argument0 = widened(data.argument0)
    case .store: data.argument1 = widened(data.argument1)
    default: break
    }
    switch data.operation {
    case .jump: data.destination = blockCall(data.destination)
    case .brif:
      data.destination = blockCall(data.destination)
      data.otherwise = blockCall(data.otherwise)
    case .br_table:
      let table = source.jumpTables[data.jumpTable]
      var copy = JumpTableData(default: blockCall(table.default), entries: [])
      copy.entries.reserveCapacity(table.entries.count)
      for entry in table.entries { copy.entries.append(blockCall(entry)) }
      data.jumpTable = result.jumpTables.append(copy)
    case .try_call, .try_call_indirect: return copyTry(inst, data)
    default: break
    }
    let new = append(data)
    setResults(of: inst, to: new)
  }

  /// The instruction with the values that replace its fixed arguments, which have at most 64 bits.
  func renamed(_ data: InstructionData) -> InstructionData {
    var data = data
    if !data.argument0.isNone { data.argument0 = self[data.argument0].low }
    if !data.argument1.isNone { data.argument1 = self[data.argument1].low }
    if !data.argument2.isNone { data.argument2 = self[data.argument2].low }
    return data
  }

  /// A value of the source as an address of 64 bits.
  mutating func address(_ value: Value) -> Value { widened(self[value].low) }

  private mutating func widened(_ address: Value) -> Value {
    result.type(of: address) == .i32 ? unary(.uextend, .i64, address) : address
  }

  /// Copies a `try_call`. Its block arguments may be its own results, so the numbers of these are
  /// assigned before the call is appended.
  private mutating func copyTry(_ inst: Inst, _ data: InstructionData) {
    var data = data
    let table = source.exceptionTables[data.exceptionTable]
    var next = UInt32(result.valueCount)
    for value in source.values(source.results(of: inst)) {
      if type(of: value) == .i128 {
        self[value] = Halves(Value(number: next), Value(number: next + 1))
        next += 2
      } else {
        self[value] = Halves(Value(number: next))
        next += 1
      }
    }
    var copy = ExceptionTableData(
      signature: table.signature, normal: blockCall(table.normal), items: [])
    for item in table.items {
      switch item {
      case .tag(let tag, let call): copy.items.append(.tag(tag, blockCall(call)))
      case .default(let call): copy.items.append(.default(blockCall(call)))
      case .context(let value): copy.items.append(.context(self[value].low))
      }
    }
    data.exceptionTable = result.exceptionTables.append(copy)
    append(data)
  }

  /// The error for an instruction, with its type, or with that of its operand if that is i128.
  func unsupported(_ data: InstructionData) -> LegalizationError {
    let isOperandWide =
      !data.argument0.isNone && data.argument0.index < source.valueCount
      && type(of: data.argument0) == .i128
    return LegalizationError(
      operation: data.operation, type: isOperandWide ? .i128 : data.type, sourceLocation: location)
  }
}
