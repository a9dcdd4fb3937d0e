import PulleySource
import PulleyText

/// A recursive-descent parser of declarations. It stops at the first error.
///
/// Nesting in the text is limited, because each level takes stack. Bodies and initializers are only
/// scanned.
struct DeclarationReader {
  /// C requires 63 levels of parentheses and of structures.
  static let deepest = 64

  var lexer: Lexer
  var scope: Scope
  var token: Token
  var following: Token?
  /// The number of constructs that contain the token.
  var depth = 0
  /// Records whose members are being read.
  var unfinished: Set<Record> = []
  /// The parameters that were read so far, by name, of each list that contains the token.
  var parameterLists: [[String: Int]] = []
  /// What `#pragma pack` allows as the alignment of members, and what `push` keeps.
  var packing: Int?
  var keptPackings: [Int?] = []

  /// False while the table of known declarations itself is read.
  let usesKnownDeclarations: Bool

  init(_ source: SourceText, _ scope: Scope, usesKnownDeclarations: Bool = true) {
    self.usesKnownDeclarations = usesKnownDeclarations
    lexer = Lexer(source, scope.files)
    self.scope = scope
    self.scope.files = FileNames()
    token = Token(kind: .end, start: 0, end: 0, place: Place(file: 0, line: 1))
  }

  /// The scope with all that was declared.
  mutating func finish() -> Scope {
    scope.files = lexer.files
    return scope
  }

  mutating func readAll() throws(DeclarationError) {
    try advance()
    while token.kind != .end { try external() }
  }

  // MARK: Tokens

  mutating func advance() throws(DeclarationError) {
    if let following {
      (token, self.following) = (following, nil)
      return
    }
    token = try lexer.next()
    while token.kind == .pack {
      try obeyPack(token)
      token = try lexer.next()
    }
  }

  /// The token after the current one.
  mutating func peek() throws(DeclarationError) -> Token {
    if let following { return following }
    var next = try lexer.next()
    while next.kind == .pack {
      try obeyPack(next)
      next = try lexer.next()
    }
    following = next
    return next
  }

  /// Skips the token if it is this mark.
  mutating func accept(_ mark: Mark) throws(DeclarationError) -> Bool {
    guard token == mark else { return false }
    try advance()
    return true
  }

  mutating func accept(_ keyword: Keyword) throws(DeclarationError) -> Bool {
    guard token == keyword else { return false }
    try advance()
    return true
  }

  mutating func expect(_ mark: Mark, _ context: String) throws(DeclarationError) {
    guard try accept(mark) else { throw expected("'\(mark.rawValue)' \(context)") }
  }

  func expected(_ what: String) -> DeclarationError {
    error("expected \(what), found \(found)", at: token)
  }

  func error(_ message: String, at token: Token) -> DeclarationError {
    lexer.error(message, at: token)
  }

  /// The current token for a message.
  private var found: String {
    if token.kind == .end { return "the end of the text" }
    let range = token.start..<min(token.end, token.start + 40)
    let text = VisibleText.name(lexer.source.bytes[range])
    return "'\(text)\(token.end > range.upperBound ? "…" : "")'"
  }

  /// Counts a level of nesting. The caller calls `leave`.
  mutating func enter() throws(DeclarationError) {
    guard depth < Self.deepest else {
      throw error("this is nested more than \(Self.deepest) deep", at: token)
    }
    depth += 1
  }

  mutating func leave() { depth -= 1 }

  // MARK: Skipping

  /// Skips from an opening mark to the one that closes it.
  mutating func skipBalanced() throws(DeclarationError) {
    let start = token
    var closing: [Mark] = []
    repeat {
      switch token.kind {
      case .mark(.openParenthesis): closing.append(.closeParenthesis)
      case .mark(.openBracket): closing.append(.closeBracket)
      case .mark(.openBrace): closing.append(.closeBrace)
      case .mark(.closeParenthesis), .mark(.closeBracket), .mark(.closeBrace):
        guard let mark = closing.popLast() else { throw expected("an opening bracket") }
        guard token == mark else { throw expected("'\(mark.rawValue)'") }
      case .end:
        throw error("what begins here has no end", at: start)
      default: break
      }
      try advance()
    } while !closing.isEmpty
  }

