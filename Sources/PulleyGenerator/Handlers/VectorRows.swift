// Vectors: lanes of integers and moves of whole registers. Templates use Swift's operators where
// those become one instruction or few, and else functions of CSupport/vectors.h, whose names begin
// with `pulley_`.

/// An instruction's lanes.
private struct Lanes: Sendable {
  /// As in the names of instructions.
  var shape: String
  /// The width of a lane.
  var bits: Int
  var signed: RegisterView
  var unsigned: RegisterView

  static let integers = [
    Lanes(shape: "8x16", bits: 8, signed: .i8x16, unsigned: .u8x16),
    Lanes(shape: "16x8", bits: 16, signed: .i16x8, unsigned: .u16x8),
    Lanes(shape: "32x4", bits: 32, signed: .i32x4, unsigned: .u32x4),
    Lanes(shape: "64x2", bits: 64, signed: .i64x2, unsigned: .u64x2),
  ]
}

func vectorUnary(
  _ name: String, _ from: RegisterView, _ value: String, to: RegisterView? = nil
) -> Template {
  Template(name, [.result(to ?? from), .source("x", from)], value: value)
}

func vectorBinary(
  _ name: String, _ from: RegisterView, _ value: String, to: RegisterView? = nil,
  y: RegisterView? = nil
) -> Template {
  Template(name, [.result(to ?? from), .source("x", from), .source("y", y ?? from)], value: value)
}

/// A call of the function of vectors.h with this name.
func native(
  _ name: String, _ kind: RegisterView, _ arguments: String = "$x, $y"
) -> String {
  "pulley_\(name)_\(kind)(\(arguments))"
}

private func moves() -> [Template] {
  var constant = Template(
    "vconst128", [.result(.u64x2), .immediate("value", bytes: 16)], value: "$e")
  constant.lets = ["let $e = vector($p, @value, as: SIMD2<UInt64>.self)"]
  // It loads only the vector that it chooses.
  var select = Template(
    "vselect",
    [.result(.u64x2), .source("c", .w32), .register("if_nonzero"), .register("if_zero")],
    value: "getV(r, $e, as: SIMD2<UInt64>.self)")
  select.lets = ["let $e = $c != 0 ? field($p, @if_nonzero) : field($p, @if_zero)"]
  let bitSelect = Template(
    "vbitselect128",
    [.result(.u64x2), .source("c", .u64x2), .source("x", .u64x2), .source("y", .u64x2)],
    value: "$y ^ ($c & ($x ^ $y))")
  return [
    constant, select, bitSelect,
    vectorUnary("vmov", .u64x2, "$x"),
    vectorUnary("vbnot128", .u64x2, "~$x"),
    vectorBinary("vband128", .u64x2, "$x & $y"),
    vectorBinary("vbor128", .u64x2, "$x | $y"),
    vectorBinary("vbxor128", .u64x2, "$x ^ $y"),
  ]
}

// MARK: - Memory

private func load(
  _ name: String, _ mode: AddressingMode, _ memory: String, _ kind: RegisterView, _ value: String
) -> Template {
  Template(
    name, mode, .result(kind, field: "dst"),
    value: value.replacing("$f", with: "load($t, as: \(memory).self)"))
}

private func store(_ name: String, _ mode: AddressingMode, _ value: String) -> Template {
  var template = Template(name, mode, .source("v", .u64x2, field: "src"))
  template.effects = ["store(\(value), $t)"]
  return template
}

private func memory() -> [Template] {
  var rows: [Template] = []
  let modes = hostAddressingModes() + wasmAddressingModes(size: 16)
  rows += modes.map { load("vload128le", $0, "SIMD2<UInt64>", .u64x2, "$f") }
  rows += modes.map { store("vstore128le", $0, "$v") }
  let trapping = hostAddressingModes()[1]
  for (name, memory, from, to) in [
    ("8x8_s", "SIMD8<Int8>", "i8x8", RegisterView.i16x8), ("8x8_u", "SIMD8<UInt8>", "u8x8", .u16x8),
    ("16x4le_s", "SIMD4<Int16>", "i16x4", .i32x4), ("16x4le_u", "SIMD4<UInt16>", "u16x4", .u32x4),
    ("32x2le_s", "SIMD2<Int32>", "i32x2", .i64x2), ("32x2le_u", "SIMD2<UInt32>", "u32x2", .u64x2),
  ] {
    rows.append(load("vload\(name)", trapping, memory, to, "pulley_extend_\(from)($f)"))
  }
  return rows + [
    load("vload128be", trapping, "SIMD2<UInt64>", .u64x2, "byteSwapped($f)"),
    store("vstore128be", trapping, "byteSwapped($v)"),
  ]
}

