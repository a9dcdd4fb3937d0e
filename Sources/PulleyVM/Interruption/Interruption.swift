import CSupport
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// Stops a machine's guest, or wakes it while it waits, from any thread and from signal handlers.
///
/// Running code checks one word. A waiting thread sleeps on the word, or polls a descriptor that is
/// written to whenever the word changes.
///
/// An interruption may have a time limit. The thread that calls a guest counts the calls; `Watchdog`
/// reads the count periodically and marks a call as expired by its number. So a call costs two stores,
/// and the expiry of one call cannot end a later one.
public final class Interruption: @unchecked Sendable {
  /// An interruption was requested.
  @inlinable @inline(__always)
  static var requested: UInt32 { 1 }
  /// The waiting thread should check its condition.
  private static let woken: UInt32 = 2
  /// The watchdog has marked a call as expired; the call may have ended since.
  @inlinable @inline(__always)
  static var expired: UInt32 { 4 }
  /// There is a time limit. This bit is never cleared.
  @inlinable @inline(__always)
  static var limited: UInt32 { 8 }
  /// The guest should take a sample of where it is; see `Sampler`.
  static let sampled: UInt32 = 16

  /// The flags that stop a guest.
  @inlinable @inline(__always)
  static var stops: UInt32 { requested | expired }
  /// The flags that running code checks.
  static let checked = stops | sampled
  /// The flags that require work before a guest is called.
  @inlinable @inline(__always)
  static var delaysCalls: UInt32 { stops | limited }

  let word: UnsafeMutablePointer<UInt32>
  /// How long a call may last, in nanoseconds; 0 if there is no limit.
  public let limit: Int64
  /// Whether several calls share it, so that the end of one call does not withdraw a request.
  public let isShared: Bool

  /// The watchdog reads this memory and holds no reference to the interruption. Its reference could
  /// become the last one, and then `deinit` would wait for the lock that the watchdog holds.
  let state: UnsafeMutablePointer<InterruptionState>
  /// The key of this interruption in the watchdog.
  let identifier: UInt64

  /// The process that created the bell. After a fork, ringing an inherited bell would wake the parent.
  private var bellOwner: pid_t = 0

  public init(limit: Int64 = 0, isShared: Bool = false) {
    self.limit = limit
    self.isShared = isShared
    word = .allocate(capacity: 1)
    word.initialize(to: limit > 0 ? Self.limited : 0)
    state = .allocate(capacity: 1)
    state.initialize(to: InterruptionState(word: word))
    identifier = limit > 0 ? Watchdog.makeIdentifier() : 0
    if limit > 0 { Watchdog.add(self) }
  }

  deinit {
    if limit > 0 { Watchdog.remove(self) }
    let bell = state.pointee.bell.load(ordering: .relaxed)
    if bell >= 0 { close(bell) }
    state.deinitialize(count: 1)
    state.deallocate()
    word.deallocate()
  }

  private var address: UInt { UInt(bitPattern: word) }

  // MARK: - Requests

  /// Asks the guest to stop. The request stays due until it is withdrawn.
  public func request() { state.pointee.raise(Self.requested) }

  /// Whether the guest must stop. Only the thread that calls the guest may use it.
  public var isDue: Bool {
    let flags = pulley_atomic_load32(address)
    return flags & Self.stops != 0 && isDue(flags)
  }

  @inline(never)
  private func isDue(_ flags: UInt32) -> Bool {
    if flags & Self.requested != 0 { return true }
    if hasExpired { return true }
    _ = pulley_atomic_and32(address, ~Self.expired)
    // The watchdog marks the call before it sets the flag, so the flag just cleared may be new.
    guard hasExpired else { return false }
    _ = pulley_atomic_or32(address, Self.expired)
    return true
  }

  /// Withdraws the request, if there is one.
  public func withdraw() { _ = pulley_atomic_and32(address, ~Self.requested) }

  // MARK: - Samples

  /// Asks the running guest to take a sample. Wakes no guest that sleeps.
  func requestSample() { _ = pulley_atomic_or32(address, Self.sampled) }

