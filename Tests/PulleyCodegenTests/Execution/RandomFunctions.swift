import PulleyIR

/// A small generator of random numbers with a seed.
struct Random: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
}

/// Makes functions that use every operation, in nested loops and conditions that end.
struct RandomFunctions {
  var random: Random
  private var m = Maker()
  private var variables: [(variable: Variable, type: Type)] = []
  private var recent: [(value: Value, type: Type)] = []
  private var heap = Heap.none
  private var slot = StackSlot.none
  private var callees: [FuncRef] = []
  private var calleeSignatures: [Signature] = []
  private var statements = 0
  private var convention = CallConvention.fast

  static let types: [Type] = [.i32, .i32, .i32, .i64, .i64, .f64, .f32, .i8, .i16]

  init(seed: UInt64) { random = Random(seed: seed) }

  /// Functions that call only later ones.
  mutating func makeFunctions(_ count: Int) -> [Function] {
    // All functions of an image have windows, or none has.
    convention = random.chance(50) ? .wasm : .fast
    let signatures = (0..<count).map { _ in makeSignature() }
    return (0..<count).map { makeFunction($0, signatures) }
  }

  private mutating func makeSignature() -> Signature {
    var signature = Signature(convention: convention)
    signature.parameters.append(ABIParameter(.i64, purpose: .vmctx))
    for _ in 0..<(random.chance(15) ? 40 : random.below(8)) {
      let type = random.pick(Self.types)
      signature.parameters.append(
        ABIParameter(type, extension: random.chance(10) ? .signed : .none))
    }
    for _ in 0..<(random.chance(10) ? 20 : random.below(4)) {
      signature.results.append(ABIParameter(random.pick(Self.types)))
    }
    return signature
  }

  private mutating func makeFunction(_ index: Int, _ signatures: [Signature]) -> Function {
    m.builder = FunctionBuilder(
      name: .user(namespace: 0, index: UInt32(index)), signature: signatures[index])
    let entry = m.builder.makeEntry()
    heap = m.heap(recordOffset: Memory.recordOffset)
    slot = m.builder.function.stackSlots.append(StackSlotData(bytes: 24))
    callees = []
    calleeSignatures = []
    for other in index + 1..<max(index + 1, signatures.count) {
      let signature = m.builder.function.signatures.append(signatures[other])
      callees.append(
        m.builder.function.externals.append(
          ExternalFunction(
            name: .user(namespace: 0, index: UInt32(other)), signature: signature,
            isColocated: true)))
      calleeSignatures.append(signatures[other])
    }
    variables = []
    recent = []
    statements = 0
    let parameters = Array(m.builder.function.parameters(of: entry))
    for parameter in parameters.dropFirst() {
      declare(m.builder.function.type(of: parameter), parameter)
    }
    for _ in 0..<(random.chance(25) ? 40 : 6) {
      let type = random.pick(Self.types)
      declare(type, constant(type))
    }
    // Every byte of the slot is written before it is read.
    for offset in stride(from: Int64(0), to: 24, by: 8) {
      let value = m.iconst(.i64, Int64(bitPattern: random.next()))
      m.store(.store, .i64, value, stackAddress(), offset)
    }
    makeStatements(depth: 0)
    m.ret(signatures[index].results.map { read($0.type) })
    return m.finish()
  }

  private mutating func declare(_ type: Type, _ value: Value) {
    let variable = m.builder.declareVariable(type)
    m.builder.define(variable, as: value)
    variables.append((variable, type))
  }

  private mutating func stackAddress() -> Value {
    var data = InstructionData(.stack_addr, .i64)
    data.stackSlot = slot
    return m.builder.value(data)
  }

  private mutating func constant(_ type: Type) -> Value {
    let interesting: [Int64] = [
      0, 1, -1, 2, 7, 63, 127, 128, -128, 255, 256, -256, 65535, -65536, 0x7FFF_FFFF,
      -0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, .max, .min,
    ]
    let value =
      random.chance(70) ? random.pick(interesting) : Int64(bitPattern: random.next())
    switch type {
    case .f32:
      var data = InstructionData(.f32const, .f32)
      data.immediate = Int64(Float(Int32(truncatingIfNeeded: value)).bitPattern)
      return m.builder.value(data)
    case .f64: return m.f64const(Double(value) / 3)
    default: return m.iconst(type, Int64(bitPattern: truncate(UInt64(bitPattern: value), type)))
    }
  }

  /// A value of the type: a variable, something just computed, or a constant.
  private mutating func read(_ type: Type) -> Value {
    if random.chance(50) {
      let fitting = recent.suffix(12).filter { $0.type == type }
      if !fitting.isEmpty { return random.pick(fitting).value }
    }
    let fitting = variables.filter { $0.type == type }
    if !fitting.isEmpty && random.chance(80) {
      return m.builder.use(random.pick(fitting).variable)
    }
    return constant(type)
  }

