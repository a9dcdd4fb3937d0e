import PulleySource
import PulleyWasm

/// Divides a source into tokens.
struct Lexer {
  /// The maximum size of a source, since tokens have positions of 32 bits.
  static let sourceLimit = 1 << 30

  let bytes: [UInt8]
  var position = 0
  private var tokens: [Token] = []
  private let words = WordTable.shared
  /// The number of open parentheses, and the number before each open annotation.
  private var depth = 0
  private var annotations: [(depth: Int, offset: Int)] = []

  /// The tokens of a source. The last one has the kind `end`.
  static func tokens(of source: SourceText) throws(TextError) -> [Token] {
    guard source.bytes.count <= sourceLimit else {
      throw TextError("source too large: at most \(sourceLimit) bytes", at: sourceLimit)
    }
    if let offset = firstIllFormedByte(of: source.bytes) {
      throw TextError("malformed UTF-8 encoding", at: offset)
    }
    var lexer = Lexer(bytes: source.bytes)
    lexer.tokens.reserveCapacity(source.bytes.count / 6 + 16)
    try lexer.run()
    return lexer.tokens
  }

  /// The first byte that is not part of a space or a comment. An unterminated comment counts as other
  /// text.
  static func firstByte(_ bytes: [UInt8]) -> UInt8? {
    var lexer = Lexer(bytes: bytes)
    guard let isFound = try? lexer.skipSpace() else { return UInt8(ascii: "(") }
    return isFound ? bytes[lexer.position] : nil
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private mutating func run() throws(TextError) {
    while try skipSpace() {
      let start = position
      switch bytes[position] {
      case UInt8(ascii: "("):
        if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "@") {
          try scanAnnotation()
        } else {
          position += 1
          depth += 1
          append(.leftParen, from: start)
        }
      case UInt8(ascii: ")"):
        position += 1
        depth -= 1
        if let open = annotations.last, open.depth == depth { annotations.removeLast() }
        append(.rightParen, from: start)
      case let byte where Self.isIdentifierByte(byte) || byte == UInt8(ascii: "\""):
        try scanWord()
      case let byte where Self.isPunctuation(byte):
        position += 1
        append(.reserved, from: start)
      default:
        throw TextError("illegal character", at: position)
      }
    }
    if let open = annotations.last { throw TextError("unclosed annotation", at: open.offset) }
    append(.end, from: position)
  }

