// Integer arithmetic. `x` and `y` are the sources, unsigned; `i32` and `i64` reinterpret them.

private func binary(
  _ name: String, _ view: RegisterView, _ value: String, result: RegisterView? = nil,
  y: RegisterView? = nil
) -> Template {
  Template(
    name, [.result(result ?? view), .source("x", view), .source("y", y ?? view)], value: value)
}

/// With a 32-bit immediate, read as `read` says, in place of `y`. `suffixes` are those of the
/// instructions, which differ in how they encode the immediate.
private func immediate(
  _ name: String, _ view: RegisterView, _ value: String, _ read: String, _ suffixes: [String]
) -> Template {
  var template = Template(
    "\(name)_i", [.result(view), .source("x", view), .immediate("immediate", bytes: 4)],
    value: value.replacing("$y", with: "$e"))
  template.lets = ["let $e = \(read)($p, @immediate)"]
  template.executes = suffixes.map { "\(name)_\($0)" }
  return template
}

private func unary(
  _ name: String, _ view: RegisterView, _ value: String, result: RegisterView? = nil
) -> Template {
  Template(name, [.result(result ?? view), .source("x", view)], value: value)
}

private func constants() -> [Template] {
  let zero = Template("xzero", [.result(.w64)], value: "0")
  var small = Template("xconst", [.result(.w64), .immediate("value", bytes: 4)], value: "$e")
  small.lets = ["let $e = signed64($p, @value)"]
  small.executes = ["xconst8", "xconst16", "xconst32"]
  var large = Template("xconst64", [.result(.w64), .immediate("value", bytes: 8)], value: "$e")
  large.lets = ["let $e = word($p, @value)"]
  var move = unary("xmov", .w64, "$x")
  move.executes = ["xmov", "xextractv64x2"]
  return [zero, small, large, move]
}

private func arithmetic() -> [Template] {
  var rows: [Template] = []
  for (view, n) in [(RegisterView.w32, "32"), (.w64, "64")] {
    rows += [
      binary("xadd\(n)", view, "$x &+ $y"),
      binary("xsub\(n)", view, "$x &- $y"),
      binary("xmul\(n)", view, "$x &* $y"),
      binary("xband\(n)", view, "$x & $y"),
      binary("xbor\(n)", view, "$x | $y"),
      binary("xbxor\(n)", view, "$x ^ $y"),
      binary("xmin\(n)_u", view, "min($x, $y)"),
      binary("xmax\(n)_u", view, "max($x, $y)"),
      binary("xmin\(n)_s", view, "u\(n)(min(i\(n)($x), i\(n)($y)))"),
      binary("xmax\(n)_s", view, "u\(n)(max(i\(n)($x), i\(n)($y)))"),
      immediate("xadd\(n)", view, "$x &+ $y", "unsigned\(n)", ["u8", "u32"]),
      immediate("xsub\(n)", view, "$x &- $y", "unsigned\(n)", ["u8", "u32"]),
      immediate("xmul\(n)", view, "$x &* $y", "signed\(n)", ["s8", "s32"]),
      immediate("xband\(n)", view, "$x & $y", "signed\(n)", ["s8", "s32"]),
      immediate("xbor\(n)", view, "$x | $y", "signed\(n)", ["s8", "s32"]),
      immediate("xbxor\(n)", view, "$x ^ $y", "signed\(n)", ["s8", "s32"]),
      unary("xneg\(n)", view, "0 &- $x"),
      unary("xbnot\(n)", view, "~$x"),
      unary("xabs\(n)", view, "i\(n)($x) < 0 ? 0 &- $x : $x"),
      unary("bswap\(n)", view, "$x.byteSwapped"),
      unary("xbmask\(n)", view, "$x == 0 ? 0 : ~0"),
      unary("xctz\(n)", view, "UInt\(n)(truncatingIfNeeded: $x.trailingZeroBitCount)"),
      unary("xclz\(n)", view, "UInt\(n)(truncatingIfNeeded: $x.leadingZeroBitCount)"),
      unary("xpopcnt\(n)", view, "UInt\(n)(truncatingIfNeeded: $x.nonzeroBitCount)"),
    ]
    var overflow = binary("xadd\(n)_uoverflow_trap", view, "$t.partialValue")
    overflow.lets = ["let $t = $x.addingReportingOverflow($y)"]
    overflow.guards = [.init(condition: "!$t.overflow", trap: .integerOverflow)]
    let madd = Template(
      "xmadd\(n)", [.result(view), .source("x", view), .source("y", view), .source("w", view)],
      value: "$x &* $y &+ $w")
    rows += [overflow, madd]
  }
  return rows
}

