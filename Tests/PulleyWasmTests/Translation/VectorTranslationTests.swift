import PulleyIR
import PulleyWasm
import Testing

@Suite struct VectorTranslationTests {
  private static let v128: UInt8 = 0x7B

  private func vector(_ number: UInt8...) -> [UInt8] { [0xFD] + number }

  private func translated(
    _ parameters: [UInt8], result: UInt8 = Self.v128, _ operators: [[UInt8]]
  ) throws -> String {
    try PulleyWasmTests.translated(parameters, [result], Array(operators.joined()))
  }

  @Test func vectorOperandsAreCastToTheTypeOfTheOperation() throws {
    let text = try translated(
      [Self.v128, Self.v128],
      [
        [Op.get, 0], [Op.get, 1], vector(0xAE, 0x01),  // i32x4.add
        [Op.get, 1], vector(0xB5, 0x01),  // i32x4.mul
      ])
    #expect(
      text == """
        block0(v0: i64, v1: i8x16, v2: i8x16):
        v3 = bitcast.i32x4 little v2
        v4 = bitcast.i32x4 little v1
        v5 = iadd v4, v3
        v6 = bitcast.i32x4 little v2
        v7 = imul v5, v6
        v8 = bitcast.i8x16 little v7
        return v8
        """)
  }

  @Test func vectorComparisonsGiveMasks() throws {
    let text = try translated(
      [Self.v128, Self.v128], [[Op.get, 0], [Op.get, 1], vector(0x43)])  // f32x4.lt
    #expect(text.contains("v5 = fcmp lt v4, v3\nv6 = bitcast.i8x16 little v5"))
  }

  @Test func lanesAreExtendedWhenExtractedAndReducedWhenReplaced() throws {
    let extracted = try translated(
      [Self.v128], result: W.i32, [[Op.get, 0], vector(0x15, 3)])  // i8x16.extract_lane_s 3
    #expect(extracted.contains("v2 = extractlane v1, 3\nv3 = sextend.i32 v2"))
    let replaced = try translated(
      [Self.v128, W.i32], [[Op.get, 0], [Op.get, 1], vector(0x1A, 7)])  // i16x8.replace_lane 7
    #expect(replaced.contains("v3 = ireduce.i16 v2"))
    #expect(replaced.contains("v5 = insertlane v4, v3, 7"))
  }

  @Test func pseudoMinimaAndMaximaAreSelections() throws {
    let text = try translated(
      [Self.v128, Self.v128],
      [[Op.get, 0], [Op.get, 1], vector(0xEA, 0x01), vector(0xE0, 0x01)])  // pmin, abs
    #expect(
      text.contains(
        """
        v5 = fcmp lt v3, v4
        v6 = bitcast.f32x4 v5
        v7 = bitselect v6, v3, v4
        v8 = fabs v7
        """))
  }

  @Test func testsAndBitmasksOfLanesBecomeIntegers() throws {
    let any = try translated([Self.v128], result: W.i32, [[Op.get, 0], vector(0x53)])
    #expect(any.contains("v2 = vany_true v1\nv3 = uextend.i32 v2"))
    let bits = try translated([Self.v128], result: W.i32, [[Op.get, 0], vector(0x64)])
    #expect(bits.contains("v2 = vhigh_bits.i32 v1"))
  }

  @Test func aVectorLocalStartsAsZero() throws {
    let text = try PulleyWasmTests.translated(
      [], [Self.v128], locals: [[1, Self.v128]], [Op.get, 0])
    #expect(text.contains("vconst.i8x16 const0"))
  }

  @Test func relaxedOperatorsDoWhatTheDocumentationSays() throws {
    let negated = try translated(
      [Self.v128, Self.v128, Self.v128],
      [[Op.get, 0], [Op.get, 1], [Op.get, 2], vector(0x88, 0x02)])  // f64x2.relaxed_nmadd
    #expect(negated.contains("v7 = fneg v6\nv8 = fma v7, v5, v4"))
    let selected = try translated(
      [Self.v128, Self.v128, Self.v128],
      [[Op.get, 0], [Op.get, 1], [Op.get, 2], vector(0x8B, 0x02)])  // i32x4.relaxed_laneselect
    #expect(selected.contains("v4 = bitselect v3, v1, v2"))
  }
}
