import PulleyIR

/// Vector operators that become several operations: products of widened lanes, sums of
/// neighbouring lanes, and conversions that change the number of lanes.
extension FunctionTranslator {
  /// Multiplies the halves of two vectors of `type` after widening their lanes.
  mutating func multiplyWidened(_ widen: Operation, _ type: Type) {
    let second = popVector(type)
    push(vector: product(widen, type, popVector(type), second))
  }

  private mutating func product(
    _ widen: Operation, _ type: Type, _ first: Value, _ second: Value
  ) -> Value {
    let wide = append(widen, type, first)
    return append(.imul, type.mergedLanes, wide, append(widen, type, second))
  }

  mutating func addPairwise(_ low: Operation, _ high: Operation, _ type: Type) {
    let vector = popVector(type)
    let lower = append(low, type, vector)
    let upper = append(high, type, vector)
    push(vector: append(.iadd_pairwise, type.mergedLanes, lower, upper))
  }

  mutating func dotProduct(_ type: Type) -> Value {
    let second = popVector(type)
    let first = popVector(type)
    let lower = product(.swiden_low, type, first, second)
    let upper = product(.swiden_high, type, first, second)
    return append(.iadd_pairwise, type.mergedLanes, lower, upper)
  }

  /// Multiplies signed bytes by signed bytes, adds four neighbouring products and an i32.
  mutating func translateDotProductSum() {
    let addend = popVector(.i32x4)
    push(vector: dotProduct(.i8x16))
    addPairwise(.swiden_low, .swiden_high, .i16x8)
    push(vector: append(.iadd, .i32x4, popVector(.i32x4), addend))
  }

  /// The minimum `b < a ? b : a`, or the maximum `a < b ? b : a`.
  mutating func selectLess(_ type: Type, isMinimum: Bool) {
    let second = popVector(type)
    let first = popVector(type)
    var compare = InstructionData(.fcmp, type, isMinimum ? second : first)
    compare.argument1 = isMinimum ? first : second
    compare.floatCondition = .lessThan
    let mask = cast(builder.value(compare), to: type)
    push(vector: builder.value(InstructionData(.bitselect, type, mask, second, first)))
  }

  /// `c - a * b`, rounded once.
  mutating func subtractProduct(_ type: Type) {
    let addend = popVector(type)
    let second = popVector(type)
    let negated = append(.fneg, type, popVector(type))
    push(vector: builder.value(InstructionData(.fma, type, negated, second, addend)))
  }

  mutating func truncateToLow(_ convert: Operation, _ narrow: Operation) {
    let wide = append(convert, .i64x2, popVector(.f64x2))
    push(vector: append(narrow, .i64x2, wide, constant(0, .i64x2)))
  }

  mutating func convertLow(_ widen: Operation, _ convert: Operation) {
    let wide = append(widen, .i32x4, popVector(.i32x4))
    push(vector: append(convert, .f64x2, wide))
  }
}
