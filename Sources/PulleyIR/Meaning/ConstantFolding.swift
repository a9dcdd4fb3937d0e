/// What operations give for constants. Integers are extended with their sign from their type's
/// width; floats are bits. Nil stands for a trap, or for a result that is better left to run time.
public enum ConstantFolding {
  public static func integer(_ operation: Operation, _ type: Type, _ a: Int64, _ b: Int64) -> Int64?
  {
    let bits = Int64(type.bits)
    let (ua, ub) = (type.zeroExtend(a), type.zeroExtend(b))
    let shift = b & (bits - 1)
    let result: Int64
    switch operation {
    case .iadd: result = a &+ b
    case .isub: result = a &- b
    case .imul: result = a &* b
    case .udiv:
      guard ub != 0 else { return nil }
      result = Int64(bitPattern: ua / ub)
    case .urem:
      guard ub != 0 else { return nil }
      result = Int64(bitPattern: ua % ub)
    case .sdiv:
      guard b != 0, !(b == -1 && a == type.signExtend(1 << (bits - 1))) else { return nil }
      result = a / b
    case .srem:
      guard b != 0 else { return nil }
      result = b == -1 ? 0 : a % b
    case .umulhi:
      result =
        bits == 64
        ? Int64(bitPattern: ua.multipliedFullWidth(by: ub).high)
        : Int64(bitPattern: (ua &* ub) >> UInt64(bits))
    case .smulhi:
      result = bits == 64 ? a.multipliedFullWidth(by: b).high : (a &* b) >> bits
    case .band: result = a & b
    case .bor: result = a | b
    case .bxor: result = a ^ b
    case .ishl: result = a << shift
    case .ushr: result = Int64(bitPattern: ua >> UInt64(shift))
    case .sshr: result = a >> shift
    case .rotl: result = rotate(ua, left: UInt64(shift), UInt64(bits))
    case .rotr: result = rotate(ua, left: UInt64((bits - shift) & (bits - 1)), UInt64(bits))
    case .smin: result = min(a, b)
    case .smax: result = max(a, b)
    case .umin: result = ua < ub ? a : b
    case .umax: result = ua > ub ? a : b
    default: return nil
    }
    return type.signExtend(result)
  }

  private static func rotate(_ value: UInt64, left: UInt64, _ bits: UInt64) -> Int64 {
    Int64(bitPattern: left == 0 ? value : value << left | value >> (bits - left))
  }

  public static func integer(_ operation: Operation, _ type: Type, from: Type, _ a: Int64) -> Int64?
  {
    let unused = 64 - type.bits
    let result: Int64
    switch operation {
    case .ineg: result = 0 &- a
    case .iabs: result = a < 0 ? 0 &- a : a
    case .bnot: result = ~a
    case .clz: result = Int64(type.zeroExtend(a).leadingZeroBitCount - unused)
    case .ctz: result = Int64(min(a.trailingZeroBitCount, type.bits))
    case .popcnt: result = Int64(type.zeroExtend(a).nonzeroBitCount)
    case .bswap: result = Int64(bitPattern: type.zeroExtend(a).byteSwapped >> UInt64(unused))
    case .uextend: result = Int64(bitPattern: from.zeroExtend(a))
    case .sextend, .ireduce: result = a
    default: return nil
    }
    return type.signExtend(result)
  }

  public static func compare(_ condition: IntCondition, _ type: Type, _ a: Int64, _ b: Int64)
    -> Bool
  {
    let (ua, ub) = (type.zeroExtend(a), type.zeroExtend(b))
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

  /// What the condition is for two operands that are equal, and integers.
  public static func holdsForEqual(_ condition: IntCondition) -> Bool {
    compare(condition, .i64, 0, 0)
  }

  /// Which bits a NaN that comes out has is the machine's business: no NaN is folded.
  public static func float(_ operation: Operation, _ type: Type, _ a: Int64, _ b: Int64) -> Int64? {
    if type == .f64 {
      let result = arithmetic(operation, float64(a), float64(b))
      return result.flatMap { $0.isNaN ? nil : Int64(bitPattern: $0.bitPattern) }
    }
    guard type == .f32 else { return nil }
    let result = arithmetic(operation, float32(a), float32(b))
    return result.flatMap { $0.isNaN ? nil : Int64($0.bitPattern) }
  }

  private static func arithmetic<Float: BinaryFloatingPoint>(
    _ operation: Operation, _ a: Float, _ b: Float
  ) -> Float? {
    switch operation {
    case .fadd: a + b
    case .fsub: a - b
    case .fmul: a * b
    case .fdiv: a / b
    default: nil
    }
  }

  public static func compare(_ condition: FloatCondition, _ type: Type, _ a: Int64, _ b: Int64)
    -> Bool?
  {
    switch type {
    // Promotion keeps order and equality.
    case .f32: compare(condition, Double(float32(a)), Double(float32(b)))
    case .f64: compare(condition, float64(a), float64(b))
    default: nil
    }
  }

  private static func compare(_ condition: FloatCondition, _ a: Double, _ b: Double) -> Bool {
    let isUnordered = a.isNaN || b.isNaN
    return switch condition {
    case .ordered: !isUnordered
    case .unordered: isUnordered
    case .equal: a == b
    case .notEqual: a != b
    case .orderedNotEqual: a < b || a > b
    case .unorderedOrEqual: isUnordered || a == b
    case .lessThan: a < b
    case .lessThanOrEqual: a <= b
    case .greaterThan: a > b
    case .greaterThanOrEqual: a >= b
    case .unorderedOrLessThan: isUnordered || a < b
    case .unorderedOrLessThanOrEqual: isUnordered || a <= b
    case .unorderedOrGreaterThan: isUnordered || a > b
    case .unorderedOrGreaterThanOrEqual: isUnordered || a >= b
    }
  }

  /// A conversion to a float, or from one float type to the other.
  public static func toFloat(_ operation: Operation, _ type: Type, from: Type, _ a: Int64) -> Int64?
  {
    switch (operation, type) {
    case (.fcvt_from_sint, .f64): Int64(bitPattern: Double(a).bitPattern)
    case (.fcvt_from_sint, .f32): Int64(Float(a).bitPattern)
    case (.fcvt_from_uint, .f64): Int64(bitPattern: Double(from.zeroExtend(a)).bitPattern)
    case (.fcvt_from_uint, .f32): Int64(Float(from.zeroExtend(a)).bitPattern)
    case (.fpromote, .f64) where from == .f32 && !float32(a).isNaN:
      Int64(bitPattern: Double(float32(a)).bitPattern)
    case (.fdemote, .f32) where from == .f64 && !float64(a).isNaN:
      Int64(Float(float64(a)).bitPattern)
    default: nil
    }
  }

  private static func float32(_ bits: Int64) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: bits))
  }

  private static func float64(_ bits: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: bits))
  }
}
