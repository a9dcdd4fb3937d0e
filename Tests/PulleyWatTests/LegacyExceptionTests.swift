import PulleySource
import PulleyWasm
import Testing

@testable import PulleyWat

@Suite struct LegacyExceptionTextTests {
  /// The operators of the last function, without its last `end`.
  private func operators(_ text: String) throws -> [UInt8] {
    let module = try WasmModule.load(ModuleBytes(TextModule.encode(SourceText(text)).bytes)).module
    let body = try #require(module.bodies.last)
    // The first byte is the number of groups of locals.
    return module.bytes.withBytes(in: body) { Array($0.dropFirst().dropLast()) }
  }

  /// The message and the position of the error that a text brings about.
  private func failure(_ text: String) -> String {
    do throws(TextError) {
      _ = try TextModule.encode(SourceText(text))
      return "none"
    } catch {
      return "\(SourceText(text).position(ofOffset: error.offset)) \(error.message)"
    }
  }

  private static let empty: UInt8 = 0x40

  @Test func aTryWithHandlersIsReadInBothForms() throws {
    let expected: [UInt8] = [
      0x06, 0x7F, 0x41, 1, 0x07, 0, 0x41, 2, 0x07, 1, 0xA7, 0x19, 0x41, 3, 0x0B, 0x1A,
    ]
    let tags = "(tag $a) (tag $b (param i64))"
    for body in [
      """
      try $t (result i32) i32.const 1 catch $a i32.const 2 catch 1 i32.wrap_i64
      catch_all i32.const 3 end drop
      """,
      """
      try $t (result i32) i32.const 1 catch $t $a i32.const 2 catch $t 1 i32.wrap_i64
      catch_all $t i32.const 3 end $t drop
      """,
      """
      (drop (try $t (result i32) (do (i32.const 1)) (catch $a (i32.const 2))
        (catch $b i32.wrap_i64) (catch_all (i32.const 3))))
      """,
    ] {
      #expect(try operators("\(tags) (func \(body))") == expected)
    }
  }

  @Test func aTryNeedsNoHandlers() throws {
    let expected = [0x06, Self.empty, 0x01, 0x0B]
    #expect(try operators("(func try nop end)") == expected)
    #expect(try operators("(func (try (do nop)))") == expected)
  }

  @Test func theLabelOfADelegateIsOutsideOfItsTry() throws {
    let expected = [0x02, Self.empty, 0x06, Self.empty, 0x18, 0, 0x06, Self.empty, 0x18, 1, 0x0B]
    for text in [
      "block $l try $t delegate $l try $l delegate 1 end",
      "block $l try $t delegate $t $l try $l delegate $l 1 end",
      "(block $l (try $t (do) (delegate $l)) (try (do) (delegate 1)))",
      // The try hides the block in its body, but not in its delegate.
      "(block $l (try $l (do) (delegate $l)) (try $l (do) (delegate 1)))",
    ] {
      #expect(try operators("(func \(text))") == expected, "\(text)")
    }
    #expect(failure("(func try $t delegate $t)") == "1:23 unknown label $t")
    #expect(failure("(func (try $t (do) (delegate $t)))") == "1:30 unknown label $t")
    #expect(failure("(func block $l try $t delegate $l 0 end)") == "1:32 mismatching label $l")
  }

