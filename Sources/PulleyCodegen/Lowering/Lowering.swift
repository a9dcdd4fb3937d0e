import PulleyIR
import PulleyISA

/// Instruction selection: lowers the instructions of a function to machine instructions with virtual
/// registers.
///
/// It is greedy tree matching, backwards, as in Cranelift ("Cranelift, Part 2: Compiler Efficiency,
/// CFGs, and a Branch Peephole Optimizer", "lowering"). Blocks are lowered in postorder, and each from
/// its last instruction to its first, so that all users of a value come before its definition. An
/// instruction whose results have no register by then is dead or part of its users, and is omitted.
/// The code is therefore emitted backwards: the first instruction that is emitted runs last.
///
/// Invariant: an i8, i16 or i32 is in the low bits of an x register, and the bits above it are
/// arbitrary, except that the results of comparisons are 0 or 1 in the low 32 bits. Narrow values are
/// therefore extended when an operation uses more bits than they have, and `ireduce` costs nothing. An
/// f32 is in the low half of an f register.
struct Lowering: Sendable {
  var function: Function
  var graph = BlockGraph()
  var uses = UseCounts()
  var memory = MemoryUses()

  /// Backwards.
  var code: [MachineInstruction] = []
  /// By machine block: its range in `code`.
  var blockRanges: [Range<Int>] = []
  var registerClasses: [RegisterClass] = []
  /// By value.
  private var valueRegisters: [Reg] = []
  var constants = ConstantPool()
  /// The constants that the current instruction uses.
  private var usedConstants: [UInt32] = []
  /// The 16-byte immediates, which instructions name by number.
  var wideImmediates: [ConstantData] = []
  /// By index of `code`: the first of the constants that are made there, as an index of `code`.
  private(set) var constantPlaces: [Int32] = []
  var callSites: [CallSite] = []
  /// Whether there is a call of any kind, tail calls included.
  var hasCalls = false
  var callOperands: [CallOperand] = []
  var symbols: [SymbolReference] = []
  /// The handlers of `try_call`s.
  var handlers: [LandingPadHandler] = []
  /// By edge with a landing pad: the registers of the results of the call that the edge passes.
  var landingPadResults: [UInt32: [Value: Reg]] = [:]
  /// The size of the largest outgoing area of all calls.
  var outgoingBytes: UInt32 = 0
  /// Whether there is a call, which overwrites `lr`.
  var clobbersLink = false
  /// Whether an instruction reads `fp`, so that the function needs a frame.
  var needsFrame = false
  /// Whether x28 and x29 are not allocated, because calls clobber them.
  var clobbersMemoryRegisters = false

  var context = Value.none
  /// Whether the function has the convention `CallABI.Convention.window`.
  var isWindowed = false
  /// The offset in the context of the pointer to the record of memory 0; nil for that of heap 0.
  var memoryOffset: Int32?
  var source = UInt32.max
  var block = Block.none
  /// Whether there is an access to heap 0 between the current instruction and the next call.
  var memoryIsNeeded = false
  /// The registers of bases and bounds of other heaps, which are loaded above.
  var heapLoads: [HeapLoad] = []
  /// Two for each signature: for calls of functions of the text, and of host functions.
  private var abis: [CallABI?] = []
  /// The registers of the parameters in the block before an entry that is the target of a branch.
  var preEntryRegisters: [Reg] = []
  var ownABI = CallABI(parameters: [], results: [])
  /// The register of the result pointer, the address of the results on the stack.
  var resultPointer = Reg.none

  struct HeapLoad: Sendable {
    var heap: Heap
    var base: Reg
    var bound: Reg
  }

  init() {
    function = Function(name: .user(namespace: 0, index: 0), signature: Signature())
  }

  mutating func lower(_ function: Function) throws(CodegenError) {
    self.function = function
    isWindowed = function.signature.convention == .wasm
    reset()
    try refuseUnsupportedFeatures()
    try graph.build(function)
    findContext()
    uses.build(function, graph, context: context)
    graph.findRegions(uses.hasCalls)
    memory.build(function, graph, recordOffset: memoryOffset)
    blockRanges.append(contentsOf: repeatElement(0..<0, count: graph.nodes.count))
    ownABI = try makeABI(function.signature)
    for number in graph.splitEdges.indices { lowerSplitBlock(number) }
    for number in graph.postorder { try lowerBlock(number) }
    if graph.preEntry != .max { try lowerPreEntry() }
    placeConstants()
  }

