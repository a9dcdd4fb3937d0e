import PulleySource

/// Divides a text into tokens. Comments are put aside.
struct ClifLexer: Sendable {
  let bytes: [UInt8]
  private(set) var position = 0
  private(set) var line = 1
  /// The comments so far: their ranges after the semicolons, and their lines.
  private(set) var comments: [(range: Range<Int>, line: Int)] = []
  var keepsComments = true

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  /// The words from here to the end of the line.
  mutating func restOfLine() -> [String] {
    let start = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    let text = bytes[start..<position].prefix { $0 != UInt8(ascii: ";") }
    return text.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  mutating func next() -> ClifToken {
    skipSpace()
    guard position < bytes.count else { return ClifToken(.end, position..<position, line: line) }
    let start = position
    let first = bytes[position]
    switch first {
    case UInt8(ascii: "("): return punctuation(.leftParenthesis)
    case UInt8(ascii: ")"): return punctuation(.rightParenthesis)
    case UInt8(ascii: "{"): return punctuation(.leftBrace)
    case UInt8(ascii: "}"): return punctuation(.rightBrace)
    case UInt8(ascii: "["): return punctuation(.leftBracket)
    case UInt8(ascii: "]"): return punctuation(.rightBracket)
    case UInt8(ascii: "<"): return punctuation(.leftAngle)
    case UInt8(ascii: ">"): return punctuation(.rightAngle)
    case UInt8(ascii: "*"): return punctuation(.star)
    case UInt8(ascii: ","): return punctuation(.comma)
    case UInt8(ascii: "."): return punctuation(.dot)
    case UInt8(ascii: ":"): return punctuation(.colon)
    case UInt8(ascii: "="): return punctuation(.equal)
    case UInt8(ascii: "!"): return punctuation(.bang)
    case UInt8(ascii: "-") where byte(position + 1) == UInt8(ascii: ">"):
      position += 2
      return ClifToken(.arrow, start..<position, line: line)
    case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return number()
    case UInt8(ascii: "%"): return name()
    case UInt8(ascii: "\""): return string(.string, from: position + 1)
    case UInt8(ascii: "#"):
      return digits(.hexSequence)
    case UInt8(ascii: "@"):
      return NumberText.hexDigit(byte(position + 1)) != nil ? digits(.sourceMark) : punctuation(.at)
    case _ where Self.isWordByte(first): return word()
    default:
      position += 1
      while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
      return ClifToken(.invalid, start..<position, line: line)
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A:
        line += 1
        position += 1
      case 0x20, 0x09, 0x0B, 0x0C, 0x0D: position += 1
      case UInt8(ascii: ";"):
        while byte(position) == UInt8(ascii: ";") { position += 1 }
        let start = position
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
        if keepsComments { comments.append((start..<position, line)) }
      default: return
      }
    }
  }

  private mutating func punctuation(_ kind: TokenKind) -> ClifToken {
    position += 1
    return ClifToken(kind, position - 1..<position, line: line)
  }

  private mutating func digits(_ kind: TokenKind) -> ClifToken {
    position += 1
    let start = position
    while NumberText.hexDigit(byte(position)) != nil { position += 1 }
    return ClifToken(kind, start..<position, line: line)
  }

  private mutating func name() -> ClifToken {
    if byte(position + 1) == UInt8(ascii: "\"") { return string(.name, from: position + 2) }
    position += 1
    let start = position
    while Self.isWordByte(byte(position)) { position += 1 }
    return ClifToken(.name, start..<position, line: line)
  }

  private mutating func string(_ kind: TokenKind, from start: Int) -> ClifToken {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != 0x0A { end += 1 }
    guard byte(end) == UInt8(ascii: "\"") else {
      position = end
      return ClifToken(.invalid, min(start, end)..<end, line: line)
    }
    position = end + 1
    return ClifToken(kind, start..<end, line: line)
  }

