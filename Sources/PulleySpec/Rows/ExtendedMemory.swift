/// Big-endian, floating-point and vector loads and stores.
let extendedMemoryRows: [Operation] = [
  Operation(
    "xload16be_u32_o32", .write(.x, "dst"), .addressO32, loads: 2,
    means: "`low32(dst) = zext(load16(addr))`, big-endian."),
  Operation(
    "xload16be_s32_o32", .write(.x, "dst"), .addressO32, loads: 2,
    means: "`low32(dst) = sext(load16(addr))`, big-endian."),
  Operation(
    "xload32be_o32", .write(.x, "dst"), .addressO32, loads: 4,
    means: "`low32(dst) = load32(addr)`, big-endian."),
  Operation(
    "xload64be_o32", .write(.x, "dst"), .addressO32, loads: 8,
    means: "`dst = load64(addr)`, big-endian."),
  Operation(
    "xstore16be_o32", .addressO32, .read(.x, "src"), stores: 2,
    means: "`store16(addr, low16(src))`, big-endian."),
  Operation(
    "xstore32be_o32", .addressO32, .read(.x, "src"), stores: 4,
    means: "`store32(addr, low32(src))`, big-endian."),
  Operation(
    "xstore64be_o32", .addressO32, .read(.x, "src"), stores: 8,
    means: "`store64(addr, src)`, big-endian."),
  Operation(
    "fload32be_o32", .write(.f, "dst"), .addressO32, loads: 4,
    means: "`low32(dst) = load32(addr)`, big-endian."),
  Operation(
    "fload64be_o32", .write(.f, "dst"), .addressO32, loads: 8,
    means: "`dst = load64(addr)`, big-endian."),
  Operation(
    "fstore32be_o32", .addressO32, .read(.f, "src"), stores: 4,
    means: "`store32(addr, low32(src))`, big-endian."),
  Operation(
    "fstore64be_o32", .addressO32, .read(.f, "src"), stores: 8,
    means: "`store64(addr, src)`, big-endian."),
  Operation(
    "fload32le_o32", .write(.f, "dst"), .addressO32, loads: 4, means: "`low32(dst) = load32(addr)`."
  ),
  Operation(
    "fload64le_o32", .write(.f, "dst"), .addressO32, loads: 8, means: "`dst = load64(addr)`."),
  Operation(
    "fstore32le_o32", .addressO32, .read(.f, "src"), stores: 4,
    means: "`store32(addr, low32(src))`."),
  Operation(
    "fstore64le_o32", .addressO32, .read(.f, "src"), stores: 8, means: "`store64(addr, src)`."),
  Operation(
    "fload32le_z", .write(.f, "dst"), .addressZ, traps: [.nullAddress], loads: 4,
    means: "`low32(dst) = load32(addr)`."),
  Operation(
    "fload64le_z", .write(.f, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "`dst = load64(addr)`."),
  Operation(
    "fstore32le_z", .addressZ, .read(.f, "src"), traps: [.nullAddress], stores: 4,
    means: "`store32(addr, low32(src))`."),
  Operation(
    "fstore64le_z", .addressZ, .read(.f, "src"), traps: [.nullAddress], stores: 8,
    means: "`store64(addr, src)`."),
  Operation(
    "fload32le_g32", .write(.f, "dst"), .addressG32, traps: [.outOfBounds], loads: 4,
    means: "`low32(dst) = load32(addr)`."),
  Operation(
    "fload64le_g32", .write(.f, "dst"), .addressG32, traps: [.outOfBounds], loads: 8,
    means: "`dst = load64(addr)`."),
  Operation(
    "fstore32le_g32", .addressG32, .read(.f, "src"), traps: [.outOfBounds], stores: 4,
    means: "`store32(addr, low32(src))`."),
  Operation(
    "fstore64le_g32", .addressG32, .read(.f, "src"), traps: [.outOfBounds], stores: 8,
    means: "`store64(addr, src)`."),
  Operation(
    "vload128le_o32", .write(.v, "dst"), .addressO32, loads: 16, means: "`dst = load128(addr)`."),
  Operation(
    "vstore128le_o32", .addressO32, .read(.v, "src"), stores: 16, means: "`store128(addr, src)`."),
  Operation(
    "vload128le_z", .write(.v, "dst"), .addressZ, traps: [.nullAddress], loads: 16,
    means: "`dst = load128(addr)`."),
  Operation(
    "vstore128le_z", .addressZ, .read(.v, "src"), traps: [.nullAddress], stores: 16,
    means: "`store128(addr, src)`."),
  Operation(
    "vload128le_g32", .write(.v, "dst"), .addressG32, traps: [.outOfBounds], loads: 16,
    means: "`dst = load128(addr)`."),
  Operation(
    "vstore128le_g32", .addressG32, .read(.v, "src"), traps: [.outOfBounds], stores: 16,
    means: "`store128(addr, src)`."),
]
