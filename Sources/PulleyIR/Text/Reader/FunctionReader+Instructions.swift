/// Instructions.
extension FunctionReader {
  mutating func readInstruction(
    in block: Block, results: [(number: UInt32, offset: UInt32)]
  ) throws(ClifError) -> Inst {
    let (offset, line) = (cursor.offset, cursor.token.line)
    guard cursor.token.kind == .identifier else { throw cursor.error("expected an instruction") }
    guard let operation = OpcodeNames.find(cursor.bytes) else { throw unknownInstruction() }
    cursor.advance()
    var type = Type.invalid
    if cursor.takes(.dot) { type = try cursor.type("a type after the mnemonic") }
    let typeError = cursor.refusal("\(type) is not a valid typevar for \(operation.mnemonic)")
    let explicit = type
    if type == .invalid { type = operation.fixedType }
    var data = InstructionData(operation, type)
    let inst = Inst(number: UInt32(function.instructions.count))
    try readOperands(&data, inst)
    data.type = try controllingType(data, explicit: explicit, error: typeError, offset, line)
    try checkResults(data, results, offset, line)
    let first = function.valueCount
    function.append(data, to: block, source: offset)
    nameResults(first, results, line)
    try readStackMap(of: inst, operation)
    return inst
  }

  private func unknownInstruction() -> ClifError {
    let name = cursor.text
    return cursor.refusal(
      name == "dynamic_stack_addr" || name == "extract_vector"
        ? "dynamic vectors are not supported: \(name)" : "unknown opcode: '\(name)'")
  }

  /// Whether the text names all results.
  private func checkResults(
    _ data: InstructionData, _ results: [(number: UInt32, offset: UInt32)], _ offset: UInt32,
    _ line: Int
  ) throws(ClifError) {
    let operation = data.operation
    let count: Int
    switch operation.result {
    case .halves, .withFlag: count = 2
    case .none:
      switch operation {
      case .call:
        count = function.signatures[function.externals[data.function].signature].results.count
      case .call_indirect: count = function.signatures[data.signature].results.count
      case .try_call, .try_call_indirect:
        guard let result = results.first else { return }
        throw ClifError(
          offset: Int(result.offset), line: line,
          message:
            "\(operation.mnemonic) passes its results to blocks, and defines no v\(result.number)")
      default: count = 0
      }
    default: count = 1
    }
    guard results.count != count else { return }
    throw ClifError(
      offset: Int(offset), line: line,
      message: "instruction produces \(count) result values, \(results.count) given")
  }

  /// Records the names of the text for the results of an instruction.
  private mutating func nameResults(
    _ first: Int, _ results: [(number: UInt32, offset: UInt32)], _ line: Int
  ) {
    for (index, result) in results.enumerated() {
      text.values.append(result.number, at: result.offset)
      if values[result.number] != UInt32(first + index) {
        cursor.report("duplicate value v\(result.number)", at: result.offset, line: line)
      }
    }
    // The results of a `try_call`.
    while text.values.numbers.count < function.valueCount {
      text.values.appendUnnamed(at: function.sourceLocations.last ?? 0)
    }
  }

  private func controllingType(
    _ data: InstructionData, explicit: Type, error: ClifError, _ offset: UInt32, _ line: Int
  ) throws(ClifError) -> Type {
    let typing = data.operation.typing
    func refusal(_ message: String) -> ClifError {
      ClifError(offset: Int(offset), line: line, message: message)
    }
    guard typing.isPolymorphic else {
      guard explicit == .invalid else {
        throw refusal("\(data.operation.mnemonic) does not take a typevar")
      }
      return data.type
    }
    var type = data.type
    if type == .invalid, let operand = typing.inferredFrom {
      var value = data.argument(operand)
      if value.index >= function.valueCount, typing.same.first != operand {
        // Not defined yet, but an earlier operand of the same type may be.
        value = typing.same.map(data.argument).first { $0.index < function.valueCount } ?? value
      }
      guard value.index < function.valueCount else {
        throw refusal(
          "type variable required for polymorphic opcode, e.g. '\(data.operation.mnemonic).\(typing.controlling.example)'; "
            + "can't infer from a value which is not yet defined")
      }
      type = function.type(of: value)
      // The definition of the value had an error.
      if type == .invalid { return typing.controlling.example }
    }
    guard type != .invalid else {
      throw refusal(
        "type variable required for polymorphic opcode, e.g. '\(data.operation.mnemonic).\(typing.controlling.example)'"
      )
    }
    guard typing.controlling.contains(type) else {
      throw explicit == .invalid
        ? refusal("\(type) is not a valid typevar for \(data.operation.mnemonic)") : error
    }
    return type
  }

