import PulleyISA
import Synchronization
import Testing

@testable import PulleyVM

#if canImport(Glibc)
  import Glibc
#endif

/// Returns the body of its only function when it is released, or fails when it is cancelled.
private final class SlowSource: FunctionSource {
  let isOpen = Atomic<Bool>(false)
  let started = Atomic<Int>(0)
  let cancelled = Atomic<Int>(0)

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    try body(of: function, PredecodingControl())
  }

  func body(
    of function: Int, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> FunctionBody {
    started.add(1, ordering: .sequentiallyConsistent)
    while !isOpen.load(ordering: .sequentiallyConsistent) {
      if control.isCancelled {
        cancelled.add(1, ordering: .sequentiallyConsistent)
        throw .cancelled
      }
      usleep(200)
    }
    var encoder = Encoder()
    encoder.xconst8(x(0), 7)
    encoder.ret()
    return FunctionBody(bytes: encoder.bytes)
  }

  func takesLong(_ function: Int) -> Bool { true }

  func wait(forStarts count: Int) {
    while started.load(ordering: .sequentiallyConsistent) < count { usleep(200) }
  }

  func wait(forCancellations count: Int) {
    while cancelled.load(ordering: .sequentiallyConsistent) < count { usleep(200) }
  }
}

/// A run on a new thread and the trap that it ended in.
private final class Run: @unchecked Sendable {
  let machine: Machine
  let image: CodeImage
  private let ended = Atomic<Bool>(false)
  private(set) var trap: Trap?

  init(_ image: CodeImage) throws {
    self.image = image
    machine = try Machine(stackSize: 4096)
    let isStarted = startThread {
      self.trap = self.machine.run(image.entry(0))
      self.ended.store(true, ordering: .sequentiallyConsistent)
    }
    #expect(isStarted)
  }

  func wait() {
    while !ended.load(ordering: .sequentiallyConsistent) { usleep(200) }
  }
}

@Suite struct Preparations {
  private func image(_ source: SlowSource) -> CodeImage {
    CodeImage(
      functionCount: 1, hostSignatures: [], registry: CodeRegistry(), source: source)
  }

  @Test func aGuestIsInterruptedWhileItsFunctionIsPrepared() throws {
    let source = SlowSource()
    let image = image(source)
    let run = try Run(image)
    source.wait(forStarts: 1)
    run.machine.interruption.request()
    run.wait()
    #expect(run.trap?.kind == .interrupted)
    #expect(run.trap?.backtrace.map(\.function) == [0])
    source.wait(forCancellations: 1)

    // No unfinished code is left: the next call prepares the function.
    run.machine.interruption.withdraw()
    source.isOpen.store(true, ordering: .sequentiallyConsistent)
    #expect(run.machine.run(image.entry(0)) == nil)
    #expect(run.machine.state[x: 0] == 7)
  }

  @Test func aWaitingThreadGetsTheFunctionWhenTheFirstOneIsInterrupted() throws {
    let source = SlowSource()
    let image = image(source)
    let first = try Run(image)
    source.wait(forStarts: 1)
    let second = try Run(image)
    while image.predecodings.withLock({ $0[0]?.waiting.count ?? 0 }) < 2 { usleep(200) }
    first.machine.interruption.request()
    first.wait()
    #expect(first.trap?.kind == .interrupted)
    source.isOpen.store(true, ordering: .sequentiallyConsistent)
    second.wait()
    #expect(second.trap == nil)
    #expect(second.machine.state[x: 0] == 7)
    #expect(source.started.load(ordering: .sequentiallyConsistent) == 1)
    #expect(source.cancelled.load(ordering: .sequentiallyConsistent) == 0)
  }

  @Test func interruptingAWaitingThreadDoesNotInterruptTheWork() throws {
    let source = SlowSource()
    let image = image(source)
    let first = try Run(image)
    source.wait(forStarts: 1)
    let second = try Run(image)
    while image.predecodings.withLock({ $0[0]?.waiting.count ?? 0 }) < 2 { usleep(200) }
    second.machine.interruption.request()
    second.wait()
    #expect(second.trap?.kind == .interrupted)
    source.isOpen.store(true, ordering: .sequentiallyConsistent)
    first.wait()
    #expect(first.trap == nil)
  }

