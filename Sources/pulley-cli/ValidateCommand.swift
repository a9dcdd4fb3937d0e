import ArgumentParser
import Pulley

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check WebAssembly modules, binary or text.",
    discussion: "Prints nothing about those that are valid. Exits with 1 if any is not.")

  @Argument(help: "Files in the binary or the text format.")
  var files: [String]

  func run() throws {
    var exitCode: ExitCode?
    for file in files {
      do {
        try Module.validate(try FileBytes.read(file))
      } catch let error as PulleyError {
        exitCode = error.report(file)
      } catch let error as CommandError {
        printError("\(error)")
        exitCode = ExitCode(1)
      }
    }
    if let exitCode { throw exitCode }
  }
}
