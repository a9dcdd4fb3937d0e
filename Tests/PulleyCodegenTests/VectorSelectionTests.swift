import PulleyIR
import Testing

@testable import PulleyCodegen

/// The lowering of vector operations.
@Suite struct VectorSelectionTests {
  private func code(
    _ parameters: [Type], _ result: Type, _ body: (inout Maker) -> Value
  ) throws -> [String] {
    var m = Maker(parameters, [result])
    let value = body(&m)
    m.ret(value)
    let function = m.finish()
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty, "\(function)")
    return work(try compile(function).code)
  }

  private func binary(_ opcode: Operation, _ type: Type, _ result: Type? = nil) throws -> [String] {
    try code([type, type], result ?? type) { $0.op(opcode, type, $0.parameter(0), $0.parameter(1)) }
  }

  private func unary(_ opcode: Operation, _ type: Type, _ result: Type? = nil) throws -> [String] {
    try code([type], result ?? type) { $0.op(opcode, type, $0.parameter(0)) }
  }

  private let integers: [(Type, String)] = [
    (.i8x16, "8x16"), (.i16x8, "16x8"), (.i32x4, "32x4"), (.i64x2, "64x2"),
  ]

  @Test func vectorIntegerOperationsOfEveryWidthBecomeOneInstruction() throws {
    for (type, suffix) in integers {
      #expect(try binary(.iadd, type) == ["vaddi" + suffix])
      #expect(try binary(.isub, type) == ["vsubi" + suffix])
      #expect(try binary(.imul, type) == ["vmuli" + suffix])
      #expect(try unary(.ineg, type) == ["vneg" + suffix])
      #expect(try unary(.iabs, type) == ["vabs" + suffix])
      #expect(try unary(.vany_true, type, .i8) == ["vanytrue" + suffix])
      #expect(try unary(.vall_true, type, .i8) == ["valltrue" + suffix])
      for (opcode, name) in [(Operation.band, "vband128"), (.bor, "vbor128"), (.bxor, "vbxor128")] {
        #expect(try binary(opcode, type) == [name])
      }
      for (opcode, start, end) in [
        (Operation.ishl, "vshli", ""), (.ushr, "vshri", "_u"), (.sshr, "vshri", "_s"),
      ] {
        let lines = try code([type, .i32], type) {
          $0.op(opcode, type, $0.parameter(0), $0.parameter(1))
        }
        #expect(lines == [start + suffix + end])
      }
    }
  }

  @Test func vectorOperationsOfSomeWidthsBecomeOneInstruction() throws {
    for (opcode, name) in [
      (Operation.sadd_sat, "vaddi#_sat"), (.uadd_sat, "vaddu#_sat"), (.ssub_sat, "vsubi#_sat"),
      (.usub_sat, "vsubu#_sat"), (.avg_round, "vavground#"),
    ] {
      for (type, suffix) in integers.prefix(2) {
        let expected = name.split(separator: "#", omittingEmptySubsequences: false)
        #expect(try binary(opcode, type) == [expected.joined(separator: suffix)])
      }
      #expect(throws: CodegenError.self) { try binary(opcode, .i64x2) }
    }
    for (opcode, start, end) in [
      (Operation.smin, "vmin", "_s"), (.umin, "vmin", "_u"), (.smax, "vmax", "_s"),
      (.umax, "vmax", "_u"),
    ] {
      for (type, suffix) in integers.prefix(3) {
        #expect(try binary(opcode, type) == [start + suffix + end])
      }
      let less = end == "_s" ? "vslt64x2" : "vult64x2"
      #expect(try binary(opcode, .i64x2) == [less, "vbitselect128"])
    }
    #expect(try binary(.sqmul_round_sat, .i16x8) == ["vqmulrsi16x8"])
    #expect(try binary(.iadd_pairwise, .i16x8) == ["vaddpairwisei16x8_s"])
    #expect(try binary(.swizzle, .i8x16) == ["vswizzlei8x16"])
    #expect(try unary(.popcnt, .i8x16) == ["vpopcnt8x16"])
  }

  @Test func wideningAndNarrowingOfLanesBecomeOneInstruction() throws {
    #expect(try unary(.swiden_low, .i8x16, .i16x8) == ["vwidenlow8x16_s"])
    #expect(try unary(.uwiden_high, .i32x4, .i64x2) == ["vwidenhigh32x4_u"])
    #expect(try binary(.snarrow, .i16x8, .i8x16) == ["vnarrow16x8_s"])
    #expect(try binary(.unarrow, .i32x4, .i16x8) == ["vnarrow32x4_u"])
    #expect(try binary(.uunarrow, .i64x2, .i32x4) == ["vunarrow64x2_u"])
    #expect(
      try binary(.uunarrow, .i16x8, .i8x16) == [
        "vconst128", "vmin16x8_u", "vmin16x8_u", "vnarrow16x8_u",
      ])
  }

  @Test func vectorIntegerComparisonsSwapOperandsWhereNeeded() throws {
    func compare(_ condition: IntCondition, _ type: Type) throws -> [String] {
      var m = Maker([type, type], [type])
      m.ret(m.icmp(condition, m.parameter(0), m.parameter(1)))
      return listing(try compile(m.finish()).code).dropLast()
    }
    #expect(try compare(.signedLess, .i16x8) == ["vslt16x8 v0, v0, v1"])
    #expect(try compare(.signedGreater, .i16x8) == ["vslt16x8 v0, v1, v0"])
    #expect(try compare(.unsignedGreaterOrEqual, .i8x16) == ["vulteq8x16 v0, v1, v0"])
    #expect(try compare(.notEqual, .i64x2) == ["vneq64x2 v0, v0, v1"])
  }

  @Test func everyVectorFloatComparisonIsLowered() throws {
    func compare(_ condition: FloatCondition) throws -> [String] {
      try code([.f32x4, .f32x4], .i32x4) {
        $0.fcmp(condition, $0.parameter(0), $0.parameter(1))
      }
    }
    #expect(try compare(.equal) == ["veqf32x4"])
    #expect(try compare(.greaterThan) == ["vltf32x4"])
    #expect(try compare(.unorderedOrLessThan) == ["vlteqf32x4", "vbnot128"])
    #expect(try compare(.ordered) == ["veqf32x4", "veqf32x4", "vband128"])
    #expect(try compare(.unorderedOrEqual) == ["vltf32x4", "vltf32x4", "vbor128", "vbnot128"])
    for condition in FloatCondition.allCases { #expect(try !compare(condition).isEmpty) }
  }

  @Test func vectorFloatOperationsBecomeOneInstruction() throws {
    for (opcode, name) in [
      (Operation.fadd, "vaddf"), (.fsub, "vsubf"), (.fmul, "vmulf"), (.fdiv, "vdivf"),
      (.fmin, "vminimumf"), (.fmax, "vmaximumf"),
    ] {
      #expect(try binary(opcode, .f32x4) == [name + "32x4"])
      #expect(try binary(opcode, .f64x2) == [name + "64x2"])
    }
    for (opcode, name) in [
      (Operation.fneg, "vnegf"), (.fabs, "vabsf"), (.sqrt, "vsqrt"), (.ceil, "vceil"),
      (.floor, "vfloor"), (.trunc, "vtrunc"), (.nearest, "vnearest"),
    ] {
      #expect(try unary(opcode, .f32x4) == [name + "32x4"])
      #expect(try unary(opcode, .f64x2) == [name + "64x2"])
    }
    #expect(try binary(.fcopysign, .f64x2) == ["vconst128", "vbitselect128"])
    #expect(
      try code([.i32x4], .f32x4) { $0.op(.fcvt_from_uint, .f32x4, $0.parameter(0)) }
        == ["vf32x4_from_i32x4_u"])
    #expect(
      try code([.f64x2], .i64x2) { $0.op(.fcvt_to_sint_sat, .i64x2, $0.parameter(0)) }
        == ["vi64x2_from_f64x2_s"])
    #expect(
      try code([.f32x4], .f64x2) { $0.op(.fvpromote_low, .f64x2, $0.parameter(0)) }
        == ["vfpromotelow"])
  }

  @Test func castsBetweenVectorsCostNothing() throws {
    let lines = try code([.i8x16], .i8x16) {
      let words = $0.op(.bitcast, .i32x4, $0.parameter(0))
      return $0.op(.bitcast, .i8x16, $0.op(.bitcast, .f64x2, words))
    }
    #expect(lines.isEmpty)
  }

  @Test func vectorConstantsAndShuffleMasksBecomeImmediates() throws {
    var m = Maker([.i8x16], [.i8x16])
    var shuffle = InstructionData(.shuffle, .i8x16, m.parameter(0), m.parameter(0))
    shuffle.constant = m.builder.function.makeConstant(ConstantData(low: 1, high: 2))
    var constant = InstructionData(.vconst, .i8x16)
    constant.constant = m.builder.function.makeConstant(ConstantData(low: 3, high: 1))
    let value = m.builder.value(constant)
    m.ret(m.op(.iadd, .i8x16, m.builder.value(shuffle), value))
    let lines = listing(try compile(m.finish()).code)
    #expect(
      lines.prefix(2) == [
        "vshuffle v30, v0, v0, 36893488147419103233", "vconst128 v31, 18446744073709551619",
      ])
  }

  @Test func vectorAccessesMoveSixteenBytes() throws {
    var m = Maker([.i64, .i32], [.f32x4], convention: .wasm, context: true)
    let heap = m.heap()
    let loaded = m.heapLoad(.heap_load, .i8x16, heap, m.parameter(2), 16)
    m.store(.store, .i8x16, loaded, m.parameter(1), 32)
    let low = m.load(.uload32x2, .i64x2, m.parameter(1), 8)
    m.heapStore(.heap_store, .i64x2, heap, low, m.parameter(2))
    m.ret(m.load(.load, .f32x4, m.parameter(1), 0, flags: []))
    let lines = work(try compile(m.finish()).code).filter { $0.hasPrefix("v") }
    #expect(
      lines == [
        "vload128le_g32", "vstore128le_o32", "vload32x2le_u_z", "vstore128le_g32",
        "vload128le_z",
      ])
  }

  /// More values than there are registers, alive across a call, some of them on the stack there.
  @Test func vectorsAreSpilledAndPassedOnTheStack() throws {
    var m = Maker([.i64] + Array(repeating: .i8x16, count: 18), [.i8x16, .i8x16])
    let callee = m.external(
      .user(namespace: 0, index: 1), Array(repeating: .i8x16, count: 18), [.i8x16])
    let values = (1...18).map { m.parameter($0) }
    let results = m.call(callee, values.reversed())
    var sum = results[0]
    for value in values { sum = m.op(.iadd, .i8x16, sum, value) }
    m.ret(sum, results[0])
    let function = m.finish()
    var compiler = FunctionCompiler()
    compiler.checksAllocation = true
    let lines = listing(try compiler.compile(function).code)
    #expect(lines.contains { $0.hasPrefix("vstore128le_o32 sp") })
    #expect(lines.contains { $0.hasPrefix("vload128le_o32") })
  }

  @Test func vectorArgumentsOfACallAreSwappedWithThreeMoves() throws {
    var m = Maker([.i8x16, .i16x8], [])
    let callee = m.external(.user(namespace: 0, index: 1), [.i16x8, .i8x16], [])
    m.call(callee, [m.parameter(1), m.parameter(0)])
    m.ret()
    let moves = listing(try compile(m.finish()).code).filter { $0.hasPrefix("vmov") }
    #expect(moves.count == 3)
  }
}
