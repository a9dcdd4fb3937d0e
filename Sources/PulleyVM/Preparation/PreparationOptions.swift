/// How an image's functions are prepared. The defaults are the fastest; the rest is for measuring
/// and for tests that compare.
public struct PreparationOptions: Hashable, Sendable {
  /// Whether one cell may serve several instructions.
  public var fuses = true
  /// Whether operands may come from the accumulator.
  public var usesAccumulator = true
  /// Whether each cell run is counted in `Machine.dispatches`.
  public var countsDispatches = false

  public init() {}
}
