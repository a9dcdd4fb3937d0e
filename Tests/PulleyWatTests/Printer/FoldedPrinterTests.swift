import Testing

@testable import PulleyWat

@Suite struct FoldedPrinter {
  @Test func theFoldedPrinterPutsOperandsInsideTheirInstruction() throws {
    // i32.add (i32.const 1) (i32.eqz (i32.const 2)); drop
    let operators: [UInt8] = [0x41, 1, 0x41, 2, 0x45, 0x6A, 0x1A]
    #expect(
      try printedBody(operators, isFolded: true) == [
        "(drop", "(i32.add", "(i32.const 1)", "(i32.eqz", "(i32.const 2))))",
      ])
  }

  @Test func theFoldedPrinterKeepsTheOrderOfInstructionsWithoutResults() throws {
    // i32.const 1; nop; i32.eqz; drop: the constant is not the last thing before its taker.
    #expect(
      try printedBody([0x41, 1, 0x01, 0x45, 0x1A], isFolded: true) == [
        "(i32.const 1)", "(nop)", "(drop", "(i32.eqz))",
      ])
  }

  @Test func theFoldedPrinterWritesAConditionBeforeItsArms() throws {
    let operators: [UInt8] = [
      0x41, 0, 0x04, 0x7F, 0x41, 1, 0x05, 0x41, 2, 0x0B, 0x04, 0x40, 0x01, 0x0B,
    ]
    #expect(
      try printedBody(operators, isFolded: true) == [
        "(if (;@1;)", "(if (;@1;) (result i32)", "(i32.const 0)", "(then", "(i32.const 1))",
        "(else", "(i32.const 2)))", "(then", "(nop)))",
      ])
  }

  @Test func theFoldedPrinterPutsNoOperandsIntoBlocks() throws {
    let operators: [UInt8] = [0x41, 0, 0x02, 0x40, 0x01, 0x0B, 0x1A]
    #expect(
      try printedBody(operators, isFolded: true) == [
        "(i32.const 0)", "(block (;@1;)", "(nop))", "(drop)",
      ])
  }
}
