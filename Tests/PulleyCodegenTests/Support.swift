import PulleyIR
import PulleyISA

@testable import PulleyCodegen

/// Shorthand for building functions in tests.
struct Maker {
  var builder: FunctionBuilder

  init(
    _ parameters: [Type] = [], _ results: [Type] = [], convention: CallConvention = .fast,
    context: Bool = false
  ) {
    var signature = Signature(convention: convention)
    if context { signature.parameters.append(ABIParameter(.i64, purpose: .vmctx)) }
    signature.parameters += parameters.map { ABIParameter($0) }
    signature.results = results.map { ABIParameter($0) }
    builder = FunctionBuilder(name: .user(namespace: 0, index: 0), signature: signature)
    _ = builder.makeEntry()
  }

  var entry: Block { builder.function.entry }

  func parameter(_ index: Int) -> Value {
    let parameters = builder.function.parameters(of: builder.function.entry)
    return parameters[parameters.startIndex + index]
  }

  mutating func iconst(_ type: Type, _ value: Int64) -> Value {
    var data = InstructionData(.iconst, type)
    data.immediate = value
    return builder.value(data)
  }

  mutating func f64const(_ value: Double) -> Value {
    var data = InstructionData(.f64const, .f64)
    data.immediate = Int64(bitPattern: value.bitPattern)
    return builder.value(data)
  }

  mutating func op(
    _ opcode: PulleyIR.Operation, _ type: Type, _ a: Value, _ b: Value = .none, _ c: Value = .none
  ) -> Value {
    var data = InstructionData(opcode, type, a, b, c)
    if opcode == .bitcast { data.flags = .little }
    return builder.value(data)
  }

  mutating func icmp(_ condition: IntCondition, _ a: Value, _ b: Value) -> Value {
    var data = InstructionData(.icmp, builder.function.type(of: a), a, b)
    data.intCondition = condition
    return builder.value(data)
  }

  mutating func fcmp(_ condition: FloatCondition, _ a: Value, _ b: Value) -> Value {
    var data = InstructionData(.fcmp, builder.function.type(of: a), a, b)
    data.floatCondition = condition
    return builder.value(data)
  }

  mutating func load(
    _ opcode: PulleyIR.Operation, _ type: Type, _ address: Value, _ offset: Int64 = 0,
    flags: MemoryFlags = .trusted
  ) -> Value {
    var data = InstructionData(opcode, type, address)
    data.immediate = offset
    data.flags = flags
    return builder.value(data)
  }

  mutating func store(
    _ opcode: PulleyIR.Operation, _ type: Type, _ value: Value, _ address: Value,
    _ offset: Int64 = 0,
    flags: MemoryFlags = .trusted
  ) {
    var data = InstructionData(opcode, type, value, address)
    data.immediate = offset
    data.flags = flags
    builder.append(data)
  }

  mutating func heap(recordOffset: Int32 = 32, indexType: Type = .i32) -> Heap {
    builder.function.heaps.append(HeapData(recordOffset: recordOffset, indexType: indexType))
  }

  mutating func heapLoad(
    _ opcode: PulleyIR.Operation, _ type: Type, _ heap: Heap, _ index: Value, _ offset: Int64 = 0
  ) -> Value {
    var data = InstructionData(opcode, type, index)
    data.heap = heap
    data.immediate = offset
    return builder.value(data)
  }

  mutating func heapStore(
    _ opcode: PulleyIR.Operation, _ type: Type, _ heap: Heap, _ value: Value, _ index: Value,
    _ offset: Int64 = 0
  ) {
    var data = InstructionData(opcode, type, value, index)
    data.heap = heap
    data.immediate = offset
    builder.append(data)
  }

  mutating func external(
    _ name: ExternalName, _ parameters: [Type], _ results: [Type], near: Bool = true,
    convention: CallConvention = .fast, context: Bool = false
  ) -> FuncRef {
    let leading = context ? [ABIParameter(.i64, purpose: .vmctx)] : []
    let signature = builder.function.signatures.append(
      Signature(
        parameters: leading + parameters.map { ABIParameter($0) },
        results: results.map { ABIParameter($0) }, convention: convention))
    return builder.function.externals.append(
      ExternalFunction(name: name, signature: signature, isColocated: near))
  }

  @discardableResult
  mutating func call(_ function: FuncRef, _ arguments: [Value]) -> [Value] {
    var data = InstructionData(.call)
    data.function = function
    data.list = builder.function.makeList(arguments)
    let inst = builder.append(data)
    return Array(builder.function.values(builder.function.results(of: inst)))
  }

