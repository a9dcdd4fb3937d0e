/// Reads the words, numbers and punctuation of a signature.
struct SignatureScanner {
  let text: [UInt8]
  private(set) var position = 0

  init(_ text: String) {
    self.text = Array(text.utf8)
  }

  /// The offset of the next character that is not a blank, or the end.
  func nextOffset() -> Int {
    var offset = position
    while offset < text.count, [9, 10, 13, 32].contains(text[offset]) {
      offset += 1
    }
    return offset
  }

  var isAtEnd: Bool { nextOffset() == text.count }

  /// Takes letters, digits and underscores; nil if there are none.
  mutating func word() -> String? {
    let start = nextOffset()
    var end = start
    while end < text.count, isWordByte(text[end]) {
      end += 1
    }
    guard end > start else { return nil }
    position = end
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  func peekWord() -> String? {
    var ahead = self
    return ahead.word()
  }

  mutating func take(word wanted: String) -> Bool {
    var ahead = self
    guard ahead.word() == wanted else { return false }
    self = ahead
    return true
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek(is: character) else { return false }
    position = nextOffset() + 1
    return true
  }

  mutating func takeEllipsis() -> Bool {
    let offset = nextOffset()
    guard text[offset...].starts(with: "...".utf8) else { return false }
    position = offset + 3
    return true
  }

  func peek(is character: Unicode.Scalar) -> Bool {
    let offset = nextOffset()
    return offset < text.count && text[offset] == UInt8(ascii: character)
  }

  mutating func expect(
    _ character: Unicode.Scalar, because reason: String
  ) throws(HostSignatureError) {
    guard take(character) else {
      throw error("expected '\(character)' \(reason)", at: nextOffset())
    }
  }

  func error(_ message: String, at offset: Int) -> HostSignatureError {
    HostSignatureError(message: message, offset: offset)
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
