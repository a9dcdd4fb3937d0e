/// Moves, constants, integer addition, subtraction and multiplication.
let constantAndArithmeticRows: [Operation] = [
  Operation("xmov", .write(.x, "dst"), .read(.x, "src"), means: "`dst = src`"),
  Operation("xzero", .write(.x, "dst"), means: "`dst = 0`"),
  Operation("xone", .write(.x, "dst"), means: "`dst = 1`"),
  Operation("xconst8", .write(.x, "dst"), .i8("imm"), means: "`dst = sext(imm)`"),
  Operation("xconst16", .write(.x, "dst"), .i16("imm"), means: "`dst = sext(imm)`"),
  Operation("xconst32", .write(.x, "dst"), .i32("imm"), means: "`dst = sext(imm)`"),
  Operation("xconst64", .write(.x, "dst"), .i64("imm"), means: "`dst = imm`"),
  Operation(
    "xadd32", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = low32(src1) + low32(src2)`, wrapping."),
  Operation(
    "xadd32_u8", .write(.x, "dst"), .read(.x, "src1"), .u8("src2"),
    means: "`low32(dst) = low32(src1) + zext(src2)`, wrapping."),
  Operation(
    "xadd32_u32", .write(.x, "dst"), .read(.x, "src1"), .u32("src2"),
    means: "`low32(dst) = low32(src1) + src2`, wrapping."),
  Operation("xadd64", .binary(.x), traits: [.commutes], means: "`dst = src1 + src2`, wrapping."),
  Operation(
    "xadd64_u8", .write(.x, "dst"), .read(.x, "src1"), .u8("src2"),
    means: "`dst = src1 + zext(src2)`, wrapping."),
  Operation(
    "xadd64_u32", .write(.x, "dst"), .read(.x, "src1"), .u32("src2"),
    means: "`dst = src1 + zext(src2)`, wrapping."),
  Operation(
    "xmadd32", .write(.x, "dst"), .read(.x, "src1"), .read(.x, "src2"), .read(.x, "src3"),
    traits: [.commutes], means: "`low32(dst) = low32(src1) * low32(src2) + low32(src3)`, wrapping."),
  Operation(
    "xmadd64", .write(.x, "dst"), .read(.x, "src1"), .read(.x, "src2"), .read(.x, "src3"),
    traits: [.commutes], means: "`dst = src1 * src2 + src3`, wrapping."),
  Operation("xsub32", .binary(.x), means: "`low32(dst) = low32(src1) - low32(src2)`, wrapping."),
  Operation(
    "xsub32_u8", .write(.x, "dst"), .read(.x, "src1"), .u8("src2"),
    means: "`low32(dst) = low32(src1) - zext(src2)`, wrapping."),
  Operation(
    "xsub32_u32", .write(.x, "dst"), .read(.x, "src1"), .u32("src2"),
    means: "`low32(dst) = low32(src1) - src2`, wrapping."),
  Operation("xsub64", .binary(.x), means: "`dst = src1 - src2`, wrapping."),
  Operation(
    "xsub64_u8", .write(.x, "dst"), .read(.x, "src1"), .u8("src2"),
    means: "`dst = src1 - zext(src2)`, wrapping."),
  Operation(
    "xsub64_u32", .write(.x, "dst"), .read(.x, "src1"), .u32("src2"),
    means: "`dst = src1 - zext(src2)`, wrapping."),
  Operation(
    "xmul32", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = low32(src1) * low32(src2)`, wrapping."),
  Operation(
    "xmul32_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`low32(dst) = low32(src1) * sext(src2)`, wrapping."),
  Operation(
    "xmul32_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`low32(dst) = low32(src1) * src2`, wrapping."),
  Operation("xmul64", .binary(.x), traits: [.commutes], means: "`dst = src1 * src2`, wrapping."),
  Operation(
    "xmul64_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`dst = src1 * sext(src2)`, wrapping."),
  Operation(
    "xmul64_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`dst = src1 * sext(src2)`, wrapping."),
]
