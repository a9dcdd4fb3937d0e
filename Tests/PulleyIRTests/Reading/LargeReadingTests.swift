import PulleyIR
import Testing

/// What takes more than linear time would not end within the limit.
@Suite struct LargeReading {
  private static let count = 60_000

  private func lines(_ line: (Int) -> String) -> String { list(separator: "\n", line) }

  private func list(separator: String, _ item: (Int) -> String) -> String {
    (0..<Self.count).map(item).joined(separator: separator)
  }

  @Test(.timeLimit(.minutes(1))) func readsManyDeclarations() throws {
    let function = try readFunction(
      """
      function %f() {
      \(lines { "gv\(Self.count - $0) = iadd_imm.i64 gv\(Self.count - $0 - 1), 1" })
      gv0 = vmctx
      \(lines { "sig\($0) = ()\nfn\($0) = %x sig\($0)\nss\($0 * 1000) = explicit_slot 8" })
      block0:
        return
      }
      """)
    #expect(function.globalValues.count == Self.count + 1)
    #expect(function.signatures.count == Self.count)
    #expect(function.externals.count == Self.count)
    #expect(function.stackSlots.count == Self.count)
  }

  @Test(.timeLimit(.minutes(1))) func readsManySignaturesInFunctions() throws {
    let function = try readFunction(
      """
      function %f() {
      \(lines { "fn\($0) = %x(i32) -> i8" })
      \(lines { "const\($0 * 5) = 0x\($0 % 2 == 0 ? "00" : "0102")\nregion\($0) = \($0) \"\"" })
      block0:
        return
      }
      """)
    #expect(function.signatures.count == Self.count)
    #expect(function.constants.count == Self.count)
    #expect(function.aliasRegions.count == Self.count)
  }

  @Test(.timeLimit(.minutes(1))) func readsManyForwardReferences() throws {
    let function = try readFunction(
      """
      function %f() {
      block0:
      \(lines { "jump block\($0 + 1)(v\($0 * 7))\nblock\($0 + 1)(v\($0 + 500_000_000): i32):" })
        jump block4000000
      block999999999:
      \(lines { "v\($0 * 7) = iconst.i32 1" })
        return
      }
      """)
    #expect(function.blockCount == Self.count + 2)
    #expect(function.valueCount == 2 * Self.count)
  }

  @Test(.timeLimit(.minutes(1))) func readsLongChainsOfAliases() throws {
    let function = try readFunction(
      "function %f() {\nblock0(v0: i32):\n\(lines { "v\($0 + 1) -> v\($0)" })\n"
        + " return v\(Self.count)\n}")
    let returned = try #require(function.values(try function.firstData(.return).list).first)
    #expect(function.name(of: returned) == "v\(Self.count)")
    #expect(function.name(of: function.resolve(returned)) == "v0")
  }

  @Test(.timeLimit(.minutes(1))) func readsLongLists() throws {
    let function = try readFunction(
      """
      function %f(\(list(separator: ",") { _ in "i64" })) {
        fn0 = %g()
      block0(\(list(separator: ", ") { "v\($0): i64" })):
        brif v0, block1(\(list(separator: ", ") { "v\($0)" })), block2
      block1(\(list(separator: ", ") { "v\($0 + Self.count): i64" })):
        call fn0(\(list(separator: ", ") { "v\($0)" }))
        br_table v0, block2, [\(list(separator: ", ") { _ in "block2" })]
      block2:
        trap user1
      }
      """)
    #expect(function.signature.parameters.count == Self.count)
    #expect(function.valueCount == 2 * Self.count)
    #expect(function.values(try function.firstData(.call).list).count == Self.count)
    #expect(try function.firstData(.brif).destination.arguments.count == Self.count)
    let table = function.jumpTables[try function.firstData(.br_table).jumpTable]
    #expect(table.entries.count == Self.count)
  }

  @Test(.timeLimit(.minutes(1))) func readsManyFunctions() {
    let file = read(lines { "function %f\($0)() {\nblock0:\n  return\n}\n; run" })
    #expect(file.errors == [])
    #expect(file.functions.count == Self.count)
    #expect(file.functions.last?.comments.count == 1)
  }

  @Test(.timeLimit(.minutes(1))) func readsManyComments() throws {
    let file = read(
      "function %f() {\nblock0:\n\(lines { "v\($0) = iconst.i8 1 ; \($0)\n;" })\n return\n}")
    let comments = try #require(file.functions.first?.comments)
    #expect(comments.count == 2 * Self.count)
    #expect(comments.last?.ownerLine == 2 * Self.count + 1)
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "function ", "function %f() {\n", "function %f() {}}\n", "function %f(i64 {\nblock0:\n",
      "block0:\n", "{", "(", "\"", "@", "<", "v0 = ", "v0, ", "block0(", "v1: ", "; ", "%", "-",
      "0x", "[", "1.", "NaN:", "try_call ", "\u{0}", "é", "ss0 = ", "region0 = 1 \"\n", "i32x",
    ])
  func comesToAnEnd(piece: String) {
    for start in ["", "function %f() {\n", "function %f() {\nblock0:\n", "function %f() -> "] {
      let file = read(start + String(repeating: piece, count: Self.count))
      #expect(file.errors.count <= 101)
    }
  }

  /// No function is left over, however many break at once.
  @Test(.timeLimit(.minutes(1))) func endsAfterManyBrokenFunctions() {
    let file = read(lines { "function %f\($0)() {\nblock0:\n  return v\($0)\n}" })
    #expect(file.errors.count == 101)
    #expect(file.functions.isEmpty)
  }
}
