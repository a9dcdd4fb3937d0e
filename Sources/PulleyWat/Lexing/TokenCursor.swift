import PulleySource
import PulleyWasm

/// A position in the tokens of a source. Copying a cursor is cheap, and allows looking ahead.
public struct TokenCursor: Sendable {
  public let source: SourceText
  private let tokens: [Token]
  /// The index of the next token.
  private(set) var position = 0

  /// Divides a source into tokens. The cursor is at the first one.
  public init(_ source: SourceText) throws(TextError) {
    self.source = source
    tokens = try Lexer.tokens(of: source)
  }

  /// The next token. After the last one it has the kind `end`.
  public var token: Token {
    @inline(__always) get { tokens[position] }
  }

  /// The position of the next token in the source.
  public var offset: Int { token.offset }

  /// Whether there are no more tokens.
  public var isAtEnd: Bool { token.kind == .end }

  /// The token at a distance from the next one.
  @inline(__always)
  public func peek(_ distance: Int = 0) -> Token {
    tokens[min(position + distance, tokens.count - 1)]
  }

  /// Skips the next token and returns it.
  @inline(__always)
  @discardableResult
  public mutating func next() -> Token {
    let token = tokens[position]
    if position + 1 < tokens.count { position += 1 }
    return token
  }

  /// Moves the cursor to a token.
  mutating func move(to position: Int) { self.position = min(position, tokens.count - 1) }

  // MARK: Expected tokens

  /// Whether the next token has this kind.
  @inline(__always)
  public func isAt(_ kind: Token.Kind) -> Bool { token.kind == kind }

  /// Whether the next token is this word.
  @inline(__always)
  public func isAt(_ keyword: Keyword) -> Bool { token.keyword == keyword }

  /// Whether the next tokens are an opening parenthesis and this word.
  @inline(__always)
  public func opens(_ keyword: Keyword) -> Bool {
    token.kind == .leftParen && peek(1).keyword == keyword
  }

  /// Skips the next token if it has this kind. Returns whether it did.
  public mutating func take(_ kind: Token.Kind) -> Bool {
    guard isAt(kind) else { return false }
    next()
    return true
  }

  /// Skips the next token if it is this word. Returns whether it did.
  public mutating func take(_ keyword: Keyword) -> Bool {
    guard isAt(keyword) else { return false }
    next()
    return true
  }

  /// Skips an opening parenthesis and this word if they are the next tokens. Returns whether it did.
  public mutating func takeOpening(_ keyword: Keyword) -> Bool {
    guard opens(keyword) else { return false }
    next()
    next()
    return true
  }

  /// Skips the next token, which must have this kind.
  @discardableResult
  public mutating func expect(_ kind: Token.Kind) throws(TextError) -> Token {
    guard isAt(kind) else { throw unexpectedToken() }
    return next()
  }

  /// Skips the next token, which must be this word.
  public mutating func expect(_ keyword: Keyword) throws(TextError) {
    guard take(keyword) else { throw unexpectedToken() }
  }

  /// Skips all tokens up to and including the parenthesis that closes the innermost open one.
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

  /// An error at the position of the next token.
  public func error(_ message: String) -> TextError { TextError(message, at: offset) }

  /// The error for an unexpected next token.
  public func unexpectedToken() -> TextError { unexpected(token) }

  /// The error for an unexpected token.
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
