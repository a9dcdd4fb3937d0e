import PulleyIR
import Testing

@testable import PulleyTestSupport

@Suite struct Vectors {
  private func rules(_ function: Function) -> Set<VerifierError.Rule> {
    var verifier = Verifier()
    return Set(verifier.verify(function).map(\.rule))
  }

  /// A function of one instruction on a value of each vector type and some scalars.
  private func function(
    _ make: (inout FunctionBuilder, [Value]) -> InstructionData
  ) -> Function {
    var builder = FunctionBuilder(parameters: Self.types)
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let data = make(&builder, values)
    builder.append(data)
    builder.return([])
    return builder.finish()
  }

  private static let types: [IRType] = [
    .i8x16, .i16x8, .i32x4, .i64x2, .f32x4, .f64x2, .i32, .f32, .i64,
  ]

  @Test func vectorTypesMergeAndSplitTheirLanes() {
    #expect(IRType.i8x16.mergedLanes == .i16x8 && IRType.i32x4.mergedLanes == .i64x2)
    #expect(IRType.f32x4.mergedLanes == .invalid && IRType.i32.mergedLanes == .invalid)
    #expect(IRType.i64x2.splitLanes == .i32x4 && IRType.i16x8.splitLanes == .i8x16)
    #expect(IRType.i8x16.splitLanes == .invalid && IRType.f64x2.splitLanes == .invalid)
    #expect(IRType.f32x4.comparisonResult == .i32x4 && IRType.f64x2.comparisonResult == .i64x2)
    #expect(IRType.i8x16.comparisonResult == .i8x16 && IRType.f64.comparisonResult == .i8)
  }

