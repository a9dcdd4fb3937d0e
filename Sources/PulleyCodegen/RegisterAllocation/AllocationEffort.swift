/// Limits above which the allocator uses cheaper, less precise methods, so that its time stays
/// proportional to the size of the function. Functions that compilers make stay below the limits.
/// Tests set lower limits to reach the cheaper methods with small functions.
public struct AllocationEffort: Sendable {
  /// The number of blocks that liveness may visit in all: a constant, plus a number for each
  /// instruction. Functions that compilers make need up to 60 for each instruction, large ones fewer.
  public var livenessSteps = 1 << 17
  public var livenessStepsPerInstruction = 64
  /// The number of blocks that liveness may visit for one register in any case.
  public var nearBlocks = 16
  /// The number of live ranges beyond one for each register. About one for each instruction is usual.
  public var ranges = 1 << 14
  public var rangesPerInstruction = 8
  /// The cost of evictions, in ranges and their lengths.
  public var evictions = 1 << 18
  public var evictionsPerInstruction = 64
  /// The number of steps that merging bundles may take. About one for each instruction is usual.
  public var mergeSteps = 1 << 16
  public var mergeStepsPerInstruction = 64
  /// The number of blocks up to which the edges that need moves for a register are searched block by
  /// block.
  public var fewBlocks = 32

  public init() {}
}
