/// Floating point. What must keep a NaN as it is works on bits.

private func unary(_ name: String, _ from: Kind, _ to: Kind, _ value: String) -> Template {
  var template = Template(name)
  template.sources = [Source("x", from, at: 10)]
  template.result = Result(kind: to, at: 8, value: value)
  return template
}

private func binary(_ name: String, _ from: Kind, _ to: Kind, _ value: String) -> Template {
  var template = unary(name, from, to, value)
  template.sources.append(Source("y", from, at: 12))
  return template
}

private func arithmetic() -> [Template] {
  var rows: [Template] = []
  for (kind, bits, n) in [(Kind.f32, Kind.b32, "32"), (.f64, .b64, "64")] {
    let sign = n == "32" ? "0x8000_0000" : "0x8000_0000_0000_0000"
    rows += [
      binary("fadd\(n)", kind, kind, "$x + $y"),
      binary("fsub\(n)", kind, kind, "$x - $y"),
      binary("fmul\(n)", kind, kind, "$x * $y"),
      binary("fdiv\(n)", kind, kind, "$x / $y"),
      binary("fmaximum\(n)", kind, kind, "maximum($x, $y)"),
      binary("fminimum\(n)", kind, kind, "minimum($x, $y)"),
      binary("fcopysign\(n)", bits, bits, "($x & ~\(sign)) | ($y & \(sign))"),
      unary("fneg\(n)", bits, bits, "$x ^ \(sign)"),
      unary("fabs\(n)", bits, bits, "$x & ~\(sign)"),
      unary("fmov\(n)", bits, bits, "$x"),
      unary("fsqrt\(n)", kind, kind, "$x.squareRoot()"),
      unary("ftrunc\(n)", kind, kind, "truncated($x)"),
      unary("ffloor\(n)", kind, kind, "floored($x)"),
      unary("fceil\(n)", kind, kind, "ceiled($x)"),
      unary("fnearest\(n)", kind, kind, "nearest($x)"),
      binary("feq\(n)", kind, .w32, "$x == $y ? 1 : 0"),
      binary("fneq\(n)", kind, .w32, "$x != $y ? 1 : 0"),
      binary("flt\(n)", kind, .w32, "$x < $y ? 1 : 0"),
      binary("flteq\(n)", kind, .w32, "$x <= $y ? 1 : 0"),
    ]
    var select = Template("fselect\(n)")
    select.sources = [
      Source("c", .w32, at: 10), Source("x", bits, at: 12), Source("y", bits, at: 14),
    ]
    select.result = Result(kind: bits, at: 8, value: "$c != 0 ? $x : $y")
    rows.append(select)
  }
  return rows
}

private func constants() -> [Template] {
  var single = Template("fconst32")
  single.lets = ["let $e = unsigned32($p, 12)"]
  single.result = Result(kind: .b32, at: 8, value: "$e")
  var double = Template("fconst64")
  double.words = 2
  double.lets = ["let $e = word($p, 16)"]
  double.result = Result(kind: .b64, at: 8, value: "$e")
  return [single, double]
}

private func conversions() -> [Template] {
  // From the accumulator it would be `xmov` from there.
  var bitcast = unary("bitcast_float_from_int_64", .w64, .b64, "$x")
  bitcast.hasVariants = false
  var rows = [
    unary("bitcast_int_from_float_32", .b32, .w32, "$x"),
    unary("bitcast_int_from_float_64", .b64, .w64, "$x"),
    unary("bitcast_float_from_int_32", .w32, .b32, "$x"),
    bitcast,
    unary("f32_from_f64", .f64, .f32, "Float($x)"),
    unary("f64_from_f32", .f32, .f64, "Double($x)"),
  ]
  for (float, type, f) in [(Kind.f32, "Float", "f32"), (.f64, "Double", "f64")] {
    for (integer, n) in [(Kind.w32, "32"), (.w64, "64")] {
      rows += [
        unary("\(f)_from_x\(n)_s", integer, float, "\(type)(i\(n)($x))"),
        unary("\(f)_from_x\(n)_u", integer, float, "\(type)($x)"),
      ]
      for (sign, swift) in [("s", "Int"), ("u", "UInt")] {
        // The trapping form tells a NaN, which has no integer at all, from a number out of range.
        var trapping = unary(
          "x\(n)_from_\(f)_\(sign)", float, integer,
          sign == "s" ? "u\(n)(Int\(n)($x))" : "UInt\(n)($x)")
        trapping.guards = [
          ("$x == $x", "badConversion"),
          ("fits\(swift)\(n)($x)", "integerOverflow"),
        ]
        let saturated = "saturated\(swift)\(n)($x)"
        rows += [
          trapping,
          unary("x\(n)_from_\(f)_\(sign)_sat", float, integer, saturated),
        ]
      }
    }
  }
  return rows
}

let floatRows = arithmetic() + constants() + conversions()
