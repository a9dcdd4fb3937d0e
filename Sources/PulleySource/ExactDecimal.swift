/// Rounds decimal numbers with arbitrary-precision arithmetic, for those without a fast path.
enum ExactDecimal {
  /// More digits than any midpoint between two doubles has.
  private static let digitLimit = 800

  /// Parses the significant digits of a number, with its point and underscores.
  ///
  /// Digits beyond the limit only matter if they are not all zero.
  static func digits(_ bytes: [UInt8], _ range: Range<Int>) -> (value: BigNatural, power: Int) {
    var value = BigNatural(0)
    var power = 0
    var count = 0
    var isBehindPoint = false
    var isInexact = false
    var group: UInt64 = 0
    var groupScale: UInt64 = 1
    for index in range {
      guard let digit = NumberText.digit(bytes[index], radix: 10) else {
        if bytes[index] == UInt8(ascii: ".") { isBehindPoint = true }
        continue
      }
      if count < digitLimit {
        if count > 0 || digit != 0 { count += 1 }
        group = group * 10 + digit
        groupScale *= 10
        if groupScale == 1_000_000_000_000_000_000 {
          value.multiply(by: groupScale, adding: group)
          (group, groupScale) = (0, 1)
        }
        if isBehindPoint { power -= 1 }
      } else {
        isInexact = isInexact || digit != 0
        if !isBehindPoint { power += 1 }
      }
    }
    value.multiply(by: groupScale, adding: group)
    if isInexact {
      value.multiply(by: 10, adding: 1)
      power -= 1
    }
    return (value, power)
  }

  /// The bits of the number nearest to `value * 10^power`; nil if that is infinity.
  static func round(_ value: BigNatural, power: Int, _ format: FloatFormat) -> UInt64? {
    if value.isZero { return 0 }
    // The value has less than `digitLimit + 2` digits.
    if power > 400 { return nil }
    if power < -2000 { return 0 }
    var numerator = value
    var denominator = BigNatural(1)
    if power >= 0 {
      numerator.multiply(byPowerOfTen: power)
    } else {
      denominator.multiply(byPowerOfTen: -power)
    }
    // The integer part of the quotient gets 63 or 64 bits.
    let shift = 63 - (numerator.bitCount - denominator.bitCount)
    if shift > 0 { numerator.shiftLeft(shift) } else { denominator.shiftLeft(-shift) }
    let (quotient, isExact) = numerator.divided(by: denominator)
    return format.round(quotient, exponent: -shift, isInexact: !isExact)
  }
}
