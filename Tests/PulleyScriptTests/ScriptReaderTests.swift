import Pulley
import PulleySource
import Testing

@testable import PulleyScript

/// The patterns of an `assert_return` with this text.
private func patterns(_ text: String) throws -> [ResultPattern] {
  let script = try ScriptReader.read(SourceText("(assert_return (invoke \"f\") \(text))"))
  guard case .assertReturn(_, let patterns) = script.commands.first?.kind else {
    Issue.record("no assert_return")
    return []
  }
  return patterns
}

private func matches(_ text: String, _ value: GuestValue) throws -> Bool {
  try patterns(text).allSatisfy { $0.matches(value) }
}

private func vector(_ words: UInt32...) -> GuestValue {
  var bytes = SIMD16<UInt8>()
  for (index, word) in words.enumerated() {
    for byte in 0..<4 { bytes[4 * index + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
  }
  return .v128(bytes)
}

@Suite struct ResultPatterns {
  @Test func resultPatternsCompareExactBits() throws {
    #expect(try matches("(i32.const 0xffff_ffff)", .i32(-1)))
    #expect(try !matches("(i64.const 1)", .i32(1)))
    #expect(try !matches("(f32.const 0)", .f32(0x8000_0000)))
    #expect(try matches("(f64.const nan:0x4000000000001)", .f64(0x7FF4_0000_0000_0001)))
  }

  @Test func resultPatternsKnowCanonicalAndArithmeticNaNs() throws {
    #expect(try matches("(f32.const nan:canonical)", .f32(0xFFC0_0000)))
    #expect(try !matches("(f32.const nan:canonical)", .f32(0x7FC0_0001)))
    #expect(try matches("(f32.const nan:arithmetic)", .f32(0x7FC0_0001)))
    #expect(try !matches("(f64.const nan:arithmetic)", .f64(0x7FF0_0000_0000_0001)))
    #expect(try !matches("(f64.const nan:canonical)", .f32(0x7FC0_0000)))
  }

  @Test func resultPatternsOfVectorsCompareLanes() throws {
    let value = vector(0x0403_0201, 0x0807_0605, 0x0C0B_0A09, 0x100F_0E0D)
    #expect(try matches("(v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)", value))
    #expect(try matches("(v128.const i64x2 0x0807060504030201 0x100f0e0d0c0b0a09)", value))
    let nans = vector(0x7FC0_0000, 0x3F80_0000, 0xFFC0_0001, 0)
    #expect(try matches("(v128.const f32x4 nan:canonical 1 nan:arithmetic 0)", nans))
    #expect(try !matches("(v128.const f32x4 nan:canonical 1 nan:canonical 0)", nans))
    #expect(try matches("(v128.const i16x8 -1 -1 -1 -1 0 0 0 0)", vector(.max, .max, 0, 0)))
  }

  @Test func resultPatternsCompareReferences() throws {
    #expect(try matches("(ref.null)", .funcref(0)))
    #expect(try matches("(ref.null func)", .funcref(0)))
    #expect(try !matches("(ref.null extern)", .funcref(0)))
    #expect(try matches("(ref.null any)", .anyref(0)))
    #expect(try !matches("(ref.null any)", .externref(0)))
    #expect(try matches("(ref.null exn)", .exnref(0)))
    #expect(try matches("(ref.i31)", .i31(5)))
    #expect(try !matches("(ref.struct)", .i31(5)))
    #expect(try matches("(ref.any)", .i31(5)))
    #expect(try matches("(ref.func)", .funcref(8)))
    #expect(try !matches("(ref.func)", .funcref(0)))
    #expect(try matches("(ref.extern 0)", .externref(1)))
    #expect(try matches("(ref.extern)", .externref(7)))
    #expect(try !matches("(ref.extern)", .externref(0)))
    for kind in ["struct", "array", "i31", "eq"] {
      #expect(try !matches("(ref.\(kind))", .externref(7)))
    }
  }

  @Test func resultPatternsMayBeAlternatives() throws {
    for value in [1, 2] as [Int32] {
      #expect(try matches("(either (i32.const 1) (i32.const 2))", .i32(value)))
    }
    #expect(try !matches("(either (i32.const 1) (i32.const 2))", .i32(3)))
  }
}

@Suite struct ScriptReading {
  @Test func theScriptReaderCountsTheCommandsOfThreads() throws {
    let script = try ScriptReader.read(
      SourceText("(module) (thread $t (shared (module $m)) (invoke \"f\") (module)) (wait $t)"))
    #expect(script.commands.count == 3)
    #expect(script.commands.totalCount == 5)
  }

  @Test func theScriptReaderReadsFieldsAsAModule() throws {
    let script = try ScriptReader.read(SourceText("(memory 1) (func)"))
    #expect(script.commands.map(\.kind.name) == ["module"])
  }

  @Test(arguments: [
    "(assert_return)", "(invoke \"f\"", "(dance)", "(assert_return (invoke \"f\") (i32.const x))",
    "(register)", "(module) )", "(invoke \"f\" (i32.const nan:canonical))", "(thread)",
    "(assert_return (invoke \"f\") (v128.const i32x4 1 2 3))",
  ])
  func theScriptReaderRefusesTextThatIsNotAScript(text: String) {
    #expect(throws: TextError.self) { try ScriptReader.read(SourceText(text)) }
  }

  @Test func theScriptReaderRefusesThreadsWithoutAnEnd() {
    let text = String(repeating: "(thread $t ", count: 10_000)
    #expect(throws: TextError.self) { try ScriptReader.read(SourceText(text)) }
  }
}
