/// Reads the values of C's integer and character constants.
enum Literals {
  /// The types and the value of an integer constant; nil if it is malformed or does not fit 64 bits.
  static func integer(_ bytes: ArraySlice<UInt8>) -> IntegerConstant? {
    var digits = bytes
    var radix: UInt64 = 10
    if digits.first == UInt8(ascii: "0"), let second = digits.dropFirst().first {
      switch second | 0x20 {
      case UInt8(ascii: "x"): (radix, digits) = (16, digits.dropFirst(2))
      case UInt8(ascii: "b"): (radix, digits) = (2, digits.dropFirst(2))
      default: radix = 8
      }
    }
    var value: UInt64 = 0
    var count = 0
    while let byte = digits.first {
      if byte == UInt8(ascii: "'") {
        digits = digits.dropFirst()
        continue
      }
      guard let digit = digit(byte), digit < radix else { break }
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: radix)
      let (sum, isStillTooLarge) = product.addingReportingOverflow(digit)
      guard !isTooLarge, !isStillTooLarge else { return nil }
      value = sum
      count += 1
      digits = digits.dropFirst()
    }
    guard count > 0, let types = types(suffix: digits, isDecimal: radix == 10) else { return nil }
    // The type is the first that has the value.
    let fitting = PerModel { model in
      types.first { type in
        let bits = type.size(model) * 8 - (type.isSigned(model) ? 1 : 0)
        return bits >= 64 || value >> UInt64(bits) == 0
      }
    }
    guard let host = fitting.host, let guest32 = fitting.guest32, let guest64 = fitting.guest64
    else { return nil }
    let own = PerModel { model in
      model == .host ? host : model == .guest32 ? guest32 : guest64
    }
    return IntegerConstant(own) { _ in Int64(bitPattern: value) }
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x61...0x66: UInt64(byte - 0x61 + 10)
    case 0x41...0x46: UInt64(byte - 0x41 + 10)
    default: nil
    }
  }

  /// The types that a constant with the suffix may have, the narrowest first.
  private static func types(suffix: ArraySlice<UInt8>, isDecimal: Bool) -> [IntegerType]? {
    var word = String(decoding: suffix, as: UTF8.self)
    let isUnsigned = word.contains { "uU".contains($0) }
    if isUnsigned, let first = word.firstIndex(where: { "uU".contains($0) }) {
      word.remove(at: first)
    }
    let signed: [IntegerType]
    switch word {
    case "": signed = [.int32, .long, .int64]
    case "l", "L": signed = [.long, .int64]
    case "ll", "LL": signed = [.int64]
    default: return nil
    }
    if isUnsigned { return signed.map(\.unsigned) }
    if isDecimal { return signed + [.uint64] }
    return signed.flatMap { [$0, $0.unsigned] }
  }

  /// Whether a number is a floating constant.
  static func isFloating(_ bytes: ArraySlice<UInt8>) -> Bool {
    let isHexadecimal = bytes.starts(with: [0x30, 0x78]) || bytes.starts(with: [0x30, 0x58])
    let marks: [UInt8] =
      isHexadecimal
      ? [UInt8(ascii: "."), UInt8(ascii: "p"), UInt8(ascii: "P")]
      : [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")]
    return bytes.contains { marks.contains($0) }
  }

  /// The value of a character constant with its prefix and quotes; nil if it is malformed.
  static func character(_ bytes: ArraySlice<UInt8>) -> IntegerConstant? {
    guard let quote = bytes.firstIndex(of: UInt8(ascii: "'")) else { return nil }
    let isWide = quote > bytes.startIndex
    var text = bytes[(quote + 1)...].dropLast()
    guard !text.isEmpty else { return nil }
    if isWide, let first = text.first, first != UInt8(ascii: "\\") {
      let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
      guard scalars.count == 1, let scalar = scalars.first else { return nil }
      return IntegerConstant(.int32, Int64(scalar.value))
    }
    var value: Int64 = 0
    var count = 0
    while !text.isEmpty {
      guard let byte = escaped(&text) else { return nil }
      value = (value << 8) | (byte & 0xFF)
      count += 1
      if isWide { value = byte }
    }
    // One character has the value of a `char`; several are put together, as GCC and clang do.
    if count == 1, !isWide {
      let single = IntegerConstant(.char, value)
      return single.converted(to: .int32)
    }
    return IntegerConstant(.int32, value)
  }

  /// Takes a character or an escape sequence from the text.
  private static func escaped(_ text: inout ArraySlice<UInt8>) -> Int64? {
    guard let first = text.popFirst() else { return nil }
    guard first == UInt8(ascii: "\\") else { return Int64(first) }
    guard let letter = text.popFirst() else { return nil }
    switch Unicode.Scalar(letter) {
    case "n": return 10
    case "t": return 9
    case "r": return 13
    case "a": return 7
    case "b": return 8
    case "f": return 12
    case "v": return 11
    case "e": return 27
    case "\\", "'", "\"", "?": return Int64(letter)
    case "x", "u", "U": return digits(&text, radix: 16, limit: 8, first: 0)
    case "0"..."7": return digits(&text, radix: 8, limit: 2, first: Int64(letter - 0x30))
    default: return nil
    }
  }

  private static func digits(
    _ text: inout ArraySlice<UInt8>, radix: UInt64, limit: Int, first: Int64
  ) -> Int64 {
    var value = first
    for _ in 0..<limit {
      guard let byte = text.first, let digit = digit(byte), digit < radix else { break }
      value = value &* Int64(radix) &+ Int64(digit)
      text.removeFirst()
    }
    return value
  }
}
