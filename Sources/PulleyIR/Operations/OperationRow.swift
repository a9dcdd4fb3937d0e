/// All facts about one operation: a row of the table in `Operation.newRow`.
struct OperationRow: Sendable {
  /// The columns that passes read for each instruction.
  struct Facts: Sendable {
    var format: Format
    var traits: OperationTraits
    var result: ResultRule
    var access: AccessShape?
    var laws: AlgebraicLaws
    var legality: Legality
    var group: OperationGroup
  }

  var facts: Facts
  var typing: OperationTyping
  var folding: Folding
  /// For `docs/clif.md`: `a`, `b` and `c` are the operands, `p` is an address.
  var meaning: String

  /// An operation that no law holds for and that is not computed on constants.
  init(
    _ group: OperationGroup, _ format: Format, _ traits: OperationTraits, _ result: ResultRule,
    _ typing: OperationTyping, _ legality: Legality, _ meaning: String
  ) {
    facts = Facts(
      format: format, traits: traits, result: result, access: nil, laws: [], legality: legality,
      group: group)
    self.typing = typing
    folding = .atRunTime
    self.meaning = meaning
  }

  /// An operation that is computed on constants, or that laws hold for.
  static func computed(
    _ group: OperationGroup, _ format: Format, _ traits: OperationTraits, _ result: ResultRule,
    _ typing: OperationTyping, _ laws: AlgebraicLaws, _ folding: Folding, _ legality: Legality,
    _ meaning: String
  ) -> OperationRow {
    var row = OperationRow(group, format, traits, result, typing, legality, meaning)
    row.facts.laws = laws
    row.folding = folding
    return row
  }

  /// A load or store of `bits` bits, or of the width of its controlling type if `bits` is 0.
  static func access(
    _ group: OperationGroup, _ format: Format, _ traits: OperationTraits, bits: UInt8,
    isSigned: Bool, _ typing: OperationTyping, _ meaning: String
  ) -> OperationRow {
    let result: ResultRule = traits.contains(.reads) ? .same : .none
    var row = OperationRow(group, format, traits, result, typing, .direct, meaning)
    row.facts.access = AccessShape(bits: bits, isSigned: isSigned)
    return row
  }
}

extension Operation {
  private static let rows = allCases.map(\.newRow)

  /// By raw value. Made once and never freed, so that reading it takes no reference count.
  private nonisolated(unsafe) static let facts: UnsafePointer<OperationRow.Facts> = {
    let facts = UnsafeMutablePointer<OperationRow.Facts>.allocate(capacity: rows.count)
    for (index, row) in rows.enumerated() { (facts + index).initialize(to: row.facts) }
    return UnsafePointer(facts)
  }()

  public var format: Format { Self.facts[Int(rawValue)].format }
  public var traits: OperationTraits { Self.facts[Int(rawValue)].traits }
  public var result: ResultRule { Self.facts[Int(rawValue)].result }
  public var laws: AlgebraicLaws { Self.facts[Int(rawValue)].laws }
  public var legality: Legality { Self.facts[Int(rawValue)].legality }
  public var group: OperationGroup { Self.facts[Int(rawValue)].group }
  /// The memory access of a load or store that is not atomic; nil for all other operations.
  public var accessShape: AccessShape? { Self.facts[Int(rawValue)].access }

  public var typing: OperationTyping { Self.rows[Int(rawValue)].typing }
  public var folding: Folding { Self.rows[Int(rawValue)].folding }
  /// The controlling type if there is only one, and `invalid` if there is a choice or no such type.
  public var fixedType: Type { typing.fixedType }
  /// The semantics in a sentence or two: `a`, `b` and `c` are its operands, `p` is an
  /// address. Integers wrap around unless it says otherwise.
  public var meaning: String { Self.rows[Int(rawValue)].meaning }

  /// Whether only functions made from WebAssembly can have it.
  public var needsInstance: Bool { isHeapAccess || group == .objects }

  /// Whether it accesses a linear memory, with a bounds check.
  public var isHeapAccess: Bool {
    switch format {
    case .heapLoad, .heapStore, .heapAtomicRmw, .heapAtomicCas: true
    default: false
    }
  }

  /// Whether the result is the left operand if the right one is `number`, sign-extended from `type`.
  public func isNeutral(_ number: Int64, _ type: Type) -> Bool {
    let laws = laws
    return laws.contains(.zeroIsNeutral) && number == 0
      || laws.contains(.oneIsNeutral) && number == 1
      || laws.contains(.onesAreNeutral) && number == -1
      || laws.contains(.takesAmountModuloWidth) && number & Int64(type.bits - 1) == 0
  }

  /// Whether the result is `number` if the right operand is `number`, for every left operand.
  public func isAbsorbing(_ number: Int64) -> Bool {
    let laws = laws
    return laws.contains(.zeroAbsorbs) && number == 0 || laws.contains(.onesAbsorb) && number == -1
  }
}
