/// What came of a file.
struct ClifTestOutcome {
  let file: String
  /// By kind of test, `run` or `verifier`: how many checks passed.
  private(set) var passed: [String: Int] = [:]
  private(set) var failures: [Failure] = []
  /// Functions that were compared with a listing: ours and the listing's number of instructions.
  private(set) var sizes: [Size] = []
  /// What commands asked to print.
  private(set) var output: [String] = []

  struct Failure {
    let test: String
    let line: Int
    let message: String
  }

  struct Size {
    let function: String
    let count: Int
    let expected: Int
  }

  init(file: String) { self.file = file }

  mutating func pass(_ test: String) { passed[test, default: 0] += 1 }

  mutating func fail(_ test: String, line: Int, _ message: String) {
    failures.append(Failure(test: test, line: line, message: message))
  }

  mutating func check(_ test: String, line: Int, _ failure: String?) {
    if let failure { fail(test, line: line, failure) } else { pass(test) }
  }

  mutating func compare(_ size: Size) { sizes.append(size) }

  mutating func print(_ text: String) { output.append(text) }

  var passedCount: Int { passed.values.reduce(0, +) }
}

/// Prints what came of files, for people or for tools.
struct ClifTestReport {
  let isJSON: Bool
  let isPerFile: Bool
  private(set) var failedCount = 0
  private var passedCount = 0
  private var compared = 0
  private var larger: [String] = []
  private var isFirst = true

  init(isJSON: Bool, isPerFile: Bool) {
    self.isJSON = isJSON
    self.isPerFile = isPerFile
    if isJSON { StandardOutput.print("{\"files\": [", terminator: "") }
  }

  mutating func add(_ outcome: ClifTestOutcome) {
    passedCount += outcome.passedCount
    failedCount += outcome.failures.count
    compared += outcome.sizes.count
    for size in outcome.sizes where size.count > size.expected {
      larger.append(
        "\(outcome.file): \(size.function): \(size.count) instructions, not \(size.expected)")
    }
    if isJSON {
      addJSON(outcome)
    } else {
      for text in outcome.output { StandardOutput.print(text) }
      for failure in outcome.failures {
        StandardOutput.print("\(outcome.file):\(failure.line): \(failure.test): \(failure.message)")
      }
      if isPerFile {
        StandardOutput.print(
          "\(outcome.file): \(outcome.passedCount) passed, \(outcome.failures.count) failed")
      }
    }
  }

  private mutating func addJSON(_ outcome: ClifTestOutcome) {
    StandardOutput.print(isFirst ? "\n" : ",\n", terminator: "")
    isFirst = false
    let passed = outcome.passed.sorted { $0.key < $1.key }
      .map { "\(JSONText.quoted($0.key)): \($0.value)" }
    let failures = outcome.failures.map { failure in
      "{\"line\": \(failure.line), \"test\": \(JSONText.quoted(failure.test)), "
        + "\"message\": \(JSONText.quoted(failure.message))}"
    }
    let larger = outcome.sizes.filter { $0.count > $0.expected }.map { size in
      "{\"function\": \(JSONText.quoted(size.function)), \"count\": \(size.count), "
        + "\"expected\": \(size.expected)}"
    }
    StandardOutput.print(
      "{\"file\": \(JSONText.quoted(outcome.file)), \"passed\": {\(passed.joined(separator: ", "))}, "
        + "\"failures\": [\(failures.joined(separator: ", "))], \"compared\": \(outcome.sizes.count), "
        + "\"larger\": [\(larger.joined(separator: ", "))]}", terminator: "")
  }

  func finish() {
    guard !isJSON else {
      StandardOutput.print(
        "\n], \"passed\": \(passedCount), \"failed\": \(failedCount), \"compared\": \(compared), "
          + "\"larger\": \(larger.count)}")
      return
    }
    if compared > 0 {
      for line in larger { StandardOutput.print(line) }
      StandardOutput.print(
        "\(larger.count) of \(compared) functions have more instructions than expected")
    }
    StandardOutput.print("\(passedCount) passed, \(failedCount) failed")
  }
}
