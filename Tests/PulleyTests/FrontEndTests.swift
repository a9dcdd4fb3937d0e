import PulleyHost
import PulleyIR
import PulleyWasm
import Synchronization
import Testing

@testable import Pulley

/// Behaviour that WebAssembly modules and CLIF modules have in common.
@Suite struct FrontEnds {
  private static let wat = """
    (module (func (export "one")) (func (export "two") (result i32) (i32.const 2)) (memory (export "m") 1))
    """
  private static let clif = """
    function %one() {
    block0:
        return
    }
    function %two() -> i32 {
    block0:
        v0 = iconst.i32 2
        return v0
    }
    """

  @Test(
    arguments: [
      (wat, ModuleFormat.wat), (clif, .clif), ("\n ;; a comment\n(module)", .wat),
      ("; a comment\ntest run", .clif), ("\0asm\u{1}\0\0\0", .wasm), ("", .wasm),
      ("\u{7F}ELF", .artifact), ("hello, world", nil),
    ] as [(String, ModuleFormat?)])
  func contentTellsTheFormat(text: String, format: ModuleFormat?) {
    #expect(ModuleFormat(of: Array(text.utf8)) == format)
  }

  @Test func textInNoKnownFormatIsRefusedAsUnsupported() {
    let error = #expect(throws: PulleyError.self) {
      try Module(engine: Engine(), bytes: Array("hello, world".utf8))
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("neither WebAssembly's text format nor CLIF") == true)
  }

  private static func module(
    _ text: String, _ change: (inout Engine.Options) -> Void = { _ in }
  ) throws -> Module {
    var options = Engine.Options()
    options.acceptsClif = true
    change(&options)
    return try Module(engine: Engine(options), bytes: Array(text.utf8))
  }

  @Test(arguments: [wat, clif])
  func anUnknownExportIsAnErrorThatListsTheExports(text: String) throws {
    let module = try Self.module(text)
    let instance = try Linker(engine: module.engine).instantiate(module)
    let error = #expect(throws: PulleyError.self) { try instance.function(named: "three") }
    #expect(error?.kind == .notFound)
    #expect(
      error?.message.hasPrefix("the module has no export named \"three\". It exports one, two")
        == true)
  }

  @Test(arguments: [wat, clif])
  func progressCountsTheFunctionsThatHaveBeenCompiled(text: String) throws {
    final class Reports: Sendable {
      let counts = Mutex<[Int]>([])
    }
    let reports = Reports()
    let module = try Self.module(text) { options in
      options.isEager = true
      options.reportsProgress = { done, _ in reports.counts.withLock { $0.append(done) } }
    }
    let total = module.code.frontEnd.functionCount
    #expect(reports.counts.withLock { $0.sorted() } == Array(1...total))
  }

  @Test(arguments: [
    """
    (module (import "a" "f" (func)) (import "a" "f" (func (param i32))) (import "b" "m" (memory 1)))
    """,
    """
    function %f() {
        fn0 = %f1()
        fn1 = %f1(i32)
        fn2 = %f2()
    block0:
        call fn0()
        call fn2()
        return
    }
    """,
  ])
  func missingImportsAreReportedTogetherEachNameOnce(text: String) throws {
    let module = try Self.module(text)
    let error = #expect(throws: PulleyError.self) {
      try Linker(engine: module.engine).instantiate(module)
    }
    #expect(error?.kind == .link)
    #expect(error?.message.hasPrefix("unknown import: ") == true)
    #expect(error?.others.count == 1)
    #expect(error?.others.first?.message.hasPrefix("unknown import: ") == true)
  }

  @Test(arguments: [wat, clif])
  func functionsOfBothLanguagesAreCalledWithRawWords(text: String) throws {
    let module = try Self.module(text)
    let instance = try Linker(engine: module.engine).instantiate(module)
    var slots: [UInt64] = [.max]
    try slots.withUnsafeMutableBufferPointer { buffer in
      try instance.function(named: "two").call(slots: buffer.baseAddress!)
    }
    #expect(slots == [2])
  }

  @Test func valuesOfTheOtherLanguageAreRefused() throws {
    for (text, isClif) in [(Self.wat, false), (Self.clif, true)] {
      let module = try Self.module(text)
      let instance = try Linker(engine: module.engine).instantiate(module)
      let function = try instance.function(named: "one")
      let error = #expect(throws: PulleyError.self) {
        if isClif { _ = try function.call([]) } else { _ = try function.call(clif: []) }
      }
      #expect(error?.kind == .argument)
    }
  }

  @Test func functionsInClifCannotBeDefinedAsImportsYet() throws {
    let module = try Self.module(Self.clif)
    let linker = Linker(engine: module.engine)
    let instance = try linker.instantiate(module)
    let error = #expect(throws: PulleyError.self) {
      try linker.define(module: "a", exportsOf: instance)
    }
    #expect(error?.kind == .argument)
    #expect(error?.message.contains("in CLIF") == true)
  }

  @Test func compiledCodeAndTheRuntimeAgreeOnMemoryRecords() {
    #expect(MemoryLayout<MemoryRecord>.offset(of: \.base) == 0)
    #expect(MemoryLayout<MemoryRecord>.offset(of: \.bound) == Int(HeapData.boundOffset))
    #expect(MemoryLayout<TableRecord>.offset(of: \.elements) == ContextLayout.TableRecord.elements)
    #expect(MemoryLayout<TableRecord>.offset(of: \.count) == ContextLayout.TableRecord.count)
  }
}
