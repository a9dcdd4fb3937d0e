/// Converts C's `long double` between the guest's format, 128 bits of IEEE 754, and the host's.
enum LongDouble {
  /// Whether the host's format is known.
  static var isSupported: Bool {
    #if arch(x86_64) && !os(Windows)
      true
    #elseif arch(arm64) && os(Linux)
      true
    #else
      false
    #endif
  }

  /// Writes the 16 bytes of the host's number for the guest's, rounded to the nearest one.
  static func toHost(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
    let low = source.loadUnaligned(as: UInt64.self)
    let high = source.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    #if arch(x86_64)
      let (significand, signAndExponent) = extended(low: low, high: high)
      target.storeBytes(of: significand, as: UInt64.self)
      target.storeBytes(of: UInt64(signAndExponent), toByteOffset: 8, as: UInt64.self)
    #else
      target.storeBytes(of: low, as: UInt64.self)
      target.storeBytes(of: high, toByteOffset: 8, as: UInt64.self)
    #endif
  }

  /// Writes the 16 bytes of the guest's number for the host's, which is exact.
  static func toGuest(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
    let low = source.loadUnaligned(as: UInt64.self)
    let high = source.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    #if arch(x86_64)
      let wide = quadruple(significand: low, signAndExponent: UInt16(truncatingIfNeeded: high))
    #else
      let wide = (low: low, high: high)
    #endif
    target.storeBytes(of: wide.low, as: UInt64.self)
    target.storeBytes(of: wide.high, toByteOffset: 8, as: UInt64.self)
  }

  /// The 80 bits of x86 for 128 bits. Both formats have 15 bits of exponent with the same bias; that of
  /// x86 has 64 bits of significand, of which the highest is the one that the other leaves out.
  static func extended(low: UInt64, high: UInt64) -> (significand: UInt64, signAndExponent: UInt16)
  {
    var signAndExponent = UInt16(truncatingIfNeeded: high >> 48)
    let exponent = signAndExponent & 0x7FFF
    let fraction = (high & 0xFFFF_FFFF_FFFF) << 15 | low >> 49
    let rest = low & (1 << 49 - 1)
    if exponent == 0x7FFF {
      let isNumber = fraction == 0 && rest == 0
      // A quiet NaN keeps being one.
      return (isNumber ? 1 << 63 : 3 << 62 | fraction, signAndExponent)
    }
    var significand = exponent == 0 ? fraction : 1 << 63 | fraction
    let half: UInt64 = 1 << 48
    if rest > half || rest == half && significand & 1 == 1 {
      let (sum, overflow) = significand.addingReportingOverflow(1)
      significand = overflow ? 1 << 63 : sum
      if overflow || exponent == 0 && sum == 1 << 63 { signAndExponent += 1 }
    }
    return (significand, signAndExponent)
  }

  /// The 128 bits for 80 bits of x86.
  static func quadruple(
    significand: UInt64, signAndExponent: UInt16
  ) -> (low: UInt64, high: UInt64) {
    var signAndExponent = signAndExponent
    // A number with the lowest exponent may have the highest bit all the same.
    if signAndExponent & 0x7FFF == 0, significand >> 63 == 1 { signAndExponent += 1 }
    let fraction = significand & ~(1 << 63)
    return (fraction << 49, UInt64(signAndExponent) << 48 | fraction >> 15)
  }
}