  private mutating func reset() {
    source = .max
    code.removeAll(keepingCapacity: true)
    blockRanges.removeAll(keepingCapacity: true)
    registerClasses.removeAll(keepingCapacity: true)
    valueRegisters.removeAll(keepingCapacity: true)
    valueRegisters.append(contentsOf: repeatElement(.none, count: function.valueCount))
    callSites.removeAll(keepingCapacity: true)
    hasCalls = false
    callOperands.removeAll(keepingCapacity: true)
    symbols.removeAll(keepingCapacity: true)
    handlers.removeAll(keepingCapacity: true)
    landingPadResults.removeAll(keepingCapacity: true)
    needsFrame = false
    abis.removeAll(keepingCapacity: true)
    abis.append(contentsOf: repeatElement(nil, count: 2 * function.signatures.count))
    constants.removeAll()
    usedConstants.removeAll(keepingCapacity: true)
    wideImmediates.removeAll(keepingCapacity: true)
    heapLoads.removeAll(keepingCapacity: true)
    outgoingBytes = 0
    clobbersLink = false
    clobbersMemoryRegisters = false
    context = .none
    resultPointer = .none
  }

  private mutating func findContext() {
    let parameters = function.parameters(of: function.entry)
    for (parameter, value) in zip(function.signature.parameters, parameters)
    where parameter.purpose == .vmctx {
      context = value
    }
  }

  // Blocks

  private mutating func lowerBlock(_ number: UInt32) throws(CodegenError) {
    block = Block(number: number)
    memoryIsNeeded = memory.isNeeded(atEndOf: number, graph)
    var inst = function.lastInstruction(of: block)
    try lowerLandingPads(of: inst)
    let start = code.count
    while !inst.isNone {
      source = function.sourceLocations[inst.index]
      try lower(inst)
      noteConstants()
      inst = function.instruction(before: inst)
    }
    source = .max
    try flushHeapLoads()
    if block == function.entry { try flushMemoryNeed() }
    noteConstants()
    if block == function.entry {
      if graph.preEntry == .max {
        try lowerEntry(parameters: function.parameters(of: block))
      }
    }
    blockRanges[Int(number)] = start..<code.count
  }

  /// The constants that the last instructions use are made before those.
  private mutating func noteConstants() {
    for number in usedConstants {
      constants.entries[Int(number)].place = code.count
      constants.entries[Int(number)].source = source
    }
    usedConstants.removeAll(keepingCapacity: true)
  }

  private mutating func lowerSplitBlock(_ number: Int) {
    let block = graph.blockCount + number
    guard block != Int(graph.preEntry), !graph.edges[Int(graph.splitEdges[number])].isLandingPad
    else { return }
    let from = graph.edges[Int(graph.splitEdges[number])].from
    let branch = function.lastInstruction(of: Block(number: from))
    source = branch.isNone ? .max : function.sourceLocations[branch.index]
    emitJump(edge: graph.splitEdges[number])
    blockRanges[block] = code.count - 1..<code.count
  }

  /// Lowers the block before an entry that is the target of a branch. It receives the parameters, in
  /// registers of their own.
  private mutating func lowerPreEntry() throws(CodegenError) {
    let start = code.count
    block = function.entry
    memoryIsNeeded = false
    emitJump(edge: graph.splitEdges[Int(graph.preEntry) - graph.blockCount])
    try lowerEntry(parameters: [])
    blockRanges[Int(graph.preEntry)] = start..<code.count
  }

