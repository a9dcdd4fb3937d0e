import Glibc
import PulleyWasm
import Synchronization
import Testing

@testable import Pulley

extension String {
  fileprivate func instance(
    _ options: Engine.Options = Engine.Options(), _ define: (Linker) throws -> Void = { _ in }
  ) throws -> Instance {
    let engine = Engine(options)
    let linker = Linker(engine: engine)
    try define(linker)
    return try linker.instantiate(try Module(engine: engine, bytes: Array(utf8)))
  }
}

private func word(_ instance: Instance, _ address: Int) throws -> UInt32 {
  try instance.memory(named: nil).base.load(fromByteOffset: address, as: UInt32.self)
}

@Suite struct BulkOperationsInPieces {
  /// Of more than two pieces, with a rest.
  private static let size = 9 << 20 + 12
  private static let text = """
    (module (memory 400)
      (func (export "copy") (param i32 i32 i32)
        (memory.copy (local.get 0) (local.get 1) (local.get 2)))
      (func (export "fill") (param i32 i32 i32)
        (memory.fill (local.get 0) (local.get 1) (local.get 2))))
    """

  @Test(arguments: [(0, 4), (4, 0), (0, 5 << 20), (5 << 20, 0), (1, 1), (0, 10 << 20)])
  func bulkCopiesInPiecesEqualOneCopy(_ addresses: (to: Int, from: Int)) throws {
    let instance = try Self.text.instance()
    let memory = try instance.memory(named: nil).bytes
    var expected = [UInt8](repeating: 0, count: memory.count)
    var state: UInt32 = 1
    for index in memory.indices {
      state = state &* 1_664_525 &+ 1_013_904_223
      memory[index] = UInt8(truncatingIfNeeded: state >> 24)
      expected[index] = memory[index]
    }
    let source = Array(expected[addresses.from..<addresses.from + Self.size])
    expected.replaceSubrange(addresses.to..<addresses.to + Self.size, with: source)
    _ = try instance.function(named: "copy").call([
      .i32(Int32(addresses.to)), .i32(Int32(addresses.from)), .i32(Int32(Self.size)),
    ])
    #expect(memory.elementsEqual(expected))
  }

  @Test func aBulkFillInPiecesFillsTheWholeRange() throws {
    let instance = try Self.text.instance()
    _ = try instance.function(named: "fill").call([.i32(3), .i32(7), .i32(Int32(Self.size))])
    let memory = try instance.memory(named: nil).bytes
    #expect(memory[..<3].allSatisfy { $0 == 0 })
    #expect(memory[3..<3 + Self.size].allSatisfy { $0 == 7 })
    #expect(memory[(3 + Self.size)...].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [(0, 1), (1, 0), (0, 700_000), (700_000, 0)])
  func bulkCopiesOfElementsInPiecesEqualOneCopy(_ indices: (to: Int, from: Int)) throws {
    let instance = try """
    (module (table $t (export "t") 2000000 externref)
      (func (export "set") (param i32 externref) (table.set $t (local.get 0) (local.get 1)))
      (func (export "fill") (param i32 externref i32)
        (table.fill $t (local.get 0) (local.get 1) (local.get 2)))
      (func (export "grow") (param externref i32) (result i32)
        (table.grow $t (local.get 0) (local.get 1)))
      (func (export "copy") (param i32 i32 i32)
        (table.copy $t $t (local.get 0) (local.get 1) (local.get 2))))
    """.instance()
    let table = try instance.table(named: "t")
    func element(_ index: Int) throws -> GuestValue { try table.get(UInt64(index)) }
    for index in stride(from: 0, to: 2_000_000, by: 1000) {
      try table.set(UInt64(index), to: .externref(UInt(index + 1)))
    }
    _ = try instance.function(named: "copy").call([
      .i32(Int32(indices.to)), .i32(Int32(indices.from)), .i32(1_100_000),
    ])
    for index in stride(from: 0, to: 1_100_000, by: 100) {
      let source = indices.from + index
      let expected: UInt = source % 1000 == 0 ? UInt(source + 1) : 0
      #expect(try element(indices.to + index) == .externref(expected))
    }
    _ = try instance.function(named: "fill").call([.i32(1), .externref(5), .i32(1_100_000)])
    #expect(try element(1) == .externref(5))
    #expect(try element(1_100_000) == .externref(5))
    #expect(
      try instance.function(named: "grow").call([.externref(9), .i32(1_100_000)])
        == [.i32(2_000_000)])
    #expect(try element(2_000_000) == .externref(9))
    #expect(try element(3_099_999) == .externref(9))
  }

