import Foundation
import PulleyWasm
import Synchronization
import Testing

@testable import Pulley

extension TestModule {
  mutating func importSharedMemory(_ module: String, _ field: String, _ limits: ClosedRange<Int>) {
    importMemory(
      module, field,
      limits: [3] + Self.unsigned(limits.lowerBound) + Self.unsigned(limits.upperBound))
  }

  /// Imports a shared memory `env.memory` of 1 to 10 pages and works in it.
  fileprivate static var worker: TestModule {
    var module = TestModule()
    module.importSharedMemory("env", "memory", 1...10)
    let none = module.type([], [])
    let number = module.type([i32], [])
    let question = module.type([i32], [i32])
    func get(_ local: UInt8) -> [UInt8] { [0x20, local] }
    /// A loop that runs as often as parameter 0 says.
    func times(_ body: [UInt8]) -> [UInt8] {
      [0x03, 0x40] + body + get(0) + [0x41, 1, 0x6B, 0x22, 0, 0x0D, 0, 0x0B]
    }
    // Adds 1 at address 0.
    let add: [UInt8] = [0x41, 0, 0x41, 1, 0xFE, 0x1E, 2, 0, 0x1A]
    module.export("add", index: module.function(type: number, times(add)))
    // Takes the lock at 64: while compare-and-exchange does not find 0, waits for it to change.
    let lock = module.function(
      type: none,
      [0x03, 0x40, 0x41, 0, 0x41, 0, 0x41, 1, 0xFE, 0x48, 2, 64, 0x04, 0x40]
        + [0x41, 0, 0x41, 1, 0x42, 0x7F, 0xFE, 0x01, 2, 64, 0x1A, 0x0C, 1, 0x0B, 0x0B])
    // Gives it back and wakes one that waits.
    let unlock = module.function(
      type: none,
      [0x41, 0, 0x41, 0, 0xFE, 0x17, 2, 64, 0x41, 0, 0x41, 1, 0xFE, 0x00, 2, 64, 0x1A])
    // Adds 1 at address 8, plainly, under the lock.
    let addPlainly: [UInt8] = [0x41, 8, 0x41, 8, 0x28, 2, 0, 0x41, 1, 0x6A, 0x36, 2, 0]
    module.export(
      "addLocked",
      index: module.function(
        type: number,
        times([0x10, UInt8(lock)] + addPlainly + [0x10, UInt8(unlock)])))
    module.export("grow", index: module.function(type: question, get(0) + [0x40, 0]))
    module.export(
      "size", index: module.function(type: module.type([], [i32]), [0x3F, 0]))
    module.export("load", index: module.function(type: question, get(0) + [0x28, 2, 0]))
    // Accesses memory, waits busily until the word at 16 is not zero, and loads from the address.
    let spin: [UInt8] = [0x03, 0x40, 0x41, 16, 0xFE, 0x10, 2, 0, 0x45, 0x0D, 0, 0x0B]
    module.export(
      "loadLater",
      index: module.function(
        type: question, [0x41, 0, 0x28, 2, 0, 0x1A] + spin + get(0) + [0x28, 2, 0]))
    // Waits until the memory has more pages than it had, and loads.
    let spinOnSize: [UInt8] = [0x03, 0x40, 0x3F, 0, 0x41, 1, 0x46, 0x0D, 0, 0x0B]
    module.export(
      "loadWhenGrown",
      index: module.function(
        type: question, [0x41, 0, 0x28, 2, 0, 0x1A] + spinOnSize + get(0) + [0x28, 2, 0]))
    // Grows the memory by a page, then sets the word at 16.
    module.export(
      "growAndTell",
      index: module.function(
        type: none, [0x41, 1, 0x40, 0, 0x1A, 0x41, 16, 0x41, 1, 0xFE, 0x17, 2, 0]))
    module.export(
      "wait",
      index: module.function(
        type: module.type([i32, i32, i64], [i32]),
        get(0) + get(1) + get(2) + [0xFE, 0x01, 2, 0]))
    module.export(
      "wait64",
      index: module.function(
        type: module.type([i32, i64, i64], [i32]),
        get(0) + get(1) + get(2) + [0xFE, 0x02, 3, 0]))
    module.export(
      "notify",
      index: module.function(
        type: module.type([i32, i32], [i32]), get(0) + get(1) + [0xFE, 0x00, 2, 0]))
    module.export("spin", index: module.function(type: none, [0x03, 0x40, 0x0C, 0, 0x0B]))
    let again = UInt8(module.functionCount)
    module.export(
      "recurse",
      index: module.function(
        type: number,
        get(0) + [0x04, 0x40] + get(0) + [0x41, 1, 0x6B, 0x10, again] + get(0)
          + [0x41, 1, 0x6B, 0x10, again, 0x0B]))
    return module
  }
}

