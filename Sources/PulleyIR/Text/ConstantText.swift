import PulleySource

/// Constants in the text format.
enum ConstantText {
  /// Decimal below 10,000, else hexadecimal in groups of four digits.
  static func write(integer: Int64, to text: inout String) {
    guard integer >= 10_000 else {
      text += String(integer)
      return
    }
    let bits = UInt64(integer)
    var shift = (63 - bits.leadingZeroBitCount) & 0x30
    text += "0x"
    writeDigits(bits >> UInt64(shift) & 0xFFFF, count: 4, to: &text)
    while shift > 0 {
      shift -= 16
      text += "_"
      writeDigits(bits >> UInt64(shift) & 0xFFFF, count: 4, to: &text)
    }
  }

  /// The offset of an address with its sign, or nothing if it is 0.
  static func write(offset: Int64, to text: inout String) {
    guard offset != 0 else { return }
    text += offset < 0 ? "-" : "+"
    // The magnitude of the least number is not an Int64, but its bits are right in hexadecimal.
    let magnitude = offset.magnitude
    write(integer: Int64(clamping: magnitude), to: &text)
  }

  /// Two digits for each byte, the last byte first.
  static func write(vector data: ConstantData, to text: inout String) {
    let bits = UInt128(data.low) | UInt128(data.high) << 64
    text += "0x"
    writeDigits(bits, count: 2 * Int(data.byteCount), to: &text)
  }

  /// A float of any type.
  static func write(float bits: UInt128, type: Type, to text: inout String) {
    guard let format = ClifNumber.floatFormat(type) else { return }
    write(float: bits, format, to: &text)
  }

  static func write(float32 bits: UInt32, to text: inout String) {
    write(float: UInt128(bits), .single, to: &text)
  }

  static func write(float64 bits: UInt64, to text: inout String) {
    write(float: UInt128(bits), .double, to: &text)
  }

  /// As C's `%a`, with all digits of the fraction, so that no bit is lost. A NaN has its payload. Bits
  /// above those of the float are ignored.
  private static func write(float bits: UInt128, _ format: FloatFormat, to text: inout String) {
    let fractionBits = format.fractionBits
    let fraction = bits & (1 << UInt128(fractionBits) - 1)
    let bias = format.maximumExponent
    let greatestExponent = 2 * bias + 1
    let biased = Int(truncatingIfNeeded: bits >> UInt128(fractionBits)) & greatestExponent
    let digits = (fractionBits + 3) / 4
    let isNegative = bits >> UInt128(format.width - 1) & 1 != 0
    if isNegative { text += "-" }
    if biased == greatestExponent {
      if !isNegative { text += "+" }
      let quietBit: UInt128 = 1 << UInt128(fractionBits - 1)
      let payload = fraction & (quietBit - 1)
      if fraction == 0 {
        text += "Inf"
      } else if fraction & quietBit == 0 {
        text += "sNaN:0x" + String(payload, radix: 16)
      } else {
        text += payload == 0 ? "NaN" : "NaN:0x" + String(payload, radix: 16)
      }
    } else if biased == 0 && fraction == 0 {
      text += "0.0"
    } else {
      text += biased == 0 ? "0x0." : "0x1."
      writeDigits(fraction << UInt128(4 * digits - fractionBits), count: digits, to: &text)
      text += "p" + String(biased == 0 ? 1 - bias : biased - bias)
    }
  }

  private static func writeDigits(_ bits: some BinaryInteger, count: Int, to text: inout String) {
    let digits = String(bits, radix: 16)
    text += String(repeating: "0", count: max(0, count - digits.count))
    text += digits
  }
}
