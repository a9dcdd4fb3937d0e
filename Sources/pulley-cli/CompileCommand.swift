import ArgumentParser
import Pulley

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a WebAssembly module to an artifact.",
    discussion: "The artifact is an ELF file; running it gives the same results without compiling.")

  @Option(name: .shortAndLong, help: "Where to write it (default: FILE with the ending .pulley).")
  var output: String?

  @Option(help: "How many threads compile (default: one for each processor).")
  var threads = 0

  @Argument(help: "A .wasm or .wat file.")
  var file: String

  func run() throws {
    let bytes = try FileBytes.read(file)
    do {
      var options = Engine.Options()
      options.compileThreads = threads
      let module = try Module(engine: Engine(options), bytes: bytes)
      let ending = [".wasm", ".wat"].first { file.hasSuffix($0) } ?? ""
      let stem = file.dropLast(ending.count)
      try FileBytes.write(module.artifact(), to: output ?? stem + ".pulley")
    } catch let error as PulleyError {
      throw error.report(file)
    }
  }
}