  /// Whether a sample was requested; withdraws the request.
  func takeSampleRequest() -> Bool {
    pulley_atomic_and32(address, ~Self.sampled) & Self.sampled != 0
  }

  // MARK: - Time limits

  /// Whether the current call has exceeded its limit.
  public var hasExpired: Bool { state.pointee.hasExpired }

  /// Marks a call that has exceeded its limit.
  func expire(_ call: UInt64) { state.pointee.expire(call) }

  // MARK: - Waiting

  /// Clears earlier wake-ups. Call it before other threads can learn that they should `wake` this one.
  public func prepareToSleep() { _ = pulley_atomic_and32(address, ~Self.woken) }

  public func wake() { state.pointee.raise(Self.woken) }

  /// Sleeps until a request, a `wake` or the deadline, in nanoseconds on the clock of `now`. Returns at
  /// once if one of them has already occurred. False for the deadline. True may be spurious.
  public func sleep(until deadline: Int64) -> Bool {
    while true {
      let flags = pulley_atomic_load32(address)
      if flags & (Self.stops | Self.woken) != 0 { return true }
      if pulley_sleep(word, flags, deadline) == 0 {
        return pulley_atomic_load32(address) & (Self.stops | Self.woken) != 0
      }
    }
  }

  /// The same; if `isShort`, it spins: the system's timers and scheduler would take longer.
  public func sleep(until deadline: Int64, isShort: Bool) -> Bool {
    guard isShort else { return sleep(until: deadline) }
    while pulley_atomic_load32(address) & (Self.stops | Self.woken) == 0 {
      if Self.now >= deadline { return false }
    }
    return true
  }

  /// A descriptor for `poll`, which becomes readable with a request; -1 if the process has no more
  /// descriptors. Only the thread that calls the guest may use it. It must check `isDue` after getting
  /// the descriptor, and call `resetDescriptor` when it was readable.
  public func descriptor() -> Int32 {
    let known = state.pointee.bell.load(ordering: .relaxed)
    let process = getpid()
    if known >= 0 && bellOwner == process { return known }
    let new = pulley_bell_new()
    state.pointee.bell.store(new, ordering: .sequentiallyConsistent)
    bellOwner = process
    if known >= 0 { close(known) }
    return new
  }

  public func resetDescriptor() { pulley_bell_reset(state.pointee.bell.load(ordering: .relaxed)) }

  /// A deadline that never comes.
  public static let never = Int64.max

  /// The clock of deadlines.
  public static var now: Int64 { pulley_now() }
}

/// What the threads that interrupt a guest, and the watchdog, read and change of its interruption.
struct InterruptionState: ~Copyable, Sendable {
  /// The number of the call that the limit applies to; odd during a call. Incremented when a call begins
  /// and when it ends.
  let call = Atomic<UInt64>(0)
  /// The call that the watchdog marked last.
  private let expiredCall = Atomic<UInt64>(0)
  /// The deadline of an enclosing call.
  let inheritedDeadline = Atomic<Int64>(Interruption.never)
  /// A descriptor that is rung whenever the word changes; -1 if there is none.
  let bell = Atomic<Int32>(-1)
  /// The flags, which belong to the interruption.
  nonisolated(unsafe) private let word: UnsafeMutablePointer<UInt32>

  init(word: UnsafeMutablePointer<UInt32>) { self.word = word }

  var hasExpired: Bool {
    let number = call.load(ordering: .relaxed)
    return number & 1 != 0 && expiredCall.load(ordering: .sequentiallyConsistent) == number
  }

  func expire(_ call: UInt64) {
    expiredCall.store(call, ordering: .sequentiallyConsistent)
    raise(Interruption.expired)
  }

  func raise(_ flag: UInt32) {
    _ = pulley_atomic_or32(UInt(bitPattern: word), flag)
    pulley_wake(word)
    let bell = bell.load(ordering: .sequentiallyConsistent)
    if bell >= 0 { pulley_bell_ring(bell) }
  }
}
