// Floating point. Moves, negation and magnitude change no bit of a NaN but its sign, also if it is a
// signalling one.

private func unary(
  _ name: String, _ from: RegisterView, _ to: RegisterView, _ value: String
) -> Template {
  Template(name, [.result(to), .source("x", from)], value: value)
}

private func binary(
  _ name: String, _ from: RegisterView, _ to: RegisterView, _ value: String
) -> Template {
  Template(name, [.result(to), .source("x", from), .source("y", from)], value: value)
}

private func arithmetic() -> [Template] {
  var rows: [Template] = []
  for (kind, bits, n) in [(RegisterView.f32, RegisterView.b32, "32"), (.f64, .b64, "64")] {
    let moved = n == "32" ? RegisterView.zeroExtendedF32 : kind
    let sign = n == "32" ? "0x8000_0000" : "0x8000_0000_0000_0000"
    rows += [
      binary("fadd\(n)", kind, kind, "$x + $y"),
      binary("fsub\(n)", kind, kind, "$x - $y"),
      binary("fmul\(n)", kind, kind, "$x * $y"),
      binary("fdiv\(n)", kind, kind, "$x / $y"),
      binary("fmaximum\(n)", kind, kind, "maximum($x, $y)"),
      binary("fminimum\(n)", kind, kind, "minimum($x, $y)"),
      binary("fcopysign\(n)", bits, bits, "($x & ~\(sign)) | ($y & \(sign))"),
      unary("fneg\(n)", kind, moved, "-$x"),
      unary("fabs\(n)", kind, moved, "$x.magnitude"),
      unary("fsqrt\(n)", kind, kind, native("square_root", kind, "$x")),
      unary("ftrunc\(n)", kind, kind, "truncated($x)"),
      unary("ffloor\(n)", kind, kind, "floored($x)"),
      unary("fceil\(n)", kind, kind, "ceiled($x)"),
      unary("fnearest\(n)", kind, kind, "nearest($x)"),
      binary("feq\(n)", kind, .w32, "$x == $y ? 1 : 0"),
      binary("fneq\(n)", kind, .w32, "$x != $y ? 1 : 0"),
      binary("flt\(n)", kind, .w32, "$x < $y ? 1 : 0"),
      binary("flteq\(n)", kind, .w32, "$x <= $y ? 1 : 0"),
    ]
    var move = unary("fmov\(n)", kind, moved, "$x")
    move.executes = n == "32" ? ["fextractv32x4"] : ["fmov", "fextractv64x2"]
    // A lane is rarely read directly after the vector was computed.
    move.hasVariants = n == "64"
    // It loads only the number that it chooses.
    var select = Template(
      "fselect\(n)",
      [.result(moved), .source("c", .w32), .register("if_nonzero"), .register("if_zero")],
      value: kind.read("$e"))
    select.lets = ["let $e = $c != 0 ? field($p, @if_nonzero) : field($p, @if_zero)"]
    rows += [move, select]
  }
  return rows
}

private func constants() -> [Template] {
  var single = Template(
    "fconst32", [.result(.zeroExtendedF32), .immediate("bits", bytes: 4)], value: "$e")
  single.lets = ["let $e = Float(bitPattern: unsigned32($p, @bits))"]
  var double = Template("fconst64", [.result(.f64), .immediate("bits", bytes: 8)], value: "$e")
  double.lets = ["let $e = Double(bitPattern: word($p, @bits))"]
  return [single, double]
}

private func conversions() -> [Template] {
  var rows = [
    unary("bitcast_int_from_float_32", .b32, .w32, "$x"),
    unary("bitcast_int_from_float_64", .b64, .w64, "$x"),
    unary("bitcast_float_from_int_32", .w32, .b32, "$x"),
    unary("bitcast_float_from_int_64", .w64, .b64, "$x"),
    unary("f32_from_f64", .f64, .f32, "Float($x)"),
    unary("f64_from_f32", .f32, .f64, "Double($x)"),
  ]
  for (float, type, f) in [(RegisterView.f32, "Float", "f32"), (.f64, "Double", "f64")] {
    for (integer, n) in [(RegisterView.w32, "32"), (.w64, "64")] {
      rows += [
        unary("\(f)_from_x\(n)_s", integer, float, "\(type)(i\(n)($x))"),
        unary("\(f)_from_x\(n)_u", integer, float, "\(type)($x)"),
      ]
      for (sign, swift) in [("s", "Int"), ("u", "UInt")] {
        // A NaN and a number out of range are different traps.
        var trapping = unary(
          "x\(n)_from_\(f)_\(sign)", float, integer,
          sign == "s" ? "u\(n)(Int\(n)($x))" : "UInt\(n)($x)")
        trapping.guards = [
          .init(condition: "$x == $x", trap: .badConversion),
          .init(condition: "fits\(swift)\(n)($x)", trap: .integerOverflow),
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
