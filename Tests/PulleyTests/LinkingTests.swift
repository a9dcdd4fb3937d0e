import Pulley
import PulleyWasm
import Testing

@Suite struct Linking {
  private let engine = Engine()

  private func instantiate(_ module: TestModule, _ linker: Linker) throws -> Instance {
    try linker.instantiate(Module(engine: engine, bytes: module.bytes))
  }

  @Test func missingAndMistypedImportsAreNamed() throws {
    var module = TestModule()
    let type = module.type([TestModule.i32], [])
    module.importFunction("env", "log", type: type)
    let linker = Linker(engine: engine)
    let missing = #expect(throws: PulleyError.self) { try instantiate(module, linker) }
    #expect(missing?.kind == .link)
    #expect(missing?.message.contains("env.log") == true)
    try linker.define(
      module: "env", name: "log", Memory(engine: engine, type: .init(limits: .init(minimum: 1))))
    let mistyped = #expect(throws: PulleyError.self) { try instantiate(module, linker) }
    #expect(mistyped?.kind == .link)
  }

  @Test func `a function of Swift values is called, and its results are checked`() throws {
    let module = try Module(
      engine: engine,
      bytes: Array(
        """
        (module (import "env" "swap" (func $swap (param i32 v128) (result v128 i32)))
          (func (export "run") (param i32 v128) (result v128 i32)
            local.get 0 local.get 1 call $swap))
        """.utf8))
    let linker = Linker(engine: engine)
    let type = FunctionType(parameters: [.i32, .v128], results: [.v128, .i32])
    linker.define(
      module: "env", name: "swap",
      values: ValuesDefinition(name: "env.swap", type: type) { _, values in
        values[0] == .i32(0) ? values : values.reversed()
      })
    let run = try linker.instantiate(module).function(named: "run")
    let vector = GuestValue.v128(SIMD16(0..<16))
    #expect(try run.call([.i32(-3), vector]) == [vector, .i32(-3)])
    let error = #expect(throws: PulleyError.self) { try run.call([.i32(0), vector]) }
    #expect(error?.trap == .host)
    #expect(error?.message == "result 1 of env.swap is i32, not v128")
  }

  /// Each instance has its own memory. Calls across instances must switch to it and back.
  @Test func callsAcrossInstancesUseTheMemoryOfTheCallee() throws {
    var exporter = TestModule()
    exporter.memory(minimum: 1)
    exporter.data(at: 0, [11])
    let load = exporter.type([], [TestModule.i32])
    exporter.export("load", index: exporter.function(type: load, [0x41, 0, 0x2D, 0, 0]))
    var importer = TestModule()
    let type = importer.type([], [TestModule.i32])
    importer.importFunction("a", "load", type: type)
    importer.memory(minimum: 1)
    importer.data(at: 0, [5])
    // own * 100 + theirs * 10 + own
    importer.export(
      "mix",
      index: 1
        + importer.function(
          type: type,
          [
            0x41, 0, 0x2D, 0, 0, 0x41, 0xE4, 0, 0x6C, 0x10, 0, 0x41, 10, 0x6C, 0x6A, 0x41, 0, 0x2D,
            0,
            0, 0x6A,
          ]))
    let linker = Linker(engine: engine)
    try linker.define(module: "a", exportsOf: try instantiate(exporter, linker))
    let instance = try instantiate(importer, linker)
    #expect(try instance.function(named: "mix").call([]) == [.i32(5 * 100 + 11 * 10 + 5)])
  }

  @Test func functionsInASharedTableOutliveTheHandleOfTheirInstance() throws {
    var owner = TestModule()
    let type = owner.type([], [TestModule.i32])
    owner.table(minimum: 2)
    owner.export("table", kind: 1, index: 0)
    owner.export("call", index: owner.function(type: type, [0x41, 1, 0x11, 0, 0]))
    var filler = TestModule()
    let fillerType = filler.type([], [TestModule.i32])
    filler.importTable("owner", "table", minimum: 2)
    filler.elements(at: 1, [filler.function(type: fillerType, [0x41, 33])])
    let linker = Linker(engine: engine)
    let instance = try instantiate(owner, linker)
    let call = try instance.function(named: "call")
    let empty = #expect(throws: PulleyError.self) { try call.call([]) }
    #expect(empty?.trap == .indirectCallToNull)
    do {
      let scope = Linker(engine: engine)
      try scope.define(module: "owner", exportsOf: instance)
      _ = try instantiate(filler, scope)
    }
    #expect(try call.call([]) == [.i32(33)])
  }

  @Test func instancesThatReferToOneAnotherAreReleased() throws {
    weak var leftover: Module?
    do {
      var owner = TestModule()
      let type = owner.type([], [TestModule.i32])
      owner.table(minimum: 1)
      owner.export("table", kind: 1, index: 0)
      owner.elements(at: 0, [owner.function(type: type, [0x41, 1])])
      var other = TestModule()
      let otherType = other.type([], [TestModule.i32])
      other.importTable("owner", "table", minimum: 1)
      other.elements(at: 0, [other.function(type: otherType, [0x41, 2])])
      let linker = Linker(engine: engine)
      try linker.define(module: "owner", exportsOf: try instantiate(owner, linker))
      let module = try Module(engine: engine, bytes: other.bytes)
      leftover = module
      _ = try linker.instantiate(module)
    }
    #expect(leftover == nil)
  }

  @Test func hostFunctionsReceiveArgumentsByTheirSignature() throws {
    var module = TestModule()
    let type = module.type([TestModule.f64, TestModule.f64], [TestModule.f64])
    module.importFunction("env", "hypot", type: type)
    module.export("length", index: 1 + module.function(type: type, [0x20, 0, 0x20, 1, 0x10, 0]))
    let linker = Linker(engine: engine)
    let hypotenuse: @convention(c) (Double, Double) -> Double = { ($0 * $0 + $1 * $1).squareRoot() }
    try linker.define(
      module: "env", name: "hypot", signature: "f64(f64, f64)",
      function: unsafeBitCast(hypotenuse, to: UnsafeMutableRawPointer.self))
    let instance = try instantiate(module, linker)
    let results = try instance.function(named: "length").call([
      .f64(3.0.bitPattern), .f64(4.0.bitPattern),
    ])
    #expect(results == [.f64(5.0.bitPattern)])
  }

  @Test func segmentsAreCopiedToTheir64BitOffset() throws {
    for text in [
      "(module (memory i64 1) (data (i64.const 0x1_0000_0000) \"x\"))",
      "(module (table i64 1 funcref) (func) (elem (i64.const 0x1_0000_0000) 0))",
    ] {
      let module = try Module(engine: engine, bytes: Array(text.utf8))
      let error = #expect(throws: PulleyError.self) {
        try Linker(engine: engine).instantiate(module)
      }
      #expect(error?.kind == .trap)
    }
  }
}
