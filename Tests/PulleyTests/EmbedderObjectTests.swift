import PulleyWasm
import Testing

@testable import Pulley

/// What the shared C API needs of the engine: imports by position, functions of the host as objects, references
/// with a meaning of the embedder's, host info, frames with instances.
@Suite struct EmbedderObjects {
  private let engine = Engine()
  private let linker: Linker

  init() { linker = Linker(engine: engine) }

  private func module(_ text: String) throws -> Module {
    try Module(engine: engine, bytes: Array(text.utf8), format: .wat)
  }

  private func constant(_ value: Int32) -> ValuesDefinition {
    ValuesDefinition(name: "constant", type: FunctionType(results: [.i32])) { _, _ in
      [.i32(value)]
    }
  }

  @Test func `two imports of one name are different objects by position`() throws {
    let module = try module(
      """
      (module (import "" "f" (func $a (result i32))) (import "" "f" (func $b (result i32)))
        (func (export "run") (result i32 i32) call $a call $b))
      """)
    let instance = try linker.instantiate(
      module, imports: [.values(constant(1)), .values(constant(2)), .values(constant(3))])
    #expect(try instance.function(named: "run").call([]) == [.i32(1), .i32(2)])
    let missing = #expect(throws: PulleyError.self) {
      try linker.instantiate(module, imports: [.values(constant(1))])
    }
    #expect(missing?.kind == .link)
    let other = try Memory(
      engine: Engine(), type: MemoryType(limits: Limits(minimum: 1)))
    #expect(throws: PulleyError.self) {
      try linker.instantiate(module, imports: [.memory(other), .memory(other)])
    }
  }

  @Test
  func `a function of the host can be called and put into a table before anything imports it`()
    throws
  {
    let definition = constant(7)
    let function = try linker.callable(definition)
    #expect(try function.call([]) == [.i32(7)])
    #expect(function.definition === definition)
    let table = try Table(
      engine: engine, type: TableType(element: .funcref, limits: Limits(minimum: 2)),
      fill: function.reference)
    let instance = try linker.instantiate(
      module(
        """
        (module (import "" "t" (table 2 funcref))
          (func (export "run") (result i32) (call_indirect (result i32) (i32.const 1))))
        """), imports: [.table(table)])
    #expect(try instance.function(named: "run").call([]) == [.i32(7)])
    #expect(try table.function(at: 0).isSame(as: function))
  }

  @Test func `a reference of the embedder lives as long as a guest has it`() throws {
    let ended = Counter()
    let info = Unmanaged.passUnretained(ended).toOpaque()
    var instance: Instance? = try linker.instantiate(
      module(#"(module (global (export "g") (mut externref) (ref.null extern)))"#), imports: [])
    var reference: HostReference? = HostReference(wrapping: ended)
    reference?.hostInfo = HostInfo(info) { pointer in
      guard let pointer else { return }
      Unmanaged<Counter>.fromOpaque(pointer).takeUnretainedValue().count += 1
    }
    try instance?.global(named: "g").set(try #require(reference?.value))
    reference = nil
    let kept = try instance?.global(named: "g").get()
    let found = kept.flatMap { HostReference($0) }
    #expect(found?.wrapped === ended)
    #expect(found?.hostInfo?.pointer == info)
    found?.unwrap()
    #expect(found?.wrapped == nil)
    #expect(ended.count == 0)
    instance = nil
    withExtendedLifetime(found) { #expect(ended.count == 0) }
    #expect(HostReference(.externref(0)) == nil)
  }

  @Test func `host info belongs to the object and is finalized once`() throws {
    let ended = Counter()
    func info() -> HostInfo {
      HostInfo(Unmanaged.passUnretained(ended).toOpaque()) { pointer in
        guard let pointer else { return }
        Unmanaged<Counter>.fromOpaque(pointer).takeUnretainedValue().count += 1
      }
    }
    do {
      let instance = try linker.instantiate(
        module(
          """
          (module (import "" "f" (func (result i32))) (export "import" (func 0))
            (func (export "f")) (global (export "g") i32 (i32.const 0))
            (table (export "t") 1 funcref) (memory (export "m") 1) (tag (export "e")))
          """), imports: [.values(constant(1))])
      instance.hostInfo = info()
      try instance.function(named: "import").hostInfo = info()
      try instance.function(named: "f").hostInfo = info()
      try instance.global(named: "g").hostInfo = info()
      try instance.table(named: "t").hostInfo = info()
      try instance.memory(named: "m").hostInfo = info()
      try instance.tag(named: "e").hostInfo = info()
      #expect(ended.count == 0)
      #expect(try instance.function(named: "f").hostInfo != nil)
      #expect(try instance.function(named: "import").definition?.hostInfo != nil)
      instance.hostInfo = nil
      #expect(ended.count == 1)
    }
    #expect(ended.count == 7)
  }

  @Test func `frames have the instances and the places in the bodies of their functions`() throws {
    let inner = try linker.instantiate(
      module(#"(module (func $f unreachable) (func (export "f") call $f))"#), imports: [])
    let outer = try linker.instantiate(
      module(#"(module (import "" "f" (func $f)) (func (export "f") nop call $f))"#),
      imports: [.function(inner.function(named: "f"))])
    let error = #expect(throws: PulleyError.self) {
      try outer.function(named: "f").call([])
    }
    let frames = try #require(error?.backtrace)
    try #require(frames.count == 3)
    #expect(frames[0].instance?.isSame(as: inner) == true)
    #expect(frames[1].instance?.isSame(as: inner) == true)
    #expect(frames[2].instance?.isSame(as: outer) == true)
    #expect(frames.map(\.functionOffset) == [1, 1, 2])
  }

  @Test func `a frame does not keep its instance`() throws {
    var error: PulleyError?
    do {
      let instance = try linker.instantiate(
        module(#"(module (func (export "f") unreachable))"#), imports: [])
      error = #expect(throws: PulleyError.self) { try instance.function(named: "f").call([]) }
      #expect(error?.backtrace.first?.instance != nil)
    }
    #expect(error?.backtrace.first?.instance == nil)
    #expect(error?.backtrace.first?.functionOffset == nil)
  }

  private final class Counter {
    var count = 0
  }
}
