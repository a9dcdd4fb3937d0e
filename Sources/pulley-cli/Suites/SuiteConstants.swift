import Pulley

extension SuiteScript.Constant {
  /// The argument this stands for; nil for types that calls cannot pass.
  var argument: Value? {
    if type == "v128" { return vector }
    guard case .single(let text) = value ?? .single("null") else { return nil }
    switch type {
    case "i32": return UInt32(text).map { .i32(Int32(bitPattern: $0)) }
    case "i64": return UInt64(text).map { .i64(Int64(bitPattern: $0)) }
    case "f32": return UInt32(text).map { .f32($0) }
    case "f64": return UInt64(text).map { .f64($0) }
    case "externref":
      // Number 0 is not the null reference.
      return text == "null" ? .externref(0) : UInt(text).map { .externref($0 + 1) }
    case "funcref": return text == "null" ? .funcref(0) : nil
    default: return nil
    }
  }

  /// How many bytes a lane has.
  private var laneSize: Int {
    switch lane_type {
    case "i8": 1
    case "i16": 2
    case "i64", "f64": 8
    default: 4
    }
  }

  private var vector: Value? {
    guard case .lanes(let lanes) = value, lanes.count * laneSize == 16 else { return nil }
    var bytes = SIMD16<UInt8>()
    for (index, lane) in lanes.enumerated() {
      guard let bits = UInt64(lane) else { return nil }
      for byte in 0..<laneSize {
        bytes[index * laneSize + byte] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))
      }
    }
    return .v128(bytes)
  }

  /// Whether each lane is what the script expects, which may be a NaN of some kind.
  private func matches(_ bytes: SIMD16<UInt8>) -> Bool {
    guard case .lanes(let lanes) = value, lanes.count * laneSize == 16 else { return false }
    return lanes.enumerated().allSatisfy { index, lane in
      var bits: UInt64 = 0
      for byte in (0..<laneSize).reversed() {
        bits = bits << 8 | UInt64(bytes[index * laneSize + byte])
      }
      switch lane_type {
      case "f32":
        return Self(type: "f32", value: .single(lane))
          .matches(.f32(UInt32(truncatingIfNeeded: bits)))
      case "f64": return Self(type: "f64", value: .single(lane)).matches(.f64(bits))
      default: return UInt64(lane) == bits
      }
    }
  }

  /// Whether `result` is what the script expects.
  func matches(_ result: Value) -> Bool {
    switch type {
    case "either":
      return (values ?? []).contains { $0.matches(result) }
    case "refnull", "nullref", "nullfuncref", "nullexternref", "nullexnref":
      return result.isNull == true
    case "ref":
      return result.isNull == false
    case "funcref" where value == nil:
      if case .funcref(let word) = result { return word != 0 }
      return false
    case "externref" where value == nil:
      if case .externref(let word) = result { return word != 0 }
      return false
    case "v128":
      if case .v128(let bytes) = result { return matches(bytes) }
      return false
    default:
      break
    }
    guard case .single(let text)? = value else { return false }
    if text == "null" { return result.isNull == true }
    switch (text, result) {
    case ("nan:canonical", .f32(let bits)): return bits & 0x7FFF_FFFF == 0x7FC0_0000
    case ("nan:canonical", .f64(let bits)):
      return bits & 0x7FFF_FFFF_FFFF_FFFF == 0x7FF8_0000_0000_0000
    case ("nan:arithmetic", .f32(let bits)): return bits & 0x7FC0_0000 == 0x7FC0_0000
    case ("nan:arithmetic", .f64(let bits)):
      return bits & 0x7FF8_0000_0000_0000 == 0x7FF8_0000_0000_0000
    default: return argument == result
    }
  }

  var text: String {
    switch value {
    case .single(let text): "\(type) \(text)"
    case .lanes(let lanes): "\(type) \(lanes.joined(separator: " "))"
    case nil: type
    }
  }
}

extension Value {
  /// Nil for what is no reference.
  fileprivate var isNull: Bool? {
    switch self {
    case .funcref(let word), .externref(let word): word == 0
    default: nil
    }
  }
}
