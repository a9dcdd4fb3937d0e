import ArgumentParser
@preconcurrency import Glibc
import Pulley
import Synchronization

/// A duration: 2, 1.5s, 500ms, 1m.
struct TimeSpan: ExpressibleByArgument {
  let nanoseconds: Int64
  /// The duration in messages: "1.5 s".
  let text: String

  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9), ("", 1e9),
  ]

  init?(argument: String) {
    guard let unit = Self.units.first(where: { argument.hasSuffix($0.name) }) else { return nil }
    let digits = argument.dropLast(unit.name.count)
    // Rejects infinities, signs and exponents, which `Double` would accept.
    guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let number = Double(digits), number > 0, number * unit.nanoseconds < 1e18
    else { return nil }
    nanoseconds = max(1, Int64(number * unit.nanoseconds))
    text = "\(digits) \(unit.name.isEmpty ? "s" : unit.name)"
  }
}

/// Ends a run after a time limit. It interrupts the guest, so that the error has a backtrace. If
/// nothing can be interrupted, or the guest does not end, it ends the process.
final class Timeout: Sendable {
  /// The exit code of timeout(1).
  static let exitCode = ExitCode(124)
  /// The time that an interrupted guest has to end. Only a C function can take longer.
  private static let grace: Int64 = 500_000_000

  private struct State: Sendable {
    var hasPassed = false
    var isFinished = false
    var interrupt: (@Sendable () -> Void)?
  }

  private let span: TimeSpan
  private let file: String
  private let state = Mutex(State())

  /// Starts the timer; nil if there is no limit.
  init?(_ span: TimeSpan?, _ file: String) throws {
    guard let span else { return nil }
    self.span = span
    self.file = file
    let end = Self.now + span.nanoseconds
    let argument = Unmanaged.passRetained(Alarm(self, end)).toOpaque()
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Alarm>.fromOpaque(argument).takeRetainedValue().wait()
        return nil
      }, argument)
    guard status == 0 else {
      throw CommandError("--timeout: the system cannot start another thread")
    }
    pthread_detach(thread)
  }

  private final class Alarm: Sendable {
    let timeout: Timeout
    let end: Int64

    init(_ timeout: Timeout, _ end: Int64) {
      self.timeout = timeout
      self.end = end
    }

    func wait() {
      Timeout.sleep(until: end)
      timeout.pass()
      Timeout.sleep(until: end + Timeout.grace)
      timeout.giveUp("in a C function that it has called")
    }
  }

  /// Sets the function that interrupts the run from now on. Calls it at once if the time is over.
  func interrupt(by interrupt: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.interrupt = interrupt
      if state.hasPassed { interrupt() }
    }
  }

  /// Stops the timer.
  func finish() {
    state.withLock { $0.isFinished = true }
  }

  /// The error, with a message about the time limit if that caused it.
  func explain(_ error: PulleyError) -> (error: PulleyError, isTimeout: Bool) {
    guard error.trap == .interrupted, state.withLock({ $0.hasPassed }) else {
      return (error, false)
    }
    var error = error
    error.message = message
    return (error, true)
  }

  private var message: String { "interrupted after \(span.text)" }

  private func pass() {
    let isUnderWay = state.withLock { state in
      state.hasPassed = true
      guard !state.isFinished, let interrupt = state.interrupt else { return false }
      interrupt()
      return true
    }
    if !isUnderWay { giveUp("while it was compiled") }
  }

  private func giveUp(_ place: String) {
    // The lock is never released, so that nothing else is printed.
    state.withLock { state in
      if state.isFinished { return }
      Self.flushOutput()
      let line = Array("pulley: \(file): \(message), \(place)\n".utf8)
      if Self.isReady(STDERR_FILENO) { _ = write(STDERR_FILENO, line, line.count) }
      _exit(Self.exitCode.rawValue)
    }
  }

  // The process must end even if its output is not read.

  private static func flushOutput() {
    guard ftrylockfile(stdout) == 0 else { return }
    if isReady(STDOUT_FILENO) { fflush(stdout) }
    funlockfile(stdout)
  }

  private static func isReady(_ descriptor: Int32) -> Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&state, 1, 0) > 0
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static func sleep(until moment: Int64) {
    while true {
      let rest = moment - now
      if rest <= 0 { return }
      var time = timespec()
      time.tv_sec = Int(rest / 1_000_000_000)
      time.tv_nsec = Int(rest % 1_000_000_000)
      nanosleep(&time, nil)
    }
  }
}
