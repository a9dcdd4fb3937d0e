import ArgumentParser
import Glibc
import Pulley

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a WebAssembly module, a text of CLIF or an artifact.",
    discussion: """
      A program of WASI preview 1 gets its arguments and the standard streams, and of files and \
      environment what --dir and --env give it:

          pulley run --dir . --env LANG app.wasm -- -v input.txt

      With --invoke, calls that export with the arguments as its parameters and prints the results. \
      Otherwise calls _start, and the arguments are the program's. A vector is written as its four \
      numbers of 32 bits with commas between, lane 0 first: 1,2,3,0xff.

      --host makes a C function importable by its C signature, for example \
      --host 'env.puts=i32(cstr)'; it is looked for in the C library and in what --load names.

      CLIF is trusted code: its addresses are the process's own. Its functions may be named with or \
      without the %; without --invoke, %main() runs and gives the exit code. What it does not define \
      is looked for in the C library and in what --load names. A vector is written as its lanes.
      """)

  @Option(help: "Call this export.")
  var invoke: String?

  @Option(name: .customLong("host"), help: "Make MODULE.NAME=SIGNATURE importable.")
  var hosts: [String] = []

  @Option(name: .customLong("load"), help: "Load a shared library for --host to find functions in.")
  var libraries: [String] = []

  @Option(
    name: .customLong("dir"),
    help: ArgumentHelp(
      "Let the program use a directory, which it calls GUEST; with :ro, only read in it.",
      valueName: "host[::guest][:ro]"))
  var directories: [DirectoryGrant] = []

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp(
      "Set a variable of the program's environment, which is empty otherwise. A NAME alone has the "
        + "value it has here.", valueName: "name[=value]"))
  var environment: [EnvironmentEntry] = []

  @OptionGroup var limits: LimitOptions

  @Option(
    help: ArgumentHelp("The guest's stack: bytes, or a number with K, M or G.", valueName: "size"))
  var stackSize: ByteCount?

  @Option(help: ArgumentHelp("All clocks show this, in nanoseconds since 1970.", valueName: "time"))
  var clock: UInt64?

  @Option(
    help: ArgumentHelp(
      "Random numbers are the same in every run with the same seed.", valueName: "number"))
  var seed: UInt64?

  @Option(
    name: .customLong("listen-fd"),
    help: ArgumentHelp(
      "Let the program accept connections on an open, listening socket.", valueName: "fd"))
  var listeners: [Int32] = []

  @Flag(help: "Compile all functions before running.")
  var eager = false

  @Flag(help: "Print on standard error how many instructions were dispatched.")
  var countDispatches = false

  @Argument(help: "A .wasm, .wat or .clif file or an artifact.")
  var file: String

  @Argument(parsing: .allUnrecognized, help: "Arguments; behind -- nothing is taken as an option.")
  var arguments: [String] = []

  /// Without the `--` that ends the options, which the parser leaves in.
  private var guestArguments: [String] {
    guard let end = arguments.firstIndex(of: "--") else { return arguments }
    return Array(arguments[..<end] + arguments[(end + 1)...])
  }

  func run() throws {
    let bytes = try FileBytes.read(file)
    do {
      let wasi = try system()
      var options = Engine.Options()
      options.isEager = eager
      let progress = ProgressBar()
      options.reportsProgress = { progress.show($0, $1) }
      defer { progress.finish() }
      options.countsDispatches = countDispatches
      if let stackSize { options.stackSize = stackSize.value }
      limits.apply(to: &options)
      let engine = Engine(options)
      defer { limits.report(engine) }
      let linker = Linker(engine: engine)
      if let program = try ClifProgram(bytes, engine: engine) {
        progress.finish()
        try defineHosts(linker)
        return try run(program, try program.instantiate(linker))
      }
      let module = try Module(engine: engine, moduleOrArtifact: bytes)
      progress.finish()
      try wasi.define(in: linker)
      try defineHosts(linker)
      try withExitCode(of: wasi) {
        let instance = try linker.instantiate(module)
        defer {
          if countDispatches { printError("\(instance.dispatchCount) instructions dispatched") }
        }
        if let invoke {
          try initialize(instance)
          try call(instance.function(named: invoke), invoke)
        } else {
          try start(instance, wasi)
        }
      }
    } catch let error as PulleyError {
      throw error.report(file)
    }
  }

  private func hint(about error: PulleyError) {
    guard error.kind == .link else { return }
    printError(
      "hint: --host MODULE.NAME=SIGNATURE defines an import as a C function, for example "
        + "--host 'env.puts=i32(cstr)'")
  }

  /// What the program finds around it.
  private func system() throws -> WASI {
    var options = WASI.Options()
    options.arguments = [file] + guestArguments
    options.environment = environment.map(\.text)
    options.preopens = directories.map(\.preopen)
    options.listeners = listeners
    options.fixedTime = clock
    options.randomSeed = seed
    options.standardInput = .inherited
    options.standardOutput = .descriptor(STDOUT_FILENO)
    options.standardError = .descriptor(STDERR_FILENO)
    options.endsOnBrokenPipe = true
    do {
      return try WASI(options)
    } catch {
      throw CommandError("--dir: \(error.message)")
    }
  }

  /// Runs `body`; the program in it may end itself anywhere.
  private func withExitCode(of wasi: WASI, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as PulleyError {
      if let code = wasi.exitCode { throw ended(by: code, wasi) }
      let code = error.report(file)
      hint(about: error)
      hint(wasi)
      throw code
    }
  }

  /// The exit code as the system gives it to whoever waits.
  private func ended(by code: Int32, _ wasi: WASI) -> ExitCode {
    if code != 0 { hint(wasi) }
    return ExitCode(code & 0xFF)
  }

  private func hint(_ wasi: WASI) {
    guard let denial = wasi.denial else { return }
    // Most programs ask what directories they have; not all of those would use any.
    if case .noDirectories = denial, isatty(STDERR_FILENO) == 0 { return }
    printError("hint: \(denial.hint)")
  }

  private func run(_ program: ClifProgram, _ instance: ClifInstance) throws {
    defer {
      if countDispatches { printError("\(instance.dispatchCount) instructions dispatched") }
    }
    if let invoke {
      for result in try program.call(invoke, guestArguments, in: instance) { print(result) }
    } else {
      let code = try program.start(instance)
      if code != 0 { throw ExitCode(code) }
    }
  }

  private func start(_ instance: Instance, _ wasi: WASI) throws {
    guard instance.module.exports.contains(where: { $0.name == "_start" }) else {
      let names = instance.module.exports.compactMap { export in
        if case .function = export.type { export.name } else { nil }
      }
      let offer =
        names.isEmpty ? "It exports no functions" : "It exports \(names.joined(separator: ", "))"
      throw PulleyError(
        .notFound, "the module has no _start to run; name a function with --invoke. \(offer)")
    }
    let code = try wasi.run(instance)
    if code != 0 { throw ended(by: code, wasi) }
  }

  /// A library has a function that makes it ready for its others.
  private func initialize(_ instance: Instance) throws {
    guard invoke != "_initialize",
      instance.module.exports.contains(where: { $0.name == "_initialize" })
    else { return }
    _ = try instance.function(named: "_initialize").call([])
  }

  private func call(_ function: Function, _ name: String) throws {
    let parameters = function.type.parameters
    let arguments = guestArguments
    guard arguments.count == parameters.count else {
      throw PulleyError(
        .argument,
        "\(name) \(ExternalType.function(function.type)) takes \(parameters.count) arguments, "
          + "not \(arguments.count)")
    }
    var values: [Value] = []
    for (text, type) in zip(arguments, parameters) {
      guard let value = Value(text, type: type) else {
        throw PulleyError(.argument, "\"\(text)\" is no \(type)")
      }
      values.append(value)
    }
    for result in try function.call(values) { print(result.text) }
  }

  private func defineHosts(_ linker: Linker) throws {
    for library in libraries where dlopen(library, RTLD_NOW | RTLD_GLOBAL) == nil {
      throw CommandError(dlerror().map { String(cString: $0) } ?? "\(library) cannot be loaded")
    }
    for host in hosts {
      guard let equals = host.firstIndex(of: "="), let dot = host[..<equals].firstIndex(of: ".")
      else {
        throw ValidationError("--host takes MODULE.NAME=SIGNATURE, not \"\(host)\"")
      }
      let name = String(host[host.index(after: dot)..<equals])
      guard let address = dlsym(nil, name) else {
        throw CommandError("--host \(host): there is no C function named \(name)")
      }
      try linker.define(
        module: String(host[..<dot]), name: name,
        signature: String(host[host.index(after: equals)...]), function: address)
    }
  }
}
