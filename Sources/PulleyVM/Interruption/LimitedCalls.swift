import CSupport
import Synchronization

/// The state that `Interruption.endCall` restores.
public struct CallBeginning {
  fileprivate let outer: pulley_limited_call
}

/// No watchdog can enforce time limits, because the process cannot create a thread.
public struct NoWatchdog: Error {}

extension Interruption {
  /// Begins a call with the time limit; nil if there is no limit, or if the call is nested in another
  /// call with this limit.
  ///
  /// A call within a limited call of another guest inherits that call's deadline.
  public func beginCall() throws(NoWatchdog) -> CallBeginning? {
    let number = state.pointee.call.load(ordering: .relaxed)
    guard limit > 0, number & 1 == 0 else { return nil }
    let outer = pulley_limited_call_get()
    state.pointee.inheritedDeadline.store(
      outer.interruption == 0
        ? Interruption.never
        : Watchdog.deadline(of: outer.interruption, outer.call) ?? Interruption.never,
      ordering: .relaxed)
    // An exchange: it orders the store before the loads that follow.
    _ = state.pointee.call.exchange(number + 1, ordering: .sequentiallyConsistent)
    pulley_limited_call_set(pulley_limited_call(interruption: identifier, call: number + 1))
    guard Watchdog.notice() else {
      endCall(CallBeginning(outer: outer))
      throw NoWatchdog()
    }
    return CallBeginning(outer: outer)
  }

  public func endCall(_ beginning: CallBeginning) {
    // Only the calling thread changes it.
    let number = state.pointee.call.load(ordering: .relaxed)
    state.pointee.call.store(number + 1, ordering: .releasing)
    pulley_limited_call_set(beginning.outer)
  }
}