  @Test func anImageMayBeReleasedWhileAPreparationIsBeingCancelled() throws {
    let source = SlowSource()
    do {
      let run = try Run(image(source))
      source.wait(forStarts: 1)
      run.machine.interruption.request()
      run.wait()
    }
    source.wait(forCancellations: 1)
  }
}

@Suite struct TimeLimits {
  @Test func anExpiryAfterTheCallDoesNotEndTheNextCall() throws {
    let interruption = Interruption(limit: 1_000_000_000_000)
    let first = try #require(try interruption.beginCall())
    let number = interruption.state.pointee.call.load(ordering: .relaxed)
    interruption.endCall(first)
    let second = try #require(try interruption.beginCall())
    interruption.expire(number)
    #expect(!interruption.isDue)
    interruption.expire(number + 2)
    #expect(interruption.isDue)
    #expect(interruption.hasExpired)
    interruption.endCall(second)
    #expect(!interruption.isDue)
  }

  @Test func aNestedCallSharesTheTimeLimitOfTheOuterCall() throws {
    let interruption = Interruption(limit: 1_000_000_000_000)
    let outer = try #require(try interruption.beginCall())
    #expect(try interruption.beginCall() == nil)
    interruption.endCall(outer)
    #expect(try interruption.beginCall() != nil)
  }

  @Test func aCallOfAnotherGuestEndsWithTheTimeLimitOfTheOuterCall() throws {
    let outer = Interruption(limit: 50_000_000)
    let inner = Interruption(limit: 1_000_000_000_000)
    let outerCall = try #require(try outer.beginCall())
    // Waits until the watchdog has seen the outer call.
    usleep(45_000)
    let innerCall = try #require(try inner.beginCall())
    let start = Interruption.now
    while !inner.isDue && Interruption.now - start < 10_000_000_000 { usleep(1000) }
    #expect(inner.isDue)
    #expect(outer.isDue)
    inner.endCall(innerCall)
    outer.endCall(outerCall)
    // The thread is not in a call any more: the next one has all its time.
    let next = try #require(try inner.beginCall())
    usleep(100_000)
    #expect(!inner.isDue)
    inner.endCall(next)
  }

  @Test func aRequestIsDueUntilItIsWithdrawnEvenIfThereIsATimeLimit() throws {
    let interruption = Interruption(limit: 1_000_000_000_000)
    interruption.request()
    let call = try #require(try interruption.beginCall())
    #expect(interruption.isDue)
    #expect(!interruption.hasExpired)
    interruption.endCall(call)
    #expect(interruption.isDue)
    interruption.withdraw()
    #expect(!interruption.isDue)
  }

  @Test func aSleepEndsWhenTheTimeLimitExpires() throws {
    let interruption = Interruption(limit: 20_000_000)
    let call = try #require(try interruption.beginCall())
    interruption.prepareToSleep()
    #expect(interruption.sleep(until: Interruption.now + 10_000_000_000))
    #expect(interruption.isDue)
    interruption.endCall(call)
    // The expiry ends no other sleep.
    #expect(!interruption.isDue)
    interruption.prepareToSleep()
    #expect(!interruption.sleep(until: Interruption.now + 1_000_000))
  }

  /// The watchdog looks at all of them every millisecond, and one may end at that moment.
  @Test func anInterruptionMayEndWhileTheWatchdogLooksAtIt() throws {
    let limited = Interruption(limit: 1_000_000_000_000)
    let call = try #require(try limited.beginCall())
    let ended = Atomic<Int>(0)
    let start = Interruption.now
    for _ in 0..<2 {
      let isStarted = startThread {
        while Interruption.now - start < 2_000_000_000 {
          let interruption = Interruption(limit: 1_000_000)
          let end = Interruption.now + .random(in: 0..<10_000)
          while Interruption.now < end {}
          withExtendedLifetime(interruption) {}
        }
        ended.add(1, ordering: .sequentiallyConsistent)
      }
      try #require(isStarted)
    }
    func haveEnded() -> Bool { ended.load(ordering: .sequentiallyConsistent) == 2 }
    while !haveEnded() && Interruption.now - start < 60_000_000_000 { usleep(1000) }
    // A thread that waits for ever keeps the lock that all others need.
    if !haveEnded() { fatalError("the watchdog waits for itself") }
    limited.endCall(call)
  }
}
