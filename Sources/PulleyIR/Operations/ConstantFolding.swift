/// Constant folding: what operations give for constants. Integers are sign-extended from the width of
/// their type; floats are bits. Nil means a trap, or a result that is left to run time.
public enum ConstantFolding {
  /// A binary operation on integers of up to 64 bits.
  public static func integer(_ operation: Operation, _ type: Type, _ a: Int64, _ b: Int64) -> Int64?
  {
    guard case .integers(let compute) = operation.folding,
      let result = compute(IntegerOperands(type: type, a: a, b: b))
    else { return nil }
    return type.signExtend(result)
  }

  /// A unary operation that gives an integer of `type` from one of `from`.
  public static func integer(
    _ operation: Operation, _ type: Type, from: Type, _ a: Int64
  ) -> Int64? {
    guard case .integers(let compute) = operation.folding,
      let result = compute(IntegerOperands(type: from, a: a, b: 0))
    else { return nil }
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

  /// Whether the condition holds for two equal integers.
  public static func holdsForEqual(_ condition: IntCondition) -> Bool {
    compare(condition, .i64, 0, 0)
  }

  /// A binary operation on floats. The bits of a NaN depend on the machine, so no NaN is folded.
  public static func float(_ operation: Operation, _ type: Type, _ a: Int64, _ b: Int64) -> Int64? {
    guard case .floats(let single, let double) = operation.folding else { return nil }
    switch type {
    case .f32:
      let result = single(Float(bits: a), Float(bits: b))
      return result.isNaN ? nil : Int64(result.bitPattern)
    case .f64:
      let result = double(Double(bits: a), Double(bits: b))
      return result.isNaN ? nil : Int64(bitPattern: result.bitPattern)
    default:
      return nil
    }
  }

  public static func compare(_ condition: FloatCondition, _ type: Type, _ a: Int64, _ b: Int64)
    -> Bool?
  {
    switch type {
    // Promotion keeps order and equality.
    case .f32: compare(condition, Double(Float(bits: a)), Double(Float(bits: b)))
    case .f64: compare(condition, Double(bits: a), Double(bits: b))
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

  /// A conversion to a float from an integer or from another float type.
  public static func toFloat(
    _ operation: Operation, _ type: Type, from: Type, _ a: Int64
  ) -> Int64? {
    guard case .conversion(let convert) = operation.folding else { return nil }
    return convert(type, from, a)
  }
}

/// The operands of an operation on integers of `type`, sign-extended; `b` is 0 for a unary operation.
public struct IntegerOperands: Sendable {
  let type: Type
  let a: Int64
  let b: Int64

  /// The operands extended with zeros.
  var ua: UInt64 { type.zeroExtend(a) }
  var ub: UInt64 { type.zeroExtend(b) }
  var bits: Int64 { Int64(type.bits) }
  /// The amount of a shift or rotation.
  var shift: Int64 { b & (bits - 1) }

  static let unsignedQuotient: @Sendable (IntegerOperands) -> Int64? = {
    $0.ub == 0 ? nil : Int64(bitPattern: $0.ua / $0.ub)
  }

  static let unsignedRemainder: @Sendable (IntegerOperands) -> Int64? = {
    $0.ub == 0 ? nil : Int64(bitPattern: $0.ua % $0.ub)
  }

  static let signedQuotient: @Sendable (IntegerOperands) -> Int64? = {
    let least = $0.type.signExtend(1 << ($0.bits - 1))
    return $0.b == 0 || $0.b == -1 && $0.a == least ? nil : $0.a / $0.b
  }

  static let signedRemainder: @Sendable (IntegerOperands) -> Int64? = {
    $0.b == 0 ? nil : $0.b == -1 ? 0 : $0.a % $0.b
  }

  static let unsignedHighProduct: @Sendable (IntegerOperands) -> Int64? = {
    $0.bits == 64
      ? Int64(bitPattern: $0.ua.multipliedFullWidth(by: $0.ub).high)
      : Int64(bitPattern: ($0.ua &* $0.ub) >> UInt64($0.bits))
  }

  static let signedHighProduct: @Sendable (IntegerOperands) -> Int64? = {
    $0.bits == 64 ? $0.a.multipliedFullWidth(by: $0.b).high : ($0.a &* $0.b) >> $0.bits
  }

  /// `a` rotated left by 0 to `bits` bits.
  func rotated(left amount: Int64) -> Int64 {
    let (left, width) = (UInt64(amount & (bits - 1)), UInt64(bits))
    return Int64(bitPattern: left == 0 ? ua : ua << left | ua >> (width - left))
  }
}

/// Conversions to floats, on bits. No NaN is converted (`ConstantFolding.float`).
enum FloatConversion {
  static let fromSigned: @Sendable (Type, Type, Int64) -> Int64? = { type, _, number in
    bits(type, Float(number), Double(number))
  }

  static let fromUnsigned: @Sendable (Type, Type, Int64) -> Int64? = { type, from, number in
    let number = from.zeroExtend(number)
    return bits(type, Float(number), Double(number))
  }

  static let promote: @Sendable (Type, Type, Int64) -> Int64? = { type, from, bits in
    let number = Float(bits: bits)
    guard type == .f64, from == .f32, !number.isNaN else { return nil }
    return Int64(bitPattern: Double(number).bitPattern)
  }

  static let demote: @Sendable (Type, Type, Int64) -> Int64? = { type, from, bits in
    let number = Double(bits: bits)
    guard type == .f32, from == .f64, !number.isNaN else { return nil }
    return Int64(Float(number).bitPattern)
  }

  private static func bits(_ type: Type, _ single: Float, _ double: Double) -> Int64? {
    switch type {
    case .f32: Int64(single.bitPattern)
    case .f64: Int64(bitPattern: double.bitPattern)
    default: nil
    }
  }
}

extension Float {
  fileprivate init(bits: Int64) { self.init(bitPattern: UInt32(truncatingIfNeeded: bits)) }
}

extension Double {
  fileprivate init(bits: Int64) { self.init(bitPattern: UInt64(bitPattern: bits)) }
}
