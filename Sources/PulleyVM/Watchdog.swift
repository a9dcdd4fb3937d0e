import CSupport
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// Ends calls that last longer than the limits of their interruptions.
///
/// One thread of the process does it for all. It looks at all interruptions that have a limit, every
/// few milliseconds as long as one of them is in a call or was of late, and sleeps otherwise. A call
/// is timed from when the thread first sees it: none ends early, and none more than a look too late.
/// In a child that the process has forked, the next call starts another such thread.
public enum Watchdog {
  private struct Entry {
    let interruption: Unmanaged<Interruption>
    /// The count of its calls when it was last looked at.
    var call: UInt64 = 0
    /// When that call has to end.
    var deadline = Interruption.never
    var isNamed = false
  }

  /// Guarded by the lock.
  private struct State {
    var entries: [UInt64: Entry] = [:]
    var hasThread = false
    /// How long the thread may sleep between two looks, in nanoseconds.
    var interval = longestInterval
  }

  private static let longestInterval: Int64 = 20_000_000
  private static let shortestInterval: Int64 = 1_000_000
  /// How long the thread goes on looking after the last call it has seen.
  private static let restlessTime: Int64 = 1_000_000_000

  /// A lock that a fork can be made under.
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
  /// Not 0 if the thread is to wake up.
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

  // MARK: - What is watched

  static func makeIdentifier() -> UInt64 {
    lastIdentifier.add(1, ordering: .relaxed).newValue
  }

  static func add(_ interruption: Interruption) {
    withState { state in
      state.entries[interruption.identifier] = Entry(interruption: .passUnretained(interruption))
      state.interval = max(shortestInterval, min(state.interval, interruption.limit / 16))
    }
  }

  static func remove(_ interruption: Interruption) {
    withState { state in state.entries[interruption.identifier] = nil }
  }

  /// When the call has to end; nil if it is not known, or has ended.
  static func deadline(of interruption: UInt64, _ call: UInt64) -> Int64? {
    withState { state in
      guard let entry = state.entries[interruption], entry.call == call else { return nil }
      return entry.deadline
    }
  }

  // MARK: - The thread

  /// Makes the thread, unless there is one. False if the process cannot have more threads.
  public static func start() -> Bool {
    withState { state in
      if !state.hasThread { state.hasThread = startThread { watch() } }
      return state.hasThread
    }
  }

  /// To be called after the beginning of a call has been published. False if there is nobody to
  /// watch over it.
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
      let (sawCall, interval) = look(before)
      let now = Interruption.now
      if sawCall { lastCall = now }
      if now - lastCall < restlessTime {
        // However many there are to look at, that takes a twentieth of the time.
        sleep(until: now + max(interval, 20 * (now - before)))
        continue
      }
      isAsleep.store(true, ordering: .sequentiallyConsistent)
      // Who begins a call from here on rings; who has begun before is seen now.
      if !look(Interruption.now).sawCall { sleep(until: Interruption.never) }
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

  /// Notes new calls, and ends those that have lasted too long.
  private static func look(_ now: Int64) -> (sawCall: Bool, interval: Int64) {
    withState { state in
      var sawCall = false
      for index in state.entries.values.indices {
        let interruption = state.entries.values[index].interruption.takeUnretainedValue()
        let call = interruption.call.load(ordering: .sequentiallyConsistent)
        let isNew = call != state.entries.values[index].call
        if isNew {
          sawCall = true
          state.entries.values[index].call = call
          state.entries.values[index].isNamed = false
          state.entries.values[index].deadline = min(
            now + interruption.limit, interruption.inheritedDeadline.load(ordering: .relaxed))
        }
        guard call & 1 != 0 else { continue }
        sawCall = true
        if !state.entries.values[index].isNamed && now >= state.entries.values[index].deadline {
          state.entries.values[index].isNamed = true
          interruption.expire(call)
        }
      }
      return (sawCall, state.interval)
    }
  }
}

/// Runs `body` on a thread of its own, which signals of the process do not disturb. False if there can
/// be no more threads.
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
