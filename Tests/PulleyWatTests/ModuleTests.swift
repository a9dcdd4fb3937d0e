import PulleySource
import PulleyWasm
import Testing

@testable import PulleyWat

@Suite struct ModuleTests {
  private func encode(_ text: String) throws(TextError) -> EncodedModule {
    try TextModule.encode(SourceText(text))
  }

  private func load(_ text: String) throws -> WasmModule {
    try WasmModule.load(ModuleBytes(encode(text).bytes)).module
  }

  /// The message and the position of the error that a text brings about.
  private func failure(_ text: String) -> String {
    do throws(TextError) {
      _ = try encode(text)
      return "none"
    } catch {
      return "\(SourceText(text).position(ofOffset: error.offset)) \(error.message)"
    }
  }

  /// The sections' numbers and, of custom sections, names.
  private func outline(_ text: String) throws -> [String] {
    let bytes = try encode(text).bytes
    var list: [String] = []
    var position = 8
    func number() -> Int {
      var value = 0
      var shift = 0
      while true {
        let byte = Int(bytes[position])
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { return value }
      }
    }
    while position < bytes.count {
      let id = bytes[position]
      position += 1
      let end = number() + position
      if id == 0 {
        let count = number()
        list.append(String(decoding: bytes[position..<position + count], as: UTF8.self))
      } else {
        list.append("\(id)")
      }
      position = end
    }
    return list
  }

  /// The instructions of the last function, by name.
  private func body(_ text: String) throws -> [String] {
    let module = try load(text)
    var (_, operators) = try module.body(module.bodies.count - 1)
    var list: [String] = []
    while !operators.isAtEnd { list.append(try operators.next().code.mnemonic) }
    return list
  }

  @Test func anEmptyTextIsAnEmptyModule() throws {
    for text in ["", "(module)", " ;; nothing\n(module $m (; at all ;))", "(@a)(module)"] {
      #expect(try encode(text).bytes == [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0] || text.contains("$m"))
    }
    #expect(try encode("(module $m)").name == "m")
    #expect(failure("(module) (module)") == "1:10 unexpected token (")
    #expect(failure("(module") == "1:8 unexpected token: the source ends too early")
  }

  @Test func inlineTypesFollowTheDeclaredTypes() throws {
    let module = try load(
      """
      (func $f (result f64) unreachable (block (param i32) (result i64 i64) unreachable) unreachable)
      (func $g (param i32))
      (type $t (func (param i32)))
      (func (type 1) (f64.const 1))
      """)
    #expect(module.types.count == 3)
    #expect(module.functions == [1, 0, 1])
    #expect(module.functionType(2)?.results == [.i64, .i64])
  }

  /// The first function has a parameter because of a type that only the second brings about.
  @Test func aTypeIndexMayReferToATypeOfLaterText() throws {
    let module = try load(
      "(func (type 1) (local $x i64) (drop (local.get $x))) (func (param f32)) (type (func))")
    #expect(module.functions == [1, 1])
    #expect(failure("(func (type 3) (param i32))") == "1:7 unknown type")
    #expect(failure("(type (func)) (func (type 0) (param i32))") == "1:21 inline function type")
  }

  @Test func inlineTypesReuseOnlyFinalTypesOutsideOfGroups() throws {
    let module = try load(
      """
      (type (sub (func))) (rec (type (func)) (type (func))) (rec (type (sub final (func))))
      (func)
      """)
    #expect(module.functions == [3])
  }

