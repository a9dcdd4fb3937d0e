import ArgumentParser
import CPulley
import Pulley

@main
struct PulleyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pulley",
    abstract: "Runs WebAssembly and CLIF on a portable bytecode interpreter.",
    discussion: """
      Exit codes: 0 success; 1 the input was refused, or a command of a suite failed; 64 the \
      command line is wrong; 134 the guest trapped. A guest that exits gives its own code.
      """,
    version: PULLEY_VERSION,
    subcommands: [
      RunCommand.self, CompileCommand.self, WasmToWatCommand.self,
      WatToWasmCommand.self, ValidateCommand.self, InspectCommand.self,
      ObjdumpCommand.self, WastCommand.self, ClifTestCommand.self,
    ])
}

extension PulleyCommand {
  static func main() {
    do {
      guard HostMemory.allowsSmall else {
        throw CommandError("the process cannot have as much memory as the command needs")
      }
      try checkName()
      var command = try parseAsRoot()
      try command.run()
    } catch let error as CommandError {
      printError(error.description)
      exit(withError: ExitCode(1))
    } catch {
      exit(withError: error)
    }
  }

  /// Says what is meant by a command that does not exist, which the parser takes for an argument.
  private static func checkName() throws {
    guard let name = CommandLine.arguments.dropFirst().first, !name.hasPrefix("-") else { return }
    let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !known.contains(name) else { return }
    if [".wasm", ".wat", ".clif", ".pulley"].contains(where: { name.hasSuffix($0) }) {
      throw ValidationError("'\(name)' is no command. `pulley run \(name)` runs it")
    }
    let nearest = known.map { (distance($0, name), $0) }.min { $0.0 < $1.0 }
    let offer = nearest.flatMap { $0.0 <= 2 ? " Did you mean '\($0.1)'?" : nil }
    throw ValidationError(
      "'\(name)' is no command.\(offer ?? " There are \(known.joined(separator: ", "))")")
  }

  /// How many letters must be put in, left out, changed or swapped to make one word of another.
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
  /// Prints the error, and others that come with it, and gives the exit code that stands for it.
  func report(_ path: String) -> ExitCode {
    reportAlone(path)
    for other in others { other.reportAlone(path) }
    return ExitCode(kind == .trap ? 134 : 1)
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
