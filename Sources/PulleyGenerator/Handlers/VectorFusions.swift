// Fusions in loops over vectors and floating-point numbers: mostly an instruction and the one that
// uses its result.

private let loads: [FusedPart] = ["vload128le_mem", "vload128le_mem".x]
private let stores = ["vstore128le_mem".taking("v"), "vstore128le_mem".x.taking("v")]

private let bitwise: [FusedPart] = ["vband128", "vbor128", "vbxor128"]
private let integers: [FusedPart] = [
  "vaddi8x16", "vaddi16x8", "vaddi32x4", "vsubi8x16", "vsubi16x8", "vsubi32x4", "vmuli16x8",
  "vmuli32x4", "vavground8x16",
]
private let widenings: [FusedPart] = [
  "vwidenlow8x16_u", "vwidenlow8x16_s", "vwidenlow16x8_u", "vwidenlow16x8_s", "vwidenhigh8x16_u",
  "vwidenhigh8x16_s",
]

private func floats(_ shape: String) -> [FusedPart] {
  ["vadd\(shape)", "vsub\(shape)", "vmul\(shape)"]
}

/// Operations on two vectors.
private let binaries: [FusedPart] =
  bitwise + integers + floats("f32x4") + floats("f64x2") + ["veq8x16"]

/// Each part twice: taking its first and taking its second operand.
private func both(_ operations: [FusedPart]) -> [FusedPart] {
  parts(operations, taking: ["x", "y"])
}

let vectors: [[FusedPart]] = join(
  product(["xadd32_i", "xadd32_i".x, "xadd32", "xadd32".x], ["vload128le_mem".x]),
  product(loads, both(binaries) + parts(widenings, taking: ["x"]) + stores),
  product(
    ["xadd32_i"], ["vload128le_mem".x], both(binaries) + parts(widenings, taking: ["x"])),
  product(binaries + ["vnarrow16x8_u", "vselect", "vbitselect128"], stores),
  product(["vstore128le_mem", "vstore128le_mem".x], ["xadd32_i"]),
  product(floats("f32x4"), both(floats("f32x4"))),
  product(floats("f64x2"), both(floats("f64x2"))),
  product(bitwise, both(bitwise)),
  ["8x16", "16x8", "32x4"].flatMap { shape in
    product(["vaddi\(shape)", "vsubi\(shape)"], both(["vaddi\(shape)", "vsubi\(shape)"]))
  },
  product(["vmuli16x8"], both(["vaddi16x8", "vsubi16x8"])),
  product(["vmuli32x4"], both(["vaddi32x4", "vsubi32x4"])),
  product(["vaddi16x8", "vmuli16x8"], parts(["vshri16x8_u", "vshri16x8_s"], taking: ["x"])),
  product(["vaddi32x4", "vmuli32x4"], parts(["vshri32x4_u", "vshri32x4_s"], taking: ["x"])),
  product(["vwidenlow8x16_u", "vwidenhigh8x16_u"], both(["vmuli16x8", "vaddi16x8"])),
  product(["vwidenlow8x16_u", "vwidenhigh8x16_u"], ["vshli16x8".taking("x")]),
  product(["vshri16x8_u", "vsubi16x8"], both(["vnarrow16x8_u"])),
  product(["vshri32x4_u"], both(["vnarrow32x4_u"])),
  product(["vnarrow32x4_u"], both(["vnarrow16x8_u"])),
  product(["vavground8x16"], both(["vavground8x16"])),
  product(["vanytrue8x16", "vbitmask8x16", "valltrue8x16"], ["br_if32".x, "br_if_not32".x]),
  product(
    ["veq8x16", "veq32x4", "vltf32x4", "vlteqf32x4", "vltf64x2", "vlteqf64x2"],
    parts(["vanytrue8x16", "vbitmask8x16"], taking: ["x"]), ["br_if32".x, "br_if_not32".x]))

/// The same for single numbers.
let scalarFloats: [[FusedPart]] = ["32", "64"].flatMap { n in
  let arithmetic: [FusedPart] = ["fadd\(n)", "fsub\(n)", "fmul\(n)"]
  return join(
    product(arithmetic, both(arithmetic)),
    product(["fload\(n)le_mem", "fload\(n)le_mem".x], both(arithmetic)),
    product(arithmetic, parts(["fstore\(n)le_mem", "fstore\(n)le_mem".x], taking: ["v"])))
}
