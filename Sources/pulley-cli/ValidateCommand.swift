import ArgumentParser
import Pulley

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check WebAssembly modules, binary or text, and texts of CLIF.",
    discussion: "Prints nothing about those that are valid. Exits with 1 if any is not.")

  @Argument(help: "Files in the binary or the text format, or in CLIF.")
  var files: [String]

  func run() throws {
    var exitCode: ExitCode?
    for file in files {
      do {
        let bytes = try FileBytes.read(file)
        if ClifModule.isText(bytes) {
          try ClifModule.validate(bytes)
        } else {
          try Module.validate(bytes)
        }
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
