import PulleyVM

extension Machine {
  /// A call has been interrupted. That settles the interruption when the outermost call has ended; calls
  /// from host functions leave it to stop those that led there.
  func settleInterruption() {
    if depth == 0 && !interruption.isShared { interruption.withdraw() }
  }
}

extension Interruption {
  /// Runs `body`, for which the time limit is, if there is one and no call lasts yet that it is for.
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

  /// The same for what fails in other ways.
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
    PulleyError(.limit, "there can be no thread to watch over the time limit")
  }

  /// The error, saying so if it was the time limit that has ended the call.
  func explain(_ error: PulleyError) -> PulleyError {
    var error = error
    if error.trap == .interrupted, hasExpired {
      error.message = "interrupted: the call has taken longer than \(limit / 1_000_000) ms"
    }
    return error
  }
}
