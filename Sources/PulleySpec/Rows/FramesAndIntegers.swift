/// Stack frames, extensions, division, bitwise operations, minima, maxima and selects.
let frameAndIntegerRows: [Operation] = [
  Operation(
    "push_frame", traps: [.stackOverflow],
    means: "`sp = sp - 16`, stores `fp` at `sp` and `lr` at `sp + 8`, then `fp = sp`."),
  Operation(
    "pop_frame",
    means: "`sp = fp`, loads `fp` from `sp` and `lr` from `sp + 8`, then `sp = sp + 16`."),
  Operation(
    "push_frame_save", .u16("amt"), .upperRegisters("regs"), traps: [.stackOverflow],
    means: """
      `push_frame`, then `sp = sp - amt`, then stores the registers of `regs`, lowest number \
      first, at `sp + amt - 8`, `sp + amt - 16` and so on down.
      """),
  Operation(
    "pop_frame_restore", .u16("amt"), .upperRegisters("regs"),
    means: """
      Loads the registers of `regs`, lowest number first, from `sp + amt - 8`, `sp + amt - 16` \
      and so on down, then `pop_frame`; undoes `push_frame_save` with the same operands.
      """),
  Operation("stack_alloc32", .u32("amt"), traps: [.stackOverflow], means: "`sp = sp - zext(amt)`"),
  Operation("stack_free32", .u32("amt"), means: "`sp = sp + zext(amt)`"),
  Operation("zext8", .write(.x, "dst"), .read(.x, "src"), means: "`dst = zext(low8(src))`"),
  Operation("zext16", .write(.x, "dst"), .read(.x, "src"), means: "`dst = zext(low16(src))`"),
  Operation("zext32", .write(.x, "dst"), .read(.x, "src"), means: "`dst = zext(low32(src))`"),
  Operation("sext8", .write(.x, "dst"), .read(.x, "src"), means: "`dst = sext(low8(src))`"),
  Operation("sext16", .write(.x, "dst"), .read(.x, "src"), means: "`dst = sext(low16(src))`"),
  Operation("sext32", .write(.x, "dst"), .read(.x, "src"), means: "`dst = sext(low32(src))`"),
  Operation(
    "xabs32", .write(.x, "dst"), .read(.x, "src"),
    means: "`low32(dst) = |low32(src)|`, signed; the most negative number is unchanged."),
  Operation(
    "xabs64", .write(.x, "dst"), .read(.x, "src"),
    means: "`dst = |src|`, signed; the most negative number is unchanged."),
  Operation(
    "xdiv32_s", .binary(.x), traps: [.divideByZero, .integerOverflow],
    means: "`low32(dst) = low32(src1) / low32(src2)`, signed, truncated towards zero."),
  Operation(
    "xdiv64_s", .binary(.x), traps: [.divideByZero, .integerOverflow],
    means: "`dst = src1 / src2`, signed, truncated towards zero."),
  Operation(
    "xdiv32_u", .binary(.x), traps: [.divideByZero],
    means: "`low32(dst) = low32(src1) / low32(src2)`, unsigned, truncated."),
  Operation(
    "xdiv64_u", .binary(.x), traps: [.divideByZero],
    means: "`dst = src1 / src2`, unsigned, truncated."),
  Operation(
    "xrem32_s", .binary(.x), traps: [.divideByZero],
    means: """
      `low32(dst) = low32(src1) % low32(src2)`, signed: the sign is that of `src1`; the most \
      negative number by -1 gives 0.
      """),
  Operation(
    "xrem64_s", .binary(.x), traps: [.divideByZero],
    means: """
      `dst = src1 % src2`, signed: the sign is that of `src1`; the most negative number by -1 \
      gives 0.
      """),
  Operation(
    "xrem32_u", .binary(.x), traps: [.divideByZero],
    means: "`low32(dst) = low32(src1) % low32(src2)`, unsigned."),
  Operation(
    "xrem64_u", .binary(.x), traps: [.divideByZero], means: "`dst = src1 % src2`, unsigned."),
  Operation(
    "xband32", .binary(.x), traits: [.commutes], means: "`low32(dst) = low32(src1) & low32(src2)`"),
  Operation(
    "xband32_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`low32(dst) = low32(src1) & sext(src2)`"),
  Operation(
    "xband32_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`low32(dst) = low32(src1) & src2`"),
  Operation("xband64", .binary(.x), traits: [.commutes], means: "`dst = src1 & src2`"),
  Operation(
    "xband64_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`dst = src1 & sext(src2)`"),
  Operation(
    "xband64_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`dst = src1 & sext(src2)`"),
  Operation(
    "xbor32", .binary(.x), traits: [.commutes], means: "`low32(dst) = low32(src1) | low32(src2)`"),
  Operation(
    "xbor32_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`low32(dst) = low32(src1) | sext(src2)`"),
  Operation(
    "xbor32_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`low32(dst) = low32(src1) | src2`"),
  Operation("xbor64", .binary(.x), traits: [.commutes], means: "`dst = src1 | src2`"),
  Operation(
    "xbor64_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`dst = src1 | sext(src2)`"),
  Operation(
    "xbor64_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`dst = src1 | sext(src2)`"),
  Operation(
    "xbxor32", .binary(.x), traits: [.commutes], means: "`low32(dst) = low32(src1) ^ low32(src2)`"),
  Operation(
    "xbxor32_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`low32(dst) = low32(src1) ^ sext(src2)`"),
  Operation(
    "xbxor32_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`low32(dst) = low32(src1) ^ src2`"),
  Operation("xbxor64", .binary(.x), traits: [.commutes], means: "`dst = src1 ^ src2`"),
  Operation(
    "xbxor64_s8", .write(.x, "dst"), .read(.x, "src1"), .i8("src2"),
    means: "`dst = src1 ^ sext(src2)`"),
  Operation(
    "xbxor64_s32", .write(.x, "dst"), .read(.x, "src1"), .i32("src2"),
    means: "`dst = src1 ^ sext(src2)`"),
  Operation("xbnot32", .write(.x, "dst"), .read(.x, "src"), means: "`low32(dst) = ~low32(src)`."),
  Operation("xbnot64", .write(.x, "dst"), .read(.x, "src"), means: "`dst = ~src`."),
  Operation(
    "xmin32_u", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = min(low32(src1), low32(src2))`, unsigned."),
  Operation(
    "xmin32_s", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = min(low32(src1), low32(src2))`, signed."),
  Operation(
    "xmax32_u", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = max(low32(src1), low32(src2))`, unsigned."),
  Operation(
    "xmax32_s", .binary(.x), traits: [.commutes],
    means: "`low32(dst) = max(low32(src1), low32(src2))`, signed."),
  Operation(
    "xmin64_u", .binary(.x), traits: [.commutes], means: "`dst = min(src1, src2)`, unsigned."),
  Operation(
    "xmin64_s", .binary(.x), traits: [.commutes], means: "`dst = min(src1, src2)`, signed."),
  Operation(
    "xmax64_u", .binary(.x), traits: [.commutes], means: "`dst = max(src1, src2)`, unsigned."),
  Operation(
    "xmax64_s", .binary(.x), traits: [.commutes], means: "`dst = max(src1, src2)`, signed."),
  Operation(
    "xselect32", .write(.x, "dst"), .read(.x, "cond"), .read(.x, "if_nonzero"),
    .read(.x, "if_zero"),
    means: "`low32(dst) = low32(cond) != 0 ? low32(if_nonzero) : low32(if_zero)`"),
  Operation(
    "xselect64", .write(.x, "dst"), .read(.x, "cond"), .read(.x, "if_nonzero"),
    .read(.x, "if_zero"), means: "`dst = low32(cond) != 0 ? if_nonzero : if_zero`"),
]
