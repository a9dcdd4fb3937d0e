import PulleyIR
import PulleyISA

/// Comparisons of vectors, whose results are masks, and float operations on vectors.
extension Lowering {
  mutating func lowerVectorIntCompare(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type.lane.isInteger,
      let opcode = comparison(unswapped(data.intCondition), data.type)
    else { throw unsupported(data) }
    let a = try use(data.argument0)
    let b = try use(data.argument1)
    if unswapped(data.intCondition) == data.intCondition {
      emit(opcode, result, a, b)
    } else {
      emit(opcode, result, b, a)
    }
  }

  /// The condition, or the one for swapped operands, that there is an instruction for.
  private func unswapped(_ condition: IntCondition) -> IntCondition {
    switch condition {
    case .signedGreater, .signedGreaterOrEqual, .unsignedGreater, .unsignedGreaterOrEqual:
      condition.swapped
    default: condition
    }
  }

  private func comparison(_ condition: IntCondition, _ type: Type) -> Opcode? {
    switch condition {
    case .equal: byWidth(type, .veq8x16, .veq16x8, .veq32x4, .veq64x2)
    case .notEqual: byWidth(type, .vneq8x16, .vneq16x8, .vneq32x4, .vneq64x2)
    case .signedLess: byWidth(type, .vslt8x16, .vslt16x8, .vslt32x4, .vslt64x2)
    case .signedLessOrEqual: byWidth(type, .vslteq8x16, .vslteq16x8, .vslteq32x4, .vslteq64x2)
    case .unsignedLess: byWidth(type, .vult8x16, .vult16x8, .vult32x4, .vult64x2)
    case .unsignedLessOrEqual: byWidth(type, .vulteq8x16, .vulteq16x8, .vulteq32x4, .vulteq64x2)
    default: nil
    }
  }

  mutating func lowerVectorMinMax(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type.lane.isInteger else { throw unsupported(data) }
    let opcode: Opcode? =
      switch data.operation {
      case .smin: byWidth(data.type, .vmin8x16_s, .vmin16x8_s, .vmin32x4_s, nil)
      case .umin: byWidth(data.type, .vmin8x16_u, .vmin16x8_u, .vmin32x4_u, nil)
      case .smax: byWidth(data.type, .vmax8x16_s, .vmax16x8_s, .vmax32x4_s, nil)
      default: byWidth(data.type, .vmax8x16_u, .vmax16x8_u, .vmax32x4_u, nil)
      }
    if data.type != .i64x2 { return try emitVector(opcode, data, into: result) }
    let a = try use(data.argument0)
    let b = try use(data.argument1)
    let isLess = makeV()
    let picksSmaller = data.operation == .smin || data.operation == .umin
    emit(.vbitselect128, result, isLess, picksSmaller ? a : b, picksSmaller ? b : a)
    let isSigned = data.operation == .smin || data.operation == .smax
    emit(isSigned ? .vslt64x2 : .vult64x2, isLess, a, b)
  }

  // Floats

  mutating func lowerVectorFloatCompare(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type == .f32x4 || data.type == .f64x2 else { throw unsupported(data) }
    let isWide = data.type == .f64x2
    let equal: Opcode = isWide ? .veqf64x2 : .veqf32x4
    let notEqual: Opcode = isWide ? .vneqf64x2 : .vneqf32x4
    let less: Opcode = isWide ? .vltf64x2 : .vltf32x4
    let lessOrEqual: Opcode = isWide ? .vlteqf64x2 : .vlteqf32x4
    let a = try use(data.argument0)
    let b = try use(data.argument1)
    switch data.floatCondition {
    case .equal: emit(equal, result, a, b)
    case .notEqual: emit(notEqual, result, a, b)
    case .lessThan: emit(less, result, a, b)
    case .lessThanOrEqual: emit(lessOrEqual, result, a, b)
    case .greaterThan: emit(less, result, b, a)
    case .greaterThanOrEqual: emit(lessOrEqual, result, b, a)
    case .unorderedOrLessThan: emitOpposite(lessOrEqual, b, a, into: result)
    case .unorderedOrLessThanOrEqual: emitOpposite(less, b, a, into: result)
    case .unorderedOrGreaterThan: emitOpposite(lessOrEqual, a, b, into: result)
    case .unorderedOrGreaterThanOrEqual: emitOpposite(less, a, b, into: result)
    case .ordered: emitBoth(.vband128, equal, (a, a), (b, b), into: result)
    case .unordered: emitBoth(.vbor128, notEqual, (a, a), (b, b), into: result)
    case .orderedNotEqual: emitBoth(.vbor128, less, (a, b), (b, a), into: result)
    case .unorderedOrEqual:
      let differs = makeV()
      emit(.vbnot128, result, differs)
      emitBoth(.vbor128, less, (a, b), (b, a), into: differs)
    }
  }

