import PulleySource

/// Numbers in CLIF.
enum ClifNumber {
  /// A decimal or hexadecimal number of up to 128 bits, which may contain underscores; nil if the text
  /// is not such a number.
  static func magnitude(_ text: ArraySlice<UInt8>) -> UInt128? {
    let isHex = text.starts(with: "0x".utf8) || text.starts(with: "0X".utf8)
    var value: UInt128 = 0
    var count = 0
    for byte in isHex ? text.dropFirst(2) : text where byte != UInt8(ascii: "_") {
      guard let digit = NumberText.digit(byte, radix: isHex ? 16 : 10) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: isHex ? 16 : 10)
      let (sum, carry) = product.addingReportingOverflow(UInt128(digit))
      guard !overflow, !carry else { return nil }
      value = sum
      count += 1
    }
    return count > 0 ? value : nil
  }

  /// The low bits of a number, with or without a sign, that fits `bits` bits as a signed or an unsigned
  /// number.
  static func integer(_ text: ArraySlice<UInt8>, bits: Int) -> UInt128? {
    let isNegative = text.first == UInt8(ascii: "-")
    let hasSign = isNegative || text.first == UInt8(ascii: "+")
    guard let value = magnitude(hasSign ? text.dropFirst() : text) else { return nil }
    let mask = UInt128.max >> UInt128(128 - bits)
    guard isNegative else { return value <= mask ? value : nil }
    return value <= (mask >> 1) + 1 ? (0 &- value) & mask : nil
  }

  /// The bits of a float: hexadecimal (`0x1.8p3`), `Inf`, or a NaN with its payload (`+NaN:0x1`,
  /// `sNaN:0x1`), each with or without a sign. Decimal floats, which Cranelift does not have, are
  /// rounded, and read for formats of at most 64 bits. Nil if the text is none of these, or the format
  /// has no such number.
  static func float(_ text: ArraySlice<UInt8>, _ format: FloatFormat) -> UInt128? {
    var rest = text
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let sign: UInt128 = isNegative ? 1 << UInt128(format.width - 1) : 0
    let infinity = UInt128(2 * format.maximumExponent + 1) << UInt128(format.fractionBits)
    let quiet = UInt128(1) << UInt128(format.fractionBits - 1)
    if rest.elementsEqual("Inf".utf8) { return sign | infinity }
    if rest.elementsEqual("NaN".utf8) { return sign | infinity | quiet }
    for (word, bit) in [("NaN:", quiet), ("sNaN:", 0)] where rest.starts(with: word.utf8) {
      guard let payload = magnitude(rest.dropFirst(word.utf8.count)), payload < quiet,
        bit | payload != 0
      else { return nil }
      return sign | infinity | bit | payload
    }
    if rest.starts(with: "0x".utf8) || rest.starts(with: "0X".utf8) {
      return hexadecimal(rest.dropFirst(2), format).map { sign | $0 }
    }
    return decimal(rest, format).map { sign | $0 }
  }

  private static func decimal(_ text: ArraySlice<UInt8>, _ format: FloatFormat) -> UInt128? {
    guard let first = text.first, NumberText.digit(first, radix: 10) != nil else { return nil }
    let digits = text.filter { $0 != UInt8(ascii: "_") }
    let isWide = format.width > 64
    let reading = FloatText.read(digits, digits.indices, isWide ? .double : format)
    guard case .value(let bits) = reading, !isWide || bits == 0 else { return nil }
    return UInt128(bits)
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>, _ format: FloatFormat) -> UInt128? {
    var significand: UInt128 = 0
    // The exponent of the last bit of the significand.
    var exponent = 0
    var isFraction = false
    var hasDigits = false
    var position = text.startIndex
    scan: while position < text.endIndex {
      switch text[position] {
      case UInt8(ascii: "."):
        guard !isFraction else { return nil }
        isFraction = true
      case UInt8(ascii: "_"): break
      case UInt8(ascii: "p"), UInt8(ascii: "P"): break scan
      default:
        guard let digit = NumberText.hexDigit(text[position]) else { return nil }
        hasDigits = true
        if significand >> 124 != 0 {
          // Digits beyond those of all floats must be zeros.
          guard digit == 0 else { return nil }
          if !isFraction { exponent += 4 }
        } else {
          significand = significand << 4 | UInt128(digit)
          if isFraction { exponent -= 4 }
        }
      }
      position += 1
    }
    guard hasDigits else { return nil }
    if position < text.endIndex {
      var digits = text[(position + 1)...]
      let isNegative = digits.first == UInt8(ascii: "-")
      if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
      guard let value = magnitude(digits), value < 100_000 else { return nil }
      exponent += isNegative ? -Int(value) : Int(value)
    }
    return assemble(significand, exponent, format)
  }

  /// The float that equals `significand` times two to the `exponent`.
  private static func assemble(
    _ significand: UInt128, _ exponent: Int, _ format: FloatFormat
  ) -> UInt128? {
    guard significand != 0 else { return 0 }
    let width = 128 - significand.leadingZeroBitCount
    let leading = exponent + width - 1
    guard leading <= format.maximumExponent else { return nil }
    // The exponent of the last bit of the float.
    let last = max(leading, format.minimumExponent) - format.fractionBits
    let shift = exponent - last
    let digits: UInt128
    if shift >= 0 {
      digits = significand << UInt128(shift)
    } else {
      guard significand.trailingZeroBitCount >= -shift else { return nil }
      digits = significand >> UInt128(-shift)
    }
    let fraction = digits & ((UInt128(1) << UInt128(format.fractionBits)) - 1)
    return leading < format.minimumExponent
      ? fraction
      : UInt128(leading + format.maximumExponent) << UInt128(format.fractionBits) | fraction
  }

  /// The format of a type of floats, or of its lanes.
  static func floatFormat(_ type: Type) -> FloatFormat? {
    switch type.lane {
    case .f16: .half
    case .f32: .single
    case .f64: .double
    case .f128: .quadruple
    default: nil
    }
  }
}
