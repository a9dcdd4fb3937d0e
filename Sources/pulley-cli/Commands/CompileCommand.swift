import ArgumentParser
import Pulley

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a WebAssembly module or a text of CLIF to an artifact.",
    discussion: "The artifact is an ELF file; running it gives the same results without compiling.")

  @Option(
    name: .shortAndLong,
    help: "The output file (default: FILE with the ending .pulley; - is standard output).")
  var output: RawText?

  @Option(help: "The number of threads (default: one for each processor).")
  var threads = 0

  @Option(
    help: ArgumentHelp(
      "Limit the size of the module, its code and the memory for compilation: bytes, or a number with K, M or G.",
      valueName: "size"))
  var maxCompileMemory: ByteCount?

  @Flag(help: "Accept CLIF even if the file's name does not end in .clif.")
  var allowClif = false

  @Argument(help: "A .wasm, .wat or .clif file.")
  var file: RawText

  func run() throws {
    let input = try InputFile(file)
    guard input.format != .artifact else {
      throw CommandError(
        "\(file.shown): this is an ELF file, which is compiled already or not a module")
    }
    try input.requireTrust(allowsClif: allowClif)
    let progress = ProgressBar()
    defer { progress.finish() }
    do {
      var options = Engine.Options()
      options.compileThreads = threads
      if let maxCompileMemory {
        options.limits[.compilation] = ResourceLimits.Limit(
          perGroup: maxCompileMemory.value, perEngine: maxCompileMemory.value)
      }
      options.reportsProgress = { progress.show($0, $1) }
      let artifact = try input.artifact(options)
      try FileBytes.write(
        artifact, to: output ?? file.replacing(InputFile.sourceEndings, with: ".pulley"))
    } catch let error as PulleyError {
      progress.finish()
      throw error.report(file.shown)
    }
  }
}
