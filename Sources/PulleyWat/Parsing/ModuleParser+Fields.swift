import PulleySource
import PulleyWasm

extension ModuleParser {
  /// Reads all fields in the order of the text.
  mutating func encodeFields() throws(TextError) {
    try parseTypes()
    // The next index of each kind for definitions. Imports are counted separately.
    var next = IndexKind.allCases.map { spaces[$0.rawValue].importCount }
    for field in fields {
      cursor.move(to: field.position)
      switch field.keyword {
      case .import: try parseImport()
      case .export: try parseExport()
      case .start: try parseStart()
      case .elem: try parseElementSegment()
      case .data: try parseDataSegment()
      case .func, .table, .memory, .global, .tag:
        guard let kind = importKind(cursor.peek(-1)) else { throw cursor.unexpectedToken() }
        try parseDefinition(kind, &next[kind.rawValue])
      default: continue
      }
      try cursor.expect(.rightParen)
    }
    finishTypes()
  }

  /// Encodes the implicit types.
  private mutating func finishTypes() {
    for type in types.implicitTypes {
      sections[SectionKind.type.rawValue].begin(0)
      sections[SectionKind.type.rawValue].bytes.append(
        TypeDefinition(composite: .function(type)))
    }
  }

  // MARK: Imports and exports

  /// Reads an import after `(import`.
  private mutating func parseImport() throws(TextError) {
    let start = cursor.offset
    let module = try cursor.readName()
    let name = try cursor.readName()
    beginImport(module, name, at: start)
    try cursor.expect(.leftParen)
    guard let kind = importKind(cursor.next()) else { throw cursor.unexpectedToken() }
    skipIdentifierAndName()
    try parseImportType(kind)
    try cursor.expect(.rightParen)
  }

  private mutating func beginImport(_ module: [UInt8], _ name: [UInt8], at start: Int) {
    sections[SectionKind.import.rawValue].begin(start)
    sections[SectionKind.import.rawValue].bytes.append(counted: module)
    sections[SectionKind.import.rawValue].bytes.append(counted: name)
  }

  private mutating func parseImportType(_ kind: IndexKind) throws(TextError) {
    var bytes: [UInt8] = []
    switch kind {
    case .table:
      bytes.append(1)
      try parseTableType(&bytes)
    case .memory:
      bytes.append(2)
      try parseMemoryType(&bytes)
    case .global:
      bytes.append(3)
      bytes.append(try parseGlobalType())
    case .tag:
      bytes += [4, 0]
      body.beginFunction()
      bytes.append(u32: try parseTypeUse(naming: true))
    default:
      bytes.append(0)
      body.beginFunction()
      bytes.append(u32: try parseTypeUse(naming: true))
      body.addLocalNames(nextImports[kind.rawValue])
    }
    sections[SectionKind.import.rawValue].bytes += bytes
    nextImports[kind.rawValue] += 1
  }

  private static func externalKind(_ kind: IndexKind) -> UInt8 {
    switch kind {
    case .table: 1
    case .memory: 2
    case .global: 3
    case .tag: 4
    default: 0
    }
  }

  /// Reads an export after `(export`.
  private mutating func parseExport() throws(TextError) {
    let start = cursor.offset
    let name = try cursor.readName()
    try cursor.expect(.leftParen)
    guard let kind = importKind(cursor.token) else { throw cursor.unexpectedToken() }
    cursor.next()
    appendExport(name, kind, try readIndex(kind), at: start)
    try cursor.expect(.rightParen)
  }

  private mutating func appendExport(
    _ name: [UInt8], _ kind: IndexKind, _ index: UInt32, at start: Int
  ) {
    sections[SectionKind.export.rawValue].begin(start)
    sections[SectionKind.export.rawValue].bytes.append(counted: name)
    sections[SectionKind.export.rawValue].bytes.append(Self.externalKind(kind))
    sections[SectionKind.export.rawValue].bytes.append(u32: index)
  }

  /// Reads the start function after `(start`.
  private mutating func parseStart() throws(TextError) {
    sections[SectionKind.start.rawValue].begin(cursor.offset)
    sections[SectionKind.start.rawValue].bytes.append(u32: try readIndex(.function))
  }

  // MARK: Definitions

