/// How an image's functions are prepared. The defaults are the fastest; the rest is for measuring
/// and for tests that compare, and for guests that may have to be stopped.
public struct PreparationOptions: Hashable, Sendable {
  /// Whether one cell may serve several instructions.
  public var fuses = true
  /// Whether operands may come from the accumulator.
  public var usesAccumulator = true
  /// Whether handlers may use what not every processor of this kind has.
  public var usesProcessor = true
  /// Whether each cell run is counted in `Machine.dispatches`.
  public var countsDispatches = false
  /// Whether the guest stops soon when its machine's `interruption` is requested: each round of a
  /// loop and each call looks whether it is.
  public var isInterruptible = false
  /// Whether the guest may call any address: that of a function of its own or of another image with
  /// the same option, or of a function of the host's (`FunctionBody.foreignCalls`).
  public var checksCallees = false

  public init() {}
}
