/// A recursion group in a form in which equivalent groups are equal. References to types outside
/// the group are canonical; those within it count from its start.
struct TypeGroupKey: Hashable {
  var words: [UInt32]
}

extension ModuleDecoder {
  mutating func decodeTypes(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readCount(limit: ImplementationLimits.types, "types")
    module.types.reserve(count)
    module.canonicalTypes.reserve(count)
    module.recursionGroups.reserve(count)
    module.typeOffsets.reserve(count)
    for _ in 0..<count {
      let start = cursor.offset
      var groupCount = 1
      let isGroup = cursor.peek() == 0x4E
      if isGroup {
        _ = try cursor.readByte()
        groupCount = try cursor.readCount(
          limit: ImplementationLimits.recursionGroupTypes, "types in a recursion group")
      }
      let first = UInt32(module.types.count)
      guard Int(first) + groupCount <= ImplementationLimits.types else {
        throw WasmError(
          .limit, "too many types: at most \(ImplementationLimits.types)", at: start)
      }
      let group = first..<first + UInt32(groupCount)
      for _ in group {
        module.typeOffsets.append(UInt32(truncatingIfNeeded: cursor.offset))
        module.types.append(try decodeDefinedType(&cursor, group))
        module.recursionGroups.append(group)
      }
      canonicalize(group)
    }
  }

  private mutating func decodeDefinedType(
    _ cursor: inout ByteCursor, _ group: Range<UInt32>
  ) throws(WasmError) -> DefinedType {
    var supertype: UInt32?
    var isFinal = true
    if let byte = cursor.peek(), byte == 0x50 || byte == 0x4F {
      _ = try cursor.readByte()
      isFinal = byte == 0x4F
      let start = cursor.offset
      let count = try cursor.readCount(limit: ImplementationLimits.types, "supertypes")
      for _ in 0..<count {
        let index = try cursor.readU32()
        supertype = canonicalIndex(index, in: group, at: start)
      }
      if count > 1 { reportInvalid("sub type: at most one supertype", at: start) }
    }
    let composite = try decodeCompositeType(&cursor, group)
    return DefinedType(composite, supertype: supertype, isFinal: isFinal)
  }

  private mutating func decodeCompositeType(
    _ cursor: inout ByteCursor, _ group: Range<UInt32>
  ) throws(WasmError) -> CompositeType {
    let start = cursor.offset
    switch try cursor.readByte() {
    case 0x60:
      let parameters = try decodeTypeList(
        &cursor, group, limit: ImplementationLimits.functionParameters, "parameters")
      let results = try decodeTypeList(
        &cursor, group, limit: ImplementationLimits.functionResults, "results")
      return .function(FunctionType(parameters: parameters, results: results))
    case 0x5F:
      let count = try cursor.readCount(
        elementSize: 2, limit: ImplementationLimits.structureFields, "structure fields")
      var fields: [FieldType] = []
      fields.reserve(count)
      for _ in 0..<count { fields.append(try decodeField(&cursor, group)) }
      return .structure(fields)
    case 0x5E:
      return .array(try decodeField(&cursor, group))
    case 0x5D: throw cursor.unsupported(.stackSwitching, at: start)
    case 0x65: throw cursor.unsupported(.sharedTypes, at: start)
    default:
      throw cursor.malformed("malformed definition type", at: start)
    }
  }

  private mutating func decodeTypeList(
    _ cursor: inout ByteCursor, _ group: Range<UInt32>, limit: Int, _ what: String
  ) throws(WasmError) -> [ValueType] {
    let count = try cursor.readCount(limit: limit, what)
    var types: [ValueType] = []
    types.reserve(count)
    for _ in 0..<count {
      let start = cursor.offset
      types.append(canonical(try cursor.readValueType(), in: group, at: start))
    }
    return types
  }

  private mutating func decodeField(
    _ cursor: inout ByteCursor, _ group: Range<UInt32>
  ) throws(WasmError) -> FieldType {
    let start = cursor.offset
    var field = try cursor.readFieldType()
    if case .value(let type) = field.storage {
      field.storage = .value(canonical(type, in: group, at: start))
    }
    return field
  }

  // MARK: Canonical types

  /// The canonical form of a type outside the type section, after checking its index.
  mutating func canonical(_ type: ValueType, at offset: Int) -> ValueType {
    let end = UInt32(module.types.count)
    return canonical(type, in: end..<end, at: offset)
  }

  private mutating func canonical(
    _ type: ValueType, in group: Range<UInt32>, at offset: Int
  ) -> ValueType {
    guard type.isReference, let index = type.heapType.typeIndex else { return type }
    let canonical = canonicalIndex(index, in: group, at: offset)
    return .ref(nullable: type.isNullable, .defined(canonical))
  }

  /// The canonical index of a type before `group`. The types of the group do not have one yet.
  private mutating func canonicalIndex(
    _ index: UInt32, in group: Range<UInt32>, at offset: Int
  ) -> UInt32 {
    if index < group.lowerBound { return module.canonicalTypes[Int(index)] }
    if index >= group.upperBound { reportInvalid("unknown type \(index)", at: offset) }
    return index
  }

  private mutating func canonicalize(_ group: Range<UInt32>) {
    guard !group.isEmpty else { return }
    let key = groupKey(group)
    if let first = knownGroups[key] {
      for index in group {
        let equivalent = first + (index - group.lowerBound)
        module.canonicalTypes.append(equivalent)
        module.types[Int(index)] = module.types[Int(equivalent)]
      }
    } else {
      knownGroups[key] = group.lowerBound
      module.canonicalTypes.append(contentsOf: group)
    }
  }

  private func groupKey(_ group: Range<UInt32>) -> TypeGroupKey {
    var words: [UInt32] = [UInt32(group.count)]
    // Words whose top two bits are 01 are references to types of the group. No type and no count
    // has these bits.
    func relative(_ index: UInt32) -> UInt32 {
      group.contains(index) ? 0x4000_0000 | (index - group.lowerBound) : index
    }
    func append(_ type: ValueType) {
      words.append(type.rawValue)
      if type.isReference, let index = type.heapType.typeIndex, group.contains(index) {
        words[words.count - 1] =
          ValueType.ref(nullable: type.isNullable, .defined(0)).rawValue
        words.append(relative(index))
      }
    }
    func append(_ field: FieldType) {
      words.append(field.isMutable ? 1 : 0)
      switch field.storage {
      case .value(let type): append(type)
      case .i8: words.append(0x78)
      case .i16: words.append(0x77)
      }
    }
    for index in group {
      let type = module.types[Int(index)]
      words.append(type.isFinal ? 1 : 0)
      words.append(type.supertype.map(relative) ?? UInt32.max)
      switch type.composite {
      case .function(let function):
        words.append(0x60)
        words.append(UInt32(function.parameters.count))
        words.append(UInt32(function.results.count))
        for type in function.parameters { append(type) }
        for type in function.results { append(type) }
      case .structure(let fields):
        words.append(0x5F)
        words.append(UInt32(fields.count))
        for field in fields { append(field) }
      case .array(let field):
        words.append(0x5E)
        append(field)
      }
    }
    return TypeGroupKey(words: words)
  }
}
