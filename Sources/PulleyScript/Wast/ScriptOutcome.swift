import Pulley
import Synchronization

/// The category under which a failed command of a script is counted.
package enum FailureReason: String, CaseIterable, Sendable {
  case unsupported = "needs an unsupported feature"
  case refused = "a valid module is rejected"
  case otherRefusal = "a module is rejected for another reason"
  case accepted = "an invalid module is accepted"
  case wrongResult = "wrong result"
  case trapped = "unexpected trap"
  case otherTrap = "wrong trap"
  case returned = "missing trap"
  case missing = "an unknown name"
  case unreadable = "the script cannot be read"
  case unfinished = "timed out"
}

/// Why a command of a script failed.
package struct ScriptFailure: Error {
  package var reason: FailureReason
  package var message: String

  init(_ reason: FailureReason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// A failure for an error that the command does not expect: `reason`, unless a feature is missing.
  package init(_ error: PulleyError, otherwise reason: FailureReason) {
    let isUnsupported = error.kind == .unsupported || error.trap == .unsupported
    self.reason = isUnsupported ? .unsupported : reason
    message = "\(error)"
  }
}

/// The outcome of a script: how many commands passed, and each failure.
package struct ScriptOutcome: Sendable {
  /// A failed command.
  package struct Line: Sendable {
    /// The command's line, counted from 1.
    package var line: Int
    package var command: String
    package var failure: ScriptFailure
  }

  package var passed = 0
  package var failures: [Line] = []
  /// Failures that are expected because later versions of the specification changed the result.
  package var superseded = 0
  /// Commands that did not finish before the script's deadline.
  package var unfinished = 0

  package init() {}

  package var failed: Int { failures.count + unfinished }

  /// The number of commands that have an outcome.
  package var count: Int { passed + failed + superseded }
}

/// Collects the outcome of a script while its threads are running.
package final class ScriptLog: Sendable {
  private let outcome = Mutex(ScriptOutcome())
  private let count = Atomic(0)

  package init() {}

  /// The number of commands in the script; 0 until the script has been read.
  package var commandCount: Int {
    get { count.load(ordering: .relaxed) }
    set { count.store(newValue, ordering: .relaxed) }
  }

  package func pass() {
    outcome.withLock { $0.passed += 1 }
  }

  package func supersede() {
    outcome.withLock { $0.superseded += 1 }
  }

  package func fail(_ line: ScriptOutcome.Line) {
    outcome.withLock { $0.failures.append(line) }
  }

  /// The outcome so far.
  package var current: ScriptOutcome { outcome.withLock { $0 } }
}
