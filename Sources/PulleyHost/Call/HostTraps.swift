import PulleyVM

extension UnsafeMutablePointer where Pointee == CallRecord {
  /// Raises the trap or the exception that the host function asked for. Returns the status for
  /// `invoke`.
  @inline(never)
  func trapAsRequested(_ registers: UnsafeMutableRawPointer) -> Int32 {
    pointee.environment.pointee.owner.takeUnretainedValue().raisePending(registers)
  }

  /// Raises a trap because argument `argument`, or the result, cannot be converted.
  @inline(never)
  func trap(
    _ failure: ConversionFailure, argument index: Int, _ registers: UnsafeMutableRawPointer
  ) -> Int32 {
    let definition = pointee.definition.takeUnretainedValue()
    let context = definition.signature.context.count
    let place = "argument \(index - context + 1) of \(definition.name)"
    let size = pointee.environment.pointee.memory?.pointee.bound ?? 0
    let message =
      switch failure {
      case .null: "\(place) is NULL, which the function does not accept"
      case .noMemory: "\(place) is an address, but the instance has no memory"
      case .outOfBounds: "\(place) is out of bounds of the memory of \(size) bytes"
      case .unterminated: "\(place) is a string without NUL in the memory of \(size) bytes"
      case .tooLong:
        "\(place) is a string longer than \(definition.signature.parameters[index - context].word) "
          + "accepts"
      case .foreignResult: "the result of \(definition.name) points outside the guest's memory"
      }
    return raise(HostTrap(message: message), registers)
  }

  /// Raises a trap with a message.
  func trap(_ message: String, _ registers: UnsafeMutableRawPointer) -> Int32 {
    raise(HostTrap(message: message), registers)
  }

  /// Stores the reason in the machine, which puts it into its trap.
  private func raise(_ trap: HostTrap, _ registers: UnsafeMutableRawPointer) -> Int32 {
    Machine.machine(of: registers).hostError = trap
    return 1
  }
}

extension HostEnvironment {
  /// Raises the trap or the exception that is pending. Returns the status for `invoke`.
  func raisePending(_ registers: UnsafeMutableRawPointer) -> Int32 {
    if let exception = takePendingException() {
      Machine.machine(of: registers).thrownException = exception
      return HostFunction.threw
    }
    guard let trap = takePendingTrap() else { return 0 }
    Machine.machine(of: registers).hostError = trap
    return 1
  }
}