  @Test func anInterruptedBulkOperationHasDonePartOfItsWork() throws {
    let instance = try """
    (module (memory 32768)
      (func (export "fill") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x7FFFFFFF))))
    """.instance()
    let fill = try instance.function(named: "fill")
    let isOver = Atomic<Bool>(false)
    runOnThreads(2) {
      if !isOver.exchange(true, ordering: .relaxed) {
        let error = #expect(throws: PulleyError.self) { try fill.call([]) }
        #expect(error?.trap == .interrupted)
        #expect(error?.backtrace.map(\.functionName) == ["fill"])
      } else {
        // Once the work has begun.
        let memory = try? instance.memory(named: nil)
        while memory?.base.load(as: UInt8.self) == 0 { usleep(100) }
        instance.interrupt()
      }
    }
    #expect(try word(instance, 0) == 0x0101_0101)
    #expect(try word(instance, 0x7FFF_FFF0) == 0)
  }
}

@Suite struct InterruptionOfLinkers {
  private static let spin = "(module (func $begin (loop $l (br $l))) (start $begin))"

  private static var interruptible: Engine.Options {
    var options = Engine.Options()
    options.isInterruptible = true
    return options
  }

  @Test func anInterruptionOfALinkerEndsOnlyItsNextInstantiation() throws {
    let engine = Engine(Self.interruptible)
    let linker = Linker(engine: engine)
    let spin = try Module(engine: engine, bytes: Array(Self.spin.utf8))
    let plain = try Module(engine: engine, bytes: Array("(module (memory 1))".utf8))
    linker.interrupt()
    let error = #expect(throws: PulleyError.self) { try linker.instantiate(plain) }
    #expect(error?.trap == .interrupted)
    // It has done its work.
    _ = try linker.instantiate(plain)
    linker.interrupt()
    linker.clearInterruption()
    _ = try linker.instantiate(plain)
    linker.interrupt()
    #expect(throws: PulleyError.self) { try linker.instantiate(spin) }
  }

  @Test func anInterruptionOfALinkerEndsAStartFunction() throws {
    let engine = Engine(Self.interruptible)
    let linker = Linker(engine: engine)
    let spin = try Module(engine: engine, bytes: Array(Self.spin.utf8))
    let isFirst = Atomic<Bool>(true)
    runOnThreads(2) {
      if isFirst.exchange(false, ordering: .relaxed) {
        let error = #expect(throws: PulleyError.self) { try linker.instantiate(spin) }
        #expect(error?.trap == .interrupted)
      } else {
        usleep(20_000)
        linker.interrupt()
      }
    }
  }

  @Test func anInterruptionOfALinkerDoesNotStopItsInstances() throws {
    let engine = Engine(Self.interruptible)
    let linker = Linker(engine: engine)
    let instance = try linker.instantiate(
      try Module(
        engine: engine,
        bytes: Array(
          """
          (module (global $g (mut i32) (i32.const 0)) (func $s (global.set $g (i32.const 1)))
            (start $s) (func (export "get") (result i32) (global.get $g)))
          """.utf8)))
    linker.interrupt()
    #expect(try instance.function(named: "get").call([]) == [.i32(1)])
    instance.interrupt()
    #expect(throws: PulleyError.self) { try instance.function(named: "get").call([]) }
    #expect(try instance.function(named: "get").call([]) == [.i32(1)])
  }

  /// A start function's host function makes another instance with the same linker, which is interrupted
  /// while its own start function runs.
  @Test func anInterruptionOfALinkerEndsAllCurrentInstantiations() throws {
    final class Nest {
      let linker: Linker
      let inner: Module
      var error: PulleyError?

      init(_ linker: Linker, _ inner: Module) {
        self.linker = linker
        self.inner = inner
      }
    }
    let engine = Engine(Self.interruptible)
    let linker = Linker(engine: engine)
    let nest = Nest(
      linker,
      try Module(
        engine: engine,
        bytes: Array(
          """
          (module (import "env" "interrupt" (func $i)) (func $s (call $i) (loop $l (br $l)))
            (start $s))
          """.utf8)))
    let data = Unmanaged.passUnretained(nest).toOpaque()
    let interrupt: @convention(c) (UnsafeMutableRawPointer) -> Void = {
      Unmanaged<Nest>.fromOpaque($0).takeUnretainedValue().linker.interrupt()
    }
    let instantiate: @convention(c) (UnsafeMutableRawPointer) -> Void = {
      let nest = Unmanaged<Nest>.fromOpaque($0).takeUnretainedValue()
      do throws(PulleyError) { _ = try nest.linker.instantiate(nest.inner) } catch {
        nest.error = error
      }
    }
    try linker.define(
      module: "env", name: "interrupt", signature: "void(userdata)",
      function: unsafeBitCast(interrupt, to: UnsafeMutableRawPointer.self), userData: data)
    try linker.define(
      module: "env", name: "nest", signature: "void(userdata)",
      function: unsafeBitCast(instantiate, to: UnsafeMutableRawPointer.self), userData: data)
    let outer = try Module(
      engine: engine,
      bytes: Array(
        """
        (module (import "env" "nest" (func $n)) (func $s (call $n) (loop $l (br $l))) (start $s))
        """.utf8))
    let error = #expect(throws: PulleyError.self) { try linker.instantiate(outer) }
    #expect(error?.trap == .interrupted)
    #expect(nest.error?.trap == .interrupted)
    _ = try linker.instantiate(try Module(engine: engine, bytes: Array("(module)".utf8)))
  }
}

