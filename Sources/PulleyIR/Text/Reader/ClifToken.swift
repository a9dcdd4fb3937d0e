/// The kind of a token.
enum TokenKind: UInt8, Sendable {
  case end, invalid
  case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
  case leftAngle, rightAngle, minus, plus, star, comma, dot, colon, equal, bang, at, arrow
  case float, integer, type, name, string, hexSequence, identifier, sourceMark
  /// A word with a number, which names an entity or is part of a name.
  case value, block, stackSlot, globalValue, constant, function, signature, aliasRegion, heap
  case user, exceptionTag, returnValue, exceptionValue, dynamicStackSlot, dynamicType

  /// The prefixes of entities.
  static let entities: [(word: StaticString, kind: TokenKind)] = [
    ("v", .value), ("block", .block), ("ss", .stackSlot), ("gv", .globalValue),
    ("const", .constant), ("fn", .function), ("sig", .signature), ("region", .aliasRegion),
    ("heap", .heap), ("u", .user), ("tag", .exceptionTag), ("ret", .returnValue),
    ("exn", .exceptionValue), ("dss", .dynamicStackSlot), ("dt", .dynamicType),
  ]
}

struct ClifToken: Sendable {
  var kind: TokenKind
  /// The range in bytes. That of a name or a string does not include its delimiters.
  var range: Range<Int>
  var line: Int
  /// The number of the entity.
  var number: UInt32 = 0
  var type = Type.invalid

  init(_ kind: TokenKind, _ range: Range<Int>, line: Int) {
    self.kind = kind
    self.range = range
    self.line = line
  }
}
