import ArgumentParser
import PulleyWasm
import PulleyWat

struct WasmToWatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wasm2wat",
    abstract: "Write a WebAssembly module in the text format.",
    discussion: """
      The text is complete, with names and custom sections: `pulley wat2wasm` makes the same module \
      from it. The module must be well-formed, but need not be valid.
      """)

  @Option(name: .shortAndLong, help: "The output file (default: standard output).")
  var output: RawText?

  @Flag(help: "Write folded expressions: operands inside the parentheses of their instruction.")
  var fold = false

  @Argument(help: "A .wasm file.")
  var file: RawText

  func run() throws {
    let bytes = try FileBytes.read(file)
    var options = WatPrinter.Options()
    options.isFolded = fold
    do {
      let text = try WatPrinter.print(ModuleBytes(bytes), options: options)
      try FileBytes.write(text, to: output ?? FileBytes.standardStream)
    } catch let error as WasmError {
      printError("\(file.shown): \(error)")
      throw ExitCode(1)
    }
  }
}
