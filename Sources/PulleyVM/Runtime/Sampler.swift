import CSupport
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// Samples where the guests of one thread spend its processor time.
///
/// A second thread watches the processor time of the first. After each interval it sets a flag in the
/// guests' interruptions, and the guest takes a sample of itself where it next checks: at a function's
/// entry, a loop's head, or after a call of the host. So nothing interrupts the thread, and samples are
/// exact but late: the time of a straight piece of code belongs to the check at which it ends.
public final class Sampler: Sendable {
  /// The processor time between two samples, in nanoseconds.
  public static let interval: Int64 = 1_000_000
  /// Samples have no more frames than this.
  static let depthLimit = 1000

  private struct Watched {
    weak var interruption: Interruption?
  }

  private let watched = Mutex<[Watched]>([])
  private let taken = Mutex(Samples())
  /// The intervals that have passed since the last sample.
  private let due = Atomic<Int>(0)
  private let isRunning = Atomic<Bool>(false)

  public init() {}

  /// Begins to sample guests that run on the calling thread. False if the system cannot start another
  /// thread.
  public func start() -> Bool {
    var clock = clockid_t()
    guard pthread_getcpuclockid(pthread_self(), &clock) == 0 else { return false }
    isRunning.store(true, ordering: .relaxed)
    due.store(0, ordering: .relaxed)
    return startThread { [clock] in self.watch(clock) }
  }

  /// Ends sampling.
  public func stop() { isRunning.store(false, ordering: .relaxed) }

  /// The samples so far.
  public var samples: Samples { taken.withLock { $0 } }

  /// Samples the guest that checks this interruption, too.
  func watch(_ interruption: Interruption) {
    watched.withLock { list in
      list.removeAll { $0.interruption == nil || $0.interruption === interruption }
      list.append(Watched(interruption: interruption))
    }
  }

  private func watch(_ clock: clockid_t) {
    guard var last = Self.time(of: clock) else { return }
    while isRunning.load(ordering: .relaxed), let now = Self.time(of: clock) {
      let passed = (now - last) / Self.interval
      if passed > 0 {
        last += passed * Self.interval
        due.add(Int(passed), ordering: .relaxed)
        watched.withLock { list in
          for item in list { item.interruption?.requestSample() }
        }
      }
      // Not before then can the interval have passed.
      let rest = max(Self.interval - (now - last), Self.interval / 16)
      var pause = timespec(tv_sec: 0, tv_nsec: Int(rest))
      nanosleep(&pause, nil)
    }
  }

  private static func time(of clock: clockid_t) -> Int64? {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  // For the thread of the guest

  /// Counts the time since the last sample as time of the compiler.
  func spendOnCompiling() {
    let intervals = due.exchange(0, ordering: .relaxed)
    if intervals > 0 { taken.withLock { $0.compiling += intervals } }
  }

  /// Records a sample for the time since the last one, if an interval has passed.
  func record(_ backtrace: () -> [CodeLocation]) {
    let intervals = due.exchange(0, ordering: .relaxed)
    guard intervals > 0 else { return }
    let frames = backtrace()
    taken.withLock { $0.add(frames, intervals, isWhole: frames.count < Self.depthLimit) }
  }
}

extension Machine {
  /// Takes a sample of the guest before the cell at `cell`, which runs with these registers, if one is
  /// requested.
  func takeSample(at cell: UInt, _ r: Registers) {
    guard interruption.takeSampleRequest(), let sampler else { return }
    state.base.storeBytes(of: r, toByteOffset: StateLayout.stoppedWindow, as: Registers.self)
    // Without stack for it the time counts with the next sample.
    _ = HostStack.run(needing: HostStack.roomForObjects) {
      sampler.record {
        var ownFrameCount = 0
        return backtrace(
          stoppedAt: cell, limit: Sampler.depthLimit, ownFrameCount: &ownFrameCount)
      }
    }
  }
}
