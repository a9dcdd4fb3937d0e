import PulleySource
import PulleyText

/// Splits the output of a C preprocessor into tokens, and follows its line markers.
struct Lexer {
  let source: SourceText
  private let bytes: [UInt8]
  private(set) var files: FileNames
  private var position = 0
  private var place: Place
  /// Whether only blanks have come since the line began, so that `#` begins a directive.
  private var isAtLineStart = true

  init(_ source: SourceText, _ files: FileNames) {
    self.source = source
    bytes = source.bytes
    self.files = files
    place = Place(file: self.files.number(source.name), line: 1)
  }

  func error(_ message: String, at token: Token) -> DeclarationError {
    DeclarationError(message, at: token, in: source, files)
  }

  private func token(_ kind: Token.Kind, from start: Int) -> Token {
    Token(kind: kind, start: start, end: position, place: place)
  }

  private func byte(_ ahead: Int = 0) -> UInt8 {
    position + ahead < bytes.count ? bytes[position + ahead] : 0
  }

  /// The next token.
  mutating func next() throws(DeclarationError) -> Token {
    while true {
      let token = try nextOrPragma()
      guard token == .pragma else { return token }
      guard try nextOrPragma() == .openParenthesis, try nextOrPragma().kind == .string,
        try nextOrPragma() == .closeParenthesis
      else { throw error("expected _Pragma(\"text\")", at: token) }
    }
  }

  private mutating func nextOrPragma() throws(DeclarationError) -> Token {
    while true {
      try skipBlanks()
      let start = position
      guard start < bytes.count else { return token(.end, from: start) }
      let first = bytes[start]
      if first == UInt8(ascii: "#"), isAtLineStart {
        if let pack = try directive() { return pack }
        continue
      }
      isAtLineStart = false
      if Self.beginsName(first) { return try word() }
      if Self.isDigit(first) || first == UInt8(ascii: ".") && Self.isDigit(byte(1)) {
        return number()
      }
      if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") { return try quoted(start) }
      return try mark()
    }
  }

  // MARK: Blanks and directives

