import PulleyVM

extension Machine {
  /// Withdraws an interruption that has ended a call, if it was the outermost call. A call from a
  /// host function leaves the interruption in place, so that it also stops the calls that led
  /// there.
  func settleInterruption() {
    if depth == 0 && !interruption.isShared { interruption.withdraw() }
  }
}

extension Interruption {
  /// Runs `body` within the time limit, unless an outer call is already running within it.
  @inline(__always)
  func limitingRun(_ body: () -> CallFailure?) -> CallFailure? {
    let beginning: CallBeginning?
    do throws(NoWatchdog) {
      beginning = try beginCall()
    } catch {
      return CallFailure(Self.unwatched)
    }
    defer { if let beginning { endCall(beginning) } }
    return body()
  }

  /// Runs `body` within the time limit, as `limitingRun` does.
  func limiting<Result>(_ body: () throws(PulleyError) -> Result) throws(PulleyError) -> Result {
    let beginning: CallBeginning?
    do throws(NoWatchdog) {
      beginning = try beginCall()
    } catch {
      throw Self.unwatched
    }
    defer { if let beginning { endCall(beginning) } }
    return try body()
  }

  private static var unwatched: PulleyError {
    PulleyError(.limit, "no thread can be started to watch the time limit")
  }

  /// The error; its message names the time limit if that ended the call.
  func explain(_ error: PulleyError) -> PulleyError {
    var error = error
    if error.trap == .interrupted, hasExpired {
      error.message = "interrupted: the call has taken longer than \(limit / 1_000_000) ms"
    }
    return error
  }
}
