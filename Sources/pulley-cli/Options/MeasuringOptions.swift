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

  /// The options whose value may be left out. They take only a value after `=`, so that the word after
  /// them can be the file to run.
  static let optionalValues = [RawText("--stats")]

  /// The words with the default value for each of these options that has none.
  static func withValues(_ words: ArraySlice<RawText>) -> [RawText] {
    words.map { word in
      guard optionalValues.contains(word) else { return word }
      return RawText(bytes: word.bytes + Array("=".utf8) + ReportTarget.standardError.bytes)
    }
  }

  func validate() throws {
    if statsFormat != nil, stats == nil {
      throw ValidationError("--stats-format is about the output of --stats")
    }
  }

  func apply(to options: inout Engine.Options) {
    if stats != nil { options.countsDispatches = true }
  }

  /// Runs the program and reports, however it ends.
  func measure(_ instance: Instance, _ program: () throws -> Void) throws {
    do {
      try program()
    } catch {
      // The program's own failure decides the exit code.
      do { try report(instance) } catch { printError(error.description) }
      throw error
    }
    try report(instance)
  }

  private func report(_ instance: Instance) throws(CommandError) {
    if let stats {
      let report = StatisticsReport(instance.executionStatistics)
      try stats.write(statsFormat == .json ? report.json : report.text)
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

  func write(_ text: String) throws(CommandError) {
    // Opening standard error again would empty it, if it is a file.
    if file == Self.standardError {
      StandardError.write(text)
    } else {
      try FileBytes.write(Array(text.utf8), to: file)
    }
  }
}
