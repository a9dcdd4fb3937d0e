/// Moves, constants, comparisons, selects and conversions of floating-point numbers.
let floatMoveRows: [Operation] = [
  Operation("fmov", .write(.f, "dst"), .read(.f, "src"), means: "`dst = src`"),
  Operation("vmov", .write(.v, "dst"), .read(.v, "src"), means: "`dst = src`"),
  Operation(
    "bitcast_int_from_float_32", .write(.x, "dst"), .read(.f, "src"),
    means: "`low32(dst)` = the bits of `low32(src)`."),
  Operation(
    "bitcast_int_from_float_64", .write(.x, "dst"), .read(.f, "src"),
    means: "`dst` = the bits of `src`."),
  Operation(
    "bitcast_float_from_int_32", .write(.f, "dst"), .read(.x, "src"),
    means: "`low32(dst)` = the bits of `low32(src)`."),
  Operation(
    "bitcast_float_from_int_64", .write(.f, "dst"), .read(.x, "src"),
    means: "`dst` = the bits of `src`."),
  Operation("fconst32", .write(.f, "dst"), .u32("bits"), means: "`low32(dst) = bits`"),
  Operation("fconst64", .write(.f, "dst"), .u64("bits"), means: "`dst = bits`"),
  Operation(
    "feq32", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"), traits: [.commutes],
    means: "`low32(dst) = low32(src1) == low32(src2) ? 1 : 0`; 0 if either is NaN."),
  Operation(
    "fneq32", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"), traits: [.commutes],
    means: "`low32(dst) = low32(src1) != low32(src2) ? 1 : 0`; 1 if either is NaN."),
  Operation(
    "flt32", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"),
    means: "`low32(dst) = low32(src1) < low32(src2) ? 1 : 0`; 0 if either is NaN."),
  Operation(
    "flteq32", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"),
    means: "`low32(dst) = low32(src1) <= low32(src2) ? 1 : 0`; 0 if either is NaN."),
  Operation(
    "feq64", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"), traits: [.commutes],
    means: "`low32(dst) = src1 == src2 ? 1 : 0`; 0 if either is NaN."),
  Operation(
    "fneq64", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"), traits: [.commutes],
    means: "`low32(dst) = src1 != src2 ? 1 : 0`; 1 if either is NaN."),
  Operation(
    "flt64", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"),
    means: "`low32(dst) = src1 < src2 ? 1 : 0`; 0 if either is NaN."),
  Operation(
    "flteq64", .write(.x, "dst"), .read(.f, "src1"), .read(.f, "src2"),
    means: "`low32(dst) = src1 <= src2 ? 1 : 0`; 0 if either is NaN."),
  Operation(
    "fselect32", .write(.f, "dst"), .read(.x, "cond"), .read(.f, "if_nonzero"),
    .read(.f, "if_zero"),
    means: "`low32(dst) = low32(cond) != 0 ? low32(if_nonzero) : low32(if_zero)`"),
  Operation(
    "fselect64", .write(.f, "dst"), .read(.x, "cond"), .read(.f, "if_nonzero"),
    .read(.f, "if_zero"), means: "`dst = low32(cond) != 0 ? if_nonzero : if_zero`"),
  Operation(
    "f32_from_f64", .write(.f, "dst"), .read(.f, "src"),
    means: "`low32(dst)` = `src` rounded to the nearest `f32`, ties to even."),
  Operation(
    "f64_from_f32", .write(.f, "dst"), .read(.f, "src"),
    means: "`dst` = `low32(src)` as an `f64`, exactly."),
  Operation(
    "f32_from_x32_s", .write(.f, "dst"), .read(.x, "src"),
    means: """
      `low32(dst)` = the signed integer `low32(src)` as an `f32`, rounded to nearest, ties to \
      even.
      """),
  Operation(
    "f32_from_x32_u", .write(.f, "dst"), .read(.x, "src"),
    means: """
      `low32(dst)` = the unsigned integer `low32(src)` as an `f32`, rounded to nearest, ties to \
      even.
      """),
  Operation(
    "f32_from_x64_s", .write(.f, "dst"), .read(.x, "src"),
    means: """
      `low32(dst)` = the signed integer `src` as an `f32`, rounded to nearest, ties to even.
      """),
  Operation(
    "f32_from_x64_u", .write(.f, "dst"), .read(.x, "src"),
    means: """
      `low32(dst)` = the unsigned integer `src` as an `f32`, rounded to nearest, ties to even.
      """),
  Operation(
    "f64_from_x32_s", .write(.f, "dst"), .read(.x, "src"),
    means: "`dst` = the signed integer `low32(src)` as an `f64`, exactly."),
  Operation(
    "f64_from_x32_u", .write(.f, "dst"), .read(.x, "src"),
    means: "`dst` = the unsigned integer `low32(src)` as an `f64`, exactly."),
  Operation(
    "f64_from_x64_s", .write(.f, "dst"), .read(.x, "src"),
    means: "`dst` = the signed integer `src` as an `f64`, rounded to nearest, ties to even."),
  Operation(
    "f64_from_x64_u", .write(.f, "dst"), .read(.x, "src"),
    means: "`dst` = the unsigned integer `src` as an `f64`, rounded to nearest, ties to even."),
  Operation(
    "x32_from_f32_s", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `low32(dst)` = the `f32` `low32(src)` truncated towards zero to a signed 32-bit integer; \
      traps if that does not fit.
      """),
  Operation(
    "x32_from_f32_u", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `low32(dst)` = the `f32` `low32(src)` truncated towards zero to an unsigned 32-bit integer; \
      traps if that does not fit.
      """),
  Operation(
    "x32_from_f64_s", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `low32(dst)` = the `f64` `src` truncated towards zero to a signed 32-bit integer; traps if \
      that does not fit.
      """),
  Operation(
    "x32_from_f64_u", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `low32(dst)` = the `f64` `src` truncated towards zero to an unsigned 32-bit integer; traps \
      if that does not fit.
      """),
  Operation(
    "x64_from_f32_s", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `dst` = the `f32` `low32(src)` truncated towards zero to a signed 64-bit integer; traps if \
      that does not fit.
      """),
  Operation(
    "x64_from_f32_u", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `dst` = the `f32` `low32(src)` truncated towards zero to an unsigned 64-bit integer; traps \
      if that does not fit.
      """),
  Operation(
    "x64_from_f64_s", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `dst` = the `f64` `src` truncated towards zero to a signed 64-bit integer; traps if that \
      does not fit.
      """),
  Operation(
    "x64_from_f64_u", .write(.x, "dst"), .read(.f, "src"),
    traps: [.badConversion, .integerOverflow],
    means: """
      `dst` = the `f64` `src` truncated towards zero to an unsigned 64-bit integer; traps if that \
      does not fit.
      """),
  Operation(
    "x32_from_f32_s_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `low32(dst)` = the `f32` `low32(src)` truncated towards zero to a signed 32-bit integer; NaN \
      gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "x32_from_f32_u_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `low32(dst)` = the `f32` `low32(src)` truncated towards zero to an unsigned 32-bit integer; \
      NaN gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "x32_from_f64_s_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `low32(dst)` = the `f64` `src` truncated towards zero to a signed 32-bit integer; NaN gives \
      0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "x32_from_f64_u_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `low32(dst)` = the `f64` `src` truncated towards zero to an unsigned 32-bit integer; NaN \
      gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "x64_from_f32_s_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `dst` = the `f32` `low32(src)` truncated towards zero to a signed 64-bit integer; NaN gives \
      0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "x64_from_f32_u_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `dst` = the `f32` `low32(src)` truncated towards zero to an unsigned 64-bit integer; NaN \
      gives 0, and a number out of range gives the nearest number in range.
      """),
  Operation(
    "x64_from_f64_s_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `dst` = the `f64` `src` truncated towards zero to a signed 64-bit integer; NaN gives 0, and \
      a number out of range gives the nearest number in range.
      """),
  Operation(
    "x64_from_f64_u_sat", .write(.x, "dst"), .read(.f, "src"),
    means: """
      `dst` = the `f64` `src` truncated towards zero to an unsigned 64-bit integer; NaN gives 0, \
      and a number out of range gives the nearest number in range.
      """),
]
