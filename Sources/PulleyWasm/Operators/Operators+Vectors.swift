import PulleyIR

extension Operators {
  /// Loads and stores of vectors and their lanes.
  static let vectorAccesses: [OperatorRow] = [
    .load(.v128Load, 0xFD_000, "v128.load", .i8x16, bytes: 16, .heap_load),
    .vectorLoad(
      .v128Load8x8S, 0xFD_001, "v128.load8x8_s", bytes: 8, .loadWidened(.swiden_low, .i8x16)),
    .vectorLoad(
      .v128Load8x8U, 0xFD_002, "v128.load8x8_u", bytes: 8, .loadWidened(.uwiden_low, .i8x16)),
    .vectorLoad(
      .v128Load16x4S, 0xFD_003, "v128.load16x4_s", bytes: 8, .loadWidened(.swiden_low, .i16x8)),
    .vectorLoad(
      .v128Load16x4U, 0xFD_004, "v128.load16x4_u", bytes: 8, .loadWidened(.uwiden_low, .i16x8)),
    .vectorLoad(
      .v128Load32x2S, 0xFD_005, "v128.load32x2_s", bytes: 8, .loadWidened(.swiden_low, .i32x4)),
    .vectorLoad(
      .v128Load32x2U, 0xFD_006, "v128.load32x2_u", bytes: 8, .loadWidened(.uwiden_low, .i32x4)),
    .vectorLoad(
      .v128Load8Splat, 0xFD_007, "v128.load8_splat", bytes: 1, .loadVector(.splat, .i8x16)),
    .vectorLoad(
      .v128Load16Splat, 0xFD_008, "v128.load16_splat", bytes: 2, .loadVector(.splat, .i16x8)),
    .vectorLoad(
      .v128Load32Splat, 0xFD_009, "v128.load32_splat", bytes: 4, .loadVector(.splat, .i32x4)),
    .vectorLoad(
      .v128Load64Splat, 0xFD_00A, "v128.load64_splat", bytes: 8, .loadVector(.splat, .i64x2)),
    .store(.v128Store, 0xFD_00B, "v128.store", .i8x16, bytes: 16, .heap_store),
    .loadLane(.v128Load8Lane, 0xFD_054, "v128.load8_lane", .i8x16),
    .loadLane(.v128Load16Lane, 0xFD_055, "v128.load16_lane", .i16x8),
    .loadLane(.v128Load32Lane, 0xFD_056, "v128.load32_lane", .i32x4),
    .loadLane(.v128Load64Lane, 0xFD_057, "v128.load64_lane", .i64x2),
    .storeLane(.v128Store8Lane, 0xFD_058, "v128.store8_lane", .i8x16),
    .storeLane(.v128Store16Lane, 0xFD_059, "v128.store16_lane", .i16x8),
    .storeLane(.v128Store32Lane, 0xFD_05A, "v128.store32_lane", .i32x4),
    .storeLane(.v128Store64Lane, 0xFD_05B, "v128.store64_lane", .i64x2),
    .vectorLoad(
      .v128Load32Zero, 0xFD_05C, "v128.load32_zero", bytes: 4,
      .loadVector(.scalar_to_vector, .i32x4)),
    .vectorLoad(
      .v128Load64Zero, 0xFD_05D, "v128.load64_zero", bytes: 8,
      .loadVector(.scalar_to_vector, .i64x2)),
  ]