  private mutating func emitOpposite(
    _ comparison: Opcode, _ a: Reg, _ b: Reg, into result: Reg
  ) {
    let opposite = makeV()
    emit(.vbnot128, result, opposite)
    emit(comparison, opposite, a, b)
  }

  private mutating func emitBoth(
    _ combination: Opcode, _ comparison: Opcode, _ first: (Reg, Reg),
    _ second: (Reg, Reg), into result: Reg
  ) {
    let (one, other) = (makeV(), makeV())
    emit(combination, result, one, other)
    emit(comparison, one, first.0, first.1)
    emit(comparison, other, second.0, second.1)
  }

  mutating func lowerVectorFloat(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let from = function.type(of: data.argument0)
    let opcode: Opcode? =
      switch (data.operation, from, data.type) {
      case (.fcvt_from_sint, .i32x4, .f32x4): .vf32x4_from_i32x4_s
      case (.fcvt_from_uint, .i32x4, .f32x4): .vf32x4_from_i32x4_u
      case (.fcvt_from_sint, .i64x2, .f64x2): .vf64x2_from_i64x2_s
      case (.fcvt_from_uint, .i64x2, .f64x2): .vf64x2_from_i64x2_u
      case (.fcvt_to_sint_sat, .f32x4, .i32x4): .vi32x4_from_f32x4_s
      case (.fcvt_to_uint_sat, .f32x4, .i32x4): .vi32x4_from_f32x4_u
      case (.fcvt_to_sint_sat, .f64x2, .i64x2): .vi64x2_from_f64x2_s
      case (.fcvt_to_uint_sat, .f64x2, .i64x2): .vi64x2_from_f64x2_u
      case (.fvpromote_low, .f32x4, .f64x2): .vfpromotelow
      case (.fvdemote, .f64x2, .f32x4): .vfdemote
      case (_, .f32x4, .f32x4): floatOpcode(data.operation, isWide: false)
      case (_, .f64x2, .f64x2): floatOpcode(data.operation, isWide: true)
      default: nil
      }
    try emitVector(opcode, data, into: result)
  }

  private func floatOpcode(_ opcode: Operation, isWide: Bool) -> Opcode? {
    switch opcode {
    case .fadd: isWide ? .vaddf64x2 : .vaddf32x4
    case .fsub: isWide ? .vsubf64x2 : .vsubf32x4
    case .fmul: isWide ? .vmulf64x2 : .vmulf32x4
    case .fdiv: isWide ? .vdivf64x2 : .vdivf32x4
    case .fmin: isWide ? .vminimumf64x2 : .vminimumf32x4
    case .fmax: isWide ? .vmaximumf64x2 : .vmaximumf32x4
    case .fma: isWide ? .vfma64x2 : .vfma32x4
    case .fneg: isWide ? .vnegf64x2 : .vnegf32x4
    case .fabs: isWide ? .vabsf64x2 : .vabsf32x4
    case .sqrt: isWide ? .vsqrt64x2 : .vsqrt32x4
    case .ceil: isWide ? .vceil64x2 : .vceil32x4
    case .floor: isWide ? .vfloor64x2 : .vfloor32x4
    case .trunc: isWide ? .vtrunc64x2 : .vtrunc32x4
    case .nearest: isWide ? .vnearest64x2 : .vnearest32x4
    default: nil
    }
  }
}
