import Foundation
import PulleyIR
import Testing

/// Reading texts with many repetitions takes linear time.
@Suite struct LargeReading {
  private static let count = 60_000

  /// The number of repetitions in a text.
  private struct Many {
    let count: Int

    func lines(_ line: (Int) -> String) -> String { list(separator: "\n", line) }

    func list(separator: String, _ item: (Int) -> String) -> String {
      (0..<count).map(item).joined(separator: separator)
    }
  }

  /// Reads a text and one with a quarter of its repetitions.
  private func readsInLinearTime(
    _ text: (Many) -> String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> ClifFile {
    var file = ClifFile()
    let seconds = [Self.count / 4, Self.count].map { count in
      let bytes = Array(text(Many(count: count)).utf8)
      let start = Self.threadSeconds()
      file = ClifReader.read(bytes)
      return Self.threadSeconds() - start
    }
    // Linear time is four times as much, quadratic time sixteen times. Very short times say nothing.
    #expect(seconds[1] < max(0.5, 7 * seconds[0]), "\(seconds)", sourceLocation: sourceLocation)
    return file
  }

  private func functionReadInLinearTime(
    _ text: (Many) -> String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Function {
    let file = readsInLinearTime(text, sourceLocation: sourceLocation)
    #expect(file.errors == [], sourceLocation: sourceLocation)
    return try #require(file.functions.first, sourceLocation: sourceLocation).function
  }

  /// The processor time that this thread has used.
  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func readingManyDeclarationsTakesLinearTime() throws {
    let function = try functionReadInLinearTime { many in
      """
      function %f() {
      \(many.lines { "gv\(many.count - $0) = iadd_imm.i64 gv\(many.count - $0 - 1), 1" })
      gv0 = vmctx
      \(many.lines { "sig\($0) = ()\nfn\($0) = %x sig\($0)\nss\($0 * 1000) = explicit_slot 8" })
      block0:
        return
      }
      """
    }
    #expect(function.globalValues.count == Self.count + 1)
    #expect(function.signatures.count == Self.count)
    #expect(function.externals.count == Self.count)
    #expect(function.stackSlots.count == Self.count)
  }

  @Test func readingManySignaturesInFunctionsTakesLinearTime() throws {
    let function = try functionReadInLinearTime { many in
      """
      function %f() {
      \(many.lines { "fn\($0) = %x(i32) -> i8" })
      \(many.lines { "const\($0 * 5) = 0x\($0 % 2 == 0 ? "00" : "0102")\nregion\($0) = 1 \"\"" })
      block0:
        return
      }
      """
    }
    #expect(function.signatures.count == Self.count)
    #expect(function.constants.count == Self.count)
    #expect(function.aliasRegions.count == Self.count)
  }

  @Test func readingManyForwardReferencesTakesLinearTime() throws {
    let function = try functionReadInLinearTime { many in
      """
      function %f() {
      block0:
      \(many.lines { "jump block\($0 + 1)(v\($0 * 7))\nblock\($0 + 1)(v\($0 + 500_000_000): i8):" })
        jump block4000000
      block999999999:
      \(many.lines { "v\($0 * 7) = iconst.i8 1" })
        return
      }
      """
    }
    #expect(function.blockCount == Self.count + 2)
    #expect(function.valueCount == 2 * Self.count)
  }

  @Test func readingALongChainOfAliasesTakesLinearTime() throws {
    let function = try functionReadInLinearTime { many in
      "function %f() {\nblock0(v0: i32):\n\(many.lines { "v\($0 + 1) -> v\($0)" })\n"
        + " return v\(many.count)\n}"
    }
    let returned = try #require(function.values(try function.firstData(.return).list).first)
    #expect(function.name(of: returned) == "v\(Self.count)")
    #expect(function.name(of: function.resolve(returned)) == "v0")
  }

  @Test func readingLongListsTakesLinearTime() throws {
    let function = try functionReadInLinearTime { many in
      """
      function %f(\(many.list(separator: ",") { _ in "i64" })) {
        fn0 = %g()
      block0(\(many.list(separator: ", ") { "v\($0): i64" })):
        brif v0, block1(\(many.list(separator: ", ") { "v\($0)" })), block2
      block1(\(many.list(separator: ", ") { "v\($0 + many.count): i64" })):
        call fn0(\(many.list(separator: ", ") { "v\($0)" }))
        br_table v0, block2, [\(many.list(separator: ", ") { _ in "block2" })]
      block2:
        trap user1
      }
      """
    }
    #expect(function.signature.parameters.count == Self.count)
    #expect(function.valueCount == 2 * Self.count)
    #expect(function.values(try function.firstData(.call).list).count == Self.count)
    #expect(try function.firstData(.brif).destination.arguments.count == Self.count)
    let table = function.jumpTables[try function.firstData(.br_table).jumpTable]
    #expect(table.entries.count == Self.count)
  }

  @Test func readingManyFunctionsTakesLinearTime() {
    let file = readsInLinearTime { many in
      many.lines { "function %f\($0)() {\nblock0:\n  return\n}\n; run" }
    }
    #expect(file.errors == [])
    #expect(file.functions.count == Self.count)
    #expect(file.functions.last?.comments.count == 1)
  }

  @Test func readingManyCommentsTakesLinearTime() throws {
    let file = readsInLinearTime { many in
      "function %f() {\nblock0:\n\(many.lines { "v\($0) = iconst.i8 1 ; \($0)\n;" })\n"
        + " return\n}"
    }
    let comments = try #require(file.functions.first?.comments)
    #expect(comments.count == 2 * Self.count)
    #expect(comments.last?.ownerLine == 2 * Self.count + 1)
  }

  @Test(
    arguments: [
      "function ", "function %f() {\n", "function %f() {}}\n", "function %f(i64 {\nblock0:\n",
      "block0:\n", "{", "(", "\"", "@", "<", "v0 = ", "v0, ", "block0(", "v1: ", "; ", "%", "-",
      "0x", "[", "1.", "NaN:", "try_call ", "\u{0}", "é", "ss0 = ", "region0 = 1 \"\n", "i32x",
    ])
  func readingManyRepetitionsOfAnyTextEnds(piece: String) {
    for start in ["", "function %f() {\n", "function %f() {\nblock0:\n", "function %f() -> "] {
      let file = readsInLinearTime { start + String(repeating: piece, count: $0.count) }
      #expect(file.errors.count <= 101)
    }
  }

  /// No function of many broken ones is kept.
  @Test func readingManyBrokenFunctionsEnds() {
    let file = readsInLinearTime { many in
      many.lines { "function %f\($0)() {\nblock0:\n  return v\($0)\n}" }
    }
    #expect(file.errors.count == 101)
    #expect(file.functions.isEmpty)
  }
}