  @Test func aRethrowNamesTheLabelOfATry() throws {
    let text = "(tag $e) (func (try $t (do) (catch $e (block (rethrow $t)))))"
    #expect(
      try operators(text) == [
        0x06, Self.empty, 0x07, 0, 0x02, Self.empty, 0x09, 1, 0x0B, 0x0B,
      ])
  }

  @Test func partsOfATryInTheWrongPlaceAreUnexpectedTokens() {
    for (text, place) in [
      ("catch 0", "1:7"), ("catch_all", "1:7"), ("delegate 0", "1:7"), ("do", "1:7"),
      ("(catch 0)", "1:8"), ("(catch_all)", "1:8"), ("(delegate 0)", "1:8"), ("(do)", "1:8"),
      ("(nop (catch_all))", "1:13"), ("block catch_all end", "1:13"), ("try else end", "1:11"),
      ("block delegate 0 end", "1:13"), ("try catch_all catch_all end", "1:21"),
      ("try catch_all catch 0 end", "1:21"), ("try catch_all delegate 0", "1:21"),
      ("try (do) end", "1:12"), ("(try)", "1:11"), ("(try nop)", "1:12"), ("(try (nop))", "1:13"),
      ("(try (catch_all))", "1:13"), ("(try (do) nop)", "1:17"), ("(try (do) (nop))", "1:18"),
      ("(try (do) (do))", "1:18"), ("(try (do) (else))", "1:18"),
      ("(try (do) (catch_all) (catch_all))", "1:30"), ("(try (do) (catch_all) (catch 0))", "1:30"),
      ("(try (do) (catch_all) (delegate 0))", "1:30"), ("(try (do) (delegate))", "1:26"),
      ("(try (do) (delegate 0) nop)", "1:30"), ("(try (do) (delegate 0 nop))", "1:29"),
      ("(try (do) (delegate 0) (catch_all))", "1:30"), ("(try (do end))", "1:16"),
      ("(if (i32.const 0) (do))", "1:26"), ("(block (do))", "1:15"),
      ("if (i32.const 0) (then) end", "1:25"),
    ] {
      let message = failure("(func \(text))")
      #expect(message.hasPrefix("\(place) unexpected token"), "\(text): \(message)")
    }
    #expect(failure("(func (try (do) (catch $e)))") == "1:24 unknown tag $e")
    #expect(failure("(func try $t catch_all $u end)") == "1:24 mismatching label $u")
    #expect(failure("(func (try (do (try (do)").hasSuffix("the source ends too early"))
  }

  @Test func branchHintsMustNotPrecedePartsOfATry() {
    let hint = "(@metadata.code.branch_hint \"\\00\")"
    for text in [
      "\(hint) try end", "try \(hint) catch_all end", "try \(hint) delegate 0", "try \(hint) end",
      "(try \(hint) (do))", "(try (do \(hint)))", "(try (do) \(hint))",
      "(try (do) \(hint) (catch_all))", "(try (do) (catch_all \(hint)))",
      "(try (do) \(hint) (delegate 0))",
    ] {
      #expect(failure("(func \(text))").hasSuffix("invalid target"), "\(text)")
    }
  }

  /// A try with each kind of handler, one with a delegate, and a rethrow.
  private static let body: [UInt8] = [
    0x06, 0x7F, 0x06, empty, 0x01, 0x18, 0, 0x41, 1, 0x07, 0, 0x09, 0, 0x19, 0x41, 2, 0x0B, 0x1A,
    0x06, empty, 0x18, 0,
  ]

  @Test func theFlatPrinterWritesThePartsOfATryOnTheirOwnLines() throws {
    #expect(
      try printedBody(Self.body) == [
        "try (;@1;) (result i32)", "try (;@2;)", "nop", "delegate 0 (;@1;)", "i32.const 1",
        "catch 0", "rethrow 0 (;@1;)", "catch_all", "i32.const 2", "end", "drop", "try (;@1;)",
        "delegate 0",
      ])
    let output = try printed(module(functions(Self.body)))
    for line in ["\n    catch 0\n", "\n      delegate 0 (;@1;)\n", "\n      rethrow 0 (;@1;)\n"] {
      #expect(output.contains(line))
    }
  }

  @Test func theFoldedPrinterPutsThePartsOfATryInsideParentheses() throws {
    #expect(
      try printedBody(Self.body, isFolded: true) == [
        "(drop", "(try (;@1;) (result i32)", "(do", "(try (;@2;)", "(do", "(nop))",
        "(delegate 0 (;@1;)))", "(i32.const 1))", "(catch 0", "(rethrow 0 (;@1;)))", "(catch_all",
        "(i32.const 2))))", "(try (;@1;)", "(do)", "(delegate 0))",
      ])
  }

  @Test func printedInstructionsHaveTheDepthsOfThePartsOfATry() throws {
    var printer = try InstructionPrinter(ModuleBytes(module(functions(Self.body))))
    let lines = try printer.instructions(of: 0)
    #expect(lines.map(\.depth) == [0, 1, 2, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0])
    #expect(
      lines.map { String($0.text.prefix { $0 != " " }) } == [
        "try", "try", "nop", "delegate", "i32.const", "catch", "rethrow", "catch_all", "i32.const",
        "end", "drop", "try", "delegate", "end",
      ])
  }

  @Test func printedTriesAreReadBackAsTheSameBytes() throws {
    let text = """
      (tag $e) (tag $f (param i64)) (tag $g (param i32 f64))
      (func $f (param $p i32) (result i32)
        (try $a (result i32)
          (do (try $b (result i32) (do (throw $f (i64.const 1))) (delegate $a)))
          (catch $f i32.wrap_i64 (br_if $a (local.get $p)))
          (catch $g drop (try $c (do (rethrow $a)) (catch_all (rethrow $c))))
          (catch_all (try $a (do (throw $e)) (delegate $a)) (i32.const 0))))
      (func (block (try (do (block (try (do) (delegate 2)))))) (try (do)) (try (do) (delegate 0)))
      (func (param i32) (if (local.get 0) (then (try (do) (catch_all))) (else (try (do)))))
      """
    let bytes = try TextModule.encode(SourceText(text)).bytes
    for isFolded in [false, true] {
      let output = try printed(bytes, isFolded: isFolded)
      #expect(try TextModule.encode(SourceText(output)).bytes == bytes, "\(output)")
    }
    _ = try WasmModule.load(ModuleBytes(bytes))
  }

  @Test(
    arguments: [
      [0x19], [0x07, 0], [0x18, 0], [0x02, 0x40, 0x18, 0], [0x06, 0x40, 0x19, 0x19, 0x0B],
      [0x06, 0x40, 0x19, 0x07, 0, 0x0B], [0x06, 0x40, 0x19, 0x18, 0], [0x06, 0x40, 0x05, 0x0B],
      [0x06, 0x40], [0x06, 0x40, 0x07], [0x06, 0x40, 0x18],
    ] as [[UInt8]])
  func thePrintersRefuseMisplacedPartsOfATry(operators: [UInt8]) throws {
    let bytes = module(functions(operators))
    for isFolded in [false, true] {
      #expect(throws: WasmError.self) { try printed(bytes, isFolded: isFolded) }
    }
    var printer = try InstructionPrinter(ModuleBytes(bytes))
    #expect(throws: WasmError.self) { try printer.instructions(of: 0) }
    let global = module(section(6, vector([[0x7F, 0, 0x41, 0] + operators + [0x0B]])))
    #expect(throws: WasmError.self) { try printed(global) }
  }

  @Test func constantExpressionsWithATryArePrintedThoughTheyAreInvalid() throws {
    let bytes = module(section(6, vector([[0x7F, 0, 0x06, 0x7F, 0x41, 0, 0x18, 0, 0x0B]])))
    let output = try printed(bytes)
    #expect(output.contains("try (;@1;) (result i32) i32.const 0 delegate 0"))
    #expect(try TextModule.encode(SourceText(output)).bytes == bytes)
  }

  @Test func deeplyNestedTriesAreReadAndPrintedWithoutRecursionInLinearTime() throws {
    let count = 20_000
    for (opening, closing) in [
      ("(try $a (do ", ") (catch_all (rethrow $a)))"), ("(try $a (do ", ") (delegate 0))"),
      ("(try (do) (catch_all ", "))"),
    ] {
      let text =
        "(func " + String(repeating: opening, count: count)
        + String(repeating: closing, count: count) + ")"
      let bytes = try TextModule.encode(SourceText(text)).bytes
      for isFolded in [false, true] {
        let output = try printed(bytes, isFolded: isFolded)
        #expect(try TextModule.encode(SourceText(output)).bytes == bytes)
      }
    }
  }
}
