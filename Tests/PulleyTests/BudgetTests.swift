import Glibc
import PulleyHost
import PulleyIR
import PulleyVM
import PulleyWasm
import Synchronization
import Testing

@testable import Pulley

/// The resources that a module may take, and that all of it is given back.
@Suite struct Budgets {
  private func engine(_ change: (inout ResourceLimits) -> Void = { _ in }) -> Engine {
    var options = Engine.Options()
    change(&options.limits)
    return Engine(options)
  }

  private func instance(
    _ text: String, _ linker: Linker
  ) throws(PulleyError) -> Instance {
    try linker.instantiate(try Module(engine: linker.engine, bytes: Array(text.utf8)))
  }

  private func expectNothingLeft(_ engine: Engine) {
    for resource in Resource.allCases {
      // The thread that predecoded a large function keeps the module until it ends.
      for _ in 0..<1000 where engine.usage(of: resource) != 0 { usleep(10_000) }
      #expect(engine.usage(of: resource) == 0, "\(resource)")
    }
  }

  private let everything = """
    (module (memory 2) (memory 1) (table 100 funcref) (table 20 externref)
      (global i32 (i32.const 1)) (elem declare func $f)
      (func $f (export "f") (result i32) (i32.const 7))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "grow2") (param i32) (result i32) (memory.grow 1 (local.get 0)))
      (func (export "widen") (param i32) (result i32)
        (table.grow 0 (ref.func $f) (local.get 0))))
    """

  @Test func everyResourceIsCountedAndGivenBack() throws {
    let engine = engine()
    do {
      let instance = try instance(everything, Linker(engine: engine))
      #expect(instance.usage(of: .memory) == 3 << 16)
      #expect(instance.usage(of: .tables) == 120 * 8)
      #expect(instance.usage(of: .instances) >= instance.wasm.wasm.layout.size)
      #expect(instance.usage(of: .stacks) == 0)
      #expect(try instance.function(named: "f").call([]) == [.i32(7)])
      #expect(instance.usage(of: .stacks) == engine.options.stackSize)
      #expect(try instance.function(named: "grow").call([.i32(3)]) == [.i32(2)])
      #expect(try instance.function(named: "widen").call([.i32(50)]) == [.i32(100)])
      #expect(instance.usage(of: .memory) == 6 << 16)
      #expect(instance.usage(of: .tables) == 170 * 8)
      #expect(instance.usage(of: .compilation) > everything.utf8.count / 10)
      for resource in Resource.allCases {
        #expect(engine.usage(of: resource) == instance.usage(of: resource), "\(resource)")
        #expect(engine.peak(of: resource) >= engine.usage(of: resource))
      }
    }
    expectNothingLeft(engine)
    #expect(engine.peak(of: .memory) == 6 << 16)
  }

  @Test func theMemoryLimitBoundsTheSumOfAllMemories() throws {
    let engine = engine { $0[.memory].perGroup = 5 << 16 }
    do {
      let instance = try instance(everything, Linker(engine: engine))
      let (grow, grow2) = (
        try instance.function(named: "grow"), try instance.function(named: "grow2")
      )
      #expect(try grow.call([.i32(3)]) == [.i32(-1)])
      #expect(try grow2.call([.i32(1)]) == [.i32(1)])
      #expect(try grow.call([.i32(2)]) == [.i32(-1)])
      #expect(try grow.call([.i32(1)]) == [.i32(2)])
      #expect(try grow2.call([.i32(0)]) == [.i32(2)])
      #expect(try grow2.call([.i32(1)]) == [.i32(-1)])
      #expect(instance.usage(of: .memory) == 5 << 16)
    }
    expectNothingLeft(engine)
  }