  /// Making vectors of lanes, and lanes of vectors.
  static let lanes: [OperatorRow] = [
    .shuffle(.i8x16Shuffle, 0xFD_00D, "i8x16.shuffle"),
    .vectorBinary(.i8x16Swizzle, 0xFD_00E, "i8x16.swizzle", .i8x16, .swizzle),
    .splat(.i8x16Splat, 0xFD_00F, "i8x16.splat", .i8x16),
    .splat(.i16x8Splat, 0xFD_010, "i16x8.splat", .i16x8),
    .splat(.i32x4Splat, 0xFD_011, "i32x4.splat", .i32x4),
    .splat(.i64x2Splat, 0xFD_012, "i64x2.splat", .i64x2),
    .splat(.f32x4Splat, 0xFD_013, "f32x4.splat", .f32x4),
    .splat(.f64x2Splat, 0xFD_014, "f64x2.splat", .f64x2),
    .extractExtendedLane(.i8x16ExtractLaneS, 0xFD_015, "i8x16.extract_lane_s", .i8x16, .sextend),
    .extractExtendedLane(.i8x16ExtractLaneU, 0xFD_016, "i8x16.extract_lane_u", .i8x16, .uextend),
    .replaceLane(.i8x16ReplaceLane, 0xFD_017, "i8x16.replace_lane", .i8x16),
    .extractExtendedLane(.i16x8ExtractLaneS, 0xFD_018, "i16x8.extract_lane_s", .i16x8, .sextend),
    .extractExtendedLane(.i16x8ExtractLaneU, 0xFD_019, "i16x8.extract_lane_u", .i16x8, .uextend),
    .replaceLane(.i16x8ReplaceLane, 0xFD_01A, "i16x8.replace_lane", .i16x8),
    .extractLane(.i32x4ExtractLane, 0xFD_01B, "i32x4.extract_lane", .i32x4),
    .replaceLane(.i32x4ReplaceLane, 0xFD_01C, "i32x4.replace_lane", .i32x4),
    .extractLane(.i64x2ExtractLane, 0xFD_01D, "i64x2.extract_lane", .i64x2),
    .replaceLane(.i64x2ReplaceLane, 0xFD_01E, "i64x2.replace_lane", .i64x2),
    .extractLane(.f32x4ExtractLane, 0xFD_01F, "f32x4.extract_lane", .f32x4),
    .replaceLane(.f32x4ReplaceLane, 0xFD_020, "f32x4.replace_lane", .f32x4),
    .extractLane(.f64x2ExtractLane, 0xFD_021, "f64x2.extract_lane", .f64x2),
    .replaceLane(.f64x2ReplaceLane, 0xFD_022, "f64x2.replace_lane", .f64x2),
  ]

