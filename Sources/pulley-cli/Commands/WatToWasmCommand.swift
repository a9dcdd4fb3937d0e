import ArgumentParser
import Pulley

struct WatToWasmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wat2wasm",
    abstract: "Write a WebAssembly module in the text format as a binary.",
    discussion: "The module must be well-formed, but need not be valid: see `pulley validate`.")

  @Option(name: .shortAndLong, help: "The output file (default: FILE with the ending .wasm).")
  var output: RawText?

  @Argument(help: "A .wat file.")
  var file: RawText

  func run() throws {
    let text = try FileBytes.read(file)
    do {
      try FileBytes.write(
        Module.binary(ofText: text), to: output ?? file.replacing([".wat"], with: ".wasm"))
    } catch let error as PulleyError {
      throw error.report(file.shown)
    }
  }
}
