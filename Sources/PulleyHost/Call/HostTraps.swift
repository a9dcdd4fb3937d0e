import PulleyVM

extension UnsafeMutablePointer where Pointee == HostFunctionRecord.Body {
  /// Traps as the host function asked; returns what `invoke` returns then.
  @inline(never)
  func trapAsRequested(_ registers: UnsafeMutableRawPointer) -> Int32 {
    let environment = pointee.environment.pointee.owner.takeUnretainedValue()
    if let exception = environment.takePendingException() {
      Machine.machine(of: registers).thrownException = exception
      return HostFunction.threw
    }
    guard let trap = environment.takePendingTrap() else { return 0 }
    return raise(trap, registers)
  }

  /// Traps because of an argument (of step `argument`) or a result.
  @inline(never)
  func trap(
    _ failure: ConversionFailure, argument step: Int, _ registers: UnsafeMutableRawPointer
  ) -> Int32 {
    let definition = pointee.owner.takeUnretainedValue().definition
    let context = definition.signature.context.count
    let place = "argument \(step - context + 1) of \(definition.name)"
    let size = pointee.environment.pointee.memory?.pointee.bound ?? 0
    let message =
      switch failure {
      case .noMemory: "\(place) is an address, but the instance has no memory"
      case .outOfBounds: "\(place) is out of bounds of the memory of \(size) bytes"
      case .unterminated: "\(place) is a string without NUL in the memory of \(size) bytes"
      case .foreignResult: "the result of \(definition.name) points outside the guest's memory"
      }
    return raise(HostTrap(message: message), registers)
  }

  /// Leaves the reason with the machine, which hands it on in its trap.
  private func raise(_ trap: HostTrap, _ registers: UnsafeMutableRawPointer) -> Int32 {
    Machine.machine(of: registers).hostError = trap
    return 1
  }
}