  private mutating func number() -> ClifToken {
    let start = position
    var kind = TokenKind.integer
    let sign = byte(position)
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      position += 1
      let isSpecial = looksAt("NaN") || looksAt("sNaN") || looksAt("Inf")
      guard isSpecial || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte(position)) else {
        return ClifToken(
          sign == UInt8(ascii: "-") ? .minus : .plus, start..<position, line: line)
      }
    }
    if scanSpecial() { kind = .float }
    while true {
      let next = byte(position)
      if next == UInt8(ascii: ".") {
        kind = .float
      } else if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") {
        // Of an exponent; no digit is a `p`.
        let before = byte(position - 1)
        if before == UInt8(ascii: "p") { kind = .float }
        guard kind == .float, before == UInt8(ascii: "p") || before == UInt8(ascii: "e") else {
          break
        }
      } else if !Self.isWordByte(next) {
        break
      }
      position += 1
    }
    return ClifToken(kind, start..<position, line: line)
  }

  /// Goes over the beginning of a number that is not one, up to its payload.
  private mutating func scanSpecial() -> Bool {
    for word: StaticString in ["NaN", "sNaN", "Inf"] where looksAt(word) {
      position += word.utf8CodeUnitCount
      if byte(position) == UInt8(ascii: ":") { position += 1 }
      return true
    }
    return false
  }

  private func looksAt(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for index in 0..<count where bytes[position + index] != word.utf8Start[index] { return false }
    return true
  }

  private mutating func word() -> ClifToken {
    let start = position
    if scanSpecial(), !Self.isLetter(byte(position)) {
      while Self.isWordByte(byte(position)) { position += 1 }
      return ClifToken(.float, start..<position, line: line)
    }
    position = start
    while Self.isWordByte(byte(position)) { position += 1 }
    var token = ClifToken(.identifier, start..<position, line: line)
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position - 1]) else {
      return token
    }
    var digits = position
    while digits > start, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[digits - 1]) {
      digits -= 1
    }
    let count = position - digits
    guard count == 1 || bytes[digits] != UInt8(ascii: "0"), count <= 10 else { return token }
    var number: UInt64 = 0
    for byte in bytes[digits..<position] { number = number * 10 + UInt64(byte & 15) }
    guard let number = UInt32(exactly: number) else { return token }
    token.number = number
    for (word, kind) in TokenKind.entities
    where word.utf8CodeUnitCount == digits - start && matches(word, at: start) {
      // The greatest number is reserved: it means that there is no entity.
      guard number < .max || kind == .user || kind == .exceptionTag else { return token }
      token.kind = kind
      return token
    }
    if let type = type(start..<digits, UInt64(number)) {
      token.kind = .type
      token.type = type
    }
    return token
  }

  private func matches(_ word: StaticString, at start: Int) -> Bool {
    for index in 0..<word.utf8CodeUnitCount
    where bytes[start + index] != word.utf8Start[index] { return false }
    return true
  }

  /// The type that letters and a number name: `i` and 32, `i32x` and 4.
  private func type(_ letters: Range<Int>, _ number: UInt64) -> Type? {
    func scalar(_ letter: UInt8, _ bits: UInt64) -> Type? {
      switch (letter, bits) {
      case (UInt8(ascii: "i"), 8): .i8
      case (UInt8(ascii: "i"), 16): .i16
      case (UInt8(ascii: "i"), 32): .i32
      case (UInt8(ascii: "i"), 64): .i64
      case (UInt8(ascii: "i"), 128): .i128
      case (UInt8(ascii: "f"), 16): .f16
      case (UInt8(ascii: "f"), 32): .f32
      case (UInt8(ascii: "f"), 64): .f64
      case (UInt8(ascii: "f"), 128): .f128
      default: nil
      }
    }
    let first = bytes[letters.lowerBound]
    if letters.count == 1 { return scalar(first, number) }
    guard bytes[letters.upperBound - 1] == UInt8(ascii: "x"), letters.count <= 5 else { return nil }
    var bits: UInt64 = 0
    for byte in bytes[letters.lowerBound + 1..<letters.upperBound - 1] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      bits = bits * 10 + UInt64(byte & 15)
    }
    guard let lane = scalar(first, bits), number >= 2, number.nonzeroBitCount == 1,
      UInt64(lane.laneBits) * number <= 512
    else { return nil }
    return lane.vector(logLanes: UInt8(number.trailingZeroBitCount))
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  static func isWordByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