// MARK: - Lanes

/// Lanes that are copied from or to other registers. A lane that is read is a place in the register
/// file like any other, so that some of these instructions are moves.
private func lanes() -> [Template] {
  var rows: [Template] = []
  for (bits, type) in [("8", "UInt8"), ("16", "UInt16")] {
    rows.append(
      Template(
        "xextractv\(bits == "8" ? "8x16" : "16x8")", [.result(.w32), .register("lane")],
        value: "UInt32(r.load(fromByteOffset: field($p, @lane), as: \(type).self))"))
  }
  var extract = vectorUnary("xextractv32x4", .w32, "$x")
  extract.hasVariants = false
  rows.append(extract)

  for (suffix, from, to, value) in [
    ("x8", RegisterView.w32, RegisterView.u8x16, "UInt8(truncatingIfNeeded: $y)"),
    ("x16", .w32, .u16x8, "UInt16(truncatingIfNeeded: $y)"), ("x32", .w32, .u32x4, "$y"),
    ("x64", .w64, .u64x2, "$y"), ("f32", .b32, .u32x4, "$y"), ("f64", .b64, .u64x2, "$y"),
  ] {
    let splat = "\(to.swiftType)(repeating: \(value))"
    rows.append(
      vectorUnary("vsplat\(suffix)", from, splat.replacing("$y", with: "$x"), to: to))
    var insert = Template(
      "vinsert\(suffix)", [.result(to), .source("x", to), .source("y", from), .laneMask("mask")],
      value: "$x ^ (($x ^ \(splat)) & $e)")
    insert.lets = ["let $e = vector($p, @mask, as: \(to.swiftType).self)"]
    rows.append(insert)
  }

  let shuffle = Template(
    "vshuffle",
    [.result(.u8x16), .source("x", .u8x16), .source("y", .u8x16), .byteIndices("mask")],
    value: "pulley_shuffle($x, $y, vector($p, @mask, as: SIMD16<UInt8>.self))")
  return rows + [shuffle, vectorBinary("vswizzlei8x16", .u8x16, "pulley_swizzle($x, $y)")]
}

private func reductions() -> [Template] {
  Lanes.integers.flatMap { lanes in
    [
      vectorUnary(
        "vbitmask\(lanes.shape)", lanes.signed, native("bitmask", lanes.signed, "$x"), to: .w32),
      vectorUnary(
        "valltrue\(lanes.shape)", lanes.unsigned, native("all", lanes.unsigned, "$x"), to: .w32),
      vectorUnary(
        "vanytrue\(lanes.shape)", lanes.unsigned, native("any", lanes.unsigned, "$x"), to: .w32),
    ]
  }
}

// MARK: - Arithmetic

private func arithmetic() -> [Template] {
  var rows: [Template] = []
  for lanes in Lanes.integers {
    let (shape, s, u) = (lanes.shape, lanes.signed, lanes.unsigned)
    rows += [
      vectorBinary("vaddi\(shape)", u, "$x &+ $y"),
      vectorBinary("vsubi\(shape)", u, "$x &- $y"),
      vectorBinary("vmuli\(shape)", u, "$x &* $y"),
      vectorUnary("vneg\(shape)", u, ".zero &- $x"),
      vectorUnary("vabs\(shape)", s, "$x.replacing(with: .zero &- $x, where: $x .< .zero)"),
    ]
    if lanes.bits < 64 {
      for (sign, kind) in [("s", s), ("u", u)] {
        rows += [
          vectorBinary(
            "vmin\(shape)_\(sign)", kind, "$x.replacing(with: $y, where: $y .< $x)"),
          vectorBinary(
            "vmax\(shape)_\(sign)", kind, "$x.replacing(with: $y, where: $y .> $x)"),
        ]
      }
    }
    if lanes.bits < 32 {
      rows += [
        vectorBinary("vaddi\(shape)_sat", s, native("add_sat", s)),
        vectorBinary("vaddu\(shape)_sat", u, native("add_sat", u)),
        vectorBinary("vsubi\(shape)_sat", s, native("sub_sat", s)),
        vectorBinary("vsubu\(shape)_sat", u, native("sub_sat", u)),
        vectorBinary("vavground\(shape)", u, native("average", u)),
      ]
    }
  }
  return rows + [
    vectorBinary("vaddpairwisei16x8_s", .i16x8, native("add_pairs", .i16x8)),
    vectorBinary("vaddpairwisei32x4_s", .i32x4, native("add_pairs", .i32x4)),
    vectorBinary("vqmulrsi16x8", .i16x8, "pulley_q15_multiply($x, $y)"),
    vectorUnary("vpopcnt8x16", .u8x16, "pulley_popcount($x)"),
  ]
}

