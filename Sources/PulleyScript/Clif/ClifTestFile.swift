import Pulley
import PulleyIR

/// A test file of Cranelift's, with the tests that its first lines name.
package struct ClifTestFile {
  let path: String
  let bytes: [UInt8]
  let engine: Engine
  let file: ClifFile
  /// The tests, with their words: `compile precise-output`.
  let tests: [[String]]
  /// The first Pulley target, with its settings; nil if the file names none.
  let target: [String]?
  /// Whether the file names any target.
  let hasTarget: Bool

  /// Reads the file. `path` appears in the outcome only.
  package init(_ path: String, _ bytes: [UInt8], _ engine: Engine) {
    self.path = path
    self.bytes = bytes
    self.engine = engine
    file = ClifReader.read(bytes)
    tests = file.directives.filter { $0.words.first == "test" }.map { Array($0.words.dropFirst()) }
    let targets = file.directives.filter { $0.words.first == "target" }
      .map { Array($0.words.dropFirst()) }
    hasTarget = !targets.isEmpty
    target =
      targets.first { $0.first == "pulley64" }
      ?? targets.first { $0.first?.hasPrefix("pulley") == true }
  }

  /// Runs the file's tests.
  package func run() -> ClifTestOutcome {
    var outcome = ClifTestOutcome(file: path)
    for error in file.errors {
      outcome.fail("read", line: error.line, error.message)
    }
    if tests.isEmpty {
      outcome.fail("read", line: 1, "the file names no test: its first line should be `test …`")
    }
    var hasRun = false
    for test in tests {
      switch test.first {
      case "run", "interpret":
        // Both run functions in the same way here.
        if !hasRun { runFunctions(&outcome) }
        hasRun = true
      case "verifier": verify(&outcome)
      case "cat": compareText(&outcome)
      case "compile": compile(&outcome, isPrecise: test.contains("precise-output"))
      default:
        outcome.fail(
          "read", line: 1, "unknown test `\(test.joined(separator: " "))`")
      }
    }
    return outcome
  }
}
