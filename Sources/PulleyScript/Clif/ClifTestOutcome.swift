/// The outcome of a test file.
package struct ClifTestOutcome {
  package let file: String
  /// The number of checks that passed, by kind of test: `run`, `verifier`.
  package private(set) var passed: [String: Int] = [:]
  package private(set) var failures: [Failure] = []
  /// Functions whose number of instructions was compared with a listing's.
  package private(set) var sizes: [Size] = []
  /// The lines that `; print:` commands made.
  package private(set) var output: [String] = []

  package struct Failure {
    package let test: String
    package let line: Int
    package let message: String
  }

  package struct Size {
    package let function: String
    package let count: Int
    package let expected: Int
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

  package var passedCount: Int { passed.values.reduce(0, +) }
}
