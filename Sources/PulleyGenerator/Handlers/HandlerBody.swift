/// A handler's statements under construction.
private struct HandlerBody {
  private(set) var lines: [String] = []
  private var accumulator = "a"
  /// The last float or vector result, if there is one.
  private var kept: (value: String, type: String)?
  private var scratch = "s"
  private var memory = ("m", "l")
  /// Where the operands of the template begin, relative to those of the first one.
  private var offset = 0
  private var isFinished = false

  private func cell(_ extra: Int = 0) -> String {
    offset + extra == 0 ? "p" : "p + \(offset + extra)"
  }

  private func expand(_ text: String, _ index: Int, _ template: Template) -> String {
    var text = text
    // Longer names first: one may begin with another.
    for name in template.cell.operands.map(\.name).sorted(by: { $0.count > $1.count }) {
      text = text.replacing("@\(name)", with: "\(template.cell.place(name))")
    }
    for name in template.sources.map(\.name) + ["z", "e", "t", "u", "f", "d"] {
      text = text.replacing("$\(name)", with: "\(name)\(index)")
    }
    text = text.replacing("$after", with: "(\(cell(template.cell.size)))")
    text = text.replacing("$p", with: offset == 0 ? "p" : "(\(cell()))")
    return text.replacing("$m", with: template.setsMemory ? "m\(index)" : memory.0)
      .replacing("$l", with: template.setsMemory ? "l\(index)" : memory.1)
  }

  mutating func append(_ template: Template, _ index: Int) {
    for source in template.sources { appendRead(source, of: template, index) }
    for line in template.lets { lines.append(expand(line, index, template)) }
    let trapCell = template.trapCell.map { expand($0, index, template) } ?? cell()
    for check in template.guards {
      let otherwise =
        check.otherwise.map { "\($0)(\(trapCell), r, a, s, m, l, v)" }
        ?? "trap(\(trapCell), r, .\(check.trap.trapKind), m, l)"
      lines.append(
        "guard \(expand(check.condition, index, template)) else { return \(otherwise) }")
    }
    if let view = template.result?.resultView, let value = template.value {
      let place = offset + template.cell.place("result")
      lines.append("let z\(index): \(view.swiftType) = \(expand(value, index, template))")
      lines.append("\(view.put)(r, field(p, \(place)), z\(index))")
      if view == .w32 { accumulator = "UInt64(z\(index))" }
      if view == .w64 { accumulator = "z\(index)" }
      if view.isFloat { kept = ("z\(index)", view.swiftType) }
    }
    for line in template.effects { lines.append(expand(line, index, template)) }
    if let text = template.scratch { scratch = expand(text, index, template) }
    if template.setsMemory { memory = ("m\(index)", "l\(index)") }
    if let condition = template.branchCondition {
      let target = "\(cell()) + offset(p, \(offset + template.cell.place("target")))"
      lines.append(
        "if \(expand(condition, index, template)) { return \(next(target, "nextTaken")) }")
    }
    if let ending = template.ending {
      let text = expand(ending, index, template).replacing("$a", with: accumulator)
      lines.append(
        "return \(text.replacing("$s", with: scratch).replacing("$v", with: floatAccumulator))")
      isFinished = true
    }
    offset += 8 * template.cell.words
  }

  private mutating func appendRead(_ source: CellOperand, of template: Template, _ index: Int) {
    guard let view = source.sourceView else { return }
    let value =
      if !template.accumulated.contains(source.name) {
        view.read("field(p, \(offset + template.cell.place(source.name)))")
      } else if !view.isFloat {
        view == .w64 ? accumulator : "UInt32(truncatingIfNeeded: \(accumulator))"
      } else if let kept, kept.type == view.swiftType {
        kept.value
      } else {
        view.readKept(floatAccumulator)
      }
    lines.append("let \(source.name)\(index) = \(value)")
  }

  /// What the handler passes on as float accumulator.
  private var floatAccumulator: String { kept.map { "keep(\($0.value))" } ?? "v" }

  private func next(_ target: String, _ how: String = "next") -> String {
    "\(how)(\(target), r, \(accumulator), \(scratch), \(memory.0), \(memory.1), \(floatAccumulator))"
  }

  mutating func finish() {
    if isFinished { return }
    lines.append("return \(next(cell(8)))")
  }
}

/// The statements of the handler that runs `templates` in one dispatch.
func statements(_ templates: [Template]) -> [String] {
  var body = HandlerBody()
  for (index, template) in templates.enumerated() { body.append(template, index) }
  body.finish()
  return body.lines
}

/// A handler's text.
func handler(_ name: String, _ statements: [String]) -> String {
  """
  @c(pulley_h_\(name)) @inline(__always)
  func h_\(name)(\(handlerParameters)) -> Int {
  \(statements.map { "  \($0)" }.joined(separator: "\n"))
  }

  """
}

private let handlerParameters =
  "_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, "
  + "_ v: FloatAccumulator"
