/// Which handlers are joined into one, so that one dispatch serves several instructions. Each name
/// is that of a template, or of a template's variant that reads the accumulator (`_x`, `_y`: that
/// operand; `_v`: the value to store): then the value passes in a machine register.
///
/// They come from counting what follows what in the programs of the benchmark, generalised to
/// operations alike. docs/performance.md has what they bring.
///
/// Behind `taking` stands the operand that is the result of the name before: it need not be loaded
/// from the register that it is stored in too.
let fusionNames: [[String]] = {
  var seen: Set<[String]> = []
  let all = join(
    addressing, wideAddressing, loading, branching, storing, moving, mixing, wide, floating,
    returning, atomicFusions, vectors, scalarFloats)
  return all.filter { seen.insert($0).inserted }
}()

func join(_ lists: [[String]]...) -> [[String]] { lists.flatMap { $0 } }

let taking = "_takes_"

/// Each name taking each of these operands from what is before it.
func names(_ names: [String], taking operands: [String]) -> [String] {
  names.flatMap { name in operands.map { name + taking + $0 } }
}

/// Every way to take one of each.
func product(_ choices: [String]...) -> [[String]] {
  choices.reduce([[]]) { sequences, choice in
    sequences.flatMap { sequence in choice.map { sequence + [$0] } }
  }
}

private let loads = [
  "xload8_u32_mem", "xload8_s32_mem", "xload16le_u32_mem", "xload32le_mem", "xload64le_mem",
  "fload32le_mem", "fload64le_mem",
].map { "\($0)_x" }
private let wordLoads = ["xload8_u32_mem", "xload32le_mem"].flatMap { [$0, "\($0)_x"] }

/// Branches that test what was just computed.
private let tests = [
  "br_if32_x", "br_if_not32_x", "br_if_xeq32_x", "br_if_xneq32_x", "br_if_xult32_x",
  "br_if_xult32_y", "br_if_xslt32_x", "br_if_xslt32_y", "br_if_xeq32_i_x", "br_if_xneq32_i_x",
  "br_if_xult32_i_x", "br_if_xult32_w_x", "br_if_xneq32_w_x", "br_if_xugt32_i_x",
  "br_if_xugteq32_i_x", "br_if_xslt32_i_x", "br_if_xsgt32_i_x",
]

/// An address, then the access.
private let addressing: [[String]] = join(
  product(["xadd32_i", "xadd32_i_x", "xadd32", "xadd32_x"], loads),
  product(["xshl32_i", "xshl32_i_x"], ["xadd32_i_x", "xadd32_x"]),
  product(
    ["xshl32_i", "xshl32_i_x"], ["xadd32_i_x", "xadd32_x"],
    ["xload8_u32_mem_x", "xload32le_mem_x", "xload64le_mem_x", "fload64le_mem_x"]),
  product(["xadd32_i"], ["xload8_u32_mem_x", "xload32le_mem_x"], tests))

/// An access to a 64-bit memory: whether the address is below the limit, then base and address and
/// the access.
private let wideAddressing: [[String]] = join(
  product(["xsub64_i"], ["br_if_xult64_x"]),
  product(
    ["xadd64"],
    [
      "xload8_u32_o32_x", "xload8_s32_o32_x", "xload16le_u32_o32_x", "xload32le_o32_x",
      "xload64le_o32_x", "fload32le_o32_x", "fload64le_o32_x", "xstore8_o32_x",
      "xstore32le_o32_x", "xstore64le_o32_x", "fstore64le_o32_x",
    ]))

/// What is loaded is used at once, or the address moves on.
private let loading: [[String]] = join(
  product(
    wordLoads,
    [
      "xadd32_i", "xadd32_i_x", "xadd32_x", "xsub32_i", "xsub32_i_x", "xbxor32_x", "xband32_i_x",
      "xbor32_x", "xshl32_i_x", "xshr32_u_i", "zext8",
    ]),
  product(wordLoads, tests),
  product(["xadd32_i"], ["xload8_u32_mem_x", "xload32le_mem_x"], ["xadd32_i", "xadd32_i_x"]))

private let branching: [[String]] = join(
  product(
    [
      "xadd32_i", "xadd32_i_x", "xadd32", "xadd32_x", "xsub32_i", "xsub32", "xband32_i",
      "xband32_x", "xband32_i_x",
    ], tests),
  product(["xadd32_i", "xsub32_i"], ["br_if_xugt32_i", "br_if_xslt32", "br_if_xneq32"]),
  product(
    ["flt64", "flteq64", "feq64", "fneq64", "flt32", "flteq32", "feq32", "fneq32"],
    ["br_if32_x", "br_if_not32_x"]),
  product(
    ["fconst64"], ["flt64", "flteq64", "feq64", "fneq64"], ["br_if32_x", "br_if_not32_x"]))

private let storing: [[String]] = join(
  product(
    [
      "xadd32", "xadd32_x", "xadd32_i", "xadd32_i_x", "xsub32_i", "xbxor32_x", "xzero", "xconst",
      "xmov",
    ], ["xstore8_mem_v", "xstore32le_mem_v"]),
  product(
    ["xstore8_mem_v", "xstore32le_mem_v", "xstore32le_mem", "fstore64le_mem"],
    ["xadd32_i", "xadd32"]),
  product(["xadd32_i_x"], ["xstore8_mem_v", "xstore32le_mem_v"], ["xadd32_i"]),
  product(["xzero"], ["xstore8_mem_v"], ["xadd32"], ["br_if_xult32_w_x"]),
  product(["xstore8_mem_v"], ["xadd32"], ["br_if_xult32_w_x"]))

