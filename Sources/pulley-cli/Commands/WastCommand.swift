import ArgumentParser
import Glibc
import Pulley
import PulleyScript

struct WastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wast",
    abstract: "Run WebAssembly test scripts.",
    discussion: """
      Scripts are those of the specification (.wast). A folder stands for all scripts in it and in \
      its folders. Each command that fails has a line with its place and why, and counts under its \
      reason.

      With --round-trip nothing is run: each module of a script is written as text, read again and \
      compared.

      Exits with 1 if a command failed.
      """)

  @Argument(help: "A script or a folder of scripts.")
  var paths: [RawText]

  @Flag(help: "Print the outcome as JSON instead.")
  var json = false

  @Flag(help: "Print the outcome of each script.")
  var perFile = false

  @Option(
    help: """
      A table of commands that are not expected to pass: group (the script's folder), file and \
      line, separated by tabs. They are counted apart. May be given several times.
      """)
  var superseded: [RawText] = []

  @Option(help: "How many seconds a script may take.")
  var timeout = 300

  @Option(help: "How many scripts run at once (default: one for each processor).")
  var jobs = 0

  @Flag(help: "Compare each module with what its text makes instead of running.")
  var roundTrip = false

  func run() throws {
    var exceptions = SupersededCommands()
    for table in superseded { exceptions.add(try FileBytes.read(table)) }
    var files: [RawText] = []
    for path in paths { files += try FileBytes.expand(path, suffix: ".wast", isDeep: true) }
    var report = WastReport(isJSON: json, isPerFile: perFile)
    let engine = Engine()
    try runAll(files, exceptions) { source, log in
      if roundTrip {
        RoundTrip(source, log: log).run()
      } else {
        ScriptRunner.run(source, engine: engine, log: log)
      }
    } report: {
      report.add($0, $1)
    }
    report.finish()
    if report.total.failed > 0 { throw ExitCode(1) }
  }

  // MARK: Scripts at once

  /// A script that is being run by a thread of its own.
  private struct Job {
    let file: RawText
    let log: ScriptLog
    let thread: ScriptThread
    let deadline: timespec
  }

  /// Runs the scripts, some of them at once, and reports them in order.
  ///
  /// A script that does not end is left alone: its thread ends with the process.
  private func runAll(
    _ files: [RawText], _ exceptions: SupersededCommands,
    _ body: @escaping (ScriptSource, ScriptLog) -> Void,
    report: (String, ScriptOutcome) -> Void
  ) throws {
    let width = jobs > 0 ? jobs : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var running: [Job] = []
    var next = 0
    while next < files.count || !running.isEmpty {
      while next < files.count && running.count < width {
        running.append(try start(files[next], exceptions, body))
        next += 1
      }
      let job = running.removeFirst()
      let hasEnded = job.thread.join(until: job.deadline)
      var outcome = job.log.current
      if !hasEnded { outcome.unfinished = max(1, job.log.commandCount - outcome.count) }
      report(job.file.shown, outcome)
    }
  }

  private func start(
    _ file: RawText, _ exceptions: SupersededCommands,
    _ body: @escaping (ScriptSource, ScriptLog) -> Void
  ) throws -> Job {
    let source = ScriptSource(
      try FileBytes.read(file), name: file.shown,
      supersededLines: exceptions.lines(of: file.shown))
    let log = ScriptLog()
    guard let thread = ScriptThread(running: { body(source, log) }) else {
      throw CommandError("\(file.shown): the system starts no further thread")
    }
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += timeout
    return Job(file: file, log: log, thread: thread, deadline: deadline)
  }
}
