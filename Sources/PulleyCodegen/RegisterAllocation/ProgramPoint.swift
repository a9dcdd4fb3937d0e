/// A point of the program. Each instruction has four, in the order of the blocks.
///
/// Edits happen at `before`. Uses are read, and early definitions written, at `use`. Calls clobber
/// registers at `clobber`. Definitions are written at `def`.
typealias ProgramPoint = UInt32

extension ProgramPoint {
  static func before(_ instruction: UInt32) -> ProgramPoint { instruction * 4 }
  static func use(_ instruction: UInt32) -> ProgramPoint { instruction * 4 + 1 }
  static func clobber(_ instruction: UInt32) -> ProgramPoint { instruction * 4 + 2 }
  static func def(_ instruction: UInt32) -> ProgramPoint { instruction * 4 + 3 }

  /// The instruction that the point belongs to.
  var instruction: UInt32 { self >> 2 }
}

/// The points from `start` up to, but not including, `end`, at which a value is live.
struct LiveRange: Equatable {
  var start: ProgramPoint
  var end: ProgramPoint
}

/// An operand with its weight.
struct Use {
  var point: ProgramPoint
  /// The number of the operand in the problem.
  var operand: UInt32
  var weight: Int64
  var isDef: Bool
  var needsRegister: Bool
  /// Whether any register is better than a slot. If the operand has a hint, a move from another
  /// register costs as much as a load.
  var isBetterInRegister: Bool
  var hint: UInt8
}

/// Costs, in eighths of an instruction that is executed once for each call of the function.
enum Cost {
  static let register: Int64 = 8
  static let hinted: Int64 = 4

  /// The estimated frequency of a block in `depth` loops.
  static func frequency(loopDepth depth: UInt16) -> Int64 {
    var frequency: Int64 = 1
    for _ in 0..<min(depth, 8) { frequency *= 10 }
    return frequency
  }
}
