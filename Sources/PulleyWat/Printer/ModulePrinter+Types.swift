import PulleyWasm

/// The properties of a type that later sections need.
enum TypeOutline {
  case function(FunctionType)
  case structure(fieldCount: Int, fields: Identifiers)
  case array
}

extension ModulePrinter {
  /// Uses of a type with more parameters or results than this do not repeat them.
  private static let fewValues = 32

  mutating func printTypes(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      guard cursor.peek() == 0x4E else {
        try printType(&cursor, depth: 1)
        continue
      }
      _ = try cursor.readByte()
      let groupCount = try cursor.readU32()
      out.line(1)
      out.append("(rec")
      for _ in 0..<groupCount { try printType(&cursor, depth: 2) }
      if groupCount > 0 { out.line(1) }
      out.append(")")
    }
  }

  private mutating func printType(_ cursor: inout ByteCursor, depth: Int) throws(WasmError) {
    let index = UInt32(truncatingIfNeeded: types.count)
    openField("type", index, names.types, depth: depth)
    out.space()
    var isSubtype = false
    if let byte = cursor.peek(), byte == 0x50 || byte == 0x4F {
      _ = try cursor.readByte()
      let supertypeCount = try cursor.readU32()
      // A final type without supertypes needs no `sub`.
      isSubtype = byte == 0x50 || supertypeCount > 0
      if isSubtype { out.append(byte == 0x4F ? "(sub final" : "(sub") }
      for _ in 0..<supertypeCount {
        appendReference(try cursor.readU32(), names.types)
      }
      if isSubtype { out.space() }
    }
    let outline = try printCompositeType(&cursor, index, depth: depth)
    out.append(isSubtype ? "))" : ")")
    types.append(outline)
    try checkSize()
  }

  private mutating func printCompositeType(
    _ cursor: inout ByteCursor, _ index: UInt32, depth: Int
  ) throws(WasmError) -> TypeOutline {
    switch try cursor.readByte() {
    case 0x60:
      let type = FunctionType(
        parameters: try readTypes(&cursor), results: try readTypes(&cursor))
      out.append("(func")
      appendValueTypes(type)
      out.append(")")
      return .function(type)
    case 0x5F:
      let count = try cursor.readU32()
      let fields = names.fields.identifiers(index)
      out.append("(struct")
      for field in 0..<count {
        out.append(" (field")
        appendName(fields[field])
        out.space()
        append(try cursor.readFieldType())
        out.append(")")
      }
      out.append(")")
      return .structure(fieldCount: Int(count), fields: fields)
    case 0x5E:
      out.append("(array ")
      append(try cursor.readFieldType())
      out.append(")")
      return .array
    default:
      throw cursor.malformed("malformed definition type", at: cursor.offset - 1)
    }
  }

  private func readTypes(_ cursor: inout ByteCursor) throws(WasmError) -> [ValueType] {
    let count = try cursor.readU32()
    var types: [ValueType] = []
    for _ in 0..<count { types.append(try cursor.readValueType()) }
    return types
  }

  // MARK: Uses of types

  mutating func append(_ type: ValueType) {
    guard type.isReference, let index = type.heapType.typeIndex else {
      out.append(type.description)
      return
    }
    out.append(type.isNullable ? "(ref null" : "(ref")
    appendReference(index, names.types)
    out.append(")")
  }

  /// A reference type without abbreviations, as in operators that test and cast.
  mutating func appendReferenceType(_ type: ValueType) {
    out.append(type.isNullable ? "(ref null" : "(ref")
    append(type.heapType)
    out.append(")")
  }

  mutating func append(_ type: HeapType) {
    if let index = type.typeIndex {
      appendReference(index, names.types)
    } else {
      out.space()
      out.append(type.description)
    }
  }

  private mutating func append(_ field: FieldType) {
    if field.isMutable { out.append("(mut ") }
    switch field.storage {
    case .value(let type): append(type)
    case .i8: out.append("i8")
    case .i16: out.append("i16")
    }
    if field.isMutable { out.append(")") }
  }

  mutating func append(_ type: GlobalType) {
    if type.isMutable { out.append("(mut ") }
    append(type.value)
    if type.isMutable { out.append(")") }
  }

  mutating func append(_ type: TableType) {
    appendLimits(type.limits, type.addressType)
    out.space()
    append(type.element)
  }

  mutating func append(_ type: MemoryType, hasPageSize: Bool) {
    appendLimits(type.limits, type.addressType)
    if type.isShared { out.append(" shared") }
    if hasPageSize {
      out.append(" (pagesize ")
      // The decoder has refused limits that do not fit in 64 bits.
      out.append(decimal: UInt64(1) << UInt64(type.pageSizeLog2))
      out.append(")")
    }
  }

  private mutating func appendLimits(_ limits: Limits, _ addressType: AddressType) {
    if addressType == .i64 { out.append("i64 ") }
    out.append(decimal: limits.minimum)
    if let maximum = limits.maximum {
      out.space()
      out.append(decimal: maximum)
    }
  }

  mutating func appendValueTypes(_ type: FunctionType) {
    appendTypes("param", type.parameters)
    appendTypes("result", type.results)
  }

  mutating func appendTypes(_ keyword: StaticString, _ types: [ValueType]) {
    guard !types.isEmpty else { return }
    out.append(" (")
    out.append(keyword)
    for type in types {
      out.space()
      append(type)
    }
    out.append(")")
  }

  /// The function type with this index; nil if the index is not that of a function type.
  func functionType(_ index: UInt32) -> FunctionType? {
    guard index < types.count, case .function(let type) = types[Int(index)] else { return nil }
    return type
  }

  /// Appends the index of a type, then its parameters and results. The parameters have their
  /// identifiers, if there are any.
  mutating func appendTypeUse(_ index: UInt32, parameters identifiers: Identifiers = Identifiers())
  {
    out.append(" (type")
    appendReference(index, names.types)
    out.append(")")
    guard let type = functionType(index) else { return }
    let hasIdentifiers = !identifiers.isEmpty
    guard hasIdentifiers || type.parameters.count + type.results.count <= Self.fewValues else {
      return
    }
    if hasIdentifiers {
      appendVariables("param", type.parameters, first: 0, identifiers)
    } else {
      appendTypes("param", type.parameters)
    }
    appendTypes("result", type.results)
  }

  /// Appends parameters or locals. Each one that has a name has its own parentheses.
  mutating func appendVariables(
    _ keyword: StaticString, _ types: some Collection<ValueType>, first: UInt32,
    _ identifiers: Identifiers
  ) {
    var isOpen = false
    for (position, type) in types.enumerated() {
      let entry = identifiers[first &+ UInt32(truncatingIfNeeded: position)]
      if isOpen && entry != nil { out.append(")") }
      if !isOpen || entry != nil {
        out.append(" (")
        out.append(keyword)
      }
      appendName(entry)
      out.space()
      append(type)
      isOpen = entry == nil
      if !isOpen { out.append(")") }
    }
    if isOpen { out.append(")") }
  }
}
