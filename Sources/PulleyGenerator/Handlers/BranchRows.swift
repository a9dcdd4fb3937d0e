// Conditional branches. An immediate that fits takes 16 bits beside its register, else 32.

private let comparisons: [(name: String, signed: Bool, symbol: String)] = [
  ("xeq", false, "=="), ("xneq", false, "!="),
  ("xslt", true, "<"), ("xslteq", true, "<="), ("xsgt", true, ">"), ("xsgteq", true, ">="),
  ("xult", false, "<"), ("xulteq", false, "<="), ("xugt", false, ">"), ("xugteq", false, ">="),
]

let branchRows: [Template] =
  tests() + [(RegisterView.w32, "32"), (.w64, "64")].flatMap(comparisonBranches)

private func branch(_ name: String, _ operands: [CellOperand], _ condition: String) -> Template {
  var row = Template(name, operands + [.target])
  row.branchCondition = condition
  return row
}

private func tests() -> [Template] {
  [
    branch("br_if32", [.source("x", .w32)], "$x != 0"),
    branch("br_if_not32", [.source("x", .w32)], "$x == 0"),
  ]
}

private func comparisonBranches(_ view: RegisterView, _ n: String) -> [Template] {
  comparisons.flatMap { name, signed, symbol in
    let cast = signed ? "i\(n)" : ""
    var rows: [Template] = []
    // Greater is less with swapped operands, which an immediate cannot be.
    if !symbol.hasPrefix(">") {
      rows.append(
        branch(
          "br_if_\(name)\(n)", [.source("x", view), .source("y", view)],
          "\(cast)($x) \(symbol) \(cast)($y)"))
    }
    // Immediates of the unsigned comparisons are unsigned, all others are signed.
    let sign = name.hasPrefix("xu") ? "u" : "i"
    let read = sign == "u" ? "unsigned" : "signed"
    for (suffix, bytes, width) in [("i", 2, "16as"), ("w", 4, "")] {
      var row = branch(
        "br_if_\(name)\(n)_\(suffix)",
        [.source("x", view), .immediate("immediate", bytes: bytes)],
        "\(cast)($x) \(symbol) \(cast)($e)")
      row.lets = ["let $e = \(read)\(width)\(n)($p, @immediate)"]
      row.executes = ["8", "32"].map { "br_if_\(name)\(n)_\(sign)\($0)" }
      if suffix == "i" { row.condition = sign == "u" ? .isShortUnsigned : .isShortSigned }
      rows.append(row)
    }
    return rows
  }
}
