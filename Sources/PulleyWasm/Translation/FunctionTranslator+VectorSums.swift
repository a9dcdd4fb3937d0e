import PulleyIR

/// Operators on vectors that are made of several operations: products of widened lanes, sums of
/// neighbours, conversions that change the number of lanes.
extension FunctionTranslator {
  mutating func translateVectorSum(_ operation: Operator) -> Bool {
    switch operation.code {
    case .i16x8ExtmulLowI8x16S: multiplyWidened(.swiden_low, .i8x16)
    case .i16x8ExtmulHighI8x16S: multiplyWidened(.swiden_high, .i8x16)
    case .i16x8ExtmulLowI8x16U: multiplyWidened(.uwiden_low, .i8x16)
    case .i16x8ExtmulHighI8x16U: multiplyWidened(.uwiden_high, .i8x16)
    case .i32x4ExtmulLowI16x8S: multiplyWidened(.swiden_low, .i16x8)
    case .i32x4ExtmulHighI16x8S: multiplyWidened(.swiden_high, .i16x8)
    case .i32x4ExtmulLowI16x8U: multiplyWidened(.uwiden_low, .i16x8)
    case .i32x4ExtmulHighI16x8U: multiplyWidened(.uwiden_high, .i16x8)
    case .i64x2ExtmulLowI32x4S: multiplyWidened(.swiden_low, .i32x4)
    case .i64x2ExtmulHighI32x4S: multiplyWidened(.swiden_high, .i32x4)
    case .i64x2ExtmulLowI32x4U: multiplyWidened(.uwiden_low, .i32x4)
    case .i64x2ExtmulHighI32x4U: multiplyWidened(.uwiden_high, .i32x4)
    case .i16x8ExtaddPairwiseI8x16S: addNeighbours(.swiden_low, .swiden_high, .i8x16)
    case .i16x8ExtaddPairwiseI8x16U: addNeighbours(.uwiden_low, .uwiden_high, .i8x16)
    case .i32x4ExtaddPairwiseI16x8S: addNeighbours(.swiden_low, .swiden_high, .i16x8)
    case .i32x4ExtaddPairwiseI16x8U: addNeighbours(.uwiden_low, .uwiden_high, .i16x8)
    case .i32x4DotI16x8S: push(vector: dotProduct(.i16x8))
    case .i16x8RelaxedDotI8x16I7x16S: push(vector: dotProduct(.i8x16))
    case .i32x4RelaxedDotI8x16I7x16AddS:
      let addend = popVector(.i32x4)
      push(vector: dotProduct(.i8x16))
      addNeighbours(.swiden_low, .swiden_high, .i16x8)
      push(vector: append(.iadd, .i32x4, popVector(.i32x4), addend))
    default: return false
    }
    return true
  }

  /// Multiplies the halves of two vectors of `type`, their lanes made twice as wide.
  private mutating func multiplyWidened(_ widen: Opcode, _ type: Type) {
    let second = popVector(type)
    push(vector: product(widen, type, popVector(type), second))
  }

  private mutating func product(
    _ widen: Opcode, _ type: Type, _ first: Value, _ second: Value
  ) -> Value {
    let wide = append(widen, type, first)
    return append(.imul, type.mergedLanes, wide, append(widen, type, second))
  }

  private mutating func addNeighbours(_ low: Opcode, _ high: Opcode, _ type: Type) {
    let vector = popVector(type)
    let lower = append(low, type, vector)
    let upper = append(high, type, vector)
    push(vector: append(.iadd_pairwise, type.mergedLanes, lower, upper))
  }

  private mutating func dotProduct(_ type: Type) -> Value {
    let second = popVector(type)
    let first = popVector(type)
    let lower = product(.swiden_low, type, first, second)
    let upper = product(.swiden_high, type, first, second)
    return append(.iadd_pairwise, type.mergedLanes, lower, upper)
  }

  mutating func translateVectorConversion(_ operation: Operator) -> Bool {
    switch operation.code {
    case .f32x4Pmin: selectLess(.f32x4, isMinimum: true)
    case .f32x4Pmax: selectLess(.f32x4, isMinimum: false)
    case .f64x2Pmin: selectLess(.f64x2, isMinimum: true)
    case .f64x2Pmax: selectLess(.f64x2, isMinimum: false)
    case .f32x4RelaxedNmadd: subtractProduct(.f32x4)
    case .f64x2RelaxedNmadd: subtractProduct(.f64x2)
    case .i32x4TruncSatF64x2SZero, .i32x4RelaxedTruncF64x2SZero:
      truncateToLow(.fcvt_to_sint_sat, .snarrow)
    case .i32x4TruncSatF64x2UZero, .i32x4RelaxedTruncF64x2UZero:
      truncateToLow(.fcvt_to_uint_sat, .uunarrow)
    case .f64x2ConvertLowI32x4S: convertLow(.swiden_low, .fcvt_from_sint)
    case .f64x2ConvertLowI32x4U: convertLow(.uwiden_low, .fcvt_from_uint)
    default: return false
    }
    return true
  }

  /// The minimum `b < a ? b : a`, or the maximum `a < b ? b : a`.
  private mutating func selectLess(_ type: Type, isMinimum: Bool) {
    let second = popVector(type)
    let first = popVector(type)
    var compare = InstructionData(.fcmp, type, isMinimum ? second : first)
    compare.argument1 = isMinimum ? first : second
    compare.floatCondition = .lessThan
    let mask = cast(builder.value(compare), to: type)
    push(vector: builder.value(InstructionData(.bitselect, type, mask, second, first)))
  }

  /// `c - a * b`, rounded once.
  private mutating func subtractProduct(_ type: Type) {
    let addend = popVector(type)
    let second = popVector(type)
    let negated = append(.fneg, type, popVector(type))
    push(vector: builder.value(InstructionData(.fma, type, negated, second, addend)))
  }

  private mutating func truncateToLow(_ convert: Opcode, _ narrow: Opcode) {
    let wide = append(convert, .i64x2, popVector(.f64x2))
    push(vector: append(narrow, .i64x2, wide, constant(0, .i64x2)))
  }

  private mutating func convertLow(_ widen: Opcode, _ convert: Opcode) {
    let wide = append(widen, .i32x4, popVector(.i32x4))
    push(vector: append(convert, .f64x2, wide))
  }
}
