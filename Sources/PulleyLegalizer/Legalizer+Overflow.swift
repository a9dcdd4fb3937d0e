import PulleyIR

/// Arithmetic that reports overflow, for all widths.
extension Legalizer {
  mutating func expandOverflow(
    _ inst: Inst, _ data: InstructionData
  ) throws(LegalizationError) {
    let type = data.type
    let (a, b) = (self[data.argument0], self[data.argument1])
    let number: Halves
    let overflow: Value
    switch data.operation {
    case .uadd_overflow, .uadd_overflow_cin:
      let sum = combine(.iadd, type, a, b)
      let first = compare(.unsignedLess, type, sum, a)
      guard data.operation == .uadd_overflow_cin else {
        (number, overflow) = (sum, first)
        break
      }
      number = combine(.iadd, type, sum, carry(data.argument2, type))
      overflow = binary(.bor, .i8, first, compare(.unsignedLess, type, number, sum))
    case .usub_overflow, .usub_overflow_bin:
      let difference = combine(.isub, type, a, b)
      let first = compare(.unsignedLess, type, a, b)
      guard data.operation == .usub_overflow_bin else {
        (number, overflow) = (difference, first)
        break
      }
      let borrow = carry(data.argument2, type)
      number = combine(.isub, type, difference, borrow)
      overflow = binary(.bor, .i8, first, compare(.unsignedLess, type, difference, borrow))
    case .sadd_overflow, .sadd_overflow_cin:
      var sum = combine(.iadd, type, a, b)
      if data.operation == .sadd_overflow_cin {
        sum = combine(.iadd, type, sum, carry(data.argument2, type))
      }
      number = sum
      // The sign of the sum differs from those of both operands.
      overflow = haveOtherSigns((sum, a), (sum, b), type)
    case .ssub_overflow, .ssub_overflow_bin:
      var difference = combine(.isub, type, a, b)
      if data.operation == .ssub_overflow_bin {
        difference = combine(.isub, type, difference, carry(data.argument2, type))
      }
      number = difference
      overflow = haveOtherSigns((a, b), (a, difference), type)
    case .umul_overflow, .smul_overflow:
      guard type != .i128 else { throw unsupported(data) }
      let product = multiply(data.operation == .smul_overflow, type, a.low, b.low)
      (number, overflow) = (Halves(product.low), product.overflow)
    default: throw unsupported(data)
    }
    setResults(of: inst, to: number, Halves(overflow))
  }

  private mutating func combine(
    _ operation: Operation, _ type: Type, _ a: Halves, _ b: Halves
  ) -> Halves {
    type == .i128
      ? combine(operation, a, b) : Halves(binary(operation, type, a.low, b.low))
  }

  private mutating func compare(
    _ condition: IntCondition, _ type: Type, _ a: Halves, _ b: Halves
  ) -> Value {
    type == .i128 ? compareWide(condition, a, b) : compare(condition, type, a.low, b.low)
  }

  /// 1 if the value is not zero, else 0: a carry.
  private mutating func carry(_ value: Value, _ type: Type) -> Halves {
    let bit = compare(.notEqual, .i8, self[value].low, constant(0, .i8))
    switch type {
    case .i8: return Halves(bit)
    case .i128: return Halves(unary(.uextend, .i64, bit), constant(0, .i64))
    default: return Halves(unary(.uextend, type, bit))
    }
  }

  /// Whether the signs of the numbers differ in both pairs.
  private mutating func haveOtherSigns(
    _ first: (Halves, Halves), _ second: (Halves, Halves), _ type: Type
  ) -> Value {
    let isWide = type == .i128
    let top: Type = isWide ? .i64 : type
    func sign(_ number: Halves) -> Value { isWide ? number.high : number.low }
    let one = binary(.bxor, top, sign(first.0), sign(first.1))
    let other = binary(.bxor, top, sign(second.0), sign(second.1))
    return compare(.signedLess, top, binary(.band, top, one, other), constant(0, top))
  }

  private mutating func multiply(
    _ isSigned: Bool, _ type: Type, _ a: Value, _ b: Value
  ) -> (low: Value, overflow: Value) {
    guard type != .i64 else {
      let low = binary(.imul, .i64, a, b)
      let high = binary(isSigned ? .smulhi : .umulhi, .i64, a, b)
      let expected =
        isSigned ? binary(.sshr, .i64, low, constant(63, .i64)) : constant(0, .i64)
      return (low, compare(.notEqual, .i64, high, expected))
    }
    let extend: Operation = isSigned ? .sextend : .uextend
    let wide = type.doubled
    let product = binary(.imul, wide, unary(extend, wide, a), unary(extend, wide, b))
    let low = unary(.ireduce, type, product)
    return (low, compare(.notEqual, wide, unary(extend, wide, low), product))
  }
}
