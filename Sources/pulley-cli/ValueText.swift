import Pulley
import PulleyWasm

extension Value {
  /// Reads an argument as people write it: integers signed or unsigned, also in hexadecimal; floats
  /// as Swift reads them.
  init?(_ text: String, type: ValueType) {
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
    default:
      guard type.isReference, text == "null" else { return nil }
      self = type == .externref ? .externref(0) : .funcref(0)
    }
  }

  private static func integer(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative ? text.dropFirst() : text[...]
    guard digits.hasPrefix("0x") || digits.hasPrefix("0X") else { return Int64(text) }
    guard let bits = UInt64(digits.dropFirst(2), radix: 16) else { return nil }
    return isNegative ? 0 &- Int64(bitPattern: bits) : Int64(bitPattern: bits)
  }

  /// As people read it.
  var text: String {
    switch self {
    case .i32(let value): "\(value)"
    case .i64(let value): "\(value)"
    case .f32(let bits): Self.text(Float(bitPattern: bits))
    case .f64(let bits): Self.text(Double(bitPattern: bits))
    case .funcref(let word): word == 0 ? "null" : "funcref"
    case .externref(let word): word == 0 ? "null" : "externref"
    }
  }

  private static func text(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
    value.isFinite && value == value.rounded() && value.magnitude < 1e15 && value.sign == .plus
      ? "\(Int64(value))" : value.description
  }
}
