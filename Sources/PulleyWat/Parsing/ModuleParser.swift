import PulleySource
import PulleyWasm

/// Reads the fields of a module and encodes its sections.
///
/// Names may be used before they are defined. So a first pass over the fields assigns indices to
/// names and records the positions of fields. Then the types are read, then all fields in the
/// order of the text.
struct ModuleParser {
  /// A field that the first pass has found.
  struct Field {
    var keyword: Keyword
    /// The index of the token after the keyword.
    var position: Int
  }

  var cursor: TokenCursor
  var symbols = SymbolTable()
  var spaces = Array(repeating: IndexSpace(), count: IndexKind.allCases.count)
  var types = TypeTable()
  var sections = Array(repeating: Section(), count: SectionKind.allCases.count)
  var customs = CustomSections()
  var body = BodyState()

  /// The index of the next import of each kind.
  var nextImports = Array(repeating: UInt32(0), count: IndexKind.allCases.count)
  var moduleName: [UInt8]?
  private(set) var fields: [Field] = []
  /// Implicit function types that are referred to by index before the type use that defines them.
  var expectedTypes: [FunctionType] = []
  var usesDataCount = false
  private var sawStart = false
  private var endPosition = 0

  init(_ cursor: TokenCursor) {
    self.cursor = cursor
  }

  /// Reads fields up to the parenthesis that closes the module or the end of the source.
  static func parse(
    _ cursor: inout TokenCursor, identifier: [UInt8]? = nil, isWhole: Bool
  ) throws(TextError) -> EncodedModule {
    var parser = ModuleParser(cursor)
    parser.moduleName = identifier
    try parser.declareFields(isWhole: isWhole)
    let declared = parser
    try parser.encodeFields()
    if parser.types.mustBeReadAgain {
      let expected = parser.types.implicitTypes
      parser = declared
      parser.expectedTypes = expected
      try parser.encodeFields()
    }
    if let offset = parser.types.unknownTypeOffset { throw TextError("unknown type", at: offset) }
    cursor.move(to: parser.endPosition)
    return parser.assemble()
  }

  // MARK: First pass

  private mutating func declareFields(isWhole: Bool) throws(TextError) {
    var hasName = false
    while !cursor.isAt(.rightParen) && !cursor.isAt(.end) {
      if cursor.isAt(.annotation) {
        try parseModuleAnnotation(hasName: &hasName)
      } else {
        try declareField()
      }
    }
    guard cursor.isAt(isWhole ? .end : .rightParen) else { throw cursor.unexpectedToken() }
    endPosition = cursor.position
  }

  private mutating func parseModuleAnnotation(hasName: inout Bool) throws(TextError) {
    switch cursor.annotationKind(of: cursor.token) {
    case .name:
      guard fields.isEmpty else { throw cursor.unexpectedToken() }
      guard !hasName else { throw cursor.error("@name annotation: multiple module names") }
      moduleName = try readNameAnnotation()
      hasName = true
    case .custom:
      cursor.next()
      try customs.parse(&cursor)
    default:
      throw cursor.error("@metadata.code.branch_hint annotation: not in a function")
    }
  }

  private mutating func declareField() throws(TextError) {
    let start = cursor.offset
    try cursor.expect(.leftParen)
    guard let keyword = cursor.token.keyword else { throw cursor.unexpectedToken() }
    cursor.next()
    fields.append(Field(keyword: keyword, position: cursor.position))
    switch keyword {
    case .type: try declare(.type)
    case .rec:
      while cursor.takeOpening(.type) {
        try declare(.type)
        try cursor.skipToClosingParenthesis()
      }
      try cursor.expect(.rightParen)
      return
    case .import:
      try cursor.expect(.string)
      try cursor.expect(.string)
      try cursor.expect(.leftParen)
      guard let kind = importKind(cursor.token) else { throw cursor.unexpectedToken() }
      cursor.next()
      try declareImport(kind, at: start)
      try cursor.skipToClosingParenthesis()
      try cursor.expect(.rightParen)
      return
    case .func, .table, .memory, .global, .tag:
      guard let kind = importKind(cursor.peek(-1)) else { throw cursor.unexpectedToken() }
      try declareDefinition(kind, at: start)
      return
    case .elem: try declare(.element)
    case .data: try declare(.data)
    case .export: break
    case .start:
      guard !sawStart else { throw TextError("multiple start sections", at: start) }
      sawStart = true
    default:
      throw cursor.unexpected(cursor.peek(-1))
    }
    try cursor.skipToClosingParenthesis()
  }

  func importKind(_ token: Token) -> IndexKind? {
    switch token.keyword {
    case .func: .function
    case .table: .table
    case .memory: .memory
    case .global: .global
    case .tag: .tag
    default: nil
    }
  }

