import PulleySource
import Testing

@testable import PulleyWat

@Suite struct PrintedNumbers {
  @Test(
    arguments: [
      (0x0000_0000, "0"), (0x8000_0000, "-0"), (0x3F80_0000, "1"), (0xBDCC_CCCD, "-0.1"),
      (1, "1e-45"), (0x7F7F_FFFF, "3.4028235e+38"), (0x7F80_0000, "inf"), (0xFF80_0000, "-inf"),
      (0x7FC0_0000, "nan"), (0xFFC0_0000, "-nan"), (0x7F80_0001, "nan:0x1"),
      (0xFFFF_FFFF, "-nan:0x7fffff"),
    ] as [(UInt32, String)])
  func printedSinglesAreReadBackAsTheSameBits(bits: UInt32, text: String) throws {
    var buffer = TextBuffer()
    buffer.append(f32: bits)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
    var cursor = try TokenCursor(SourceText(text))
    #expect(try cursor.readF32() == bits)
  }

  @Test(
    arguments: [
      (0x8000_0000_0000_0000, "-0"), (0x3FB9_9999_9999_999A, "0.1"), (1, "5e-324"),
      (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"), (0x7FF8_0000_0000_0000, "nan"),
      (0x7FF0_0000_0000_0001, "nan:0x1"), (0xFFF0_0000_0000_0000, "-inf"),
      (0x4340_0000_0000_0001, "9.007199254740994e+15"),
    ] as [(UInt64, String)])
  func printedDoublesAreReadBackAsTheSameBits(bits: UInt64, text: String) throws {
    var buffer = TextBuffer()
    buffer.append(f64: bits)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
    var cursor = try TokenCursor(SourceText(text))
    #expect(try cursor.readF64() == bits)
  }

  @Test func printedFloatsOfRandomBitsAreReadBackAsTheSameBits() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let bits = generator.next()
      var buffer = TextBuffer()
      buffer.append(f32: UInt32(truncatingIfNeeded: bits))
      buffer.space()
      buffer.append(f64: bits)
      var cursor = try TokenCursor(SourceText(buffer.bytes))
      #expect(try cursor.readF32() == UInt32(truncatingIfNeeded: bits))
      #expect(try cursor.readF64() == bits)
    }
  }

  @Test func integersArePrintedSigned() throws {
    #expect(
      try printedBody([0x41, 0x7F, 0x41, 0x80, 0x80, 0x80, 0x80, 0x78, 0x42, 0x7F, 0x42] + [0]) == [
        "i32.const -1", "i32.const -2147483648", "i64.const -1", "i64.const 0",
      ])
  }

  @Test func vectorsArePrintedAsFourWords() throws {
    #expect(
      try printedBody([0xFD, 12] + (1...16).map { UInt8($0) }) == [
        "v128.const i32x4 0x04030201 0x08070605 0x0c0b0a09 0x100f0e0d"
      ])
  }
}