  @inline(__always)
  private mutating func append(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind, start..<position))
  }

  // MARK: Characters

  /// Whether a byte may be part of a name: printable ASCII except spaces, quotes, parentheses and
  /// some punctuation.
  @inline(__always)
  static func isIdentifierByte(_ byte: UInt8) -> Bool {
    guard byte < 0x80 else { return false }
    let mask: UInt64 = byte < 64 ? 0xF7FF_ECFA_0000_0000 : 0x57FF_FFFF_D7FF_FFFF
    return mask >> UInt64(byte & 63) & 1 != 0
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }

  /// Skips white space and comments. Returns false at the end of the source.
  private mutating func skipSpace() throws(TextError) -> Bool {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D:
        position += 1
      case UInt8(ascii: ";"):
        guard next(is: UInt8(ascii: ";")) else { return true }
        while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D {
          position += 1
        }
      case UInt8(ascii: "("):
        guard next(is: UInt8(ascii: ";")) else { return true }
        try skipBlockComment()
      default:
        return true
      }
    }
    return false
  }

  @inline(__always)
  private func next(is byte: UInt8) -> Bool {
    position + 1 < bytes.count && bytes[position + 1] == byte
  }

  private mutating func skipBlockComment() throws(TextError) {
    let start = position
    var depth = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "("), next(is: UInt8(ascii: ";")) {
        depth += 1
        position += 2
      } else if bytes[position] == UInt8(ascii: ";"), next(is: UInt8(ascii: ")")) {
        depth -= 1
        position += 2
        if depth == 0 { return }
      } else {
        position += 1
      }
    }
    throw TextError("unclosed comment", at: start)
  }

  // MARK: Words

  /// Scans a token without spaces: a name, a number or a string.
  private mutating func scanWord() throws(TextError) {
    let start = position
    let (stringCount, firstString) = try skipWord()
    let range = start..<position
    let first = bytes[start]
    if stringCount > 0 {
      if stringCount == 1, firstString == range {
        tokens.append(Token(.string, range))
      } else if first == UInt8(ascii: "$"), stringCount == 1, firstString == start + 1..<position {
        let name = try quotedName(firstString)
        if name.isEmpty { throw TextError("empty identifier", at: start) }
        tokens.append(Token(.identifier, range))
      } else {
        tokens.append(Token(.reserved, range))
      }
      return
    }
    switch first {
    case UInt8(ascii: "$"):
      guard range.count > 1 else { throw TextError("empty identifier", at: start) }
      tokens.append(Token(.identifier, range))
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      tokens.append(Token(.number, range))
    case UInt8(ascii: "a")...UInt8(ascii: "z"):
      if let entry = words.find(bytes, range) {
        tokens.append(
          Token(.keyword, range, keyword: entry.keyword, operatorCode: entry.operatorCode))
      } else {
        tokens.append(Token(isSpecialFloat(range) ? .number : .keyword, range))
      }
    default:
      tokens.append(Token(.reserved, range))
    }
  }

  /// Skips name characters and strings.
  @inline(__always)
  private mutating func skipWord() throws(TextError) -> (strings: Int, first: Range<Int>) {
    var strings = 0
    var first = 0..<0
    while position < bytes.count {
      if Self.isIdentifierByte(bytes[position]) {
        position += 1
      } else if bytes[position] == UInt8(ascii: "\"") {
        let start = position
        try skipString()
        strings += 1
        if strings == 1 { first = start..<position }
      } else {
        break
      }
    }
    return (strings, first)
  }

  /// `inf`, `nan` and `nan:0x…`
  private func isSpecialFloat(_ range: Range<Int>) -> Bool {
    let word = bytes[range]
    return word.elementsEqual("inf".utf8) || word.elementsEqual("nan".utf8)
      || word.starts(with: "nan:0x".utf8)
  }

  private mutating func skipString() throws(TextError) {
    let start = position
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"):
        try skipEscape()
      case 0x0A, 0x0D:
        throw stringError("unclosed string", start)
      case 0x00..<0x20, 0x7F:
        throw stringError("illegal control character in string", start)
      default:
        position += 1
      }
    }
    throw stringError("unclosed string", start)
  }

  /// The error for a malformed string.
  private func stringError(_ message: String, _ start: Int) -> TextError {
    if start > 0, bytes[start - 1] == UInt8(ascii: "$") {
      return TextError("empty identifier", at: start - 1)
    }
    return TextError(message, at: message == "unclosed string" ? start : position)
  }

  private mutating func skipEscape() throws(TextError) {
    let start = position
    position += 2
    guard position <= bytes.count else { throw TextError("unclosed string", at: start) }
    switch bytes[position - 1] {
    case UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "\""),
      UInt8(ascii: "'"), UInt8(ascii: "\\"):
      return
    case UInt8(ascii: "u"):
      guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else { break }
      let digits = position + 1
      position = digits
      while position < bytes.count, NumberText.isDigitOrUnderscore(bytes[position], radix: 16) {
        position += 1
      }
      guard position < bytes.count, bytes[position] == UInt8(ascii: "}") else { break }
      guard case .value(let value) = NumberText.natural(bytes, digits..<position, radix: 16),
        value <= 0x10FFFF, Unicode.Scalar(UInt32(value)) != nil
      else { break }
      position += 1
      return
    case let byte:
      guard NumberText.hexDigit(byte) != nil, position < bytes.count,
        NumberText.hexDigit(bytes[position]) != nil
      else { break }
      position += 1
      return
    }
    throw TextError("illegal escape", at: start)
  }

  private func quotedName(_ literal: Range<Int>) throws(TextError) -> [UInt8] {
    var name: [UInt8] = []
    StringLiteral.appendContents(of: literal, in: bytes, to: &name)
    guard firstIllFormedByte(of: name) == nil else {
      throw TextError("malformed UTF-8 encoding", at: literal.lowerBound)
    }
    return name
  }

  // MARK: Annotations

  /// Scans the head of an annotation that is known, or skips all of an unknown one.
  private mutating func scanAnnotation() throws(TextError) {
    let start = position
    position += 2
    var name: [UInt8] = []
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      let literal = position
      do throws(TextError) {
        try skipString()
      } catch {
        // A malformed string cannot be a name.
        throw TextError("empty annotation id", at: start)
      }
      name = try quotedName(literal..<position)
    } else {
      while position < bytes.count, Self.isIdentifierByte(bytes[position]) { position += 1 }
      name = Array(bytes[start + 2..<position])
    }
    guard !name.isEmpty else { throw TextError("empty annotation id", at: start) }
    if AnnotationKind(name) != nil {
      annotations.append((depth, start))
      depth += 1
      append(.annotation, from: start)
    } else {
      try skipAnnotation(start)
    }
  }

  private mutating func skipAnnotation(_ start: Int) throws(TextError) {
    var depth = 1
    while try skipSpace() {
      switch bytes[position] {
      case UInt8(ascii: "("):
        position += 1
        depth += 1
      case UInt8(ascii: ")"):
        position += 1
        depth -= 1
        if depth == 0 { return }
      case let byte where Self.isIdentifierByte(byte) || byte == UInt8(ascii: "\""):
        _ = try skipWord()
      case let byte where Self.isPunctuation(byte):
        position += 1
      default:
        throw TextError("illegal character", at: position)
      }
    }
    throw TextError("unclosed annotation", at: start)
  }
}

/// The known annotations. Other annotations are white space.
enum AnnotationKind {
  case custom, name, branchHint

  init?(_ name: [UInt8]) {
    if name.elementsEqual("custom".utf8) {
      self = .custom
    } else if name.elementsEqual("name".utf8) {
      self = .name
    } else if name.elementsEqual("metadata.code.branch_hint".utf8) {
      self = .branchHint
    } else {
      return nil
    }
  }
}

/// The position of the first byte that is not valid UTF-8.
func firstIllFormedByte(of bytes: [UInt8]) -> Int? {
  var index = 0
  while index < bytes.count {
    let lead = bytes[index]
    if lead < 0x80 {
      index += 1
      continue
    }
    // The bounds of the second byte exclude overlong encodings, surrogates, and code points that
    // are too large.
    let (length, low, high): (Int, UInt8, UInt8)
    switch lead {
    case 0xC2...0xDF: (length, low, high) = (2, 0x80, 0xBF)
    case 0xE0: (length, low, high) = (3, 0xA0, 0xBF)
    case 0xED: (length, low, high) = (3, 0x80, 0x9F)
    case 0xE1...0xEF: (length, low, high) = (3, 0x80, 0xBF)
    case 0xF0: (length, low, high) = (4, 0x90, 0xBF)
    case 0xF1...0xF3: (length, low, high) = (4, 0x80, 0xBF)
    case 0xF4: (length, low, high) = (4, 0x80, 0x8F)
    default: return index
    }
    guard index + length <= bytes.count, low...high ~= bytes[index + 1] else { return index }
    for next in index + 2..<index + length where bytes[next] & 0xC0 != 0x80 { return index }
    index += length
  }
  return nil
}
