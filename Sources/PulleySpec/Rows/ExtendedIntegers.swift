/// Traps, host calls and rare integer operations.
let extendedIntegerRows: [Operation] = [
  Operation("trap", traits: [.terminator], traps: [.unreachable], means: "Stops the guest."),
  Operation(
    "call_indirect_host", .u8("id"), traits: [.call],
    means: """
      Calls a host function: `x0` holds the function, the arguments start at `x1`, results start \
      at `x0`. `id`, filled in by the linker, says how.
      """),
  Operation(
    "xpcadd", .write(.x, "dst"), .target("offset"),
    means: "`dst` = address of this instruction + `offset`."),
  Operation("xmov_fp", .write(.x, "dst"), means: "`dst = fp`"),
  Operation("xmov_lr", .write(.x, "dst"), means: "`dst = lr`"),
  Operation(
    "bswap32", .write(.x, "dst"), .read(.x, "src"),
    means: "`low32(dst)` = the bytes of `low32(src)` reversed."),
  Operation(
    "bswap64", .write(.x, "dst"), .read(.x, "src"), means: "`dst` = the bytes of `src` reversed."),
  Operation(
    "xadd32_uoverflow_trap", .binary(.x), traits: [.commutes], traps: [.integerOverflow],
    means: "`low32(dst) = low32(src1) + low32(src2)`; traps if the unsigned sum needs a 33rd bit."),
  Operation(
    "xadd64_uoverflow_trap", .binary(.x), traits: [.commutes], traps: [.integerOverflow],
    means: "`dst = src1 + src2`; traps if the unsigned sum needs a 65th bit."),
  Operation(
    "xmulhi64_s", .binary(.x), traits: [.commutes],
    means: "`dst` = the high 64 bits of the 128-bit product `sext(src1) * sext(src2)`."),
  Operation(
    "xmulhi64_u", .binary(.x), traits: [.commutes],
    means: "`dst` = the high 64 bits of the 128-bit product `zext(src1) * zext(src2)`."),
  Operation(
    "xbmask32", .write(.x, "dst"), .read(.x, "src"),
    means: "`low32(dst) = low32(src) == 0 ? 0 : -1`"),
  Operation("xbmask64", .write(.x, "dst"), .read(.x, "src"), means: "`dst = src == 0 ? 0 : -1`"),
]
