import PulleyIR
import Testing

@testable import PulleyCodegen

/// Compares random programs on more vectors than there are registers, with calls that pass many of
/// them, with a model of their operations.
@Suite struct RandomVectorTests {
  @Test(arguments: 0..<16) func compiledRandomVectorProgramsDoWhatTheModelDoes(group: Int) throws {
    for seed in UInt64(group) * 4..<UInt64(group) * 4 + 4 {
      var program = RandomVectors(seed: seed + 1)
      let functions = program.make()
      var verifier = Verifier()
      #expect(verifier.verify(functions[0]).isEmpty, "seed \(seed)")
      let size = 16 * program.expected.count
      let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      defer { memory.deallocate() }
      for (index, input) in program.inputs.enumerated() {
        memory.storeBytes(of: input, toByteOffset: 16 * index, as: SIMD16<UInt8>.self)
      }
      _ = try Runner(functions).call(0, [UInt64(UInt(bitPattern: memory))]).get()
      for (index, expected) in program.expected.enumerated() {
        let actual = memory.load(fromByteOffset: 16 * index, as: SIMD16<UInt8>.self)
        #expect(actual == expected, "seed \(seed), vector \(index)")
      }
    }
  }
}

/// A function that loads vectors, computes with them and stores all of its variables.
struct RandomVectors {
  typealias Bytes = SIMD16<UInt8>

  private var random: Random
  private var m = Maker([.i64])
  private var variables: [(value: Value, bytes: Bytes)] = []
  private(set) var inputs: [Bytes] = []
  /// The memory after the run.
  private(set) var expected: [Bytes] = []

  private static let passed = 18

  init(seed: UInt64) { random = Random(seed: seed) }

  mutating func make() -> [Function] {
    let count = random.pick([3, 12, 30, 50])
    for index in 0..<count {
      var bytes = Bytes()
      for lane in 0..<16 { bytes[lane] = UInt8(truncatingIfNeeded: random.next()) }
      inputs.append(bytes)
      variables.append((m.load(.load, .i8x16, m.parameter(0), Int64(16 * index)), bytes))
    }
    let types = [Type](repeating: .i8x16, count: Self.passed)
    let callee = m.external(.user(namespace: 0, index: 1), types, types)
    for _ in 0..<120 {
      if random.chance(3) {
        call(callee)
      } else {
        variables[random.below(count)] = operation()
      }
    }
    for (index, variable) in variables.enumerated() {
      m.store(.store, .i8x16, variable.value, m.parameter(0), Int64(16 * index))
      expected.append(variable.bytes)
    }
    m.ret()
    var reversing = Maker(types, types)
    reversing.ret((0..<Self.passed).reversed().map { reversing.parameter($0) })
    return [m.finish(), reversing.finish()]
  }

  /// The callee returns its arguments in reverse order.
  private mutating func call(_ callee: FuncRef) {
    let places = (0..<Self.passed).map { _ in random.below(variables.count) }
    let results = m.call(callee, places.map { variables[$0].value })
    let bytes = places.reversed().map { variables[$0].bytes }
    for (index, value) in results.enumerated() where random.chance(40) {
      variables[random.below(variables.count)] = (value, bytes[index])
    }
  }

  private mutating func operation() -> (Value, Bytes) {
    let (a, b, c) = (random.pick(variables), random.pick(variables), random.pick(variables))
    switch random.below(9) {
    case 0: return lanes(.iadd, .i32x4, a, b) { (x: SIMD4<UInt32>, y) in x &+ y }
    case 1: return lanes(.imul, .i16x8, a, b) { (x: SIMD8<UInt16>, y) in x &* y }
    case 2: return lanes(.isub, .i64x2, a, b) { (x: SIMD2<UInt64>, y) in x &- y }
    case 3: return lanes(.bxor, .i8x16, a, b) { (x: Bytes, y) in x ^ y }
    case 4:
      return lanes(.umin, .i64x2, a, b) { (x: SIMD2<UInt64>, y) in
        x.replacing(with: y, where: y .< x)
      }
    case 5:
      let value = m.op(.bitselect, .i8x16, a.value, b.value, c.value)
      return (value, (a.bytes & b.bytes) | (~a.bytes & c.bytes))
    case 6: return shuffle(a, b)
    case 7: return shift(a)
    default:
      var constant = InstructionData(.vconst, .i8x16)
      let bits = UInt64(random.below(4)) &* 0x0101_0101_0101_0101
      constant.constant = m.builder.function.makeConstant(ConstantData(low: bits, high: 0))
      let bytes = unsafeBitCast(SIMD2<UInt64>(bits, 0), to: Bytes.self)
      return (m.op(.iadd, .i8x16, a.value, m.builder.value(constant)), a.bytes &+ bytes)
    }
  }

  private mutating func lanes<Lanes: SIMD>(
    _ opcode: Operation, _ type: Type, _ a: (value: Value, bytes: Bytes),
    _ b: (value: Value, bytes: Bytes), _ model: (Lanes, Lanes) -> Lanes
  ) -> (Value, Bytes) {
    let first = m.op(.bitcast, type, a.value)
    let result = m.op(opcode, type, first, m.op(.bitcast, type, b.value))
    let bytes = model(
      unsafeBitCast(a.bytes, to: Lanes.self), unsafeBitCast(b.bytes, to: Lanes.self))
    return (m.op(.bitcast, .i8x16, result), unsafeBitCast(bytes, to: Bytes.self))
  }

  private mutating func shuffle(
    _ a: (value: Value, bytes: Bytes), _ b: (value: Value, bytes: Bytes)
  ) -> (Value, Bytes) {
    var mask = Bytes()
    var result = Bytes()
    for lane in 0..<16 {
      let source = random.below(32)
      mask[lane] = UInt8(source)
      result[lane] = source < 16 ? a.bytes[source] : b.bytes[source - 16]
    }
    let halves = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    var data = InstructionData(.shuffle, .i8x16, a.value, b.value)
    data.constant = m.builder.function.makeConstant(ConstantData(low: halves[0], high: halves[1]))
    return (m.builder.value(data), result)
  }

  private mutating func shift(_ a: (value: Value, bytes: Bytes)) -> (Value, Bytes) {
    let amount = random.below(40)
    let count = m.iconst(.i32, Int64(amount))
    let value = m.op(.sshr, .i16x8, m.op(.bitcast, .i16x8, a.value), count)
    let lanes = unsafeBitCast(a.bytes, to: SIMD8<Int16>.self) &>> Int16(amount & 15)
    return (m.op(.bitcast, .i8x16, value), unsafeBitCast(lanes, to: Bytes.self))
  }
}
