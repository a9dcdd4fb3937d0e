import PulleyIR

extension Operators {
  /// Lanes of 8 bits.
  static let bytes: [OperatorRow] = [
    .vectorUnary(.i8x16Abs, 0xFD_060, "i8x16.abs", .i8x16, .iabs),
    .vectorUnary(.i8x16Neg, 0xFD_061, "i8x16.neg", .i8x16, .ineg),
    .vectorUnary(.i8x16Popcnt, 0xFD_062, "i8x16.popcnt", .i8x16, .popcnt),
    .vectorTest(.i8x16AllTrue, 0xFD_063, "i8x16.all_true", .test(.vall_true, .i8x16)),
    .vectorTest(.i8x16Bitmask, 0xFD_064, "i8x16.bitmask", .bitmask(.i8x16)),
    .vectorBinary(.i8x16NarrowI16x8S, 0xFD_065, "i8x16.narrow_i16x8_s", .i16x8, .snarrow),
    .vectorBinary(.i8x16NarrowI16x8U, 0xFD_066, "i8x16.narrow_i16x8_u", .i16x8, .unarrow),
    .vectorShift(.i8x16Shl, 0xFD_06B, "i8x16.shl", .i8x16, .ishl),
    .vectorShift(.i8x16ShrS, 0xFD_06C, "i8x16.shr_s", .i8x16, .sshr),
    .vectorShift(.i8x16ShrU, 0xFD_06D, "i8x16.shr_u", .i8x16, .ushr),
    .vectorBinary(.i8x16Add, 0xFD_06E, "i8x16.add", .i8x16, .iadd),
    .vectorBinary(.i8x16AddSatS, 0xFD_06F, "i8x16.add_sat_s", .i8x16, .sadd_sat),
    .vectorBinary(.i8x16AddSatU, 0xFD_070, "i8x16.add_sat_u", .i8x16, .uadd_sat),
    .vectorBinary(.i8x16Sub, 0xFD_071, "i8x16.sub", .i8x16, .isub),
    .vectorBinary(.i8x16SubSatS, 0xFD_072, "i8x16.sub_sat_s", .i8x16, .ssub_sat),
    .vectorBinary(.i8x16SubSatU, 0xFD_073, "i8x16.sub_sat_u", .i8x16, .usub_sat),
    .vectorBinary(.i8x16MinS, 0xFD_076, "i8x16.min_s", .i8x16, .smin),
    .vectorBinary(.i8x16MinU, 0xFD_077, "i8x16.min_u", .i8x16, .umin),
    .vectorBinary(.i8x16MaxS, 0xFD_078, "i8x16.max_s", .i8x16, .smax),
    .vectorBinary(.i8x16MaxU, 0xFD_079, "i8x16.max_u", .i8x16, .umax),
    .vectorBinary(.i8x16AvgrU, 0xFD_07B, "i8x16.avgr_u", .i8x16, .avg_round),
  ]

