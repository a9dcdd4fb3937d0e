/// Which instructions are fused: executed by one handler, with one dispatch (superinstructions).
///
/// The lists here come from counting which instructions follow one another in the benchmark programs, and
/// from extending the result to similar operations; `discovered` comes from real programs.
/// docs/performance.md says what fusing gains.
/// Source: Piumarta and Riccardi, "Optimizing direct threaded code by selective inlining", 1998.
let fusedSequences: [[FusedPart]] = {
  // A part has the same name however it is written.
  var seen: Set<[String]> = []
  let all = join(
    addressing, wideAddressing, loading, branching, storing, moving, mixing, wide, floating,
    calling, returning, atomicFusions, vectors, discovered)
  return all.filter { seen.insert($0.map(\.name)).inserted }
}()

private let loads: [FusedPart] = [
  "xload8_u32_mem", "xload8_s32_mem", "xload16le_u32_mem", "xload32le_mem", "xload64le_mem",
  "fload32le_mem", "fload64le_mem",
].map(\.x)
private let wordLoads: [FusedPart] = [
  "xload8_u32_mem", "xload8_u32_mem".x, "xload32le_mem", "xload32le_mem".x,
]

/// Branches that test what was just computed.
private let tests: [FusedPart] = [
  "br_if32".x, "br_if_not32".x, "br_if_xeq32".x, "br_if_xneq32".x, "br_if_xult32".x,
  "br_if_xult32".y, "br_if_xslt32".x, "br_if_xslt32".y, "br_if_xeq32_i".x, "br_if_xneq32_i".x,
  "br_if_xult32_i".x, "br_if_xult32_w".x, "br_if_xneq32_w".x, "br_if_xugt32_i".x,
  "br_if_xugteq32_i".x, "br_if_xslt32_i".x, "br_if_xsgt32_i".x,
]

/// An address, then the access.
private let addressing: [[FusedPart]] = join(
  product(["xadd32_i", "xadd32_i".x, "xadd32", "xadd32".x], loads),
  product(["xshl32_i", "xshl32_i".x], ["xadd32_i".x, "xadd32".x]),
  product(
    ["xshl32_i", "xshl32_i".x], ["xadd32_i".x, "xadd32".x],
    ["xload8_u32_mem".x, "xload32le_mem".x, "xload64le_mem".x, "fload64le_mem".x]),
  product(["xadd32_i"], ["xload8_u32_mem".x, "xload32le_mem".x], tests))

/// An access to a 64-bit memory: whether the address is below the limit, then base and address and
/// the access.
private let wideAddressing: [[FusedPart]] = join(
  product(["xsub64_i"], ["br_if_xult64".x]),
  product(
    ["xadd64"],
    [
      "xload8_u32_o32".x, "xload8_s32_o32".x, "xload16le_u32_o32".x, "xload32le_o32".x,
      "xload64le_o32".x, "fload32le_o32".x, "fload64le_o32".x, "xstore8_o32".x,
      "xstore32le_o32".x, "xstore64le_o32".x, "fstore64le_o32".x, "fstore64le_o32".x.v,
    ]))

/// A load whose result is used at once, or whose address is then advanced.
private let loading: [[FusedPart]] = join(
  product(
    wordLoads,
    [
      "xadd32_i", "xadd32_i".x, "xadd32".x, "xsub32_i", "xsub32_i".x, "xbxor32".x, "xband32_i".x,
      "xbor32".x, "xshl32_i".x, "xshr32_u_i", "zext8",
    ]),
  product(wordLoads, tests),
  product(["xadd32_i"], ["xload8_u32_mem".x, "xload32le_mem".x], ["xadd32_i", "xadd32_i".x]))

private let branching: [[FusedPart]] = join(
  product(
    [
      "xadd32_i", "xadd32_i".x, "xadd32", "xadd32".x, "xsub32_i", "xsub32", "xband32_i",
      "xband32".x, "xband32_i".x,
    ], tests),
  product(["xadd32_i", "xsub32_i"], ["br_if_xugt32_i", "br_if_xslt32", "br_if_xneq32"]))

private let storing: [[FusedPart]] = join(
  product(
    [
      "xadd32", "xadd32".x, "xadd32_i", "xadd32_i".x, "xsub32_i", "xbxor32".x, "xzero", "xconst",
      "xmov",
    ], ["xstore8_mem".v, "xstore32le_mem".v]),
  product(
    ["xstore8_mem".v, "xstore32le_mem".v, "xstore32le_mem"],
    ["xadd32_i", "xadd32"]),
  product(["xadd32_i".x], ["xstore8_mem".v, "xstore32le_mem".v], ["xadd32_i"]),
  product(["xzero"], ["xstore8_mem".v], ["xadd32"], ["br_if_xult32_w".x]),
  product(["xstore8_mem".v], ["xadd32"], ["br_if_xult32_w".x]))

