// Vectors of floating-point numbers. Operations that must not change a NaN work on bits.

private func arithmetic() -> [Template] {
  var rows: [Template] = []
  for (shape, kind, bits, mask, sign) in [
    ("f32x4", RegisterView.f32x4, RegisterView.u32x4, RegisterView.i32x4, "0x8000_0000"),
    ("f64x2", .f64x2, .u64x2, .i64x2, "0x8000_0000_0000_0000"),
  ] {
    let signs = "\(bits.swiftType)(repeating: \(sign))"
    let lanes = shape.dropFirst()
    rows += [
      vectorBinary("vadd\(shape)", kind, "$x + $y"),
      vectorBinary("vsub\(shape)", kind, "$x - $y"),
      vectorBinary("vmul\(shape)", kind, "$x * $y"),
      vectorBinary("vdiv\(shape)", kind, "$x / $y"),
      vectorBinary("vmaximum\(shape)", kind, native("maximum", kind)),
      vectorBinary("vminimum\(shape)", kind, native("minimum", kind)),
      vectorUnary("vneg\(shape)", bits, "$x ^ \(signs)"),
      vectorUnary("vabs\(shape)", bits, "$x & ~\(signs)"),
      vectorUnary("vsqrt\(lanes)", kind, native("square_root", kind, "$x")),
      vectorUnary("vtrunc\(lanes)", kind, native("truncate", kind, "$x")),
      vectorUnary("vfloor\(lanes)", kind, native("floor", kind, "$x")),
      vectorUnary("vceil\(lanes)", kind, native("ceiling", kind, "$x")),
      vectorUnary("vnearest\(lanes)", kind, native("nearest", kind, "$x")),
      vectorBinary("veq\(shape)", kind, "lanes($x .== $y)", to: mask),
      vectorBinary("vneq\(shape)", kind, "lanes($x .!= $y)", to: mask),
      vectorBinary("vlt\(shape)", kind, "lanes($x .< $y)", to: mask),
      vectorBinary("vlteq\(shape)", kind, "lanes($x .<= $y)", to: mask),
    ]
    rows.append(
      Template(
        "vfma\(lanes)",
        [.result(kind), .source("x", kind), .source("y", kind), .source("w", kind)],
        value: native("multiply_add", kind, "$x, $y, $w")))
  }
  return rows
}

private func conversions() -> [Template] {
  var rows = [
    vectorUnary("vfpromotelow", .f32x4, "pulley_promote_low($x)", to: .f64x2),
    vectorUnary("vfdemote", .f64x2, "pulley_demote($x)", to: .f32x4),
  ]
  for (float, s, u, shape) in [
    (RegisterView.f32x4, RegisterView.i32x4, RegisterView.u32x4, "i32x4"),
    (.f64x2, .i64x2, .u64x2, "i64x2"),
  ] {
    for (sign, integer) in [("s", s), ("u", u)] {
      rows += [
        vectorUnary(
          "v\(float)_from_\(shape)_\(sign)", integer, "pulley_\(float)_from_\(integer)($x)",
          to: float),
        vectorUnary(
          "v\(shape)_from_\(float)_\(sign)", float, "pulley_\(integer)_from_\(float)($x)",
          to: integer),
      ]
    }
  }
  return rows
}

let vectorFloatRows = (arithmetic() + conversions()).withoutNeedlessVariants()
