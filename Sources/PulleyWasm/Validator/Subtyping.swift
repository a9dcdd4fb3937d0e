extension ValueType {
  /// The bottom type of references. It matches every reference type.
  static let bottomReference = ref(nullable: false, HeapType(rawValue: 0))
}

extension WasmModule {
  /// Whether `type` is a subtype of `expected`. Both are canonical.
  func matches(_ type: ValueType, _ expected: ValueType) -> Bool {
    if type == expected || type == .bottom { return true }
    guard type.isReference, expected.isReference else { return false }
    if type.isNullable && !expected.isNullable { return false }
    return matches(type.heapType, expected.heapType)
  }

  /// Whether `type` is a subtype of `expected`. Both are canonical.
  package func matches(_ type: HeapType, _ expected: HeapType) -> Bool {
    if type == expected || type.rawValue == 0 { return true }
    if let index = type.typeIndex {
      if let expectedIndex = expected.typeIndex {
        return isDeclaredSubtype(index, of: expectedIndex)
      }
      guard let expected = expected.abstract else { return false }
      switch types[Int(index)].composite {
      case .function: return expected == .func
      case .structure: return expected == .struct || expected == .eq || expected == .any
      case .array: return expected == .array || expected == .eq || expected == .any
      }
    }
    guard let type = type.abstract else { return false }
    if let expectedIndex = expected.typeIndex {
      switch types[Int(expectedIndex)].composite {
      case .function: return type == .nofunc
      case .structure, .array: return type == .none
      }
    }
    return expected.abstract.map { type.isSubtype(of: $0) } ?? false
  }

  /// Follows the declared supertypes. This ends because a supertype precedes its subtypes.
  private func isDeclaredSubtype(_ index: UInt32, of expected: UInt32) -> Bool {
    var current = index
    while current != expected {
      guard let supertype = types[Int(current)].supertype, supertype < current else {
        return false
      }
      current = canonicalTypes[Int(supertype)]
    }
    return true
  }

  /// Whether the composite type of a definition is a subtype of that of its declared supertype.
  func matches(_ type: CompositeType, _ expected: CompositeType) -> Bool {
    switch (type, expected) {
    case (.function(let type), .function(let expected)):
      return matches(expected.parameters, type.parameters)
        && matches(type.results, expected.results)
    case (.structure(let fields), .structure(let expected)):
      return fields.count >= expected.count
        && zip(fields, expected).allSatisfy { matches($0, $1) }
    case (.array(let field), .array(let expected)):
      return matches(field, expected)
    default:
      return false
    }
  }

  private func matches(_ types: [ValueType], _ expected: [ValueType]) -> Bool {
    types.count == expected.count && zip(types, expected).allSatisfy { matches($0, $1) }
  }

  private func matches(_ field: FieldType, _ expected: FieldType) -> Bool {
    guard field.isMutable == expected.isMutable else { return false }
    return field.isMutable
      ? field.storage == expected.storage : matches(field.storage, expected.storage)
  }

  func matches(_ storage: StorageType, _ expected: StorageType) -> Bool {
    switch (storage, expected) {
    case (.value(let type), .value(let expected)): matches(type, expected)
    default: storage == expected
    }
  }

  /// The top type of the hierarchy that a heap type belongs to.
  func top(of type: HeapType) -> HeapType {
    if let index = type.typeIndex {
      if case .function = types[Int(index)].composite { return .func }
      return HeapType(.any)
    }
    switch type.abstract {
    case .func, .nofunc: return .func
    case .extern, .noextern: return .extern
    case .exn, .noexn: return HeapType(.exn)
    default: return HeapType(.any)
    }
  }
}

extension HeapType.Abstract {
  /// Whether this type is a subtype of `other`.
  public func isSubtype(of other: HeapType.Abstract) -> Bool {
    if self == other { return true }
    switch other {
    case .any: return [.eq, .i31, .struct, .array, .none].contains(self)
    case .eq: return [.i31, .struct, .array, .none].contains(self)
    case .i31, .struct, .array: return self == .none
    case .func: return self == .nofunc
    case .extern: return self == .noextern
    case .exn: return self == .noexn
    case .none, .noextern, .nofunc, .noexn: return false
    }
  }
}
