import PulleyIR
import PulleyWasm
import Testing

@Suite struct NumericTranslationTests {
  @Test func aNumericOperatorBecomesOneOperation() throws {
    let text = try translated([W.i32, W.i32], [W.i32], [Op.get, 0, Op.get, 1, Op.i32Sub])
    #expect(
      text == """
        block0(v0: i64, v1: i32, v2: i32):
        v3 = isub v1, v2
        return v3
        """)
  }

  @Test func operatorsOnConstantsAreFolded() throws {
    // (1 + 2) << 34, the amount modulo 32.
    let text = try translated(
      [], [W.i32], [Op.i32, 1, Op.i32, 2, Op.i32Add, Op.i32, 34, Op.i32Shl])
    #expect(
      text == """
        block0(v0: i64):
        v1 = iconst.i32 12
        return v1
        """)
  }

  @Test func aConstantInALocalIsFolded() throws {
    let text = try translated(
      [], [W.i32], locals: [[1, W.i32]],
      [Op.i32, 5, Op.set, 0, Op.get, 0, Op.i32, 6, Op.i32Add])
    #expect(text.contains("iconst.i32 11"))
    #expect(!text.contains("iadd"))
  }

  @Test func neutralOperandsAreRemovedAndConstantsMoveToTheRight() throws {
    let text = try translated(
      [W.i32], [W.i32],
      [Op.i32, 0, Op.get, 0, Op.i32Add, Op.set, 0, Op.i32, 3, Op.get, 0, Op.i32Add])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        v2 = iconst.i32 3
        v3 = iadd v1, v2
        return v3
        """)
  }

  @Test func comparisonsAreExtendedToNumbersOnlyWhereNeeded() throws {
    let text = try translated([W.i32, W.i32], [W.i32], [Op.get, 0, Op.get, 1, Op.i32LtS])
    #expect(
      text == """
        block0(v0: i64, v1: i32, v2: i32):
        v3 = icmp slt v1, v2
        v4 = uextend.i32 v3
        return v4
        """)
  }

  @Test func aNegatedComparisonIsTheOppositeComparison() throws {
    let text = try translated(
      [W.i32, W.i32], [W.i32], [Op.get, 0, Op.get, 1, Op.i32LtS, Op.i32Eqz])
    #expect(text.contains("v3 = icmp sge v1, v2"))
    #expect(!text.contains("eq"))
  }

  @Test func aNegatedFloatComparisonIsTrueForNaN() throws {
    let text = try translated(
      [W.f64, W.f64], [W.i32], [Op.get, 0, Op.get, 1, Op.f64Lt, Op.i32Eqz])
    #expect(
      text == """
        block0(v0: i64, v1: f64, v2: f64):
        v3 = fcmp lt v1, v2
        v4 = uextend.i32 v3
        v5 = iconst.i32 1
        v6 = bxor v4, v5
        return v6
        """)
  }

  @Test func aSelectionByANegatedConditionSwapsItsOperands() throws {
    let text = try translated(
      [W.f64, W.f64], [W.f64],
      [Op.get, 0, Op.get, 1, Op.get, 0, Op.get, 1, Op.f64Lt, Op.i32Eqz, Op.select])
    #expect(text.contains("v3 = fcmp lt v1, v2"))
    #expect(text.contains("v4 = select v3, v2, v1"))
  }

  @Test func selectingTheSmallerOfTwoIsAMinimum() throws {
    let text = try translated(
      [W.i32, W.i32], [W.i32], [Op.get, 0, Op.get, 1, Op.get, 0, Op.get, 1, Op.i32LtS, Op.select])
    #expect(text.contains("v3 = smin v1, v2"))
    #expect(!text.contains("icmp"))
  }

  @Test func selectingTheLargerOfANumberAndAConstantIsAMaximum() throws {
    // x < 7 ? 7 : x
    let text = try translated(
      [W.i32], [W.i32], [Op.i32, 7, Op.get, 0, Op.get, 0, Op.i32, 7, Op.i32LtS, Op.select])
    #expect(text.contains("smax v2, v1"))
    #expect(!text.contains("icmp"))
  }

  @Test func conversionsBetweenIntegersBecomeExtensionsAndReductions() throws {
    let text = try translated(
      [W.i64], [W.i64], [Op.get, 0, Op.wrap, Op.extend8, Op.extendU])
    #expect(
      text == """
        block0(v0: i64, v1: i64):
        v2 = ireduce.i32 v1
        v3 = ireduce.i8 v2
        v4 = sextend.i32 v3
        v5 = uextend.i64 v4
        return v5
        """)
  }
}
