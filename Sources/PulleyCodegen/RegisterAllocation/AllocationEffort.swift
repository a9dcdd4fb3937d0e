/// From where on the allocator takes shorter ways, so that its time stays in proportion to the size
/// of a function. Those that compilers make stay below. Tests choose less, so that small functions
/// go the shorter ways.
public struct AllocationEffort: Sendable {
  /// How many blocks liveness may visit in all: so many, and so many more for each instruction.
  /// Compilers' functions need up to sixty for each, and fewer where they are large.
  public var livenessSteps = 1 << 17
  public var livenessStepsPerInstruction = 64
  /// How many blocks it may visit for one register in any case.
  public var nearBlocks = 16
  /// How many ranges registers may have in all besides one each; about one for each instruction is
  /// usual.
  public var ranges = 1 << 14
  public var rangesPerInstruction = 8
  /// How much may be displaced, counted by ranges and their lengths.
  public var evictions = 1 << 18
  public var evictionsPerInstruction = 64
  /// How many steps the merging of bundles may take; about one for each instruction is usual.
  public var mergeSteps = 1 << 16
  public var mergeStepsPerInstruction = 64
  /// Over how many blocks the moves of a register are looked for block by block.
  public var fewBlocks = 32

  public init() {}
}
