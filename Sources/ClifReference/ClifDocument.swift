import PulleyGenerator
import PulleyIR

/// `docs/clif.md`: the dialect of CLIF that is accepted, operation by operation.
public enum ClifDocument {
  public static func file() -> GeneratedFile {
    GeneratedFile(path: "docs/clif.md", content: content())
  }

  private static func content() -> String {
    var probe = Probe()
    var text = ClifIntroduction.text
    text += "\n## Operations\n\n" + ClifIntroduction.operations
    for group in OperationGroup.allCases {
      text += "\n### \(group.title)\n\n"
      let operations = PulleyIR.Operation.allCases.filter { $0.group == group }
      var index = 0
      while index < operations.count {
        let meaning = operations[index].meaning
        let alike = operations[index...].prefix { $0.meaning == meaning }
        text += entry(alike.map { heading($0, probe.outcome(of: $0)) }, meaning)
        index += alike.count
      }
    }
    return text
  }

  private static func heading(_ operation: PulleyIR.Operation, _ outcome: Probe.Outcome) -> String {
    if operation.needsInstance { return "`\(operation.syntax)` — only in WebAssembly" }
    return switch outcome {
    case .compiled(let types) where types.isEmpty: "`\(operation.syntax)`"
    case .compiled(let types):
      "`\(operation.syntax)` (\(operation.isTypeOptional ? "" : "T is written: ")\(list(types)))"
    case .refused: "`\(operation.syntax)` — refused"
    }
  }

  /// Operations that do the same, and what that is.
  private static func entry(_ headings: [String], _ meaning: String) -> String {
    wrapped("* " + (headings + [meaning]).joined(separator: "  \n  ") + "\n")
  }

  /// Types, those that come together often by a name for all.
  private static func list(_ types: [PulleyIR.`Type`]) -> String {
    var rest = types
    var parts: [String] = []
    for (set, name) in sets where set.allSatisfy(rest.contains) {
      parts.append(name)
      rest.removeAll(where: set.contains)
    }
    parts += rest.map(\.description)
    return parts.joined(separator: ", ")
  }

  private static let sets: [([PulleyIR.`Type`], String)] = [
    (
      [.i8, .i16, .i32, .i64, .i128, .f32, .f64, .i8x16, .i16x8, .i32x4, .i64x2, .f32x4, .f64x2],
      "all"
    ),
    ([.i8, .i16, .i32, .i64, .i128], "i8 to i128"),
    ([.i8, .i16, .i32, .i64], "i8 to i64"),
    ([.i16, .i32, .i64, .i128], "i16 to i128"),
    ([.i8x16, .i16x8, .i32x4, .i64x2, .f32x4, .f64x2], "vectors"),
    ([.i8x16, .i16x8, .i32x4, .i64x2], "vectors of integers"),
    ([.f32, .f64, .f32x4, .f64x2], "floats and vectors of them"),
    ([.f32, .f64], "f32, f64"),
  ]

  /// Lines of at most 100 columns; those that follow belong to the same item.
  private static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var current = String(line.prefix { $0 == " " })
      for word in line.drop(while: { $0 == " " }).split(
        separator: " ", omittingEmptySubsequences: false)
      {
        if current.count + word.count + 1 > 100, !current.allSatisfy({ $0 == " " }) {
          lines.append(current)
          current = "  " + word
        } else {
          current += (current.allSatisfy { $0 == " " } ? "" : " ") + word
        }
      }
      lines.append(current)
    }
    return lines.joined(separator: "\n")
  }
}
