import PulleySource

extension TokenCursor {
  /// The text of a token.
  public func text(of token: Token) -> String {
    String(decoding: source.bytes[token.range], as: UTF8.self)
  }

  func annotationKind(of token: Token) -> AnnotationKind? {
    let quote = token.range.lowerBound + 2
    guard source.bytes[quote] == UInt8(ascii: "\"") else {
      return AnnotationKind(Array(source.bytes[token.range.dropFirst(2)]))
    }
    var name: [UInt8] = []
    StringLiteral.appendContents(of: quote..<token.range.upperBound, in: source.bytes, to: &name)
    return AnnotationKind(name)
  }

  // MARK: Strings and names

  /// Reads a string and appends its bytes to `contents`.
  public mutating func readString(into contents: inout [UInt8]) throws(TextError) {
    let token = try expect(.string)
    StringLiteral.appendContents(of: token.range, in: source.bytes, to: &contents)
  }

  /// Reads a string and returns its bytes.
  public mutating func readString() throws(TextError) -> [UInt8] {
    var contents: [UInt8] = []
    try readString(into: &contents)
    return contents
  }

  /// Reads consecutive strings and returns all their bytes.
  public mutating func readStrings() throws(TextError) -> [UInt8] {
    var contents: [UInt8] = []
    while isAt(.string) { try readString(into: &contents) }
    return contents
  }

  /// Reads a string that is a name and so must be UTF-8.
  public mutating func readName() throws(TextError) -> [UInt8] {
    let start = offset
    let contents = try readString()
    guard firstIllFormedByte(of: contents) == nil else {
      throw TextError("malformed UTF-8 encoding", at: start)
    }
    return contents
  }

  /// The name of an identifier, without `$` and quotes.
  public func name(ofIdentifier token: Token) -> [UInt8] {
    let range = token.range.dropFirst()
    guard source.bytes[range.lowerBound] == UInt8(ascii: "\"") else {
      return Array(source.bytes[range])
    }
    var name: [UInt8] = []
    StringLiteral.appendContents(of: range, in: source.bytes, to: &name)
    return name
  }

  /// Reads an identifier if the next token is one.
  public mutating func readIdentifier() -> [UInt8]? {
    guard isAt(.identifier) else { return nil }
    return name(ofIdentifier: next())
  }

  // MARK: Numbers

  /// Reads an unsigned integer of at most so many bits.
  public mutating func readUnsigned(bits: Int) throws(TextError) -> UInt64 {
    let token = try numberToken()
    let value = try value(NumberText.unsigned(source.bytes, token.range, bits: bits), bits, token)
    next()
    return value
  }

  /// Reads an unsigned integer of at most 32 bits.
  public mutating func readU32() throws(TextError) -> UInt32 {
    UInt32(truncatingIfNeeded: try readUnsigned(bits: 32))
  }

  /// Reads a signed or unsigned integer of so many bits and sign-extends it.
  public mutating func readInteger(bits: Int) throws(TextError) -> Int64 {
    let token = try numberToken()
    let value = try value(NumberText.integer(source.bytes, token.range, bits: bits), bits, token)
    next()
    return value
  }

  /// Reads a number, rounds it to the nearest f32 and returns its bits.
  public mutating func readF32() throws(TextError) -> UInt32 {
    UInt32(truncatingIfNeeded: try readFloat(.single))
  }

  /// Reads a number, rounds it to the nearest f64 and returns its bits.
  public mutating func readF64() throws(TextError) -> UInt64 {
    try readFloat(.double)
  }

  private mutating func readFloat(_ format: FloatFormat) throws(TextError) -> UInt64 {
    let token = try numberToken()
    switch FloatText.read(source.bytes, token.range, format) {
    case .value(let bits):
      next()
      return bits
    case .outOfRange: throw outOfRange("f\(format.width)", token)
    case .malformed: throw unexpected(token)
    }
  }

  private func numberToken() throws(TextError) -> Token {
    guard isAt(.number) else { throw unexpectedToken() }
    return token
  }

  private func value<Value>(
    _ reading: NumberText.Reading<Value>, _ bits: Int, _ token: Token
  ) throws(TextError) -> Value {
    switch reading {
    case .value(let value): return value
    case .outOfRange: throw outOfRange("i\(bits)", token)
    case .malformed: throw unexpected(token)
    }
  }

  private func outOfRange(_ type: String, _ token: Token) -> TextError {
    TextError("\(type) constant out of range", at: token.offset)
  }
}
