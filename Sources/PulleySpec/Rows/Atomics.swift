// Atomic accesses, which upstream lacks: instructions that check and compute an address, and
// instructions that access an address without a check. So every operation and width shares the checks.

private let widths = [8, 16, 32, 64]

/// Instructions that compute the host address of an aligned access within a wasm memory.
private func checks(_ mode: String, _ address: Operand..., sum: String) -> [Operation] {
  widths.map { bits in
    Operation(
      "xaddr\(bits)_\(mode)", [.write(.x, "dst")] + address,
      traps: bits == 8 ? [.outOfBounds] : [.unaligned, .outOfBounds],
      means: "`dst = base + \(sum)`, the address of an access to \(bits) bits.")
  }
}

private let readModifyWrite: [(name: String, meaning: String)] = [
  ("add", "old + src2"), ("sub", "old - src2"), ("and", "old & src2"), ("or", "old | src2"),
  ("xor", "old ^ src2"), ("xchg", "src2"),
]

let atomicRows: [Operation] =
  checks("g32", .addressG32, sum: "zext(low32(addr)) + offset")
  + checks(
    "g64", .read(.x, "base"), .read(.x, "bound"), .read(.x, "addr"), .u64("offset"),
    sum: "addr + offset")
  + widths.map { bits in
    Operation(
      "xatomic_load\(bits)", .write(.x, "dst"), .read(.x, "addr"),
      means: "`dst = zext(load\(bits)(addr))`.")
  }
  + widths.map { bits in
    Operation(
      "xatomic_store\(bits)", .read(.x, "addr"), .read(.x, "src"),
      means: "`store\(bits)(addr, low\(bits)(src))`.")
  }
  + readModifyWrite.flatMap { name, meaning in
    widths.map { bits in
      Operation(
        "xatomic_\(name)\(bits)", .binary(.x),
        means: "`old = load\(bits)(src1)`, `store\(bits)(src1, \(meaning))`, `dst = zext(old)`.")
    }
  }
  + widths.map { bits in
    Operation(
      "xatomic_cas\(bits)", .write(.x, "dst"), .read(.x, "addr"), .read(.x, "expected"),
      .read(.x, "src"),
      means: "`old = load\(bits)(addr)`, `if old == low\(bits)(expected)` then "
        + "`store\(bits)(addr, src)`; `dst = zext(old)`.")
  } + [Operation("atomic_fence", means: "Orders all accesses before it and all after it.")]
