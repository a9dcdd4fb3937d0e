import CSupport
import Synchronization

/// What `Interruption.endCall` has to restore.
public struct CallBeginning {
  fileprivate let outer: pulley_limited_call
}

/// Nobody watches over time limits: the process cannot have another thread.
public struct NoWatchdog: Error {}

extension Interruption {
  /// Begins a call that the time limit is for; nil if there is no limit or such a call lasts already.
  ///
  /// Within a call of another guest's that has a limit, the call ends when that one has to.
  public func beginCall() throws(NoWatchdog) -> CallBeginning? {
    let number = call.load(ordering: .relaxed)
    guard limit > 0, number & 1 == 0 else { return nil }
    let outer = pulley_limited_call_get()
    inheritedDeadline.store(
      outer.interruption == 0
        ? Interruption.never
        : Watchdog.deadline(of: outer.interruption, outer.call) ?? Interruption.never,
      ordering: .relaxed)
    // An exchange, so that nothing is read before it is seen.
    _ = call.exchange(number + 1, ordering: .sequentiallyConsistent)
    pulley_limited_call_set(pulley_limited_call(interruption: identifier, call: number + 1))
    guard Watchdog.notice() else {
      endCall(CallBeginning(outer: outer))
      throw NoWatchdog()
    }
    return CallBeginning(outer: outer)
  }

  public func endCall(_ beginning: CallBeginning) {
    // Only the thread that calls changes it.
    call.store(call.load(ordering: .relaxed) + 1, ordering: .releasing)
    pulley_limited_call_set(beginning.outer)
  }
}
