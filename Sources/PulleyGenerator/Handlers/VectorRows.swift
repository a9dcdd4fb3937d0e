/// Vectors: lanes of integers, and what moves whole registers. Swift's operators where they become
/// one instruction or few; functions of CSupport/vectors.h, which begin with `pulley_`, elsewhere.

/// An instruction's lanes: how many bits, as its name has it, signed and unsigned.
struct Lanes: Sendable {
  var shape: String
  var signed: Kind
  var unsigned: Kind

  var bits: String { String(shape.prefix { $0 != "x" }) }

  static let all8 = Lanes(shape: "8x16", signed: .i8x16, unsigned: .u8x16)
  static let all16 = Lanes(shape: "16x8", signed: .i16x8, unsigned: .u16x8)
  static let all32 = Lanes(shape: "32x4", signed: .i32x4, unsigned: .u32x4)
  static let all64 = Lanes(shape: "64x2", signed: .i64x2, unsigned: .u64x2)
  static let integers = [all8, all16, all32, all64]
}

func vectorUnary(_ name: String, _ from: Kind, _ value: String, to: Kind? = nil) -> Template {
  var template = Template(name)
  template.sources = [Source("x", from, at: 10)]
  template.result = Result(kind: to ?? from, at: 8, value: value)
  return template
}

func vectorBinary(
  _ name: String, _ from: Kind, _ value: String, to: Kind? = nil, y: Kind? = nil
) -> Template {
  var template = vectorUnary(name, from, value, to: to)
  template.sources.append(Source("y", y ?? from, at: 12))
  return template
}

/// The function of vectors.h with this name.
func native(_ name: String, _ kind: Kind, _ arguments: String = "$x, $y") -> String {
  "pulley_\(name)_\(kind)(\(arguments))"
}

private func moves() -> [Template] {
  var constant = Template("vconst128")
  constant.words = 3
  constant.lets = ["let $e = vector($p, 16, as: SIMD2<UInt64>.self)"]
  constant.result = Result(kind: .u64x2, at: 8, value: "$e")
  // Only the vector chosen is loaded.
  var select = Template("vselect")
  select.sources = [Source("c", .w32, at: 10)]
  select.lets = ["let $e = $c != 0 ? field($p, 12) : field($p, 14)"]
  select.result = Result(kind: .u64x2, at: 8, value: "getV(r, $e, as: SIMD2<UInt64>.self)")
  var bitSelect = vectorBinary("vbitselect128", .u64x2, "$y ^ ($c & ($x ^ $y))")
  bitSelect.sources = [
    Source("c", .u64x2, at: 10), Source("x", .u64x2, at: 12), Source("y", .u64x2, at: 14),
  ]
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
  _ name: String, _ mode: AddressingMode, _ memory: String, _ kind: Kind, _ value: String
) -> Template {
  var template = Template("\(name)_\(mode.name)")
  template.words = mode.words
  template.hasVariants = mode.words == 1
  template.sources = [Source("x", mode.base, at: 10)] + mode.extra
  template.lets = mode.lets
  template.guards = mode.guards
  template.result = Result(
    kind: kind, at: 8, value: value.replacing("$f", with: "load($t, as: \(memory).self)"))
  return template
}

private func store(_ name: String, _ mode: AddressingMode, _ value: String) -> Template {
  var template = Template("\(name)_\(mode.name)")
  template.words = mode.words
  template.hasVariants = mode.words == 1
  template.sources = [Source("v", .u64x2, at: 8), Source("x", mode.base, at: 10)] + mode.extra
  template.lets = mode.lets
  template.guards = mode.guards
  template.effects = ["store(\(value), $t)"]
  return template
}

