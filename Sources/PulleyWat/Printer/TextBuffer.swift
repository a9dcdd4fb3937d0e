import PulleyText

/// The text so far as UTF-8, with functions that append to it.
struct TextBuffer {
  private(set) var bytes: [UInt8] = []

  /// The maximum indentation. Nesting is unbounded, and the size of the text must not be.
  static let deepestIndentation = 32

  mutating func append(_ byte: UInt8) {
    bytes.append(byte)
  }

  mutating func append(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ other: ArraySlice<UInt8>) {
    bytes.append(contentsOf: other)
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  /// Starts a line at the given depth.
  mutating func line(_ depth: Int) {
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<2 * min(depth, Self.deepestIndentation) { bytes.append(UInt8(ascii: " ")) }
  }

  mutating func space() {
    bytes.append(UInt8(ascii: " "))
  }

  // MARK: Numbers

  mutating func append(decimal value: UInt64) {
    if value < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
      return
    }
    let start = bytes.count
    var rest = value
    while rest > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }

  mutating func append(decimal value: UInt32) {
    append(decimal: UInt64(value))
  }

  mutating func append(signed value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  /// Appends `0x` and the number, padded with zeros to so many digits.
  mutating func append(hexadecimal value: UInt64, digits: Int = 1) {
    append("0x")
    let needed = max(digits, (64 - value.leadingZeroBitCount + 3) / 4)
    for position in (0..<needed).reversed() {
      append(Self.hexDigit(UInt8(truncatingIfNeeded: value >> UInt64(4 * position)) & 0xF))
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// Appends the shortest decimal that reads back as these bits, or the notation for an infinity or
  /// a NaN.
  mutating func append(f32 bits: UInt32) {
    let value = Float(bitPattern: bits)
    guard value.isNaN else { return append(number: value.description) }
    append(nanIsNegative: bits >> 31 != 0, UInt64(bits & 0x7F_FFFF), canonical: 0x40_0000)
  }

  /// Appends the shortest decimal that reads back as these bits, or the notation for an infinity or
  /// a NaN.
  mutating func append(f64 bits: UInt64) {
    let value = Double(bitPattern: bits)
    guard value.isNaN else { return append(number: value.description) }
    let payload = bits & 0xF_FFFF_FFFF_FFFF
    append(nanIsNegative: bits >> 63 != 0, payload, canonical: 0x8_0000_0000_0000)
  }

  private mutating func append(number: String) {
    append(number.hasSuffix(".0") ? String(number.dropLast(2)) : number)
  }

  private mutating func append(
    nanIsNegative isNegative: Bool, _ payload: UInt64, canonical: UInt64
  ) {
    if isNegative { append(UInt8(ascii: "-")) }
    append("nan")
    guard payload != canonical else { return }
    append(":")
    append(hexadecimal: payload)
  }

  // MARK: Strings

  /// Appends a string literal of any bytes.
  mutating func append(quoted data: UnsafeRawBufferPointer) {
    append(UInt8(ascii: "\""))
    for byte in data {
      if byte < 0x7F { append(inString: byte) } else { append(escaped: byte) }
    }
    append(UInt8(ascii: "\""))
  }

  /// Appends a string literal of text. Only invisible characters are escaped.
  mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      if scalar.value < 0x7F {
        append(inString: UInt8(truncatingIfNeeded: scalar.value))
      } else if VisibleText.isVisible(scalar) {
        append(String(scalar))
      } else {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          append(escaped: byte)
        }
      }
    }
    append(UInt8(ascii: "\""))
  }

  private mutating func append(inString byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case UInt8(ascii: "\n"): append("\\n")
    case UInt8(ascii: "\t"): append("\\t")
    case 0..<0x20: append(escaped: byte)
    default: append(byte)
    }
  }

  private mutating func append(escaped byte: UInt8) {
    append(UInt8(ascii: "\\"))
    append(Self.hexDigit(byte >> 4))
    append(Self.hexDigit(byte & 0xF))
  }
}
