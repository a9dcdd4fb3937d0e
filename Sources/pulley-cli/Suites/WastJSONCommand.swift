import ArgumentParser
import Pulley

struct WastJSONCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wast-json",
    abstract: "Run WebAssembly test scripts in JSON.",
    discussion: """
      Scripts are those of wast2json, either beside their modules or bundled with them. A folder \
      stands for all .json files in it.

      Modules given as text only are skipped and counted apart. Exits with 1 if a command failed.
      """)

  @Argument(help: "A script or a folder of scripts.")
  var paths: [String]

  @Option(
    help: """
      A table of commands that are not expected to pass: group (the script's folder), file and \
      line, separated by tabs. They are counted apart.
      """)
  var superseded: String?

  @Flag(help: "Print a line for each file.")
  var perFile = false

  @Flag(name: .customLong("list-skipped"), help: "Print a line for each skipped command.")
  var listSkipped = false

  struct Counts {
    var passed = 0
    var failed = 0
    var skipped = 0
    var superseded = 0

    static func += (a: inout Counts, b: Counts) {
      a.passed += b.passed
      a.failed += b.failed
      a.skipped += b.skipped
      a.superseded += b.superseded
    }

    var text: String {
      "\(passed) passed, \(failed) failed, \(skipped) skipped (text), \(superseded) superseded"
    }
  }

  func run() throws {
    let exceptions = try superseded.map { try readExceptions($0) } ?? []
    var total = Counts()
    for path in paths {
      for script in try FileBytes.expand(path, suffix: ".json") {
        let counts = try run(script, exceptions)
        if perFile { print("\(script): \(counts.text)") }
        total += counts
      }
    }
    print(total.text)
    if total.failed > 0 { throw ExitCode(1) }
  }

  private func readExceptions(_ path: String) throws -> Set<String> {
    let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
    var exceptions: Set<String> = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count >= 3 else { continue }
      exceptions.insert("\(columns[0])/\(columns[1]):\(columns[2])")
    }
    return exceptions
  }

  private func run(_ path: String, _ exceptions: Set<String>) throws -> Counts {
    let directory = FileBytes.directory(of: path)
    let script = try SuiteScript(contentsOf: path)
    var runner = try SuiteRunner(script: script, directory: directory)
    let name = FileBytes.name(of: path)
    let group = FileBytes.name(of: directory)
    let stem = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
    var counts = Counts()
    for command in script.commands {
      switch try runner.run(command) {
      case .passed:
        counts.passed += 1
      case .failed(let reason):
        if exceptions.contains("\(group)/\(stem).wast:\(command.line)") {
          counts.superseded += 1
        } else {
          counts.failed += 1
          print("\(group)/\(stem).wast:\(command.line): \(command.type): \(reason)")
        }
      case .skippedText:
        counts.skipped += 1
        if listSkipped { print("\(group)/\(stem).wast:\(command.line): skipped: text module") }
      }
    }
    return counts
  }
}
