/// A binary floating-point format of IEEE 754.
public struct FloatFormat: Sendable {
  /// The number of bits in the significand, including the implicit one.
  public let precision: Int
  /// The number of bits in total.
  public let width: Int

  public static let half = FloatFormat(precision: 11, width: 16)
  public static let single = FloatFormat(precision: 24, width: 32)
  public static let double = FloatFormat(precision: 53, width: 64)
  public static let quadruple = FloatFormat(precision: 113, width: 128)

  /// The number of stored bits of the significand.
  public var fractionBits: Int { precision - 1 }

  /// The largest exponent of a power of two.
  public var maximumExponent: Int { (1 << (width - precision - 1)) - 1 }
  /// The exponent of the smallest normal number.
  public var minimumExponent: Int { 1 - maximumExponent }
  var infinity: UInt64 { UInt64(2 * maximumExponent + 1) << UInt64(precision - 1) }
  var signBit: UInt64 { 1 << UInt64(width - 1) }

  /// The bits of the number nearest to `significand * 2^exponent`, ties to even; nil where that
  /// is infinity. The format has at most 64 bits.
  ///
  /// - Parameter isInexact: whether the number is greater than that, by less than one in the last
  ///   place of a 64-bit significand.
  func round(_ significand: UInt64, exponent: Int, isInexact: Bool) -> UInt64? {
    guard significand != 0 else { return 0 }
    let shift = significand.leadingZeroBitCount
    let significand = significand << UInt64(shift)
    let top = exponent - shift + 63
    guard top <= maximumExponent else { return nil }
    let isNormal = top >= minimumExponent
    let dropped = 64 - precision + (isNormal ? 0 : minimumExponent - top)
    guard dropped <= 64 else { return 0 }
    var kept = dropped == 64 ? 0 : significand >> UInt64(dropped)
    let rest = significand << UInt64(64 - dropped)
    let half: UInt64 = 1 << 63
    if rest > half || rest == half && (isInexact || kept & 1 != 0) { kept += 1 }
    // The leading bit of a normal number is added to the exponent, which is one too small here.
    let biased = isNormal ? UInt64(top + maximumExponent - 1) << UInt64(precision - 1) : 0
    let bits = biased + kept
    return bits < infinity ? bits : nil
  }
}

/// Parses floating-point numbers with correct rounding to nearest, ties to even.
public enum FloatText {
  /// The bits of a number in any of the forms of WebAssembly's text format, in a format of at most
  /// 64 bits.
  public static func read(
    _ bytes: [UInt8], _ range: Range<Int>, _ format: FloatFormat
  ) -> NumberText.Reading<UInt64> {
    guard let first = range.first else { return .malformed }
    let isNegative = bytes[first] == UInt8(ascii: "-")
    let hasSign = isNegative || bytes[first] == UInt8(ascii: "+")
    let body = hasSign ? range.dropFirst() : range
    guard let start = body.first else { return .malformed }
    let magnitude: NumberText.Reading<UInt64>
    if bytes[start] == UInt8(ascii: "n") || bytes[start] == UInt8(ascii: "i") {
      magnitude = special(bytes, body, format)
    } else if NumberText.hasHexadecimalPrefix(bytes, body) {
      magnitude = hexadecimal(bytes, body.dropFirst(2), format)
    } else {
      magnitude = decimal(bytes, body, format)
    }
    guard isNegative, case .value(let bits) = magnitude else { return magnitude }
    return .value(bits | format.signBit)
  }

  private static func special(
    _ bytes: [UInt8], _ range: Range<Int>, _ format: FloatFormat
  ) -> NumberText.Reading<UInt64> {
    let word = bytes[range]
    if word.elementsEqual("inf".utf8) { return .value(format.infinity) }
    let quiet: UInt64 = 1 << UInt64(format.precision - 2)
    if word.elementsEqual("nan".utf8) { return .value(format.infinity | quiet) }
    guard word.starts(with: "nan:0x".utf8) else { return .malformed }
    let payload = NumberText.natural(bytes, range.dropFirst(6), radix: 16)
    guard case .value(let value) = payload else { return payload }
    guard value != 0, value < quiet << 1 else { return .outOfRange }
    return .value(format.infinity | value)
  }

  // MARK: Digits

  /// The digits of a number before its exponent.
  private struct Digits {
    /// The leading digits that fit.
    var significand: UInt64 = 0
    /// Whether any of the other digits is not zero.
    var isInexact = false
    /// The exponent of the radix: the number of other digits, minus the number of digits after the
    /// point.
    var scale = 0
  }

  /// Scans digits with single underscores between them. False if they are malformed.
  private static func scan(
    _ bytes: [UInt8], _ position: inout Int, _ end: Int, radix: UInt64,
    _ take: (UInt64) -> Void
  ) -> Bool {
    var wasDigit = false
    while position < end {
      if let digit = NumberText.digit(bytes[position], radix: radix) {
        take(digit)
        wasDigit = true
      } else if bytes[position] == UInt8(ascii: "_") {
        guard wasDigit else { return false }
        wasDigit = false
      } else {
        break
      }
      position += 1
    }
    return wasDigit
  }

