/// A point of the program: four to an instruction, in block order.
///
/// Edits happen at `before`; uses are read and early definitions written at `use`; calls destroy
/// registers at `clobber`; definitions are written at `def`.
typealias ProgramPoint = UInt32

extension ProgramPoint {
  static func before(_ instruction: UInt32) -> ProgramPoint { instruction * 4 }
  static func use(_ instruction: UInt32) -> ProgramPoint { instruction * 4 + 1 }
  static func clobber(_ instruction: UInt32) -> ProgramPoint { instruction * 4 + 2 }
  static func def(_ instruction: UInt32) -> ProgramPoint { instruction * 4 + 3 }

  /// The instruction that the point belongs to.
  var instruction: UInt32 { self >> 2 }
}

/// Points from `start` to before `end`, over which a value lives.
struct LiveRange: Equatable {
  var start: ProgramPoint
  var end: ProgramPoint
}

/// One operand, as the allocator weighs it.
struct Use {
  var point: ProgramPoint
  /// Number of the operand in the problem.
  var operand: UInt32
  var weight: Int64
  var isDef: Bool
  var needsRegister: Bool
  /// Whether any register is better than a slot. Where a certain register is asked for, a move from
  /// another one costs as much as a load.
  var isBetterInRegister: Bool
  var hint: UInt8
}

/// Costs, in eighths of an instruction that is executed once a call.
enum Cost {
  static let register: Int64 = 8
  static let hinted: Int64 = 4

  /// How often a block in `depth` loops is taken to run.
  static func frequency(loopDepth depth: UInt16) -> Int64 {
    var frequency: Int64 = 1
    for _ in 0..<min(depth, 8) { frequency *= 10 }
    return frequency
  }
}
