/// The token that is next, and the errors so far.
struct ClifCursor: Sendable {
  private var lexer: ClifLexer
  private(set) var token: ClifToken
  private(set) var errors: [ClifError] = []
  /// The line of the token before this one.
  private(set) var previousLine = 0

  init(_ text: [UInt8]) {
    lexer = ClifLexer(text)
    token = lexer.next()
  }

  /// The same text from the next token on, to look ahead in; without comments.
  var lookahead: ClifLexer {
    var copy = lexer
    copy.keepsComments = false
    return copy
  }

  var bytes: ArraySlice<UInt8> { lexer.bytes[token.range] }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  var offset: UInt32 { UInt32(truncatingIfNeeded: token.range.lowerBound) }

  func isWord(_ word: StaticString) -> Bool {
    guard token.kind == .identifier, token.range.count == word.utf8CodeUnitCount else {
      return false
    }
    for index in 0..<word.utf8CodeUnitCount
    where lexer.bytes[token.range.lowerBound + index] != word.utf8Start[index] { return false }
    return true
  }

  mutating func advance() {
    previousLine = token.line
    token = lexer.next()
  }

  /// The words between the token and the end of its line; advances to the next line.
  mutating func takeRestOfLine() -> [String] {
    let words = lexer.restOfLine()
    advance()
    return words
  }

  // Taking tokens

  func error(_ message: String) -> ClifError {
    let found =
      switch token.kind {
      case .end: "the text ends"
      case .invalid: "there is a character that means nothing"
      default: "there is `\(text)`"
      }
    return ClifError(
      offset: token.range.lowerBound, line: token.line, message: "\(message), but \(found)")
  }

  /// An error that is about the token itself.
  func refusal(_ message: String) -> ClifError {
    ClifError(offset: token.range.lowerBound, line: token.line, message: message)
  }

  /// Takes a token if it is of the kind.
  mutating func takes(_ kind: TokenKind) -> Bool {
    guard token.kind == kind else { return false }
    advance()
    return true
  }

  mutating func takes(word: StaticString) -> Bool {
    guard isWord(word) else { return false }
    advance()
    return true
  }

  mutating func expect(_ kind: TokenKind, _ what: StaticString) throws(ClifError) {
    guard takes(kind) else { throw error("expected \(what)") }
  }

  mutating func expect(word: StaticString) throws(ClifError) {
    guard takes(word: word) else { throw error("expected `\(word)`") }
  }

  /// The number of an entity, as the text has it.
  mutating func number(_ kind: TokenKind, _ what: StaticString) throws(ClifError) -> UInt32 {
    guard token.kind == kind else { throw error("expected \(what)") }
    defer { advance() }
    return token.number
  }

  mutating func type(_ what: StaticString) throws(ClifError) -> Type {
    guard token.kind == .type else {
      if token.kind == .dynamicType { throw refusal("dynamic vectors are not supported: \(text)") }
      throw error("expected \(what)")
    }
    defer { advance() }
    return token.type
  }

  /// An integer that fits so many bits, signed or unsigned; its low bits.
  mutating func integer(bits: Int) throws(ClifError) -> UInt128 {
    guard token.kind == .integer else { throw error("expected an integer") }
    guard let value = ClifNumber.integer(bytes, bits: bits) else {
      throw refusal("`\(text)` is not an integer of \(bits) bits")
    }
    advance()
    return value
  }

  /// An integer without a sign.
  mutating func unsigned32() throws(ClifError) -> UInt32 {
    guard token.kind == .integer, let value = ClifNumber.magnitude(bytes),
      value <= UInt128(UInt32.max)
    else { throw error("expected a number of at most 32 bits") }
    advance()
    return UInt32(value)
  }

  mutating func float(_ type: Type) throws(ClifError) -> UInt128 {
    guard let format = ClifNumber.floatFormat(type),
      token.kind == .float || token.kind == .integer
    else { throw error("expected a float") }
    guard let bits = ClifNumber.float(bytes, format) else {
      throw refusal("`\(text)` is not a value of type \(type)")
    }
    advance()
    return bits
  }

  /// A name after `%`, or two numbers: `u0:1`.
  mutating func name() throws(ClifError) -> ExternalName {
    switch token.kind {
    case .name:
      defer { advance() }
      return .named(text)
    case .user:
      let namespace = token.number
      advance()
      try expect(.colon, "':' between the numbers of a name")
      return .user(namespace: namespace, index: try unsigned32())
    default:
      throw error("expected a name")
    }
  }

  // Errors

  mutating func report(_ message: String) { report(error(message)) }

  mutating func report(_ error: ClifError) {
    guard errors.count < ClifReader.errorLimit else { return }
    errors.append(error)
  }

  mutating func report(_ message: String, at offset: UInt32, line: Int) {
    report(ClifError(offset: Int(offset), line: line, message: message))
  }

  /// Goes on to the next token that satisfies `condition`, or to the end.
  mutating func skip(until condition: (ClifCursor) -> Bool) {
    while token.kind != .end, !condition(self) { advance() }
  }

  // Comments

  var commentCount: Int { lexer.comments.count }

  /// The comments from index `first`, each with the line of its owner: the last of `owners` before the
  /// comment, or the function's header. `owners` are lines and the offsets at which they begin, in the
  /// order of the text.
  func comments(
    from first: Int, owners: [(offset: Int, line: Int)], header: Int
  ) -> [ClifComment] {
    var owner = 0
    return lexer.comments[first...].map { comment in
      while owner < owners.count, owners[owner].offset < comment.range.lowerBound { owner += 1 }
      let text = lexer.bytes[comment.range].drop {
        $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ";")
      }
      return ClifComment(
        text: String(decoding: text, as: UTF8.self), line: comment.line,
        ownerLine: owner > 0 ? owners[owner - 1].line : header)
    }
  }
}
