import PulleyIR

extension Operators {
  /// Lanes of floating-point numbers, and conversions to and from them.
  static let vectorFloats: [OperatorRow] = [
    .vectorConvert(
      .f32x4DemoteF64x2Zero, 0xFD_05E, "f32x4.demote_f64x2_zero", .f64x2, .f32x4, .fvdemote),
    .vectorConvert(
      .f64x2PromoteLowF32x4, 0xFD_05F, "f64x2.promote_low_f32x4", .f32x4, .f64x2, .fvpromote_low),
    .vectorUnary(.f32x4Ceil, 0xFD_067, "f32x4.ceil", .f32x4, .ceil),
    .vectorUnary(.f32x4Floor, 0xFD_068, "f32x4.floor", .f32x4, .floor),
    .vectorUnary(.f32x4Trunc, 0xFD_069, "f32x4.trunc", .f32x4, .trunc),
    .vectorUnary(.f32x4Nearest, 0xFD_06A, "f32x4.nearest", .f32x4, .nearest),
    .vectorUnary(.f64x2Ceil, 0xFD_074, "f64x2.ceil", .f64x2, .ceil),
    .vectorUnary(.f64x2Floor, 0xFD_075, "f64x2.floor", .f64x2, .floor),
    .vectorUnary(.f64x2Trunc, 0xFD_07A, "f64x2.trunc", .f64x2, .trunc),
    .vectorUnary(.f64x2Nearest, 0xFD_094, "f64x2.nearest", .f64x2, .nearest),
    .vectorUnary(.f32x4Abs, 0xFD_0E0, "f32x4.abs", .f32x4, .fabs),
    .vectorUnary(.f32x4Neg, 0xFD_0E1, "f32x4.neg", .f32x4, .fneg),
    .vectorUnary(.f32x4Sqrt, 0xFD_0E3, "f32x4.sqrt", .f32x4, .sqrt),
    .vectorBinary(.f32x4Add, 0xFD_0E4, "f32x4.add", .f32x4, .fadd),
    .vectorBinary(.f32x4Sub, 0xFD_0E5, "f32x4.sub", .f32x4, .fsub),
    .vectorBinary(.f32x4Mul, 0xFD_0E6, "f32x4.mul", .f32x4, .fmul),
    .vectorBinary(.f32x4Div, 0xFD_0E7, "f32x4.div", .f32x4, .fdiv),
    .vectorBinary(.f32x4Min, 0xFD_0E8, "f32x4.min", .f32x4, .fmin),
    .vectorBinary(.f32x4Max, 0xFD_0E9, "f32x4.max", .f32x4, .fmax),
    .vector(.f32x4Pmin, 0xFD_0EA, "f32x4.pmin", operands: 2, .pseudoMinimum(.f32x4)),
    .vector(.f32x4Pmax, 0xFD_0EB, "f32x4.pmax", operands: 2, .pseudoMaximum(.f32x4)),
    .vectorUnary(.f64x2Abs, 0xFD_0EC, "f64x2.abs", .f64x2, .fabs),
    .vectorUnary(.f64x2Neg, 0xFD_0ED, "f64x2.neg", .f64x2, .fneg),
    .vectorUnary(.f64x2Sqrt, 0xFD_0EF, "f64x2.sqrt", .f64x2, .sqrt),
    .vectorBinary(.f64x2Add, 0xFD_0F0, "f64x2.add", .f64x2, .fadd),
    .vectorBinary(.f64x2Sub, 0xFD_0F1, "f64x2.sub", .f64x2, .fsub),
    .vectorBinary(.f64x2Mul, 0xFD_0F2, "f64x2.mul", .f64x2, .fmul),
    .vectorBinary(.f64x2Div, 0xFD_0F3, "f64x2.div", .f64x2, .fdiv),
    .vectorBinary(.f64x2Min, 0xFD_0F4, "f64x2.min", .f64x2, .fmin),
    .vectorBinary(.f64x2Max, 0xFD_0F5, "f64x2.max", .f64x2, .fmax),
    .vector(.f64x2Pmin, 0xFD_0F6, "f64x2.pmin", operands: 2, .pseudoMinimum(.f64x2)),
    .vector(.f64x2Pmax, 0xFD_0F7, "f64x2.pmax", operands: 2, .pseudoMaximum(.f64x2)),
    .vectorConvert(
      .i32x4TruncSatF32x4S, 0xFD_0F8, "i32x4.trunc_sat_f32x4_s", .f32x4, .i32x4, .fcvt_to_sint_sat),
    .vectorConvert(
      .i32x4TruncSatF32x4U, 0xFD_0F9, "i32x4.trunc_sat_f32x4_u", .f32x4, .i32x4, .fcvt_to_uint_sat),
    .vectorConvert(
      .f32x4ConvertI32x4S, 0xFD_0FA, "f32x4.convert_i32x4_s", .i32x4, .f32x4, .fcvt_from_sint),
    .vectorConvert(
      .f32x4ConvertI32x4U, 0xFD_0FB, "f32x4.convert_i32x4_u", .i32x4, .f32x4, .fcvt_from_uint),
    .vector(
      .i32x4TruncSatF64x2SZero, 0xFD_0FC, "i32x4.trunc_sat_f64x2_s_zero", operands: 1,
      .truncateToLow(.fcvt_to_sint_sat, narrow: .snarrow)),
    .vector(
      .i32x4TruncSatF64x2UZero, 0xFD_0FD, "i32x4.trunc_sat_f64x2_u_zero", operands: 1,
      .truncateToLow(.fcvt_to_uint_sat, narrow: .uunarrow)),
    .vector(
      .f64x2ConvertLowI32x4S, 0xFD_0FE, "f64x2.convert_low_i32x4_s", operands: 1,
      .convertLow(widen: .swiden_low, .fcvt_from_sint)),
    .vector(
      .f64x2ConvertLowI32x4U, 0xFD_0FF, "f64x2.convert_low_i32x4_u", operands: 1,
      .convertLow(widen: .uwiden_low, .fcvt_from_uint)),
  ]

