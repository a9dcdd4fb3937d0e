import PulleySource

/// The contents of string literals.
enum StringLiteral {
  /// The bytes of a literal. The range includes the quotes, and the escapes must be valid.
  static func appendContents(
    of literal: Range<Int>, in source: [UInt8], to contents: inout [UInt8]
  ) {
    let end = literal.upperBound - 1
    var index = literal.lowerBound + 1
    while index < end {
      var run = index
      while run < end, source[run] != 0x5C { run += 1 }
      contents.append(contentsOf: source[index..<run])
      guard run + 1 < end else { return }
      index = run + 2
      switch source[run + 1] {
      case UInt8(ascii: "t"): contents.append(0x09)
      case UInt8(ascii: "n"): contents.append(0x0A)
      case UInt8(ascii: "r"): contents.append(0x0D)
      case UInt8(ascii: "u"):
        var value: UInt32 = 0
        index += 1
        while index < end, source[index] != UInt8(ascii: "}") {
          if let digit = NumberText.hexDigit(source[index]) { value = value << 4 | UInt32(digit) }
          index += 1
        }
        index += 1
        if let scalar = Unicode.Scalar(value) { contents.append(contentsOf: scalar.utf8) }
      case let byte:
        if let high = NumberText.hexDigit(byte), index < end,
          let low = NumberText.hexDigit(source[index])
        {
          contents.append(high << 4 | low)
          index += 1
        } else {
          contents.append(byte)
        }
      }
    }
  }
}