  @Test func vectorOperationsArePrintedAsInCLIF() {
    var builder = FunctionBuilder(parameters: [.i8x16, .i32, .i64, .f64x2], results: [.i64x2])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    var constant = InstructionData(.vconst, .i32x4)
    constant.constant = builder.function.makeConstant(
      ConstantData(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908))
    let number = builder.value(constant)
    var cast = InstructionData(.bitcast, .i32x4, values[0])
    cast.flags = .little
    let words = builder.value(cast)
    let sum = builder.binary(.iadd, words, number)
    var insert = InstructionData(.insertlane, .i32x4, sum, values[1])
    insert.lane = 3
    let changed = builder.value(insert)
    var extract = InstructionData(.extractlane, .i32x4, changed)
    extract.lane = 1
    _ = builder.value(extract)
    var shuffle = InstructionData(.shuffle, .i8x16, values[0], values[0])
    shuffle.constant = builder.function.makeConstant(
      ConstantData(low: 0x1F1E_1D1C_1B1A_1918, high: 0))
    _ = builder.value(shuffle)
    _ = builder.unary(.splat, .f64x2, builder.value(InstructionData(.bitcast, .f64, values[2])))
    _ = builder.unary(.swiden_low, .i32x4, changed)
    _ = builder.binary(.snarrow, changed, changed)
    _ = builder.unary(.vany_true, .i32x4, changed)
    _ = builder.unary(.vhigh_bits, .i32, changed)
    _ = builder.unary(.fvdemote, .f32x4, values[3])
    var compare = InstructionData(.fcmp, .f64x2, values[3], values[3])
    compare.floatCondition = .lessThan
    let mask = builder.value(compare)
    var load = InstructionData(.sload16x4, .i32x4, values[2])
    load.immediate = 8
    _ = builder.value(load)
    builder.return([mask])
    let function = builder.finish()
    #expect(rules(function) == [])
    #expect(
      function.description == """
        function %test(i8x16, i32, i64, f64x2) -> i64x2 fast {
            const0 = 0x0f0e0d0c0b0a09080706050403020100

        block0(v0: i8x16, v1: i32, v2: i64, v3: f64x2):
            v4 = vconst.i32x4 const0
            v5 = bitcast.i32x4 little v0
            v6 = iadd v5, v4
            v7 = insertlane v6, v1, 3
            v8 = extractlane v7, 1
            v9 = shuffle v0, v0, 0x00000000000000001f1e1d1c1b1a1918
            v10 = bitcast.f64 v2
            v11 = splat.f64x2 v10
            v12 = swiden_low v7
            v13 = snarrow v7, v7
            v14 = vany_true v7
            v15 = vhigh_bits.i32 v7
            v16 = fvdemote v3
            v17 = fcmp lt v3, v3
            v18 = sload16x4 v2+8
            return v17
        }
        """)
  }

  @Test func typesOfVectorOperationsAreVerified() {
    func rules(_ make: @escaping ([Value]) -> InstructionData) -> Set<VerifierError.Rule> {
      self.rules(function { _, values in make(values) })
    }
    #expect(rules { InstructionData(.iadd, .i16x8, $0[1], $0[1]) } == [])
    #expect(rules { InstructionData(.iadd, .i16x8, $0[1], $0[2]) } == [.type])
    #expect(rules { InstructionData(.ishl, .i16x8, $0[1], $0[6]) } == [])
    #expect(rules { InstructionData(.ishl, .i16x8, $0[1], $0[1]) } == [.type])
    #expect(rules { InstructionData(.fadd, .f32x4, $0[4], $0[4]) } == [])
    #expect(rules { InstructionData(.fma, .f64x2, $0[5], $0[5], $0[5]) } == [])
    #expect(rules { InstructionData(.fma, .f64x2, $0[5], $0[5], $0[4]) } == [.type])
    #expect(rules { InstructionData(.splat, .i8x16, $0[6]) } == [.type])
    #expect(rules { InstructionData(.splat, .i32x4, $0[6]) } == [])
    #expect(rules { InstructionData(.splat, .i32, $0[6]) } == [.type])
    #expect(rules { InstructionData(.bitselect, .i8x16, $0[0], $0[0], $0[0]) } == [])
    #expect(rules { InstructionData(.bitselect, .i8x16, $0[0], $0[0], $0[1]) } == [.type])
    #expect(rules { InstructionData(.swiden_high, .i64x2, $0[3]) } == [.type])
    #expect(rules { InstructionData(.uunarrow, .i8x16, $0[0], $0[0]) } == [.type])
    #expect(rules { InstructionData(.vhigh_bits, .i32, $0[0]) } == [])
    #expect(rules { InstructionData(.vhigh_bits, .i32, $0[6]) } == [.type])
    #expect(rules { InstructionData(.vall_true, .i32, $0[6]) } == [.type])
    #expect(rules { InstructionData(.fvpromote_low, .f64x2, $0[5]) } == [.type])
    #expect(rules { InstructionData(.fcvt_from_sint, .f32x4, $0[2]) } == [])
    #expect(rules { InstructionData(.fcvt_from_sint, .f64x2, $0[2]) } == [.type])
    #expect(rules { InstructionData(.uload8x8, .i16x8, $0[8]) } == [])
    #expect(rules { InstructionData(.uload8x8, .i32x4, $0[8]) } == [.type])
    // A cast that changes the number of lanes needs a byte order.
    #expect(rules { InstructionData(.bitcast, .i64x2, $0[4]) } == [.immediate])
    #expect(
      rules {
        var cast = InstructionData(.bitcast, .i64x2, $0[4])
        cast.flags = .little
        return cast
      } == [])
    #expect(rules { InstructionData(.bitcast, .i64x2, $0[8]) } == [.type])
  }

  @Test func laneNumbersAndShuffleMasksAreVerified() {
    let lane = function { _, values in
      var data = InstructionData(.extractlane, .i64x2, values[3])
      data.lane = 2
      return data
    }
    #expect(rules(lane) == [.immediate])
    let mask = function { builder, values in
      var data = InstructionData(.shuffle, .i8x16, values[0], values[0])
      data.constant = builder.function.makeConstant(ConstantData(low: 0, high: 32))
      return data
    }
    #expect(rules(mask) == [.immediate])
    let missing = function { _, values in
      var data = InstructionData(.shuffle, .i8x16, values[0], values[0])
      data.constant = Constant(number: 7)
      return data
    }
    #expect(rules(missing) == [.range])
  }
}