  /// Appends the instructions that make constants to `code`, after all blocks, and records where they
  /// belong.
  private mutating func placeConstants() {
    constantPlaces.removeAll(keepingCapacity: true)
    guard !constants.entries.isEmpty else { return }
    constantPlaces.append(contentsOf: repeatElement(-1, count: code.count + 1))
    for index in constants.entries.indices {
      let entry = constants.entries[index]
      source = entry.source
      var place = entry.place
      if entry.isHoisted {
        // Right before the terminator, which is one instruction.
        let ahead = graph.blockAhead(of: entry.region)
        place = blockRanges[Int(ahead)].lowerBound + 1
      }
      let next = constantPlaces[place]
      constantPlaces[place] = Int32(code.count)
      switch entry.kind {
      case .integer: emitConstant(entry.bits, into: entry.register)
      case .context:
        emit(.xmov, entry.register, immediate: Int64(RegisterRoles.context))
      case .f32: emit(.fconst32, entry.register, immediate: entry.bits)
      case .f64: emit(.fconst64, entry.register, immediate: entry.bits)
      case .vector:
        let number = wideImmediates.count
        wideImmediates.append(
          ConstantData(
            low: UInt64(bitPattern: entry.bits), high: UInt64(bitPattern: entry.highBits)))
        emit(.vconst128, entry.register, immediate: Int64(number))
      }
      code[code.count - 1].flags.insert(.rematerialisable)
      code[code.count - 1].registers[3] = Reg(bits: UInt32(bitPattern: next))
    }
  }

  func instruction(defining value: Value) -> Inst {
    if case .result(let inst, _) = function.definition(of: value) { inst } else { .none }
  }

  /// The instruction that defines `value`, if it has this operation.
  func data(defining value: Value, as opcode: Operation) -> InstructionData? {
    guard case .result(let inst, _) = function.definition(of: value) else { return nil }
    let data = function.instructions[inst]
    return data.operation == opcode ? data : nil
  }

  /// Whether the instruction that defines `value` may be fused with its only user, in the same block.
  func isFoldable(_ value: Value) -> Bool {
    guard uses[value] == 1, case .result(let inst, _) = function.definition(of: value) else {
      return false
    }
    return function.block(of: inst) == block && valueRegisters[value.index].isNone
  }

  // Registers

  mutating func makeRegister(_ registerClass: RegisterClass) -> Reg {
    registerClasses.append(registerClass)
    return Reg(bits: UInt32(registerClasses.count - 1))
  }

  mutating func makeX() -> Reg { makeRegister(.x) }
  mutating func makeV() -> Reg { makeRegister(.v) }

  /// The register class of values of a type.
  func registerClass(_ type: Type) throws(CodegenError) -> RegisterClass {
    switch type {
    case .i8, .i16, .i32, .i64: .x
    case .f32, .f64: .f
    case _ where type.isVector && type.bits == 128: .v
    default: throw .unsupported(operation: "a value", type: type)
    }
  }

  /// The register to read a value from.
  mutating func use(_ value: Value) throws(CodegenError) -> Reg {
    if value == context, isWindowed { return constantRegister(.context, 0) }
    // First of all, for `constant` and `origin` copy the whole structure that they do not change.
    if case let known = valueRegisters[value.index], !known.isNone { return known }
    if let bits = constant(value) { return constantRegister(.integer, bits) }
    let value = origin(value)
    if case let known = valueRegisters[value.index], !known.isNone { return known }
    if value == context, isWindowed { return constantRegister(.context, 0) }
    if case .result(let inst, _) = function.definition(of: value) {
      let data = function.instructions[inst]
      switch data.operation {
      case .iconst: return constantRegister(.integer, signExtended(data.immediate, data.type))
      case .f32const:
        return constantRegister(.f32, Int64(UInt32(truncatingIfNeeded: data.immediate)))
      case .f64const: return constantRegister(.f64, data.immediate)
      case .vconst: return vectorConstant(function.constants[data.constant])
      default: break
      }
    }
    let register = makeRegister(try registerClass(function.type(of: value)))
    valueRegisters[value.index] = register
    return register
  }