  /// Skips blanks and comments. A text that ends in a comment is an error.
  private mutating func skipBlanks() throws(DeclarationError) {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        newLine()
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
        position += 1
      case UInt8(ascii: "\\") where byte(1) == 0x0A || byte(1) == 0x0D && byte(2) == 0x0A:
        position += byte(1) == 0x0A ? 1 : 2
        place.line &+= 1
        position += 1
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
        try skipComment()
      default:
        return
      }
    }
  }

  private mutating func newLine() {
    position += 1
    place.line &+= 1
    isAtLineStart = true
  }

  private mutating func skipComment() throws(DeclarationError) {
    let start = token(.end, from: position)
    position += 2
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
        position += 2
        return
      }
      if bytes[position] == 0x0A { place.line &+= 1 }
      position += 1
    }
    throw error("this comment has no end: expected */", at: start)
  }

  /// Obeys a line marker or `#pragma pack`, and skips other pragmas.
  private mutating func directive() throws(DeclarationError) -> Token? {
    var start = token(.end, from: position)
    let line = restOfLine()
    var cursor = line.lowerBound + 1
    let word = wordOfLine(&cursor, line)
    switch word {
    case "", "ident", "sccs":
      return nil
    case "pragma":
      guard wordOfLine(&cursor, line) == "pack" else { return nil }
      start.kind = .pack
      (start.start, start.end) = (cursor, line.upperBound)
      return start
    case "line":
      obeyLineMarker(wordOfLine(&cursor, line), cursor, line)
      return nil
    default:
      guard Self.isDigit(word.utf8.first ?? 0) else {
        throw error(
          "#\(VisibleText.name(word)) is for the C preprocessor: run it first (cc -E) and declare "
            + "its output", at: start)
      }
      obeyLineMarker(word, cursor, line)
      return nil
    }
  }

  /// The range of the rest of the line; skips to the line's end.
  private mutating func restOfLine() -> Range<Int> {
    let start = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    return start..<position
  }

  private func wordOfLine(_ cursor: inout Int, _ line: Range<Int>) -> String {
    while cursor < line.upperBound, bytes[cursor] == 0x20 || bytes[cursor] == 0x09 { cursor += 1 }
    let start = cursor
    while cursor < line.upperBound, Self.continuesName(bytes[cursor]) { cursor += 1 }
    return String(decoding: bytes[start..<cursor], as: UTF8.self)
  }

  private mutating func obeyLineMarker(_ number: String, _ cursor: Int, _ line: Range<Int>) {
    guard let number = Int32(number) else { return }
    // The line of the marker ends after this.
    place.line = number &- 1
    let rest = bytes[cursor..<line.upperBound]
    guard let open = rest.firstIndex(of: UInt8(ascii: "\"")),
      let close = rest.lastIndex(of: UInt8(ascii: "\"")), close > open
    else { return }
    place.file = files.number(String(decoding: bytes[open + 1..<close], as: UTF8.self))
  }

  // MARK: Tokens

  private mutating func word() throws(DeclarationError) -> Token {
    let start = position
    while position < bytes.count, Self.continuesName(bytes[position]) { position += 1 }
    let isQuote = byte() == UInt8(ascii: "\"") || byte() == UInt8(ascii: "'")
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isQuote, ["L", "u", "U", "u8"].contains(text) { return try quoted(start) }
    return token(Keyword.spellings[text].map(Token.Kind.keyword) ?? .name(text), from: start)
  }

  /// A preprocessing number: what it means is checked where its value matters.
  private mutating func number() -> Token {
    let start = position
    while position < bytes.count {
      let isExponent =
        [UInt8(ascii: "e"), UInt8(ascii: "p")].contains(bytes[position] | 0x20)
        && (byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-"))
      let isSeparator = bytes[position] == UInt8(ascii: "'") && Self.continuesName(byte(1))
      guard
        isExponent || isSeparator || Self.continuesName(bytes[position])
          || bytes[position] == UInt8(ascii: ".")
      else { break }
      position += isExponent || isSeparator ? 2 : 1
    }
    return token(.number, from: start)
  }

  /// A string or a character, with its prefix.
  private mutating func quoted(_ start: Int) throws(DeclarationError) -> Token {
    let quote = bytes[position]
    position += 1
    while position < bytes.count, bytes[position] != 0x0A {
      if bytes[position] == quote {
        position += 1
        return token(quote == UInt8(ascii: "'") ? .character : .string, from: start)
      }
      if bytes[position] == UInt8(ascii: "\\") {
        if byte(1) == 0x0A { place.line &+= 1 }
        position += 1
      }
      position = min(position + 1, bytes.count)
    }
    let what = quote == UInt8(ascii: "'") ? "character" : "string"
    throw error("this \(what) has no end in its line", at: token(.end, from: start))
  }

  private static let marks: [[UInt8]: Mark] = {
    let others = [
      "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "::", "##", "#",
      "@", "\\", "`",
    ]
    var marks: [[UInt8]: Mark] = [:]
    for text in others { marks[Array(text.utf8)] = .other }
    let own: [Mark] = [
      .ellipsis, .arrow, .lessEqual, .greaterEqual, .equalEqual, .notEqual, .and, .or, .shiftLeft,
      .shiftRight,
    ]
    for mark in own { marks[Array(mark.rawValue.utf8)] = mark }
    return marks
  }()

  private mutating func mark() throws(DeclarationError) -> Token {
    let start = position
    if Self.canCombine(byte(1)) {
      for length in [3, 2] where start + length <= bytes.count {
        guard let mark = Self.marks[Array(bytes[start..<start + length])] else { continue }
        position += length
        return token(.mark(mark), from: start)
      }
    }
    position += 1
    if bytes[start] < 0x80,
      let mark = Mark(rawValue: String(Character(Unicode.Scalar(bytes[start]))))
    {
      return token(.mark(mark), from: start)
    }
    if Self.marks[[bytes[start]]] != nil { return token(.mark(.other), from: start) }
    throw error(
      "\(VisibleText.quoted(bytes[start..<position])) is not part of C",
      at: token(.end, from: start)
    )
  }

  private static func canCombine(_ second: UInt8) -> Bool {
    switch Unicode.Scalar(second) {
    case ".", ">", "=", "&", "|", "<", "+", "-", ":", "#": true
    default: false
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func beginsName(_ byte: UInt8) -> Bool {
    0x61...0x7A ~= byte | 0x20 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
      || byte >= 0x80
  }

  private static func continuesName(_ byte: UInt8) -> Bool { beginsName(byte) || isDigit(byte) }
}
