import PulleyHost
import PulleyVM

/// The error of a call in one machine word, so that calls that succeed need little of the host's
/// stack.
public final class CallFailure: Sendable {
  public let error: PulleyError

  public init(_ error: PulleyError) { self.error = error }

  /// There is no room for the arguments on the guest's stack.
  @inline(never)
  static var overflow: CallFailure { CallFailure(PulleyError(trap: .stackOverflow)) }

  /// A trap has ended the call, or kept it from starting.
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

  /// The failure of a call that cannot start because of an interruption or a pending trap.
  @inline(never)
  static func beforeRun(
    on machine: Machine, _ environment: HostEnvironment
  ) -> CallFailure? {
    if environment.hasPendingTrap {
      guard machine.depth == 0 else {
        return CallFailure(
          PulleyError(.argument, "a trap is due: the host function must return first"))
      }
      // The trap was requested when no host function was running, so there is nothing to trap.
      _ = environment.takePendingTrap()
    }
    guard machine.interruption.isDue else { return nil }
    return CallFailure(machine.interruptedTrap(), on: machine)
  }
}
