/// Vector minima, maxima, shuffles, float comparisons, fused multiply-add and select.
let vectorFinalRows: [Operation] = [
  Operation(
    "vmin8x16_s", .binary(.v), traits: [.commutes],
    means: "Each signed 8-bit lane of `dst = min(src1, src2)`."),
  Operation(
    "vmin8x16_u", .binary(.v), traits: [.commutes],
    means: "Each unsigned 8-bit lane of `dst = min(src1, src2)`."),
  Operation(
    "vmin16x8_s", .binary(.v), traits: [.commutes],
    means: "Each signed 16-bit lane of `dst = min(src1, src2)`."),
  Operation(
    "vmin16x8_u", .binary(.v), traits: [.commutes],
    means: "Each unsigned 16-bit lane of `dst = min(src1, src2)`."),
  Operation(
    "vmax8x16_s", .binary(.v), traits: [.commutes],
    means: "Each signed 8-bit lane of `dst = max(src1, src2)`."),
  Operation(
    "vmax8x16_u", .binary(.v), traits: [.commutes],
    means: "Each unsigned 8-bit lane of `dst = max(src1, src2)`."),
  Operation(
    "vmax16x8_s", .binary(.v), traits: [.commutes],
    means: "Each signed 16-bit lane of `dst = max(src1, src2)`."),
  Operation(
    "vmax16x8_u", .binary(.v), traits: [.commutes],
    means: "Each unsigned 16-bit lane of `dst = max(src1, src2)`."),
  Operation(
    "vmin32x4_s", .binary(.v), traits: [.commutes],
    means: "Each signed 32-bit lane of `dst = min(src1, src2)`."),
  Operation(
    "vmin32x4_u", .binary(.v), traits: [.commutes],
    means: "Each unsigned 32-bit lane of `dst = min(src1, src2)`."),
  Operation(
    "vmax32x4_s", .binary(.v), traits: [.commutes],
    means: "Each signed 32-bit lane of `dst = max(src1, src2)`."),
  Operation(
    "vmax32x4_u", .binary(.v), traits: [.commutes],
    means: "Each unsigned 32-bit lane of `dst = max(src1, src2)`."),
  Operation(
    "vabs8x16", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 8-bit lane of `dst = |src|`, signed; the most negative number is unchanged."),
  Operation(
    "vabs16x8", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 16-bit lane of `dst = |src|`, signed; the most negative number is unchanged."),
  Operation(
    "vabs32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 32-bit lane of `dst = |src|`, signed; the most negative number is unchanged."),
  Operation(
    "vabs64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each 64-bit lane of `dst = |src|`, signed; the most negative number is unchanged."),
  Operation(
    "vabsf32x4", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f32` lane of `dst` = `src` with its sign bit cleared."),
  Operation(
    "vabsf64x2", .write(.v, "dst"), .read(.v, "src"),
    means: "Each `f64` lane of `dst` = `src` with its sign bit cleared."),
  Operation(
    "vmaximumf32x4", .binary(.v), traits: [.commutes],
    means: """
      Each `f32` lane of `dst = maximum(src1, src2)`: NaN if either is, and -0 is less than +0.
      """),
  Operation(
    "vmaximumf64x2", .binary(.v), traits: [.commutes],
    means: """
      Each `f64` lane of `dst = maximum(src1, src2)`: NaN if either is, and -0 is less than +0.
      """),
  Operation(
    "vminimumf32x4", .binary(.v), traits: [.commutes],
    means: """
      Each `f32` lane of `dst = minimum(src1, src2)`: NaN if either is, and -0 is less than +0.
      """),
  Operation(
    "vminimumf64x2", .binary(.v), traits: [.commutes],
    means: """
      Each `f64` lane of `dst = minimum(src1, src2)`: NaN if either is, and -0 is less than +0.
      """),
  Operation(
    "vshuffle", .write(.v, "dst"), .read(.v, "src1"), .read(.v, "src2"), .u128("mask"),
    means: "Byte i of `dst` = byte `mask[i]` of the 32 bytes `src1, src2`; mask bytes are 0–31."),
  Operation(
    "vswizzlei8x16", .binary(.v),
    means: "Byte i of `dst` = byte `src2[i]` of `src1`, or 0 if `src2[i] > 15`."),
  Operation(
    "vavground8x16", .binary(.v), traits: [.commutes],
    means: "Each unsigned 8-bit lane of `dst = (src1 + src2 + 1) / 2`, without overflow."),
  Operation(
    "vavground16x8", .binary(.v), traits: [.commutes],
    means: "Each unsigned 16-bit lane of `dst = (src1 + src2 + 1) / 2`, without overflow."),
  Operation(
    "veqf32x4", .binary(.v), traits: [.commutes],
    means: "Each `f32` lane of `dst = src1 == src2 ? -1 : 0`."),
  Operation(
    "vneqf32x4", .binary(.v), traits: [.commutes],
    means: "Each `f32` lane of `dst = src1 != src2 ? -1 : 0`."),
  Operation("vltf32x4", .binary(.v), means: "Each `f32` lane of `dst = src1 < src2 ? -1 : 0`."),
  Operation("vlteqf32x4", .binary(.v), means: "Each `f32` lane of `dst = src1 <= src2 ? -1 : 0`."),
  Operation(
    "veqf64x2", .binary(.v), traits: [.commutes],
    means: "Each `f64` lane of `dst = src1 == src2 ? -1 : 0`."),
  Operation(
    "vneqf64x2", .binary(.v), traits: [.commutes],
    means: "Each `f64` lane of `dst = src1 != src2 ? -1 : 0`."),
  Operation("vltf64x2", .binary(.v), means: "Each `f64` lane of `dst = src1 < src2 ? -1 : 0`."),
  Operation("vlteqf64x2", .binary(.v), means: "Each `f64` lane of `dst = src1 <= src2 ? -1 : 0`."),
  Operation(
    "vfma32x4", .write(.v, "dst"), .read(.v, "a"), .read(.v, "b"), .read(.v, "c"),
    traits: [.commutes], means: "Each `f32` lane of `dst = a * b + c`, rounded once."),
  Operation(
    "vfma64x2", .write(.v, "dst"), .read(.v, "a"), .read(.v, "b"), .read(.v, "c"),
    traits: [.commutes], means: "Each `f64` lane of `dst = a * b + c`, rounded once."),
  Operation(
    "vselect", .write(.v, "dst"), .read(.x, "cond"), .read(.v, "if_nonzero"), .read(.v, "if_zero"),
    means: "`dst = low32(cond) != 0 ? if_nonzero : if_zero`"),
]
