/// How a handler sees a register operand.
enum Kind: Sendable {
  /// The low half or the whole of an x register.
  case w32, w64
  /// A float register as bits, for what must not touch a NaN.
  case b32, b64
  /// A float register as a number.
  case f32, f64
  /// A vector register as lanes, signed, unsigned or numbers.
  case i8x16, u8x16, i16x8, u16x8, i32x4, u32x4, i64x2, u64x2, f32x4, f64x2

  var swiftType: String {
    switch self {
    case .w32, .b32: "UInt32"
    case .w64, .b64: "UInt64"
    case .f32: "Float"
    case .f64: "Double"
    case .i8x16: "SIMD16<Int8>"
    case .u8x16: "SIMD16<UInt8>"
    case .i16x8: "SIMD8<Int16>"
    case .u16x8: "SIMD8<UInt16>"
    case .i32x4: "SIMD4<Int32>"
    case .u32x4: "SIMD4<UInt32>"
    case .i64x2: "SIMD2<Int64>"
    case .u64x2: "SIMD2<UInt64>"
    case .f32x4: "SIMD4<Float>"
    case .f64x2: "SIMD2<Double>"
    }
  }

  /// The suffix of the functions in Access.swift that read and write it.
  var access: String {
    switch self {
    case .w32, .b32: "32"
    case .w64, .b64: "64"
    case .f32: "F32"
    case .f64: "F64"
    default: "V"
    }
  }

  /// The expression that reads it from the register at `place`.
  func read(_ place: String) -> String {
    access == "V" ? "getV(r, \(place), as: \(swiftType).self)" : "get\(access)(r, \(place))"
  }

  /// The register's width in bits if it is an x register, else 0. Only those go through the
  /// accumulator.
  var accumulatorWidth: Int {
    switch self {
    case .w32: 32
    case .w64: 64
    default: 0
    }
  }
}

/// A register operand that is read: `$name` in the template's texts, at byte `at` of its cell.
struct Source: Sendable {
  var name: String
  var kind: Kind
  var at: Int

  init(_ name: String, _ kind: Kind, at: Int) {
    self.name = name
    self.kind = kind
    self.at = at
  }
}

/// A register operand that is written: with what, and where the operand stands in the cell.
struct Result: Sendable {
  var kind: Kind
  var at: Int
  var value: String
}

/// What one instruction does, as text with placeholders: `$x` a source, `$p` the address of the
/// cell, `$z` the result.
///
/// Handlers are made from templates: one alone, one reading an operand from the accumulator, or
/// several in a row sharing one dispatch. A cell's operands begin at byte 8; when templates are
/// joined, each sees a cell that begins where the previous one's operands do, so that offsets
/// and trap positions need no adjustment.
struct Template: Sendable {
  var name: String
  /// Operand words behind the handler word.
  var words = 1
  var sources: [Source] = []
  /// Traps of the kind named unless the condition holds.
  var guards: [(condition: String, kind: String)] = []
  /// The cell that a failed guard blames, if not this one.
  var trapCell: String?
  /// Statements before the result is computed.
  var lets: [String] = []
  var result: Result?
  /// Statements after it.
  var effects: [String] = []
  /// Branches to the offset at byte `targetAt` if the condition holds.
  var branch: (condition: String, targetAt: Int)?
  /// Where it goes on, if not behind the cell: an expression, in which `$a`, `$s`, `$m` and `$l`
  /// stand for what handlers pass on and `$after` for the address behind the cell.
  var ending: String?
  /// Whether the first two sources may change places.
  var commutes = false
  /// What to pass on in the scratch register instead of what came in. A shift names its count,
  /// which stands in that register already.
  var scratch: String?
  /// Whether the memory base and length are computed anew, as `$m` and `$l`.
  var setsMemory = false
  /// Whether variants that read the accumulator are worth their space.
  var hasVariants = true
  /// The source that the accumulator provides, if any.
  var accumulated: String?
  /// The source that is the result of the template before this one in a joined handler, if any.
  var forwarded: String?

  init(_ name: String) { self.name = name }