private func shifts() -> [Template] {
  Lanes.integers.flatMap { lanes in
    [
      ("vshli\(lanes.shape)", lanes.unsigned, "&<<"),
      ("vshri\(lanes.shape)_s", lanes.signed, "&>>"),
      ("vshri\(lanes.shape)_u", lanes.unsigned, "&>>"),
    ].map { (name, kind, operation) in
      let scalar = kind.swiftType.drop { $0 != "<" }.dropFirst().dropLast()
      return vectorBinary(
        name, kind, "$x \(operation) .init(repeating: \(scalar)(truncatingIfNeeded: $y))", y: .w32)
    }
  }
}

private func comparisons() -> [Template] {
  var rows: [Template] = []
  for lanes in Lanes.integers {
    let (shape, s, u) = (lanes.shape, lanes.signed, lanes.unsigned)
    for (name, kind, operation) in [
      ("veq\(shape)", s, ".=="), ("vneq\(shape)", s, ".!="), ("vslt\(shape)", s, ".<"),
      ("vslteq\(shape)", s, ".<="), ("vult\(shape)", u, ".<"), ("vulteq\(shape)", u, ".<="),
    ] {
      rows.append(vectorBinary(name, kind, "lanes($x \(operation) $y)", to: s))
    }
  }
  return rows
}

private func widths() -> [Template] {
  var rows: [Template] = []
  for (shape, s, u, wide, wideUnsigned) in [
    ("8x16", RegisterView.i8x16, RegisterView.u8x16, RegisterView.i16x8, RegisterView.u16x8),
    ("16x8", .i16x8, .u16x8, .i32x4, .u32x4), ("32x4", .i32x4, .u32x4, .i64x2, .u64x2),
  ] {
    for half in ["low", "high"] {
      rows += [
        vectorUnary("vwiden\(half)\(shape)_s", s, native("widen_\(half)", s, "$x"), to: wide),
        vectorUnary(
          "vwiden\(half)\(shape)_u", u, native("widen_\(half)", u, "$x"), to: wideUnsigned),
      ]
    }
  }
  for (shape, from, s, u) in [
    ("16x8", RegisterView.i16x8, RegisterView.i8x16, RegisterView.u8x16),
    ("32x4", .i32x4, .i16x8, .u16x8),
    ("64x2", .i64x2, .i32x4, .u32x4),
  ] {
    rows += [
      vectorBinary("vnarrow\(shape)_s", from, "pulley_narrow_\(shape)_s($x, $y)", to: s),
      vectorBinary("vnarrow\(shape)_u", from, "pulley_narrow_\(shape)_u($x, $y)", to: u),
    ]
  }
  return rows + [
    vectorBinary("vunarrow64x2_u", .u64x2, "pulley_narrow_unsigned_64x2_u($x, $y)", to: .u32x4)
  ]
}

/// The beginnings of the names of operations that take so long that reading the float accumulator would
/// save nothing worth a variant. A handler that processors.h replaces must have none.
private let expensive = [
  "vshuffle", "vswizzle", "vpopcnt", "vqmul", "vaddpairwise", "vmuli8x16", "vmuli64x2", "vabs",
  "vmin", "vmax", "vslt64x2", "vslteq64x2", "vult", "vnarrow64x2", "vunarrow", "vtrunc", "vfloor",
  "vceil", "vnearest", "vfma", "vf32x4_from_i32x4_u", "vf64x2_from_i64x2", "vi32x4_from",
  "vi64x2_from", "vsqrt", "vdiv", "valltrue64x2", "vanytrue64x2", "vneq64x2", "veq64x2",
]

extension [Template] {
  /// The same, without variants where they are not worth their space.
  func withoutNeedlessVariants() -> [Template] {
    map { template in
      guard expensive.contains(where: template.name.hasPrefix) else { return template }
      var template = template
      template.hasVariants = false
      return template
    }
  }
}

let vectorRows =
  (moves() + memory() + lanes() + reductions() + arithmetic() + shifts() + comparisons() + widths())
  .withoutNeedlessVariants()
