import ArgumentParser
import CPulley
import Glibc
import Pulley

@main
struct PulleyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pulley",
    abstract: "Runs WebAssembly and CLIF on a portable bytecode interpreter.",
    discussion: """
      Exit codes: 0 success; 1 the input was refused, a command of a suite failed, or the output \
      could not be written; 64 the command line is wrong; 70 an internal error; 124 the time limit of \
      --timeout was reached; 134 the guest trapped. A guest that exits chooses its own code, of which \
      the system keeps 8 bits.
      """,
    version: PULLEY_VERSION,
    subcommands: [
      RunCommand.self, CompileCommand.self, WasmToWatCommand.self,
      WatToWasmCommand.self, ValidateCommand.self, InspectCommand.self,
      ObjdumpCommand.self, WastCommand.self, ClifTestCommand.self, CacheCommand.self,
    ])
}

extension PulleyCommand {
  static func main() {
    AbortHandler.install()
    var code: ExitCode
    do {
      guard HostMemory.allowsSmall else {
        throw CommandError("there is not enough memory for the command")
      }
      try perform(RawText.commandLine)
      code = .success
    } catch {
      code = report(error)
    }
    do {
      try StandardOutput.finish()
    } catch {
      printError(error.description)
      if code == .success { code = .failure }
    }
    Glibc.exit(code.rawValue)
  }

  private static func perform(_ words: [RawText]) throws {
    if let program = ProgramRun(words: words) { return try program.run() }
    try checkName(words.first)
    let guestStart = RunCommand.guestStart(words)
    let own = words[..<guestStart]
    let isRun = words.first == RawText("run")
    var command = try parse(isRun ? RunCommand.withValues(own)[...] : own)
    if var run = command as? RunCommand {
      run.arguments = Array(words[guestStart...])
      try run.run()
    } else {
      try command.run()
    }
  }

  private static func parse(_ words: ArraySlice<RawText>) throws -> any ParsableCommand {
    // Parsing one command is faster than parsing all, and matters for short programs. Errors come
    // from the whole parser.
    if words.first == RawText("run"),
      let run = try? RunCommand.parseAsRoot(words.dropFirst().map(\.argument)) as? RunCommand
    {
      return run
    }
    return try parseAsRoot(words.map(\.argument))
  }

  /// Prints the message of a command or of the parser. Returns its exit code.
  private static func report(_ error: any Error) -> ExitCode {
    if let error = error as? CommandError {
      printError(error.description)
      return .failure
    }
    // The guest's exit code, mostly. The parser would take longer to say the same.
    if let code = error as? ExitCode { return code }
    let code = exitCode(for: error)
    let message = RawText.shown(fullMessage(for: error))
    guard !message.isEmpty else { return code }
    if code == .success {
      StandardOutput.print(message)
    } else {
      StandardError.write(message + "\n")
    }
    return code
  }

  /// Throws an error about an unknown command, which the parser would take for an argument.
  private static func checkName(_ word: RawText?) throws {
    guard let name = word?.argument, !name.hasPrefix("-") else { return }
    let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !known.contains(name) else { return }
    if [".wasm", ".wat", ".clif", ".pulley"].contains(where: { name.hasSuffix($0) }) {
      throw ValidationError("unknown command '\(name)'. To run the file, use `pulley run \(name)`")
    }
    let nearest = known.map { (distance($0, name), $0) }.min { $0.0 < $1.0 }
    let offer = nearest.flatMap { $0.0 <= 2 ? " Did you mean '\($0.1)'?" : nil }
    throw ValidationError(
      "unknown command '\(name)'.\(offer ?? " There are \(known.joined(separator: ", "))")")
  }

  /// The Damerau-Levenshtein distance (optimal string alignment) of two words.
  private static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first.utf8), Array(second.utf8.prefix(100)))
    var rows = [Array(0...second.count)]
    for (i, letter) in first.enumerated() {
      var row = [i + 1]
      for (j, other) in second.enumerated() {
        var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == second[j - 1], first[i - 1] == other {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[first.count][second.count]
  }
}

extension PulleyError {
  /// Prints the error and its further errors. Returns its exit code.
  ///
  /// - Parameter path: the file's name for messages.
  func report(_ path: String) -> ExitCode {
    reportAlone(path)
    for other in others { other.reportAlone(path) }
    switch kind {
    case .trap: return ExitCode(134)
    case .internal: return ExitCode(AbortHandler.exitCode)
    default: return .failure
    }
  }

  private func reportAlone(_ path: String) {
    if let line, let column {
      let text = excerpt.map { "\n\($0)" } ?? ""
      let trap = kind == .trap ? "trap: " : ""
      printError("\(path):\(line):\(column): \(trap)\(message)\(text)\(backtraceText)")
    } else {
      var alone = self
      alone.others = []
      printError("\(path): \(kind == .trap ? "trap: " : "")\(alone.fullDescription)")
    }
  }
}
