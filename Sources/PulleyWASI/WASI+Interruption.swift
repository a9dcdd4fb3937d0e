import CSupport
import Glibc
import Pulley
import PulleyVM

/// Waiting that ends when the guest is to stop. All of WASI waits here, and nowhere else.
extension WASI {
  /// Runs what a guest's instance asks for, unless that guest is to stop.
  func attend(
    to instance: UnsafeMutableRawPointer, _ body: () throws(WASIErrno) -> Void
  ) throws(WASIErrno) {
    // A function that takes output may call the guest again.
    let outer = interruption
    interruption = callingInstance(instance).callerInterruption
    defer { interruption = outer }
    try checkInterruption()
    try body()
  }

  /// Makes the guest trap, which is to stop, as soon as the function that it has called returns.
  static func stop(_ instance: UnsafeMutableRawPointer) {
    callingInstance(instance).requestTrap(passingOn: PulleyError(trap: .interrupted))
  }

  func checkInterruption() throws(WASIErrno) {
    if interruption?.isDue ?? false { throw .interrupted }
  }

  /// Waits until there is something to read, room to write, or an error to be told of.
  func waitUntilReady(_ system: Int32, for event: Int32) throws(WASIErrno) {
    var states = [pollfd(fd: system, events: Int16(event), revents: 0)]
    _ = try poll(&states, until: Interruption.never)
  }

  static func isReady(_ system: Int32, for event: Int32) throws(WASIErrno) -> Bool {
    var state = pollfd(fd: system, events: Int16(event), revents: 0)
    return try uninterrupted { Int(Glibc.poll(&state, 1, 0)) } > 0
  }

  /// Waits until one of the descriptors is ready; false if the deadline, on the clock of
  /// `Interruption.now`, comes before.
  func poll(_ states: inout [pollfd], until deadline: Int64) throws(WASIErrno) -> Bool {
    guard let interruption else { return try pollOnce(&states, until: deadline) }
    if states.isEmpty {
      try sleep(until: deadline)
      return false
    }
    // What is ready needs no bell.
    if try pollOnce(&states, until: 0) { return true }
    let bell = interruption.descriptor()
    states.append(pollfd(fd: bell, events: Int16(POLLIN), revents: 0))
    defer { states.removeLast() }
    while true {
      try checkInterruption()
      // A process that can have no more descriptors looks again and again.
      let until = bell < 0 ? min(deadline, Interruption.now + Self.restlessWait) : deadline
      let isReady = try pollOnce(&states, until: until)
      if states[states.count - 1].revents != 0 { interruption.resetDescriptor() }
      if states.dropLast().contains(where: { $0.revents != 0 }) { return true }
      if !isReady && Interruption.now >= deadline { return false }
    }
  }

  /// How long a wait lasts at most that nothing can end, in nanoseconds.
  private static let restlessWait: Int64 = 20_000_000

  private func pollOnce(_ states: inout [pollfd], until deadline: Int64) throws(WASIErrno) -> Bool {
    while true {
      var limit: Int32 = -1
      if deadline != Interruption.never {
        // Rounded up, so that nothing is reported before its time.
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

  /// Waits until the deadline, or for a request that comes before.
  func sleep(until deadline: Int64) throws(WASIErrno) {
    guard let interruption else { return }
    repeat {
      try checkInterruption()
      interruption.prepareToSleep()
    } while interruption.sleep(until: deadline)
  }
}
