import PulleyVM

extension Engine.Options {
  /// Whether code is predecoded in a form that can be stopped while it runs.
  var stopsRunningCode: Bool { isInterruptible || timeLimit != nil }

  /// A new interruption, with the engine's time limit.
  func makeInterruption(isShared: Bool = false) -> Interruption {
    Interruption(limit: timeLimit.map(Self.nanoseconds) ?? 0, isShared: isShared)
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    // Thirty years are as good as no limit, and cannot overflow in sums.
    return max(1, min(seconds, 1 << 30) * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension PredecodingOptions {
  init(_ options: Engine.Options) {
    self.init()
    countsDispatches = options.countsDispatches
    isInterruptible = options.stopsRunningCode || options.isProfiled
    isSampled = options.isProfiled
  }
}

extension Engine {
  /// Whether time limits work: starts the thread that watches them unless it runs already.
  public static func canLimitTime() -> Bool { Watchdog.start() }
}
