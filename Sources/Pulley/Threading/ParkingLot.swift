import PulleyVM
import Synchronization

/// A parking lot: threads wait here until others notify them at an address, as for
/// `memory.atomic.wait`. The same idea as WebKit's `WTF::ParkingLot`.
///
/// Addresses are the host's, so one lot serves all memories of the process. Threads that wait at
/// the same address are woken in the order in which they began to wait.
enum ParkingLot {
  /// A waiting thread. The bucket's lock guards everything but the interruption.
  private final class Waiter: @unchecked Sendable {
    let address: UInt
    let interruption: Interruption
    var isNotified = false

    init(address: UInt, interruption: Interruption) {
      self.address = address
      self.interruption = interruption
    }
  }

  private final class Bucket: Sendable {
    let waiters = Mutex<[Waiter]>([])
  }

  private static let buckets = (0..<64).map { _ in Bucket() }

  /// Neighbouring words are often used together, so they go to different buckets.
  private static func bucket(of address: UInt) -> Bucket {
    buckets[Int(address >> 2 ^ address >> 8) & 63]
  }

  enum Outcome: UInt64 {
    case notified = 0
    case notEqual = 1
    case timedOut = 2
    /// The interruption was requested and is still pending.
    case interrupted
  }

  /// Waits at `address` until notified, unless `isExpected` finds another value there than the
  /// guest expects. No thread can notify between this check and the beginning of the wait.
  ///
  /// - Parameter timeout: in nanoseconds; a negative number means no timeout.
  static func wait(
    at address: UInt, timeout: Int64, _ interruption: Interruption, isExpected: () -> Bool
  ) -> Outcome {
    if interruption.isDue { return .interrupted }
    if timeout == 0 { return isExpected() ? .timedOut : .notEqual }
    let deadline = deadline(timeout)
    let bucket = bucket(of: address)
    let isShort = (0...shortTimeout).contains(timeout)
    let waiter = Waiter(address: address, interruption: interruption)
    interruption.prepareToSleep()
    let mayWait = bucket.waiters.withLock { waiters in
      guard isExpected() else { return false }
      waiters.append(waiter)
      return true
    }
    guard mayWait else { return .notEqual }
    while true {
      let isInTime = interruption.sleep(until: deadline, isShort: isShort)
      // Reset before checking, so that a later wake ends the next sleep.
      interruption.prepareToSleep()
      let outcome: Outcome? = bucket.waiters.withLock { waiters in
        if waiter.isNotified { return .notified }
        guard !isInTime || interruption.isDue else { return nil }
        waiters.removeAll { $0 === waiter }
        return interruption.isDue ? .interrupted : .timedOut
      }
      if let outcome { return outcome }
    }
  }

  /// The system's timers may be late by this many nanoseconds, so shorter waits do not sleep.
  private static let shortTimeout: Int64 = 100_000

  private static func deadline(_ timeout: Int64) -> Int64 {
    guard timeout >= 0 else { return Interruption.never }
    let (deadline, overflow) = Interruption.now.addingReportingOverflow(timeout)
    return overflow ? Interruption.never : deadline
  }

  /// Wakes at most `count` of the threads that wait at `address`. Returns how many it has woken.
  static func notify(at address: UInt, count: UInt32) -> UInt32 {
    var woken: [Waiter] = []
    bucket(of: address).waiters.withLock { waiters in
      waiters.removeAll { waiter in
        guard waiter.address == address, woken.count < count else { return false }
        waiter.isNotified = true
        woken.append(waiter)
        return true
      }
    }
    for waiter in woken { waiter.interruption.wake() }
    return UInt32(woken.count)
  }
}
