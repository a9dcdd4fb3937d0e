import PulleyISA

/// Where things stand in a machine's state block, in bytes.
///
/// One register pointer leads to all of them, and an operand in prepared code is simply such an
/// offset: the three register files take 1024 bytes, so that 16 bits always suffice.
public enum StateLayout {
  @inlinable @inline(__always)
  public static func x(_ number: Int) -> Int { 8 * number }
  @inlinable @inline(__always)
  public static func f(_ number: Int) -> Int { 256 + 8 * number }
  @inlinable @inline(__always)
  public static func v(_ number: Int) -> Int { 512 + 16 * number }

  /// The base of the memory that handlers reach directly.
  @inlinable @inline(__always)
  public static var memoryBase: Int { x(Int(RegisterRoles.memoryBase)) }
  /// Its length in bytes.
  @inlinable @inline(__always)
  public static var memoryLength: Int { x(Int(RegisterRoles.memoryBound)) }
  @inlinable @inline(__always)
  public static var sp: Int { x(Int(RegisterRoles.stackPointer)) }

  public static let fp = 1024
  public static let lr = 1032
  /// The lowest address that `sp` may take.
  public static let stackLimit = 1040
  /// The handler that ends a run: traps go through it.
  static let stopHandler = 1048
  /// The cell that trapped, or that called the host.
  static let stoppedAt = 1056
  static let trapKind = 1064
  /// How many cells a machine has run in images that count them.
  static let dispatches = 1072
  /// The machine, unretained.
  static let machine = 1080

  // Unoptimised code does not turn calls in tail position into jumps. There a handler leaves
  // here what it would have passed on, for a loop to pick up.
  static let pendingCell = 1088
  static let pendingAccumulator = 1096
  static let pendingScratch = 1104
  static let pendingMemoryBase = 1112
  static let pendingMemoryLength = 1120

  /// The address of the word that asks to stop; see `Interruption`.
  static let interruption = 1128

  /// The address of `EntryArena.bounds`.
  static let entryBounds = 1136
  /// The address of a function of the host's that the guest calls by it.
  public static let foreignFunction = 1144

  /// The size of the block, a whole number of cache lines.
  static let size = 1152
}
