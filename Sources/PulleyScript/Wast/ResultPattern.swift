import Pulley
import PulleyWasm

/// An argument that a script passes to the guest.
enum ScriptArgument {
  case value(GuestValue)
  /// Null, of the parameter's type.
  case null

  /// The value for a parameter of this type.
  func value(for type: ValueType) -> GuestValue {
    switch self {
    case .value(let value): value
    case .null: GuestValue.null(of: type)
    }
  }
}

/// The result that a script expects.
indirect enum ResultPattern {
  case value(GuestValue)
  case f32(NaN)
  case f64(NaN)
  /// Lanes from the lowest on.
  case vector([Lane])
  /// Null, of the given kind unless that is nil.
  case null(ReferenceKind?)
  /// Any reference of the kind except null.
  case reference(ReferenceKind)
  case either([ResultPattern])

  enum NaN: String {
    case canonical = "nan:canonical"
    case arithmetic = "nan:arithmetic"
  }

  enum Lane {
    /// The bits of a number; `width` is 8, 16, 32 or 64.
    case bits(UInt64, width: Int)
    case f32(NaN)
    case f64(NaN)

    var width: Int {
      switch self {
      case .bits(_, let width): width
      case .f32: 32
      case .f64: 64
      }
    }
  }

  enum ReferenceKind: String {
    case function = "func"
    case extern = "extern"
    case any = "any"
    case eq = "eq"
    case i31 = "i31"
    case structure = "struct"
    case array = "array"
    case exception = "exn"
  }

  func matches(_ result: GuestValue) -> Bool {
    switch (self, result) {
    case (.value(let wanted), _): wanted == result || wanted == result.converted
    case (.f32(let nan), .f32(let bits)): nan.matches(f32: bits)
    case (.f64(let nan), .f64(let bits)): nan.matches(f64: bits)
    case (.vector(let lanes), .v128(let bytes)): Self.match(lanes, bytes)
    case (.null(let kind), .funcref(0)): (kind ?? .function) == .function
    case (.null(let kind), .externref(0)): (kind ?? .extern) == .extern
    case (.null(let kind), .anyref(0)): (kind ?? .any) == .any
    case (.null(let kind), .exnref(0)): (kind ?? .exception) == .exception
    case (.reference(.function), .funcref(let word)): word != 0
    case (.reference(.extern), .externref(let word)): word != 0
    case (.reference(.exception), .exnref(let word)): word != 0
    case (.reference(let kind), .anyref(let word)): word != 0 && kind.contains(result.kind)
    case (.either(let patterns), _): patterns.contains { $0.matches(result) }
    default: false
    }
  }

  private static func match(_ lanes: [Lane], _ bytes: SIMD16<UInt8>) -> Bool {
    var start = 0
    for lane in lanes {
      var bits: UInt64 = 0
      let size = lane.width / 8
      guard start + size <= 16 else { return false }
      for index in 0..<size { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
      start += size
      switch lane {
      case .bits(let wanted, _): if bits != wanted { return false }
      case .f32(let nan): if !nan.matches(f32: UInt32(truncatingIfNeeded: bits)) { return false }
      case .f64(let nan): if !nan.matches(f64: bits) { return false }
      }
    }
    return start == 16
  }

  var text: String {
    switch self {
    case .value(let value): "\(value.type) \(value.text)"
    case .f32(let nan): "f32 \(nan.rawValue)"
    case .f64(let nan): "f64 \(nan.rawValue)"
    case .vector(let lanes): "v128 " + lanes.map(\.text).joined(separator: " ")
    case .null(let kind): "ref.null" + (kind.map { " " + $0.rawValue } ?? "")
    case .reference(let kind): "ref.\(kind.rawValue)"
    case .either(let patterns): "either " + patterns.map(\.text).joined(separator: " or ")
    }
  }
}

extension ResultPattern.NaN {
  func matches(f32 bits: UInt32) -> Bool {
    switch self {
    case .canonical: bits & 0x7FFF_FFFF == 0x7FC0_0000
    case .arithmetic: bits & 0x7FC0_0000 == 0x7FC0_0000
    }
  }

  func matches(f64 bits: UInt64) -> Bool {
    switch self {
    case .canonical: bits & 0x7FFF_FFFF_FFFF_FFFF == 0x7FF8_0000_0000_0000
    case .arithmetic: bits & 0x7FF8_0000_0000_0000 == 0x7FF8_0000_0000_0000
    }
  }
}

extension ResultPattern.Lane {
  fileprivate var text: String {
    switch self {
    case .bits(let bits, _): "0x" + String(bits, radix: 16)
    case .f32(let nan), .f64(let nan): nan.rawValue
    }
  }
}

extension ResultPattern.ReferenceKind {
  /// Whether an object of a kind matches.
  fileprivate func contains(_ kind: GuestValue.ObjectKind?) -> Bool {
    switch self {
    case .any: true
    case .eq: kind != .hostReference
    case .i31: kind == .i31
    case .structure: kind == .structure
    case .array: kind == .array
    case .function, .extern, .exception: false
    }
  }
}
