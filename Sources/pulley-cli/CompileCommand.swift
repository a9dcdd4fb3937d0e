import ArgumentParser
import Pulley

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a WebAssembly module or a text of CLIF to an artifact.",
    discussion: "The artifact is an ELF file; running it gives the same results without compiling.")

  @Option(name: .shortAndLong, help: "Where to write it (default: FILE with the ending .pulley).")
  var output: String?

  @Option(help: "How many threads compile (default: one for each processor).")
  var threads = 0

  @Option(
    help: ArgumentHelp(
      "What the module, its code and compiling it may take: bytes, or a number with K, M or G.",
      valueName: "size"))
  var maxCompileMemory: ByteCount?

  @Argument(help: "A .wasm, .wat or .clif file.")
  var file: String

  func run() throws {
    let bytes = try FileBytes.read(file)
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
      let ending = [".wasm", ".wat", ".clif"].first { file.hasSuffix($0) } ?? ""
      let stem = file.dropLast(ending.count)
      let artifact = try Self.artifact(bytes, engine: Engine(options))
      try FileBytes.write(artifact, to: output ?? stem + ".pulley")
    } catch let error as PulleyError {
      progress.finish()
      throw error.report(file)
    }
  }

  /// The artifact of a module or a text of any kind.
  static func artifact(_ bytes: [UInt8], engine: Engine) throws(PulleyError) -> [UInt8] {
    ClifModule.isText(bytes)
      ? try ClifModule(engine: engine, text: bytes).artifact()
      : try Module(engine: engine, bytes: bytes).artifact()
  }
}
