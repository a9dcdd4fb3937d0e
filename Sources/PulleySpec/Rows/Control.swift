/// Control: calls, jumps, compare-and-branch.
let controlRows: [Operation] = [
  Operation("nop", means: "Does nothing."),
  Operation("ret", traits: [.terminator], means: "Goes on at the address in `lr`."),
  Operation(
    "call", .target("offset"), traits: [.call],
    means: """
      `lr` = address of the next instruction; goes on at `offset`. Arguments are where the calling \
      convention wants them.
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
    means: "`lr` = address of the next instruction; goes on at the address in `reg`."),
  Operation(
    "jump", .target("offset"), traits: [.branch, .terminator], means: "Goes on at `offset`."),
  Operation(
    "xjump", .read(.x, "reg"), traits: [.branch, .terminator],
    means: "Goes on at the address in `reg`."),
  Operation(
    "br_if32", .read(.x, "cond"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(cond) != 0`."),
  Operation(
    "br_if_not32", .read(.x, "cond"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(cond) == 0`."),
  Operation(
    "br_if_xeq32", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch, .commutes],
    means: "Branches if `low32(a) == low32(b)`."),
  Operation(
    "br_if_xneq32", .read(.x, "a"), .read(.x, "b"), .target("offset"),
    traits: [.branch, .commutes],
    means: "Branches if `low32(a) != low32(b)`."),
  Operation(
    "br_if_xslt32", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) < low32(b)`, signed."),
  Operation(
    "br_if_xslteq32", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) <= low32(b)`, signed."),
  Operation(
    "br_if_xult32", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) < low32(b)`, unsigned."),
  Operation(
    "br_if_xulteq32", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) <= low32(b)`, unsigned."),
  Operation(
    "br_if_xeq64", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch, .commutes],
    means: "Branches if `a == b`."),
  Operation(
    "br_if_xneq64", .read(.x, "a"), .read(.x, "b"), .target("offset"),
    traits: [.branch, .commutes],
    means: "Branches if `a != b`."),
  Operation(
    "br_if_xslt64", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `a < b`, signed."),
  Operation(
    "br_if_xslteq64", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `a <= b`, signed."),
  Operation(
    "br_if_xult64", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `a < b`, unsigned."),
  Operation(
    "br_if_xulteq64", .read(.x, "a"), .read(.x, "b"), .target("offset"), traits: [.branch],
    means: "Branches if `a <= b`, unsigned."),
  Operation(
    "br_if_xeq32_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) == sext(b)`."),
  Operation(
    "br_if_xeq32_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) == b`."),
  Operation(
    "br_if_xneq32_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) != sext(b)`."),
  Operation(
    "br_if_xneq32_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) != b`."),
  Operation(
    "br_if_xslt32_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) < sext(b)`, signed."),
  Operation(
    "br_if_xslt32_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) < b`, signed."),
  Operation(
    "br_if_xsgt32_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) > sext(b)`, signed."),
  Operation(
    "br_if_xsgt32_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) > b`, signed."),
  Operation(
    "br_if_xslteq32_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) <= sext(b)`, signed."),
  Operation(
    "br_if_xslteq32_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) <= b`, signed."),
  Operation(
    "br_if_xsgteq32_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) >= sext(b)`, signed."),
  Operation(
    "br_if_xsgteq32_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) >= b`, signed."),
  Operation(
    "br_if_xult32_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) < zext(b)`, unsigned."),
  Operation(
    "br_if_xult32_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) < b`, unsigned."),
  Operation(
    "br_if_xulteq32_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) <= zext(b)`, unsigned."),
  Operation(
    "br_if_xulteq32_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) <= b`, unsigned."),
  Operation(
    "br_if_xugt32_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) > zext(b)`, unsigned."),
  Operation(
    "br_if_xugt32_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) > b`, unsigned."),
  Operation(
    "br_if_xugteq32_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) >= zext(b)`, unsigned."),
  Operation(
    "br_if_xugteq32_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `low32(a) >= b`, unsigned."),
  Operation(
    "br_if_xeq64_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a == sext(b)`."),
  Operation(
    "br_if_xeq64_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a == sext(b)`."),
  Operation(
    "br_if_xneq64_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a != sext(b)`."),
  Operation(
    "br_if_xneq64_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a != sext(b)`."),
  Operation(
    "br_if_xslt64_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a < sext(b)`, signed."),
  Operation(
    "br_if_xslt64_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a < sext(b)`, signed."),
  Operation(
    "br_if_xsgt64_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a > sext(b)`, signed."),
  Operation(
    "br_if_xsgt64_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a > sext(b)`, signed."),
  Operation(
    "br_if_xslteq64_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a <= sext(b)`, signed."),
  Operation(
    "br_if_xslteq64_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a <= sext(b)`, signed."),
  Operation(
    "br_if_xsgteq64_i8", .read(.x, "a"), .i8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a >= sext(b)`, signed."),
  Operation(
    "br_if_xsgteq64_i32", .read(.x, "a"), .i32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a >= sext(b)`, signed."),
  Operation(
    "br_if_xult64_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a < zext(b)`, unsigned."),
  Operation(
    "br_if_xult64_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a < zext(b)`, unsigned."),
  Operation(
    "br_if_xulteq64_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a <= zext(b)`, unsigned."),
  Operation(
    "br_if_xulteq64_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a <= zext(b)`, unsigned."),
  Operation(
    "br_if_xugt64_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a > zext(b)`, unsigned."),
  Operation(
    "br_if_xugt64_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a > zext(b)`, unsigned."),
  Operation(
    "br_if_xugteq64_u8", .read(.x, "a"), .u8("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a >= zext(b)`, unsigned."),
  Operation(
    "br_if_xugteq64_u32", .read(.x, "a"), .u32("b"), .target("offset"), traits: [.branch],
    means: "Branches if `a >= zext(b)`, unsigned."),
  Operation(
    "br_table32", .read(.x, "idx"), .u32("amt"), traits: [.branch, .terminator],
    means: """
      `amt` (at least 1) 32-bit entries follow, each a distance from its own first byte; \
      branches by entry `min(low32(idx), amt - 1)`, unsigned.
      """),
]
