import PulleySpec

/// The implementation of one instruction, as Swift text with placeholders: `$x` is the value of source `x`, `@x`
/// the place of operand `x` in the cell, `$p` the address of the cell, `$z` the result, and `$e`,
/// `$t`, `$u`, `$f`, `$d` are variables of the template.
///
/// Handlers are made from templates: a handler of one instruction, one that reads an operand from the
/// accumulator, or a fused handler, which executes several in a row. In a fused handler each template
/// sees a cell that begins where the previous one's operands do, so that places and trap positions
/// need no adjustment.
struct Template: Sendable {
  var name: String
  var cell: Cell
  /// The result's value, if the cell has a result.
  var value: String?
  /// Conditions that must hold, each with the trap that occurs otherwise.
  var guards: [Guard] = []
  /// The cell that a failed guard reports, if not this one.
  var trapCell: String?
  /// Statements before the result is computed.
  var lets: [String] = []
  /// Statements after it.
  var effects: [String] = []
  /// Branches to the target if the condition holds.
  var branchCondition: String?
  /// How it ends, if not with the next cell: an expression, in which `$a`, `$s`, `$m`, `$l` and
  /// `$v` are what handlers pass on and `$after` is the address of the next cell.
  var ending: String?
  /// The value to pass on in the scratch register, if not the one that came in. A shift names its count,
  /// which is in that register already.
  var scratch: String?
  /// Whether the template computes the memory's base and length, as `$m` and `$l`.
  var setsMemory = false
  /// Whether variants that read the accumulator are worth their space.
  var hasVariants = true
  /// The sources that the accumulators provide, at most one each.
  var accumulated: [String] = []

  /// The instructions that the table of predecoding maps to this handler. Empty if predecoding
  /// chooses the handler by name.
  var executes: [String]
  /// The condition under which the table chooses this handler for them.
  var condition = Condition.always

  struct Guard: Sendable {
    var condition: String
    var trap: TrapCause
    /// A function with the parameters of a handler that does the work of the whole cell instead, or traps. The
    /// handler must not be fused.
    var otherwise: String?
  }

  /// Which of the instructions with an opcode a handler executes. The raw values are those of
  /// `PredecodingRule.Condition` in PulleyVM, but for `always`.
  enum Condition: Int, Sendable {
    case always
    /// The base and bound registers are x28 and x29, which handlers have in parameters.
    case usesMemoryRegisters
    /// The immediate fits 16 bits, signed.
    case isShortSigned
    /// The immediate fits 16 bits, unsigned.
    case isShortUnsigned
  }

  /// A template that executes the instruction of its name, if there is one.
  init(_ name: String, _ operands: [CellOperand], value: String? = nil) {
    self.name = name
    self.cell = Cell(operands)
    self.value = value
    executes = rowsByName[name] == nil ? [] : [name]
  }

  var sources: [CellOperand] { cell.operands.filter { $0.sourceView != nil } }

  /// The operand for the result, if there is one.
  var result: CellOperand? { cell.operands.first { $0.resultView != nil } }

  /// Whether the first two sources may be swapped: what the rows of its instructions say. If the result is a
  /// number, the order decides which of two NaNs it is; then a variant reads the second source instead.
  var commutes: Bool {
    result?.resultView?.isNumber != true && !executes.isEmpty
      && executes.allSatisfy { rowsByName[$0]?.operation.traits.contains(.commutes) ?? false }
  }

  /// The same, with `source` read from an accumulator.
  func reading(_ source: String) -> Template {
    var variant = self
    variant.name = "\(name)_\(source)"
    variant.accumulated.append(source)
    return variant
  }

  /// The variants that read one more operand from an accumulator. Predecoding looks for it among the
  /// operands in the cell's first word, and swaps those of an instruction that commutes. It asks for
  /// integers first, so that a variant which reads an integer may have one that reads a float too.
  var accumulatorVariants: [(source: CellOperand, template: Template)] {
    guard hasVariants else { return [] }
    let second = sources.dropFirst().first?.name
    let readsFloat = sources.contains {
      accumulated.contains($0.name) && $0.sourceView?.isFloat == true
    }
    return sources.filter { source in
      cell.place(source.name) < 16 && !(commutes && source.name == second)
        && (accumulated.isEmpty || !readsFloat && source.sourceView?.isFloat == true)
    }.map { ($0, reading($0.name)) }
  }
}

/// The rows of the instruction set by name.
let rowsByName = Dictionary(uniqueKeysWithValues: operations.map { ($0.name, $0) })

extension TrapCause {
  /// The case of `TrapKind` in PulleyVM.
  var trapKind: String {
    switch self {
    case .unreachable: "unreachable"
    case .divideByZero: "divideByZero"
    case .integerOverflow: "integerOverflow"
    case .badConversion: "badConversion"
    case .nullAddress: "nullAddress"
    case .outOfBounds: "memoryOutOfBounds"
    case .stackOverflow: "stackOverflow"
    case .unaligned: "unalignedAtomic"
    case .elementOutOfBounds: "elementOutOfBounds"
    case .castFailure: "castFailure"
    case .heapExhausted: "heapExhausted"
    }
  }
}