  @Test func foldedInstructionsFollowTheirOperands() throws {
    #expect(
      try body("(func (result i32) (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))")
        == ["i32.const", "i32.const", "i32.const", "i32.mul", "i32.add", "end"])
    #expect(
      try body(
        """
        (func (param i32) (if $a (local.get 0) (then nop (br $a)) (else (block (loop)))) nop)
        """) == [
          "local.get", "if", "nop", "br", "else", "block", "loop", "end", "end", "end", "nop",
          "end",
        ])
    #expect(failure("(func (i32.const 0 nop))") == "1:20 unexpected token nop")
    #expect(failure("(func (if (then) (nop)))") == "1:19 unexpected token nop")
    #expect(failure("(func (block end))") == "1:14 unexpected token end")
    #expect(failure("(func block)") == "1:12 unexpected token )")
    #expect(failure("(func (else))") == "1:8 unexpected token else")
  }

  @Test func labelsAreResolvedFromTheInnermostBlock() throws {
    let module = try load(
      """
      (func (block $a (block $b (block $a (br $a) (br $b) (br_table $b $a 3)) (br $a))))
      """)
    var (_, operators) = try module.body(0)
    var targets: [UInt32] = []
    while !operators.isAtEnd {
      let next = try operators.next()
      if next.code == .br { targets.append(next.index) }
      if next.code == .brTable { targets += Array(operators.branchTargets(of: next)) }
    }
    #expect(targets == [0, 1, 1, 0, 3, 1])
    #expect(failure("(func block $l end $m)") == "1:20 mismatching label $m")
    #expect(failure("(func block end $l)") == "1:17 mismatching label $l")
    #expect(failure("(func (block $l) (br $l))") == "1:22 unknown label $l")
    // A catch clause does not see its own block.
    #expect(failure("(func (try_table $l (catch_all $l)))") == "1:32 unknown label $l")
    #expect(failure("(func (if $l (br $l) (then)))") == "1:18 unknown label $l")
  }

  @Test func anErrorOfAModuleTextHasItsPlaceAndReason() {
    #expect(failure("(module\n  (func $f)\n  (func $f))") == "3:9 duplicate func $f")
    #expect(failure("(func (call $nobody))") == "1:13 unknown function $nobody")
    #expect(failure("(func (local $x i32) (local $x i64))") == "1:29 duplicate local $x")
    #expect(failure("(type (struct (field $x i8) (field $x i8)))") == "1:36 duplicate field $x")
    #expect(failure("(func) (import \"\" \"\" (func))") == "1:8 import after function")
    #expect(failure("(memory 1) (func (import \"\" \"\"))") == "1:12 import after memory")
    #expect(failure("(start 0) (start 0)") == "1:11 multiple start sections")
    #expect(failure("(func (i32.load align=3))") == "1:17 alignment must be a power of two")
    #expect(failure("(func (i32.frob))") == "1:8 unknown operator i32.frob")
    #expect(failure("(import \"\\ff\" \"\" (func))") == "1:9 malformed UTF-8 encoding")
    #expect(failure("(memory 0 (pagesize 3))") == "1:21 invalid custom page size")
    #expect(failure("(func (v128.const i32x4 1 2 3))") == "1:19 wrong number of lane literals")
  }

  @Test func dataCountSectionsAreWrittenOnlyWhereNeeded() throws {
    #expect(try outline("(memory 1) (data \"a\") (func)") == ["1", "3", "5", "10", "11"])
    #expect(
      try outline("(memory 1) (data \"a\") (func (data.drop 0))")
        == ["1", "3", "5", "12", "10", "11"])
  }

  @Test func customSectionsArePlacedAsTheTextSays() throws {
    #expect(
      try outline(
        """
        (@custom "l") (@custom "f" (before first) "x" "y") (@custom "a" (after func))
        (func $f) (@custom "b" (before code)) (@custom "c" (before global))
        """) == ["f", "1", "3", "a", "c", "b", "10", "name", "l"])
    #expect(failure("(func (@custom \"bla\"))") == "1:7 misplaced @custom annotation")
    #expect(failure("(@custom 4)") == "1:10 @custom annotation: missing section name")
  }

  @Test func identifiersAndNameAnnotationsFillTheNameSection() throws {
    let module = try load(
      """
      (module $m (@name "λ")
        (func $f (param $p i32) (param (@name "q q") i32) (local $l i32) (block $b))
        (func (@name "g") $unused))
      """
      .replacing(" $unused", with: ""))
    let names = module.readNames()
    #expect(names.module == "λ")
    #expect(names.function(0) == "f")
    #expect(names.function(1) == "g")
    let section = try #require(module.customSections.first { $0.name == "name" })
    let bytes = module.bytes.withBytes(in: section.bytes) { Array($0) }
    let locals: [UInt8] =
      [2, 14, 1, 0, 3, 0, 1, 0x70, 1, 3] + Array("q q".utf8) + [2, 1, 0x6C]
    let labels: [UInt8] = [3, 6, 1, 0, 1, 0, 1, 0x62]
    #expect(bytes.count == 5 + 9 + locals.count + labels.count)
    #expect(Array(bytes.suffix(locals.count + labels.count)) == locals + labels)
    #expect(failure("(module (func) (@name \"M\"))") == "1:16 misplaced @name annotation")
  }

  @Test func parametersOfImportedFunctionsAreNamed() throws {
    let module = try load("(import \"\" \"\" (func (param $p i32))) (func (param $q i32))")
    let section = try #require(module.customSections.first { $0.name == "name" })
    #expect(
      module.bytes.withBytes(in: section.bytes) { Array($0) }
        == [2, 11, 2, 0, 1, 0, 1, 0x70, 1, 1, 0, 1, 0x71])
  }

  @Test func branchHintAnnotationsBecomeASection() throws {
    let text = """
      (func (param i32) (local i32)
        (@metadata.code.branch_hint "\\01")
        (if (local.get 0)
          (then local.get 0 (@metadata.code.branch_hint "\\00") br_if 0)))
      """
    #expect(try outline(text) == ["1", "3", "metadata.code.branch_hint", "10"])
    let module = try load(text)
    let section = try #require(module.customSections.first)
    // Offsets count from the declarations of locals.
    #expect(
      module.bytes.withBytes(in: section.bytes) { Array($0) }
        == [1, 0, 2, 5, 1, 1, 9, 1, 0])
    let hint = "(@metadata.code.branch_hint \"\\00\")"
    #expect(failure("(func \(hint) nop)").contains("invalid target"))
    #expect(failure("(func (block \(hint)))").contains("invalid target"))
    #expect(failure("(func \(hint) \(hint) if end)").contains("duplicate annotation"))
    #expect(failure("\(hint) (func)").contains("not in a function"))
  }

  @Test func binaryAndQuotedModulesOfScriptsAreRead() throws {
    #expect(try encode("(module $m binary \"\\00asm\" \"\\01\\00\\00\\00\")").bytes.count == 8)
    let quoted = try encode("(module definition $q quote \"(func\" \" $f)\")")
    #expect(quoted.isDefinition && quoted.name == "q")
    #expect(failure("\n(module quote \"(func (nap))\")") == "2:1 unknown operator nap")
  }

  /// Offsets in the binary are mapped back to the text.
  @Test func validationErrorsAreMappedToTheText() throws {
    for text in [
      "(module (func (result i32)\n  i64.const 1\n  i32.eqz))",
      "(func (result i32) (i32.add (i32.const 1)\n  (i32.eqz (i64.const 2))))",
      "(func $f)\n(global i32 (i64.const 0))", "(memory 1)\n(memory 1 0)",
      "(func)\n(export \"a\" (func 3))", "(type $a (func))\n(type (sub $a (func)))",
    ] {
      let encoded = try encode(text)
      let error = #expect(throws: WasmError.self) {
        _ = try WasmModule.load(ModuleBytes(encoded.bytes))
      }
      let binaryOffset = try #require(error).offset
      let offset = try #require(encoded.textOffset(ofBinaryOffset: binaryOffset))
      #expect(SourceText(text).position(ofOffset: offset).line >= 2, "\(text)")
    }
  }

  /// Deep nesting must not overflow the stack.
  @Test func deeplyNestedTextIsReadWithoutRecursion() throws {
    let count = 100_000
    let folded =
      "(func (result i32) " + String(repeating: "(i32.eqz ", count: count) + "(i32.const 0)"
      + String(repeating: ")", count: count + 1)
    #expect(try body(folded).count == count + 2)
    let blocks =
      "(func " + String(repeating: "(block $a ", count: count) + "(br $a)"
      + String(repeating: ")", count: count + 1)
    #expect(try encode(blocks).bytes.count > 3 * count)
    #expect(failure(String(repeating: "(", count: count)) == "1:2 unexpected token (")
    let unclosed = "(func " + String(repeating: "(block ", count: count)
    #expect(failure(unclosed).hasSuffix("the source ends too early"))
  }
}
