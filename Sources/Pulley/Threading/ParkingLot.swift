import PulleyVM
import Synchronization

/// Where threads wait for others to notify them at an address, as `memory.atomic.wait` asks.
///
/// Addresses are the host's, so that one lot serves all memories of the process. Threads that wait
/// at the same address are woken in the order in which they came.
enum ParkingLot {
  /// A thread that waits. All but the interruption is guarded by the bucket's lock.
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

  /// Neighbouring words, which are often used together, go to different buckets.
  private static func bucket(of address: UInt) -> Bucket {
    buckets[Int(address >> 2 ^ address >> 8) & 63]
  }

  enum Outcome: UInt64 {
    case notified = 0
    case notEqual = 1
    case timedOut = 2
    /// The interruption was requested, and is still due.
    case interrupted
  }

  /// Waits at `address` until notified, unless `isExpected` finds another value there than the
  /// guest expects. Between that look and the beginning of the wait nobody can notify.
  ///
  /// - Parameter timeout: in nanoseconds; less than zero is for ever.
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
      // Forgotten before looking, so that what comes afterwards ends the next sleep.
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

  /// The system's timers may be as late as that, in nanoseconds: a thread that has less to wait for stays
  /// awake.
  private static let shortTimeout: Int64 = 100_000

  private static func deadline(_ timeout: Int64) -> Int64 {
    guard timeout >= 0 else { return Interruption.never }
    let (deadline, overflow) = Interruption.now.addingReportingOverflow(timeout)
    return overflow ? Interruption.never : deadline
  }

  /// Wakes up to `count` of the threads that wait at `address`. Gives how many.
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
