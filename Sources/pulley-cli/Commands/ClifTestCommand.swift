import ArgumentParser
import Pulley
import PulleyIR
import PulleyScript

struct ClifTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clif-test",
    abstract: "Run Cranelift's test files.",
    discussion: """
      A file says in its first lines what is to be done with its functions: `test run` (and `test \
      interpret`) calls them as comments say, `; run: %f(1) == 2` or `; print: %f(1)`; `test \
      verifier` expects just the errors that comments announce, `; error: …`; `test cat` prints \
      functions and looks for what comments say; `test compile precise-output` compiles them and \
      compares how many instructions they have with the listing in the comments behind them. A \
      folder stands for all files in it that end in .clif, and in its folders.

      Exits with 1 if a check failed. CLIF is trusted: what `test run` calls may do anything.
      """)

  @Argument(help: "A file or a folder of files.")
  var paths: [RawText]

  @Flag(help: "Print the outcome as JSON instead.")
  var json = false

  @Flag(help: "Print the outcome of each file.")
  var perFile = false

  @Flag(help: "Run functions as they are, without optimising them first.")
  var unoptimized = false

  func run() throws {
    AbortHandler.remove()
    var files: [RawText] = []
    for path in paths { files += try FileBytes.expand(path, suffix: ".clif", isDeep: true) }
    var report = ClifTestReport(isJSON: json, isPerFile: perFile)
    var options = Engine.Options()
    options.optimizes = !unoptimized
    options.acceptsClif = true
    // Some functions have slots of a megabyte.
    options.stackSize = 16 << 20
    let engine = Engine(options)
    for file in files {
      report.add(ClifTestFile(file.shown, try FileBytes.read(file), engine).run())
    }
    report.finish()
    if report.failedCount > 0 { throw ExitCode(1) }
  }
}