  private mutating func readStackMap(of inst: Inst, _ operation: Operation) throws(ClifError) {
    guard cursor.token.kind == .comma else { return }
    cursor.advance()
    try cursor.expect(word: "stack_map")
    guard operation.traits.contains(.call), !operation.traits.contains(.returns) else {
      throw cursor.refusal("stack map can only be attached to a (non-tail) call")
    }
    try cursor.expect(.equal, "'=' after `stack_map`")
    try cursor.expect(.leftBracket, "'[' in front of the stack map")
    var entries: [FunctionText.StackMapEntry] = []
    while cursor.token.kind != .rightBracket {
      let type = try cursor.type("a type")
      try cursor.expect(.at, "'@' and a stack slot")
      let slot = try readStackSlotName()
      entries.append(
        FunctionText.StackMapEntry(
          type: type, slot: slot,
          offset: UInt32(truncatingIfNeeded: try readOffset(bits: 64))))
      guard cursor.takes(.comma) else { break }
    }
    try cursor.expect(.rightBracket, "']' after the stack map")
    text.stackMaps[inst] = entries
  }

  // Operands

  private mutating func readOperands(
    _ data: inout InstructionData, _ inst: Inst
  ) throws(ClifError) {
    switch data.operation.format {
    case .nullary: break
    case .constant: try readConstant(&data)
    case .vectorConstant: try readVectorConstant(&data)
    case .unary:
      if data.operation == .bitcast { try readMemoryFlags(&data) }
      data.argument0 = try readValue()
    case .binary: try readTwo(&data)
    case .ternary:
      try readTwo(&data)
      try comma()
      data.argument2 = try readValue()
    case .extractLane:
      data.argument0 = try readValue()
      try readLane(&data)
    case .insertLane:
      try readTwo(&data)
      try readLane(&data)
    case .shuffle:
      try readTwo(&data)
      try comma()
      data.constant = function.makeConstant(try readConstantData(.i8x16))
    case .intCompare:
      let word = cursor.text
      guard let condition = IntCondition.allCases.first(where: { $0.name == word }) else {
        throw cursor.error("expected a condition of integers")
      }
      cursor.advance()
      data.intCondition = condition
      try readTwo(&data)
    case .floatCompare:
      let word = cursor.text
      guard let condition = FloatCondition.allCases.first(where: { $0.name == word }) else {
        throw cursor.error("expected a condition of floats")
      }
      cursor.advance()
      data.floatCondition = condition
      try readTwo(&data)
    case .load, .heapLoad:
      try readMemoryFlags(&data)
      if data.operation.format == .heapLoad { try readHeapName(&data) }
      data.argument0 = try readValue()
      if data.operation != .atomic_load { data.immediate = try readOffset(bits: offsetBits(data)) }
    case .store, .heapStore:
      try readMemoryFlags(&data)
      if data.operation.format == .heapStore { try readHeapName(&data) }
      try readTwo(&data)
      if data.operation != .atomic_store { data.immediate = try readOffset(bits: offsetBits(data)) }
    case .atomicRmw, .atomicCas, .heapAtomicRmw, .heapAtomicCas: try readAtomic(&data)
    case .stackAddress:
      data.stackSlot = try readStackSlotName()
      data.immediate = try readOffset(bits: 32)
    case .functionAddress: data.function = try readFunctionName()
    case .globalValue:
      let refusal = cursor.refusal("undefined global value \(cursor.text)")
      guard let own = globalValues[try cursor.number(.globalValue, "a global value")] else {
        throw refusal
      }
      data.globalValue = GlobalValue(number: own)
    case .trap: data.trapCode = try readTrapCode()
    case .conditionalTrap:
      data.argument0 = try readValue()
      try comma()
      data.trapCode = try readTrapCode()
    case .binaryTrap:
      try readTwo(&data)
      try comma()
      data.trapCode = try readTrapCode()
    case .ternaryTrap:
      try readTwo(&data)
      try comma()
      data.argument2 = try readValue()
      try comma()
      data.trapCode = try readTrapCode()
    case .allocation:
      data.argument0 = try readValue()
      try comma()
      data.immediate = Int64(try cursor.unsigned32())
      try comma()
      data.trapCode = try readTrapCode()
    case .multiary: data.list = try readValues()
    case .jump, .branch, .branchTable, .exceptionHandlerAddress: try readBranch(&data)
    case .call, .callIndirect, .tryCall, .tryCallIndirect: try readCall(&data, inst)
    }
  }

