import ArgumentParser
import Glibc
import Pulley
import PulleyScript

struct WastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wast",
    abstract: "Run WebAssembly test scripts.",
    discussion: """
      Scripts have the format of the specification's tests (.wast). For a folder, runs all scripts in \
      it and its subfolders. Prints a line with the place and the reason for each command that fails, \
      and a count for each reason.

      With --round-trip, runs nothing: prints each module of a script as text, reads it again and \
      compares the bytes.

      Exits with 1 if a command failed.
      """)

  @Argument(help: "A script or a folder of scripts.")
  var paths: [RawText]

  @Flag(help: "Print the outcome as JSON.")
  var json = false

  @Flag(help: "Print the outcome of each script.")
  var perFile = false

  @Option(
    help: """
      A table of commands that may fail, which are counted separately: the script's folder, its file \
      and the line, separated by tabs. May be given several times.
      """)
  var superseded: [RawText] = []

  @Option(help: "The time limit for a script, in seconds.")
  var timeout = 300

  @Option(help: "The number of scripts that run at a time (default: one for each processor).")
  var jobs = 0

  @OptionGroup var tiers: TierOptions

  @Flag(help: "Collect the heap at each allocation, to find errors.")
  var gcStress = false

  @Flag(help: "Compare each module with the module from its text, and run nothing.")
  var roundTrip = false

  func run() throws {
    var exceptions = SupersededCommands()
    for table in superseded { exceptions.add(try FileBytes.read(table)) }
    var files: [RawText] = []
    for path in paths { files += try FileBytes.expand(path, suffix: ".wast", isDeep: true) }
    var report = WastReport(isJSON: json, isPerFile: perFile)
    var options = Engine.Options()
    tiers.apply(to: &options)
    options.collectsAtEachAllocation = gcStress
    let engine = Engine(options)
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

  // MARK: Parallel scripts

  /// A script that runs on its own thread.
  private struct Job {
    let file: RawText
    let log: ScriptLog
    let thread: ScriptThread
    let deadline: timespec
  }

  /// Runs several scripts at a time, and reports them in order.
  ///
  /// A script past its deadline is abandoned: its thread ends with the process.
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
      throw CommandError("\(file.shown): the system cannot start another thread")
    }
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += timeout
    return Job(file: file, log: log, thread: thread, deadline: deadline)
  }
}