  /// Operators whose results may differ between implementations; `docs/simd.md` says which of the allowed
  /// results these give.
  static let relaxed: [OperatorRow] = [
    .vectorBinary(.i8x16RelaxedSwizzle, 0xFD_100, "i8x16.relaxed_swizzle", .i8x16, .swizzle),
    .vectorConvert(
      .i32x4RelaxedTruncF32x4S, 0xFD_101, "i32x4.relaxed_trunc_f32x4_s", .f32x4, .i32x4,
      .fcvt_to_sint_sat),
    .vectorConvert(
      .i32x4RelaxedTruncF32x4U, 0xFD_102, "i32x4.relaxed_trunc_f32x4_u", .f32x4, .i32x4,
      .fcvt_to_uint_sat),
    .vector(
      .i32x4RelaxedTruncF64x2SZero, 0xFD_103, "i32x4.relaxed_trunc_f64x2_s_zero", operands: 1,
      .truncateToLow(.fcvt_to_sint_sat, narrow: .snarrow)),
    .vector(
      .i32x4RelaxedTruncF64x2UZero, 0xFD_104, "i32x4.relaxed_trunc_f64x2_u_zero", operands: 1,
      .truncateToLow(.fcvt_to_uint_sat, narrow: .uunarrow)),
    .vectorTernary(.f32x4RelaxedMadd, 0xFD_105, "f32x4.relaxed_madd", .f32x4, .fma),
    .vector(
      .f32x4RelaxedNmadd, 0xFD_106, "f32x4.relaxed_nmadd", operands: 3, .negatedMultiplyAdd(.f32x4)),
    .vectorTernary(.f64x2RelaxedMadd, 0xFD_107, "f64x2.relaxed_madd", .f64x2, .fma),
    .vector(
      .f64x2RelaxedNmadd, 0xFD_108, "f64x2.relaxed_nmadd", operands: 3, .negatedMultiplyAdd(.f64x2)),
    .vector(.i8x16RelaxedLaneselect, 0xFD_109, "i8x16.relaxed_laneselect", operands: 3, .bitselect),
    .vector(.i16x8RelaxedLaneselect, 0xFD_10A, "i16x8.relaxed_laneselect", operands: 3, .bitselect),
    .vector(.i32x4RelaxedLaneselect, 0xFD_10B, "i32x4.relaxed_laneselect", operands: 3, .bitselect),
    .vector(.i64x2RelaxedLaneselect, 0xFD_10C, "i64x2.relaxed_laneselect", operands: 3, .bitselect),
    .vectorBinary(.f32x4RelaxedMin, 0xFD_10D, "f32x4.relaxed_min", .f32x4, .fmin),
    .vectorBinary(.f32x4RelaxedMax, 0xFD_10E, "f32x4.relaxed_max", .f32x4, .fmax),
    .vectorBinary(.f64x2RelaxedMin, 0xFD_10F, "f64x2.relaxed_min", .f64x2, .fmin),
    .vectorBinary(.f64x2RelaxedMax, 0xFD_110, "f64x2.relaxed_max", .f64x2, .fmax),
    .vectorBinary(
      .i16x8RelaxedQ15mulrS, 0xFD_111, "i16x8.relaxed_q15mulr_s", .i16x8, .sqmul_round_sat),
    .vector(
      .i16x8RelaxedDotI8x16I7x16S, 0xFD_112, "i16x8.relaxed_dot_i8x16_i7x16_s", operands: 2,
      .dotProduct(.i8x16)),
    .vector(
      .i32x4RelaxedDotI8x16I7x16AddS, 0xFD_113, "i32x4.relaxed_dot_i8x16_i7x16_add_s", operands: 3,
      .dotProductSum),
  ]
}
