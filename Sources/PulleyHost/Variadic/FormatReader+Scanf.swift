import PulleyDeclarations

extension FormatReader {
  mutating func readScanf() throws(FormatError) {
    while try findConversion() {
      let position = try argumentPosition()
      let isSuppressed = take("*")
      let width = try number("width")
      // Some C libraries take a width of 0 for none.
      if width == 0 { throw error("has a width of 0") }
      let length = length()
      let letter = try letter()
      let isSet = letter == UInt8(ascii: "[")
      if isSet { try skipSet() }
      let type = try scanfType(letter, length, width)
      if isSuppressed {
        if case .consumed = type { throw refusal("has no effect") }
        if position != nil { throw refusal("has an argument and suppresses it") }
      } else {
        try use(type, at: position)
      }
    }
  }

  /// Skips the characters of a set and its end. A `]` at the beginning is one of them.
  private mutating func skipSet() throws(FormatError) {
    _ = take("^")
    _ = take("]")
    while !isAtEnd, next != UInt8(ascii: "]") { advance() }
    guard take("]") else { throw error("has a set of characters without its ']'") }
  }

  private func scanfType(
    _ letter: UInt8, _ length: Length, _ width: Int?
  ) throws(FormatError) -> VariableType {
    switch Unicode.Scalar(letter) {
    case "d", "i":
      if let type = integer(length, isSigned: true) { return .integerOutput(type) }
    case "o", "u", "x", "X":
      if let type = integer(length, isSigned: false) { return .integerOutput(type) }
    case "a", "A", "e", "E", "f", "F", "g", "G":
      let isAllocation: Set<UInt8> = [UInt8(ascii: "s"), UInt8(ascii: "S"), UInt8(ascii: "[")]
      if letter == UInt8(ascii: "a"), isAllocation.contains(next) {
        throw refusal("some C libraries take for an allocation, because a letter or a set follows")
      }
      if let type = floating(length) { return .floatingOutput(type) }
    case "c":
      if length == .none { return .characters(width ?? 1) }
      if length == .l { throw refusal("reads wide characters") }
    case "s", "[":
      if length == .none {
        return .text(maximum: width, isWord: letter == UInt8(ascii: "s"))
      }
      if length == .l { throw refusal("reads wide characters") }
    case "p":
      if length == .none { return .addressOutput }
    case "n":
      if width != nil { throw refusal("has a width") }
      if let type = integer(length, isSigned: true) { return .consumed(type) }
    case "m": throw refusal("allocates memory, which a guest could not free")
    default: throw unknown(letter)
    }
    throw wrongLength()
  }
}