/// Operations with results of 128 bits.
private func doubleWidth() -> [Template] {
  var rows: [Template] = []
  for sign in ["s", "u"] {
    let to = sign == "s" ? "i64" : ""
    var wide = Template(
      "xwidemul64_\(sign)",
      [.register("low"), .register("high"), .source("x", .w64), .source("y", .w64)])
    wide.lets = ["let $t = \(to)($x).multipliedFullWidth(by: \(to)($y))"]
    wide.effects = [
      "put64(r, field($p, @low), $t.low)",
      "put64(r, field($p, @high), UInt64(truncatingIfNeeded: $t.high))",
    ]
    let high = "UInt64(truncatingIfNeeded: \(to)($x).multipliedFullWidth(by: \(to)($y)).high)"
    rows += [wide, binary("xmulhi64_\(sign)", .w64, high)]
  }
  for (name, op) in [("add", "add"), ("sub", "subtract")] {
    var wide = Template(
      "x\(name)128",
      [
        .register("low"), .register("high"), .source("x", .w64), .source("w", .w64),
        .source("y", .w64), .source("v", .w64),
      ])
    let symbol = name == "add" ? "&+" : "&-"
    wide.lets = ["let $t = $x.\(op)ingReportingOverflow($y)"]
    wide.effects = [
      "put64(r, field($p, @low), $t.partialValue)",
      "put64(r, field($p, @high), $w \(symbol) $v \(symbol) ($t.overflow ? 1 : 0))",
    ]
    rows.append(wide)
  }
  return rows
}

private func shifts() -> [Template] {
  var rows: [Template] = []
  for (view, n) in [(RegisterView.w32, "32"), (.w64, "64")] {
    let count = n == "32" ? "$y" : "UInt64($y)"
    for (name, value, hasImmediateForm) in [
      ("xshl\(n)", "$x &<< \(count)", true), ("xshr\(n)_u", "$x &>> \(count)", true),
      ("xshr\(n)_s", "u\(n)(i\(n)($x) &>> i\(n)(\(count)))", true),
      ("xrotl\(n)", "($x &<< \(count)) | ($x &>> (0 &- \(count)))", false),
      ("xrotr\(n)", "($x &>> \(count)) | ($x &<< (0 &- \(count)))", false),
    ] {
      var variable = binary(name, view, value, y: .w32)
      variable.scratch = "UInt64($y)"
      rows.append(variable)
      guard hasImmediateForm else { continue }
      var fixed = immediate(name, view, value, "unsigned32", ["u6"])
      fixed.scratch = "UInt64($e)"
      rows.append(fixed)
    }
  }
  return rows
}

private func comparisons() -> [Template] {
  var rows: [Template] = []
  for (view, n) in [(RegisterView.w32, "32"), (.w64, "64")] {
    rows += [
      binary("xeq\(n)", view, "$x == $y ? 1 : 0", result: .w32),
      binary("xneq\(n)", view, "$x != $y ? 1 : 0", result: .w32),
      binary("xslt\(n)", view, "i\(n)($x) < i\(n)($y) ? 1 : 0", result: .w32),
      binary("xslteq\(n)", view, "i\(n)($x) <= i\(n)($y) ? 1 : 0", result: .w32),
      binary("xult\(n)", view, "$x < $y ? 1 : 0", result: .w32),
      binary("xulteq\(n)", view, "$x <= $y ? 1 : 0", result: .w32),
    ]
    rows.append(
      Template(
        "xselect\(n)",
        [.result(view), .source("c", .w32), .source("x", view), .source("y", view)],
        value: "$c != 0 ? $x : $y"))
  }
  return rows
}

private func divisions() -> [Template] {
  var rows: [Template] = []
  for (view, n) in [(RegisterView.w32, "32"), (.w64, "64")] {
    for (name, value) in [
      ("xdiv\(n)_u", "$x / $y"), ("xrem\(n)_u", "$x % $y"),
      ("xdiv\(n)_s", "u\(n)(i\(n)($x) / i\(n)($y))"),
      ("xrem\(n)_s", "i\(n)($y) == -1 ? 0 : u\(n)(i\(n)($x) % i\(n)($y))"),
    ] {
      var row = binary(name, view, value)
      row.guards = [.init(condition: "$y != 0", trap: .divideByZero)]
      if name == "xdiv\(n)_s" {
        row.guards.append(
          .init(condition: "i\(n)($y) != -1 || i\(n)($x) != .min", trap: .integerOverflow))
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
  constants() + arithmetic() + doubleWidth() + shifts() + comparisons() + divisions() + extensions()
