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
      A program of WASI preview 1 gets its arguments, the standard streams, and the directories and \
      variables that --dir and --env grant:

          pulley run --dir . --env LANG app.wasm -v input.txt

      Options end at the file's name. The guest gets every word after it unchanged, even -- and words \
      that look like options. If the file's name begins with -, put -- before it.

      The content of a file determines its format. WebAssembly runs under any name. CLIF and artifacts \
      have all rights of this process, so they run only from files whose names end in .clif and \
      .pulley, or with --allow-clif and --allow-precompiled. The file - is standard input.

      With --invoke, calls that export with the arguments as its parameters and prints the results. \
      Otherwise calls _start, and the program gets the arguments. A vector is written as four numbers \
      of 32 bits, separated by commas, lane 0 first: 1,2,3,0xff.

      --host makes a C function importable with its C signature, for example \
      --host 'env.puts=i32(cstr)'. The function comes from the C library or from a library of --load.

      --header and --library together make all imports of a module C functions, by their own \
      declarations:

          cc -E sqlite3.h > sqlite3.i
          pulley run --header sqlite3.i --library libsqlite3.so.0 app.wasm

      Only the declared functions of that library can be imported, not those of the libraries that it \
      uses. `pulley inspect` with these options says what each import gets.

      CLIF is trusted code and uses addresses of the process. The % in the names of its functions may \
      be left out. Without --invoke, %main() runs, and its result is the exit code. Functions that the \
      file does not define come from the C library or from a library of --load. A vector is written as \
      its lanes.
      """)

  @Option(help: "Call this export.")
  var invoke: RawText?

  @Option(name: .customLong("host"), help: "Make MODULE.NAME=SIGNATURE importable.")
  var hosts: [RawText] = []

  @Option(
    name: .customLong("load"), help: "Load a shared library, in which --host finds functions.")
  var libraries: [RawText] = []

  @OptionGroup var bindings: BindingOptions

  @Option(
    name: .customLong("dir"),
    help: ArgumentHelp(
      "Grant a directory to the program, under the name GUEST; with :ro, read-only.",
      valueName: "host[::guest][:ro]"))
  var directories: [DirectoryGrant] = []

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp(
      "Set an environment variable of the program; it has no others. NAME alone copies the value of "
        + "this process.", valueName: "name[=value]"))
  var environment: [EnvironmentEntry] = []

  @OptionGroup var tiers: TierOptions

  @OptionGroup var limits: LimitOptions

  @Option(
    help: ArgumentHelp(
      "The size of the guest's stack, 16K to 1G: bytes, or a number with K, M or G.",
      valueName: "size"))
  var stackSize: StackSize?

  @Option(
    help: ArgumentHelp(
      "The constant time of all clocks, in nanoseconds since 1970.", valueName: "time"))
  var clock: UInt64?

  @Option(
    help: ArgumentHelp(
      "The seed of random numbers, to get the same ones in each run.", valueName: "number"))
  var seed: UInt64?

  @Option(
    name: .customLong("listen-fd"),
    help: ArgumentHelp(
      "Let the program accept connections on a listening socket, an open descriptor.",
      valueName: "fd"))
  var listeners: [Int32] = []

  @Option(
    help: ArgumentHelp(
      "End the run, including compilation, after this time: seconds, or a number with ms, s, m or h.",
      valueName: "time"))
  var timeout: TimeSpan?

  @Flag(help: "Compile all functions before running.")
  var eager = false

  @Flag(help: "Print the number of dispatched instructions on standard error.")
  var countDispatches = false

  @OptionGroup var measuring: MeasuringOptions

  @Flag(help: "Run CLIF even if the file's name does not end in .clif.")
  var allowClif = false

  @Flag(help: "Run an artifact even if the file's name does not end in .pulley.")
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
    if input.isPowerful || !hosts.isEmpty || !libraries.isEmpty || !bindings.libraries.isEmpty {
      AbortHandler.remove()
    }
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
      tiers.apply(to: &options)
      measuring.apply(to: &options)
      if let stackSize { options.stackSize = stackSize.value }
      limits.apply(to: &options)
      let engine = Engine(options)
      defer { limits.report(engine) }
      try measuring.begin(engine)
      let linker = Linker(engine: engine)
      let module = try Module(
        engine: engine, moduleOrArtifact: input.bytes, format: input.format)
      progress.finish()
      if let program = ClifProgram(module) {
        guard bindings.isEmpty else {
          throw CommandError("--header and --library bind imports of WebAssembly; this is CLIF")
        }
        try defineHosts(linker)
        let instance = try program.instantiate(linker)
        timeout?.interrupt { instance.interrupt() }
        return try measuring.measure(instance, title: file.shown) { try run(program, instance) }
      }
      try wasi.define(in: linker)
      try defineHosts(linker)
      try bindings.apply(to: linker)
      try withExitCode(of: wasi, timeout) {
        timeout?.interrupt { linker.interrupt() }
        let instance = try linker.instantiate(module)
        timeout?.interrupt { instance.interrupt() }
        defer {
          if countDispatches { printError("\(instance.dispatchCount) instructions dispatched") }
        }
        try measuring.measure(instance, title: file.shown) {
          if let invoke {
            if invoke != RawText("_initialize") { try instance.initialize() }
            try call(function(invoke, of: instance), invoke)
          } else {
            try start(instance, wasi)
          }
        }
      }
    } catch let error as PulleyError {
      throw report(error, timeout)
    }
  }

  /// Prints the error, and a hint if there is one.
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
        + "--host 'env.puts=i32(cstr)'; --header FILE --library FILE bind all that a header declares"
    )
  }

  private func hintAboutMisplacedOption() {
    guard let misplacedOption else { return }
    printError(
      "hint: \(misplacedOption) comes after the file, so the guest gets it; options of `pulley run` "
        + "come before the file")
  }

  /// The program's WASI, with what the options grant.
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

  /// Runs `body`, which the program may leave by `proc_exit`.
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

  /// The low 8 bits of the program's exit code, which are all that the system passes on.
  private func ended(by code: Int32, _ wasi: WASI) -> ExitCode {
    if code != 0 { hint(wasi) }
    return ExitCode(code & 0xFF)
  }

  private func hint(_ wasi: WASI) {
    guard let denial = wasi.denial else { return }
    if case .noDirectories = denial { hintAboutMisplacedOption() }
    // Most programs list their directories, even if they use none. So this hint is for terminals
    // only.
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
        throw PulleyError(.argument, "\(argument.quoted) is not a value of type \(type)")
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
    // Splits bytes, because Swift combines a sign and a following accent into one character.
    let bytes = host.bytes
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")),
      let dot = bytes[..<equals].firstIndex(of: UInt8(ascii: ".")),
      let module = String(validating: bytes[..<dot], as: UTF8.self),
      let name = String(validating: bytes[(dot + 1)..<equals], as: UTF8.self),
      let signature = String(validating: bytes[(equals + 1)...], as: UTF8.self)
    else {
      throw ValidationError("--host expects MODULE.NAME=SIGNATURE, not \(host.quoted)")
    }
    guard let address = dlsym(nil, name) else {
      throw CommandError(
        "--host \(host.shown): there is no C function named \(VisibleText.name(name))")
    }
    try linker.define(module: module, name: name, signature: signature, function: address)
  }
}
