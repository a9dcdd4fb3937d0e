// Conditional branches. An immediate that fits takes 16 bits beside its register, else 32.

/// A comparison that a branch depends on.
private struct Comparison {
  var name: String
  var symbol: String
  /// Whether the operands are compared as signed numbers.
  var isSigned = false
  /// Whether immediates are zero-extended.
  var hasUnsignedImmediate = false
  /// Greater is less with swapped operands, so that only an immediate needs an instruction for it.
  var comparesRegisters = true
}

private let comparisons = [
  Comparison(name: "xeq", symbol: "=="),
  Comparison(name: "xneq", symbol: "!="),
  Comparison(name: "xslt", symbol: "<", isSigned: true),
  Comparison(name: "xslteq", symbol: "<=", isSigned: true),
  Comparison(name: "xsgt", symbol: ">", isSigned: true, comparesRegisters: false),
  Comparison(name: "xsgteq", symbol: ">=", isSigned: true, comparesRegisters: false),
  Comparison(name: "xult", symbol: "<", hasUnsignedImmediate: true),
  Comparison(name: "xulteq", symbol: "<=", hasUnsignedImmediate: true),
  Comparison(name: "xugt", symbol: ">", hasUnsignedImmediate: true, comparesRegisters: false),
  Comparison(name: "xugteq", symbol: ">=", hasUnsignedImmediate: true, comparesRegisters: false),
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
  comparisons.flatMap { comparison in
    let cast = comparison.isSigned ? "i\(n)" : ""
    let name = "br_if_\(comparison.name)\(n)"
    let (sign, read) = comparison.hasUnsignedImmediate ? ("u", "unsigned") : ("i", "signed")
    var rows: [Template] = []
    if comparison.comparesRegisters {
      rows.append(
        branch(
          name, [.source("x", view), .source("y", view)],
          "\(cast)($x) \(comparison.symbol) \(cast)($y)"))
    }
    for (suffix, bytes, width) in [("i", 2, "16as"), ("w", 4, "")] {
      var row = branch(
        "\(name)_\(suffix)", [.source("x", view), .immediate("immediate", bytes: bytes)],
        "\(cast)($x) \(comparison.symbol) \(cast)($e)")
      row.lets = ["let $e = \(read)\(width)\(n)($p, @immediate)"]
      row.executes = ["8", "32"].map { "\(name)_\(sign)\($0)" }
      if bytes == 2 {
        row.condition = comparison.hasUnsignedImmediate ? .isShortUnsigned : .isShortSigned
      }
      rows.append(row)
    }
    return rows
  }
}
