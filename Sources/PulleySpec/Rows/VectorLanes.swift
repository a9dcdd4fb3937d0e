/// Widening vector loads, bitwise vector operations and reductions.
let vectorLaneRows: [Operation] = [
  Operation(
    "vload8x8_s_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "Loads 8 lanes of 8 bits and sign-extends each to 16 bits."),
  Operation(
    "vload8x8_u_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "Loads 8 lanes of 8 bits and zero-extends each to 16 bits."),
  Operation(
    "vload16x4le_s_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "Loads 4 lanes of 16 bits and sign-extends each to 32 bits."),
  Operation(
    "vload16x4le_u_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "Loads 4 lanes of 16 bits and zero-extends each to 32 bits."),
  Operation(
    "vload32x2le_s_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "Loads 2 lanes of 32 bits and sign-extends each to 64 bits."),
  Operation(
    "vload32x2le_u_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "Loads 2 lanes of 32 bits and zero-extends each to 64 bits."),
  Operation("vband128", .binary(.v), traits: [.commutes], means: "`dst = src1 & src2`"),
  Operation("vbor128", .binary(.v), traits: [.commutes], means: "`dst = src1 | src2`"),
  Operation("vbxor128", .binary(.v), traits: [.commutes], means: "`dst = src1 ^ src2`"),
  Operation("vbnot128", .write(.v, "dst"), .read(.v, "src"), means: "`dst = ~src`"),
  Operation(
    "vbitselect128", .write(.v, "dst"), .read(.v, "c"), .read(.v, "x"), .read(.v, "y"),
    means: "`dst = (c & x) | (~c & y)`"),
  Operation(
    "vbitmask8x16", .write(.x, "dst"), .read(.v, "src"),
    means: "Bit i of `low32(dst)` = the top bit of 8-bit lane i of `src`; the other bits = 0."),
  Operation(
    "vbitmask16x8", .write(.x, "dst"), .read(.v, "src"),
    means: "Bit i of `low32(dst)` = the top bit of 16-bit lane i of `src`; the other bits = 0."),
  Operation(
    "vbitmask32x4", .write(.x, "dst"), .read(.v, "src"),
    means: "Bit i of `low32(dst)` = the top bit of 32-bit lane i of `src`; the other bits = 0."),
  Operation(
    "vbitmask64x2", .write(.x, "dst"), .read(.v, "src"),
    means: "Bit i of `low32(dst)` = the top bit of 64-bit lane i of `src`; the other bits = 0."),
  Operation(
    "valltrue8x16", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if every 8-bit lane of `src` is not zero, else 0."),
  Operation(
    "valltrue16x8", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if every 16-bit lane of `src` is not zero, else 0."),
  Operation(
    "valltrue32x4", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if every 32-bit lane of `src` is not zero, else 0."),
  Operation(
    "valltrue64x2", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if every 64-bit lane of `src` is not zero, else 0."),
  Operation(
    "vanytrue8x16", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if any 8-bit lane of `src` is not zero, else 0."),
  Operation(
    "vanytrue16x8", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if any 16-bit lane of `src` is not zero, else 0."),
  Operation(
    "vanytrue32x4", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if any 32-bit lane of `src` is not zero, else 0."),
  Operation(
    "vanytrue64x2", .write(.x, "dst"), .read(.v, "src"),
    means: "`low32(dst)` = 1 if any 64-bit lane of `src` is not zero, else 0."),
]