@Suite struct InterruptionErrors {
  /// The instruction before which a guest stops may itself trap.
  @Test func anInterruptionIsReportedEvenIfTheNextInstructionWouldTrap() throws {
    var options = Engine.Options()
    options.isInterruptible = true
    for body in [
      "(loop $l (drop (i32.load (i32.const 0))) (br $l))",
      "(loop $l (drop (i32.div_u (i32.const 1) (i32.load (i32.const 4)))) (br $l))",
      "(loop $l (if (i32.load (i32.const 0)) (then (unreachable))) (br $l))",
    ] {
      let instance = try """
      (module (memory 1) (data (i32.const 4) "\\01") (func (export "spin") \(body)))
      """.instance(options)
      let spin = try instance.function(named: "spin")
      let isFirst = Atomic<Bool>(true)
      runOnThreads(2) {
        if isFirst.exchange(false, ordering: .relaxed) {
          let error = #expect(throws: PulleyError.self) { try spin.call([]) }
          #expect(error?.trap == .interrupted)
          #expect(error?.message == "interrupted")
        } else {
          usleep(10_000)
          instance.interrupt()
        }
      }
    }
  }

  @Test func anInterruptionInAHostFunctionHasTheFramesOfItsCaller() throws {
    final class Box { var error: PulleyError? }
    let box = Box()
    let callBack: @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void = {
      let instance = Unmanaged<Instance>.fromOpaque($0).takeUnretainedValue()
      let box = Unmanaged<Box>.fromOpaque($1).takeUnretainedValue()
      instance.interrupt()
      do { _ = try instance.function(named: "inner").call([]) } catch {
        box.error = error as? PulleyError
      }
    }
    var options = Engine.Options()
    options.isInterruptible = true
    let instance = try """
    (module (import "env" "call_back" (func $c))
      (func $outer (export "outer") (call $c) (loop $l (br $l))) (func (export "inner")))
    """.instance(options) { linker in
      try linker.define(
        module: "env", name: "call_back", signature: "void(instance, userdata)",
        function: unsafeBitCast(callBack, to: UnsafeMutableRawPointer.self),
        userData: Unmanaged.passUnretained(box).toOpaque())
    }
    let error = #expect(throws: PulleyError.self) {
      try instance.function(named: "outer").call([])
    }
    #expect(error?.trap == .interrupted)
    #expect(error?.backtrace.map(\.functionName) == ["outer"])
    #expect(box.error?.trap == .interrupted)
    #expect(box.error?.backtrace.map(\.functionName) == ["outer"])
    #expect(try instance.function(named: "inner").call([]) == [])
  }
}

@Suite struct TimeLimitsOfEngines {
  private static func options(_ limit: Duration) -> Engine.Options {
    var options = Engine.Options()
    options.timeLimit = limit
    return options
  }

  @Test func aTimeLimitEndsNoneOfManyShortCalls() throws {
    let instance = try "(module (func (export \"f\")))".instance(Self.options(.milliseconds(40)))
    let function = try instance.function(named: "f")
    let clock = ContinuousClock()
    let start = clock.now
    var calls = 0
    while clock.now - start < .milliseconds(300) {
      for _ in 0..<1000 { _ = try function.call([]) }
      calls += 1000
    }
    #expect(calls > 1000)
  }

