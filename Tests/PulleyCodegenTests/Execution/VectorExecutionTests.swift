import PulleyIR
import Testing

@testable import PulleyCodegen

/// Runs vector operations that are lowered to several instructions.
@Suite struct VectorExecutionTests {
  typealias Bytes = SIMD16<UInt8>

  /// Runs `body` on vectors from memory. Returns the vector that it stores after them.
  private func run(
    _ inputs: [(Bytes, Type)], _ body: (inout Maker, [Value]) -> Value
  ) throws -> Bytes {
    var m = Maker([.i64])
    let base = m.parameter(0)
    let values = inputs.enumerated().map { index, input in
      m.load(.load, input.1, base, Int64(16 * index))
    }
    let result = body(&m, values)
    m.store(.store, m.builder.function.type(of: result), result, base, 64)
    m.ret()
    let function = m.finish()
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty, "\(function)")
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 80, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 80)
    for (index, input) in inputs.enumerated() {
      memory.storeBytes(of: input.0, toByteOffset: 16 * index, as: Bytes.self)
    }
    _ = try Runner([function]).call(0, [UInt64(UInt(bitPattern: memory))]).get()
    return memory.load(fromByteOffset: 64, as: Bytes.self)
  }

  private func cast<From, To>(_ vector: From, to: To.Type = To.self) -> To {
    unsafeBitCast(vector, to: To.self)
  }

  private let a64: SIMD2<UInt64> = [0x8000_0000_0000_0001, 5]
  private let b64: SIMD2<UInt64> = [7, 0xFFFF_FFFF_FFFF_FFF0]

  @Test func minimaAndMaximaOf64BitLanesAreComputed() throws {
    for (opcode, expected) in [
      (Operation.smin, SIMD2<UInt64>(a64[0], b64[1])), (.smax, [b64[0], a64[1]]),
      (.umin, [b64[0], a64[1]]), (.umax, [a64[0], b64[1]]),
    ] {
      let result = try run([(cast(a64), .i64x2), (cast(b64), .i64x2)]) {
        $0.op(opcode, .i64x2, $1[0], $1[1])
      }
      #expect(cast(result, to: SIMD2<UInt64>.self) == expected)
    }
  }

  @Test(arguments: [0, 1, 9, 16, 21] as [Int64])
  func rotationsOfLanesTakeTheirCountModuloTheWidth(amount: Int64) throws {
    let value: SIMD8<UInt16> = [1, 0x8000, 0x1234, 0xFFFF, 0, 0xABCD, 0x00FF, 0x7FFE]
    let places = UInt16(amount & 15)
    for (opcode, left) in [(Operation.rotl, places), (.rotr, (16 - places) & 15)] {
      let result = try run([(cast(value), .i16x8)]) {
        let count = $0.iconst(.i32, amount)
        return $0.op(opcode, .i16x8, $1[0], count)
      }
      let expected = value &<< left | (left == 0 ? SIMD8() : value &>> (16 - left))
      #expect(cast(result, to: SIMD8<UInt16>.self) == expected)
    }
  }

  @Test func unsignedLanesAreNarrowedWithSaturation() throws {
    let low: SIMD4<UInt32> = [0, 0xFFFF, 0x1_0000, 0xFFFF_FFFF]
    let high: SIMD4<UInt32> = [1, 0x8000, 0x7FFF_FFFF, 0x8000_0000]
    let result = try run([(cast(low), .i32x4), (cast(high), .i32x4)]) {
      $0.op(.uunarrow, .i32x4, $1[0], $1[1])
    }
    #expect(
      cast(result, to: SIMD8<UInt16>.self)
        == [0, 0xFFFF, 0xFFFF, 0xFFFF, 1, 0x8000, 0xFFFF, 0xFFFF])
  }

  @Test(arguments: FloatCondition.allCases)
  func everyFloatComparisonOfVectorsGivesItsMask(condition: FloatCondition) throws {
    let a: SIMD4<Float> = [1, 2, 2, .nan]
    let b: SIMD4<Float> = [2, 1, 2, 2]
    let result = try run([(cast(a), .f32x4), (cast(b), .f32x4)]) {
      $0.fcmp(condition, $1[0], $1[1])
    }
    let expected = (0..<4).map { lane in
      holds(condition, a[lane], b[lane]) ? UInt32.max : 0
    }
    #expect(cast(result, to: SIMD4<UInt32>.self) == SIMD4(expected))
  }

  private func holds(_ condition: FloatCondition, _ a: Float, _ b: Float) -> Bool {
    let isUnordered = a.isNaN || b.isNaN
    return switch condition {
    case .ordered: !isUnordered
    case .unordered: isUnordered
    case .equal: a == b
    case .notEqual: a != b
    case .orderedNotEqual: a < b || a > b
    case .unorderedOrEqual: isUnordered || a == b
    case .lessThan: a < b
    case .lessThanOrEqual: a <= b
    case .greaterThan: a > b
    case .greaterThanOrEqual: a >= b
    case .unorderedOrLessThan: isUnordered || a < b
    case .unorderedOrLessThanOrEqual: isUnordered || a <= b
    case .unorderedOrGreaterThan: isUnordered || a > b
    case .unorderedOrGreaterThanOrEqual: isUnordered || a >= b
    }
  }

  @Test func signsOfVectorLanesAreCopied() throws {
    let magnitudes: SIMD2<Double> = [-1.5, 2.5]
    let signs: SIMD2<Double> = [3, -0.0]
    let result = try run([(cast(magnitudes), .f64x2), (cast(signs), .f64x2)]) {
      $0.op(.fcopysign, .f64x2, $1[0], $1[1])
    }
    #expect(cast(result, to: SIMD2<Double>.self) == [1.5, -2.5])
  }

  @Test func lanesOfEveryTypeAreInsertedAndExtracted() throws {
    let value: SIMD4<UInt32> = [1, 2, 3, 4]
    let result = try run([(cast(value), .i32x4)]) { m, values in
      var extract = InstructionData(.extractlane, .i32x4, values[0])
      extract.lane = 2
      let three = m.builder.value(extract)
      let alone = m.op(.scalar_to_vector, .i32x4, three)
      var insert = InstructionData(.insertlane, .i32x4, alone, three)
      insert.lane = 3
      return m.builder.value(insert)
    }
    #expect(cast(result, to: SIMD4<UInt32>.self) == [3, 0, 0, 3])
  }

  @Test func extractedNarrowLanesAreExtendedWithoutAnInstruction() throws {
    let value: SIMD8<Int16> = [-2, 0, 0, 0, 0, 0, 0, 0]
    let result = try run([(cast(value), .i16x8)]) { m, values in
      let lane = m.builder.value(InstructionData(.extractlane, .i16x8, values[0]))
      let unsigned = m.op(.splat, .i64x2, m.op(.uextend, .i64, lane))
      var insert = InstructionData(.insertlane, .i64x2, unsigned, m.op(.sextend, .i64, lane))
      insert.lane = 1
      return m.builder.value(insert)
    }
    #expect(cast(result, to: SIMD2<Int64>.self) == [0xFFFE, -2])
  }

  @Test func highBitsOfLanesAreCollectedInResultsOfAnyWidth() throws {
    let value = Bytes(repeating: 0x80)
    for (type, expected) in [(Type.i8, UInt64(0xFF)), (.i32, 0xFFFF), (.i64, 0xFFFF)] {
      let result = try run([(value, .i8x16)]) {
        let bits = $0.op(.vhigh_bits, type, $1[0])
        return $0.op(.splat, .i64x2, type == .i64 ? bits : $0.op(.uextend, .i64, bits))
      }
      #expect(cast(result, to: SIMD2<UInt64>.self) == [expected, expected])
    }
  }

  @Test func bitSelectionAndFusedMultiplyAddWorkOnScalars() throws {
    let result = try run([(cast(a64), .i64x2), (cast(b64), .i64x2)]) { m, values in
      let lanes = values.map { m.builder.value(InstructionData(.extractlane, .i64x2, $0)) }
      let mask = m.iconst(.i64, 0xFF)
      let chosen = m.op(.bitselect, .i64, mask, lanes[0], lanes[1])
      // Rounding twice would lose (1 + 2^-29)^2 - (1 + 2^-28).
      let near = m.f64const(1 + 0x1p-29)
      let rest = m.op(.fma, .f64, near, near, m.f64const(-(1 + 0x1p-28)))
      var insert = InstructionData(
        .insertlane, .i64x2, m.op(.splat, .i64x2, chosen), m.op(.bitcast, .i64, rest))
      insert.lane = 1
      return m.builder.value(insert)
    }
    #expect(cast(result, to: SIMD2<UInt64>.self) == [1, (0x1p-58 as Double).bitPattern])
  }

  @Test func vectorLoadsWidenLanesAndReverseBytes() throws {
    let bytes: Bytes = [1, 0xFF, 3, 0x80, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    let widened = try run([(bytes, .i8x16)]) { m, _ in m.load(.sload8x8, .i16x8, m.parameter(0)) }
    #expect(cast(widened, to: SIMD8<Int16>.self) == [1, -1, 3, -128, 5, 6, 7, 8])
    let unsigned = try run([(bytes, .i8x16)]) { m, _ in
      m.load(.uload32x2, .i64x2, m.parameter(0), 4)
    }
    #expect(cast(unsigned, to: SIMD2<UInt64>.self) == [0x0807_0605, 0x0C0B_0A09])
    let reversed = try run([(bytes, .i8x16)]) { m, _ in
      m.load(.load, .i8x16, m.parameter(0), flags: [.trusted, .big])
    }
    #expect(reversed == Bytes((0..<16).map { bytes[15 - $0] }))
  }

  @Test func selectChoosesWholeVectors() throws {
    for (condition, expected) in [(Int64(1), a64), (0, b64)] {
      let result = try run([(cast(a64), .i64x2), (cast(b64), .i64x2)]) {
        let isTrue = $0.icmp(.equal, $0.iconst(.i64, condition), $0.iconst(.i64, 1))
        return $0.op(.select, .i64x2, isTrue, $1[0], $1[1])
      }
      #expect(cast(result, to: SIMD2<UInt64>.self) == expected)
    }
  }

  /// Forty vectors are alive across a call that passes twenty of them, in another order, and returns
  /// one on the stack.
  @Test func vectorsSurviveCallsAndArePassedOnTheStack() throws {
    let count = 20
    let types = [Type](repeating: .i32x4, count: count)
    var caller = Maker([.i64])
    let callee = caller.external(.user(namespace: 0, index: 1), types, types)
    let base = caller.parameter(0)
    let seed = caller.load(.load, .i32x4, base)
    var vectors: [Value] = []
    for number in 0..<40 {
      let step = caller.op(.splat, .i32x4, caller.iconst(.i32, Int64(number)))
      vectors.append(caller.op(.iadd, .i32x4, seed, step))
    }
    let returned = caller.call(callee, vectors[0..<count].reversed())
    var sum = seed
    for (index, vector) in (returned + vectors).enumerated() {
      let weight = caller.op(.splat, .i32x4, caller.iconst(.i32, Int64(index + 1)))
      sum = caller.op(.iadd, .i32x4, sum, caller.op(.imul, .i32x4, vector, weight))
    }
    caller.store(.store, .i32x4, sum, base, 64)
    caller.ret()
    var second = Maker(types, types)
    second.ret((0..<count).map { second.parameter($0 == 0 ? count - 1 : $0 - 1) })

    let memory = UnsafeMutableRawPointer.allocate(byteCount: 80, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 80)
    memory.storeBytes(of: [100, 200, 300, 400], as: SIMD4<UInt32>.self)
    _ = try Runner([caller.finish(), second.finish()])
      .call(0, [UInt64(UInt(bitPattern: memory))]).get()
    var expected: UInt32 = 100
    let passed = (0..<UInt32(count)).reversed().map { $0 + 100 }
    let results = [passed[count - 1]] + passed[0..<count - 1]
    for (index, value) in (results + (0..<40).map { $0 + 100 }).enumerated() {
      expected &+= value &* UInt32(index + 1)
    }
    #expect(memory.load(fromByteOffset: 64, as: UInt32.self) == expected)
  }
}
