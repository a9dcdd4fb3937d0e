import PulleyHost
import PulleyVM

/// Why a call has failed, in one word, so that calls that succeed need little of the host's stack.
public final class CallFailure: Sendable {
  public let error: PulleyError

  init(_ error: PulleyError) { self.error = error }

  /// There is no room for the arguments on the guest's stack.
  @inline(never)
  static var overflow: CallFailure { CallFailure(PulleyError(trap: .stackOverflow)) }

  /// The call has ended in a trap, or would have.
  @inline(never)
  convenience init(_ trap: Trap, on machine: Machine) {
    var error: PulleyError?
    _ = HostStack.run(needing: HostStack.roomForObjects) {
      error = machine.interruption.explain(PulleyError(trap))
    }
    let told = error ?? PulleyError(trap: trap.kind == .interrupted ? .interrupted : .stackOverflow)
    if told.trap == .interrupted { machine.settleInterruption() }
    self.init(told)
  }

  /// What keeps a call from beginning: an interruption, or a trap that is due.
  @inline(never)
  static func beforeRun(
    on machine: Machine, _ environment: HostEnvironment
  ) -> CallFailure? {
    if environment.hasPendingTrap {
      guard machine.depth == 0 else {
        return CallFailure(
          PulleyError(.argument, "a trap is due: the host function must return first"))
      }
      // Asked for when no host function was running: there is nothing to trap.
      _ = environment.takePendingTrap()
    }
    guard machine.interruption.isDue else { return nil }
    return CallFailure(machine.interruptedTrap(), on: machine)
  }
}