private let moving: [[FusedPart]] = join(
  product(["xmov"], ["xmov"]),
  product(["xmov"], ["xmov"], ["xmov"]),
  product(["xmov"], ["xmov"], ["xmov"], ["xmov"]),
  product(
    ["xmov", "xzero", "xconst", "xadd32_i", "xadd32"], ["jump"]),
  product(["xmov"], ["xmov"], ["jump"]),
  product(["xmov"], ["xmov"], ["xmov"], ["jump"]),
  product(["xmov", "xadd32_i", "xadd32", "xconst"], ["xzero", "xconst"]),
  product(["xmov"], ["xstore64le_o32", "xadd32_i", "br_if32", "br_if_not32"]),
  product(["xmov"], ["xmov"], ["xstore64le_o32"]),
  product(["xadd32_i", "xsub32_i"], ["xload64le_o32"]),
  product(["xload64le_o32"], ["xload64le_o32", "xmov"]),
  product(["xstore64le_o32"], ["xstore64le_o32"]))

/// Integer arithmetic in a row.
private let mixing: [[FusedPart]] = join(
  product(["xadd32_i", "xadd32", "xadd32".x], ["xadd32_i", "xadd32_i".x, "xadd32", "xadd32".x]),
  product(["xadd32".x], ["xadd32".x], ["xadd32".x]),
  product(["xadd32_i"], ["xsub32_i"]),
  product(["xadd32"], ["xsub32_i"]),
  product(["xadd32"], ["xsub32_i"], ["br_if_xugt32_i".x]),
  product(["xsub32_i"], ["xmov", "xload32le_mem", "xadd32_i", "xmul32"]),
  product(["xconst"], ["xrotl32".y, "xult32".y, "xshr32_u".y, "xshl32".y]),
  product(["xconst"], ["xrotl32".y], ["xbxor32".x, "xconst"]),
  product(["xconst"], ["xult32".y], ["xbor32".x]),
  product(["xrotl32".y], ["xbxor32".x]),
  product(
    ["xshr32_u_i", "xshr32_u_i".x, "xshl32_i".x, "xshl32_i"],
    ["xbxor32".x, "xbxor32", "xbor32".x, "xbor32", "xband32".x, "xadd32_i"]),
  product(
    ["xbxor32", "xbxor32".x],
    ["xshl32_i".x, "xadd32".x, "xband32_i".x, "xbxor32".x, "xband32".x, "xadd32_i", "zext8".x]),
  product(["xband32_i", "xband32_i".x], ["xshl32_i".x, "xadd32_i".x, "xadd32".x]),
  product(["xband32_i".x], ["xshl32_i".x], ["xadd32_i".x], ["xload32le_mem".x]),
  product(["xbxor32".x], ["xshl32_i".x], ["xadd32_i".x], ["xload32le_mem".x]),
  product(["xshr32_u_i"], ["xbxor32".x], ["zext8".x]),
  product(["zext8", "zext8".x], ["xbxor32".x, "xconst"]),
  product(["xband32", "xband32".x], ["xbor32".x, "xbxor32".x]),
  product(["xbnot32".x, "xbnot32", "xneg32"], ["xband32".x]),
  product(["xulteq32".x, "xult32".x, "xeq32".x], ["xshl32_i".x]),
  product(["xulteq32".x], ["xshl32_i".x], ["xadd32".x], ["xload32le_mem".x]),
  product(["xmul32", "xmul32".x, "xmul32_i", "xmul32_i".x], ["xadd32".x, "xadd32_i".x]))

/// The same for 64 bits.
private let wide: [[FusedPart]] = join(
  product(["xload64le_o32"], ["xbxor64".x, "xband64".x, "xadd64".x, "xbor64".x]),
  product(
    ["xbxor64", "xbxor64".x],
    ["xbxor64".x, "xshl64_i".x, "xband64".x, "xstore64le_o32".v, "xrotl64".x]),
  product(["xband64", "xband64".x], ["xbxor64".x]),
  product(["xband64".x], ["xbxor64".x], ["xstore64le_o32".v]),
  product(["xbnot64", "xbnot64".x], ["xband64".x]),
  product(["xshl64_i", "xshl64_i".x, "xshr64_u_i"], ["xbor64".x, "xadd64".x, "xbxor64".x]),
  product(["xadd64", "xadd64".x, "xadd64_i", "xmul64"], ["xadd64".x, "xadd64_i".x, "xbxor64".x]),
  product(["xconst"], ["xrotl64".y, "xshr64_u".y, "xshl64".y]),
  product(["xadd64_i", "xadd64"], ["br_if_xneq64".x, "br_if_xult64".x, "br_if_xneq64_i".x]))