  @Test func aTimeLimitEndsALongCallButNotTheNext() throws {
    let instance = try """
    (module (func (export "spin") (loop $l (br $l))) (func (export "f")))
    """.instance(Self.options(.milliseconds(30)))
    for _ in 0..<3 {
      let clock = ContinuousClock()
      let start = clock.now
      let error = #expect(throws: PulleyError.self) {
        try instance.function(named: "spin").call([])
      }
      #expect(clock.now - start >= .milliseconds(30))
      #expect(error?.trap == .interrupted)
      #expect(error?.message == "interrupted: the call has taken longer than 30 ms")
      #expect(error?.backtrace.map(\.functionName) == ["spin"])
      _ = try instance.function(named: "f").call([])
    }
  }

  @Test func aTimeLimitMayHaveAnyDuration() throws {
    for limit in [Duration.seconds(Int64.max), .nanoseconds(1), .zero, .seconds(-5)] {
      let instance = try? "(module (func (export \"f\")))".instance(Self.options(limit))
      _ = try? instance?.function(named: "f").call([])
    }
  }
}

@Suite struct InterruptionsThatRace {
  /// Calls `request` again and again on one thread, and `work` a number of times on another.
  private func race(
    _ request: @escaping @Sendable () -> Void, _ work: @escaping @Sendable () -> Void
  ) {
    let isFirst = Atomic<Bool>(true)
    let isOver = Atomic<Bool>(false)
    runOnThreads(2) {
      if isFirst.exchange(false, ordering: .relaxed) {
        for _ in 0..<2000 { work() }
        isOver.store(true, ordering: .relaxed)
      } else {
        while !isOver.load(ordering: .relaxed) { request() }
      }
    }
  }

  @Test func aRacingInterruptionEndsExactlyOneCall() throws {
    let instance = try """
    (module (memory 1) (func (export "f") (param i32) (result i32)
      (i32.store (i32.const 0) (local.get 0)) (i32.load (i32.const 0))))
    """.instance()
    let function = try instance.function(named: "f")
    let requests = Atomic<Int>(0)
    let ends = Atomic<Int>(0)
    race({
      requests.add(1, ordering: .relaxed)
      instance.interrupt()
      usleep(20)
    }) {
      do throws(PulleyError) {
        #expect(try function.call([.i32(5)]) == [.i32(5)])
      } catch {
        #expect(error.trap == .interrupted)
        ends.add(1, ordering: .relaxed)
      }
    }
    #expect(ends.load(ordering: .relaxed) <= requests.load(ordering: .relaxed))
    instance.clearInterruption()
    #expect(try function.call([.i32(6)]) == [.i32(6)])
  }

  @Test func aRacingInterruptionEndsExactlyOneInstantiation() throws {
    let engine = Engine()
    let linker = Linker(engine: engine)
    let module = try Module(
      engine: engine,
      bytes: Array(
        """
        (module (memory 1) (func $s (i32.store (i32.const 0) (i32.const 7))) (start $s)
          (func (export "f") (result i32) (i32.load (i32.const 0))))
        """.utf8))
    race({
      linker.interrupt()
      usleep(50)
      linker.clearInterruption()
    }) {
      do throws(PulleyError) {
        let instance = try linker.instantiate(module)
        #expect(try instance.function(named: "f").call([]) == [.i32(7)])
      } catch {
        #expect(error.trap == .interrupted)
      }
    }
    linker.clearInterruption()
    _ = try linker.instantiate(module)
  }

  @Test func anInterruptionStopsOnlyOneOfTheThreadsThatShareAMemory() throws {
    let engine = Engine()
    let memory = try Memory(
      engine: engine, type: MemoryType(limits: Limits(minimum: 1, maximum: 1), isShared: true))
    let module = try Module(
      engine: engine,
      bytes: Array(
        """
        (module (import "env" "memory" (memory 1 1 shared))
          (func (export "wait") (result i32)
            (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
        """.utf8))
    let instances = try (0..<2).map { _ in
      let linker = Linker(engine: engine)
      try linker.define(module: "env", name: "memory", memory)
      return try linker.instantiate(module)
    }
    let next = Atomic<Int>(0)
    let outcomes = Mutex<[Int: TrapReason?]>([:])
    runOnThreads(3) {
      let number = next.add(1, ordering: .relaxed).oldValue
      if number == 2 {
        instances[0].interrupt()
        while outcomes.withLock({ $0.isEmpty }) { usleep(100) }
        while memory.notify(at: 0, count: 1) == 0 { usleep(100) }
        return
      }
      do throws(PulleyError) {
        _ = try instances[number].function(named: "wait").call([])
        outcomes.withLock { $0[number] = .some(nil) }
      } catch {
        outcomes.withLock { $0[number] = error.trap }
      }
    }
    #expect(outcomes.withLock { $0 } == [0: .interrupted, 1: nil])
  }
}
