import CSupport
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// Ends calls that exceed the limits of their interruptions.
///
/// One thread does it for the whole process. It scans all interruptions with a limit every few
/// milliseconds while one of them is in a call or recently was, and sleeps otherwise. The time of a call
/// starts when the thread first sees it: no call ends early, and none more than one scan late. In a
/// forked child the next call starts a new thread.
public enum Watchdog {
  private struct Entry {
    /// Valid as long as the entry is there.
    let interruption: UnsafeMutablePointer<InterruptionState>
    let limit: Int64
    /// Its call number at the last scan.
    var call: UInt64 = 0
    /// The deadline of that call.
    var deadline = Interruption.never
    var isExpired = false
  }

  /// The lock guards it.
  private struct State {
    var entries: [UInt64: Entry] = [:]
    var hasThread = false
    /// The time between two scans, in nanoseconds.
    var interval = longestInterval
  }

  private static let longestInterval: Int64 = 20_000_000
  private static let shortestInterval: Int64 = 1_000_000
  /// How long the thread keeps scanning after the last call that it saw.
  private static let scanTime: Int64 = 1_000_000_000

  /// A lock that is safe across forks.
  nonisolated(unsafe) private static let lock: UnsafeMutablePointer<pthread_mutex_t> = {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_atfork(
      { pthread_mutex_lock(Watchdog.lock) }, { pthread_mutex_unlock(Watchdog.lock) },
      {
        Watchdog.state.hasThread = false
        Watchdog.isAsleep.store(true, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(Watchdog.lock)
      })
    return lock
  }()
  nonisolated(unsafe) private static var state = State()
  private static let isAsleep = Atomic<Bool>(true)
  /// Not 0 if the thread should wake up.
  nonisolated(unsafe) private static let alarm: UnsafeMutablePointer<UInt32> = {
    let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    word.initialize(to: 0)
    return word
  }()
  private static let lastIdentifier = Atomic<UInt64>(0)

  private static func withState<R>(_ body: (inout State) -> R) -> R {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body(&state)
  }

  // MARK: - Interruptions

  static func makeIdentifier() -> UInt64 {
    lastIdentifier.add(1, ordering: .relaxed).newValue
  }

  static func add(_ interruption: Interruption) {
    withState { state in
      state.entries[interruption.identifier] = Entry(
        interruption: interruption.state, limit: interruption.limit)
      state.interval = max(shortestInterval, min(state.interval, interruption.limit / 16))
    }
  }

  static func remove(_ interruption: Interruption) {
    withState { state in state.entries[interruption.identifier] = nil }
  }

  /// The deadline of a call; nil if the call is unknown or has ended.
  static func deadline(of interruption: UInt64, _ call: UInt64) -> Int64? {
    withState { state in
      guard let entry = state.entries[interruption], entry.call == call else { return nil }
      return entry.deadline
    }
  }

  // MARK: - The thread

  /// Creates the thread unless there is one. False if the process cannot create threads.
  public static func start() -> Bool {
    withState { state in
      if !state.hasThread { state.hasThread = startThread { watch() } }
      return state.hasThread
    }
  }

  /// Wakes the thread if it sleeps. Call it after publishing the beginning of a call. False if there is
  /// no thread.
  static func notice() -> Bool {
    guard isAsleep.load(ordering: .sequentiallyConsistent) else { return true }
    return wakeUp()
  }

  @inline(never)
  private static func wakeUp() -> Bool {
    guard start() else { return false }
    pulley_atomic_store32(UInt(bitPattern: alarm), 1)
    pulley_wake(alarm)
    return true
  }

  private static func watch() {
    var lastCall = Interruption.now
    while true {
      let before = Interruption.now
      let (sawCall, interval) = scan(before)
      let now = Interruption.now
      if sawCall { lastCall = now }
      if now - lastCall < scanTime {
        // Scanning takes at most a twentieth of the time, however many interruptions there are.
        sleep(until: now + max(interval, 20 * (now - before)))
        continue
      }
      isAsleep.store(true, ordering: .sequentiallyConsistent)
      // Calls that begin from here on ring the alarm; this scan sees those that began before.
      if !scan(Interruption.now).sawCall { sleep(until: Interruption.never) }
      isAsleep.store(false, ordering: .sequentiallyConsistent)
      lastCall = Interruption.now
    }
  }

  private static func sleep(until deadline: Int64) {
    while pulley_atomic_load32(UInt(bitPattern: alarm)) == 0 {
      if pulley_sleep(alarm, 0, deadline) == 0 { return }
    }
    pulley_atomic_store32(UInt(bitPattern: alarm), 0)
  }

  /// Records new calls and expires those past their deadline.
  private static func scan(_ now: Int64) -> (sawCall: Bool, interval: Int64) {
    withState { state in
      var sawCall = false
      for index in state.entries.values.indices {
        let interruption = state.entries.values[index].interruption
        let call = interruption.pointee.call.load(ordering: .sequentiallyConsistent)
        let isNew = call != state.entries.values[index].call
        if isNew {
          sawCall = true
          state.entries.values[index].call = call
          state.entries.values[index].isExpired = false
          state.entries.values[index].deadline = min(
            now + state.entries.values[index].limit,
            interruption.pointee.inheritedDeadline.load(ordering: .relaxed))
        }
        guard call & 1 != 0 else { continue }
        sawCall = true
        if !state.entries.values[index].isExpired && now >= state.entries.values[index].deadline {
          state.entries.values[index].isExpired = true
          interruption.pointee.expire(call)
        }
      }
      return (sawCall, state.interval)
    }
  }
}

/// Runs `body` on a new thread with all signals blocked. False if no thread can be created.
public func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var all = sigset_t()
  sigfillset(&all)
  var before = sigset_t()
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let argument = Unmanaged.passRetained(Work(body)).toOpaque()
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, argument)
  guard status == 0 else {
    Unmanaged<Work>.fromOpaque(argument).release()
    return false
  }
  pthread_detach(thread)
  return true
}