private let floating: [[FusedPart]] = ["32", "64"].flatMap { n in
  let unrelated: [FusedPart] = ["fadd\(n)", "fsub\(n)", "fmul\(n)"]
  /// Those that use the result before them.
  let chained = eitherAccumulated(unrelated)
  let sums = eitherAccumulated(["fadd\(n)", "fsub\(n)"])
  let arithmetic = unrelated + chained
  let loads: [FusedPart] = ["fload\(n)le_mem", "fload\(n)le_mem".x]
  let stores: [FusedPart] = ["fstore\(n)le_mem".v, "fstore\(n)le_mem".x.v]
  let compares = eitherAccumulated(["flt\(n)", "flteq\(n)", "feq\(n)", "fneq\(n)"])
  let tests: [FusedPart] = ["br_if32".x, "br_if_not32".x]
  return join(
    product(arithmetic, arithmetic),
    product(loads, arithmetic),
    product(arithmetic + loads, stores),
    product(loads, loads),
    product(loads, chained, chained),
    product(loads, chained, stores),
    product(loads, ["fmul\(n)".x, "fmul\(n)".y], sums, stores),
    product(
      ["xadd32_i", "xadd32_i".x, "xadd32".x], ["fload\(n)le_mem".x], ["fmul\(n)".x, "fmul\(n)".y],
      sums),
    product(["f\(n)_from_x32_s", "f\(n)_from_x32_s".x], chained),
    product(
      ["flt\(n)", "flteq\(n)"] + eitherAccumulated(["flt\(n)", "flteq\(n)"]),
      ["fselect\(n)".c]),
    product(
      ["fmul\(n)", "fmul\(n)".x, "fmul\(n)".y, "fadd\(n)", "fsub\(n)"], chained, sums),
    product(["fmul\(n)", "fadd\(n)"], sums, ["fmul\(n)".x, "fmul\(n)".y]),
    product(["xadd32_i", "xadd32_i".x], ["fload\(n)le_mem".x], chained + ["xadd32_i"]),
    product(loads, ["xadd32_i"]),
    product(["fconst\(n)"], chained),
    product(["fmul\(n)", "fadd\(n)"] + eitherAccumulated(["fmul\(n)", "fadd\(n)"]), ["xadd32_i"]),
    product(stores, ["xadd32_i", "xadd32"]),
    product(["flt\(n)", "flteq\(n)", "feq\(n)", "fneq\(n)"] + compares, tests),
    product(["fconst\(n)"], compares, tests),
    product(
      ["fadd\(n)", "fsub\(n)"] + sums, eitherAccumulated(["flt\(n)", "flteq\(n)"]), tests))
}

/// Calls and returns with windows, and what comes before and after them.
private let calling: [[FusedPart]] = {
  let values: [FusedPart] = [
    "xadd32", "xadd32".x, "xadd32_i", "xadd32_i".x, "xsub32", "xsub32_i", "xsub32_i".x, "xmov",
    "xmov".x, "xconst", "xzero", "xload32le_mem", "xload32le_mem".x,
  ]
  let calls: [FusedPart] = ["wcall0", "wcall1", "wcall2", "wcall3"]
  let passing: [FusedPart] = [
    FusedPart("wcall1").reading("c0_"), FusedPart("wcall2").reading("c0_"),
    FusedPart("wcall2").reading("c1_"),
    FusedPart("wcall3").reading("c0_"), FusedPart("wcall3").reading("c1_"),
    FusedPart("wcall3").reading("c2_"),
  ]
  return join(
    product(values, calls + passing),
    product(["xmov".x, "xmov"], ["xsub32_i", "xadd32_i", "xmov"], calls + passing),
    product(["xmov", "xmov".x], ["xmov"], ["xmov"], calls),
    product(["xmov".x], ["xsub32_i", "xadd32_i", "xmov"]),
    product(
      values
        + [
          "xmul32", "xmul32".x, "xband32", "xband32".x, "xbor32", "xbor32".x, "xbxor32",
          "xbxor32".x, "xadd64", "xadd64".x, "xload64le_mem", "xload64le_mem".x,
          "xload8_u32_mem", "xload8_u32_mem".x, "xult32", "xeq32", "xshl32_i", "xshl32_i".x,
        ], ["wret_in_place".x]),
    product(
      ["wcontext"], ["xload32le_o32".x, "xload64le_o32".x], ["xsub32_i".x, "xadd32_i".x],
      ["xstore32le_o32".v]),
    product(["wcontext"], ["xload32le_o32".x, "xload64le_o32".x], ["xsub32_i".x, "xadd32_i".x]),
    product(["wcontext"], ["xload32le_o32".x, "xload64le_o32".x]),
    product(["zext32", "zext32".x], ["xshl64_i".x], ["xadd64".x], ["xload64le_o32".x]),
    product(["xload32le_z", "xload32le_z".x], ["br_if_xneq32".x]))
}()

/// The last thing a function does.
private let returning: [[FusedPart]] = join(
  product(
    ["xmov", "xadd32", "xadd32_i", "xzero"],
    (0...6).map { FusedPart("pop_frame_restore_\($0)_ret") }))
