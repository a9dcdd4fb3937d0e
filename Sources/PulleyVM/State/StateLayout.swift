import PulleyISA

/// The layout of a machine's state block: offsets in bytes.
///
/// Handlers have one pointer to the block, or, in images with windows, to the current window, and a register operand in threaded code is such an offset. The
/// three register files take 1024 bytes, so 16 bits suffice.
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
  /// Where a window has the values that no register passes.
  @inlinable @inline(__always)
  public static var windowArea: Int { v(Int(WindowRecord.passedRest)) }
  @inlinable @inline(__always)
  public static var sp: Int { x(Int(RegisterRoles.stackPointer)) }

  public static let fp = 1024
  public static let lr = 1032
  /// The lowest address that `sp` may take.
  public static let stackLimit = 1040
  /// The handler that every trap jumps to; it ends the run.
  static let stopHandler = 1048
  /// The cell that trapped, or that called the host.
  static let stoppedAt = 1056
  static let trapKind = 1064
  /// The address of the heap's `AllocatorRecord`, or 0.
  static let allocator = 1072
  /// The machine, unretained.
  static let machine = 1080

  // Code without optimisation does not turn tail calls into jumps. There a handler stores the
  // arguments of the next one here, and a loop makes the call.
  static let pendingCell = 1088
  static let pendingAccumulator = 1096
  static let pendingScratch = 1104
  static let pendingMemoryBase = 1112
  static let pendingMemoryLength = 1120

  /// The address of the interruption word; see `Interruption`.
  @inlinable @inline(__always)
  public static var interruption: Int { 1128 }

  /// The address of the bounds of the machine's `EntryArena`.
  static let entryBounds = 1136
  /// The address of the host function that an indirect call calls.
  public static let foreignFunction = 1144

  /// The registers of the next handler, in code without optimisation.
  static let pendingRegisters = 1152
  /// The window of the cell at `stoppedAt`.
  static let stoppedWindow = 1160
  /// The highest address of a window that a call may make.
  @inlinable @inline(__always)
  public static var windowLimit: Int { 1168 }
  /// The window that the next run gets.
  @inlinable @inline(__always)
  public static var windowTop: Int { 1176 }
  /// The context of the running instance, in images with windows.
  static let context = 1184
  /// The address of the record of its memory 0, or 0.
  static let memoryRecord = 1192
  /// Like the other pending arguments; 16 bytes.
  static let pendingFloat = 1200

  /// The size of the block, a whole number of cache lines.
  static let size = 1216

  /// The block is at a multiple of this, and the windows of the machine are between it and the next
  /// multiple, so that handlers find the block from the address of a window.
  #if arch(i386) || arch(arm) || arch(wasm32)
    static let alignment = 1 << 26
  #else
    static let alignment = 1 << 30
  #endif
}
