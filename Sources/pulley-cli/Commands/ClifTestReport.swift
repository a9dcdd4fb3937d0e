import PulleyScript

/// Prints the outcomes of test files, as text or as JSON.
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