  @Test func aFailedInstantiationGivesBackWhatItTook() throws {
    for (resource, limit) in [
      (Resource.memory, 3 << 16 - 1), (.tables, 120 * 8 - 1), (.instances, 100),
    ] {
      let engine = engine { $0[resource].perGroup = limit }
      let error = #expect(throws: PulleyError.self) {
        try instance(everything, Linker(engine: engine))
      }
      #expect(error?.kind == .limit)
      expectNothingLeft(engine)
    }
    // A segment out of bounds fails late.
    let engine = engine()
    #expect(throws: PulleyError.self) {
      try instance(
        "(module (memory 1) (table 10 funcref) (data (i32.const 65536) \"x\"))",
        Linker(engine: engine))
    }
    expectNothingLeft(engine)
  }

  @Test func theLimitOfTheEngineBoundsAllItsGroups() throws {
    let engine = engine { $0[.memory].perEngine = 2 << 16 }
    let linker = Linker(engine: engine)
    let text = "(module (memory 1) (func (export \"g\") (result i32) (memory.grow (i32.const 1))))"
    do {
      let first = try instance(text, linker)
      let second = try instance(text, linker)
      #expect(throws: PulleyError.self) { try instance(text, linker) }
      #expect(try first.function(named: "g").call([]) == [.i32(-1)])
      #expect(second.usage(of: .memory) == 1 << 16)
    }
    expectNothingLeft(engine)
  }

  @Test func linkedInstancesShareOneBudget() throws {
    let engine = engine { $0[.tables].perGroup = 1000 }
    let linker = Linker(engine: engine)
    do {
      let first = try instance(
        "(module (table (export \"t\") 60 funcref) (func (export \"f\")))", linker)
      let other = try instance("(module (table (export \"t\") 70 funcref))", linker)
      try linker.define(module: "a", name: "t", first.table(named: "t"))
      try linker.define(module: "b", name: "t", other.table(named: "t"))
      let small = try instance(
        "(module (import \"a\" \"t\" (table 1 funcref)) (table 30 funcref))", linker)
      #expect(small.usage(of: .tables) == 90 * 8)
      #expect(first.usage(of: .tables) == 90 * 8)
      // Both groups together have more than one may have.
      let error = #expect(throws: PulleyError.self) {
        try instance(
          """
          (module (import "a" "t" (table 1 funcref)) (import "b" "t" (table 1 funcref)))
          """, linker)
      }
      #expect(error?.kind == .limit)
      #expect(other.usage(of: .tables) == 70 * 8)
      #expect(engine.usage(of: .tables) == 160 * 8)
      // A reference in a table links, too.
      let reference = try first.function(named: "f").reference
      #expect(throws: PulleyError.self) { try other.table(named: "t").set(0, to: reference) }
      #expect(other.usage(of: .tables) == 70 * 8)
      #expect(try other.table(named: "t").get(0) == .funcref(0))
    }
    #expect(engine.usage(of: .tables) == 160 * 8)
    _ = consume linker
    expectNothingLeft(engine)
  }

  @Test func memoriesOfTheHostCountInTheGroupThatImportsThem() throws {
    let engine = engine { $0[.memory].perGroup = 3 << 16 }
    do {
      let linker = Linker(engine: engine)
      let memory = try Memory(engine: engine, type: MemoryType(limits: Limits(minimum: 2)))
      #expect(engine.usage(of: .memory) == 2 << 16)
      try linker.define(module: "env", name: "m", memory)
      let text = "(module (import \"env\" \"m\" (memory 1)) (memory 1))"
      do {
        let instance = try instance(text, linker)
        #expect(instance.usage(of: .memory) == 3 << 16)
        #expect(engine.usage(of: .memory) == 3 << 16)
        #expect(memory.grow(by: 1) == nil)
      }
      #expect(engine.usage(of: .memory) == 2 << 16)
      // Its group is gone: the next one has it.
      let next = try instance("(module (import \"env\" \"m\" (memory 1)))", linker)
      #expect(next.usage(of: .memory) == 2 << 16)
      #expect(memory.grow(by: 1) == 2)
      #expect(next.usage(of: .memory) == 3 << 16)
      #expect(memory.grow(by: 1) == nil)
    }
    expectNothingLeft(engine)
  }

  @Test func sharedMemoriesCountInTheEngineOnly() throws {
    let engine = engine {
      $0[.memory] = ResourceLimits.Limit(perGroup: 4 << 16, perEngine: 5 << 16)
    }
    do {
      let instance = try instance("(module (memory 2 4 shared) (memory 3))", Linker(engine: engine))
      #expect(instance.usage(of: .memory) == 3 << 16)
      #expect(engine.usage(of: .memory) == 5 << 16)
      #expect(instance.wasm.memories[0].grow(by: 1) == nil)
    }
    expectNothingLeft(engine)
  }

  @Test func stacksAreCountedWhenTheyAreAllocated() throws {
    let engine = engine { $0[.stacks].perEngine = (1 << 20) + 1 }
    let linker = Linker(engine: engine)
    do {
      let text = "(module (func (export \"f\")))"
      let (first, second) = (try instance(text, linker), try instance(text, linker))
      _ = try first.function(named: "f").call([])
      let error = #expect(throws: PulleyError.self) {
        try second.function(named: "f").call([])
      }
      #expect(error?.kind == .limit)
      #expect(engine.usage(of: .stacks) == 1 << 20)
    }
    expectNothingLeft(engine)
  }

  @Test func memoryForCompilingIsBounded() throws {
    let body = String(repeating: "(drop (i32.add (i32.const 1) (i32.const 2)))", count: 2000)
    let text = "(module (func (export \"small\")) (func (export \"large\") \(body)))"
    let engine = engine { $0[.compilation].perGroup = 12 << 20 }
    do {
      let instance = try instance(text, Linker(engine: engine))
      for _ in 0..<2 {
        #expect(try instance.function(named: "small").call([]) == [])
        let error = #expect(throws: PulleyError.self) {
          try instance.function(named: "large").call([])
        }
        #expect(error?.kind == .limit)
        #expect(error?.message.contains("limit of the module") == true)
        #expect(error?.backtrace.map(\.functionName) == ["large"])
      }
    }
    expectNothingLeft(engine)
    var options = engine.options
    options.isEager = true
    let eager = Engine(options)
    let error = #expect(throws: PulleyError.self) {
      try Module(engine: eager, bytes: Array(text.utf8))
    }
    #expect(error?.kind == .limit)
    expectNothingLeft(eager)
  }

  @Test func memoryOfClifModulesIsCountedAndGivenBack() throws {
    var options = Engine.Options()
    options.acceptsClif = true
    let engine = Engine(options)
    let text = "function %f() -> i32 { block0: v0 = iconst.i32 9 return v0 }"
    do {
      let module = try Module(engine: engine, bytes: Array(text.utf8))
      let instance = try Linker(engine: engine).instantiate(module)
      #expect(try instance.function(named: "f").call(clif: []) == [ClifValue(type: .i32, bits: 9)])
      #expect(instance.usage(of: .stacks) == options.stackSize)
      #expect(instance.usage(of: .compilation) >= text.utf8.count)
      #expect(engine.usage(of: .compilation) == instance.usage(of: .compilation))
      let artifact = try module.artifact()
      let loaded = try Module(engine: engine, artifact: artifact)
      let other = try Linker(engine: engine).instantiate(loaded)
      #expect(try other.function(named: "f").call(clif: []) == [ClifValue(type: .i32, bits: 9)])
      #expect(engine.usage(of: .compilation) > instance.usage(of: .compilation))
    }
    expectNothingLeft(engine)
  }

  @Test func tablesTakeMemoryOnlyWhereTheyAreWritten() throws {
    let engine = engine { $0[.tables].perGroup = 1 << 30 }
    let state = try TableState(
      type: TableType(element: .externref, limits: Limits(minimum: 5)), limit: 100_000_000,
      group: InstanceGroup(engine: engine))
    for index in 0..<5 { state.record.pointee.elements[index] = UInt(100 + index) }
    // From small to mapped, then by moving pages.
    for (more, fill) in [(3, 1), (20_000, 0), (1_000_000, 2), (50_000_000, 0)] as [(Int, UInt)] {
      let before = Int(state.count)
      #expect(state.grow(by: UInt64(more), fill: fill) == UInt64(before))
      #expect(state.count == UInt64(before + more))
      for index in [before, before + more / 2, before + more - 1] {
        #expect(state.record.pointee.elements[index] == fill)
      }
    }
    for index in 0..<5 { #expect(state.record.pointee.elements[index] == UInt(100 + index)) }
    #expect(state.grow(by: 100_000_000, fill: 0) == nil)
    #expect(engine.usage(of: .tables) == Int(state.count) * 8)
  }

  @Test func memoriesThatCannotBeReservedAtTheirMaximumKeepTheirBytesWhenTheyGrow() throws {
    let engine = engine {
      $0[.memory] = ResourceLimits.Limit(perGroup: 1 << 47, perEngine: 1 << 47)
    }
    // All addresses that there are, so that only a part is reserved at first.
    var type = MemoryType(limits: Limits(minimum: 1))
    type.addressType = .i64
    let memory = try Memory(engine: engine, type: type)
    var written: [Int] = []
    for round in 0..<12 {
      let place = memory.byteCount - 8 - 64 * round
      memory.base.storeBytes(of: UInt64(round), toByteOffset: place, as: UInt64.self)
      written.append(place)
      #expect(memory.grow(by: UInt64(1 << round)) != nil)
      #expect(memory.base.load(fromByteOffset: memory.byteCount - 8, as: UInt64.self) == 0)
      for (value, place) in written.enumerated() {
        #expect(memory.base.load(fromByteOffset: place, as: UInt64.self) == UInt64(value))
      }
    }
  }

  @Test func budgetCountsAddUpAcrossThreads() throws {
    let engine = engine { $0[.memory].perEngine = 100 << 16 }
    let refused = Atomic<Int>(0)
    runOnThreads(4) {
      for _ in 0..<200 {
        guard
          let memory = try? Memory(
            engine: engine, type: MemoryType(limits: Limits(minimum: 20)))
        else {
          refused.add(1, ordering: .relaxed)
          continue
        }
        if memory.grow(by: 40) == nil { refused.add(1, ordering: .relaxed) }
        if engine.usage(of: .memory) > 100 << 16 { refused.add(1_000_000, ordering: .relaxed) }
      }
    }
    #expect(refused.load(ordering: .relaxed) < 1_000_000)
    #expect(engine.peak(of: .memory) <= 100 << 16)
    expectNothingLeft(engine)
  }
}

@Suite struct HeadroomTests {
  @Test func announcedMemoryReducesTheHeadroomOfOthers() {
    // The address space of a process ends somewhere; half of it and half of it are too much.
    let half = 1 << 46
    let first = Headroom.announce(half)
    let second = Headroom.announce(half)
    #expect(!(first && second))
    if second { Headroom.withdraw(half) }
    if first { Headroom.withdraw(half) }
    #expect(Headroom.isLeft(1 << 20))
    #expect(!Headroom.isLeft(.max))
    #expect(!Headroom.isLeft(-1))
    #expect(!Headroom.announce(.max))
    #expect(Headroom.isLeft(1 << 20))
    #expect(Headroom.allowsSmall())
  }
}