  /// Reads a definition after its keyword. `next` is the index of the next definition of the kind.
  private mutating func parseDefinition(
    _ kind: IndexKind, _ next: inout UInt32
  ) throws(TextError) {
    let start = cursor.peek(-1).offset
    skipIdentifierAndName()
    let exports = cursor.position
    while cursor.takeOpening(.export) { try cursor.skipToClosingParenthesis() }
    let isImport = cursor.opens(.import)
    cursor.move(to: exports)
    let index = isImport ? nextImports[kind.rawValue] : next
    while cursor.takeOpening(.export) {
      let start = cursor.offset
      appendExport(try cursor.readName(), kind, index, at: start)
      try cursor.expect(.rightParen)
    }
    if cursor.takeOpening(.import) {
      let module = try cursor.readName()
      beginImport(module, try cursor.readName(), at: start)
      try cursor.expect(.rightParen)
      try parseImportType(kind)
      return
    }
    next += 1
    switch kind {
    case .table: try parseTable(index, at: start)
    case .memory: try parseMemory(index, at: start)
    case .global:
      let type = try parseGlobalType()
      sections[SectionKind.global.rawValue].begin(start)
      sections[SectionKind.global.rawValue].bytes.append(type)
      try parseExpression(into: .global)
    case .tag:
      body.beginFunction()
      let type = try parseTypeUse(naming: true)
      sections[SectionKind.tag.rawValue].begin(start)
      sections[SectionKind.tag.rawValue].bytes.append(0)
      sections[SectionKind.tag.rawValue].bytes.append(u32: type)
    default: try parseFunction(index, at: start)
    }
  }

  // MARK: Functions

  private mutating func parseFunction(_ index: UInt32, at start: Int) throws(TextError) {
    body.beginFunction()
    let type = try parseTypeUse(naming: true)
    sections[SectionKind.function.rawValue].begin(start)
    sections[SectionKind.function.rawValue].bytes.append(u32: type)
    let locals = try parseLocals()
    body.beginInstructions(isFunction: true)
    try parseInstructions()
    body.mark(cursor.offset)
    body.bytes.append(.end)
    body.endFunction(index, bodyOffset: locals.count)
    let size = locals.count + body.bytes.count
    sections[SectionKind.code.rawValue].begin(start)
    sections[SectionKind.code.rawValue].bytes.append(u32: size)
    sections[SectionKind.code.rawValue].bytes += locals
    sections[SectionKind.code.rawValue].append(body)
  }

  /// Reads and encodes the declarations of locals.
  private mutating func parseLocals() throws(TextError) -> [UInt8] {
    var groups: [LocalGroup] = []
    var count = body.parameterCount
    func add(_ type: ValueType) {
      count += 1
      if groups.last?.type == type {
        groups[groups.count - 1].count += 1
      } else {
        groups.append(LocalGroup(count: 1, type: type))
      }
    }
    while cursor.takeOpening(.local) {
      if cursor.isAt(.identifier) || cursor.isAt(.annotation) {
        try nameLocal(count)
        add(try parseValueType())
      } else {
        while !cursor.isAt(.rightParen) { add(try parseValueType()) }
      }
      try cursor.expect(.rightParen)
    }
    var bytes: [UInt8] = []
    bytes.append(u32: groups.count)
    for group in groups {
      bytes.append(u32: group.count)
      bytes.append(group.type)
    }
    return bytes
  }

  /// Reads the name of a parameter or local.
  mutating func nameLocal(_ index: Int) throws(TextError) {
    let token = cursor.token
    let symbol = takeSymbol()
    let annotation = try readNameAnnotation()
    if let symbol {
      guard body.localNames[symbol] == nil else {
        throw TextError("duplicate local \(cursor.text(of: token))", at: token.offset)
      }
      body.localNames[symbol] = UInt32(truncatingIfNeeded: index)
    }
    if let annotation {
      body.localNameMap.append(index, annotation)
    } else if let symbol {
      body.localNameMap.append(index, symbols.name(symbol))
    }
  }

  // MARK: Constant expressions

  /// Reads an expression up to the closing parenthesis, which is not read.
  mutating func parseExpression(into section: SectionKind) throws(TextError) {
    body.beginInstructions(isFunction: false)
    try parseInstructions()
    endExpression(section)
  }

  /// Reads an expression that is one folded instruction.
  mutating func parseFoldedExpression(into section: SectionKind) throws(TextError) {
    body.beginInstructions(isFunction: false)
    try parseFoldedInstruction()
    endExpression(section)
  }

  private mutating func endExpression(_ section: SectionKind) {
    body.mark(cursor.offset)
    body.bytes.append(.end)
    sections[section.rawValue].append(body)
  }
}

extension Section {
  /// Appends instructions and their positions in the text.
  mutating func append(_ body: BodyState) {
    let start = bytes.count
    bytes += body.bytes
    // Reserving the exact size each time would copy all bytes each time.
    for point in body.points {
      points.append(SourcePoint(binary: start + Int(point.binary), text: Int(point.text)))
    }
  }
}
