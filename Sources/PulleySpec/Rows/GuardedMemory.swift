/// Integer loads and stores that check a bound.
let guardedMemoryRows: [Operation] = [
  Operation(
    "xload8_u32_g32", .write(.x, "dst"), .addressG32, traps: [.outOfBounds], loads: 1,
    means: "`low32(dst) = zext(load8(addr))`."),
  Operation(
    "xload8_s32_g32", .write(.x, "dst"), .addressG32, traps: [.outOfBounds], loads: 1,
    means: "`low32(dst) = sext(load8(addr))`."),
  Operation(
    "xload16le_u32_g32", .write(.x, "dst"), .addressG32, traps: [.outOfBounds], loads: 2,
    means: "`low32(dst) = zext(load16(addr))`."),
  Operation(
    "xload16le_s32_g32", .write(.x, "dst"), .addressG32, traps: [.outOfBounds], loads: 2,
    means: "`low32(dst) = sext(load16(addr))`."),
  Operation(
    "xload32le_g32", .write(.x, "dst"), .addressG32, traps: [.outOfBounds], loads: 4,
    means: "`low32(dst) = load32(addr)`."),
  Operation(
    "xload64le_g32", .write(.x, "dst"), .addressG32, traps: [.outOfBounds], loads: 8,
    means: "`dst = load64(addr)`."),
  Operation(
    "xstore8_g32", .addressG32, .read(.x, "src"), traps: [.outOfBounds], stores: 1,
    means: "`store8(addr, low8(src))`."),
  Operation(
    "xstore16le_g32", .addressG32, .read(.x, "src"), traps: [.outOfBounds], stores: 2,
    means: "`store16(addr, low16(src))`."),
  Operation(
    "xstore32le_g32", .addressG32, .read(.x, "src"), traps: [.outOfBounds], stores: 4,
    means: "`store32(addr, low32(src))`."),
  Operation(
    "xstore64le_g32", .addressG32, .read(.x, "src"), traps: [.outOfBounds], stores: 8,
    means: "`store64(addr, src)`."),
  Operation(
    "xload8_u32_g32bne", .write(.x, "dst"), .addressG32Bne, traps: [.outOfBounds], loads: 1,
    means: "`low32(dst) = zext(load8(addr))`."),
  Operation(
    "xload8_s32_g32bne", .write(.x, "dst"), .addressG32Bne, traps: [.outOfBounds], loads: 1,
    means: "`low32(dst) = sext(load8(addr))`."),
  Operation(
    "xload16le_u32_g32bne", .write(.x, "dst"), .addressG32Bne, traps: [.outOfBounds], loads: 2,
    means: "`low32(dst) = zext(load16(addr))`."),
  Operation(
    "xload16le_s32_g32bne", .write(.x, "dst"), .addressG32Bne, traps: [.outOfBounds], loads: 2,
    means: "`low32(dst) = sext(load16(addr))`."),
  Operation(
    "xload32le_g32bne", .write(.x, "dst"), .addressG32Bne, traps: [.outOfBounds], loads: 4,
    means: "`low32(dst) = load32(addr)`."),
  Operation(
    "xload64le_g32bne", .write(.x, "dst"), .addressG32Bne, traps: [.outOfBounds], loads: 8,
    means: "`dst = load64(addr)`."),
  Operation(
    "xstore8_g32bne", .addressG32Bne, .read(.x, "src"), traps: [.outOfBounds], stores: 1,
    means: "`store8(addr, low8(src))`."),
  Operation(
    "xstore16le_g32bne", .addressG32Bne, .read(.x, "src"), traps: [.outOfBounds], stores: 2,
    means: "`store16(addr, low16(src))`."),
  Operation(
    "xstore32le_g32bne", .addressG32Bne, .read(.x, "src"), traps: [.outOfBounds], stores: 4,
    means: "`store32(addr, low32(src))`."),
  Operation(
    "xstore64le_g32bne", .addressG32Bne, .read(.x, "src"), traps: [.outOfBounds], stores: 8,
    means: "`store64(addr, src)`."),
]