  /// A register that holds a constant. Integers are sign-extended.
  mutating func constantRegister(
    _ kind: ConstantPool.Kind, _ bits: Int64, highBits: Int64 = 0
  ) -> Reg {
    let region = graph.nodes[block.index].region
    let number = constants.find(
      kind, bits, highBits, region: region, isLoop: graph.isLoop(region: region))
    if constants.entries[number].register.isNone {
      constants.entries[number].register = makeRegister(kind.registerClass)
    }
    usedConstants.append(UInt32(number))
    return constants.entries[number].register
  }

  mutating func vectorConstant(_ data: ConstantData) -> Reg {
    constantRegister(
      .vector, Int64(bitPattern: data.low), highBits: Int64(bitPattern: data.high))
  }

  /// The value whose register `value` shares, after skipping conversions that need no instruction.
  func origin(_ value: Value) -> Value {
    var value = value
    while valueRegisters[value.index].isNone,
      case .result(let inst, _) = function.definition(of: value)
    {
      let data = function.instructions[inst]
      switch data.operation {
      case .ireduce:
        value = data.argument0
      case .uextend where cleanBits(data.argument0) >= data.type.bits:
        value = data.argument0
      case .sextend where signBits(data.argument0) >= data.type.bits:
        value = data.argument0
      case .bitcast where isFree(data):
        value = data.argument0
      default:
        return value
      }
    }
    return value
  }

  /// Whether a cast leaves the value in the same register.
  private func isFree(_ cast: InstructionData) -> Bool {
    let from = function.type(of: cast.argument0)
    return cast.type == from
      || (cast.type.isVector && from.isVector
        && (!cast.flags.contains(.big) || cast.type.laneBits == from.laneBits))
  }

  /// The register that users expect the value in, or `none` if there are no users.
  func expected(_ value: Value) -> Reg { valueRegisters[value.index] }

  /// The register that users expect the only result of `inst` in, or an unused register.
  mutating func destination(_ inst: Inst) throws(CodegenError) -> Reg {
    let value = function.result(of: inst)
    let register = valueRegisters[value.index]
    return register.isNone
      ? makeRegister(try registerClass(function.type(of: value))) : register
  }

  // Signatures

  /// Whether calls of host functions pass the record of the function before all arguments. Functions
  /// made from WebAssembly have it as an explicit argument.
  var passesHostRecord: Bool { function.signature.convention != .wasm }

  func makeABI(
    _ signature: Signature, ofHost isHost: Bool = false
  ) throws(CodegenError) -> CallABI {
    var parameters: [RegisterClass] = []
    var results: [RegisterClass] = []
    parameters.reserveCapacity(signature.parameters.count + 1)
    results.reserveCapacity(signature.results.count)
    if isHost && passesHostRecord { parameters.append(.x) }
    for parameter in signature.parameters { parameters.append(try registerClass(parameter.type)) }
    for result in signature.results { results.append(try registerClass(result.type)) }
    return CallABI(
      parameters: parameters, results: results,
      convention: isWindowed
        ? .window : signature.convention.supportsTailCalls && !isHost ? .tail : .standard)
  }

  mutating func abi(
    _ signature: SigRef, ofHost isHost: Bool
  ) throws(CodegenError) -> CallABI {
    guard signature.index < function.signatures.count else {
      throw .malformed("there is no \(signature)")
    }
    let place = 2 * signature.index + (isHost ? 1 : 0)
    if let known = abis[place] { return known }
    let made = try makeABI(function.signatures[signature], ofHost: isHost)
    abis[place] = made
    return made
  }

  // Emission

  mutating func emit(
    _ opcode: Opcode, _ a: Reg = .none, _ b: Reg = .none, _ c: Reg = .none,
    _ d: Reg = .none, _ e: Reg = .none, _ f: Reg = .none, immediate: Int64 = 0
  ) {
    var instruction = MachineInstruction(MachineOperation(opcode))
    instruction.source = source
    instruction.registers = [a, b, c, d, e, f]
    instruction.immediate = immediate
    code.append(instruction)
  }

  mutating func emitJump(edge: UInt32) {
    emit(.jump, .none, .none, .none, Reg(bits: edge))
  }

  func unsupported(_ data: InstructionData) -> CodegenError {
    .unsupported(operation: data.operation.mnemonic, type: data.type)
  }
}
