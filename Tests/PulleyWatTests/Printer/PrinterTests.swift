import PulleyWasm
import Testing

@testable import PulleyWat

@Suite struct Printer {
  @Test func thePrinterWritesAnEmptyModule() throws {
    #expect(try printed(module()) == "(module)\n")
  }

  @Test func thePrinterWritesDefinitionsInTheOrderOfTheirSections() throws {
    let bytes = module(
      section(1, vector([[0x60, 1, 0x7F, 1, 0x7E]])),
      section(2, vector([name("m") + name("f\"\n") + [0, 0]])),
      section(3, [1, 0]),
      section(4, vector([[0x70, 1, 1, 2], [0x40, 0, 0x6F, 4, 3, 0xD0, 0x6F, 0x0B]])),
      section(5, vector([[3, 1, 2], [5, 1, 9], [8, 7, 0]])),
      section(6, vector([[0x7F, 1, 0x41, 0x7F, 0x0B], [0x7E, 0, 0x42, 1, 0x42, 2, 0x7C, 0x0B]])),
      section(7, vector([name("é\u{202E}") + [0, 1]])), section(8, [1]),
      section(9, vector([[0, 0x41, 0, 0x0B, 1, 1], [7, 0x70, 1, 0xD2, 0, 0x0B], [1, 0, 0]])),
      section(12, [1]), section(10, vector([sized([0, 0x42, 0, 0x0B])])),
      section(11, vector([[2, 1, 0x42, 5, 0x0B, 3, 0x41, 0, 0xFF]])))
    #expect(
      try printed(bytes) == """
        (module
          (type (;0;) (func (param i32) (result i64)))
          (import "m" "f\\"\\n" (func (;0;) (type 0) (param i32) (result i64)))
          (table (;0;) 1 2 funcref)
          (table (;1;) i64 3 externref (ref.null extern))
          (memory (;0;) 1 2 shared)
          (memory (;1;) i64 1 9)
          (memory (;2;) 7 (pagesize 1))
          (global (;0;) (mut i32) (i32.const -1))
          (global (;1;) i64 i64.const 1 i64.const 2 i64.add)
          (export "é\\e2\\80\\ae" (func 1))
          (start 1)
          (elem (;0;) (i32.const 0) func 1)
          (elem (;1;) declare funcref (ref.func 0))
          (elem (;2;) func)
          (func (;1;) (type 0) (param i32) (result i64)
            i64.const 0
          )
          (data (;0;) (memory 1) (i64.const 5) "A\\00\\ff")
        )

        """)
  }

  @Test func thePrinterKeepsDuplicateTypesAndGroups() throws {
    // Two equal types of which the second is used, and groups of no type and of one type.
    let bytes = module(
      section(
        1,
        [6] + [0x60, 0, 0, 0x60, 0, 0, 0x4E, 0] + [0x4E, 1, 0x50, 0, 0x5F, 2, 0x7F, 0, 0x78, 1]
          + [0x4F, 1, 2, 0x5F, 2, 0x7F, 0, 0x78, 1] + [0x5E, 0x63, 1, 1]),
      section(6, vector([[0x63, 1, 0, 0xD0, 1, 0x0B]])))
    #expect(
      try printed(bytes) == """
        (module
          (type (;0;) (func))
          (type (;1;) (func))
          (rec)
          (rec
            (type (;2;) (sub (struct (field i32) (field (mut i8)))))
          )
          (type (;3;) (sub final 2 (struct (field i32) (field (mut i8)))))
          (type (;4;) (array (mut (ref null 1))))
          (global (;0;) (ref null 1) (ref.null 1))
        )

        """)
  }

  @Test func thePrinterWritesTheDepthOfBlocks() throws {
    let operators: [UInt8] = [
      0x02, 0x40, 0x03, 0x7F, 0x0C, 1, 0x0B, 0x04, 0x40, 0x0C, 2, 0x05, 0x0E, 1, 0, 1, 0x0B, 0x0B,
      0x1F, 0x40, 2, 0, 3, 0, 2, 0, 0x0B,
    ]
    #expect(
      try printedBody(operators) == [
        "block (;@1;)", "loop (;@2;) (result i32)", "br 1 (;@1;)", "end", "if (;@2;)", "br 2",
        "else", "br_table 0 (;@2;) 1 (;@1;)", "end", "end",
        "try_table (;@1;) (catch 3 0) (catch_all 0)", "end",
      ])
  }

  @Test func thePrinterWritesImmediatesInTheOrderOfTheTextFormat() throws {
    let operators: [UInt8] = [
      0xFC, 8, 3, 1, 0xFC, 12, 4, 2, 0xFC, 10, 0, 0, 0xFC, 10, 1, 0, 0xFC, 14, 0, 0, 0x11, 0, 5,
      0x28, 2, 0, 0x28, 0x41, 1, 0x80, 1, 0x1C, 2, 0x7F, 0x7E, 0xD0, 0x70, 0xFB, 21, 0x6E,
      0xFB, 24, 1, 0, 0x6E, 0x6B, 0xFD, 84, 0, 0, 7, 0xFE, 3, 0, 0x3F, 0,
    ]
    #expect(
      try printedBody(operators) == [
        "memory.init 1 3", "table.init 2 4", "memory.copy", "memory.copy 1 0", "table.copy 0 0",
        "call_indirect 5 (type 0)", "i32.load", "i32.load 1 offset=128 align=2",
        "select (result i32 i64)", "ref.null func", "ref.test (ref null any)",
        "br_on_cast 0 (ref null any) (ref struct)", "v128.load8_lane 7", "atomic.fence",
        "memory.size",
      ])
  }

  @Test func thePrinterBreaksLongDataIntoLines() throws {
    let output = try printed(module(custom("c", [UInt8](repeating: 0x61, count: 130))))
    let parts = [64, 64, 2].map { "\n    \"\(String(repeating: "a", count: $0))\"" }
    #expect(output == "(module\n  (@custom \"c\" (before first)\(parts.joined()))\n)\n")
  }

  @Test func thePrinterWritesThePlacesOfCustomSections() throws {
    let output = try printed(
      module(
        custom("1", []), section(1, [1, 0x60, 0, 0]), custom("2", [1]), section(3, [1, 0]),
        section(12, [0]), custom("3", []), section(10, [1, 2, 0, 0x0B]), custom("4", []),
        custom("name", [0] + sized(name("m"))), custom("5", [])))
    #expect(
      output.split(separator: "\n").filter { $0.contains("@custom") } == [
        "  (@custom \"1\" (before first) \"\")", "  (@custom \"2\" (after type) \"\\01\")",
        "  (@custom \"3\" (before code) \"\")", "  (@custom \"4\" (after code) \"\")",
        "  (@custom \"5\" (after last) \"\")",
      ])
  }

  @Test func thePrinterWritesModulesThatAreWellFormedButInvalid() throws {
    let output = try printed(
      module(
        section(3, [1, 9]), section(10, vector([sized([0, 0x20, 7, 0x10, 8, 0x0C, 6, 0x0B])]))))
    #expect(output.contains("(func (;0;) (type 9)\n    local.get 7\n    call 8\n    br 6\n  )"))
  }

  @Test(
    arguments: [[0x05, 0x0B], [0x04, 0x40, 0x05, 0x05, 0x0B], [0x0B], [0x02, 0x40]] as [[UInt8]])
  func thePrinterRefusesMalformedBodies(operators: [UInt8]) {
    for isFolded in [false, true] {
      #expect(throws: WasmError.self) {
        try printed(module(functions(operators)), isFolded: isFolded)
      }
    }
  }

  @Test func thePrinterMergesAdjacentLocalsOfOneType() throws {
    let bytes = module(
      functions([], locals: [[0, 0x7F], [2, 0x7F], [0, 0x7E], [1, 0x7F], [1, 0x7E]]))
    #expect(try line(with: "local", in: printed(bytes)) == "(local i32 i32 i32) (local i64))")
    #expect(try !printed(module(functions([], locals: [[0, 0x7F]]))).contains("\n   \n"))
  }

  @Test func thePrinterOmitsFinalAndEmptySupertypes() throws {
    let output = try printed(module(section(1, vector([[0x4F, 0, 0x60, 0, 0]]))))
    #expect(output.contains("(type (;0;) (func))"))
  }

  @Test func thePrinterRefusesMalformedConstantExpressions() {
    let bytes = module(section(6, vector([[0x7F, 0, 0x41, 0, 0x05, 0x0B]])))
    #expect(throws: WasmError.self) { try printed(bytes) }
  }

  @Test func thePrinterRefusesTextsAboveTheMaximumSize() {
    let bytes = module(functions([], locals: [leb(50_000) + [0x7F]]))
    var options = WatPrinter.Options()
    options.maximumSize = 10_000
    #expect(throws: WasmError.self) { try WatPrinter.print(ModuleBytes(bytes), options: options) }
  }

  @Test func thePrinterHandlesDeepNestingWithoutRecursion() throws {
    let depth = 200_000
    let blocks = [UInt8](repeating: 0, count: depth).flatMap { _ in [0x02, 0x40] as [UInt8] }
    let body = blocks + [UInt8](repeating: 0x0B, count: depth)
    for isFolded in [false, true] {
      let output = try printed(module(functions(body)), isFolded: isFolded)
      #expect(output.utf8.count < 200 * depth)
    }
  }
}
