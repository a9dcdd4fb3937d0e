/// Conversions between vector lane types.
let vectorConversionRows: [Operation] = [
  Operation(
    "vf32x4_from_i32x4_s", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each `f32` lane of `dst` = the signed integer lane of `src`, rounded to nearest, ties to \
      even.
      """),
  Operation(
    "vf32x4_from_i32x4_u", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each `f32` lane of `dst` = the unsigned integer lane of `src`, rounded to nearest, ties to \
      even.
      """),
  Operation(
    "vf64x2_from_i64x2_s", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each `f64` lane of `dst` = the signed integer lane of `src`, rounded to nearest, ties to \
      even.
      """),
  Operation(
    "vf64x2_from_i64x2_u", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each `f64` lane of `dst` = the unsigned integer lane of `src`, rounded to nearest, ties to \
      even.
      """),
  Operation(
    "vi32x4_from_f32x4_s", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each lane of `dst` = the `f32` lane of `src` truncated towards zero to a signed integer; NaN \
      gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "vi32x4_from_f32x4_u", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each lane of `dst` = the `f32` lane of `src` truncated towards zero to an unsigned integer; \
      NaN gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "vi64x2_from_f64x2_s", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each lane of `dst` = the `f64` lane of `src` truncated towards zero to a signed integer; NaN \
      gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "vi64x2_from_f64x2_u", .write(.v, "dst"), .read(.v, "src"),
    means: """
      Each lane of `dst` = the `f64` lane of `src` truncated towards zero to an unsigned integer; \
      NaN gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "vwidenlow8x16_s", .write(.v, "dst"), .read(.v, "src"),
    means: "The low 8 lanes of 8 bits of `src`, each sign-extended to 16 bits."),
  Operation(
    "vwidenlow8x16_u", .write(.v, "dst"), .read(.v, "src"),
    means: "The low 8 lanes of 8 bits of `src`, each zero-extended to 16 bits."),
  Operation(
    "vwidenlow16x8_s", .write(.v, "dst"), .read(.v, "src"),
    means: "The low 4 lanes of 16 bits of `src`, each sign-extended to 32 bits."),
  Operation(
    "vwidenlow16x8_u", .write(.v, "dst"), .read(.v, "src"),
    means: "The low 4 lanes of 16 bits of `src`, each zero-extended to 32 bits."),
  Operation(
    "vwidenlow32x4_s", .write(.v, "dst"), .read(.v, "src"),
    means: "The low 2 lanes of 32 bits of `src`, each sign-extended to 64 bits."),
  Operation(
    "vwidenlow32x4_u", .write(.v, "dst"), .read(.v, "src"),
    means: "The low 2 lanes of 32 bits of `src`, each zero-extended to 64 bits."),
  Operation(
    "vwidenhigh8x16_s", .write(.v, "dst"), .read(.v, "src"),
    means: "The high 8 lanes of 8 bits of `src`, each sign-extended to 16 bits."),
  Operation(
    "vwidenhigh8x16_u", .write(.v, "dst"), .read(.v, "src"),
    means: "The high 8 lanes of 8 bits of `src`, each zero-extended to 16 bits."),
  Operation(
    "vwidenhigh16x8_s", .write(.v, "dst"), .read(.v, "src"),
    means: "The high 4 lanes of 16 bits of `src`, each sign-extended to 32 bits."),
  Operation(
    "vwidenhigh16x8_u", .write(.v, "dst"), .read(.v, "src"),
    means: "The high 4 lanes of 16 bits of `src`, each zero-extended to 32 bits."),
  Operation(
    "vwidenhigh32x4_s", .write(.v, "dst"), .read(.v, "src"),
    means: "The high 2 lanes of 32 bits of `src`, each sign-extended to 64 bits."),
  Operation(
    "vwidenhigh32x4_u", .write(.v, "dst"), .read(.v, "src"),
    means: "The high 2 lanes of 32 bits of `src`, each zero-extended to 64 bits."),
  Operation(
    "vnarrow16x8_s", .binary(.v),
    means: """
      The signed 16-bit lanes of `src1`, then of `src2`, each saturated to a signed 8-bit lane.
      """),
  Operation(
    "vnarrow16x8_u", .binary(.v),
    means: """
      The signed 16-bit lanes of `src1`, then of `src2`, each saturated to an unsigned 8-bit lane.
      """),
  Operation(
    "vnarrow32x4_s", .binary(.v),
    means: """
      The signed 32-bit lanes of `src1`, then of `src2`, each saturated to a signed 16-bit lane.
      """),
  Operation(
    "vnarrow32x4_u", .binary(.v),
    means: """
      The signed 32-bit lanes of `src1`, then of `src2`, each saturated to an unsigned 16-bit \
      lane.
      """),
  Operation(
    "vnarrow64x2_s", .binary(.v),
    means: """
      The signed 64-bit lanes of `src1`, then of `src2`, each saturated to a signed 32-bit lane.
      """),
  Operation(
    "vnarrow64x2_u", .binary(.v),
    means: """
      The signed 64-bit lanes of `src1`, then of `src2`, each saturated to an unsigned 32-bit \
      lane.
      """),
  Operation(
    "vunarrow64x2_u", .binary(.v),
    means: """
      The unsigned 64-bit lanes of `src1`, then of `src2`, each saturated to an unsigned 32-bit \
      lane.
      """),
  Operation(
    "vfpromotelow", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst` = the `f32` lane of the same number of `src`, exactly."),
  Operation(
    "vfdemote", .write(.v, "dst"), .read(.v, "src"),
    means: """
      `f32` lanes 0 and 1 of `dst` = the `f64` lanes of `src`, rounded to nearest, ties to even; \
      lanes 2 and 3 = 0.
      """),
]
