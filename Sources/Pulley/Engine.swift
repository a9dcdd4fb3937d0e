import PulleyVM
import PulleyWasm

/// What modules share: options, the numbering of types, and the map from prepared code
/// back to functions. May be used by several threads at once.
public final class Engine: Sendable {
  public struct Options: Sendable {
    /// The guest stack of each instance, in bytes.
    public var stackSize = 1 << 20
    /// How much of the thread's stack must be left, in bytes, when a guest is called, for the host
    /// functions that it calls. Half of a stack that has not twice as much.
    public var hostStackReserve = HostStack.defaultReserve
    /// What one memory may hold at most, in bytes, whatever the module declares.
    public var maximumMemoryBytes = 1 << 32
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
    /// Whether `Instance.interrupt` stops running code, too, and not only what waits; at the cost of
    /// some speed.
    public var isInterruptible = false
    /// Whether modules may be CLIF, which is trusted code.
    public var acceptsClif = true

    public init() {}
  }

  public let options: Options
  let registry = CodeRegistry()
  let types = TypeRegistry()

  /// The builtins as host functions, for contexts to point to.
  nonisolated(unsafe) let builtins: UnsafeMutablePointer<UnsafeMutablePointer<HostFunction>>
  let builtinSignatures: [UInt32]

  public init(_ options: Options = Options()) {
    self.options = options
    // Guests cannot call builtins by type, so their numbers need not be those of a type.
    let count = UInt32(Builtin.allCases.count)
    builtinSignatures = (0..<count).map { UInt32.max - $0 }
    builtins = Builtins.makeTable(builtinSignatures)
  }

  deinit {
    Builtins.freeTable(builtins)
  }
}
