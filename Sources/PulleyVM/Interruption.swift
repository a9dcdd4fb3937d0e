import CSupport
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// Stops a machine's guest, or wakes it where it waits, from any thread and from signal handlers.
///
/// What running code looks at is one word. A thread that waits sleeps on it, or polls a descriptor
/// that is written to whenever the word is.
///
/// An interruption may have a time limit. The thread that calls a guest counts the calls; `Watchdog`
/// looks at the count now and then, and names a call that has lasted too long. So a call costs two
/// stores, and what is said of an earlier call does not end a later one.
public final class Interruption: @unchecked Sendable {
  /// An interruption was requested.
  private static let requested: UInt32 = 1
  /// The thread that waits should look whether it still has to.
  private static let woken: UInt32 = 2
  /// The watchdog has named a call, perhaps one that has ended since.
  private static let expired: UInt32 = 4
  /// There is a time limit. This bit is there for good.
  private static let limited: UInt32 = 8

  /// What running code looks for.
  static let stops = requested | expired
  /// What has to be looked into before a guest is called.
  static let delaysCalls = stops | limited

  let word: UnsafeMutablePointer<UInt32>
  /// How long a call may last, in nanoseconds; 0 if there is no limit.
  public let limit: Int64
  /// Whether several calls share it, so that the end of one of them does not take a request back.
  public let isShared: Bool

  /// Odd while a call lasts that the limit is for; raised at its beginning and its end.
  let call = Atomic<UInt64>(0)
  /// The call that the watchdog has named last.
  private let expiredCall = Atomic<UInt64>(0)
  /// When a call must end in any case, because one further out must.
  let inheritedDeadline = Atomic<Int64>(Interruption.never)
  /// What the watchdog knows it by.
  let identifier: UInt64

  private let bell = Atomic<Int32>(-1)
  /// The process that the bell is of: one that was inherited wakes the parent's threads.
  private var bellOwner: pid_t = 0

  public init(limit: Int64 = 0, isShared: Bool = false) {
    self.limit = limit
    self.isShared = isShared
    word = .allocate(capacity: 1)
    word.initialize(to: limit > 0 ? Self.limited : 0)
    identifier = limit > 0 ? Watchdog.makeIdentifier() : 0
    if limit > 0 { Watchdog.add(self) }
  }

  deinit {
    if limit > 0 { Watchdog.remove(self) }
    let bell = bell.load(ordering: .relaxed)
    if bell >= 0 { close(bell) }
    word.deallocate()
  }

  private var address: UInt { UInt(bitPattern: word) }

  // MARK: - Requests

  /// Asks the guest to stop. The request stays due until it is withdrawn.
  public func request() { raise(Self.requested) }

  /// Whether the guest has to stop. For the thread that calls it.
  public var isDue: Bool {
    let flags = pulley_atomic_load32(address)
    return flags & Self.stops != 0 && isDue(flags)
  }

  @inline(never)
  private func isDue(_ flags: UInt32) -> Bool {
    if flags & Self.requested != 0 { return true }
    if hasExpired { return true }
    _ = pulley_atomic_and32(address, ~Self.expired)
    // The watchdog names the call before it sets the flag: what was cleared may have been news.
    guard hasExpired else { return false }
    _ = pulley_atomic_or32(address, Self.expired)
    return true
  }

  /// Takes the request back, if there is one.
  public func withdraw() { _ = pulley_atomic_and32(address, ~Self.requested) }

  private func raise(_ flag: UInt32) {
    _ = pulley_atomic_or32(address, flag)
    pulley_wake(word)
    let bell = bell.load(ordering: .sequentiallyConsistent)
    if bell >= 0 { pulley_bell_ring(bell) }
  }

  // MARK: - Time limits

  /// Whether the call that lasts has lasted too long.
  public var hasExpired: Bool {
    let number = call.load(ordering: .relaxed)
    return number & 1 != 0 && expiredCall.load(ordering: .sequentiallyConsistent) == number
  }

  /// Ends a call that has lasted too long.
  func expire(_ call: UInt64) {
    expiredCall.store(call, ordering: .sequentiallyConsistent)
    raise(Self.expired)
  }

  // MARK: - Waiting

  /// To be called before others learn that they are to `wake` this one: what they did for earlier
  /// waits is forgotten.
  public func prepareToSleep() { _ = pulley_atomic_and32(address, ~Self.woken) }

  public func wake() { raise(Self.woken) }

  /// Sleeps until a request, a `wake` or the deadline, in nanoseconds as `now` has them; at once if
  /// one of them has come already. False if it was the deadline. True may be a false alarm.
  public func sleep(until deadline: Int64) -> Bool {
    while true {
      let flags = pulley_atomic_load32(address)
      if flags & (Self.stops | Self.woken) != 0 { return true }
      if pulley_sleep(word, flags, deadline) == 0 {
        return pulley_atomic_load32(address) & (Self.stops | Self.woken) != 0
      }
    }
  }

  /// The same; if the deadline is near, without leaving the time to the system's timers, nor the processor
  /// to others, who would keep it for longer.
  public func sleep(until deadline: Int64, isShort: Bool) -> Bool {
    guard isShort else { return sleep(until: deadline) }
    while pulley_atomic_load32(address) & (Self.stops | Self.woken) == 0 {
      if Self.now >= deadline { return false }
    }
    return true
  }

  /// A descriptor for `poll` to watch for reading, beside others: it becomes readable with a request.
  /// -1 if the process cannot have more. For the thread that calls the guest, which has to look at
  /// `isDue` after asking for it, and to call `resetDescriptor` when it was readable.
  public func descriptor() -> Int32 {
    let known = bell.load(ordering: .relaxed)
    let process = getpid()
    if known >= 0 && bellOwner == process { return known }
    bell.store(pulley_bell_new(), ordering: .sequentiallyConsistent)
    bellOwner = process
    if known >= 0 { close(known) }
    return bell.load(ordering: .relaxed)
  }

  public func resetDescriptor() { pulley_bell_reset(bell.load(ordering: .relaxed)) }

  /// A deadline that never comes.
  public static let never = Int64.max

  /// The clock of deadlines.
  public static var now: Int64 { pulley_now() }
}
