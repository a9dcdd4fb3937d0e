import PulleyWasm

/// The types of a module: the types that the text defines, then the implicit ones of inline function
/// types.
struct TypeTable {
  private(set) var definitions: [TypeDefinition] = []
  /// The number of types that the text defines.
  private var explicitCount = 0
  /// The first type for each function type that is not in a larger group and has no supertype or
  /// subtype.
  private var indices: [FunctionType: UInt32] = [:]
  /// The expected function types of indices that were out of range when they were read.
  private var firstMissing = UInt32.max
  /// The position of each such use in the text.
  private(set) var unknownTypeOffset: Int?

  /// The fields of structures by type and symbol.
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

  /// Ends the types that the text defines. Implicit types follow.
  mutating func endExplicit(expecting implicit: [FunctionType]) {
    explicitCount = definitions.count
    for type in implicit { _ = index(of: type) }
  }

  /// The implicit types, in order.
  var implicitTypes: [FunctionType] {
    definitions[explicitCount...].compactMap {
      if case .function(let type) = $0.composite { type } else { nil }
    }
  }

  /// Whether an index that was out of range when it was read is now that of an implicit type.
  var mustBeReadAgain: Bool { Int(firstMissing) < definitions.count }

  /// The index of an inline function type, which is added if there is no equal one.
  mutating func index(of type: FunctionType) -> UInt32 {
    if let index = indices[type] { return index }
    append(TypeDefinition(composite: .function(type)), isAlone: true)
    return UInt32(definitions.count - 1)
  }

  /// The type with this index.
  mutating func composite(_ index: UInt32) -> CompositeType? {
    guard Int(index) < definitions.count else {
      firstMissing = min(firstMissing, index)
      return nil
    }
    return definitions[Int(index)].composite
  }

  /// Records the expected function type of an index that is out of range.
  mutating func noteUnknown(at offset: Int) {
    unknownTypeOffset = unknownTypeOffset ?? offset
  }

  // MARK: Fields

  /// Names a field. Returns false if another field of the type has the name.
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
