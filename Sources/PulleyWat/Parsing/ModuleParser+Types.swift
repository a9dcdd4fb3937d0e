import PulleySource
import PulleyWasm

extension ModuleParser {
  // MARK: Value types

  mutating func parseValueType() throws(TextError) -> ValueType {
    if cursor.takeOpening(.ref) { return try parseReferenceTypeBody() }
    guard let type = cursor.token.keyword.flatMap(Self.valueType) else {
      throw cursor.unexpectedToken()
    }
    cursor.next()
    return type
  }

  mutating func parseReferenceType() throws(TextError) -> ValueType {
    guard isAtReferenceType() else { throw cursor.unexpectedToken() }
    return try parseValueType()
  }

  func isAtReferenceType() -> Bool {
    cursor.opens(.ref)
      || cursor.token.keyword.flatMap(Self.valueType)?.isReference == true
  }

  /// Reads a reference type after `(ref`.
  private mutating func parseReferenceTypeBody() throws(TextError) -> ValueType {
    let isNullable = cursor.take(.null)
    let heapType = try parseHeapType()
    try cursor.expect(.rightParen)
    return .ref(nullable: isNullable, heapType)
  }

  mutating func parseHeapType() throws(TextError) -> HeapType {
    if let abstract = cursor.token.keyword.flatMap(Self.abstractHeapType) {
      cursor.next()
      return HeapType(abstract)
    }
    guard isAtIndex() else { throw cursor.unexpectedToken() }
    // A truncated index exceeds the number of types that a module can have.
    return .defined(min(try readIndex(.type), 0x1FFF_FFFF))
  }

  private static func abstractHeapType(_ keyword: Keyword) -> HeapType.Abstract? {
    switch keyword {
    case .any: .any
    case .eq: .eq
    case .i31: .i31
    case .struct: .struct
    case .array: .array
    case .none: HeapType.Abstract.none
    case .func: .func
    case .nofunc: .nofunc
    case .extern: .extern
    case .noextern: .noextern
    case .exn: .exn
    case .noexn: .noexn
    default: nil
    }
  }

  private static func valueType(_ keyword: Keyword) -> ValueType? {
    switch keyword {
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .v128: .v128
    case .funcref: .funcref
    case .externref: .externref
    case .anyref: .ref(nullable: true, HeapType(.any))
    case .eqref: .ref(nullable: true, HeapType(.eq))
    case .i31ref: .ref(nullable: true, HeapType(.i31))
    case .structref: .ref(nullable: true, HeapType(.struct))
    case .arrayref: .ref(nullable: true, HeapType(.array))
    case .exnref: .ref(nullable: true, HeapType(.exn))
    case .nullref: .ref(nullable: true, HeapType(.none))
    case .nullfuncref: .ref(nullable: true, HeapType(.nofunc))
    case .nullexternref: .ref(nullable: true, HeapType(.noextern))
    case .nullexnref: .ref(nullable: true, HeapType(.noexn))
    default: nil
    }
  }

  private mutating func parseFieldType() throws(TextError) -> FieldType {
    let isMutable = cursor.takeOpening(.mut)
    let storage: StorageType
    if cursor.take(.i8) {
      storage = .i8
    } else if cursor.take(.i16) {
      storage = .i16
    } else {
      storage = .value(try parseValueType())
    }
    if isMutable { try cursor.expect(.rightParen) }
    return FieldType(storage: storage, isMutable: isMutable)
  }

  mutating func parseGlobalType() throws(TextError) -> GlobalType {
    let isMutable = cursor.takeOpening(.mut)
    let type = try parseValueType()
    if isMutable { try cursor.expect(.rightParen) }
    return GlobalType(value: type, isMutable: isMutable)
  }

  // MARK: Definitions

  /// Reads all types that the text defines.
  mutating func parseTypes() throws(TextError) {
    for field in fields {
      guard field.keyword == .type || field.keyword == .rec else { continue }
      cursor.move(to: field.position)
      sections[SectionKind.type.rawValue].begin(cursor.peek(-1).offset)
      if field.keyword == .type {
        try parseTypeDefinition(isAlone: true)
      } else {
        try parseRecursionGroup()
      }
    }
    types.endExplicit(expecting: expectedTypes)
  }

  private mutating func parseRecursionGroup() throws(TextError) {
    let start = cursor.position
    var count = 0
    while cursor.takeOpening(.type) {
      try cursor.skipToClosingParenthesis()
      count += 1
    }
    cursor.move(to: start)
    // A group of one type is encoded as a group, too, as in other tools.
    sections[SectionKind.type.rawValue].bytes.append(0x4E)
    sections[SectionKind.type.rawValue].bytes.append(u32: count)
    while cursor.takeOpening(.type) { try parseTypeDefinition(isAlone: count == 1) }
    try cursor.expect(.rightParen)
  }

