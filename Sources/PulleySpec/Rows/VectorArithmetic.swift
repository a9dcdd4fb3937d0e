/// Vector constants, additions, shifts and splats.
let vectorArithmeticRows: [Operation] = [
  Operation("vconst128", .write(.v, "dst"), .u128("imm"), means: "`dst = imm`"),
  Operation(
    "vaddi8x16", .binary(.v), traits: [.commutes],
    means: "Each 8-bit lane of `dst = src1 + src2`, wrapping."),
  Operation(
    "vaddi16x8", .binary(.v), traits: [.commutes],
    means: "Each 16-bit lane of `dst = src1 + src2`, wrapping."),
  Operation(
    "vaddi32x4", .binary(.v), traits: [.commutes],
    means: "Each 32-bit lane of `dst = src1 + src2`, wrapping."),
  Operation(
    "vaddi64x2", .binary(.v), traits: [.commutes],
    means: "Each 64-bit lane of `dst = src1 + src2`, wrapping."),
  Operation(
    "vaddf32x4", .binary(.v), traits: [.commutes],
    means: "Each `f32` lane of `dst = src1 + src2`, rounded to nearest, ties to even."),
  Operation(
    "vaddf64x2", .binary(.v), traits: [.commutes],
    means: "Each `f64` lane of `dst = src1 + src2`, rounded to nearest, ties to even."),
  Operation(
    "vaddi8x16_sat", .binary(.v), traits: [.commutes],
    means: "Each signed 8-bit lane of `dst = src1 + src2`, saturating."),
  Operation(
    "vaddu8x16_sat", .binary(.v), traits: [.commutes],
    means: "Each unsigned 8-bit lane of `dst = src1 + src2`, saturating."),
  Operation(
    "vaddi16x8_sat", .binary(.v), traits: [.commutes],
    means: "Each signed 16-bit lane of `dst = src1 + src2`, saturating."),
  Operation(
    "vaddu16x8_sat", .binary(.v), traits: [.commutes],
    means: "Each unsigned 16-bit lane of `dst = src1 + src2`, saturating."),
  Operation(
    "vaddpairwisei16x8_s", .binary(.v),
    means: """
      Sums of neighbouring lanes: the low half of `dst` from `src1`, the high half from `src2`; \
      wrapping.
      """),
  Operation(
    "vaddpairwisei32x4_s", .binary(.v),
    means: """
      Sums of neighbouring lanes: the low half of `dst` from `src1`, the high half from `src2`; \
      wrapping.
      """),
  Operation(
    "vshli8x16", .binary(.v, .v, .x), means: "Each 8-bit lane of `dst = src1 << (low32(src2) % 8)`."
  ),
  Operation(
    "vshli16x8", .binary(.v, .v, .x),
    means: "Each 16-bit lane of `dst = src1 << (low32(src2) % 16)`."),
  Operation(
    "vshli32x4", .binary(.v, .v, .x),
    means: "Each 32-bit lane of `dst = src1 << (low32(src2) % 32)`."),
  Operation(
    "vshli64x2", .binary(.v, .v, .x),
    means: "Each 64-bit lane of `dst = src1 << (low32(src2) % 64)`."),
  Operation(
    "vshri8x16_s", .binary(.v, .v, .x),
    means: "Each 8-bit lane of `dst = src1 >> (low32(src2) % 8)`, filling with the sign."),
  Operation(
    "vshri16x8_s", .binary(.v, .v, .x),
    means: "Each 16-bit lane of `dst = src1 >> (low32(src2) % 16)`, filling with the sign."),
  Operation(
    "vshri32x4_s", .binary(.v, .v, .x),
    means: "Each 32-bit lane of `dst = src1 >> (low32(src2) % 32)`, filling with the sign."),
  Operation(
    "vshri64x2_s", .binary(.v, .v, .x),
    means: "Each 64-bit lane of `dst = src1 >> (low32(src2) % 64)`, filling with the sign."),
  Operation(
    "vshri8x16_u", .binary(.v, .v, .x),
    means: "Each 8-bit lane of `dst = src1 >> (low32(src2) % 8)`, filling with zeros."),
  Operation(
    "vshri16x8_u", .binary(.v, .v, .x),
    means: "Each 16-bit lane of `dst = src1 >> (low32(src2) % 16)`, filling with zeros."),
  Operation(
    "vshri32x4_u", .binary(.v, .v, .x),
    means: "Each 32-bit lane of `dst = src1 >> (low32(src2) % 32)`, filling with zeros."),
  Operation(
    "vshri64x2_u", .binary(.v, .v, .x),
    means: "Each 64-bit lane of `dst = src1 >> (low32(src2) % 64)`, filling with zeros."),
  Operation(
    "vsplatx8", .write(.v, "dst"), .read(.x, "src"), means: "Each 8-bit lane of `dst = low8(src)`."),
  Operation(
    "vsplatx16", .write(.v, "dst"), .read(.x, "src"),
    means: "Each 16-bit lane of `dst = low16(src)`."),
  Operation(
    "vsplatx32", .write(.v, "dst"), .read(.x, "src"),
    means: "Each 32-bit lane of `dst = low32(src)`."),
  Operation(
    "vsplatx64", .write(.v, "dst"), .read(.x, "src"), means: "Each 64-bit lane of `dst = src`."),
  Operation(
    "vsplatf32", .write(.v, "dst"), .read(.f, "src"),
    means: "Each 32-bit lane of `dst = low32(src)`."),
  Operation(
    "vsplatf64", .write(.v, "dst"), .read(.f, "src"), means: "Each 64-bit lane of `dst = src`."),
]
