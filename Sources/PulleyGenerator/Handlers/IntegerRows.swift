/// Integer arithmetic. `x` and `y` are the sources, unsigned; `i32` and `i64` reinterpret them.

private func binary(
  _ name: String, _ kind: Kind, _ value: String, commutes: Bool = false, result: Kind? = nil,
  y: Kind? = nil
) -> Template {
  var template = Template(name)
  template.sources = [Source("x", kind, at: 10), Source("y", y ?? kind, at: 12)]
  template.result = Result(kind: result ?? kind, at: 8, value: value)
  template.commutes = commutes
  return template
}

/// With a 32-bit immediate, read as `immediate` says, in place of `y`.
private func immediate(_ name: String, _ kind: Kind, _ value: String, _ immediate: String)
  -> Template
{
  var template = Template(name)
  template.sources = [Source("x", kind, at: 10)]
  let text = value.replacing("$y", with: "$e")
  template.lets = ["let $e = \(immediate)($p, 12)"]
  template.result = Result(kind: kind, at: 8, value: text)
  return template
}

private func unary(_ name: String, _ kind: Kind, _ value: String, result: Kind? = nil) -> Template {
  var template = Template(name)
  template.sources = [Source("x", kind, at: 10)]
  template.result = Result(kind: result ?? kind, at: 8, value: value)
  return template
}

private func constants() -> [Template] {
  var zero = Template("xzero")
  zero.result = Result(kind: .w64, at: 8, value: "0")
  var small = Template("xconst")
  small.lets = ["let $e = signed64($p, 12)"]
  small.result = Result(kind: .w64, at: 8, value: "$e")
  var large = Template("xconst64")
  large.words = 2
  large.lets = ["let $e = word($p, 16)"]
  large.result = Result(kind: .w64, at: 8, value: "$e")
  return [zero, small, large, unary("xmov", .w64, "$x")]
}

private func arithmetic() -> [Template] {
  var rows: [Template] = []
  for (kind, n) in [(Kind.w32, "32"), (.w64, "64")] {
    rows += [
      binary("xadd\(n)", kind, "$x &+ $y", commutes: true),
      binary("xsub\(n)", kind, "$x &- $y"),
      binary("xmul\(n)", kind, "$x &* $y", commutes: true),
      binary("xband\(n)", kind, "$x & $y", commutes: true),
      binary("xbor\(n)", kind, "$x | $y", commutes: true),
      binary("xbxor\(n)", kind, "$x ^ $y", commutes: true),
      binary("xmin\(n)_u", kind, "min($x, $y)", commutes: true),
      binary("xmax\(n)_u", kind, "max($x, $y)", commutes: true),
      binary("xmin\(n)_s", kind, "u\(n)(min(i\(n)($x), i\(n)($y)))", commutes: true),
      binary("xmax\(n)_s", kind, "u\(n)(max(i\(n)($x), i\(n)($y)))", commutes: true),
      immediate("xadd\(n)_i", kind, "$x &+ $y", "unsigned\(n)"),
      immediate("xsub\(n)_i", kind, "$x &- $y", "unsigned\(n)"),
      immediate("xmul\(n)_i", kind, "$x &* $y", "signed\(n)"),
      immediate("xband\(n)_i", kind, "$x & $y", "signed\(n)"),
      immediate("xbor\(n)_i", kind, "$x | $y", "signed\(n)"),
      immediate("xbxor\(n)_i", kind, "$x ^ $y", "signed\(n)"),
      unary("xneg\(n)", kind, "0 &- $x"),
      unary("xbnot\(n)", kind, "~$x"),
      unary("xabs\(n)", kind, "i\(n)($x) < 0 ? 0 &- $x : $x"),
      unary("bswap\(n)", kind, "$x.byteSwapped"),
      unary("xbmask\(n)", kind, "$x == 0 ? 0 : ~0"),
      unary("xctz\(n)", kind, "UInt\(n)(truncatingIfNeeded: $x.trailingZeroBitCount)"),
      unary("xclz\(n)", kind, "UInt\(n)(truncatingIfNeeded: $x.leadingZeroBitCount)"),
      unary("xpopcnt\(n)", kind, "UInt\(n)(truncatingIfNeeded: $x.nonzeroBitCount)"),
    ]
    var overflow = binary("xadd\(n)_uoverflow_trap", kind, "$t.partialValue", commutes: true)
    overflow.lets = ["let $t = $x.addingReportingOverflow($y)"]
    overflow.guards = [("!$t.overflow", "integerOverflow")]
    var madd = binary("xmadd\(n)", kind, "$x &* $y &+ $w", commutes: true)
    madd.sources.append(Source("w", kind, at: 14))
    rows += [overflow, madd]
  }
  for sign in ["s", "u"] {
    let to = sign == "s" ? "i64" : ""
    var wide = Template("xwidemul64_\(sign)")
    wide.sources = [Source("x", .w64, at: 12), Source("y", .w64, at: 14)]
    wide.lets = ["let $t = \(to)($x).multipliedFullWidth(by: \(to)($y))"]
    wide.effects = [
      "put64(r, field($p, 8), $t.low)",
      "put64(r, field($p, 10), UInt64(truncatingIfNeeded: $t.high))",
    ]
    let high = "UInt64(truncatingIfNeeded: \(to)($x).multipliedFullWidth(by: \(to)($y)).high)"
    rows += [wide, binary("xmulhi64_\(sign)", .w64, high, commutes: true)]
  }
  for (name, op) in [("add", "add"), ("sub", "subtract")] {
    var wide = Template("x\(name)128")
    wide.words = 2
    wide.sources = [
      Source("x", .w64, at: 12), Source("y", .w64, at: 16), Source("w", .w64, at: 14),
      Source("v", .w64, at: 18),
    ]
    let symbol = name == "add" ? "&+" : "&-"
    wide.lets = ["let $t = $x.\(op)ingReportingOverflow($y)"]
    wide.effects = [
      "put64(r, field($p, 8), $t.partialValue)",
      "put64(r, field($p, 10), $w \(symbol) $v \(symbol) ($t.overflow ? 1 : 0))",
    ]
    rows.append(wide)
  }
  return rows
}