  private mutating func comma() throws(ClifError) {
    try cursor.expect(.comma, "',' between operands")
  }

  private mutating func readTwo(_ data: inout InstructionData) throws(ClifError) {
    data.argument0 = try readValue()
    try comma()
    data.argument1 = try readValue()
  }

  private mutating func readLane(_ data: inout InstructionData) throws(ClifError) {
    try comma()
    let refusal = cursor.refusal("expected the number of a lane")
    let lane = try cursor.unsigned32()
    guard lane <= 255 else { throw refusal }
    data.lane = Int(lane)
  }

  private mutating func readConstant(_ data: inout InstructionData) throws(ClifError) {
    switch data.operation {
    case .iconst:
      guard data.type.isInteger, data.type.bits <= 64, !data.type.isVector else {
        throw cursor.refusal("expected one of the following type: i8, i16, i32 or i64")
      }
      let bits = try cursor.integer(bits: data.type.bits)
      data.immediate = data.type.signExtend(Int64(truncatingIfNeeded: bits))
    default:
      data.immediate = Int64(truncatingIfNeeded: try cursor.float(data.type))
    }
  }

  private mutating func readVectorConstant(
    _ data: inout InstructionData
  ) throws(ClifError) {
    if cursor.token.kind == .constant {
      let refusal = cursor.refusal("undefined constant \(cursor.text)")
      guard let own = constants[try cursor.number(.constant, "a constant")] else { throw refusal }
      data.constant = Constant(number: own)
    } else if data.operation == .f128const {
      let bits = try cursor.float(.f128)
      data.constant = function.makeConstant(
        ConstantData(
          low: UInt64(truncatingIfNeeded: bits), high: UInt64(truncatingIfNeeded: bits >> 64)))
    } else {
      guard data.type.isVector else {
        throw cursor.refusal(
          "Expected either a const entity or a typed value, e.g. inst.i32x4 [...]")
      }
      data.constant = function.makeConstant(try readConstantData(data.type))
    }
    while text.constants.numbers.count < function.constants.count {
      text.constants.append(text.constants.limit, at: cursor.offset)
    }
  }

  private mutating func readHeapName(_ data: inout InstructionData) throws(ClifError) {
    let refusal = cursor.refusal("undefined heap \(cursor.text)")
    guard let own = heaps[try cursor.number(.heap, "a heap")] else { throw refusal }
    data.heap = Heap(number: own)
  }

  private func offsetBits(_ data: InstructionData) -> Int {
    data.operation.format == .heapLoad || data.operation.format == .heapStore ? 64 : 32
  }

  private mutating func readAtomic(_ data: inout InstructionData) throws(ClifError) {
    let format = data.operation.format
    let isHeap = format == .heapAtomicRmw || format == .heapAtomicCas
    try readMemoryFlags(&data)
    if isHeap { try readHeapName(&data) }
    if format == .atomicRmw || format == .heapAtomicRmw {
      let word = cursor.text
      guard let atomic = AtomicOperation.allCases.first(where: { $0.name == word }) else {
        throw cursor.error("expected what the atomic operation does")
      }
      cursor.advance()
      data.atomicOperation = atomic
    }
    data.argument0 = try readValue()
    if isHeap { data.immediate = try readOffset(bits: 64) }
    try comma()
    data.argument1 = try readValue()
    guard format == .atomicCas || format == .heapAtomicCas else { return }
    try comma()
    data.argument2 = try readValue()
  }

