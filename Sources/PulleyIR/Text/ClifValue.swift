/// A value of any type, for tests and command lines.
public struct ClifValue: Hashable, Sendable {
  public let type: Type
  /// The bits. Lane 0 of a vector is in the low bits.
  public let bits: UInt128

  public init(type: Type, bits: UInt128) {
    self.type = type
    self.bits = bits
  }

  /// The value as `Type.slotCount` words, the low one first.
  public var words: [UInt64] {
    let low = UInt64(truncatingIfNeeded: bits)
    return type.bits > 64 ? [low, UInt64(truncatingIfNeeded: bits >> 64)] : [low]
  }

  /// Reads a single value: an integer, a float, a vector `[1 2 3 4]`, or all bits of a vector in
  /// hexadecimal. Nil if it is not a value of the type.
  public init?(_ text: String, type: Type) {
    var cursor = ClifCursor(Array(text.utf8))
    guard let value = try? Self.read(type, from: &cursor), cursor.token.kind == .end else {
      return nil
    }
    self = value
  }

  static func read(
    _ type: Type, from cursor: inout ClifCursor
  ) throws(ClifError) -> ClifValue {
    if type.isVector {
      var reader = FunctionReader(cursor)
      let data = try reader.readConstantData(type)
      cursor = reader.cursor
      return ClifValue(type: type, bits: UInt128(data.low) | UInt128(data.high) << 64)
    }
    let bits = type.isInteger ? try cursor.integer(bits: type.bits) : try cursor.float(type)
    return ClifValue(type: type, bits: bits)
  }
}

extension ClifValue: CustomStringConvertible {
  public var description: String {
    guard type.isVector else { return Self.text(bits, type) }
    let lanes = (0..<type.laneCount).map { lane in
      Self.text(bits >> UInt128(lane * type.laneBits), type.lane)
    }
    return "[\(lanes.joined(separator: " "))]"
  }

  private static func text(_ bits: UInt128, _ type: Type) -> String {
    var text = ""
    switch type {
    case .f16, .f32, .f64, .f128: ConstantText.write(float: bits, type: type, to: &text)
    case .i128: text = String(Int128(truncatingIfNeeded: bits))
    default: text = String(type.signExtend(Int64(truncatingIfNeeded: bits)))
    }
    return text
  }
}