private func memory() -> [Template] {
  var rows: [Template] = []
  let modes = addressingModes(size: 16) + wasmAddressingModes(size: 16)
  rows += modes.map { load("vload128le", $0, "SIMD2<UInt64>", .u64x2, "$f") }
  rows += modes.map { store("vstore128le", $0, "$v") }
  let trapping = addressingModes(size: 8)[1]
  for (name, memory, from, to) in [
    ("8x8_s", "SIMD8<Int8>", "i8x8", Kind.i16x8), ("8x8_u", "SIMD8<UInt8>", "u8x8", .u16x8),
    ("16x4le_s", "SIMD4<Int16>", "i16x4", .i32x4), ("16x4le_u", "SIMD4<UInt16>", "u16x4", .u32x4),
    ("32x2le_s", "SIMD2<Int32>", "i32x2", .i64x2), ("32x2le_u", "SIMD2<UInt32>", "u32x2", .u64x2),
  ] {
    rows.append(load("vload\(name)", trapping, memory, to, "pulley_extend_\(from)($f)"))
  }
  let reversed = addressingModes(size: 16)[1]
  return rows + [
    load("vload128be", reversed, "SIMD2<UInt64>", .u64x2, "byteSwapped($f)"),
    store("vstore128be", reversed, "byteSwapped($v)"),
  ]
}

// MARK: - Lanes

/// Lanes that are copied from or to other registers. Lowering.swift names a lane read by its own
/// place, so that some of these instructions are plain moves; for a lane written it provides a
/// mask.
private func lanes() -> [Template] {
  var rows: [Template] = []
  for (bits, type) in [("8", "UInt8"), ("16", "UInt16")] {
    var extract = Template("xextractv\(bits == "8" ? "8x16" : "16x8")")
    extract.result = Result(
      kind: .w32, at: 8,
      value: "UInt32(r.load(fromByteOffset: field($p, 10), as: \(type).self))")
    rows.append(extract)
  }
  var extract = vectorUnary("xextractv32x4", .w32, "$x")
  extract.hasVariants = false
  rows.append(extract)

  for (suffix, from, to, value) in [
    ("x8", Kind.w32, Kind.u8x16, "UInt8(truncatingIfNeeded: $y)"),
    ("x16", .w32, .u16x8, "UInt16(truncatingIfNeeded: $y)"), ("x32", .w32, .u32x4, "$y"),
    ("x64", .w64, .u64x2, "$y"), ("f32", .b32, .u32x4, "$y"), ("f64", .b64, .u64x2, "$y"),
  ] {
    let splat = "\(to.swiftType)(repeating: \(value))"
    rows.append(
      vectorUnary("vsplat\(suffix)", from, splat.replacing("$y", with: "$x"), to: to))
    var insert = vectorBinary(
      "vinsert\(suffix)", to, "$x ^ (($x ^ \(splat)) & $e)", y: from)
    insert.words = 3
    insert.lets = ["let $e = vector($p, 16, as: \(to.swiftType).self)"]
    rows.append(insert)
  }

  var shuffle = vectorBinary(
    "vshuffle", .u8x16, "pulley_shuffle($x, $y, vector($p, 16, as: SIMD16<UInt8>.self))")
  shuffle.words = 3
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
    if lanes.bits != "64" {
      for (sign, kind) in [("s", s), ("u", u)] {
        rows += [
          vectorBinary(
            "vmin\(shape)_\(sign)", kind, "$x.replacing(with: $y, where: $y .< $x)"),
          vectorBinary(
            "vmax\(shape)_\(sign)", kind, "$x.replacing(with: $y, where: $y .> $x)"),
        ]
      }
    }
    if lanes.bits == "8" || lanes.bits == "16" {
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
    ("8x16", Kind.i8x16, Kind.u8x16, Kind.i16x8, Kind.u16x8),
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
    ("16x8", Kind.i16x8, Kind.i8x16, Kind.u8x16), ("32x4", .i32x4, .i16x8, .u16x8),
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

let vectorRows =
  moves() + memory() + lanes() + reductions() + arithmetic() + shifts() + comparisons() + widths()
