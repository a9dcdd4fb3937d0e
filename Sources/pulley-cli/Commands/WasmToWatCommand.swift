import ArgumentParser
import PulleyWasm
import PulleyWat

struct WasmToWatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wasm2wat",
    abstract: "Write a WebAssembly module in the text format.",
    discussion: """
      The text says all that the module says, its names and custom sections included: `pulley \
      wat2wasm` makes the same module of it. The module need be well-formed only, not valid.
      """)

  @Option(name: .shortAndLong, help: "Where to write it (default: to standard output).")
  var output: RawText?

  @Flag(help: "Write operands inside of their instruction's parentheses.")
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
