/// Floating-point arithmetic, scalar and, where upstream interleaves it, vector.
let floatArithmeticRows: [Operation] = [
  Operation(
    "fcopysign32", .binary(.f),
    means: "`low32(dst)` = `low32(src1)` with the sign bit of `low32(src2)`."),
  Operation("fcopysign64", .binary(.f), means: "`dst` = `src1` with the sign bit of `src2`."),
  Operation(
    "fadd32", .binary(.f), traits: [.commutes],
    means: "`low32(dst) = low32(src1) + low32(src2)`, rounded to nearest, ties to even."),
  Operation(
    "fsub32", .binary(.f),
    means: "`low32(dst) = low32(src1) - low32(src2)`, rounded to nearest, ties to even."),
  Operation(
    "vsubf32x4", .binary(.v),
    means: "Each `f32` lane of `dst = src1 - src2`, rounded to nearest, ties to even."),
  Operation(
    "fmul32", .binary(.f), traits: [.commutes],
    means: "`low32(dst) = low32(src1) * low32(src2)`, rounded to nearest, ties to even."),
  Operation(
    "vmulf32x4", .binary(.v), traits: [.commutes],
    means: "Each `f32` lane of `dst = src1 * src2`, rounded to nearest, ties to even."),
  Operation(
    "fdiv32", .binary(.f),
    means: "`low32(dst) = low32(src1) / low32(src2)`, rounded to nearest, ties to even."),
  Operation(
    "vdivf32x4", .binary(.v),
    means: "Each `f32` lane of `dst = src1 / src2`, rounded to nearest, ties to even."),
  Operation(
    "fmaximum32", .binary(.f), traits: [.commutes],
    means: """
      `low32(dst) = maximum(low32(src1), low32(src2))`: NaN if either is, and -0 is less than +0.
      """),
  Operation(
    "fminimum32", .binary(.f), traits: [.commutes],
    means: """
      `low32(dst) = minimum(low32(src1), low32(src2))`: NaN if either is, and -0 is less than +0.
      """),
  Operation(
    "ftrunc32", .write(.f, "dst"), .read(.f, "src"),
    means: "`low32(dst)` = `low32(src)` rounded towards zero."),
  Operation(
    "vtrunc32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f32` lane of `dst` = `src` rounded towards zero."),
  Operation(
    "vtrunc64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst` = `src` rounded towards zero."),
  Operation(
    "ffloor32", .write(.f, "dst"), .read(.f, "src"),
    means: "`low32(dst)` = `low32(src)` rounded down."),
  Operation(
    "vfloor32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f32` lane of `dst` = `src` rounded down."),
  Operation(
    "vfloor64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst` = `src` rounded down."),
  Operation(
    "fceil32", .write(.f, "dst"), .read(.f, "src"), means: "`low32(dst)` = `low32(src)` rounded up."
  ),
  Operation(
    "vceil32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f32` lane of `dst` = `src` rounded up."),
  Operation(
    "vceil64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst` = `src` rounded up."),
  Operation(
    "fnearest32", .write(.f, "dst"), .read(.f, "src"),
    means: "`low32(dst)` = `low32(src)` rounded to the nearest integer, ties to even."),
  Operation(
    "fsqrt32", .write(.f, "dst"), .read(.f, "src"),
    means: "`low32(dst) = sqrt(low32(src))`, rounded to nearest, ties to even."),
  Operation(
    "vsqrt32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f32` lane of `dst = sqrt(src)`, rounded to nearest, ties to even."),
  Operation(
    "vsqrt64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst = sqrt(src)`, rounded to nearest, ties to even."),
  Operation(
    "fneg32", .write(.f, "dst"), .read(.f, "src"),
    means: "`low32(dst)` = `low32(src)` with its sign bit flipped."),
  Operation(
    "vnegf32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f32` lane of `dst` = `src` with its sign bit flipped."),
  Operation(
    "fabs32", .write(.f, "dst"), .read(.f, "src"),
    means: "`low32(dst)` = `low32(src)` with its sign bit cleared."),
  Operation(
    "fadd64", .binary(.f), traits: [.commutes],
    means: "`dst = src1 + src2`, rounded to nearest, ties to even."),
  Operation("fsub64", .binary(.f), means: "`dst = src1 - src2`, rounded to nearest, ties to even."),
  Operation(
    "fmul64", .binary(.f), traits: [.commutes],
    means: "`dst = src1 * src2`, rounded to nearest, ties to even."),
  Operation("fdiv64", .binary(.f), means: "`dst = src1 / src2`, rounded to nearest, ties to even."),
  Operation(
    "vdivf64x2", .binary(.v),
    means: "Each `f64` lane of `dst = src1 / src2`, rounded to nearest, ties to even."),
  Operation(
    "fmaximum64", .binary(.f), traits: [.commutes],
    means: "`dst = maximum(src1, src2)`: NaN if either is, and -0 is less than +0."),
  Operation(
    "fminimum64", .binary(.f), traits: [.commutes],
    means: "`dst = minimum(src1, src2)`: NaN if either is, and -0 is less than +0."),
  Operation(
    "ftrunc64", .write(.f, "dst"), .read(.f, "src"), means: "`dst` = `src` rounded towards zero."),
  Operation("ffloor64", .write(.f, "dst"), .read(.f, "src"), means: "`dst` = `src` rounded down."),
  Operation("fceil64", .write(.f, "dst"), .read(.f, "src"), means: "`dst` = `src` rounded up."),
  Operation(
    "fnearest64", .write(.f, "dst"), .read(.f, "src"),
    means: "`dst` = `src` rounded to the nearest integer, ties to even."),
  Operation(
    "vnearest32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f32` lane of `dst` = `src` rounded to the nearest integer, ties to even."),
  Operation(
    "vnearest64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst` = `src` rounded to the nearest integer, ties to even."),
  Operation(
    "fsqrt64", .write(.f, "dst"), .read(.f, "src"),
    means: "`dst = sqrt(src)`, rounded to nearest, ties to even."),
  Operation(
    "fneg64", .write(.f, "dst"), .read(.f, "src"), means: "`dst` = `src` with its sign bit flipped."
  ),
  Operation(
    "fabs64", .write(.f, "dst"), .read(.f, "src"), means: "`dst` = `src` with its sign bit cleared."
  ),
]
