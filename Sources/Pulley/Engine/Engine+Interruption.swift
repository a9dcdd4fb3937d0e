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