  private mutating func note(_ value: Value) {
    recent.append((value, m.builder.function.type(of: value)))
  }

  // Statements

  private mutating func makeStatements(depth: Int) {
    for _ in 0..<(2 + random.below(6)) {
      statements += 1
      guard statements < 60 else { return }
      switch random.below(20) {
      case 0..<9: note(expression(random.pick(Self.types)))
      case 9..<13:
        let (variable, type) = random.pick(variables)
        let value = expression(type)
        note(value)
        m.builder.define(variable, as: value)
      case 13: makeMemoryAccess()
      case 14: if depth < 3 { makeIf(depth: depth) }
      case 15: if depth < 2 { makeLoop(depth: depth) }
      case 16: if depth < 3 { makeSwitch(depth: depth) }
      case 17, 18: if depth < 2 { makeCall() }
      default:
        if random.chance(30) {
          m.trapIf(random.chance(50) ? .trapz : .trapnz, read(.i32), .user(5))
        }
      }
    }
  }

  private mutating func makeIf(depth: Int) {
    let (then, otherwise, join) = (m.block().block, m.block().block, m.block().block)
    m.brif(truth(), then, [], otherwise)
    m.builder.seal(then)
    m.builder.seal(otherwise)
    recent = []
    m.go(then)
    makeStatements(depth: depth + 1)
    m.jump(join)
    recent = []
    m.go(otherwise)
    if random.chance(60) { makeStatements(depth: depth + 1) }
    m.jump(join)
    m.builder.seal(join)
    recent = []
    m.go(join)
  }

  private mutating func makeLoop(depth: Int) {
    let counter = m.builder.declareVariable(.i32)
    m.builder.define(counter, as: m.iconst(.i32, Int64(1 + random.below(5))))
    let (header, exit) = (m.block().block, m.block().block)
    m.jump(header)
    recent = []
    m.go(header)
    makeStatements(depth: depth + 1)
    if random.chance(30) {
      let rest = m.block().block
      m.brif(truth(), exit, [], rest)
      m.builder.seal(rest)
      recent = []
      m.go(rest)
      makeStatements(depth: depth + 1)
    }
    let left = m.op(.isub, .i32, m.builder.use(counter), m.iconst(.i32, 1))
    m.builder.define(counter, as: left)
    m.brif(m.icmp(.signedGreater, left, m.iconst(.i32, 0)), header, [], exit)
    m.builder.seal(header)
    m.builder.seal(exit)
    recent = []
    m.go(exit)
  }

  private mutating func makeSwitch(depth: Int) {
    let join = m.block().block
    let cases = (0..<(1 + random.below(4))).map { _ in m.block().block }
    let index = m.op(.band, .i32, read(.i32), m.iconst(.i32, 7))
    let entries = (0..<random.below(7)).map { _ in random.chance(15) ? join : random.pick(cases) }
    m.branchTable(index, entries, cases[0])
    for block in cases {
      m.builder.seal(block)
      recent = []
      m.go(block)
      if random.chance(70) { makeStatements(depth: depth + 1) }
      m.jump(join)
    }
    m.builder.seal(join)
    recent = []
    m.go(join)
  }

  private mutating func makeCall() {
    guard !callees.isEmpty else { return }
    let index = random.below(callees.count)
    let signature = calleeSignatures[index]
    var arguments = [m.parameter(0)]
    for parameter in signature.parameters.dropFirst() { arguments.append(read(parameter.type)) }
    let results: [Value]
    if random.chance(25) {
      var address = InstructionData(.func_addr, .i64)
      address.function = callees[index]
      var data = InstructionData(.call_indirect, .invalid, m.builder.value(address))
      data.signature = m.builder.function.externals[callees[index]].signature
      data.list = m.builder.function.makeList(arguments)
      let inst = m.builder.append(data)
      results = Array(m.builder.function.values(m.builder.function.results(of: inst)))
    } else {
      results = m.call(callees[index], arguments)
    }
    for result in results { note(result) }
  }

