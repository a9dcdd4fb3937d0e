/// Reads integers as WebAssembly's text format writes them, and digits of any format.
public enum NumberText {
  /// The result of parsing a number.
  public enum Reading<Value> {
    case value(Value)
    /// The form is right, but the type has no such number.
    case outOfRange
    /// The text is not a number of this kind.
    case malformed
  }

  /// Whether this byte can continue a number.
  public static func isDigitOrUnderscore(_ byte: UInt8, radix: UInt64) -> Bool {
    byte == UInt8(ascii: "_") || digit(byte, radix: radix) != nil
  }

  /// The value of a decimal (radix 10) or hexadecimal (radix 16) digit.
  @inline(__always)
  public static func digit(_ byte: UInt8, radix: UInt64) -> UInt64? {
    if radix == 10 { return 0x30...0x39 ~= byte ? UInt64(byte - 0x30) : nil }
    return hexDigit(byte).map(UInt64.init)
  }

  /// The value of a hexadecimal digit, of either case.
  public static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    case 0x41...0x46: byte - 0x41 + 10
    default: nil
    }
  }

  /// Digits with single underscores between them. Bytes outside `range` are not read.
  public static func natural(
    _ bytes: [UInt8], _ range: Range<Int>, radix: UInt64
  ) -> Reading<UInt64> {
    var value: UInt64 = 0
    var overflows = false
    var canEnd = false
    for index in range {
      if let digit = digit(bytes[index], radix: radix) {
        let (product, tooLarge) = value.multipliedReportingOverflow(by: radix)
        let (sum, tooLargeStill) = product.addingReportingOverflow(digit)
        overflows = overflows || tooLarge || tooLargeStill
        value = sum
        canEnd = true
      } else {
        guard bytes[index] == UInt8(ascii: "_"), canEnd else { return .malformed }
        canEnd = false
      }
    }
    guard canEnd else { return .malformed }
    return overflows ? .outOfRange : .value(value)
  }

  /// A natural number in decimal form, or in hexadecimal form after `0x`.
  @inline(__always)
  private static func magnitude(_ bytes: [UInt8], _ range: Range<Int>) -> Reading<UInt64> {
    hasHexadecimalPrefix(bytes, range)
      ? natural(bytes, range.dropFirst(2), radix: 16) : natural(bytes, range, radix: 10)
  }

  static func hasHexadecimalPrefix(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    range.count > 2 && bytes[range.lowerBound] == UInt8(ascii: "0")
      && bytes[range.lowerBound + 1] == UInt8(ascii: "x")
  }

  /// Whether the word is a number of any kind.
  public static func isFloat(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    if case .malformed = FloatText.read(bytes, range, .double) { return false }
    return true
  }

  /// Whether the word is an integer without a sign, or is not a number.
  public static func isUnsigned(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    if case .malformed = magnitude(bytes, range) { return !isFloat(bytes, range) }
    return true
  }

  /// An integer without a sign, less than `1 << bits`.
  public static func unsigned(_ bytes: [UInt8], _ range: Range<Int>, bits: Int) -> Reading<UInt64> {
    let reading = magnitude(bytes, range)
    if case .value(let value) = reading, bits < 64, value >> UInt64(bits) != 0 {
      return .outOfRange
    }
    return reading
  }

  /// An integer that fits `bits` bits as a signed or as an unsigned number. The result is its
  /// two's complement, sign-extended.
  public static func integer(_ bytes: [UInt8], _ range: Range<Int>, bits: Int) -> Reading<Int64> {
    let first = bytes[range.lowerBound]
    let isNegative = first == UInt8(ascii: "-")
    let hasSign = isNegative || first == UInt8(ascii: "+")
    let reading = magnitude(bytes, hasSign ? range.dropFirst() : range)
    switch reading {
    case .value(let value):
      let largest = isNegative ? 1 << UInt64(bits - 1) : UInt64.max >> UInt64(64 - bits)
      guard value <= largest else { return .outOfRange }
      let pattern = Int64(bitPattern: isNegative ? 0 &- value : value)
      let unused = Int64(64 - bits)
      return .value((pattern << unused) >> unused)
    case .outOfRange: return .outOfRange
    case .malformed: return .malformed
    }
  }
}
