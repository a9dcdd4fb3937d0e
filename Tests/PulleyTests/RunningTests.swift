import Pulley
import Testing

@Suite struct Running {
  @Test func aRecursiveFunctionReturnsItsResult() throws {
    let engine = Engine()
    let module = try Module(engine: engine, bytes: TestModule.factorial.bytes)
    let instance = try Linker(engine: engine).instantiate(module)
    let results = try instance.function(named: "fac").call([.i64(20)])
    #expect(results == [.i64(2_432_902_008_176_640_000)])
  }

  @Test func endlessRecursionTraps() throws {
    var module = TestModule()
    let type = module.type([], [])
    module.export("loop", index: module.function(type: type, [0x10, 0, 0x10, 0]))
    let engine = Engine()
    let instance = try Linker(engine: engine).instantiate(
      Module(engine: engine, bytes: module.bytes))
    let function = try instance.function(named: "loop")
    for _ in 0..<3 {
      let error = #expect(throws: PulleyError.self) { try function.call([]) }
      #expect(error?.trap == .stackOverflow)
      #expect(error?.backtrace.isEmpty == false)
    }
  }

  @Test func trapsHaveAReasonAndAPlace() throws {
    var module = TestModule()
    let type = module.type([TestModule.i32, TestModule.i32], [TestModule.i32])
    let divide = module.function(type: type, [0x20, 0, 0x20, 1, 0x6D])
    let outer = module.function(type: type, [0x20, 0, 0x20, 1, 0x10, 0])
    module.export("divide", index: divide)
    module.export("outer", index: outer)
    let engine = Engine()
    let bytes = module.bytes
    let instance = try Linker(engine: engine).instantiate(Module(engine: engine, bytes: bytes))
    let function = try instance.function(named: "outer")
    #expect(try function.call([.i32(7), .i32(-2)]) == [.i32(-3)])
    let byZero = #expect(throws: PulleyError.self) { try function.call([.i32(7), .i32(0)]) }
    #expect(byZero?.trap == .integerDivideByZero)
    #expect(byZero?.backtrace.map(\.functionName) == ["divide", "outer"])
    #expect(byZero?.backtrace.first?.moduleOffset == bytes.lastIndex(of: 0x6D))
    let overflow = #expect(throws: PulleyError.self) {
      try function.call([.i32(.min), .i32(-1)])
    }
    #expect(overflow?.trap == .integerOverflow)
  }

  @Test func wrongArgumentsAreRefused() throws {
    let engine = Engine()
    let module = try Module(engine: engine, bytes: TestModule.factorial.bytes)
    let instance = try Linker(engine: engine).instantiate(module)
    let function = try instance.function(named: "fac")
    for arguments in [[], [GuestValue.i32(1)], [.i64(1), .i64(2)]] {
      let error = #expect(throws: PulleyError.self) { try function.call(arguments) }
      #expect(error?.kind == .argument)
    }
    let missing = #expect(throws: PulleyError.self) { try instance.function(named: "nope") }
    #expect(missing?.kind == .notFound)
  }

  @Test func manyArgumentsAndResultsArePassedBetweenHostAndGuest() throws {
    var module = TestModule()
    let types = (0..<40).map { $0 % 3 == 0 ? TestModule.f64 : TestModule.i64 }
    let type = module.type(types, types)
    // Each parameter is returned once directly and once through another function.
    let gets: [UInt8] = (0..<40).flatMap { (index: Int) -> [UInt8] in
      [0x20] + TestModule.unsigned(index)
    }
    let same = module.function(type: type, gets)
    let through = module.function(type: type, gets + [0x10] + TestModule.unsigned(same))
    module.export("same", index: same)
    module.export("through", index: through)
    let engine = Engine()
    let instance = try Linker(engine: engine).instantiate(
      Module(engine: engine, bytes: module.bytes))
    let values: [GuestValue] = (0..<40).map { index in
      index % 3 == 0 ? .f64(Double(index).bitPattern) : .i64(Int64(index) << 40)
    }
    #expect(try instance.function(named: "same").call(values) == values)
    #expect(try instance.function(named: "through").call(values) == values)
  }

  @Test func aMemoryGrowsOnlyUpToItsLimit() throws {
    var module = TestModule()
    module.memory(minimum: 1)
    let type = module.type([TestModule.i32], [TestModule.i32])
    module.export("grow", index: module.function(type: type, [0x20, 0, 0x40, 0]))
    module.export(
      "store",
      index: module.function(
        type: type, [0x20, 0, 0x41, 42, 0x36, 2, 0, 0x20, 0, 0x28, 2, 0]))
    var options = Engine.Options()
    options.maximumMemoryBytes = 4 << 16
    let engine = Engine(options)
    let instance = try Linker(engine: engine).instantiate(
      Module(engine: engine, bytes: module.bytes))
    let grow = try instance.function(named: "grow")
    let store = try instance.function(named: "store")
    let last: Int32 = (4 << 16) - 4
    #expect(throws: PulleyError.self) { try store.call([.i32(last)]) }
    #expect(try grow.call([.i32(3)]) == [.i32(1)])
    #expect(try store.call([.i32(last)]) == [.i32(42)])
    #expect(try grow.call([.i32(1)]) == [.i32(-1)])
    #expect(try grow.call([.i32(-1)]) == [.i32(-1)])
    #expect(try instance.memory(named: nil).pageCount == 4)
    #expect(throws: PulleyError.self) { try store.call([.i32(last + 1)]) }
    #expect(throws: PulleyError.self) { try store.call([.i32(-1)]) }
  }
}
