import PulleySource
import PulleyWasm

/// A place in a source's tokens. A copy is how to look ahead.
public struct TokenCursor: Sendable {
  public let source: SourceText
  private let tokens: [Token]
  /// The next token's number.
  private(set) var position = 0

  /// Finds the tokens of the whole source, and stands in front of the first.
  public init(_ source: SourceText) throws(TextError) {
    self.source = source
    tokens = try Lexer.tokens(of: source)
  }

  /// The next token; for good one of kind `end` behind the last.
  public var token: Token {
    @inline(__always) get { tokens[position] }
  }

  /// Where the next token begins in the source.
  public var offset: Int { token.offset }

  /// Whether there are no more tokens.
  public var isAtEnd: Bool { token.kind == .end }

  /// The token so many places behind the next one.
  @inline(__always)
  public func peek(_ distance: Int = 0) -> Token {
    tokens[min(position + distance, tokens.count - 1)]
  }

  /// Passes over the next token and returns it.
  @inline(__always)
  @discardableResult
  public mutating func next() -> Token {
    let token = tokens[position]
    if position + 1 < tokens.count { position += 1 }
    return token
  }

  /// Goes back, or forward, to a token.
  mutating func move(to position: Int) { self.position = min(position, tokens.count - 1) }

  // MARK: Expected tokens

  /// Whether the next token is of this kind.
  @inline(__always)
  public func isAt(_ kind: Token.Kind) -> Bool { token.kind == kind }

  /// Whether the next token is this word.
  @inline(__always)
  public func isAt(_ keyword: Keyword) -> Bool { token.keyword == keyword }

  /// Whether the next tokens are a parenthesis and this word.
  @inline(__always)
  public func opens(_ keyword: Keyword) -> Bool {
    token.kind == .leftParen && peek(1).keyword == keyword
  }

  /// Passes over the next token if it is of this kind.
  public mutating func take(_ kind: Token.Kind) -> Bool {
    guard isAt(kind) else { return false }
    next()
    return true
  }

  /// Passes over the next token if it is this word.
  public mutating func take(_ keyword: Keyword) -> Bool {
    guard isAt(keyword) else { return false }
    next()
    return true
  }

  /// Passes over a parenthesis and this word, if they are next.
  public mutating func takeOpening(_ keyword: Keyword) -> Bool {
    guard opens(keyword) else { return false }
    next()
    next()
    return true
  }

  /// Passes over the next token, which must be of this kind.
  @discardableResult
  public mutating func expect(_ kind: Token.Kind) throws(TextError) -> Token {
    guard isAt(kind) else { throw unexpectedToken() }
    return next()
  }

  /// Passes over the next token, which must be this word.
  public mutating func expect(_ keyword: Keyword) throws(TextError) {
    guard take(keyword) else { throw unexpectedToken() }
  }

  /// Passes over everything up to and including the parenthesis that closes the innermost open
  /// one.
  public mutating func skipToClosingParenthesis() throws(TextError) {
    var depth = 0
    while true {
      switch token.kind {
      case .leftParen, .annotation: depth += 1
      case .rightParen:
        if depth == 0 {
          next()
          return
        }
        depth -= 1
      case .end: throw unexpectedToken()
      default: break
      }
      next()
    }
  }

  // MARK: Errors

  /// An error at the next token.
  public func error(_ message: String) -> TextError { TextError(message, at: offset) }

  /// That the next token may not stand where it does.
  public func unexpectedToken() -> TextError { unexpected(token) }

  /// That a token may not stand where it does.
  public func unexpected(_ token: Token) -> TextError {
    switch token.kind {
    case .keyword where token.keyword == nil && token.operatorCode == nil:
      if isMemoryArgument(token) { break }
      return TextError("unknown operator \(text(of: token))", at: token.offset)
    case .reserved:
      return TextError("unknown operator \(text(of: token))", at: token.offset)
    case .number where !NumberText.isFloat(source.bytes, token.range):
      return TextError("unknown operator \(text(of: token))", at: token.offset)
    case .annotation:
      let kind = annotationKind(of: token)
      let message =
        kind == .branchHint
        ? "@metadata.code.branch_hint annotation: misplaced"
        : "misplaced @\(kind == .name ? "name" : "custom") annotation"
      return TextError(message, at: token.offset)
    case .end:
      return TextError("unexpected token: the source ends too early", at: token.offset)
    default: break
    }
    return TextError("unexpected token \(text(of: token))", at: token.offset)
  }

  private func isMemoryArgument(_ token: Token) -> Bool {
    let word = source.bytes[token.range]
    return word.starts(with: "offset=".utf8) || word.starts(with: "align=".utf8)
  }
}
