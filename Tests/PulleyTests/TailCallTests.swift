import Pulley
import Testing

@Suite struct TailCalls {
  private let engine = Engine()

  private func instantiate(_ module: TestModule, _ linker: Linker? = nil) throws -> Instance {
    try (linker ?? Linker(engine: engine)).instantiate(
      Module(engine: engine, bytes: module.bytes))
  }

  /// `return_call`, `return_call_indirect` and `return_call_ref` with their operands.
  private func tail(_ function: Int) -> [UInt8] { [0x12] + TestModule.unsigned(function) }
  private func tailIndirect(type: Int) -> [UInt8] { [0x13] + TestModule.unsigned(type) + [0] }
  private func tailReference(type: Int) -> [UInt8] { [0x15] + TestModule.unsigned(type) }

  /// if (local 0 == 0) { `last` }
  private func ifZero(_ last: [UInt8]) -> [UInt8] {
    [0x20, 0, 0x50, 0x04, 0x40] + last + [0x0F, 0x0B]
  }

  /// A function of many parameters and one of two that tail-call one another a million times.
  @Test func mutualRecursionByTailCallsTakesConstantStack() throws {
    var module = TestModule()
    let i64 = TestModule.i64
    let few = module.type([i64, i64], [i64])
    let many = module.type([UInt8](repeating: i64, count: 22), [i64])
    // few(n, sum) -> many(n - 1, sum + 1, 3, 3, …)
    let next: [UInt8] = [0x20, 0, 0x42, 1, 0x7D, 0x20, 1, 0x42, 1, 0x7C]
    let threes: [UInt8] = (0..<20).flatMap { (_: Int) -> [UInt8] in [0x42, 3] }
    _ = module.function(type: few, ifZero([0x20, 1]) + next + threes + tail(1))
    // many(n, sum, …, last) -> few(n - 1, sum + last)
    _ = module.function(
      type: many,
      ifZero([0x20, 1]) + [0x20, 0, 0x42, 1, 0x7D, 0x20, 1, 0x20, 21, 0x7C] + tail(0))
    module.export("run", index: 0)
    let run = try instantiate(module).function(named: "run")
    #expect(try run.call([.i64(1), .i64(0)]) == [.i64(1)])
    #expect(try run.call([.i64(1_000_000), .i64(0)]) == [.i64(4 * 500_000)])
  }

  /// Results that do not fit registers, through functions with and without stack arguments.
  @Test func manyResultsAreReturnedThroughTailCalls() throws {
    var module = TestModule()
    let i64 = TestModule.i64
    let results = [UInt8](repeating: i64, count: 20)
    let few = module.type([i64], results)
    let many = module.type([UInt8](repeating: i64, count: 20), results)
    let values: [UInt8] = (0..<20).flatMap { (index: Int) -> [UInt8] in
      [0x20, 0, 0x42] + TestModule.leb(index) + [0x7C]
    }
    _ = module.function(type: few, values + tail(1))
    let backwards: [UInt8] = (0..<20).reversed().flatMap { (index: Int) -> [UInt8] in
      [0x20, UInt8(index)]
    }
    _ = module.function(type: many, backwards)
    // Adds to the result of an ordinary call.
    let sum = module.type([i64], [i64])
    let caller = module.function(
      type: sum, [0x20, 0, 0x10, 0] + [UInt8](repeating: 0x7C, count: 19) + [0x20, 0, 0x7C])
    module.export("few", index: 0)
    module.export("sum", index: caller)
    let instance = try instantiate(module)
    let expected = (0..<20).reversed().map { GuestValue.i64(100 + $0) }
    #expect(try instance.function(named: "few").call([.i64(100)]) == expected)
    #expect(try instance.function(named: "sum").call([.i64(100)]) == [.i64(2000 + 190 + 100)])
  }

  /// One calls the other as an import; the other calls back through a shared table.
  @Test func instancesTailCallOneAnother() throws {
    let i64 = TestModule.i64
    var first = TestModule()
    let firstType = first.type([i64], [i64])
    first.table(minimum: 1)
    first.memory(minimum: 1)
    first.data(at: 0, [40])
    // Both read their own memories at the end.
    let memory: [UInt8] = [0x41, 0, 0x31, 0, 0]
    first.export("table", kind: 1, index: 0)
    first.export(
      "g",
      index: first.function(
        type: firstType,
        ifZero(memory) + [0x20, 0, 0x42, 1, 0x7D, 0x41, 0] + tailIndirect(type: 0)))
    var second = TestModule()
    let secondType = second.type([i64], [i64])
    second.importFunction("first", "g", type: secondType)
    second.importTable("first", "table", minimum: 1)
    second.memory(minimum: 1)
    second.data(at: 0, [2])
    let f =
      1
      + second.function(
        type: secondType, ifZero(memory) + [0x20, 0, 0x42, 1, 0x7D] + tail(0))
    second.export("f", index: f)
    second.elements(at: 0, [f])
    let linker = Linker(engine: engine)
    try linker.define(module: "first", exportsOf: try instantiate(first, linker))
    let run = try instantiate(second, linker).function(named: "f")
    #expect(try run.call([.i64(100_000)]) == [.i64(2)])
    #expect(try run.call([.i64(100_001)]) == [.i64(40)])
  }