  /// Lanes of 16 bits.
  static let shorts: [OperatorRow] = [
    .vector(
      .i16x8ExtaddPairwiseI8x16S, 0xFD_07C, "i16x8.extadd_pairwise_i8x16_s", operands: 1,
      .addPairwise(low: .swiden_low, high: .swiden_high, .i8x16)),
    .vector(
      .i16x8ExtaddPairwiseI8x16U, 0xFD_07D, "i16x8.extadd_pairwise_i8x16_u", operands: 1,
      .addPairwise(low: .uwiden_low, high: .uwiden_high, .i8x16)),
    .vectorUnary(.i16x8Abs, 0xFD_080, "i16x8.abs", .i16x8, .iabs),
    .vectorUnary(.i16x8Neg, 0xFD_081, "i16x8.neg", .i16x8, .ineg),
    .vectorBinary(.i16x8Q15mulrSatS, 0xFD_082, "i16x8.q15mulr_sat_s", .i16x8, .sqmul_round_sat),
    .vectorTest(.i16x8AllTrue, 0xFD_083, "i16x8.all_true", .test(.vall_true, .i16x8)),
    .vectorTest(.i16x8Bitmask, 0xFD_084, "i16x8.bitmask", .bitmask(.i16x8)),
    .vectorBinary(.i16x8NarrowI32x4S, 0xFD_085, "i16x8.narrow_i32x4_s", .i32x4, .snarrow),
    .vectorBinary(.i16x8NarrowI32x4U, 0xFD_086, "i16x8.narrow_i32x4_u", .i32x4, .unarrow),
    .vectorUnary(.i16x8ExtendLowI8x16S, 0xFD_087, "i16x8.extend_low_i8x16_s", .i8x16, .swiden_low),
    .vectorUnary(
      .i16x8ExtendHighI8x16S, 0xFD_088, "i16x8.extend_high_i8x16_s", .i8x16, .swiden_high),
    .vectorUnary(.i16x8ExtendLowI8x16U, 0xFD_089, "i16x8.extend_low_i8x16_u", .i8x16, .uwiden_low),
    .vectorUnary(
      .i16x8ExtendHighI8x16U, 0xFD_08A, "i16x8.extend_high_i8x16_u", .i8x16, .uwiden_high),
    .vectorShift(.i16x8Shl, 0xFD_08B, "i16x8.shl", .i16x8, .ishl),
    .vectorShift(.i16x8ShrS, 0xFD_08C, "i16x8.shr_s", .i16x8, .sshr),
    .vectorShift(.i16x8ShrU, 0xFD_08D, "i16x8.shr_u", .i16x8, .ushr),
    .vectorBinary(.i16x8Add, 0xFD_08E, "i16x8.add", .i16x8, .iadd),
    .vectorBinary(.i16x8AddSatS, 0xFD_08F, "i16x8.add_sat_s", .i16x8, .sadd_sat),
    .vectorBinary(.i16x8AddSatU, 0xFD_090, "i16x8.add_sat_u", .i16x8, .uadd_sat),
    .vectorBinary(.i16x8Sub, 0xFD_091, "i16x8.sub", .i16x8, .isub),
    .vectorBinary(.i16x8SubSatS, 0xFD_092, "i16x8.sub_sat_s", .i16x8, .ssub_sat),
    .vectorBinary(.i16x8SubSatU, 0xFD_093, "i16x8.sub_sat_u", .i16x8, .usub_sat),
    .vectorBinary(.i16x8Mul, 0xFD_095, "i16x8.mul", .i16x8, .imul),
    .vectorBinary(.i16x8MinS, 0xFD_096, "i16x8.min_s", .i16x8, .smin),
    .vectorBinary(.i16x8MinU, 0xFD_097, "i16x8.min_u", .i16x8, .umin),
    .vectorBinary(.i16x8MaxS, 0xFD_098, "i16x8.max_s", .i16x8, .smax),
    .vectorBinary(.i16x8MaxU, 0xFD_099, "i16x8.max_u", .i16x8, .umax),
    .vectorBinary(.i16x8AvgrU, 0xFD_09B, "i16x8.avgr_u", .i16x8, .avg_round),
    .vector(
      .i16x8ExtmulLowI8x16S, 0xFD_09C, "i16x8.extmul_low_i8x16_s", operands: 2,
      .multiplyWidened(.swiden_low, .i8x16)),
    .vector(
      .i16x8ExtmulHighI8x16S, 0xFD_09D, "i16x8.extmul_high_i8x16_s", operands: 2,
      .multiplyWidened(.swiden_high, .i8x16)),
    .vector(
      .i16x8ExtmulLowI8x16U, 0xFD_09E, "i16x8.extmul_low_i8x16_u", operands: 2,
      .multiplyWidened(.uwiden_low, .i8x16)),
    .vector(
      .i16x8ExtmulHighI8x16U, 0xFD_09F, "i16x8.extmul_high_i8x16_u", operands: 2,
      .multiplyWidened(.uwiden_high, .i8x16)),
  ]