  /// Reads a type definition after `(type`.
  private mutating func parseTypeDefinition(isAlone: Bool) throws(TextError) {
    sections[SectionKind.type.rawValue].mark(cursor.peek(-1).offset)
    skipIdentifierAndName()
    var definition: TypeDefinition
    if cursor.takeOpening(.sub) {
      let isFinal = cursor.take(.final)
      var supertypes: [UInt32] = []
      while isAtIndex() { supertypes.append(try readIndex(.type)) }
      definition = TypeDefinition(
        composite: try parseCompositeType(), supertypes: supertypes, isFinal: isFinal)
      try cursor.expect(.rightParen)
    } else {
      definition = TypeDefinition(composite: try parseCompositeType())
    }
    try cursor.expect(.rightParen)
    types.append(definition, isAlone: isAlone)
    sections[SectionKind.type.rawValue].bytes.append(definition)
  }

  private mutating func parseCompositeType() throws(TextError) -> CompositeType {
    let composite: CompositeType
    if cursor.takeOpening(.func) {
      body.beginFunction()
      composite = .function(try parseFunctionType(naming: true))
    } else if cursor.takeOpening(.struct) {
      composite = .structure(try parseFields())
    } else if cursor.takeOpening(.array) {
      composite = .array(try parseFieldType())
    } else {
      _ = cursor.take(.leftParen)
      throw cursor.unexpectedToken()
    }
    try cursor.expect(.rightParen)
    return composite
  }

  private mutating func parseFields() throws(TextError) -> [FieldType] {
    let type = UInt32(types.definitions.count)
    var fields: [FieldType] = []
    var names = NameMap()
    while cursor.takeOpening(.field) {
      let token = cursor.token
      let symbol = takeSymbol()
      let annotation = try readNameAnnotation()
      if symbol != nil || annotation != nil {
        if let symbol, !types.nameField(fields.count, ofType: type, symbol) {
          throw TextError("duplicate field \(cursor.text(of: token))", at: token.offset)
        }
        if let annotation {
          names.append(fields.count, annotation)
        } else if let symbol {
          names.append(fields.count, symbols.name(symbol))
        }
        fields.append(try parseFieldType())
      } else {
        while !cursor.isAt(.rightParen) { fields.append(try parseFieldType()) }
      }
      try cursor.expect(.rightParen)
    }
    types.addFieldNames(type, names)
    return fields
  }

  // MARK: Function types

  /// Reads parameters and results.
  ///
  /// - Parameter naming: whether parameters may have names, which become names of locals.
  mutating func parseFunctionType(naming: Bool) throws(TextError) -> FunctionType {
    var type = FunctionType()
    while cursor.takeOpening(.param) {
      if naming, cursor.isAt(.identifier) || cursor.isAt(.annotation) {
        try nameLocal(type.parameters.count)
        type.parameters.append(try parseValueType())
      } else {
        while !cursor.isAt(.rightParen) { type.parameters.append(try parseValueType()) }
      }
      try cursor.expect(.rightParen)
    }
    while cursor.takeOpening(.result) {
      while !cursor.isAt(.rightParen) { type.results.append(try parseValueType()) }
      try cursor.expect(.rightParen)
    }
    if cursor.takeOpening(.param) { throw cursor.unexpected(cursor.peek(-1)) }
    return type
  }

  /// Reads a type use, which has an index, an inline function type or both, and returns the index.
  mutating func parseTypeUse(naming: Bool = false) throws(TextError) -> UInt32 {
    let start = cursor.offset
    let index = try parseTypeIndex()
    let type = try parseFunctionType(naming: naming)
    guard let index else {
      if naming { body.parameterCount = type.parameters.count }
      return types.index(of: type)
    }
    try check(type, against: index, at: start, naming: naming)
    return index
  }

  /// Reads `(type …)` if it is next.
  mutating func parseTypeIndex() throws(TextError) -> UInt32? {
    guard cursor.takeOpening(.type) else { return nil }
    let index = try readIndex(.type)
    try cursor.expect(.rightParen)
    return index
  }

  /// Checks that an inline function type equals the type with the index.
  mutating func check(
    _ type: FunctionType, against index: UInt32, at start: Int, naming: Bool = false
  ) throws(TextError) {
    var known = type
    let isWritten = !type.parameters.isEmpty || !type.results.isEmpty
    if let composite = types.composite(index) {
      if case .function(let function) = composite { known = function }
      if isWritten, composite != .function(type) {
        throw TextError("inline function type", at: start)
      }
    } else if isWritten {
      types.noteUnknown(at: start)
    }
    if naming { body.parameterCount = known.parameters.count }
  }
}
