import PulleySource

/// The custom sections from annotations, and their places in the module.
struct CustomSections {
  enum Place: Hashable {
    case first, last
    case before(SectionKind), after(SectionKind)
  }

  private var sections: [(place: Place, name: [UInt8], contents: [UInt8])] = []

  func contains(_ name: String) -> Bool {
    sections.contains { $0.name.elementsEqual(name.utf8) }
  }

  func append(_ place: Place, to module: inout EncodedModule) {
    for section in sections where section.place == place {
      module.appendCustom(section.name, section.contents)
    }
  }

  /// Reads the rest of an annotation whose head has been read.
  mutating func parse(_ cursor: inout TokenCursor) throws(TextError) {
    guard cursor.isAt(.string) else {
      throw cursor.error("@custom annotation: missing section name")
    }
    let start = cursor.offset
    let name = try cursor.readString()
    guard firstIllFormedByte(of: name) == nil else {
      throw TextError("@custom annotation: malformed UTF-8 encoding", at: start)
    }
    var place = Place.last
    if cursor.take(.leftParen) {
      place = try Self.parsePlace(&cursor)
      try Self.expectEnd(&cursor)
    }
    let contents = try cursor.readStrings()
    try Self.expectEnd(&cursor)
    sections.append((place, name, contents))
  }

  private static func expectEnd(_ cursor: inout TokenCursor) throws(TextError) {
    guard cursor.take(.rightParen) else {
      throw cursor.error("@custom annotation: unexpected token")
    }
  }

  private static func parsePlace(_ cursor: inout TokenCursor) throws(TextError) -> Place {
    let isBefore = cursor.isAt(.before)
    guard isBefore || cursor.isAt(.after) else {
      throw cursor.error("@custom annotation: malformed placement")
    }
    cursor.next()
    if isBefore, cursor.take(.first) { return .first }
    if !isBefore, cursor.take(.last) { return .last }
    guard let kind = section(cursor.token, cursor) else {
      throw cursor.error("@custom annotation: malformed section kind")
    }
    cursor.next()
    return isBefore ? .before(kind) : .after(kind)
  }

  private static func section(_ token: Token, _ cursor: TokenCursor) -> SectionKind? {
    switch token.keyword {
    case .type: .type
    case .import: .import
    case .func: .function
    case .table: .table
    case .memory: .memory
    case .tag: .tag
    case .global: .global
    case .export: .export
    case .start: .start
    case .elem: .element
    case .code: .code
    case .data: .data
    default: cursor.text(of: token) == "datacount" ? .dataCount : nil
    }
  }
}