  private mutating func makeMemoryAccess() {
    let type = random.pick(Self.types)
    if random.chance(20) {
      let offset = Int64(random.below(3) * 8)
      if random.chance(50) {
        m.store(.store, type, read(type), stackAddress(), offset)
      } else {
        note(m.load(.load, type, stackAddress(), offset))
      }
      return
    }
    // Mostly in bounds, sometimes not.
    var index = read(.i32)
    if random.chance(97) { index = m.op(.band, .i32, index, m.iconst(.i32, 0x1FF)) }
    let offset: Int64 =
      random.chance(3) ? Int64(random.below(1 << 32)) : Int64(random.below(400))
    if random.chance(50) {
      m.heapStore(.heap_store, type, heap, read(type), index, offset)
    } else if random.chance(30) {
      let opcode = random.pick([Operation.heap_sload8, .heap_uload16, .heap_uload32, .heap_sload32])
      note(m.heapLoad(opcode, .i64, heap, index, offset))
    } else {
      note(m.heapLoad(.heap_load, type, heap, index, offset))
    }
  }

  // Expressions

  private mutating func truth() -> Value {
    switch random.below(6) {
    case 0: return read(.i32)
    case 1: return read(.i8)
    case 2: return m.fcmp(random.pick(FloatCondition.allCases), read(.f64), read(.f64))
    case 3:
      let inner = m.op(.uextend, .i32, truthCompare())
      return m.icmp(random.pick([.equal, .notEqual]), inner, m.iconst(.i32, 0))
    default: return truthCompare()
    }
  }

  private mutating func truthCompare() -> Value {
    let type = random.pick([Type.i32, .i32, .i64, .i8, .i16])
    return m.icmp(random.pick(IntCondition.allCases), read(type), read(type))
  }

  private mutating func expression(_ type: Type) -> Value {
    if random.chance(10) { return m.op(.select, type, truth(), read(type), read(type)) }
    switch type {
    case .f32, .f64: return floatExpression(type)
    default: return integerExpression(type)
    }
  }

  private mutating func floatExpression(_ type: Type) -> Value {
    let other: Type = type == .f32 ? .f64 : .f32
    switch random.below(8) {
    case 0: return m.op(type == .f32 ? .fdemote : .fpromote, type, read(other))
    case 1:
      return m.op(
        random.pick([.fcvt_from_sint, .fcvt_from_uint]), type,
        read(random.pick([.i32, .i64, .i8, .i16])))
    case 2: return m.op(.bitcast, type, read(type == .f32 ? .i32 : .i64))
    case 3:
      return m.op(
        random.pick([.fneg, .fabs, .sqrt, .ceil, .floor, .trunc, .nearest]), type, read(type))
    default:
      return m.op(
        random.pick([.fadd, .fsub, .fmul, .fdiv, .fmin, .fmax, .fcopysign]), type, read(type),
        read(type))
    }
  }

  private mutating func integerExpression(_ type: Type) -> Value {
    let isFull = type == .i32 || type == .i64
    switch random.below(16) {
    case 0:
      let narrower = [Type.i8, .i16, .i32].filter { $0.bits < type.bits }
      guard !narrower.isEmpty else { return m.op(.ireduce, type, read(.i64)) }
      return m.op(random.pick([.uextend, .sextend]), type, read(random.pick(narrower)))
    case 1:
      return type == .i64 ? m.op(.uextend, type, read(.i32)) : m.op(.ireduce, type, read(.i64))
    case 2:
      let truth = truthCompare()
      return type == .i8 ? truth : m.op(.uextend, type, truth)
    case 3:
      let opcodes: [Operation] = [.ineg, .iabs, .bnot, .clz, .ctz, .popcnt]
      return m.op(random.pick(opcodes), type, read(type))
    case 4 where isFull:
      let from = random.pick([Type.f32, .f64])
      if random.chance(10) {
        return m.op(random.pick([.fcvt_to_sint, .fcvt_to_uint]), type, read(from))
      }
      return m.op(random.pick([.fcvt_to_sint_sat, .fcvt_to_uint_sat]), type, read(from))
    case 5 where random.chance(30):
      return m.op(random.pick([.udiv, .sdiv, .urem, .srem]), type, read(type), read(type))
    case 6, 7:
      let amount = random.chance(50) ? constant(type) : read(random.pick([.i32, type]))
      return m.op(random.pick([.ishl, .ushr, .sshr, .rotl, .rotr]), type, read(type), amount)
    case 8:
      let product = m.op(.imul, type, read(type), read(type))
      return m.op(.iadd, type, product, read(type))
    case 9:
      return m.op(
        random.pick([.smin, .smax, .umin, .umax, .umulhi, .smulhi]), type, read(type), read(type))
    case 10:
      let (a, b) = (read(type), read(type))
      return m.op(.select, type, m.icmp(random.pick(IntCondition.allCases), a, b), a, b)
    default:
      let opcodes: [Operation] = [.iadd, .isub, .imul, .band, .bor, .bxor]
      let right = random.chance(40) ? constant(type) : read(type)
      return m.op(random.pick(opcodes), type, read(type), right)
    }
  }
}
