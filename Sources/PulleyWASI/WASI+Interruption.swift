import CSupport
import Glibc
import Pulley
import PulleyVM

/// Interruptible waiting. All of WASI waits here.
extension WASI {
  /// Runs `body` for a guest's instance, unless the guest has been interrupted.
  func attend(
    to instance: UnsafeMutableRawPointer, _ body: () throws(WASIErrno) -> Void
  ) throws(WASIErrno) {
    // A function that receives output may call the guest again.
    let outer = caller
    caller = callingInstance(instance).callingMachine
    defer { caller = outer }
    try checkInterruption()
    try body()
  }

  /// Makes an interrupted guest trap when the running function returns.
  static func stop(_ instance: UnsafeMutableRawPointer) {
    callingInstance(instance).requestTrap(passingOn: PulleyError(trap: .interrupted))
  }

  /// The interruption of the guest that called the running function.
  var interruption: Interruption? { caller?._withUnsafeGuaranteedRef { $0.interruption } }

  func checkInterruption() throws(WASIErrno) {
    if interruption?.isDue ?? false { throw .interrupted }
  }

  /// Waits until the descriptor can be read or written, or has an error.
  func waitUntilReady(_ system: Int32, for event: Int32) throws(WASIErrno) {
    var states = [pollfd(fd: system, events: Int16(event), revents: 0)]
    _ = try poll(&states, until: Interruption.never)
  }

  static func isReady(_ system: Int32, for event: Int32) throws(WASIErrno) -> Bool {
    var state = pollfd(fd: system, events: Int16(event), revents: 0)
    return try uninterrupted { Int(Glibc.poll(&state, 1, 0)) } > 0
  }

  /// Waits until one of the descriptors is ready. False if that does not happen before the
  /// deadline, on the clock of `Interruption.now`.
  func poll(_ states: inout [pollfd], until deadline: Int64) throws(WASIErrno) -> Bool {
    guard let interruption else { return try pollOnce(&states, until: deadline) }
    if states.isEmpty {
      try sleep(until: deadline)
      return false
    }
    // Descriptors that are ready now need no wake-up descriptor.
    if try pollOnce(&states, until: 0) { return true }
    let bell = interruption.descriptor()
    states.append(pollfd(fd: bell, events: Int16(POLLIN), revents: 0))
    defer { states.removeLast() }
    while true {
      try checkInterruption()
      // Without a wake-up descriptor, because the process has too many, this polls at intervals.
      let until = bell < 0 ? min(deadline, Interruption.now + Self.restlessWait) : deadline
      let isReady = try pollOnce(&states, until: until)
      if states[states.count - 1].revents != 0 { interruption.resetDescriptor() }
      if states.dropLast().contains(where: { $0.revents != 0 }) { return true }
      if !isReady && Interruption.now >= deadline { return false }
    }
  }

  /// The longest wait without a wake-up descriptor, in nanoseconds.
  private static let restlessWait: Int64 = 20_000_000

  private func pollOnce(_ states: inout [pollfd], until deadline: Int64) throws(WASIErrno) -> Bool {
    while true {
      var limit: Int32 = -1
      if deadline != Interruption.never {
        // Rounded up: a time-out must not be early.
        let rest = deadline - Interruption.now
        limit = rest <= 0 ? 0 : Int32(clamping: rest / 1_000_000 + 1)
      }
      let result = states.withUnsafeMutableBufferPointer {
        Glibc.poll($0.baseAddress, nfds_t($0.count), limit)
      }
      if result > 0 { return true }
      if result < 0 && errno != EINTR { throw .last }
      if result == 0 && limit >= 0 && (limit == 0 || Interruption.now >= deadline) { return false }
    }
  }

  /// Waits until the deadline. Throws if the guest is interrupted before.
  func sleep(until deadline: Int64) throws(WASIErrno) {
    guard let interruption else { return }
    repeat {
      try checkInterruption()
      interruption.prepareToSleep()
    } while interruption.sleep(until: deadline)
  }
}