  private mutating func readFunctionName() throws(ClifError) -> FuncRef {
    let refusal = cursor.refusal("undefined function \(cursor.text)")
    guard let own = functions[try cursor.number(.function, "a function")] else { throw refusal }
    return FuncRef(number: own)
  }

  private mutating func readSignatureName() throws(ClifError) -> SigRef {
    let refusal = cursor.refusal("undefined signature \(cursor.text)")
    guard let own = signatures[try cursor.number(.signature, "a signature")] else { throw refusal }
    return SigRef(number: own)
  }

  // Control

  private mutating func readBranch(_ data: inout InstructionData) throws(ClifError) {
    switch data.operation.format {
    case .jump: data.destination = try readBlockCall()
    case .branch:
      data.argument0 = try readValue()
      try comma()
      data.destination = try readBlockCall()
      try comma()
      data.otherwise = try readBlockCall()
    case .branchTable:
      data.argument0 = try readValue()
      try comma()
      var table = JumpTableData(default: try readBlockCall(), entries: [])
      try comma()
      try cursor.expect(.leftBracket, "'[' in front of the table")
      if cursor.token.kind != .rightBracket {
        repeat { table.entries.append(try readBlockCall()) } while cursor.takes(.comma)
      }
      try cursor.expect(.rightBracket, "']' after the table")
      data.jumpTable = function.jumpTables.append(table)
    default:
      data.destination = BlockCall(try readBlock())
      try comma()
      data.immediate = Int64(truncatingIfNeeded: try cursor.integer(bits: 64))
    }
  }

  private mutating func readCall(
    _ data: inout InstructionData, _ inst: Inst
  ) throws(ClifError) {
    switch data.operation.format {
    case .call, .tryCall: data.function = try readFunctionName()
    case .callIndirect:
      data.signature = try readSignatureName()
      try comma()
      data.argument0 = try readValue()
    default: data.argument0 = try readValue()
    }
    try cursor.expect(.leftParenthesis, "'(' in front of the arguments")
    data.list = try readValues()
    try cursor.expect(.rightParenthesis, "')' after the arguments")
    guard data.operation.format == .tryCall || data.operation.format == .tryCallIndirect else {
      return
    }
    try comma()
    data.exceptionTable = try readExceptionTable(inst)
  }

  private mutating func readExceptionTable(
    _ inst: Inst
  ) throws(ClifError) -> ExceptionTable {
    let signature = try readSignatureName()
    let counts = tryResultCounts(signature) ?? (0, 0)
    let results = TryResults(
      inst: inst, first: UInt32(function.valueCount), returnCount: counts.returns,
      exceptionCount: counts.exceptions)
    try comma()
    var table = ExceptionTableData(
      signature: signature, normal: try readBlockCall(results), items: [])
    try comma()
    try cursor.expect(.leftBracket, "'[' in front of the handlers")
    while cursor.token.kind != .rightBracket {
      if cursor.token.kind == .exceptionTag {
        let tag = try cursor.number(.exceptionTag, "a tag")
        try cursor.expect(.colon, "':' after the tag")
        table.items.append(.tag(tag, try readBlockCall(results)))
      } else if cursor.takes(word: "default") {
        try cursor.expect(.colon, "':' after `default`")
        table.items.append(.default(try readBlockCall(results)))
      } else {
        try cursor.expect(word: "context")
        table.items.append(.context(try readValue()))
      }
      guard cursor.takes(.comma) else { break }
    }
    try cursor.expect(.rightBracket, "']' after the handlers")
    return function.exceptionTables.append(table)
  }
}

/// Operations by name.
private enum OpcodeNames {
  private static let table: [UInt64: Operation] = Dictionary(
    uniqueKeysWithValues: Operation.allCases.map { (hash($0.mnemonic.utf8), $0) })

  static func find(_ name: ArraySlice<UInt8>) -> Operation? {
    guard let operation = table[hash(name)], operation.mnemonic.utf8.elementsEqual(name) else {
      return nil
    }
    return operation
  }

  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}
