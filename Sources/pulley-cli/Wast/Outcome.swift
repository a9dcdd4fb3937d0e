import Pulley
import Synchronization

/// Why a command failed, as far as failures are counted together.
enum FailureReason: String, CaseIterable, Sendable {
  case garbageCollection = "needs garbage collection"
  case exceptions = "needs exceptions"
  case unsupported = "needs something else that is not supported"
  case refused = "a module is refused"
  case otherRefusal = "a module is refused for another reason"
  case accepted = "a module is accepted"
  case wrongResult = "another result"
  case trapped = "a trap"
  case otherTrap = "another trap"
  case returned = "no trap"
  case missing = "something named is not there"
  case unreadable = "the script cannot be read"
  case unfinished = "not finished in time"

  var isMissingFeature: Bool {
    switch self {
    case .garbageCollection, .exceptions, .unsupported: true
    default: false
    }
  }
}

/// Why a command failed.
struct Failure: Error {
  var reason: FailureReason
  var message: String

  init(_ reason: FailureReason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// An error that the command did not ask for.
  init(_ error: PulleyError, otherwise reason: FailureReason) {
    let isUnsupported = error.kind == .unsupported || error.trap == .unsupported
    self.reason = isUnsupported ? Self.missingFeature(error) : reason
    message = "\(error)"
  }

  /// The proposal that an error's message speaks of, by the operators and types that it names.
  private static func missingFeature(_ error: PulleyError) -> FailureReason {
    let message = error.message
    // Of elements that cannot be made there is no more to be had than this.
    if message == TrapReason.unsupported.message { return .garbageCollection }
    let isPart: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    for word in message.split(whereSeparator: { !isPart($0) }) {
      if isGarbageCollection(word) { return .garbageCollection }
      if isExceptions(word) { return .exceptions }
    }
    return .unsupported
  }

  private static func isGarbageCollection(_ word: Substring) -> Bool {
    switch word {
    case "ref.test", "ref.cast", "ref.eq", "ref.i31", "br_on_cast", "br_on_cast_fail",
      "any.convert_extern", "extern.convert_any", "anyref", "eqref", "i31ref", "structref",
      "arrayref", "nullref":
      true
    default:
      word.hasPrefix("struct.") || word.hasPrefix("array.") || word.hasPrefix("i31.")
    }
  }

  private static func isExceptions(_ word: Substring) -> Bool {
    switch word {
    case "throw", "throw_ref", "try_table", "exceptions", "exnref", "nullexnref": true
    default: false
    }
  }
}

/// What came of a script's commands.
struct ScriptOutcome: Sendable {
  struct Line: Sendable {
    var line: Int
    var command: String
    var failure: Failure
  }

  var passed = 0
  var failures: [Line] = []
  /// Failures that are expected because later versions of the specification say otherwise.
  var superseded = 0
  /// Commands that there was no time for.
  var unfinished = 0

  var failed: Int { failures.count + unfinished }

  /// How many commands there were.
  var count: Int { passed + failed + superseded }
}

/// The outcome of a script while its threads are running.
final class ScriptLog: Sendable {
  private let outcome = Mutex(ScriptOutcome())
  private let count = Atomic(0)

  /// How many commands the script has, once it has been read.
  var commandCount: Int {
    get { count.load(ordering: .relaxed) }
    set { count.store(newValue, ordering: .relaxed) }
  }

  func pass() {
    outcome.withLock { $0.passed += 1 }
  }

  func supersede() {
    outcome.withLock { $0.superseded += 1 }
  }

  func fail(_ line: ScriptOutcome.Line) {
    outcome.withLock { $0.failures.append(line) }
  }

  /// What has come of the script up to now.
  var current: ScriptOutcome { outcome.withLock { $0 } }
}