private func shifts() -> [Template] {
  var rows: [Template] = []
  for (kind, n) in [(Kind.w32, "32"), (.w64, "64")] {
    let count = n == "32" ? "$y" : "UInt64($y)"
    for (name, value) in [
      ("xshl\(n)", "$x &<< \(count)"), ("xshr\(n)_u", "$x &>> \(count)"),
      ("xshr\(n)_s", "u\(n)(i\(n)($x) &>> i\(n)(\(count)))"),
      ("xrotl\(n)", "($x &<< \(count)) | ($x &>> (0 &- \(count)))"),
      ("xrotr\(n)", "($x &>> \(count)) | ($x &<< (0 &- \(count)))"),
    ] {
      var variable = binary(name, kind, value, y: .w32)
      variable.scratch = "UInt64($y)"
      rows.append(variable)
      guard name.hasPrefix("xsh") else { continue }
      var fixed = immediate("\(name)_i", kind, value, "unsigned32")
      fixed.scratch = "UInt64($e)"
      rows.append(fixed)
    }
  }
  return rows
}

private func comparisons() -> [Template] {
  var rows: [Template] = []
  for (kind, n) in [(Kind.w32, "32"), (.w64, "64")] {
    rows += [
      binary("xeq\(n)", kind, "$x == $y ? 1 : 0", commutes: true, result: .w32),
      binary("xneq\(n)", kind, "$x != $y ? 1 : 0", commutes: true, result: .w32),
      binary("xslt\(n)", kind, "i\(n)($x) < i\(n)($y) ? 1 : 0", result: .w32),
      binary("xslteq\(n)", kind, "i\(n)($x) <= i\(n)($y) ? 1 : 0", result: .w32),
      binary("xult\(n)", kind, "$x < $y ? 1 : 0", result: .w32),
      binary("xulteq\(n)", kind, "$x <= $y ? 1 : 0", result: .w32),
    ]
    var select = Template("xselect\(n)")
    select.sources = [
      Source("c", .w32, at: 10), Source("x", kind, at: 12), Source("y", kind, at: 14),
    ]
    select.result = Result(kind: kind, at: 8, value: "$c != 0 ? $x : $y")
    rows.append(select)
  }
  return rows
}

private func divisions() -> [Template] {
  var rows: [Template] = []
  for (kind, n) in [(Kind.w32, "32"), (.w64, "64")] {
    for (name, value) in [
      ("xdiv\(n)_u", "$x / $y"), ("xrem\(n)_u", "$x % $y"),
      ("xdiv\(n)_s", "u\(n)(i\(n)($x) / i\(n)($y))"),
      ("xrem\(n)_s", "i\(n)($y) == -1 ? 0 : u\(n)(i\(n)($x) % i\(n)($y))"),
    ] {
      var row = binary(name, kind, value)
      row.guards = [("$y != 0", "divideByZero")]
      if name == "xdiv\(n)_s" {
        row.guards.append(("i\(n)($y) != -1 || i\(n)($x) != .min", "integerOverflow"))
      }
      rows.append(row)
    }
  }
  return rows
}

private func extensions() -> [Template] {
  var rows: [Template] = []
  for n in ["8", "16", "32"] {
    rows += [
      unary("zext\(n)", .w32, "UInt64(UInt\(n)(truncatingIfNeeded: $x))", result: .w64),
      unary("sext\(n)", .w32, "u64(Int64(Int\(n)(truncatingIfNeeded: $x)))", result: .w64),
    ]
  }
  return rows
}

let integerRows =
  constants() + arithmetic() + shifts() + comparisons() + divisions() + extensions()
