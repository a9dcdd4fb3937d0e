import Foundation
import PulleyWasm
import Testing

/// Types 0: [] -> [], 1: [i32] -> [], 2: [] -> [i32]. Tags 0 and 1 are imported and carry an i32, as
/// do tags 2 and 3, which are not imported.
private func module(_ operators: [UInt8]) -> ModuleBuilder {
  ModuleBuilder()
    .types(([], []), ([W.i32], []), ([], [W.i32]))
    .imports([4, 0] + leb(1), [4, 0] + leb(1))
    .functions(2, 0)
    .section(13, vector([[0] + leb(1), [0] + leb(1)]))
    .code([0] + operators + [W.end], [0, W.end])
}

private let (tryTable, throwTag): (UInt8, UInt8) = (0x1F, 0x08)

/// A block with a result, which exceptions go to that a table of the clauses catches.
private func catching(_ clauses: [[UInt8]], _ body: [UInt8]) -> ModuleBuilder {
  module(
    [Op.block, W.i32, tryTable, W.empty] + vector(clauses) + body
      + [W.end, Op.i32, 9, W.end])
}

@Suite struct ExceptionTranslationTests {
  @Test func anExceptionCaughtInItsFunctionIsABranch() throws {
    let text = try translated(catching([[0, 2, 0]], [Op.i32, 5, throwTag, 2]))
    #expect(
      text == """
        block0(v0: i64):
        v2 = iconst.i32 5
        jump block1
        block1:
        return v2
        """)
  }

  @Test func tagsDefinedInTheModuleAreDifferent() throws {
    let text = try translated(catching([[0, 3, 0], [0, 2, 0]], [Op.i32, 5, throwTag, 2]))
    #expect(!text.contains("icmp"), "\(text)")
  }

  @Test func importedTagsMayBeEqualSoThatTheRuntimeDecides() throws {
    let text = try translated(catching([[0, 1, 0], [0, 2, 0]], [Op.i32, 5, throwTag, 2]))
    #expect(text.contains("try_call fn0"), "\(text)")
  }

  @Test func aThrowThatItsFunctionDoesNotCatchIsACall() throws {
    let text = try translated(module([Op.i32, 5, throwTag, 2]))
    #expect(text.contains("object_new.i64") || text.contains("object_new "), "\(text)")
    #expect(text.contains(" call fn0") || text.contains("\ncall fn0"), "\(text)")
    #expect(!text.contains("try_call"), "\(text)")
  }

  @Test func aCallInATryTableHasAnEdgeToEachClauseUpToTheFirstThatCatchesAll() throws {
    let clauses: [[UInt8]] = [[0, 3, 0], [0, 2, 0]]
    let text = try translated(catching(clauses, [Op.call, 1]))
    #expect(text.contains("try_call"), "\(text)")
    #expect(text.split(separator: "\n").filter { $0.contains("tag") }.count == 1, "\(text)")
    #expect(text.components(separatedBy: "exn0").count == 3, "\(text)")
    // The other one would get nothing.
    let all = try translated(catching([[0, 3, 0], [0, 2, 0]], [Op.i32, 5, throwTag, 3]))
    #expect(!all.contains("try_call"), "\(all)")
  }
}