  /// The same, with `source` read from the accumulator.
  func reading(_ source: Source) -> Template {
    var variant = self
    variant.name = "\(name)_\(source.name)"
    variant.accumulated = source.name
    return variant
  }

  /// The same, with the source of this name not read but taken from the template before it.
  func taking(_ source: String) -> Template {
    var variant = self
    variant.forwarded = source
    return variant
  }

  /// The variants that read an operand from the accumulator. A commuting operation needs one.
  var accumulatorVariants: [(source: Source, template: Template)] {
    guard hasVariants else { return [] }
    return sources.filter { $0.kind.accumulatorWidth > 0 && !(commutes && $0.name == "y") }
      .map { ($0, reading($0)) }
  }
}

/// A handler's text under construction.
struct Body {
  private(set) var lines: [String] = []
  private var accumulator = "a"
  private var scratch = "s"
  private var memory = ("m", "l")
  private var offset = 0
  private var resultKind: Kind?
  private var isFinished = false

  private func cell(_ extra: Int = 0) -> String {
    offset + extra == 0 ? "p" : "p + \(offset + extra)"
  }

  private func expand(_ text: String, _ index: Int, _ template: Template) -> String {
    var text = text
    for name in template.sources.map(\.name) + ["z", "e", "t", "u", "f", "d"] {
      text = text.replacing("$\(name)", with: "\(name)\(index)")
    }
    text = text.replacing("$after", with: "(\(cell(8 * template.words + 8)))")
    text = text.replacing("$p", with: offset == 0 ? "p" : "(\(cell()))")
    return text.replacing("$m", with: template.setsMemory ? "m\(index)" : memory.0)
      .replacing("$l", with: template.setsMemory ? "l\(index)" : memory.1)
  }

  mutating func append(_ template: Template, _ index: Int) {
    for source in template.sources {
      let value =
        if source.name == template.forwarded {
          resultKind?.swiftType == source.kind.swiftType
            ? "z\(index - 1)" : "recast(z\(index - 1), to: \(source.kind.swiftType).self)"
        } else if source.name != template.accumulated {
          source.kind.read("field(p, \(offset + source.at))")
        } else if source.kind == .w64 {
          accumulator
        } else {
          "UInt32(truncatingIfNeeded: \(accumulator))"
        }
      lines.append("let \(source.name)\(index) = \(value)")
    }
    for line in template.lets { lines.append(expand(line, index, template)) }
    let trapCell = template.trapCell.map { expand($0, index, template) } ?? cell()
    for (condition, kind) in template.guards {
      lines.append(
        "guard \(expand(condition, index, template)) else { "
          + "return trap(\(trapCell), r, .\(kind), m, l) }")
    }
    if let result = template.result {
      let value = expand(result.value, index, template)
      lines.append("let z\(index): \(result.kind.swiftType) = \(value)")
      lines.append("put\(result.kind.access)(r, field(p, \(offset + result.at)), z\(index))")
      if result.kind == .w32 { accumulator = "UInt64(z\(index))" }
      if result.kind == .w64 { accumulator = "z\(index)" }
    }
    resultKind = template.result?.kind
    for line in template.effects { lines.append(expand(line, index, template)) }
    if let text = template.scratch { scratch = expand(text, index, template) }
    if template.setsMemory { memory = ("m\(index)", "l\(index)") }
    if let (condition, targetAt) = template.branch {
      let target = "\(cell()) + offset(p, \(offset + targetAt))"
      lines.append(
        "if \(expand(condition, index, template)) { return \(next(target, "nextTaken")) }")
    }
    if let ending = template.ending {
      let text = expand(ending, index, template).replacing("$a", with: accumulator)
      lines.append("return \(text.replacing("$s", with: scratch))")
      isFinished = true
    }
    offset += 8 * template.words
  }

  private func next(_ target: String, _ how: String = "next") -> String {
    "\(how)(\(target), r, \(accumulator), \(scratch), \(memory.0), \(memory.1))"
  }

  mutating func finish() {
    if isFinished { return }
    lines.append("return \(next(cell(8)))")
  }
}

/// The statements of the handler that runs `templates` in one dispatch.
func statements(_ templates: [Template]) -> [String] {
  var body = Body()
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

let handlerParameters =
  "_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt"
