@testable import Pulley
import PulleyWasm
import Testing

@Suite struct TypedReferences {
  private let engine = Engine()

  private func instantiate(_ module: TestModule, _ linker: Linker? = nil) throws -> Instance {
    try (linker ?? Linker(engine: engine)).instantiate(
      Module(engine: engine, bytes: module.bytes))
  }

  // (sub (func (result i32))), a subtype of it, and a final type that looks the same.
  private static let open: [UInt8] = [0x50, 0, 0x60, 0, 1, 0x7F]
  private static let below: [UInt8] = [0x4F, 1, 0, 0x60, 0, 1, 0x7F]
  private static let plain: [UInt8] = [0x60, 0, 1, 0x7F]

  @Test func indirectCallsAcceptSubtypes() throws {
    var module = TestModule()
    for type in [Self.open, Self.below, Self.plain] { module.type(bytes: type) }
    module.type(bytes: [0x60, 1, 0x7F, 1, 0x7F])
    module.table(minimum: 3)
    let functions = (0..<3).map { module.function(type: $0, [0x41, UInt8(10 + $0)]) }
    module.elements(at: 0, functions)
    for type in 0..<3 {
      module.export(
        "as\(type)", index: module.function(type: 3, [0x20, 0, 0x11, UInt8(type), 0]))
    }
    let instance = try instantiate(module)
    let fitting = [[0, 1], [1], [2]]
    for type in 0..<3 {
      let call = try instance.function(named: "as\(type)")
      for index in 0..<3 {
        if fitting[type].contains(index) {
          #expect(try call.call([.i32(Int32(index))]) == [.i32(Int32(10 + index))])
        } else {
          let error = #expect(throws: PulleyError.self) { try call.call([.i32(Int32(index))]) }
          #expect(error?.trap == .indirectCallType)
        }
      }
    }
  }

  @Test func importsAcceptSubtypesAndKeepTheirExactTypes() throws {
    var exporter = TestModule()
    for type in [Self.open, Self.below] { exporter.type(bytes: type) }
    exporter.export("open", index: exporter.function(type: 0, [0x41, 1]))
    exporter.export("below", index: exporter.function(type: 1, [0x41, 2]))
    let linker = Linker(engine: engine)
    try linker.define(module: "a", exportsOf: try instantiate(exporter, linker))
    var importer = TestModule()
    for type in [Self.open, Self.below] { importer.type(bytes: type) }
    importer.importFunction("a", "below", type: 0)
    importer.table(minimum: 1)
    importer.elements(at: 0, [0])
    // A function imported as the supertype still has the subtype.
    importer.export("call", index: 1 + importer.function(type: 0, [0x41, 0, 0x11, 1, 0]))
    #expect(try instantiate(importer, linker).function(named: "call").call([]) == [.i32(2)])
    var wrong = TestModule()
    for type in [Self.open, Self.below] { wrong.type(bytes: type) }
    wrong.importFunction("a", "open", type: 1)
    let error = #expect(throws: PulleyError.self) { try instantiate(wrong, linker) }
    #expect(error?.kind == .link)
  }

