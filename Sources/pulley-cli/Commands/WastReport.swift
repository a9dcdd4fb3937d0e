import PulleyScript

/// Prints the outcomes of scripts, as text or as JSON.
struct WastReport {
  let isJSON: Bool
  let isPerFile: Bool
  private(set) var total = ScriptOutcome()
  private var reasons: [FailureReason: Int] = [:]
  private var isFirst = true

  init(isJSON: Bool, isPerFile: Bool) {
    self.isJSON = isJSON
    self.isPerFile = isPerFile
    if isJSON { StandardOutput.print("{\"files\": [", terminator: "") }
  }

  mutating func add(_ file: String, _ outcome: ScriptOutcome) {
    var outcome = outcome
    outcome.failures.sort { $0.line < $1.line }
    total.passed += outcome.passed
    total.superseded += outcome.superseded
    total.unfinished += outcome.unfinished
    total.failures += outcome.failures
    for line in outcome.failures { reasons[line.failure.reason, default: 0] += 1 }
    if outcome.unfinished > 0 { reasons[.unfinished, default: 0] += outcome.unfinished }
    if isJSON {
      printJSON(file, outcome)
    } else {
      printText(file, outcome)
    }
  }

  func finish() {
    let counts = FailureReason.allCases.compactMap { reason in
      reasons[reason].map { (reason.rawValue, $0) }
    }
    guard !isJSON else {
      let list = counts.map { "\(JSONText.quoted($0)): \($1)" }.joined(separator: ", ")
      StandardOutput.print("\n], \"reasons\": {\(list)}, \(Self.counts(total))}")
      return
    }
    for (reason, count) in counts { StandardOutput.print("\(reason): \(count)") }
    if total.superseded > 0 { StandardOutput.print("superseded: \(total.superseded)") }
    StandardOutput.print("\(total.passed) passed, \(total.failed) failed")
  }

  private func printText(_ file: String, _ outcome: ScriptOutcome) {
    for line in outcome.failures {
      let failure = line.failure
      StandardOutput.print(
        "\(file):\(line.line): \(line.command): \(Self.inOneLine(failure.message))")
    }
    if outcome.unfinished > 0 {
      StandardOutput.print("\(file): timed out: \(outcome.unfinished) commands are left")
    }
    if isPerFile {
      StandardOutput.print("\(file): \(outcome.passed) passed, \(outcome.failed) failed")
    }
  }

  private mutating func printJSON(_ file: String, _ outcome: ScriptOutcome) {
    StandardOutput.print(isFirst ? "\n" : ",\n", terminator: "")
    isFirst = false
    var failures: [String] = []
    for line in outcome.failures {
      failures.append(
        "{\"line\": \(line.line), \"command\": \(JSONText.quoted(line.command)), "
          + "\"reason\": \(JSONText.quoted(line.failure.reason.rawValue)), "
          + "\"message\": \(JSONText.quoted(line.failure.message))}")
    }
    let list = failures.isEmpty ? "[]" : "[\n  \(failures.joined(separator: ",\n  "))]"
    StandardOutput.print(
      "{\"file\": \(JSONText.quoted(file)), \(Self.counts(outcome)), \"failures\": \(list)}",
      terminator: "")
  }

  private static func counts(_ outcome: ScriptOutcome) -> String {
    "\"passed\": \(outcome.passed), \"failed\": \(outcome.failed), "
      + "\"superseded\": \(outcome.superseded), \"unfinished\": \(outcome.unfinished)"
  }

  private static func inOneLine(_ text: String) -> String {
    text.contains("\n") ? text.split(separator: "\n").joined(separator: " / ") : text
  }
}
