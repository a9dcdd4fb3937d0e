import CSupport

/// Stops a machine's guest, or wakes it where it waits, from any thread and from signal handlers.
///
/// All state is one word. Code prepared as interruptible looks at it; a thread that waits sleeps on
/// it.
public final class Interruption: @unchecked Sendable {
  /// An interruption is due.
  static let due: UInt32 = 1
  /// The thread that waits should look whether it still has to.
  private static let woken: UInt32 = 2

  let word: UnsafeMutablePointer<UInt32>

  public init() {
    word = .allocate(capacity: 1)
    word.initialize(to: 0)
  }

  deinit { word.deallocate() }

  private var address: UInt { UInt(bitPattern: word) }

  /// Asks the guest to stop. The request stays due until it is withdrawn.
  public func request() {
    _ = pulley_atomic_or32(address, Self.due)
    pulley_wake(word)
  }

  public var isDue: Bool { pulley_atomic_load32(address) & Self.due != 0 }

  /// Takes the request back, if there is one.
  public func withdraw() { _ = pulley_atomic_and32(address, ~Self.due) }

  /// To be called before others learn that they are to `wake` this one: what they did for earlier
  /// waits is forgotten.
  public func prepareToSleep() { _ = pulley_atomic_and32(address, ~Self.woken) }

  public func wake() {
    _ = pulley_atomic_or32(address, Self.woken)
    pulley_wake(word)
  }

  /// Sleeps until a request, a `wake` or the deadline, in nanoseconds as `now` has them; at once if
  /// one of them has come already. False if it was the deadline.
  public func sleep(until deadline: Int64) -> Bool {
    while pulley_atomic_load32(address) == 0 {
      if pulley_sleep(word, 0, deadline) == 0 { return pulley_atomic_load32(address) != 0 }
    }
    return true
  }

  /// A deadline that never comes.
  public static let never = Int64.max

  /// The clock of deadlines.
  public static var now: Int64 { pulley_now() }
}