  /// Comparisons of lanes, which give all ones or zero for each.
  static let vectorComparisons: [OperatorRow] = [
    .vectorCompare(.i8x16Eq, 0xFD_023, "i8x16.eq", .i8x16, .equal),
    .vectorCompare(.i8x16Ne, 0xFD_024, "i8x16.ne", .i8x16, .notEqual),
    .vectorCompare(.i8x16LtS, 0xFD_025, "i8x16.lt_s", .i8x16, .signedLess),
    .vectorCompare(.i8x16LtU, 0xFD_026, "i8x16.lt_u", .i8x16, .unsignedLess),
    .vectorCompare(.i8x16GtS, 0xFD_027, "i8x16.gt_s", .i8x16, .signedGreater),
    .vectorCompare(.i8x16GtU, 0xFD_028, "i8x16.gt_u", .i8x16, .unsignedGreater),
    .vectorCompare(.i8x16LeS, 0xFD_029, "i8x16.le_s", .i8x16, .signedLessOrEqual),
    .vectorCompare(.i8x16LeU, 0xFD_02A, "i8x16.le_u", .i8x16, .unsignedLessOrEqual),
    .vectorCompare(.i8x16GeS, 0xFD_02B, "i8x16.ge_s", .i8x16, .signedGreaterOrEqual),
    .vectorCompare(.i8x16GeU, 0xFD_02C, "i8x16.ge_u", .i8x16, .unsignedGreaterOrEqual),
    .vectorCompare(.i16x8Eq, 0xFD_02D, "i16x8.eq", .i16x8, .equal),
    .vectorCompare(.i16x8Ne, 0xFD_02E, "i16x8.ne", .i16x8, .notEqual),
    .vectorCompare(.i16x8LtS, 0xFD_02F, "i16x8.lt_s", .i16x8, .signedLess),
    .vectorCompare(.i16x8LtU, 0xFD_030, "i16x8.lt_u", .i16x8, .unsignedLess),
    .vectorCompare(.i16x8GtS, 0xFD_031, "i16x8.gt_s", .i16x8, .signedGreater),
    .vectorCompare(.i16x8GtU, 0xFD_032, "i16x8.gt_u", .i16x8, .unsignedGreater),
    .vectorCompare(.i16x8LeS, 0xFD_033, "i16x8.le_s", .i16x8, .signedLessOrEqual),
    .vectorCompare(.i16x8LeU, 0xFD_034, "i16x8.le_u", .i16x8, .unsignedLessOrEqual),
    .vectorCompare(.i16x8GeS, 0xFD_035, "i16x8.ge_s", .i16x8, .signedGreaterOrEqual),
    .vectorCompare(.i16x8GeU, 0xFD_036, "i16x8.ge_u", .i16x8, .unsignedGreaterOrEqual),
    .vectorCompare(.i32x4Eq, 0xFD_037, "i32x4.eq", .i32x4, .equal),
    .vectorCompare(.i32x4Ne, 0xFD_038, "i32x4.ne", .i32x4, .notEqual),
    .vectorCompare(.i32x4LtS, 0xFD_039, "i32x4.lt_s", .i32x4, .signedLess),
    .vectorCompare(.i32x4LtU, 0xFD_03A, "i32x4.lt_u", .i32x4, .unsignedLess),
    .vectorCompare(.i32x4GtS, 0xFD_03B, "i32x4.gt_s", .i32x4, .signedGreater),
    .vectorCompare(.i32x4GtU, 0xFD_03C, "i32x4.gt_u", .i32x4, .unsignedGreater),
    .vectorCompare(.i32x4LeS, 0xFD_03D, "i32x4.le_s", .i32x4, .signedLessOrEqual),
    .vectorCompare(.i32x4LeU, 0xFD_03E, "i32x4.le_u", .i32x4, .unsignedLessOrEqual),
    .vectorCompare(.i32x4GeS, 0xFD_03F, "i32x4.ge_s", .i32x4, .signedGreaterOrEqual),
    .vectorCompare(.i32x4GeU, 0xFD_040, "i32x4.ge_u", .i32x4, .unsignedGreaterOrEqual),
    .vectorCompareFloats(.f32x4Eq, 0xFD_041, "f32x4.eq", .f32x4, .equal),
    .vectorCompareFloats(.f32x4Ne, 0xFD_042, "f32x4.ne", .f32x4, .notEqual),
    .vectorCompareFloats(.f32x4Lt, 0xFD_043, "f32x4.lt", .f32x4, .lessThan),
    .vectorCompareFloats(.f32x4Gt, 0xFD_044, "f32x4.gt", .f32x4, .greaterThan),
    .vectorCompareFloats(.f32x4Le, 0xFD_045, "f32x4.le", .f32x4, .lessThanOrEqual),
    .vectorCompareFloats(.f32x4Ge, 0xFD_046, "f32x4.ge", .f32x4, .greaterThanOrEqual),
    .vectorCompareFloats(.f64x2Eq, 0xFD_047, "f64x2.eq", .f64x2, .equal),
    .vectorCompareFloats(.f64x2Ne, 0xFD_048, "f64x2.ne", .f64x2, .notEqual),
    .vectorCompareFloats(.f64x2Lt, 0xFD_049, "f64x2.lt", .f64x2, .lessThan),
    .vectorCompareFloats(.f64x2Gt, 0xFD_04A, "f64x2.gt", .f64x2, .greaterThan),
    .vectorCompareFloats(.f64x2Le, 0xFD_04B, "f64x2.le", .f64x2, .lessThanOrEqual),
    .vectorCompareFloats(.f64x2Ge, 0xFD_04C, "f64x2.ge", .f64x2, .greaterThanOrEqual),
    .vectorCompare(.i64x2Eq, 0xFD_0D6, "i64x2.eq", .i64x2, .equal),
    .vectorCompare(.i64x2Ne, 0xFD_0D7, "i64x2.ne", .i64x2, .notEqual),
    .vectorCompare(.i64x2LtS, 0xFD_0D8, "i64x2.lt_s", .i64x2, .signedLess),
    .vectorCompare(.i64x2GtS, 0xFD_0D9, "i64x2.gt_s", .i64x2, .signedGreater),
    .vectorCompare(.i64x2LeS, 0xFD_0DA, "i64x2.le_s", .i64x2, .signedLessOrEqual),
    .vectorCompare(.i64x2GeS, 0xFD_0DB, "i64x2.ge_s", .i64x2, .signedGreaterOrEqual),
  ]

  /// Operators on all bits of vectors.
  static let bitwise: [OperatorRow] = [
    .vectorUnary(.v128Not, 0xFD_04D, "v128.not", .i8x16, .bnot),
    .vectorBinary(.v128And, 0xFD_04E, "v128.and", .i8x16, .band),
    .vector(.v128Andnot, 0xFD_04F, "v128.andnot", operands: 2, .andNot),
    .vectorBinary(.v128Or, 0xFD_050, "v128.or", .i8x16, .bor),
    .vectorBinary(.v128Xor, 0xFD_051, "v128.xor", .i8x16, .bxor),
    .vector(.v128Bitselect, 0xFD_052, "v128.bitselect", operands: 3, .bitselect),
    .vectorTest(.v128AnyTrue, 0xFD_053, "v128.any_true", .test(.vany_true, .i8x16)),
  ]
}