  @discardableResult
  mutating func callIndirect(
    _ callee: Value, _ parameters: [Type], _ results: [Type], _ arguments: [Value]
  ) -> [Value] {
    var data = InstructionData(.call_indirect, .invalid, callee)
    data.signature = builder.function.signatures.append(
      Signature(
        parameters: parameters.map { ABIParameter($0) },
        results: results.map { ABIParameter($0) }))
    data.list = builder.function.makeList(arguments)
    let inst = builder.append(data)
    return Array(builder.function.values(builder.function.results(of: inst)))
  }

  mutating func tailCall(_ function: FuncRef, _ arguments: [Value]) {
    var data = InstructionData(.return_call)
    data.function = function
    data.list = builder.function.makeList(arguments)
    builder.append(data)
  }

  /// Tail-calls the function at address `callee`, which has the signature of `like`.
  mutating func tailCallIndirect(_ callee: Value, like: FuncRef, _ arguments: [Value]) {
    var data = InstructionData(.return_call_indirect, .invalid, callee)
    data.signature = builder.function.externals[like].signature
    data.list = builder.function.makeList(arguments)
    builder.append(data)
  }

  mutating func address(_ function: FuncRef) -> Value {
    var data = InstructionData(.func_addr)
    data.function = function
    return builder.value(data)
  }

  mutating func ret(_ values: Value...) { ret(values) }

  mutating func ret(_ values: [Value]) {
    var data = InstructionData(.return)
    data.list = builder.function.makeList(values)
    builder.append(data)
  }

  mutating func block(_ parameters: Type...) -> (block: Block, parameters: [Value]) {
    let block = builder.makeBlock()
    let values = parameters.map { builder.function.appendParameter($0, to: block) }
    return (block, values)
  }

  mutating func jump(_ block: Block, _ arguments: Value...) {
    var data = InstructionData(.jump)
    data.destination = BlockCall(block, builder.function.makeList(arguments))
    builder.append(data)
  }

  mutating func brif(
    _ condition: Value, _ then: Block, _ thenArguments: [Value] = [], _ otherwise: Block,
    _ otherwiseArguments: [Value] = []
  ) {
    var data = InstructionData(.brif, builder.function.type(of: condition), condition)
    data.destination = BlockCall(then, builder.function.makeList(thenArguments))
    data.otherwise = BlockCall(otherwise, builder.function.makeList(otherwiseArguments))
    builder.append(data)
  }

  mutating func branchTable(_ index: Value, _ entries: [Block], _ fallback: Block) {
    var data = InstructionData(.br_table, .i32, index)
    data.jumpTable = builder.function.jumpTables.append(
      JumpTableData(default: BlockCall(fallback), entries: entries.map { BlockCall($0) }))
    builder.append(data)
  }

  mutating func trapIf(_ opcode: PulleyIR.Operation, _ condition: Value, _ code: TrapCode) {
    var data = InstructionData(opcode, builder.function.type(of: condition), condition)
    data.trapCode = code
    builder.append(data)
  }

  mutating func trap(_ code: TrapCode) {
    var data = InstructionData(.trap)
    data.trapCode = code
    builder.append(data)
  }

  mutating func go(_ block: Block) { builder.position(atEndOf: block) }

  mutating func finish() -> Function { builder.finish() }
}

/// The code as text, one instruction a line, with targets as offsets from its start.
func listing(_ code: [UInt8]) -> [String] {
  var lines: [String] = []
  var offset = 0
  while offset < code.count {
    guard let instruction = try? Decoder.decode(code, at: offset) else {
      return lines + ["not an instruction: offset \(offset)"]
    }
    lines.append(Disassembler.text(instruction, at: UInt64(offset)))
    offset += instruction.length
    guard instruction.opcode == .br_table32 else { continue }
    for _ in 0..<Int(instruction[1]) where offset + 4 <= code.count {
      let distance = (0..<4).reduce(Int32(0)) { $0 | Int32(code[offset + $1]) << Int32(8 * $1) }
      lines.append("  " + Disassembler.branchTableEntryText(distance, at: UInt64(offset)))
      offset += 4
    }
  }
  return lines
}

func compile(_ function: Function) throws -> CompiledFunction {
  var compiler = FunctionCompiler()
  return try compiler.compile(function)
}

/// The mnemonics of the code that do the function's work: without the frame, and without what the
/// register allocator adds.
func work(_ code: [UInt8]) -> [String] {
  let overhead: Set<String> = [
    "push_frame", "push_frame_save", "pop_frame", "pop_frame_restore", "ret", "xmov", "fmov",
  ]
  return listing(code).compactMap { line in
    let mnemonic = String(line.prefix { $0 != " " })
    // The temporary takes the record of a function with windows.
    if overhead.contains(mnemonic) || line.contains("sp,") || line.contains("spilltmp0") {
      return nil
    }
    return mnemonic
  }
}
