import PulleyWasm

/// A type as the text defines it.
struct TypeDefinition {
  var composite: CompositeType
  var supertypes: [UInt32] = []
  var isFinal = true
}

/// The types of a module: those that it defines, then those that function types written in place
/// bring about.
struct TypeTable {
  private(set) var definitions: [TypeDefinition] = []
  /// How many of them the text defines.
  private var explicitCount = 0
  /// The first type of each form, of those that stand alone and have no part in subtyping.
  private var indices: [FunctionType: UInt32] = [:]
  /// Function types that are referred to by a number that nothing had when it was read.
  private var firstMissing = UInt32.max
  /// Where a type that nothing has is said to be a certain function type.
  private(set) var unknownTypeOffset: Int?

  /// By type and symbol.
  private var fieldIndices: [UInt64: UInt32] = [:]
  private(set) var fieldNameMap = NameMap()

  mutating func append(_ definition: TypeDefinition, isAlone: Bool) {
    if isAlone, case .function(let type) = definition.composite, definition.isFinal,
      definition.supertypes.isEmpty, indices[type] == nil
    {
      indices[type] = UInt32(definitions.count)
    }
    definitions.append(definition)
  }

  /// Marks the end of the types that the text defines.
  mutating func endExplicit(expecting implicit: [FunctionType]) {
    explicitCount = definitions.count
    for type in implicit { _ = index(of: type) }
  }

  /// The types that the text does not define, in order.
  var implicitTypes: [FunctionType] {
    definitions[explicitCount...].compactMap {
      if case .function(let type) = $0.composite { type } else { nil }
    }
  }

  /// Whether a number that nothing had when it was read has turned out to be that of a type which
  /// was brought about later.
  var mustBeReadAgain: Bool { Int(firstMissing) < definitions.count }

  /// The index of a function type written in place.
  mutating func index(of type: FunctionType) -> UInt32 {
    if let index = indices[type] { return index }
    append(TypeDefinition(composite: .function(type)), isAlone: true)
    return UInt32(definitions.count - 1)
  }

  /// What the type with this index is.
  mutating func composite(_ index: UInt32) -> CompositeType? {
    guard Int(index) < definitions.count else {
      firstMissing = min(firstMissing, index)
      return nil
    }
    return definitions[Int(index)].composite
  }

  /// Notes that it is said what an unknown type is.
  mutating func noteUnknown(at offset: Int) {
    unknownTypeOffset = unknownTypeOffset ?? offset
  }

  // MARK: Fields

  /// Names a field; false if another one has the name.
  mutating func nameField(_ field: Int, ofType type: UInt32, _ symbol: Symbol) -> Bool {
    let key = UInt64(type) << 32 | UInt64(symbol)
    guard fieldIndices[key] == nil else { return false }
    fieldIndices[key] = UInt32(field)
    return true
  }

  func field(_ symbol: Symbol, ofType type: UInt32) -> UInt32? {
    fieldIndices[UInt64(type) << 32 | UInt64(symbol)]
  }

  mutating func addFieldNames(_ type: UInt32, _ names: NameMap) {
    fieldNameMap.append(Int(type), names)
  }
}
