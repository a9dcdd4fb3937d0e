/// Bit counting, shifts and integer comparisons.
let bitAndCompareRows: [Operation] = [
  Operation(
    "xctz32", .write(.x, "dst"), .read(.x, "src"),
    means: "`low32(dst)` = how many zero bits `low32(src)` ends with; 32 for zero."),
  Operation(
    "xctz64", .write(.x, "dst"), .read(.x, "src"),
    means: "`dst` = how many zero bits `src` ends with; 64 for zero."),
  Operation(
    "xclz32", .write(.x, "dst"), .read(.x, "src"),
    means: "`low32(dst)` = how many zero bits `low32(src)` starts with; 32 for zero."),
  Operation(
    "xclz64", .write(.x, "dst"), .read(.x, "src"),
    means: "`dst` = how many zero bits `src` starts with; 64 for zero."),
  Operation(
    "xpopcnt32", .write(.x, "dst"), .read(.x, "src"),
    means: "`low32(dst)` = how many bits of `low32(src)` are set."),
  Operation(
    "xpopcnt64", .write(.x, "dst"), .read(.x, "src"),
    means: "`dst` = how many bits of `src` are set."),
  Operation(
    "xrotl32", .binary(.x), means: "`low32(dst)` = `low32(src1)` rotated left by `low5(src2)` bits."
  ),
  Operation("xrotl64", .binary(.x), means: "`dst` = `src1` rotated left by `low6(src2)` bits."),
  Operation(
    "xrotr32", .binary(.x),
    means: "`low32(dst)` = `low32(src1)` rotated right by `low5(src2)` bits."),
  Operation("xrotr64", .binary(.x), means: "`dst` = `src1` rotated right by `low6(src2)` bits."),
  Operation("xshl32", .binary(.x), means: "`low32(dst) = low32(src1) << low5(src2)`."),
  Operation(
    "xshr32_s", .binary(.x),
    means: "`low32(dst) = low32(src1) >> low5(src2)`, filling with the sign."),
  Operation(
    "xshr32_u", .binary(.x), means: "`low32(dst) = low32(src1) >> low5(src2)`, filling with zeros."),
  Operation("xshl64", .binary(.x), means: "`dst = src1 << low6(src2)`."),
  Operation("xshr64_s", .binary(.x), means: "`dst = src1 >> low6(src2)`, filling with the sign."),
  Operation("xshr64_u", .binary(.x), means: "`dst = src1 >> low6(src2)`, filling with zeros."),
  Operation("xshl32_u6", .binaryU6, means: "`low32(dst) = low32(src1) << low5(src2)`."),
  Operation(
    "xshr32_s_u6", .binaryU6,
    means: "`low32(dst) = low32(src1) >> low5(src2)`, filling with the sign."),
  Operation(
    "xshr32_u_u6", .binaryU6, means: "`low32(dst) = low32(src1) >> low5(src2)`, filling with zeros."
  ),
  Operation("xshl64_u6", .binaryU6, means: "`dst = src1 << low6(src2)`."),
  Operation("xshr64_s_u6", .binaryU6, means: "`dst = src1 >> low6(src2)`, filling with the sign."),
  Operation("xshr64_u_u6", .binaryU6, means: "`dst = src1 >> low6(src2)`, filling with zeros."),
  Operation(
    "xneg32", .write(.x, "dst"), .read(.x, "src"), means: "`low32(dst) = -low32(src)`, wrapping."),
  Operation("xneg64", .write(.x, "dst"), .read(.x, "src"), means: "`dst = -src`, wrapping."),
  Operation(
    "xeq64", .binary(.x), traits: [.commutes], means: "`low32(dst) = src1 == src2 ? 1 : 0`."),
  Operation(
    "xneq64", .binary(.x), traits: [.commutes], means: "`low32(dst) = src1 != src2 ? 1 : 0`."),
  Operation("xslt64", .binary(.x), means: "`low32(dst) = src1 < src2 ? 1 : 0`, signed."),
  Operation("xslteq64", .binary(.x), means: "`low32(dst) = src1 <= src2 ? 1 : 0`, signed."),
  Operation("xult64", .binary(.x), means: "`low32(dst) = src1 < src2 ? 1 : 0`, unsigned."),
  Operation("xulteq64", .binary(.x), means: "`low32(dst) = src1 <= src2 ? 1 : 0`, unsigned."),
  Operation(
    "xeq32", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = low32(src1) == low32(src2) ? 1 : 0`."),
  Operation(
    "xneq32", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = low32(src1) != low32(src2) ? 1 : 0`."),
  Operation(
    "xslt32", .binary(.x), means: "`low32(dst) = low32(src1) < low32(src2) ? 1 : 0`, signed."),
  Operation(
    "xslteq32", .binary(.x), means: "`low32(dst) = low32(src1) <= low32(src2) ? 1 : 0`, signed."),
  Operation(
    "xult32", .binary(.x), means: "`low32(dst) = low32(src1) < low32(src2) ? 1 : 0`, unsigned."),
  Operation(
    "xulteq32", .binary(.x), means: "`low32(dst) = low32(src1) <= low32(src2) ? 1 : 0`, unsigned."),
]