  private mutating func declareImport(_ kind: IndexKind, at start: Int) throws(TextError) {
    for other in [IndexKind.function, .table, .memory, .global, .tag] {
      let space = spaces[other.rawValue]
      guard space.count == space.importCount else {
        throw TextError(
          "import after \(other == .function ? "function" : other.word)", at: start)
      }
    }
    try declare(kind)
    spaces[kind.rawValue].importCount += 1
  }

  /// Finds a field that is a definition or an inline import.
  private mutating func declareDefinition(_ kind: IndexKind, at start: Int) throws(TextError) {
    let head = cursor.position
    skipIdentifierAndName()
    while cursor.takeOpening(.export) { try cursor.skipToClosingParenthesis() }
    let isImport = cursor.opens(.import)
    cursor.move(to: head)
    if isImport {
      try declareImport(kind, at: start)
    } else {
      try declare(kind)
    }
    guard kind == .table || kind == .memory else {
      try cursor.skipToClosingParenthesis()
      return
    }
    // Inline segments have indices, too.
    while !cursor.isAt(.rightParen) {
      if cursor.opens(.elem) { spaces[IndexKind.element.rawValue].count += 1 }
      if cursor.opens(.data) { spaces[IndexKind.data.rawValue].count += 1 }
      if cursor.isAt(.end) { throw cursor.unexpectedToken() }
      let isList = cursor.isAt(.leftParen) || cursor.isAt(.annotation)
      cursor.next()
      if isList { try cursor.skipToClosingParenthesis() }
    }
    cursor.next()
  }

  /// Gives the next index to a definition with an optional identifier.
  private mutating func declare(_ kind: IndexKind) throws(TextError) {
    let index = spaces[kind.rawValue].count
    let token = cursor.token
    let symbol = takeSymbol()
    let annotation = try readNameAnnotation()
    spaces[kind.rawValue].count += 1
    if let symbol {
      if spaces[kind.rawValue].names[symbol] != nil {
        // An old form of `(memory $m)` before the offset of a segment.
        let isMemory = kind == .data && spaces[IndexKind.memory.rawValue].names[symbol] == 0
        guard isMemory, cursor.isAt(.leftParen) else {
          throw TextError("duplicate \(kind.word) \(cursor.text(of: token))", at: token.offset)
        }
        return
      }
      spaces[kind.rawValue].names[symbol] = index
    }
    if let annotation {
      spaces[kind.rawValue].nameMap.append(Int(index), annotation)
    } else if let symbol {
      spaces[kind.rawValue].nameMap.append(Int(index), symbols.name(symbol))
    }
  }

  // MARK: Names

  /// Reads an identifier if the next token is one.
  mutating func takeSymbol() -> Symbol? {
    guard cursor.isAt(.identifier) else { return nil }
    return symbol(cursor.next())
  }

  mutating func symbol(_ identifier: Token) -> Symbol {
    let bytes = cursor.source.bytes
    let range = identifier.range.dropFirst()
    if bytes[range.lowerBound] == UInt8(ascii: "\"") {
      let name = cursor.name(ofIdentifier: identifier)
      return symbols.symbol(name, 0..<name.count)
    }
    return symbols.symbol(bytes, range)
  }

  /// Reads `(@name "…")` if it is next.
  mutating func readNameAnnotation() throws(TextError) -> [UInt8]? {
    guard cursor.isAt(.annotation), cursor.annotationKind(of: cursor.token) == .name else {
      return nil
    }
    cursor.next()
    guard cursor.isAt(.string) else { throw cursor.error("@name annotation: missing name") }
    let name = try cursor.readName()
    try cursor.expect(.rightParen)
    return name
  }

  /// Skips what the first pass has read.
  mutating func skipIdentifierAndName() {
    _ = cursor.take(.identifier)
    if cursor.isAt(.annotation), cursor.annotationKind(of: cursor.token) == .name {
      cursor.next()
      _ = cursor.take(.string)
      _ = cursor.take(.rightParen)
    }
  }

  /// Reads an index or a name.
  @inline(__always)
  mutating func readIndex(_ kind: IndexKind) throws(TextError) -> UInt32 {
    guard cursor.isAt(.identifier) else { return try cursor.readU32() }
    let token = cursor.next()
    if let index = spaces[kind.rawValue].names[symbol(token)] { return index }
    throw TextError("\(kind.unknown) \(cursor.text(of: token))", at: token.offset)
  }

  /// Whether the token at this distance can be an index.
  func isAtIndex(_ distance: Int = 0) -> Bool {
    let kind = cursor.peek(distance).kind
    return kind == .number || kind == .identifier
  }
}
