import PulleyVM

extension Engine.Options {
  /// Whether code is prepared so that it can be stopped while it runs.
  var stopsRunningCode: Bool { isInterruptible || timeLimit != nil }

  /// A new interruption, for what this engine's guests do.
  func makeInterruption(isShared: Bool = false) -> Interruption {
    Interruption(limit: timeLimit.map(Self.nanoseconds) ?? 0, isShared: isShared)
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    // Some thirty years are as good as for ever, and leave room for sums.
    return max(1, min(seconds, 1 << 30) * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension PredecodingOptions {
  init(_ options: Engine.Options) {
    self.init()
    countsDispatches = options.countsDispatches
    isInterruptible = options.stopsRunningCode
  }
}

extension Engine {
  /// Whether time limits can be kept: a thread has to watch over them, which is made now if there is none.
  public static func canLimitTime() -> Bool { Watchdog.start() }
}

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
