/// Vector subtraction, multiplication, lane extraction and insertion.
let vectorMoreArithmeticRows: [Operation] = [
  Operation("vsubi8x16", .binary(.v), means: "Each 8-bit lane of `dst = src1 - src2`, wrapping."),
  Operation("vsubi16x8", .binary(.v), means: "Each 16-bit lane of `dst = src1 - src2`, wrapping."),
  Operation("vsubi32x4", .binary(.v), means: "Each 32-bit lane of `dst = src1 - src2`, wrapping."),
  Operation("vsubi64x2", .binary(.v), means: "Each 64-bit lane of `dst = src1 - src2`, wrapping."),
  Operation(
    "vsubf64x2", .binary(.v),
    means: "Each `f64` lane of `dst = src1 - src2`, rounded to nearest, ties to even."),
  Operation(
    "vsubi8x16_sat", .binary(.v),
    means: "Each signed 8-bit lane of `dst = src1 - src2`, saturating."),
  Operation(
    "vsubu8x16_sat", .binary(.v),
    means: "Each unsigned 8-bit lane of `dst = src1 - src2`, saturating."),
  Operation(
    "vsubi16x8_sat", .binary(.v),
    means: "Each signed 16-bit lane of `dst = src1 - src2`, saturating."),
  Operation(
    "vsubu16x8_sat", .binary(.v),
    means: "Each unsigned 16-bit lane of `dst = src1 - src2`, saturating."),
  Operation(
    "vmuli8x16", .binary(.v), traits: [.commutes],
    means: "Each 8-bit lane of `dst = src1 * src2`, wrapping."),
  Operation(
    "vmuli16x8", .binary(.v), traits: [.commutes],
    means: "Each 16-bit lane of `dst = src1 * src2`, wrapping."),
  Operation(
    "vmuli32x4", .binary(.v), traits: [.commutes],
    means: "Each 32-bit lane of `dst = src1 * src2`, wrapping."),
  Operation(
    "vmuli64x2", .binary(.v), traits: [.commutes],
    means: "Each 64-bit lane of `dst = src1 * src2`, wrapping."),
  Operation(
    "vmulf64x2", .binary(.v), traits: [.commutes],
    means: "Each `f64` lane of `dst = src1 * src2`, rounded to nearest, ties to even."),
  Operation(
    "vqmulrsi16x8", .binary(.v), traits: [.commutes],
    means: "Each signed lane of `dst = (src1 * src2 + 0x4000) >> 15`, saturated to 16 bits."),
  Operation(
    "vpopcnt8x16", .write(.v, "dst"), .read(.v, "src"),
    means: "Each lane of `dst` = how many bits of the lane of `src` are set."),
  Operation(
    "xextractv8x16", .write(.x, "dst"), .read(.v, "src"), .lane(bits: 8),
    means: "`low32(dst)` = 8-bit lane `lane` of `src`, zero-extended."),
  Operation(
    "xextractv16x8", .write(.x, "dst"), .read(.v, "src"), .lane(bits: 16),
    means: "`low32(dst)` = 16-bit lane `lane` of `src`, zero-extended."),
  Operation(
    "xextractv32x4", .write(.x, "dst"), .read(.v, "src"), .lane(bits: 32),
    means: "`low32(dst)` = 32-bit lane `lane` of `src`."),
  Operation(
    "xextractv64x2", .write(.x, "dst"), .read(.v, "src"), .lane(bits: 64),
    means: "`dst` = 64-bit lane `lane` of `src`."),
  Operation(
    "fextractv32x4", .write(.f, "dst"), .read(.v, "src"), .lane(bits: 32),
    means: "`low32(dst)` = 32-bit lane `lane` of `src`."),
  Operation(
    "fextractv64x2", .write(.f, "dst"), .read(.v, "src"), .lane(bits: 64),
    means: "`dst` = 64-bit lane `lane` of `src`."),
  Operation(
    "vinsertx8", .binary(.v, .v, .x), .lane(bits: 8),
    means: "`dst = src1`, but 8-bit lane `lane` = `low8(src2)`."),
  Operation(
    "vinsertx16", .binary(.v, .v, .x), .lane(bits: 16),
    means: "`dst = src1`, but 16-bit lane `lane` = `low16(src2)`."),
  Operation(
    "vinsertx32", .binary(.v, .v, .x), .lane(bits: 32),
    means: "`dst = src1`, but 32-bit lane `lane` = `low32(src2)`."),
  Operation(
    "vinsertx64", .binary(.v, .v, .x), .lane(bits: 64),
    means: "`dst = src1`, but 64-bit lane `lane` = `src2`."),
  Operation(
    "vinsertf32", .binary(.v, .v, .f), .lane(bits: 32),
    means: "`dst = src1`, but 32-bit lane `lane` = `low32(src2)`."),
  Operation(
    "vinsertf64", .binary(.v, .v, .f), .lane(bits: 64),
    means: "`dst = src1`, but 64-bit lane `lane` = `src2`."),
]