private let moving: [[String]] = join(
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
private let mixing: [[String]] = join(
  product(["xadd32_i", "xadd32", "xadd32_x"], ["xadd32_i", "xadd32_i_x", "xadd32", "xadd32_x"]),
  product(["xadd32_x"], ["xadd32_x"], ["xadd32_x"]),
  product(["xadd32_i"], ["xsub32_i"]),
  product(["xadd32"], ["xsub32_i"]),
  product(["xadd32"], ["xsub32_i"], ["br_if_xugt32_i_x"]),
  product(["xsub32_i"], ["xmov", "xload32le_mem", "xadd32_i", "xmul32", "fmul64"]),
  product(["xconst"], ["xrotl32_y", "xult32_y", "xshr32_u_y", "xshl32_y"]),
  product(["xconst"], ["xrotl32_y"], ["xbxor32_x", "xconst"]),
  product(["xconst"], ["xult32_y"], ["xbor32_x"]),
  product(["xrotl32_y"], ["xbxor32_x"]),
  product(
    ["xshr32_u_i", "xshr32_u_i_x", "xshl32_i_x", "xshl32_i"],
    ["xbxor32_x", "xbxor32", "xbor32_x", "xbor32", "xband32_x", "xadd32_i"]),
  product(
    ["xbxor32", "xbxor32_x"],
    ["xshl32_i_x", "xadd32_x", "xband32_i_x", "xbxor32_x", "xband32_x", "xadd32_i", "zext8_x"]),
  product(["xband32_i", "xband32_i_x"], ["xshl32_i_x", "xadd32_i_x", "xadd32_x"]),
  product(["xband32_i_x"], ["xshl32_i_x"], ["xadd32_i_x"], ["xload32le_mem_x"]),
  product(["xbxor32_x"], ["xshl32_i_x"], ["xadd32_i_x"], ["xload32le_mem_x"]),
  product(["xshr32_u_i"], ["xbxor32_x"], ["zext8_x"]),
  product(["zext8", "zext8_x"], ["xbxor32_x", "xconst"]),
  product(["xband32", "xband32_x"], ["xbor32_x", "xbxor32_x"]),
  product(["xbnot32_x", "xbnot32", "xneg32"], ["xband32_x"]),
  product(["xulteq32_x", "xult32_x", "xeq32_x"], ["xshl32_i_x"]),
  product(["xulteq32_x"], ["xshl32_i_x"], ["xadd32_x"], ["xload32le_mem_x"]),
  product(["xmul32", "xmul32_x", "xmul32_i", "xmul32_i_x"], ["xadd32_x", "xadd32_i_x"]))

/// The same for 64 bits.
private let wide: [[String]] = join(
  product(["xload64le_o32"], ["xbxor64_x", "xband64_x", "xadd64_x", "xbor64_x"]),
  product(
    ["xbxor64", "xbxor64_x"],
    ["xbxor64_x", "xshl64_i_x", "xband64_x", "xstore64le_o32_v", "xrotl64_x"]),
  product(["xband64", "xband64_x"], ["xbxor64_x"]),
  product(["xband64_x"], ["xbxor64_x"], ["xstore64le_o32_v"]),
  product(["xbnot64", "xbnot64_x"], ["xband64_x"]),
  product(["xshl64_i", "xshl64_i_x", "xshr64_u_i"], ["xbor64_x", "xadd64_x", "xbxor64_x"]),
  product(["xadd64", "xadd64_x", "xadd64_i", "xmul64"], ["xadd64_x", "xadd64_i_x", "xbxor64_x"]),
  product(["xconst"], ["xrotl64_y", "xshr64_u_y", "xshl64_y"]),
  product(["xadd64_i", "xadd64"], ["br_if_xneq64_x", "br_if_xult64_x", "br_if_xneq64_i_x"]))

private let floating: [[String]] = ["32", "64"].flatMap { n in
  let arithmetic = ["fadd\(n)", "fsub\(n)", "fmul\(n)"]
  let loads = ["fload\(n)le_mem", "fload\(n)le_mem_x"]
  let stores = ["fstore\(n)le_mem", "fstore\(n)le_mem_x"]
  return join(
    product(arithmetic, arithmetic),
    product(loads, arithmetic),
    product(arithmetic, stores),
    product(loads, loads),
    product(["xadd32_i"], ["fload\(n)le_mem_x"], ["fmul\(n)", "xadd32_i"]),
    product(loads, ["xadd32_i"]),
    product(["fmul\(n)"], ["fadd\(n)", "fsub\(n)"], ["fadd\(n)", "fmul\(n)"]),
    product(["fadd\(n)"], ["fadd\(n)", "fsub\(n)"], ["fadd\(n)"]),
    product(["fmul\(n)"], ["fmul\(n)"], ["fadd\(n)", "fsub\(n)"]),
    product(["fconst\(n)"], arithmetic),
    product(["fmul\(n)", "fadd\(n)"], ["xadd32_i"]))
}

/// The last thing a function does.
private let returning: [[String]] = join(
  product(
    ["xmov", "xadd32", "xadd32_i", "xzero"], (0...6).map { "pop_frame_restore_\($0)_ret" }))
