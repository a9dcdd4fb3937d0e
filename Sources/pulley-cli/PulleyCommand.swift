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
      printError("\(path): \(kind == .trap ? "trap: " : "")\(fullDescription)")
    }
  }
}
