import ArgumentParser
import Pulley

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

  @Option(name: .long(.invoke), help: "Call this export.")
  var invoke: RawText?

  @Option(name: .customLong("host"), help: "Make MODULE.NAME=SIGNATURE importable.")
  var hosts: [RawText] = []

  @Option(
    name: .customLong("load"), help: "Load a shared library, in which --host finds functions.")
  var libraries: [RawText] = []

  @OptionGroup var bindings: BindingOptions

  @Option(
    name: .long(.dir),
    help: ArgumentHelp(
      "Grant a directory to the program, under the name GUEST; with :ro, read-only.",
      valueName: "host[::guest][:ro]"))
  var directories: [DirectoryGrant] = []

  @Option(
    name: .long(.env),
    help: ArgumentHelp(
      "Set an environment variable of the program; it has no others. NAME alone copies the value of "
        + "this process.", valueName: "name[=value]"))
  var environment: [EnvironmentEntry] = []

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

  @Flag(name: .long(.eager), help: "Compile all functions before running.")
  var eager = false

  @Flag(help: "Print the number of dispatched instructions on standard error.")
  var countDispatches = false

  @OptionGroup var measuring: MeasuringOptions

  @OptionGroup var cache: CacheOptions

  @OptionGroup var tiers: TierOptions

  @Flag(help: "Run CLIF even if the file's name does not end in .clif.")
  var allowClif = false

  @Flag(help: "Run an artifact even if the file's name does not end in .pulley.")
  var allowPrecompiled = false

  @Argument(help: "A .wasm, .wat or .clif file or an artifact.")
  var file: RawText

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the guest, passed on unchanged.")
  var arguments: [RawText] = []

  func run() throws { try program.run() }

  /// What the options ask for.
  var program: ProgramRun {
    var program = ProgramRun(file: file, arguments: arguments)
    program.invoke = invoke
    program.hosts = hosts
    program.libraries = libraries
    program.bindings = bindings
    program.directories = directories
    program.environment = environment
    program.limits = limits
    program.stackSize = stackSize?.value
    program.clock = clock
    program.seed = seed
    program.listeners = listeners
    program.timeout = timeout
    program.isEager = eager
    program.countsDispatches = countDispatches
    program.measuring = measuring
    program.tiers = tiers
    program.cache = cache.choice
    program.allowsClif = allowClif
    program.allowsArtifacts = allowPrecompiled
    return program
  }
}