/// Runs `body` on new threads with their numbers.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let next = Atomic<Int>(0)
  runOnThreads(count) { body(next.add(1, ordering: .relaxed).oldValue) }
}

/// A shared memory and instances that import it, each in its own linker and group.
private struct Shared: Sendable {
  let engine: Engine
  let module: Module
  let memory: Memory

  init(_ options: Engine.Options = Engine.Options()) throws {
    engine = Engine(options)
    module = try Module(engine: engine, bytes: TestModule.worker.bytes)
    let type = MemoryType(limits: Limits(minimum: 1, maximum: 10), isShared: true)
    memory = try Memory(engine: engine, type: type)
  }

  func instance() throws -> Instance {
    let linker = Linker(engine: engine)
    try linker.define(module: "env", name: "memory", memory)
    return try linker.instantiate(module)
  }

  func word(_ address: Int) -> UInt32 {
    memory.base.load(fromByteOffset: address, as: UInt32.self)
  }
}

extension Instance {
  fileprivate func run(_ name: String, _ arguments: GuestValue...) throws -> [GuestValue] {
    try function(named: name).call(arguments)
  }
}

@Suite struct Threads {
  @Test func threadsIncrementASharedCounterAtomically() throws {
    let shared = try Shared()
    let failures = Atomic<Int>(0)
    onThreads(4) { _ in
      let done = try? shared.instance().run("add", .i32(20_000))
      if done == nil { failures.add(1, ordering: .relaxed) }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(shared.word(0) == 80_000)
  }

  @Test func threadsExcludeOneAnotherWithWaitAndNotify() throws {
    let shared = try Shared()
    let failures = Atomic<Int>(0)
    onThreads(4) { _ in
      let done = try? shared.instance().run("addLocked", .i32(3_000))
      if done == nil { failures.add(1, ordering: .relaxed) }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(shared.word(8) == 12_000)
  }

  @Test func threadsSeeTheMemoryThatOthersHaveGrown() throws {
    for name in ["loadLater", "loadWhenGrown"] {
      let shared = try Shared()
      let result = Mutex<Result<[GuestValue], PulleyError>?>(nil)
      onThreads(2) { number in
        guard let instance = try? shared.instance() else { return }
        if number == 0 {
          do throws(PulleyError) {
            let function = try instance.function(named: name)
            let values = try function.call([.i32(65_536 + 128)])
            result.withLock { $0 = .success(values) }
          } catch {
            result.withLock { $0 = .failure(error) }
          }
        } else {
          usleep(20_000)
          _ = try? instance.run("growAndTell")
        }
      }
      #expect(try result.withLock { try $0?.get() } == [.i32(0)])
      let instance = try shared.instance()
      #expect(try instance.run("size") == [.i32(2)])
      #expect(shared.memory.pageCount == 2)
    }
  }

  @Test func threadsGrowOneMemoryConcurrently() throws {
    let shared = try Shared()
    let base = shared.memory.base
    let sizes = Mutex<[Int32]>([])
    onThreads(4) { _ in
      guard let instance = try? shared.instance() else { return }
      for _ in 0..<4 {
        guard case .i32(let before)? = try? instance.run("grow", .i32(1)).first else { continue }
        sizes.withLock { $0.append(before) }
      }
    }
    // Nine pages are to be had, each by one of them.
    #expect(sizes.withLock { $0.filter { $0 >= 0 }.sorted() } == Array(1...9))
    #expect(sizes.withLock { $0.filter { $0 < 0 }.count } == 7)
    #expect(shared.memory.pageCount == 10)
    #expect(shared.memory.base == base)
  }
}

@Suite struct Waiting {
  @Test func aWaitReturnsAtOnceIfTheValueDiffers() throws {
    let instance = try Shared().instance()
    #expect(try instance.run("wait", .i32(0), .i32(1), .i64(-1)) == [.i32(1)])
    #expect(try instance.run("wait64", .i32(0), .i64(1 << 32), .i64(-1)) == [.i32(1)])
  }

  @Test func aWaitTimesOut() throws {
    let instance = try Shared().instance()
    for timeout: Int64 in [0, 1, 30_000_000] {
      let clock = ContinuousClock()
      var results: [GuestValue] = []
      let time = try clock.measure {
        results = try instance.run("wait", .i32(0), .i32(0), .i64(timeout))
      }
      #expect(results == [.i32(2)])
      #expect(time >= .nanoseconds(timeout))
    }
    #expect(try instance.run("wait64", .i32(8), .i64(0), .i64(0)) == [.i32(2)])
  }

  @Test func aNotificationEndsAWait() throws {
    let shared = try Shared()
    let results = Mutex<[Int: Int]>([:])
    let woken = Mutex<[Int32]>([])
    onThreads(4) { number in
      guard let instance = try? shared.instance() else { return }
      if number > 0 {
        let result = try? instance.run("wait", .i32(32), .i32(0), .i64(-1))
        if case .i32(let value)? = result?.first {
          results.withLock { $0[Int(value), default: 0] += 1 }
        }
        return
      }
      // Those that wait at another address are not meant. Each of the others is woken once.
      var left: Int32 = 3
      while left > 0 {
        if let other = try? instance.run("notify", .i32(36), .i32(-1)), other != [.i32(0)] { break }
        guard case .i32(let count)? = try? instance.run("notify", .i32(32), .i32(1)).first else {
          break
        }
        left -= count
        if count > 0 { woken.withLock { $0.append(count) } }
        usleep(1000)
      }
    }
    #expect(results.withLock { $0 } == [0: 3])
    #expect(woken.withLock { $0 } == [1, 1, 1])
  }

  @Test func oneNotificationWakesAllWaiters() throws {
    let shared = try Shared()
    let count = Atomic<Int>(0)
    onThreads(4) { number in
      guard let instance = try? shared.instance() else { return }
      if number > 0 {
        if (try? instance.run("wait", .i32(32), .i32(0), .i64(-1))) == [.i32(0)] {
          count.add(1, ordering: .relaxed)
        }
        return
      }
      var left: Int32 = 3
      while left > 0 {
        guard case .i32(let woken)? = try? instance.run("notify", .i32(32), .i32(-1)).first
        else { break }
        left -= woken
        usleep(1000)
      }
    }
    #expect(count.load(ordering: .relaxed) == 3)
  }

  @Test func waitsAndNotificationsAtBadAddressesTrap() throws {
    let instance = try Shared().instance()
    for (name, arguments, trap) in [
      ("wait", [.i32(2), .i32(0), .i64(0)], .unalignedAtomic),
      ("wait64", [.i32(4), .i64(0), .i64(0)], .unalignedAtomic),
      ("notify", [.i32(1), .i32(0)], .unalignedAtomic),
      ("wait", [.i32(65_536), .i32(0), .i64(0)], .memoryOutOfBounds),
      ("notify", [.i32(-4), .i32(0)], .memoryOutOfBounds),
    ] as [(String, [GuestValue], TrapReason)] {
      let function = try instance.function(named: name)
      let error = #expect(throws: PulleyError.self) { try function.call(arguments) }
      #expect(error?.trap == trap)
    }
  }

  @Test func aWaitTrapsWithoutASharedMemory() throws {
    var module = TestModule()
    module.memory(minimum: 1)
    let type = module.type([], [TestModule.i32])
    module.export(
      "wait",
      index: module.function(type: type, [0x41, 0, 0x41, 0, 0x42, 0, 0xFE, 0x01, 2, 0]))
    module.export(
      "notify", index: module.function(type: type, [0x41, 0, 0x41, 1, 0xFE, 0x00, 2, 0]))
    module.export(
      "add", index: module.function(type: type, [0x41, 0, 0x41, 1, 0xFE, 0x1E, 2, 0]))
    let engine = Engine()
    let instance = try Linker(engine: engine).instantiate(
      Module(engine: engine, bytes: module.bytes))
    let error = #expect(throws: PulleyError.self) { try instance.run("wait") }
    #expect(error?.trap == .expectedSharedMemory)
    #expect(error?.message == "expected shared memory")
    #expect(try instance.run("notify") == [.i32(0)])
    #expect(try instance.run("add") == [.i32(0)])
    #expect(try instance.run("add") == [.i32(1)])
  }
}

@Suite struct Interrupting {
  private func interrupted(_ instance: Instance, _ name: String, _ arguments: [GuestValue]) throws {
    let function = try instance.function(named: name)
    onThreads(2) { number in
      if number == 0 {
        usleep(20_000)
        instance.interrupt()
      } else {
        let error = #expect(throws: PulleyError.self) { try function.call(arguments) }
        #expect(error?.trap == .interrupted)
        // There is no frame if the interruption came before the guest began.
        if let frame = error?.backtrace.first { #expect(frame.functionName == name) }
      }
    }
    // It has done its work.
    #expect(try instance.run("size") == [.i32(1)])
  }

  @Test func anInterruptionEndsAWait() throws {
    let instance = try Shared().instance()
    try interrupted(instance, "wait", [.i32(0), .i32(0), .i64(-1)])
    try interrupted(instance, "wait64", [.i32(0), .i64(0), .i64(.max)])
    #expect(try instance.run("notify", .i32(0), .i32(-1)) == [.i32(0)])
  }

  @Test func anInterruptionEndsLoopsAndRecursionOfInterruptibleEngines() throws {
    for counts in [false, true] {
      var options = Engine.Options()
      options.isInterruptible = true
      options.countsDispatches = counts
      let instance = try Shared(options).instance()
      try interrupted(instance, "spin", [])
      try interrupted(instance, "recurse", [.i32(60)])
      try interrupted(instance, "wait", [.i32(0), .i32(0), .i64(-1)])
      #expect(try instance.run("add", .i32(1000)) == [])
    }
  }

  @Test func anInterruptionStaysDueUntilItEndsACallOrIsCleared() throws {
    let instance = try Shared().instance()
    instance.interrupt()
    instance.interrupt()
    let error = #expect(throws: PulleyError.self) { try instance.run("size") }
    #expect(error?.trap == .interrupted)
    #expect(try instance.run("size") == [.i32(1)])
    instance.interrupt()
    instance.clearInterruption()
    #expect(try instance.run("size") == [.i32(1)])
  }
}

@Suite struct SharedMemoryLinking {
  @Test func sharedAndUnsharedMemoriesDoNotMatch() throws {
    let shared = try Shared()
    let linker = Linker(engine: shared.engine)
    try linker.define(
      module: "env", name: "memory",
      Memory(
        engine: shared.engine, type: MemoryType(limits: Limits(minimum: 1, maximum: 10))))
    let error = #expect(throws: PulleyError.self) { try linker.instantiate(shared.module) }
    #expect(error?.kind == .link)

    var module = TestModule()
    module.importMemory("env", "memory", minimum: 1)
    try linker.define(module: "env", name: "memory", shared.memory)
    let plain = try Module(engine: shared.engine, bytes: module.bytes)
    let other = #expect(throws: PulleyError.self) { try linker.instantiate(plain) }
    #expect(other?.kind == .link)
    #expect(other?.message.contains("(memory 1 10 shared)") == true)
  }

  @Test func bulkOperationsAndSegmentsWorkOnSharedMemories() throws {
    var module = TestModule()
    module.importSharedMemory("env", "memory", 1...10)
    module.data(at: 100, [1, 2, 3, 4])
    let type = module.type([], [])
    module.export(
      "copyAndFill",
      index: module.function(
        type: type,
        [0x41] + TestModule.leb(200) + [0x41] + TestModule.leb(100)
          + [0x41, 4, 0xFC, 10, 0, 0, 0x41] + TestModule.leb(203) + [0x41, 9, 0x41, 2, 0xFC, 11, 0]
      ))
    let shared = try Shared()
    let linker = Linker(engine: shared.engine)
    try linker.define(module: "env", name: "memory", shared.memory)
    let instance = try linker.instantiate(Module(engine: shared.engine, bytes: module.bytes))
    _ = try instance.run("copyAndFill")
    #expect(Array(shared.memory.bytes[200..<206]) == [1, 2, 3, 9, 9, 0])
  }

  @Test func aSharedMemoryOutlivesTheInstancesOfOtherThreads() throws {
    var module = TestModule()
    module.sharedMemory(1...2)
    let type = module.type([], [TestModule.i32])
    module.export("memory", kind: 2, index: 0)
    module.export(
      "next", index: module.function(type: type, [0x41, 0, 0x41, 1, 0xFE, 0x1E, 2, 0]))
    let engine = Engine()
    let exporter = try Module(engine: engine, bytes: module.bytes)
    let memory = Mutex<Memory?>(nil)
    onThreads(2) { number in
      guard number == 0 else { return }
      let instance = try? Linker(engine: engine).instantiate(exporter)
      _ = try? instance?.run("next")
      memory.withLock { $0 = try? instance?.memory(named: "memory") }
    }
    let kept = try #require(memory.withLock { $0 })
    #expect(kept.type.isShared)
    #expect(kept.base.load(as: UInt32.self) == 1)
    #expect(kept.grow(by: 1) == 1)
  }
}
