import ArgumentParser
import Glibc
import Pulley
import PulleyScript
import PulleyText
import PulleyWASI

/// What `pulley run` does: its options as plain values, and the run.
///
/// `RunCommand` makes it from any command line, `ProgramRun.init(words:)` sooner from a simple one.
struct ProgramRun {
  var file: RawText
  /// Of the guest.
  var arguments: [RawText]
  var invoke: RawText?
  var hosts: [RawText] = []
  var libraries: [RawText] = []
  var bindings: BindingOptions?
  var directories: [DirectoryGrant] = []
  var environment: [EnvironmentEntry] = []
  var limits: LimitOptions?
  /// In bytes.
  var stackSize: Int?
  var clock: UInt64?
  var seed: UInt64?
  var listeners: [Int32] = []
  var timeout: TimeSpan?
  var isEager = false
  var countsDispatches = false
  var measuring: MeasuringOptions?
  var cache = CacheChoice()
  var tiers: TierOptions?
  var allowsClif = false
  var allowsArtifacts = false

  init(file: RawText, arguments: [RawText]) {
    self.file = file
    self.arguments = arguments
  }

  func run() throws {
    let timeout = try Timeout(timeout, file.shown)
    defer { timeout?.finish() }
    let input = try InputFile(file, mapsArtifacts: true)
    try input.requireTrust(allowsClif: allowsClif, allowsArtifacts: allowsArtifacts)
    let binds = !(bindings?.libraries.isEmpty ?? true)
    if input.isPowerful || !hosts.isEmpty || !libraries.isEmpty || binds {
      AbortHandler.remove()
    }
    do {
      let wasi = try system()
      var options = Engine.Options()
      options.isEager = isEager
      options.isInterruptible = timeout != nil
      let progress = ProgressBar()
      options.reportsProgress = { progress.show($0, $1) }
      defer { progress.finish() }
      options.countsDispatches = countsDispatches
      options.acceptsClif = input.isPowerful
      tiers?.apply(to: &options)
      measuring?.apply(to: &options)
      if let stackSize { options.stackSize = stackSize }
      limits?.apply(to: &options)
      options.cache = input.isPowerful ? nil : cache.cache
      let engine = Engine(options)
      defer { limits?.report(engine) }
      try measuring?.begin(engine)
      let linker = Linker(engine: engine)
      let module = try input.module(engine)
      progress.finish()
      defer {
        limits?.report(module)
        module.storeInCache()
      }
      if let program = ClifProgram(module) {
        guard bindings?.isEmpty ?? true else {
          throw CommandError("--header and --library bind imports of WebAssembly; this is CLIF")
        }
        try defineHosts(linker)
        let instance = try program.instantiate(linker)
        timeout?.interrupt { instance.interrupt() }
        return try measure(instance) { try run(program, instance) }
      }
      try wasi.define(in: linker)
      try defineHosts(linker)
      try bindings?.apply(to: linker)
      try withExitCode(of: wasi, timeout) {
        timeout?.interrupt { linker.interrupt() }
        let instance = try linker.instantiate(module)
        timeout?.interrupt { instance.interrupt() }
        defer {
          limits?.report(instance)
          if countsDispatches { printError("\(instance.dispatchCount) instructions dispatched") }
        }
        try measure(instance) {
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

  private func measure(_ instance: Instance, _ program: () throws -> Void) throws {
    guard let measuring else { return try program() }
    try measuring.measure(instance, title: file.shown, program)
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
    guard let misplacedOption = RunCommand.misplacedOption(in: arguments) else { return }
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
      if countsDispatches { printError("\(instance.dispatchCount) instructions dispatched") }
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