  private static func hasFraction(_ bytes: [UInt8], _ position: Int, radix: UInt64) -> Bool {
    position < bytes.count && NumberText.isDigitOrUnderscore(bytes[position], radix: radix)
  }

  /// Parses the significand: digits, optionally followed by a point and more digits.
  private static func significand(
    _ bytes: [UInt8], _ position: inout Int, _ end: Int, radix: UInt64
  ) -> Digits? {
    var digits = Digits()
    let limit = (UInt64.max - (radix - 1)) / radix
    guard
      scan(
        bytes, &position, end, radix: radix,
        { digit in
          if digits.significand <= limit {
            digits.significand = digits.significand * radix + digit
          } else {
            digits.isInexact = digits.isInexact || digit != 0
            digits.scale += 1
          }
        })
    else { return nil }
    guard position < end, bytes[position] == UInt8(ascii: ".") else { return digits }
    position += 1
    guard position < end, hasFraction(bytes, position, radix: radix) else { return digits }
    let isWellFormed = scan(
      bytes, &position, end, radix: radix,
      { digit in
        if digits.significand <= limit {
          digits.significand = digits.significand * radix + digit
          digits.scale -= 1
        } else {
          digits.isInexact = digits.isInexact || digit != 0
        }
      })
    return isWellFormed ? digits : nil
  }

  /// Parses the exponent after its letter, clamped to a range beyond all formats.
  private static func exponent(_ bytes: [UInt8], _ position: inout Int, _ end: Int) -> Int? {
    guard position < end else { return nil }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    var value = 0
    guard
      scan(
        bytes, &position, end, radix: 10, { digit in value = min(value * 10 + Int(digit), 1 << 40) }
      )
    else { return nil }
    return isNegative ? -value : value
  }

  private static func hexadecimal(
    _ bytes: [UInt8], _ range: Range<Int>, _ format: FloatFormat
  ) -> NumberText.Reading<UInt64> {
    var position = range.lowerBound
    let end = range.upperBound
    guard let digits = significand(bytes, &position, end, radix: 16) else { return .malformed }
    var binary = 4 * digits.scale
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "p") {
      position += 1
      guard let exponent = exponent(bytes, &position, end) else { return .malformed }
      binary += exponent
    }
    guard position == end else { return .malformed }
    // A digit is only dropped when the upper 61 bits of the significand are in use, so the dropped
    // digits are less than one in its last place.
    let bits = format.round(digits.significand, exponent: binary, isInexact: digits.isInexact)
    return bits.map { .value($0) } ?? .outOfRange
  }

  private static func decimal(
    _ bytes: [UInt8], _ range: Range<Int>, _ format: FloatFormat
  ) -> NumberText.Reading<UInt64> {
    var position = range.lowerBound
    let end = range.upperBound
    guard let digits = significand(bytes, &position, end, radix: 10) else { return .malformed }
    let digitsEnd = position
    var power = digits.scale
    var written = 0
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      guard let exponent = exponent(bytes, &position, end) else { return .malformed }
      written = exponent
      power += exponent
    }
    guard position == end else { return .malformed }
    if !digits.isInexact {
      if digits.significand == 0 { return .value(0) }
      if let bits = quick(digits.significand, power: power, format) { return .value(bits) }
    }
    // The significand has at most 20 digits.
    if power > 400 { return .outOfRange }
    if power < -400 { return .value(0) }
    let bits: UInt64?
    if digits.isInexact {
      let all = ExactDecimal.digits(bytes, range.lowerBound..<digitsEnd)
      bits = ExactDecimal.round(all.value, power: all.power + written, format)
    } else {
      bits = ExactDecimal.round(BigNatural(digits.significand), power: power, format)
    }
    return bits.map { .value($0) } ?? .outOfRange
  }

  /// The result if one rounding operation on exact numbers gives it (Clinger's fast path, 1990).
  @inline(__always)
  private static func quick(_ significand: UInt64, power: Int, _ format: FloatFormat) -> UInt64? {
    if format.precision == 53 {
      guard significand >> 53 == 0, -22...22 ~= power else { return nil }
      let value = Double(significand)
      return power < 0
        ? (value / powersOfTen[-power]).bitPattern : (value * powersOfTen[power]).bitPattern
    }
    guard format.precision == 24, significand >> 24 == 0, -10...10 ~= power else { return nil }
    let value = Float(significand)
    return UInt64(
      power < 0
        ? (value / Float(powersOfTen[-power])).bitPattern
        : (value * Float(powersOfTen[power])).bitPattern)
  }

  /// The powers of ten that are exact doubles.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
