import PulleySource

extension TokenCursor {
  /// Reads the shape and the lanes of a vector constant. Returns its sixteen bytes, the lowest first.
  public mutating func readVector() throws(TextError) -> [UInt8] {
    let lanes: Int
    switch token.keyword {
    case .i8x16: lanes = 16
    case .i16x8: lanes = 8
    case .i32x4, .f32x4: lanes = 4
    case .i64x2, .f64x2: lanes = 2
    default: throw unexpectedToken()
    }
    let shape = next()
    // Too few lanes are reported before a malformed lane, unless that is not a number at all.
    var count = 0
    while isNumber(peek(count)) { count += 1 }
    let isOver = peek(count).kind == .rightParen || peek(count).kind == .leftParen
    guard count == lanes || count < lanes && !isOver else {
      throw TextError("wrong number of lane literals", at: shape.offset)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    for _ in 0..<lanes {
      if shape.keyword == .f32x4 {
        bytes.append(fixed32: try readF32())
      } else if shape.keyword == .f64x2 {
        bytes.append(fixed64: try readF64())
      } else {
        let value = try readInteger(bits: 128 / lanes)
        for byte in 0..<16 / lanes {
          bytes.append(UInt8(truncatingIfNeeded: value >> Int64(8 * byte)))
        }
      }
    }
    return bytes
  }

  private func isNumber(_ token: Token) -> Bool {
    token.kind == .number && NumberText.isFloat(source.bytes, token.range)
  }
}
