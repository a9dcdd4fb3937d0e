import PulleyIR
import PulleyWasm
import Testing

@Suite struct BranchHintTests {
  /// if (local 0) { nop } else { nop }; block { br_if 0 (local 0); nop }
  private static let body: [UInt8] = [
    Op.get, 0, Op.if, W.empty, Op.get, 0, Op.set, 0, Op.else, Op.get, 0, Op.set, 0, W.end,
    Op.block, W.empty, Op.get, 0, Op.brIf, 0, Op.get, 0, Op.set, 0, W.end, W.end,
  ]
  /// Where the `if` and the `br_if` are, from the count of local groups on.
  private static let ifOffset = 3
  private static let branchOffset = 19

  private func module(hints: [UInt8]) -> ModuleBuilder {
    let custom = name("metadata.code.branch_hint") + hints
    return ModuleBuilder().types(([W.i32], [])).functions(0)
      .section(0, custom).section(10, vector([sized([0] + Self.body)]))
  }

  private func hints(_ hints: (offset: Int, value: UInt8)...) -> [UInt8] {
    vector([leb(0) + vector(hints.map { leb($0.offset) + [1, $0.value] })])
  }

  private func coldBlocks(_ bytes: [UInt8]) throws -> [String] {
    try translated(module(hints: bytes)).split(separator: "\n")
      .filter { $0.hasSuffix("cold:") }.map(String.init)
  }

  @Test func noBlockIsColdWithoutBranchHints() throws {
    #expect(try coldBlocks(vector([])) == [])
  }

  @Test func theUnlikelyArmOfAnIfIsCold() throws {
    #expect(try coldBlocks(hints((Self.ifOffset, 0))) == ["block1 cold:"])
    #expect(try coldBlocks(hints((Self.ifOffset, 1))) == ["block2 cold:"])
  }

  @Test func theCodeAfterALikelyBranchIsCold() throws {
    let cold = try coldBlocks(hints((Self.branchOffset, 1)))
    #expect(cold.count == 1)
    #expect(try coldBlocks(hints((Self.branchOffset, 0))) == [])
    #expect(try coldBlocks(hints((Self.ifOffset, 0), (Self.branchOffset, 1))).count == 2)
  }

  @Test(
    arguments: [
      [], [0xFF], [1], [1, 0], [1, 0, 1], [1, 0, 1, 3], [1, 0, 1, 3, 9, 1], [1, 7, 1, 3, 1, 1],
      [1, 0, 1, 3, 1, 2], [1, 0, 1, 0xFF, 0xFF, 3, 1, 1], [1, 0, 1, 4, 1, 1],
      [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0],
    ] as [[UInt8]])
  func invalidBranchHintsAreIgnoredByTranslationButRefusedByTheCheck(bytes: [UInt8]) throws {
    #expect(try coldBlocks(bytes) == [])
    #expect(throws: WasmError.self) { try BranchHints.check(module(hints: bytes).load().module) }
  }

  @Test func theCheckOfBranchHintsAcceptsValidOnes() throws {
    let right = hints((Self.ifOffset, 0), (Self.branchOffset, 1))
    try BranchHints.check(module(hints: right).load().module)
    let twice = hints((Self.ifOffset, 0), (Self.ifOffset, 1))
    let error = #expect(throws: WasmError.self) {
      try BranchHints.check(module(hints: twice).load().module)
    }
    #expect(error?.kind == .malformed)
    let elsewhere = #expect(throws: WasmError.self) {
      try BranchHints.check(module(hints: hints((Self.ifOffset - 2, 0))).load().module)
    }
    #expect(elsewhere?.kind == .invalid)
  }
}
