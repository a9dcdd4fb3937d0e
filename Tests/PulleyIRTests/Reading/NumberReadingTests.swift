import PulleyIR
import Testing

@Suite struct NumberReading {
  private func constant(_ type: String, _ literal: String) -> (value: Int64?, error: String?) {
    let file = read("function %f() {\nblock0:\n v0 = iconst.\(type) \(literal)\n return\n}")
    let data = file.functions.first.flatMap { try? $0.function.firstData(.iconst) }
    return (data?.immediate, file.errors.first?.message)
  }

  @Test(
    arguments: [
      ("i8", "-128", -128), ("i8", "127", 127), ("i8", "255", -1), ("i8", "0xff", -1),
      ("i8", "-0x80", -128), ("i16", "0x8000", -32768), ("i16", "+12", 12),
      ("i32", "0xffff_ffff", -1), ("i32", "4294967295", -1), ("i32", "-2147483648", -2_147_483_648),
      ("i64", "0x8000_0000_0000_0000", .min), ("i64", "-9223372036854775808", .min),
      ("i64", "18446744073709551615", -1), ("i64", "1_000", 1000), ("i64", "-0", 0),
    ] as [(String, String, Int64)])
  func theReaderReadsIntegersInBothBases(type: String, literal: String, expected: Int64) {
    let (value, error) = constant(type, literal)
    #expect(error == nil)
    #expect(value == expected)
  }

  @Test(
    arguments: [
      ("i8", "256", "`256` is not an integer of 8 bits"),
      ("i8", "-129", "`-129` is not an integer of 8 bits"),
      ("i16", "0x1_0000", "`0x1_0000` is not an integer of 16 bits"),
      ("i64", "18446744073709551616", "`18446744073709551616` is not an integer of 64 bits"),
      ("i64", "0x", "`0x` is not an integer of 64 bits"),
      ("i32", "12ab", "`12ab` is not an integer of 32 bits"),
      ("i32", "_", "expected an integer, but there is `_`"),
      ("i32", "1.0", "expected an integer, but there is `1.0`"),
      (
        "i32", String(repeating: "9", count: 1000),
        "`" + String(repeating: "9", count: 1000) + "` is not an integer of 32 bits"
      ),
    ])
  func theReaderRefusesIntegersOutOfRange(type: String, literal: String, expected: String) {
    #expect(constant(type, literal) == (nil, expected))
  }

  private func float(_ operation: String, _ literal: String) -> (bits: UInt64?, error: String?) {
    let file = read("function %f() {\nblock0:\n v0 = \(operation) \(literal)\n return\n}")
    let function = file.functions.first?.function
    let data = function.map { $0.instructions[$0.firstInstruction(of: $0.entry)] }
    return (data.map { UInt64(bitPattern: $0.immediate) }, file.errors.first?.message)
  }

  @Test(
    arguments: [
      ("0.0", 0), ("-0.0", -0.0), ("0x1.0", 1), ("0x0.8p1", 1), ("-0x1.8p3", -12),
      ("0x34.0p0", 52), ("+0x1.fffffep127", .greatestFiniteMagnitude),
      ("0x1.p-126", .leastNormalMagnitude), ("0x0.000002p-126", .leastNonzeroMagnitude),
      ("0x1.p-149", .leastNonzeroMagnitude), ("0x1000000.p-24", 1), ("Inf", .infinity),
      ("-Inf", -.infinity), ("NaN", .nan), ("+NaN:0x1", Float(bitPattern: 0x7FC0_0001)),
      ("-sNaN:0x200001", Float(bitPattern: 0xFFA0_0001)),
      ("sNaN:0x1", Float(bitPattern: 0x7F80_0001)),
    ] as [(String, Float)])
  func theReaderReadsHexadecimalFloats(literal: String, expected: Float) {
    let (bits, error) = float("f32const", literal)
    #expect(error == nil)
    #expect(bits == UInt64(expected.bitPattern))
  }

