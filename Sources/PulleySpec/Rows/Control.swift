/// Calls and jumps.
let controlRows: [Operation] = [
  Operation("nop", means: "Does nothing."),
  Operation("ret", traits: [.terminator], means: "Jumps to the address in `lr`."),
  Operation(
    "call", .target("offset"), traits: [.call],
    means: """
      `lr` = address of the next instruction; jumps to `offset`. Arguments are where the calling \
      convention requires them.
      """),
  Operation(
    "call1", .read(.x, "arg1"), .target("offset"), traits: [.call],
    means: "`x0 = arg1`, then `call`."),
  Operation(
    "call2", .read(.x, "arg1"), .read(.x, "arg2"), .target("offset"), traits: [.call],
    means: """
      `x0, x1 = arg1, arg2`, then `call`. All arguments are read before the first is written.
      """),
  Operation(
    "call3", .read(.x, "arg1"), .read(.x, "arg2"), .read(.x, "arg3"), .target("offset"),
    traits: [.call],
    means: """
      `x0, x1, x2 = arg1, arg2, arg3`, then `call`. All arguments are read before the first is \
      written.
      """),
  Operation(
    "call4", .read(.x, "arg1"), .read(.x, "arg2"), .read(.x, "arg3"), .read(.x, "arg4"),
    .target("offset"), traits: [.call],
    means: """
      `x0, x1, x2, x3 = arg1, arg2, arg3, arg4`, then `call`. All arguments are read before the \
      first is written.
      """),
  Operation(
    "call_indirect", .read(.x, "reg"), traits: [.call],
    means: "`lr` = address of the next instruction; jumps to the address in `reg`."),
  Operation(
    "jump", .target("offset"), traits: [.branch, .terminator], means: "Jumps to `offset`."),
  Operation(
    "xjump", .read(.x, "reg"), traits: [.branch, .terminator],
    means: "Jumps to the address in `reg`."),
]

/// Conditional branches and the branch table.
let branchRows: [Operation] =
  [
    test("br_if32", "!=", inverse: "br_if_not32"), test("br_if_not32", "==", inverse: "br_if32"),
  ]
  + [32, 64].flatMap { bits in registerComparisons.map { compareRegisters($0, bits) } }
  + [32, 64].flatMap { bits in
    immediateComparisons.flatMap { comparison in
      [8, 32].map { compareWithImmediate(comparison, bits, immediateBits: $0) }
    }
  } + [branchTable]

/// A comparison of two integers that decides whether a branch is taken.
private struct Comparison {
  var name: String
  var symbol: String
  var signedness: Signedness
  /// The comparison that holds exactly when this one does not.
  var inverse: String
  /// Whether the inverse compares the operands in the other order.
  var swaps = false

  enum Signedness { case either, signed, unsigned }

  var ending: String {
    switch signedness {
    case .either: "."
    case .signed: ", signed."
    case .unsigned: ", unsigned."
    }
  }
}

/// There is no greater-than of registers: it is less-than with swapped operands.
private let registerComparisons = [
  Comparison(name: "xeq", symbol: "==", signedness: .either, inverse: "xneq"),
  Comparison(name: "xneq", symbol: "!=", signedness: .either, inverse: "xeq"),
  Comparison(name: "xslt", symbol: "<", signedness: .signed, inverse: "xslteq", swaps: true),
  Comparison(name: "xslteq", symbol: "<=", signedness: .signed, inverse: "xslt", swaps: true),
  Comparison(name: "xult", symbol: "<", signedness: .unsigned, inverse: "xulteq", swaps: true),
  Comparison(name: "xulteq", symbol: "<=", signedness: .unsigned, inverse: "xult", swaps: true),
]

private let immediateComparisons = [
  Comparison(name: "xeq", symbol: "==", signedness: .either, inverse: "xneq"),
  Comparison(name: "xneq", symbol: "!=", signedness: .either, inverse: "xeq"),
  Comparison(name: "xslt", symbol: "<", signedness: .signed, inverse: "xsgteq"),
  Comparison(name: "xsgt", symbol: ">", signedness: .signed, inverse: "xslteq"),
  Comparison(name: "xslteq", symbol: "<=", signedness: .signed, inverse: "xsgt"),
  Comparison(name: "xsgteq", symbol: ">=", signedness: .signed, inverse: "xslt"),
  Comparison(name: "xult", symbol: "<", signedness: .unsigned, inverse: "xugteq"),
  Comparison(name: "xulteq", symbol: "<=", signedness: .unsigned, inverse: "xugt"),
  Comparison(name: "xugt", symbol: ">", signedness: .unsigned, inverse: "xulteq"),
  Comparison(name: "xugteq", symbol: ">=", signedness: .unsigned, inverse: "xult"),
]

private func test(_ name: String, _ symbol: String, inverse: String) -> Operation {
  Operation(
    name, .read(.x, "cond"), .target("offset"), traits: [.branch], inverse: Inverse(inverse),
    means: "Branches if `low32(cond) \(symbol) 0`.")
}

private func compareRegisters(_ comparison: Comparison, _ bits: Int) -> Operation {
  let (a, b) = bits == 32 ? ("low32(a)", "low32(b)") : ("a", "b")
  return Operation(
    "br_if_\(comparison.name)\(bits)", .read(.x, "a"), .read(.x, "b"), .target("offset"),
    traits: comparison.signedness == .either ? [.branch, .commutes] : [.branch],
    inverse: Inverse("br_if_\(comparison.inverse)\(bits)", swapsSources: comparison.swaps),
    means: "Branches if `\(a) \(comparison.symbol) \(b)`\(comparison.ending)")
}

private func compareWithImmediate(
  _ comparison: Comparison, _ bits: Int, immediateBits: Int
) -> Operation {
  let isUnsigned = comparison.signedness == .unsigned
  let type: ImmediateType =
    switch (isUnsigned, immediateBits) {
    case (true, 8): .u8
    case (true, _): .u32
    case (false, 8): .i8
    case (false, _): .i32
    }
  let a = bits == 32 ? "low32(a)" : "a"
  let b = bits == immediateBits ? "b" : isUnsigned ? "zext(b)" : "sext(b)"
  return Operation(
    "br_if_\(comparison.name)\(bits)_\(type)", .read(.x, "a"), .immediate(type, "b"),
    .target("offset"), traits: [.branch],
    inverse: Inverse("br_if_\(comparison.inverse)\(bits)_\(type)"),
    means: "Branches if `\(a) \(comparison.symbol) \(b)`\(comparison.ending)")
}

private let branchTable = Operation(
  "br_table32", .read(.x, "idx"), .u32("amt"), traits: [.branch, .terminator],
  means: """
    `amt` (at least 1) 32-bit entries follow, each a distance from its own first byte; \
    branches by entry `min(low32(idx), amt - 1)`, unsigned.
    """)
