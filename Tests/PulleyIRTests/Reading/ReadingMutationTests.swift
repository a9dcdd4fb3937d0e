import PulleyIR
import Testing

@testable import PulleyTestSupport

/// Reading any text ends, and the positions of its errors are in the text.
@Suite struct ReadingMutations {
  private static let samples: [[UInt8]] = [
    """
    test run
    function %first(i64 vmctx, i32 sext) -> i32, f64 tail {
        ss1 = explicit_slot 64, align = 8, key = 5
        gv0 = vmctx
        gv1 = load.i64 notrap aligned readonly gv0+8
        gv2 = iadd_imm.i64 gv1, -8
        gv3 = symbol colocated %"some name"+16
        sig0 = (i64, i32) -> i32, i8 system_v
        fn0 = colocated %callee sig0
        fn1 = u3:4(i32x4) -> f128
        const0 = 0x0102030405060708
        const1 = f32x4 [0x1.0 NaN -Inf 0.0]
        region3 = 4 "region"
        heap0 = record vmctx+80, index_type i32, min 65536, shared
        stack_limit = gv2

    block0(v0: i64, v1: i32): ; entry
        v2 -> v1
        v3 = iadd_overflow v1, v2
        v4 = iconst.i64 0xffff_ffff_0000
    <1, ss1> @00c3 v5, v6 = call fn0(v0, v1), stack_map=[i64 @ ss1+8]
        v7 = load.i32 notrap user3 little region3 v0+12
        v8 = vconst.i32x4 const1
        v9 = shuffle v8, v8, 0x000102030405060708090a0b0c0d0e0f
        brif v7, block1(v7, v12), block2
    block1(v10: i32, v11: i32) cold:
        br_table v10, block2, [block1(v10, v11), block2, block9]
    block2:
        v12 = heap_load.i32 heap0 v1+4
        try_call fn0(v0, v1), sig0, block3(ret0, ret1), [ tag1: block4(exn0), default: block2, context v0 ]
    block3(v13: i32, v14: i8):
        return v13, v15
    block4(v15: f64):
        v16 = fcmp ult v15, v15
        trapnz v16, int_ovf
        jump block3(v12, v16)
    }
    ; run: %first(1, 2) == [3, 0x1.8p1]
    """,
    """
    function u0:0() -> i128 {
    block7:
        v9 = f32const -0x1.8p-3
        v8 = bitcast.i32 v9
        v7, v6 = uadd_overflow.i32 v8, v5
        v4 = atomic_cas.i32 v3, v8, v7
        v2 = iconcat v1, v1
        return v2
    }
    """,
  ].map { Array($0.utf8) }

  /// Tokens that a mutation inserts.
  private static let pieces: [[UInt8]] = [
    "block0", "v4294967294", "v0", "-> v0", "function", "{", "}", "(", ")", "[", "]", "\"", "%",
    "@",
    ";", "\n", "\n\n", "0x", "-", "+", "99999999999999999999999", "ret9", "exn0", "i8x64", "f16x2",
    "= iadd", "sig0", "fn1", "dt0", "NaN:", "sNaN:0x", ":", "\u{0}", "é", "try_call",
  ].map { Array($0.utf8) }

  private func mutate(_ text: inout [UInt8], _ generator: inout SeededGenerator) {
    guard !text.isEmpty else { return }
    let start = Int.random(in: 0..<text.count, using: &generator)
    let end = min(text.count, start + Int.random(in: 1...20, using: &generator))
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: text[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: text.removeSubrange(start..<end)
    case 2: text.insert(contentsOf: text[start..<end], at: start)
    case 3:
      let piece = Self.pieces.randomElement(using: &generator) ?? []
      text.insert(contentsOf: piece, at: start)
    default:
      let piece = Self.pieces.randomElement(using: &generator) ?? []
      text.replaceSubrange(start..<end, with: piece)
    }
  }

  @Test(arguments: 0..<8)
  func readingMutatedTextNeverCrashes(seed: Int) {
    var generator = SeededGenerator(seed)
    for round in 0..<500 {
      read(Self.samples[round % Self.samples.count], mutatedBy: &generator, "seed \(seed)")
    }
  }

  @Test(
    .enabled(
      if: !SharedSuites.clifFiles("parser").isEmpty, "needs the suites, see SharedSuites"),
    arguments: SharedSuites.clifFolders)
  func readingMutatedSuitesNeverCrashes(folder: String) {
    var generator = SeededGenerator(folder.utf8.count)
    for (path, text) in SharedSuites.clifFiles(folder) where text.count < 4000 {
      for _ in 0..<4 { read(text, mutatedBy: &generator, path) }
    }
  }

  private func read(
    _ text: [UInt8], mutatedBy generator: inout SeededGenerator, _ name: String
  ) {
    var text = text
    for _ in 0..<Int.random(in: 1...6, using: &generator) { mutate(&text, &generator) }
    let file = ClifReader.read(text)
    let comment = Comment(rawValue: "\(name)\n\(String(decoding: text, as: UTF8.self))")
    #expect(
      file.errors.allSatisfy { (0...text.count).contains($0.offset) && $0.line > 0 }, comment)
    #expect(file.errors.map(\.offset) == file.errors.map(\.offset).sorted(), comment)
    for function in file.functions {
      check(function.function, textLength: text.count, comment)
      for comment in function.comments {
        _ = try? ClifRunCommand.parse(comment.text, of: function.function.signature)
      }
    }
  }

  /// Checks that all entities exist that instructions refer to, except for those that the verifier checks.
  private func check(_ function: Function, textLength: Int, _ comment: Comment) {
    #expect(Set(function.blockOrder).count == function.blockOrder.count, comment)
    #expect(function.blockOrder.count == function.blockCount, comment)
    #expect(function.sourceLocations.allSatisfy { $0 < textLength }, comment)
    #expect(function.text?.values.numbers.count == function.valueCount, comment)
    for inst in function.allInstructions {
      function.forEachArgument(of: inst) { value in
        #expect(value.index < function.valueCount, comment)
      }
      function.forEachDestination(of: inst) { call in
        #expect(!function.name(of: call.block).isEmpty, comment)
      }
      for value in function.values(function.results(of: inst)) {
        #expect(function.type(of: value) != .invalid, comment)
      }
    }
  }
}
