/// Integer loads and stores through a host address.
let memoryRows: [Operation] = [
  Operation(
    "xload8_u32_o32", .write(.x, "dst"), .addressO32, loads: 1,
    means: "`low32(dst) = zext(load8(addr))`."),
  Operation(
    "xload8_s32_o32", .write(.x, "dst"), .addressO32, loads: 1,
    means: "`low32(dst) = sext(load8(addr))`."),
  Operation(
    "xload16le_u32_o32", .write(.x, "dst"), .addressO32, loads: 2,
    means: "`low32(dst) = zext(load16(addr))`."),
  Operation(
    "xload16le_s32_o32", .write(.x, "dst"), .addressO32, loads: 2,
    means: "`low32(dst) = sext(load16(addr))`."),
  Operation(
    "xload32le_o32", .write(.x, "dst"), .addressO32, loads: 4, means: "`low32(dst) = load32(addr)`."
  ),
  Operation(
    "xload64le_o32", .write(.x, "dst"), .addressO32, loads: 8, means: "`dst = load64(addr)`."),
  Operation(
    "xstore8_o32", .addressO32, .read(.x, "src"), stores: 1, means: "`store8(addr, low8(src))`."),
  Operation(
    "xstore16le_o32", .addressO32, .read(.x, "src"), stores: 2,
    means: "`store16(addr, low16(src))`."),
  Operation(
    "xstore32le_o32", .addressO32, .read(.x, "src"), stores: 4,
    means: "`store32(addr, low32(src))`."),
  Operation(
    "xstore64le_o32", .addressO32, .read(.x, "src"), stores: 8, means: "`store64(addr, src)`."),
  Operation(
    "xload8_u32_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 1,
    means: "`low32(dst) = zext(load8(addr))`."),
  Operation(
    "xload8_s32_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 1,
    means: "`low32(dst) = sext(load8(addr))`."),
  Operation(
    "xload16le_u32_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 2,
    means: "`low32(dst) = zext(load16(addr))`."),
  Operation(
    "xload16le_s32_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 2,
    means: "`low32(dst) = sext(load16(addr))`."),
  Operation(
    "xload32le_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 4,
    means: "`low32(dst) = load32(addr)`."),
  Operation(
    "xload64le_z", .write(.x, "dst"), .addressZ, traps: [.nullAddress], loads: 8,
    means: "`dst = load64(addr)`."),
  Operation(
    "xstore8_z", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 1,
    means: "`store8(addr, low8(src))`."),
  Operation(
    "xstore16le_z", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 2,
    means: "`store16(addr, low16(src))`."),
  Operation(
    "xstore32le_z", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 4,
    means: "`store32(addr, low32(src))`."),
  Operation(
    "xstore64le_z", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 8,
    means: "`store64(addr, src)`."),
]
