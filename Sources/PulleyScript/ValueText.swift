import Pulley
import PulleyWasm

extension GuestValue {
  /// Reads a command-line argument: integers signed or unsigned, also hexadecimal; floats as Swift
  /// reads them; vectors as four numbers separated by commas, lane 0 first; `null`.
  package init?(_ text: String, type: ValueType) {
    switch type {
    case .i32:
      guard let value = Self.integer(text) else { return nil }
      guard value >= Int64(Int32.min), value <= Int64(UInt32.max) else { return nil }
      self = .i32(Int32(truncatingIfNeeded: value))
    case .i64:
      if let value = UInt64(text) {
        self = .i64(Int64(bitPattern: value))
      } else if let value = Self.integer(text) {
        self = .i64(value)
      } else {
        return nil
      }
    case .f32:
      guard let value = Float(text) else { return nil }
      self = .f32(value.bitPattern)
    case .f64:
      guard let value = Double(text) else { return nil }
      self = .f64(value.bitPattern)
    case .v128:
      let lanes = text.split(separator: ",", omittingEmptySubsequences: false)
      guard lanes.count == 4 else { return nil }
      var vector = SIMD4<UInt32>()
      for (index, lane) in lanes.enumerated() {
        guard let value = Self.integer(String(lane)), value >= Int64(Int32.min),
          value <= Int64(UInt32.max)
        else { return nil }
        vector[index] = UInt32(truncatingIfNeeded: value).littleEndian
      }
      self = .v128(unsafeBitCast(vector, to: SIMD16<UInt8>.self))
    default:
      guard type.isReference, text == "null" else { return nil }
      self = .null(of: type)
    }
  }

  private static func integer(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative ? text.dropFirst() : text[...]
    guard digits.hasPrefix("0x") || digits.hasPrefix("0X") else { return Int64(text) }
    guard let bits = UInt64(digits.dropFirst(2), radix: 16) else { return nil }
    return isNegative ? 0 &- Int64(bitPattern: bits) : Int64(bitPattern: bits)
  }

  /// The value for messages and the command's output.
  package var text: String {
    switch self {
    case .i32(let value): "\(value)"
    case .i64(let value): "\(value)"
    case .f32(let bits): Self.text(Float(bitPattern: bits))
    case .f64(let bits): Self.text(Double(bitPattern: bits))
    case .v128(let bytes): Self.text(bytes)
    case .funcref(let word): word == 0 ? "null" : "funcref"
    case .externref(let word): word == 0 ? "null" : "externref"
    case .exnref(let word): word == 0 ? "null" : "exnref"
    case .anyref(let word):
      switch kind {
      case .i31: "i31 \(Int32(truncatingIfNeeded: word) >> 1)"
      case .structure: "structref"
      case .array: "arrayref"
      case .hostReference: "anyref"
      case nil: "null"
      }
    }
  }

  /// Four numbers of 32 bits in hexadecimal, lane 0 first.
  private static func text(_ bytes: SIMD16<UInt8>) -> String {
    let vector = unsafeBitCast(bytes, to: SIMD4<UInt32>.self)
    return vector.indices.map { index in
      let digits = String(UInt32(littleEndian: vector[index]), radix: 16)
      return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }.joined(separator: ",")
  }

  private static func text(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
    value.isFinite && value == value.rounded() && value.magnitude < 1e15 && value.sign == .plus
      ? "\(Int64(value))" : value.description
  }
}
