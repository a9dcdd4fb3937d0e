import Pulley
import Testing

@Suite struct Measuring {
  private let text = """
    (module
      (func $count (param i32)
        (loop $again
          (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
          (br_if $again (local.get 0))))
      (func $recurse (export "recurse") (param i32 i32)
        (if (local.get 0)
          (then (call $recurse (i32.sub (local.get 0) (i32.const 1)) (local.get 1)))
          (else (call $count (local.get 1))))))
    """

  private func instance(_ options: Engine.Options) throws -> Instance {
    let engine = Engine(options)
    let module = try Module(engine: engine, bytes: Array(text.utf8))
    return try Linker(engine: engine).instantiate(module)
  }

  @Test func statisticsAreCompleteAndConsistent() throws {
    var options = Engine.Options()
    options.countsDispatches = true
    let instance = try instance(options)
    #expect(instance.executionStatistics.cells == 0)
    _ = try instance.function(named: "recurse").call([.i32(3), .i32(1000)])
    let statistics = instance.executionStatistics
    #expect(statistics.cells == instance.dispatchCount)
    #expect(statistics.instructions > 2000 && statistics.instructions < 2200)
    var counts = Array(repeating: UInt64(0), count: statistics.handlers.count)
    for run in statistics.runs {
      for handler in run.handlers { counts[handler] += run.count }
    }
    #expect(counts == statistics.handlers.map(\.count))
    #expect(counts.reduce(0, +) == statistics.cells)
    let pairs = statistics.sequences(ofLength: 2, limit: 1)
    // The two instructions of the loop.
    #expect(pairs.first.map { $0.count == 1000 && $0.instructions == 2000 } == true)
    #expect(statistics.sequences(ofLength: 6, limit: 5).allSatisfy { $0.handlers.count == 6 })
  }

  @Test func anEngineThatDoesNotCountHasNoStatistics() throws {
    let instance = try instance(Engine.Options())
    _ = try instance.function(named: "recurse").call([.i32(3), .i32(1000)])
    #expect(instance.executionStatistics.instructions == 0)
    #expect(instance.executionStatistics.runs.isEmpty)
  }

  @Test func aProfileHasTheTimesOfFunctionsAndOfWhatTheyCall() throws {
    var options = Engine.Options()
    options.isProfiled = true
    options.mapsAllInstructions = true
    let instance = try instance(options)
    let engine = instance.module.engine
    try engine.startProfiling()
    let function = try instance.function(named: "recurse")
    for _ in 0..<1000 where engine.profile.total < 20 {
      _ = try function.call([.i32(3), .i32(100_000)])
    }
    engine.stopProfiling()
    let profile = engine.profile
    #expect(profile.total >= 20)
    let own = profile.functions.reduce(0) { $0 + $1.own }
    #expect(own + profile.compiling == profile.total)
    #expect(profile.calls.reduce(0) { $0 + $1.own } == own)
    #expect(profile.places.reduce(0) { $0 + $1.time } == own)
    #expect(profile.functions.first?.name == "count")
    // Four calls within one another count once.
    let recurse = profile.functions.first { $0.name == "recurse" }
    #expect(recurse.map { $0.total > own / 2 && $0.total <= own } == true)
    #expect(profile.places.first?.source?.hasPrefix("byte 0x") == true)
  }

  @Test func onlyAnEngineThatIsMadeForItProfiles() throws {
    let engine = Engine()
    let error = #expect(throws: PulleyError.self) { try engine.startProfiling() }
    #expect(error?.kind == .argument)
    #expect(engine.profile.total == 0)
  }
}
