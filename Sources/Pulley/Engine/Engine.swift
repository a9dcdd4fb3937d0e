import PulleyVM
import PulleyWasm

/// What modules share: options, the numbering of types, and the map from prepared code
/// back to functions. May be used by several threads at once.
public final class Engine: Sendable {
  public struct Options: Sendable {
    /// The guest stack of each instance, in bytes: one of `stackSizes`.
    public var stackSize = 1 << 20
    /// The sizes that a guest stack may have: 16 KiB to 1 GiB.
    public static let stackSizes = 16 << 10...1 << 30
    /// How much of the thread's stack must be left, in bytes, when a guest is called, for the host
    /// functions that it calls. Half of a stack that has not twice as much.
    public var hostStackReserve = HostStack.defaultReserve
    /// How much guests may have of each resource.
    public var limits = ResourceLimits()
    /// What the memories of a group of instances may hold together, in bytes, whatever the modules
    /// declare; what all memories of the engine may hold is at least as much.
    public var maximumMemoryBytes: Int {
      get { limits[.memory].perGroup }
      set {
        limits[.memory].perGroup = newValue
        limits[.memory].perEngine = max(limits[.memory].perEngine, newValue)
      }
    }
    /// What one table may hold at most, in elements.
    public var maximumTableElements = 10_000_000
    /// Compile all functions when a module is made, rather than each on its first call.
    public var isEager = false
    /// How many threads compile; 0 means one for each processor.
    public var compileThreads = 0
    /// Called while all functions of a module are compiled, by any of the threads that do it, with how
    /// many are done and how many there are.
    public var reportsProgress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    /// Whether functions are optimised before they are compiled; only a test wants otherwise. Functions
    /// of WebAssembly always are.
    public var optimizes = true
    /// Whether the address map says of every instruction where it comes from, not only of those that
    /// may trap or call: for listings. The code is the same.
    public var mapsAllInstructions = false
    /// Count dispatched instructions, at the cost of some speed.
    public var countsDispatches = false
    /// Whether `Instance.interrupt` stops running code, too, and not only what waits, compiles, works on
    /// much memory at once or calls WASI; at the cost of some speed.
    public var isInterruptible = false
    /// How long a call from the host into a guest may last, making an instance included; nil means for
    /// ever. One that takes longer ends as an interrupted one does, wherever it is. Implies
    /// `isInterruptible`.
    public var timeLimit: Duration?
    /// Whether modules may be CLIF, as text or in an artifact: trusted code that reaches all of the
    /// process.
    public var acceptsClif = false

    public init() {}
  }

  public let options: Options
  let registry = CodeRegistry()
  let types: TypeRegistry
  /// Counts what everything that is made in the engine takes.
  let account: Account

  public init(_ options: Options = Options()) {
    self.options = options
    account = Account(engineLimits: options.limits)
    types = TypeRegistry(byteLimit: options.limits[.compilation].perEngine / 8)
  }

  /// How many bytes of a resource all that was made in the engine takes.
  public func usage(of resource: Resource) -> Int { account.usage(of: resource) }

  /// The most bytes of a resource that it ever took.
  public func peak(of resource: Resource) -> Int { account.peak(of: resource) }
}

extension Engine {
  /// A budget for a module.
  func makeCodeBudget() throws(PulleyError) -> CodeBudget {
    try CodeBudget(account, options.limits)
  }
}
