/// Conditional branches: the registers at 8 and 10, the target, relative to the cell, at 12. An
/// immediate takes 16 bits at 10 where it fits, else 32 at 12 with the target behind it at 16.

private let comparisons: [(name: String, signed: Bool, symbol: String)] = [
  ("xeq", false, "=="), ("xneq", false, "!="),
  ("xslt", true, "<"), ("xslteq", true, "<="), ("xsgt", true, ">"), ("xsgteq", true, ">="),
  ("xult", false, "<"), ("xulteq", false, "<="), ("xugt", false, ">"), ("xugteq", false, ">="),
]

let branchRows: [Template] = {
  var rows: [Template] = []
  for (name, condition) in [("br_if32", "$x != 0"), ("br_if_not32", "$x == 0")] {
    var row = Template(name)
    row.sources = [Source("x", .w32, at: 8)]
    row.branch = (condition, 12)
    rows.append(row)
  }
  for (kind, n) in [(Kind.w32, "32"), (.w64, "64")] {
    for (name, signed, symbol) in comparisons {
      let cast = signed ? "i\(n)" : ""
      let condition = "\(cast)($x) \(symbol) \(cast)($y)"
      if !name.contains("gt") {
        var row = Template("br_if_\(name)\(n)")
        row.sources = [Source("x", kind, at: 8), Source("y", kind, at: 10)]
        row.commutes = symbol == "==" || symbol == "!="
        row.branch = (condition, 12)
        rows.append(row)
      }
      // Immediates of the unsigned comparisons are unsigned, all others are signed.
      let unsigned = name.hasPrefix("xu")
      for (suffix, target) in [("i", 12), ("w", 16)] {
        var row = Template("br_if_\(name)\(n)_\(suffix)")
        row.words = suffix == "i" ? 1 : 2
        row.sources = [Source("x", kind, at: 8)]
        let read = "\(unsigned ? "unsigned" : "signed")\(suffix == "i" ? "16as" : "")\(n)"
        row.lets = ["let $e = \(read)($p, \(suffix == "i" ? 10 : 12))"]
        row.branch = ("\(cast)($x) \(symbol) \(cast)($e)", target)
        rows.append(row)
      }
    }
  }
  return rows
}()
