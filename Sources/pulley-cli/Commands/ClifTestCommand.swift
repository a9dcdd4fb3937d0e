import ArgumentParser
import Pulley
import PulleyIR
import PulleyScript

struct ClifTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clif-test",
    abstract: "Run Cranelift's test files.",
    discussion: """
      The first lines of a file name its tests. `test run` and `test interpret` call functions as \
      comments say: `; run: %f(1) == 2` or `; print: %f(1)`. `test verifier` expects exactly the \
      errors in comments: `; error: …`. `test cat` prints functions and matches the text with \
      comments. `test compile precise-output` compiles functions and compares the number of their \
      instructions with the listing in the comments after them. For a folder, runs all .clif files in \
      it and its subfolders.

      Exits with 1 if a check failed. CLIF is trusted: the called functions have all rights of this \
      process.
      """)

  @Argument(help: "A file or a folder of files.")
  var paths: [RawText]

  @Flag(help: "Print the outcome as JSON.")
  var json = false

  @Flag(help: "Print the outcome of each file.")
  var perFile = false

  @Flag(help: "Run functions without optimising them.")
  var unoptimized = false

  func run() throws {
    AbortHandler.remove()
    var files: [RawText] = []
    for path in paths { files += try FileBytes.expand(path, suffix: ".clif", isDeep: true) }
    var report = ClifTestReport(isJSON: json, isPerFile: perFile)
    var options = Engine.Options()
    options.optimizes = !unoptimized
    options.acceptsClif = true
    // Some functions have stack slots of a megabyte.
    options.stackSize = 16 << 20
    let engine = Engine(options)
    for file in files {
      report.add(ClifTestFile(file.shown, try FileBytes.read(file), engine).run())
    }
    report.finish()
    if report.failedCount > 0 { throw ExitCode(1) }
  }
}