  /// Skips an initializer: up to a comma or a semicolon.
  private mutating func skipInitializer() throws(DeclarationError) {
    while token != .comma, token != .semicolon {
      switch token.kind {
      case .mark(.openParenthesis), .mark(.openBracket), .mark(.openBrace): try skipBalanced()
      case .end, .mark(.closeParenthesis), .mark(.closeBracket), .mark(.closeBrace):
        throw expected("';' after the initializer")
      default: try advance()
      }
    }
  }

  // MARK: External declarations

  private mutating func external() throws(DeclarationError) {
    switch token.kind {
    case .mark(.semicolon):
      try advance()
    case .keyword(.staticAssert):
      try skipStaticAssert()
    case .keyword(.asm):
      try advance()
      while case .keyword(.volatile) = token.kind { try advance() }
      guard token == .openParenthesis else { throw expected("'(' after asm") }
      try skipBalanced()
      _ = try accept(.semicolon)
    case .mark(.closeBrace):
      throw error("this '}' closes nothing", at: token)
    default:
      try declaration()
    }
  }

  mutating func skipStaticAssert() throws(DeclarationError) {
    try advance()
    guard token == .openParenthesis else { throw expected("'(' after _Static_assert") }
    try skipBalanced()
    try expect(.semicolon, "after _Static_assert")
  }

  private mutating func declaration() throws(DeclarationError) {
    let specifiers = try specifiers()
    if try accept(.semicolon) { return }
    while true {
      var declarator = try declarator(specifiers.use, specifiers.attributes)
      guard let name = declarator.name else { throw expected("a name") }
      let symbol = try labelAndAttributes(&declarator.attributes)
      let entity = try declare(name, declarator, specifiers, symbol: symbol)
      if token == .openBrace {
        guard entity == .function else { throw expected("';' after the declaration") }
        try skipBalanced()
        return
      }
      if try accept(.equal) { try skipInitializer() }
      if try accept(.comma) { continue }
      try expect(.semicolon, "after the declaration of '\(VisibleText.name(name.text))'")
      return
    }
  }

  /// Reads `__asm__("name")` and attributes after a declarator. The result is the name.
  private mutating func labelAndAttributes(
    _ attributes: inout Attributes
  ) throws(DeclarationError) -> String? {
    var symbol: String?
    while true {
      if try readAttributes(into: &attributes) { continue }
      guard try accept(.asm) else { return symbol }
      try expect(.openParenthesis, "after asm")
      var name = ""
      while token.kind == .string {
        name += String(decoding: lexer.source.bytes[token.start..<token.end], as: UTF8.self)
          .filter { $0 != "\"" }
        try advance()
      }
      try expect(.closeParenthesis, "after the name in asm")
      symbol = name
    }
  }

  // MARK: Packing

  /// Obeys `#pragma pack(…)`: `n`, `push`, `push, n`, `pop` or nothing.
  private mutating func obeyPack(_ pragma: Token) throws(DeclarationError) {
    let text = String(decoding: lexer.source.bytes[pragma.start..<pragma.end], as: UTF8.self)
    let words = text.split { "(), \t\r".contains($0) }
    if words.isEmpty { packing = nil }
    for word in words {
      switch word {
      case "push":
        guard keptPackings.count < 4096 else {
          throw error("#pragma pack(push) is nested more than 4096 deep", at: pragma)
        }
        keptPackings.append(packing)
      case "pop": packing = keptPackings.popLast() ?? nil
      default:
        guard let number = Int(word) else { continue }
        guard [0, 1, 2, 4, 8, 16].contains(number) else {
          throw error("#pragma pack takes 1, 2, 4, 8 or 16", at: pragma)
        }
        packing = number == 0 ? nil : number
      }
    }
  }
}
