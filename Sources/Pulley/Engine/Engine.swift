import Glibc
import PulleyVM
import PulleyWasm

/// The state that modules share: options, the numbering of types, and the map from predecoded code back to
/// functions. Several threads may use an engine at once.
public final class Engine: Sendable {
  public struct Options: Sendable {
    /// The guest stack of each instance, in bytes: one of `stackSizes`.
    public var stackSize = 1 << 20
    /// Whether each allocation of an object collects first, which finds references that the collector
    /// does not know.
    public var collectsAtEachAllocation = false
    /// The sizes that a guest stack may have: 16 KiB to 1 GiB.
    public static let stackSizes = 16 << 10...1 << 30
    /// How much of the thread's stack must be left when the host calls a guest, in bytes, for the
    /// host functions that the guest calls. On a stack of less than twice this size, half of the
    /// stack.
    public var hostStackReserve = HostStack.defaultReserve
    /// The limits of each resource.
    public var limits = ResourceLimits()
    /// The limit for all memories of a group of instances together, in bytes, whatever the modules
    /// declare. Setting it raises the limit of the engine to at least the same value.
    public var maximumMemoryBytes: Int {
      get { limits[.memory].perGroup }
      set {
        limits[.memory].perGroup = newValue
        limits[.memory].perEngine = max(limits[.memory].perEngine, newValue)
      }
    }
    /// The most elements of one table.
    public var maximumTableElements = 10_000_000
    /// Compile all functions when a module is made, rather than each on its first call.
    public var isEager = false
    /// How many threads compile; 0 means one for each processor.
    public var compileThreads = 0
    /// Called after each function while all functions of a module are compiled, on any of the
    /// compiling threads, with the number of functions that are done and the number of all
    /// functions.
    public var reportsProgress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    /// How functions of WebAssembly are compiled that are compiled on their first call.
    public var tiers = Tiers.background
    /// How often a function of the first tier runs before it is optimised, for tests; nil means as often
    /// as is worth it.
    public var heat: UInt32?
    /// Whether functions in CLIF are optimised; only tests turn this off. Functions of WebAssembly
    /// always are.
    public var optimizes = true
    /// Whether the address map covers all instructions, not only those that may trap or call. For
    /// listings. The code is the same.
    public var mapsAllInstructions = false
    /// Count dispatched instructions, at the cost of some speed.
    public var countsDispatches = false
    /// Whether `Engine.startProfiling` works, at the same cost of speed as `isInterruptible`.
    public var isProfiled = false
    /// Whether `Instance.interrupt` also stops running code, and not only guests that wait,
    /// compile, work on much memory at once or call WASI; at the cost of some speed.
    public var isInterruptible = false
    /// How long a call from the host into a guest, or the making of an instance, may take; nil
    /// means no limit. A call that takes longer ends like an interrupted one. Implies
    /// `isInterruptible`.
    public var timeLimit: Duration?
    /// Whether modules may be CLIF, as text or in an artifact. CLIF is trusted: it can reach
    /// everything in the process.
    public var acceptsClif = false
    /// Where compiled code of WebAssembly is kept from run to run; nil means nowhere.
    public var cache: CodeCache?

    /// A bit for each option that changes the bytecode of WebAssembly.
    var codeBits: UInt8 { mapsAllInstructions ? 1 : 0 }

    public init() {}

    /// More threads than any machine has use for would only cost memory.
    private static let maximumThreads = 256

    /// How many threads compile or validate at once.
    var threadCount: Int {
      compileThreads > 0
        ? min(compileThreads, Self.maximumThreads)
        : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Measurements tell where code runs, so each function has one code for them.
    var usesTiers: Bool { !isEager && !countsDispatches && !isProfiled && !mapsAllInstructions }
  }

  public let options: Options
  let registry = CodeRegistry()
  let types: TypeRegistry
  /// Counts the memory of everything in the engine.
  let account: Account
  let tierQueue = TierQueue()
  /// Of engines that profile.
  let sampler: Sampler?

  public init(_ options: Options = Options()) {
    self.options = options
    account = Account(engineLimits: options.limits)
    sampler = options.isProfiled ? Sampler() : nil
    types = TypeRegistry(byteLimit: options.limits[.compilation].perEngine / 8)
  }

  /// How many bytes of a resource everything in the engine takes.
  public func usage(of resource: Resource) -> Int { account.usage(of: resource) }

  /// The largest usage of a resource so far, in bytes.
  public func peak(of resource: Resource) -> Int { account.peak(of: resource) }
}

extension Engine {
  /// A budget for a module.
  /// The number of a function type that refers to no other type.
  func number(of type: FunctionType) throws(PulleyError) -> UInt32 {
    guard let number = types.number(of: type) else { throw Self.tooManyTypes }
    return number
  }

  static var tooManyTypes: PulleyError {
    PulleyError(.limit, "the modules of the engine have too many types that differ")
  }

  func makeCodeBudget() throws(PulleyError) -> CodeBudget {
    try CodeBudget(account, options.limits)
  }
}