  @Test func theReaderReadsFloatsOfAllWidths() throws {
    #expect(float("f64const", "0x1.fffffffffffffp1023").bits == 0x7FEF_FFFF_FFFF_FFFF)
    #expect(float("f64const", "-0x1.p-1074").bits == 0x8000_0000_0000_0001)
    #expect(float("f16const", "0x1.ffcp15").bits == 0x7BFF)
    #expect(float("f16const", "0x0.004p-14").bits == 1)
    let function = try readFunction(
      "function %f() {\nblock0:\n v0 = f128const -0x1.8p1\n v1 = f128const NaN\n return\n}")
    #expect(
      function.constants.elements.map(\.high) == [0xC000_8000_0000_0000, 0x7FFF_8000_0000_0000])
  }

  /// Cranelift has only hexadecimal floats and `0.0`.
  @Test func theReaderReadsDecimalFloats() {
    #expect(float("f32const", "-1.5").bits == UInt64(Float(-1.5).bitPattern))
    #expect(float("f64const", "1_000.25e-2").bits == 10.0025.bitPattern)
    #expect(float("f64const", "12").bits == 12.0.bitPattern)
    #expect(float("f16const", "-0.0").bits == 0x8000)
    #expect(float("f16const", "1.5").bits == 0x3E00)
    #expect(float("f16const", "65504").bits == 0x7BFF)
    #expect(float("f16const", "0.00006103515625").bits == 0x0400)
  }

  @Test(
    arguments: [
      "0x1.0000001", "0x1.p-150", "0x1.0p128", "1.5f", "0x1.2.3", "0x.p1", "0x1.0p",
      "0x1.0p40000", "0x1.0p12345678", "0x1.0p-40000", "0x1.0p99999999999999999999999", "0x1.0g",
      "0x1." + String(repeating: "0", count: 32) + "1", "NaN:0x400000", "sNaN:0x0",
      "sNaN", "1e", "1.2.3", "Infinity1", "1e39",
    ])
  func theReaderRefusesFloatsThatDoNotFit(literal: String) {
    let (bits, error) = float("f32const", literal)
    #expect(bits == nil)
    #expect(error?.contains("`\(literal)`") == true)
  }

  private func vector(_ type: String, _ literal: String) -> (data: ConstantData?, error: String?) {
    let file = read("function %f() {\nblock0:\n v0 = vconst.\(type) \(literal)\n return\n}")
    return (file.functions.first?.function.constants.elements.first, file.errors.first?.message)
  }

  @Test func theReaderReadsVectorsAsDigitsAndAsLanes() {
    let counting = ConstantData(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)
    #expect(vector("i8x16", "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]").data == counting)
    #expect(vector("i16x8", "0x0f0e0d0c0b0a09080706050403020100").data == counting)
    #expect(vector("i32x4", "0x01_02").data == ConstantData(low: 0x102, high: 0))
    #expect(
      vector("i32x4", "[-1 2 0x7fffffff -2147483648]").data
        == ConstantData(low: 0x2_FFFF_FFFF, high: 0x8000_0000_7FFF_FFFF))
    #expect(
      vector("f64x2", "[0x1.0 -0x1.0]").data
        == ConstantData(low: 0x3FF0_0000_0000_0000, high: 0xBFF0_0000_0000_0000))
    let half = vector("i16x4", "[1 2 3 4]").data
    #expect(half?.byteCount == 8)
    #expect(half?.low == 0x0004_0003_0002_0001)
  }

  @Test(
    arguments: [
      ("i32x4", "[1 2 3]", "expected an integer, but there is `]`"),
      (
        "i32x4", "[1 2 3 4 5]",
        "expected ']' after as many numbers as there are lanes, but there is `5`"
      ),
      (
        "i8x16", "0x123",
        "a constant has an even number of hexadecimal digits, up to 32, but there is `0x123`"
      ),
      (
        "i8x16", "0x000000000000000000000000000000000",
        "a constant has an even number of hexadecimal digits, up to 32, but there is "
          + "`0x000000000000000000000000000000000`"
      ),
      ("i32x2", "0x000000000000000000", "expected a constant of 8 bytes"),
      (
        "i32x4", "12",
        "a constant has an even number of hexadecimal digits, up to 32, but there is `12`"
      ),
      ("i64x4", "[1 2 3 4]", "constants of more than 16 bytes are not supported: i64x4"),
      ("i32", "[1]", "Expected either a const entity or a typed value, e.g. inst.i32x4 [...]"),
    ])
  func theReaderRefusesVectorsOfAnotherShape(type: String, literal: String, expected: String) {
    #expect(vector(type, literal) == (nil, expected))
  }
}