  /// Lanes of 32 bits.
  static let words: [OperatorRow] = [
    .vector(
      .i32x4ExtaddPairwiseI16x8S, 0xFD_07E, "i32x4.extadd_pairwise_i16x8_s", operands: 1,
      .addPairwise(low: .swiden_low, high: .swiden_high, .i16x8)),
    .vector(
      .i32x4ExtaddPairwiseI16x8U, 0xFD_07F, "i32x4.extadd_pairwise_i16x8_u", operands: 1,
      .addPairwise(low: .uwiden_low, high: .uwiden_high, .i16x8)),
    .vectorUnary(.i32x4Abs, 0xFD_0A0, "i32x4.abs", .i32x4, .iabs),
    .vectorUnary(.i32x4Neg, 0xFD_0A1, "i32x4.neg", .i32x4, .ineg),
    .vectorTest(.i32x4AllTrue, 0xFD_0A3, "i32x4.all_true", .test(.vall_true, .i32x4)),
    .vectorTest(.i32x4Bitmask, 0xFD_0A4, "i32x4.bitmask", .bitmask(.i32x4)),
    .vectorUnary(.i32x4ExtendLowI16x8S, 0xFD_0A7, "i32x4.extend_low_i16x8_s", .i16x8, .swiden_low),
    .vectorUnary(
      .i32x4ExtendHighI16x8S, 0xFD_0A8, "i32x4.extend_high_i16x8_s", .i16x8, .swiden_high),
    .vectorUnary(.i32x4ExtendLowI16x8U, 0xFD_0A9, "i32x4.extend_low_i16x8_u", .i16x8, .uwiden_low),
    .vectorUnary(
      .i32x4ExtendHighI16x8U, 0xFD_0AA, "i32x4.extend_high_i16x8_u", .i16x8, .uwiden_high),
    .vectorShift(.i32x4Shl, 0xFD_0AB, "i32x4.shl", .i32x4, .ishl),
    .vectorShift(.i32x4ShrS, 0xFD_0AC, "i32x4.shr_s", .i32x4, .sshr),
    .vectorShift(.i32x4ShrU, 0xFD_0AD, "i32x4.shr_u", .i32x4, .ushr),
    .vectorBinary(.i32x4Add, 0xFD_0AE, "i32x4.add", .i32x4, .iadd),
    .vectorBinary(.i32x4Sub, 0xFD_0B1, "i32x4.sub", .i32x4, .isub),
    .vectorBinary(.i32x4Mul, 0xFD_0B5, "i32x4.mul", .i32x4, .imul),
    .vectorBinary(.i32x4MinS, 0xFD_0B6, "i32x4.min_s", .i32x4, .smin),
    .vectorBinary(.i32x4MinU, 0xFD_0B7, "i32x4.min_u", .i32x4, .umin),
    .vectorBinary(.i32x4MaxS, 0xFD_0B8, "i32x4.max_s", .i32x4, .smax),
    .vectorBinary(.i32x4MaxU, 0xFD_0B9, "i32x4.max_u", .i32x4, .umax),
    .vector(.i32x4DotI16x8S, 0xFD_0BA, "i32x4.dot_i16x8_s", operands: 2, .dotProduct(.i16x8)),
    .vector(
      .i32x4ExtmulLowI16x8S, 0xFD_0BC, "i32x4.extmul_low_i16x8_s", operands: 2,
      .multiplyWidened(.swiden_low, .i16x8)),
    .vector(
      .i32x4ExtmulHighI16x8S, 0xFD_0BD, "i32x4.extmul_high_i16x8_s", operands: 2,
      .multiplyWidened(.swiden_high, .i16x8)),
    .vector(
      .i32x4ExtmulLowI16x8U, 0xFD_0BE, "i32x4.extmul_low_i16x8_u", operands: 2,
      .multiplyWidened(.uwiden_low, .i16x8)),
    .vector(
      .i32x4ExtmulHighI16x8U, 0xFD_0BF, "i32x4.extmul_high_i16x8_u", operands: 2,
      .multiplyWidened(.uwiden_high, .i16x8)),
  ]

  /// Lanes of 64 bits.
  static let doubleWords: [OperatorRow] = [
    .vectorUnary(.i64x2Abs, 0xFD_0C0, "i64x2.abs", .i64x2, .iabs),
    .vectorUnary(.i64x2Neg, 0xFD_0C1, "i64x2.neg", .i64x2, .ineg),
    .vectorTest(.i64x2AllTrue, 0xFD_0C3, "i64x2.all_true", .test(.vall_true, .i64x2)),
    .vectorTest(.i64x2Bitmask, 0xFD_0C4, "i64x2.bitmask", .bitmask(.i64x2)),
    .vectorUnary(.i64x2ExtendLowI32x4S, 0xFD_0C7, "i64x2.extend_low_i32x4_s", .i32x4, .swiden_low),
    .vectorUnary(
      .i64x2ExtendHighI32x4S, 0xFD_0C8, "i64x2.extend_high_i32x4_s", .i32x4, .swiden_high),
    .vectorUnary(.i64x2ExtendLowI32x4U, 0xFD_0C9, "i64x2.extend_low_i32x4_u", .i32x4, .uwiden_low),
    .vectorUnary(
      .i64x2ExtendHighI32x4U, 0xFD_0CA, "i64x2.extend_high_i32x4_u", .i32x4, .uwiden_high),
    .vectorShift(.i64x2Shl, 0xFD_0CB, "i64x2.shl", .i64x2, .ishl),
    .vectorShift(.i64x2ShrS, 0xFD_0CC, "i64x2.shr_s", .i64x2, .sshr),
    .vectorShift(.i64x2ShrU, 0xFD_0CD, "i64x2.shr_u", .i64x2, .ushr),
    .vectorBinary(.i64x2Add, 0xFD_0CE, "i64x2.add", .i64x2, .iadd),
    .vectorBinary(.i64x2Sub, 0xFD_0D1, "i64x2.sub", .i64x2, .isub),
    .vectorBinary(.i64x2Mul, 0xFD_0D5, "i64x2.mul", .i64x2, .imul),
    .vector(
      .i64x2ExtmulLowI32x4S, 0xFD_0DC, "i64x2.extmul_low_i32x4_s", operands: 2,
      .multiplyWidened(.swiden_low, .i32x4)),
    .vector(
      .i64x2ExtmulHighI32x4S, 0xFD_0DD, "i64x2.extmul_high_i32x4_s", operands: 2,
      .multiplyWidened(.swiden_high, .i32x4)),
    .vector(
      .i64x2ExtmulLowI32x4U, 0xFD_0DE, "i64x2.extmul_low_i32x4_u", operands: 2,
      .multiplyWidened(.uwiden_low, .i32x4)),
    .vector(
      .i64x2ExtmulHighI32x4U, 0xFD_0DF, "i64x2.extmul_high_i32x4_u", operands: 2,
      .multiplyWidened(.uwiden_high, .i32x4)),
  ]
}
