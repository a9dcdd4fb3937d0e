/// Integer vector comparisons and negations.
let vectorCompareRows: [Operation] = [
  Operation(
    "veq8x16", .binary(.v), traits: [.commutes],
    means: "Each 8-bit lane of `dst = src1 == src2 ? -1 : 0`."),
  Operation(
    "vneq8x16", .binary(.v), traits: [.commutes],
    means: "Each 8-bit lane of `dst = src1 != src2 ? -1 : 0`."),
  Operation(
    "vslt8x16", .binary(.v), means: "Each 8-bit lane of `dst = src1 < src2 ? -1 : 0`, signed."),
  Operation(
    "vslteq8x16", .binary(.v), means: "Each 8-bit lane of `dst = src1 <= src2 ? -1 : 0`, signed."),
  Operation(
    "vult8x16", .binary(.v), means: "Each 8-bit lane of `dst = src1 < src2 ? -1 : 0`, unsigned."),
  Operation(
    "vulteq8x16", .binary(.v), means: "Each 8-bit lane of `dst = src1 <= src2 ? -1 : 0`, unsigned."),
  Operation(
    "veq16x8", .binary(.v), traits: [.commutes],
    means: "Each 16-bit lane of `dst = src1 == src2 ? -1 : 0`."),
  Operation(
    "vneq16x8", .binary(.v), traits: [.commutes],
    means: "Each 16-bit lane of `dst = src1 != src2 ? -1 : 0`."),
  Operation(
    "vslt16x8", .binary(.v), means: "Each 16-bit lane of `dst = src1 < src2 ? -1 : 0`, signed."),
  Operation(
    "vslteq16x8", .binary(.v), means: "Each 16-bit lane of `dst = src1 <= src2 ? -1 : 0`, signed."),
  Operation(
    "vult16x8", .binary(.v), means: "Each 16-bit lane of `dst = src1 < src2 ? -1 : 0`, unsigned."),
  Operation(
    "vulteq16x8", .binary(.v), means: "Each 16-bit lane of `dst = src1 <= src2 ? -1 : 0`, unsigned."
  ),
  Operation(
    "veq32x4", .binary(.v), traits: [.commutes],
    means: "Each 32-bit lane of `dst = src1 == src2 ? -1 : 0`."),
  Operation(
    "vneq32x4", .binary(.v), traits: [.commutes],
    means: "Each 32-bit lane of `dst = src1 != src2 ? -1 : 0`."),
  Operation(
    "vslt32x4", .binary(.v), means: "Each 32-bit lane of `dst = src1 < src2 ? -1 : 0`, signed."),
  Operation(
    "vslteq32x4", .binary(.v), means: "Each 32-bit lane of `dst = src1 <= src2 ? -1 : 0`, signed."),
  Operation(
    "vult32x4", .binary(.v), means: "Each 32-bit lane of `dst = src1 < src2 ? -1 : 0`, unsigned."),
  Operation(
    "vulteq32x4", .binary(.v), means: "Each 32-bit lane of `dst = src1 <= src2 ? -1 : 0`, unsigned."
  ),
  Operation(
    "veq64x2", .binary(.v), traits: [.commutes],
    means: "Each 64-bit lane of `dst = src1 == src2 ? -1 : 0`."),
  Operation(
    "vneq64x2", .binary(.v), traits: [.commutes],
    means: "Each 64-bit lane of `dst = src1 != src2 ? -1 : 0`."),
  Operation(
    "vslt64x2", .binary(.v), means: "Each 64-bit lane of `dst = src1 < src2 ? -1 : 0`, signed."),
  Operation(
    "vslteq64x2", .binary(.v), means: "Each 64-bit lane of `dst = src1 <= src2 ? -1 : 0`, signed."),
  Operation(
    "vult64x2", .binary(.v), means: "Each 64-bit lane of `dst = src1 < src2 ? -1 : 0`, unsigned."),
  Operation(
    "vulteq64x2", .binary(.v), means: "Each 64-bit lane of `dst = src1 <= src2 ? -1 : 0`, unsigned."
  ),
  Operation(
    "vneg8x16", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 8-bit lane of `dst = -src`, wrapping."),
  Operation(
    "vneg16x8", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 16-bit lane of `dst = -src`, wrapping."),
  Operation(
    "vneg32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 32-bit lane of `dst = -src`, wrapping."),
  Operation(
    "vneg64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 64-bit lane of `dst = -src`, wrapping."),
  Operation(
    "vnegf64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst` = `src` with its sign bit flipped."),
]