  @Test func backtracesOmitFramesThatTailCallsReplaced() throws {
    var module = TestModule()
    let type = module.type([TestModule.i32], [TestModule.i32])
    let many = module.type([UInt8](repeating: TestModule.i32, count: 20), [TestModule.i32])
    let divide = module.function(
      type: many, [0x20, 0, 0x41, 0, 0x6E])
    let gets: [UInt8] = (0..<20).flatMap { (_: Int) -> [UInt8] in [0x20, 0] }
    let middle = module.function(type: type, gets + tail(divide))
    let outer = module.function(type: type, [0x20, 0, 0x10] + [UInt8(middle)] + [0x41, 1, 0x6A])
    module.export("divide", index: divide)
    module.export("middle", index: middle)
    module.export("outer", index: outer)
    let run = try instantiate(module).function(named: "outer")
    for _ in 0..<3 {
      let error = #expect(throws: PulleyError.self) { try run.call([.i32(1)]) }
      #expect(error?.trap == .integerDivideByZero)
      #expect(error?.backtrace.map(\.functionName) == ["divide", "outer"])
    }
  }

  @Test func aTailCallOfAHostFunctionReturnsItsResult() throws {
    let twice: @convention(c) (Int32) -> Int32 = { 2 * $0 }
    let linker = Linker(engine: engine)
    try linker.define(
      module: "env", name: "twice", signature: "i32(i32)",
      function: unsafeBitCast(twice, to: UnsafeMutableRawPointer.self))
    var module = TestModule()
    let type = module.type([TestModule.i32], [TestModule.i32])
    module.importFunction("env", "twice", type: type)
    module.table(minimum: 1)
    module.elements(at: 0, [0])
    let direct = 1 + module.function(type: type, [0x20, 0] + tail(0))
    let indirect = 1 + module.function(type: type, [0x20, 0, 0x41, 0] + tailIndirect(type: type))
    let reference =
      1
      + module.function(type: type, [0x20, 0, 0xD2, 0] + tailReference(type: type))
    for (name, index) in [("direct", direct), ("indirect", indirect), ("reference", reference)] {
      module.export(name, index: index)
    }
    let instance = try instantiate(module, linker)
    for name in ["direct", "indirect", "reference"] {
      #expect(try instance.function(named: name).call([.i32(21)]) == [.i32(42)])
    }
  }

  @Test func artifactsKeepTailCalls() throws {
    var module = TestModule()
    let i64 = TestModule.i64
    let type = module.type([i64, i64], [i64])
    let step: [UInt8] = [0x20, 0, 0x42, 1, 0x7D, 0x20, 1, 0x42, 2, 0x7C]
    module.export("run", index: module.function(type: type, ifZero([0x20, 1]) + step + tail(1)))
    _ = module.function(type: type, ifZero([0x20, 1]) + step + tail(0))
    let artifact = try Module(engine: engine, bytes: module.bytes).artifact()
    let loaded = try Module(engine: engine, artifact: artifact)
    let run = try Linker(engine: engine).instantiate(loaded).function(named: "run")
    #expect(try run.call([.i64(100_000), .i64(0)]) == [.i64(200_000)])
  }

  @Test func aTailCallPassesStackArgumentsToAHostFunction() throws {
    typealias Sum =
      @convention(c) (
        Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64,
        Int64, Int64, Int64, Int64, Int64
      ) -> Int64
    let sum: Sum = { a, b, _, _, _, _, _, _, _, _, _, _, _, _, _, p, q, r in
      a + 10 * b + 100 * p + 1000 * q + 10_000 * r
    }
    let linker = Linker(engine: engine)
    let words = [String](repeating: "i64", count: 18).joined(separator: ", ")
    try linker.define(
      module: "env", name: "sum", signature: "i64(\(words))",
      function: unsafeBitCast(sum, to: UnsafeMutableRawPointer.self))
    var module = TestModule()
    let i64 = TestModule.i64
    let many = module.type([UInt8](repeating: i64, count: 18), [i64])
    let few = module.type([i64], [i64])
    module.importFunction("env", "sum", type: many)
    // 0, 1, 2, … plus the argument
    let arguments: [UInt8] = (0..<18).flatMap { (index: Int) -> [UInt8] in
      [0x20, 0, 0x42, UInt8(index), 0x7C]
    }
    module.export("call", index: 1 + module.function(type: few, arguments + [0x10, 0]))
    module.export("tail", index: 1 + module.function(type: few, arguments + tail(0)))
    let after =
      1
      + module.function(
        type: few, [0x20, 0, 0x10, 2, 0x20, 0, 0x10, 1, 0x7D, 0x20, 0, 0x7C])
    module.export("both", index: after)
    let instance = try instantiate(module, linker)
    let expected: Int64 = 1 + 20 + 1600 + 17_000 + 180_000
    for name in ["call", "tail"] {
      #expect(try instance.function(named: name).call([.i64(1)]) == [.i64(expected)])
    }
    #expect(try instance.function(named: "both").call([.i64(1)]) == [.i64(1)])
  }
}
