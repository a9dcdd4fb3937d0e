// Fusions in loops over vectors: mostly an instruction and the one that uses its result.

private let loads: [FusedPart] = ["vload128le_mem", "vload128le_mem".x]
private let stores = ["vstore128le_mem".v, "vstore128le_mem".x.v]

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

/// Each operation as it is and with an operand in the float accumulator.
private func all(_ operations: [FusedPart]) -> [FusedPart] {
  operations + eitherAccumulated(operations)
}

/// An operation and one that uses its result.
private func chains(_ first: [FusedPart], _ second: [FusedPart]) -> [[FusedPart]] {
  product(all(first), eitherAccumulated(second))
}

/// An operation on one vector after one that it uses the result of.
private func unaries(_ first: [FusedPart], _ second: [FusedPart]) -> [[FusedPart]] {
  product(all(first), second.map { $0.reading("x") })
}

private let wideningsOfResults = widenings.map { $0.reading("x") }

let vectors: [[FusedPart]] = join(
  product(["xadd32_i", "xadd32_i".x, "xadd32", "xadd32".x], ["vload128le_mem".x]),
  product(loads, eitherAccumulated(binaries) + wideningsOfResults + stores),
  product(
    ["xadd32_i"], ["vload128le_mem".x], eitherAccumulated(binaries) + wideningsOfResults),
  product(
    all(binaries + ["vnarrow16x8_u"])
      + ["vselect", "vbitselect128", "vbitselect128".c, "vbitselect128".x, "vbitselect128".y],
    stores),
  product(stores, ["xadd32_i"]),
  chains(floats("f32x4"), floats("f32x4")),
  chains(floats("f64x2"), floats("f64x2")),
  chains(bitwise, bitwise),
  ["8x16", "16x8", "32x4"].flatMap { shape in
    chains(["vaddi\(shape)", "vsubi\(shape)"], ["vaddi\(shape)", "vsubi\(shape)"])
  },
  chains(["vmuli16x8"], ["vaddi16x8", "vsubi16x8"]),
  chains(["vmuli32x4"], ["vaddi32x4", "vsubi32x4"]),
  unaries(["vaddi16x8", "vmuli16x8"], ["vshri16x8_u", "vshri16x8_s"]),
  unaries(["vaddi32x4", "vmuli32x4"], ["vshri32x4_u", "vshri32x4_s"]),
  product(
    ["vwidenlow8x16_u", "vwidenhigh8x16_u", "vwidenlow8x16_u".x, "vwidenhigh8x16_u".x],
    eitherAccumulated(["vmuli16x8", "vaddi16x8"]) + ["vshli16x8".x]),
  product(
    ["vshri16x8_u", "vshri16x8_u".x] + all(["vsubi16x8"]), eitherAccumulated(["vnarrow16x8_u"])),
  product(["vshri32x4_u", "vshri32x4_u".x], eitherAccumulated(["vnarrow32x4_u"])),
  chains(["vnarrow32x4_u"], ["vnarrow16x8_u"]),
  chains(["vavground8x16"], ["vavground8x16"]),
  product(
    ["vanytrue8x16", "vbitmask8x16", "valltrue8x16"].flatMap { [FusedPart($0), $0.x] },
    ["br_if32".x, "br_if_not32".x]),
  product(
    all(["veq8x16", "veq32x4", "vltf32x4", "vlteqf32x4", "vltf64x2", "vlteqf64x2"]),
    ["vanytrue8x16".x, "vbitmask8x16".x], ["br_if32".x, "br_if_not32".x]))
