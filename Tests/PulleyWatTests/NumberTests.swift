import PulleySource
import Testing

@testable import PulleyWat

@Suite struct NumberTests {
  private func cursor(_ text: String) throws -> TokenCursor { try TokenCursor(SourceText(text)) }

  private func f32(_ text: String) throws -> UInt32 {
    var cursor = try cursor(text)
    return try cursor.readF32()
  }

  private func f64(_ text: String) throws -> UInt64 {
    var cursor = try cursor(text)
    return try cursor.readF64()
  }

  private func integer(_ text: String, _ bits: Int) throws -> Int64 {
    var cursor = try cursor(text)
    return try cursor.readInteger(bits: bits)
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return (error as? TextError)?.message ?? "\(error)"
    }
  }

  @Test func integersAreReadWithAndWithoutSign() throws {
    #expect(try integer("0xFF_ff", 16) == -1)
    #expect(try integer("-0x80", 8) == -128)
    #expect(try integer("+127", 8) == 127)
    #expect(try integer("255", 8) == -1)
    #expect(try integer("18446744073709551615", 64) == -1)
    #expect(try integer("-9_223_372_036_854_775_808", 64) == .min)
    #expect(try integer("-0", 32) == 0)
  }

  @Test func integersThatAreTooLargeAreRefused() {
    for (text, bits) in [
      ("256", 8), ("-129", 8), ("65536", 16), ("0x100000000", 32), ("-2147483649", 32),
      ("18446744073709551616", 64), ("-9223372036854775809", 64),
      ("0x1_0000_0000_0000_0000_0000", 64),
    ] {
      #expect(message { _ = try integer(text, bits) } == "i\(bits) constant out of range")
    }
  }

  @Test func numbersOfOtherKindsAreToldFromMalformedOnes() {
    #expect(message { _ = try integer("1.5", 32) } == "unexpected token 1.5")
    #expect(message { _ = try integer("nan", 32) } == "unexpected token nan")
    #expect(message { _ = try integer("0x1p3", 32) } == "unexpected token 0x1p3")
    for text in ["0x", "1_", "1__0", "_1", "0x_1", "1a", "0b1", "+", "-", "+-1", "1e", "0x1.0p"] {
      #expect(message { _ = try integer(text, 32) } == "unknown operator \(text)")
    }
  }

  @Test func decimalFloatsAreRoundedToTheNearest() throws {
    for text in [
      "0", "1", "0.1", "3.14159265358979323846", "1e22", "1e23", "9007199254740993",
      "9007199254740992.5", "9007199254740993.00000000000000000000000001",
      "4.9e-324", "2.4703282292062328e-324", "2.2250738585072011e-308", "2.2250738585072014e-308",
      "1.7976931348623157e308", "1.7976931348623158e308", "6.02214076e23", "123456789012345678901",
      "7.2057594037927933e+16", "1e-400", "100000000000000016777215", "100000000000000016777216",
      "8.5e-1_0", "0.000_000_000_000_000_000_000_000_000_000_000_000_1",
    ] {
      let plain = text.filter { $0 != "_" }
      #expect(try f64(text) == #require(Double(plain)).bitPattern, "\(text)")
      #expect(try f64("-" + text) == (-#require(Double(plain))).bitPattern, "\(text)")
    }
  }

  /// Half the smallest number is a tie and rounds to zero; anything more rounds up.
  @Test func decimalFloatsOfManyDigitsAreRoundedCorrectly() throws {
    #expect(try f64("2.4703282292062327208828439643411068618252990130716239e-324") == 1)
    #expect(try f64("2.4703282292062327208828439643411068618252990130716238e-324") == 0)
    let digits = String(repeating: "9", count: 2000)
    #expect(try f64("0." + digits) == 1.0.bitPattern)
    #expect(try f64(digits + "e-2000") == 1.0.bitPattern)
    #expect(try f64("1" + String(repeating: "0", count: 3000) + "e-3000") == 1.0.bitPattern)
    // One and a half units in the last place of 1, and a little more a thousand digits on.
    let tie = "1.00000000000000011102230246251565404236316680908203125"
    #expect(try f64(tie) == 1.0.bitPattern)
    #expect(try f64(tie + String(repeating: "0", count: 1000) + "1") == 1.0.nextUp.bitPattern)
  }

  /// Rounded to a double first, these would come out differently.
  @Test func singlesAreRoundedOnce() throws {
    #expect(try f32("1.00000017881393432617187499") == Float(1).nextUp.bitPattern)
    #expect(try f32("1.00000017881393432617187500") == Float(1).nextUp.nextUp.bitPattern)
    #expect(
      try f32("1.00000017881393421514957253748434595763683319091796875001")
        == Float(1).nextUp.bitPattern)
    #expect(try f32("0x1.00000100000000001p+0") == Float(1).nextUp.bitPattern)
    #expect(try f32("0x1.000001p+0") == Float(1).bitPattern)
    #expect(try f32("0x1.000003p+0") == Float(1).nextUp.nextUp.bitPattern)
    #expect(try f32("16777217") == Float(16_777_216).bitPattern)
    #expect(try f32("340282356779733661637539395458142568447") == 0x7F7F_FFFF)
    #expect(try f32("1.401298464324817e-45") == 1)
    #expect(try f32("7.006492321624085e-46") == 0)
    #expect(try f32("7.006492321624086e-46") == 1)
  }

  @Test func hexadecimalFloatsAreReadAndRounded() throws {
    #expect(try f64("0x1p0") == 1.0.bitPattern)
    #expect(try f64("-0x1.8P+1") == (-3.0).bitPattern)
    #expect(try f64("0x1p-1074") == 1)
    #expect(try f64("0x1p-1075") == 0)
    #expect(try f64("0x1.00000000000001p-1075") == 1)
    #expect(try f64("0x1.fffffffffffffp1023") == Double.greatestFiniteMagnitude.bitPattern)
    #expect(try f64("0x0.0000000000000000000000000000000001p136") == 1.0.bitPattern)
    #expect(try f64("0x1_0000_0000_0000_0000_0000.8p-80") == 1.0.bitPattern)
    #expect(try f64("0x1.00000000000008p0") == 1.0.bitPattern)
    #expect(try f64("0x1.000000000000080000000000000000001p0") == 1.0.nextUp.bitPattern)
    #expect(try f64("0xABC.") == 2748.0.bitPattern)
    #expect(try f32("0x1.fffffep127") == Float.greatestFiniteMagnitude.bitPattern)
    #expect(try f32("0x1.fffffefffffp127") == Float.greatestFiniteMagnitude.bitPattern)
  }

  @Test func infinitiesAndNaNPayloadsAreRead() throws {
    #expect(try f32("inf") == 0x7F80_0000)
    #expect(try f32("-inf") == 0xFF80_0000)
    #expect(try f32("nan") == 0x7FC0_0000)
    #expect(try f32("-nan:0x1") == 0xFF80_0001)
    #expect(try f64("+nan:0xf_ffff_ffff_ffff") == 0x7FFF_FFFF_FFFF_FFFF)
  }

  @Test func floatsThatAreTooLargeAreRefused() {
    for text in [
      "1.7976931348623159e308", "0x1p1024", "0x1.fffffffffffff8p1023", "1e1000",
      "1e99999999999999999999", "nan:0x0", "nan:0x10_0000_0000_0000",
      "nan:0x1_0000_0000_0000_0000",
    ] {
      #expect(message { _ = try f64(text) } == "f64 constant out of range", "\(text)")
    }
    for text in ["3.40282357e38", "0x1.ffffffp127", "nan:0x80_0000"] {
      #expect(message { _ = try f32(text) } == "f32 constant out of range", "\(text)")
    }
  }

  @Test func malformedFloatsAreRefused() {
    for text in [
      "1.0e", "1e+", "0x1.0p", "1._0", "1.0_", "1e_5", "nan:0x", "nan:0x_1", "0x1p0x1",
      "+nan:1", "-in", "1.2.3", "0xp1", "1p1",
    ] {
      #expect(message { _ = try f64(text) } == "unknown operator \(text)", "\(text)")
    }
  }
}
