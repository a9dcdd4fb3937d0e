import PulleyIR

extension Evaluator {
  func evaluateFloat(
    _ data: InstructionData, _ a: UInt64, _ b: UInt64, _ from: Type
  ) throws -> UInt64 {
    switch data.operation {
    case .f32const: return UInt64(UInt32(truncatingIfNeeded: data.immediate))
    case .f64const: return UInt64(bitPattern: data.immediate)
    case .bitcast: return a
    case .fpromote: return Double(float32(a)).bitPattern
    case .fdemote: return UInt64(Float(Double(bitPattern: a)).bitPattern)
    case .fcvt_from_sint:
      let value = signed(a, from)
      return data.type == .f32 ? UInt64(Float(value).bitPattern) : Double(value).bitPattern
    case .fcvt_from_uint:
      return data.type == .f32 ? UInt64(Float(a).bitPattern) : Double(a).bitPattern
    case .fcvt_to_sint_sat, .fcvt_to_uint_sat, .fcvt_to_sint, .fcvt_to_uint:
      return try convert(data, from == .f32 ? Double(float32(a)) : Double(bitPattern: a))
    default: break
    }
    if data.type == .f32 {
      return UInt64(try apply(data.operation, float32(a), float32(b)).bitPattern)
    }
    return try apply(data.operation, Double(bitPattern: a), Double(bitPattern: b)).bitPattern
  }

  private func convert(_ data: InstructionData, _ value: Double) throws -> UInt64 {
    let isSigned = data.operation == .fcvt_to_sint || data.operation == .fcvt_to_sint_sat
    let saturates = data.operation == .fcvt_to_sint_sat || data.operation == .fcvt_to_uint_sat
    if value.isNaN {
      if saturates { return 0 }
      throw EvaluationTrap.trapped(.badConversionToInteger)
    }
    let bits = data.type.bits
    let truncated = value.rounded(.towardZero)
    let limit = Double(sign: .plus, exponent: isSigned ? bits - 1 : bits, significand: 1)
    let low = isSigned ? -limit : 0
    if truncated < low {
      if !saturates { throw EvaluationTrap.trapped(.integerOverflow) }
      return isSigned ? truncate(1 << UInt64(bits - 1), data.type) : 0
    }
    if truncated >= limit {
      if !saturates { throw EvaluationTrap.trapped(.integerOverflow) }
      return isSigned ? 1 << UInt64(bits - 1) - 1 : truncate(.max, data.type)
    }
    return isSigned
      ? truncate(UInt64(bitPattern: Int64(truncated)), data.type) : UInt64(truncated)
  }

  private func apply<F: BinaryFloatingPoint>(_ opcode: Operation, _ a: F, _ b: F) throws -> F {
    switch opcode {
    case .fadd: return a + b
    case .fsub: return a - b
    case .fmul: return a * b
    case .fdiv: return a / b
    case .fmin:
      if a.isNaN || b.isNaN { return .nan }
      return a == b ? (a.sign == .minus ? a : b) : Swift.min(a, b)
    case .fmax:
      if a.isNaN || b.isNaN { return .nan }
      return a == b ? (a.sign == .plus ? a : b) : Swift.max(a, b)
    case .fcopysign: return F(signOf: b, magnitudeOf: a)
    case .fneg: return -a
    case .fabs: return abs(a)
    case .sqrt: return a.squareRoot()
    case .ceil: return a.rounded(.up)
    case .floor: return a.rounded(.down)
    case .trunc: return a.rounded(.towardZero)
    case .nearest: return a.rounded(.toNearestOrEven)
    default: throw EvaluationTrap.unknown(opcode.mnemonic)
    }
  }
}
