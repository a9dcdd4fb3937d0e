import PulleyIR

/// Computing with constants during translation. Constants of 32 bits are kept with their sign
/// extended.
enum IntegerFolding {
  /// The result of an operation on constants; nil for those that may trap or are not known here.
  static func fold(_ opcode: Operation, _ type: Type, _ a: Int64, _ b: Int64) -> Int64? {
    let is32 = type == .i32
    let amount = b & (is32 ? 31 : 63)
    let unsigned = is32 ? UInt64(UInt32(truncatingIfNeeded: a)) : UInt64(bitPattern: a)
    let result: Int64
    switch opcode {
    case .iadd: result = a &+ b
    case .isub: result = a &- b
    case .imul: result = a &* b
    case .band: result = a & b
    case .bor: result = a | b
    case .bxor: result = a ^ b
    case .ishl: result = a &<< amount
    case .sshr: result = a &>> amount
    case .ushr: result = Int64(bitPattern: unsigned &>> UInt64(amount))
    default: return nil
    }
    return is32 ? Int64(Int32(truncatingIfNeeded: result)) : result
  }

  /// Whether an operation with this constant on the right gives its left operand.
  static func isNeutral(_ constant: Int64, _ opcode: Operation, _ type: Type) -> Bool {
    switch opcode {
    case .iadd, .isub, .bor, .bxor: constant == 0
    case .imul, .sdiv, .udiv: constant == 1
    case .band: constant == -1
    case .ishl, .sshr, .ushr, .rotl, .rotr: constant & Int64(type.bits - 1) == 0
    default: false
    }
  }

  static func compare(_ condition: IntCondition, _ type: Type, _ a: Int64, _ b: Int64) -> Bool {
    // Extending the sign keeps the unsigned order too.
    let (ua, ub) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
    return switch condition {
    case .equal: a == b
    case .notEqual: a != b
    case .signedLess: a < b
    case .signedGreaterOrEqual: a >= b
    case .signedGreater: a > b
    case .signedLessOrEqual: a <= b
    case .unsignedLess: ua < ub
    case .unsignedGreaterOrEqual: ua >= ub
    case .unsignedGreater: ua > ub
    case .unsignedLessOrEqual: ua <= ub
    }
  }
}
