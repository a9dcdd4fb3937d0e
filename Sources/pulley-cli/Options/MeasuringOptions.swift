import ArgumentParser
import Pulley

/// The options that tell what the program does with its time.
struct MeasuringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Count the instructions that run, the handlers that execute them and the sequences in which "
        + "they do; print the counts on standard error, or with --stats=FILE in a file.",
      valueName: "file"))
  var stats: ReportTarget?

  @Option(help: "The format of --stats: text or json.")
  var statsFormat: StatisticsFormat?

  @Option(
    help: ArgumentHelp(
      "Sample where the program spends its processor time; print functions and places on standard "
        + "error, or with --profile=FILE in a file. A FILE that ends in .html becomes a flame graph.",
      valueName: "file"))
  var profile: ReportTarget?

  /// The options whose value may be left out, and what it is then.
  static let optionalValues = [
    RawText("--stats"): ReportTarget.standardError,
    RawText("--profile"): ReportTarget.standardError,
  ]

  func validate() throws {
    if statsFormat != nil, stats == nil {
      throw ValidationError("--stats-format is about the output of --stats")
    }
  }

  func apply(to options: inout Engine.Options) {
    if stats != nil { options.countsDispatches = true }
    if profile != nil {
      options.isProfiled = true
      options.mapsAllInstructions = true
    }
  }

  /// Begins to measure what the calling thread does.
  func begin(_ engine: Engine) throws(PulleyError) {
    if profile != nil { try engine.startProfiling() }
  }

  /// Runs the program and reports, however it ends.
  ///
  /// - Parameter title: the name of the program.
  func measure(_ instance: Instance, title: String, _ program: () throws -> Void) throws {
    do {
      try program()
    } catch {
      // The program's own failure decides the exit code.
      do { try report(instance, title) } catch { printError(error.description) }
      throw error
    }
    try report(instance, title)
  }

  private func report(_ instance: Instance, _ title: String) throws(CommandError) {
    let engine = instance.module.engine
    engine.stopProfiling()
    if let stats {
      let report = StatisticsReport(instance.executionStatistics)
      try stats.write(Array((statsFormat == .json ? report.json : report.text).utf8))
    }
    if let profile {
      let report = ProfileReport(engine.profile)
      let isPage = profile.file.hasSuffix(".html")
      try profile.write(isPage ? report.page(title: title) : Array(report.text.utf8))
    }
  }
}

enum StatisticsFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// The file that a report goes to.
struct ReportTarget: ExpressibleByArgument {
  static let standardError = RawText("/dev/stderr")

  let file: RawText

  init(argument: String) { file = RawText(argument: argument) }

  func write(_ text: [UInt8]) throws(CommandError) {
    // Opening standard error again would empty it, if it is a file.
    if file == Self.standardError {
      StandardError.write(String(decoding: text, as: UTF8.self))
    } else {
      try FileBytes.write(text, to: file)
    }
  }
}
