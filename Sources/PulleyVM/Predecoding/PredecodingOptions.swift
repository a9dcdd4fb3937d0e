/// How an image's functions are predecoded. The defaults are the fastest. Other values are for
/// measurements, for tests that compare, and for guests that must be interruptible.
public struct PredecodingOptions: Hashable, Sendable {
  /// Whether to use fused handlers.
  public var fuses = true
  /// Whether operands may come from the accumulator.
  public var usesAccumulator = true
  /// Whether handlers may use instructions that not every processor of this kind has.
  public var usesProcessor = true
  /// Whether each run of cells without branches counts how often it is executed; see
  /// `CodeImage.runCounts`.
  public var countsDispatches = false
  /// Whether the guest stops soon when its machine's `interruption` is requested: function entries and
  /// backward branches check for it.
  public var isInterruptible = false
  /// Whether a sample that is requested after a call of the host is taken there. Needs `isInterruptible`.
  public var isSampled = false
  /// Whether the guest may call any address: of its own functions, of functions of another image with
  /// this option, or of a host function (`FunctionBody.foreignCalls`).
  public var checksCallees = false
  /// Whether addresses of functions and return addresses are below 4 GiB. Needs `checksCallees`, and
  /// machines with low stacks.
  public var isLow = false
  /// Whether the functions have the convention `window`. Needs machines with windows.
  public var hasWindows = false
  /// With windows: where a context has the address of the record of memory 0, or 0 if there is none.
  public var memoryOffset: UInt32 = 0
  /// With windows: the number of functions that run in a context; those after them call the host.
  public var contextualCount = Int.max

  public init() {}
}