  /// The same recursion group is the same types in every module, at any index. A group
  /// with another type in it is a different one.
  @Test func equalRecursiveTypesAreTheSameInAllModules() throws {
    // (rec (type $f (func (param (ref null $f)) (result i32))))
    func group(_ index: UInt8, _ more: [UInt8] = []) -> [UInt8] {
      [0x4E, more.isEmpty ? 1 : 2, 0x60, 1, 0x63, index, 1, 0x7F] + more
    }
    var exporter = TestModule()
    exporter.type(bytes: group(0))
    exporter.export("f", index: exporter.function(type: 0, [0x41, 5]))
    let linker = Linker(engine: engine)
    try linker.define(module: "a", exportsOf: try instantiate(exporter, linker))
    func importer(_ bytes: [UInt8]) -> TestModule {
      var module = TestModule()
      _ = module.type([], [])
      module.type(bytes: bytes)
      module.importFunction("a", "f", type: 1)
      module.export("g", index: 0)
      return module
    }
    let same = try instantiate(importer(group(1)), linker).function(named: "g")
    #expect(try same.call([.funcref(0)]) == [.i32(5)])
    #expect(throws: PulleyError.self) {
      try instantiate(importer(group(1, [0x60, 0, 0])), linker)
    }
  }

  @Test func theHostCannotPassFunctionsOfOtherTypes() throws {
    var module = TestModule()
    let plain = module.type([], [TestModule.i32])
    let other = module.type([TestModule.i64], [])
    module.type(bytes: [0x60, 1, 0x63, 0, 1, 0x7F])
    module.type(bytes: [0x60, 1, 0x64, 0, 1, 0x7F])
    module.export("right", index: module.function(type: plain, [0x41, 9]))
    module.export("wrong", index: module.function(type: other, []))
    module.export("maybe", index: module.function(type: 2, [0x20, 0, 0x14, 0]))
    module.export("sure", index: module.function(type: 3, [0x20, 0, 0x14, 0]))
    let instance = try instantiate(module)
    let right = try instance.function(named: "right").reference
    let wrong = try instance.function(named: "wrong").reference
    let maybe = try instance.function(named: "maybe")
    let sure = try instance.function(named: "sure")
    #expect(try maybe.call([right]) == [.i32(9)])
    #expect(try sure.call([right]) == [.i32(9)])
    let null = #expect(throws: PulleyError.self) { try maybe.call([.funcref(0)]) }
    #expect(null?.trap == .nullReference)
    for (function, value) in [(maybe, wrong), (sure, wrong), (sure, .funcref(0))] {
      let error = #expect(throws: PulleyError.self) { try function.call([value]) }
      #expect(error?.kind == .argument)
      var slots = [value.bits]
      #expect(throws: PulleyError.self) { try function.call(slots: &slots) }
    }
  }

  @Test func tablesOfNonNullableReferencesNeverContainNull() throws {
    var module = TestModule()
    _ = module.type([], [TestModule.i32])
    let function = module.function(type: 0, [0x41, 6])
    // (table 1 (ref 0) (ref.func 0))
    module.table(bytes: [0x40, 0, 0x64, 0, 0, 1, 0xD2, 0, 0x0B])
    module.export("table", kind: 1, index: 0)
    module.export("f", index: function)
    module.export("call", index: module.function(type: 0, [0x41, 2, 0x11, 0, 0]))
    let instance = try instantiate(module)
    let table = try instance.table(named: "table")
    let f = try instance.function(named: "f").reference
    #expect(throws: PulleyError.self) { try table.grow(by: 2) }
    #expect(throws: PulleyError.self) { try table.grow(by: 2, fill: .funcref(0)) }
    #expect(throws: PulleyError.self) { try table.set(0, to: .funcref(0)) }
    let call = try instance.function(named: "call")
    let outside = #expect(throws: PulleyError.self) { try call.call([]) }
    #expect(outside?.trap == .tableOutOfBounds)
    #expect(try table.grow(by: 2, fill: f) == 1)
    #expect(try call.call([]) == [.i32(6)])
    #expect(throws: PulleyError.self) {
      try Table(
        engine: engine,
        type: TableType(
          element: .ref(nullable: false, .func), limits: Limits(minimum: 1)))
    }
  }

  @Test func functionsOfAnotherEngineAreRefused() throws {
    var module = TestModule()
    _ = module.type([], [TestModule.i32])
    module.table(minimum: 1)
    module.export("table", kind: 1, index: 0)
    module.export("f", index: module.function(type: 0, [0x41, 6]))
    let other = Engine()
    let theirs = try Linker(engine: other).instantiate(Module(engine: other, bytes: module.bytes))
    let f = try theirs.function(named: "f").reference
    let table = try instantiate(module).table(named: "table")
    let error = #expect(throws: PulleyError.self) { try table.set(0, to: f) }
    #expect(error?.kind == .argument)
    // A table made by the host does not accept it either.
    let free = try Table(
      engine: engine, type: TableType(element: .funcref, limits: Limits(minimum: 1)))
    let refused = #expect(throws: PulleyError.self) { try free.set(0, to: f) }
    #expect(refused?.kind == .argument)
  }
}
