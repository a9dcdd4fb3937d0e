/// 128-bit integers and big-endian accesses whose address must not be zero.
let extendedFinalRows: [Operation] = [
  Operation(
    "xadd128", .write(.x, "dst_lo"), .write(.x, "dst_hi"), .read(.x, "lhs_lo"), .read(.x, "lhs_hi"),
    .read(.x, "rhs_lo"), .read(.x, "rhs_hi"),
    means: """
      `dst_hi:dst_lo = lhs_hi:lhs_lo + rhs_hi:rhs_lo`, wrapping. All sources are read first; \
      `dst_lo` is written first.
      """),
  Operation(
    "xsub128", .write(.x, "dst_lo"), .write(.x, "dst_hi"), .read(.x, "lhs_lo"), .read(.x, "lhs_hi"),
    .read(.x, "rhs_lo"), .read(.x, "rhs_hi"),
    means: """
      `dst_hi:dst_lo = lhs_hi:lhs_lo - rhs_hi:rhs_lo`, wrapping. All sources are read first; \
      `dst_lo` is written first.
      """),
  Operation(
    "xwidemul64_s", .write(.x, "dst_lo"), .write(.x, "dst_hi"), .read(.x, "lhs"), .read(.x, "rhs"),
    traits: [.commutes],
    means: "`dst_hi:dst_lo = sext(lhs) * sext(rhs)`; `dst_lo` is written first."),
  Operation(
    "xwidemul64_u", .write(.x, "dst_lo"), .write(.x, "dst_hi"), .read(.x, "lhs"), .read(.x, "rhs"),
    traits: [.commutes],
    means: "`dst_hi:dst_lo = zext(lhs) * zext(rhs)`; `dst_lo` is written first."),
  Operation(
    "xload16be_u32_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 2,
    means: "`low32(dst) = zext(load16(addr))`, big-endian."),
  Operation(
    "xload16be_s32_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 2,
    means: "`low32(dst) = sext(load16(addr))`, big-endian."),
  Operation(
    "xload32be_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 4,
    means: "`low32(dst) = load32(addr)`, big-endian."),
  Operation(
    "xload64be_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "`dst = load64(addr)`, big-endian."),
  Operation(
    "xstore16be_z", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 2,
    means: "`store16(addr, low16(src))`, big-endian."),
  Operation(
    "xstore32be_z", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 4,
    means: "`store32(addr, low32(src))`, big-endian."),
  Operation(
    "xstore64be_z", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 8,
    means: "`store64(addr, src)`, big-endian."),
  Operation(
    "fload32be_z", .write(.f, "dst"), .addressZ, traps: [.nullAddress], loads: 4,
    means: "`low32(dst) = load32(addr)`, big-endian."),
  Operation(
    "fload64be_z", .write(.f, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "`dst = load64(addr)`, big-endian."),
  Operation(
    "fstore32be_z", .addressZ, .read(.f, "src"), traps: [.nullAddress], stores: 4,
    means: "`store32(addr, low32(src))`, big-endian."),
  Operation(
    "fstore64be_z", .addressZ, .read(.f, "src"), traps: [.nullAddress], stores: 8,
    means: "`store64(addr, src)`, big-endian."),
  Operation(
    "vload128be_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 16,
    means: "`dst = load128(addr)`, big-endian."),
  Operation(
    "vstore128be_z", .addressZ, .read(.v, "src"), traps: [.nullAddress], stores: 16,
    means: "`store128(addr, src)`, big-endian."),
]
