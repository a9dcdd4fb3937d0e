import ArgumentParser
import Glibc
import Pulley
import PulleyScript
import PulleyText
import PulleyWASI

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a WebAssembly module, a text of CLIF or an artifact.",
    discussion: """
      A program of WASI preview 1 gets its arguments and the standard streams, and of files and \
      environment what --dir and --env give it:

          pulley run --dir . --env LANG app.wasm -v input.txt

      Options end at the file's name. Every word after it is the guest's, unchanged, even if it looks \
      like an option or is --. If the file's name begins with -, put -- before it.

      The content of a file tells its format. WebAssembly runs under any name. CLIF and artifacts may \
      do anything that this process may, so they run only from files whose names end in .clif and \
      .pulley, or with --allow-clif and --allow-precompiled. The file - is standard input.

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
  var invoke: RawText?

  @Option(name: .customLong("host"), help: "Make MODULE.NAME=SIGNATURE importable.")
  var hosts: [RawText] = []

  @Option(name: .customLong("load"), help: "Load a shared library for --host to find functions in.")
  var libraries: [RawText] = []

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
    help: ArgumentHelp(
      "The guest's stack, 16K to 1G: bytes, or a number with K, M or G.", valueName: "size"))
  var stackSize: StackSize?

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

  @Option(
    help: ArgumentHelp(
      "End the run when it takes longer, compiling included: seconds, or a number with ms, s, m or h.",
      valueName: "time"))
  var timeout: TimeSpan?

  @Flag(help: "Compile all functions before running.")
  var eager = false

  @Flag(help: "Print on standard error how many instructions were dispatched.")
  var countDispatches = false

  @Flag(help: "Run CLIF from any file, not only from one whose name ends in .clif.")
  var allowClif = false

  @Flag(help: "Run an artifact from any file, not only from one whose name ends in .pulley.")
  var allowPrecompiled = false

  @Argument(help: "A .wasm, .wat or .clif file or an artifact.")
  var file: RawText

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the guest, passed on unchanged.")
  var arguments: [RawText] = []

  func run() throws {
    let timeout = try Timeout(timeout, file.shown)
    defer { timeout?.finish() }
    let input = try InputFile(file)
    try input.requireTrust(allowsClif: allowClif, allowsArtifacts: allowPrecompiled)
    if input.isPowerful || !hosts.isEmpty || !libraries.isEmpty { AbortHandler.remove() }
    do {
      let wasi = try system()
      var options = Engine.Options()
      options.isEager = eager
      options.isInterruptible = timeout != nil
      let progress = ProgressBar()
      options.reportsProgress = { progress.show($0, $1) }
      defer { progress.finish() }
      options.countsDispatches = countDispatches
      options.acceptsClif = input.isPowerful
      if let stackSize { options.stackSize = stackSize.value }
      limits.apply(to: &options)
      let engine = Engine(options)
      defer { limits.report(engine) }
      let linker = Linker(engine: engine)
      let module = try Module(
        engine: engine, moduleOrArtifact: input.bytes, format: input.format)
      progress.finish()
      if let program = ClifProgram(module) {
        try defineHosts(linker)
        let instance = try program.instantiate(linker)
        timeout?.interrupt { instance.interrupt() }
        return try run(program, instance)
      }
      try wasi.define(in: linker)
      try defineHosts(linker)
      try withExitCode(of: wasi, timeout) {
        timeout?.interrupt { linker.interrupt() }
        let instance = try linker.instantiate(module)
        timeout?.interrupt { instance.interrupt() }
        defer {
          if countDispatches { printError("\(instance.dispatchCount) instructions dispatched") }
        }
        if let invoke {
          try initialize(instance)
          try call(function(invoke, of: instance), invoke)
        } else {
          try start(instance, wasi)
        }
      }
    } catch let error as PulleyError {
      throw report(error, timeout)
    }
  }

  /// Prints what went wrong, and what might be done about it.
  private func report(_ error: PulleyError, _ timeout: Timeout?) -> ExitCode {
    let (error, isTimeout) = timeout?.explain(error) ?? (error, false)
    timeout?.finish()
    let code = error.report(file.shown)
    hint(about: error)
    return isTimeout ? Timeout.exitCode : code
  }

  private func hint(about error: PulleyError) {
    if error.kind == .link || error.kind == .notFound || error.kind == .argument {
      hintAboutMisplacedOption()
    }
    guard error.kind == .link else { return }
    printError(
      "hint: --host MODULE.NAME=SIGNATURE defines an import as a C function, for example "
        + "--host 'env.puts=i32(cstr)'")
  }

  private func hintAboutMisplacedOption() {
    guard let misplacedOption else { return }
    printError(
      "hint: \(misplacedOption) comes after the file and is the guest's; options of `pulley run` "
        + "come before the file")
  }

  /// What the program finds around it.
  private func system() throws -> WASI {
    var options = WASI.Options()
    options.arguments = ([file] + arguments).map(\.bytes)
    options.environment = environment.map(\.entry.bytes)
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
  private func withExitCode(
    of wasi: WASI, _ timeout: Timeout?, _ body: () throws -> Void
  ) throws {
    do {
      try body()
    } catch let error as PulleyError {
      if let code = wasi.exitCode { throw ended(by: code, wasi) }
      let code = report(error, timeout)
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
    if case .noDirectories = denial { hintAboutMisplacedOption() }
    // Most programs ask what directories they have; not all of those would use any.
    if case .noDirectories = denial, isatty(STDERR_FILENO) == 0 { return }
    printError("hint: \(denial.hint)")
  }

  private func run(_ program: ClifProgram, _ instance: Instance) throws {
    defer {
      if countDispatches { printError("\(instance.dispatchCount) instructions dispatched") }
    }
    if let invoke {
      for result in try program.call(invoke, arguments, in: instance) {
        StandardOutput.print(result)
      }
    } else {
      let code = try program.start(instance)
      if code != 0 { throw ExitCode(code) }
    }
  }

  private func start(_ instance: Instance, _ wasi: WASI) throws {
    guard instance.module.exports.contains(where: { $0.name == "_start" }) else {
      let names = instance.module.exportedNames { if case .function = $0 { true } else { false } }
      throw PulleyError(
        .notFound, "the module has no _start to run; name a function with --invoke. \(names)")
    }
    let code = try wasi.run(instance)
    if code != 0 { throw ended(by: code, wasi) }
  }

  /// A library has a function that makes it ready for its others.
  private func initialize(_ instance: Instance) throws {
    guard invoke != RawText("_initialize"),
      instance.module.exports.contains(where: { $0.name == "_initialize" })
    else { return }
    _ = try instance.function(named: "_initialize").call([])
  }

  private func function(_ name: RawText, of instance: Instance) throws(PulleyError) -> Callable {
    guard let text = name.text else {
      throw PulleyError(.notFound, "the module has no export named \(name.quoted)")
    }
    return try instance.function(named: text)
  }

  private func call(_ function: Callable, _ name: RawText) throws {
    guard case .wasm(let type) = function.type else { return }
    let parameters = type.parameters
    guard arguments.count == parameters.count else {
      throw PulleyError(
        .argument,
        "\(name.shown) \(function.type) takes "
          + "\(parameters.count) arguments, not \(arguments.count)")
    }
    var values: [GuestValue] = []
    for (argument, type) in zip(arguments, parameters) {
      guard let value = argument.text.flatMap({ GuestValue($0, type: type) }) else {
        throw PulleyError(.argument, "\(argument.quoted) is no \(type)")
      }
      values.append(value)
    }
    for result in try function.call(values) { StandardOutput.print(result.text) }
  }

  private func defineHosts(_ linker: Linker) throws {
    for library in libraries
    where library.withCString({ dlopen($0, RTLD_NOW | RTLD_GLOBAL) }) == nil {
      throw CommandError(
        dlerror().map { RawText(cString: $0).shown } ?? "\(library.shown) cannot be loaded")
    }
    for host in hosts { try define(host, in: linker) }
  }

  /// - Parameter host: MODULE.NAME=SIGNATURE.
  private func define(_ host: RawText, in linker: Linker) throws {
    // By bytes: in Unicode one of these signs and an accent after it are one character.
    let bytes = host.bytes
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")),
      let dot = bytes[..<equals].firstIndex(of: UInt8(ascii: ".")),
      let module = String(validating: bytes[..<dot], as: UTF8.self),
      let name = String(validating: bytes[(dot + 1)..<equals], as: UTF8.self),
      let signature = String(validating: bytes[(equals + 1)...], as: UTF8.self)
    else {
      throw ValidationError("--host takes MODULE.NAME=SIGNATURE, not \(host.quoted)")
    }
    guard let address = dlsym(nil, name) else {
      throw CommandError(
        "--host \(host.shown): there is no C function named \(VisibleText.name(name))")
    }
    try linker.define(module: module, name: name, signature: signature, function: address)
  }
}
