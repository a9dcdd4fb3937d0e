import PulleyIR

extension Lowering {
  /// The value of an integer constant, sign-extended from the width of its type.
  func constant(_ value: Value) -> Int64? {
    guard case .result(let inst, _) = function.definition(of: value) else { return nil }
    let data = function.instructions[inst]
    switch data.operation {
    case .iconst: return signExtended(data.immediate, data.type)
    case .uextend:
      guard let inner = self.data(defining: data.argument0, as: .iconst) else { return nil }
      return zeroExtended(inner.immediate, inner.type)
    case .sextend:
      guard let inner = self.data(defining: data.argument0, as: .iconst) else { return nil }
      return signExtended(inner.immediate, inner.type)
    default: return nil
    }
  }

  /// The bit up to which the register of a value is known to be zero-extended.
  ///
  /// This must agree with the lowering of the instructions.
  func cleanBits(_ value: Value, depth: Int = 0) -> Int {
    let own = function.type(of: value).bits
    guard depth < 4, case .result(let inst, _) = function.definition(of: value) else { return own }
    let data = function.instructions[inst]
    switch data.operation {
    case .icmp, .fcmp, .vany_true, .vall_true, .extractlane, .uload8, .uload16, .heap_uload8,
      .heap_uload16:
      return max(own, 32)
    case .atomic_load, .atomic_rmw, .atomic_cas, .heap_atomic_load, .heap_atomic_rmw,
      .heap_atomic_cas:
      return 64
    case .load, .heap_load:
      return own < 32 ? 32 : own
    case .uextend:
      let inner = cleanBits(data.argument0, depth: depth + 1)
      return inner >= own ? inner : 64
    case .iconst:
      return signExtended(data.immediate, data.type) >= 0 ? 64 : own
    case .band:
      if byteMask(data) != nil { return 64 }
      return own < 32
        && (cleanBits(data.argument0, depth: depth + 1) >= 32
          || cleanBits(data.argument1, depth: depth + 1) >= 32)
        ? 32 : own
    case .bor, .bxor:
      return own < 32 && cleanBits(data.argument0, depth: depth + 1) >= 32
        && cleanBits(data.argument1, depth: depth + 1) >= 32 ? 32 : own
    case .select:
      return own < 32 && cleanBits(data.argument1, depth: depth + 1) >= 32
        && cleanBits(data.argument2, depth: depth + 1) >= 32 ? 32 : own
    default:
      return own
    }
  }

  /// The bit up to which the register of a value is known to be sign-extended.
  func signBits(_ value: Value) -> Int {
    let own = function.type(of: value).bits
    guard case .result(let inst, _) = function.definition(of: value) else { return own }
    let data = function.instructions[inst]
    switch data.operation {
    case .sload8, .sload16, .heap_sload8, .heap_sload16: return max(own, 32)
    case .sextend: return signBits(data.argument0) >= own ? own : 64
    case .iconst: return 64
    default: return own
    }
  }

  /// 8, 16 or 32 if the `band` keeps that many low bits, so that it is a zero extension.
  func byteMask(_ data: InstructionData) -> Int? {
    guard let mask = constant(data.argument1) ?? constant(data.argument0) else { return nil }
    switch mask {
    case 0xFF where data.type.bits > 8: return 8
    case 0xFFFF where data.type.bits > 16: return 16
    case 0xFFFF_FFFF where data.type == .i64: return 32
    default: return nil
    }
  }

  /// Whether a value is 0 or 1 in the low 32 bits of its register.
  func isTruth(_ value: Value, depth: Int = 0) -> Bool {
    guard depth < 4, case .result(let inst, _) = function.definition(of: value) else {
      return false
    }
    let data = function.instructions[inst]
    switch data.operation {
    case .icmp, .fcmp, .vany_true, .vall_true: return true
    case .iconst: return data.immediate == 0 || data.immediate == 1
    case .uextend, .ireduce: return isTruth(data.argument0, depth: depth + 1)
    case .band, .bor, .bxor:
      return isTruth(data.argument0, depth: depth + 1) && isTruth(data.argument1, depth: depth + 1)
    case .select:
      return isTruth(data.argument1, depth: depth + 1) && isTruth(data.argument2, depth: depth + 1)
    default: return false
    }
  }
}

/// The low bits of `value`, as many as `type` has, zero-extended.
func zeroExtended(_ value: Int64, _ type: Type) -> Int64 {
  switch type {
  case .i8: Int64(UInt8(truncatingIfNeeded: value))
  case .i16: Int64(UInt16(truncatingIfNeeded: value))
  case .i32: Int64(UInt32(truncatingIfNeeded: value))
  default: value
  }
}

/// The low bits of `value`, as many as `type` has, sign-extended.
func signExtended(_ value: Int64, _ type: Type) -> Int64 {
  switch type {
  case .i8: Int64(Int8(truncatingIfNeeded: value))
  case .i16: Int64(Int16(truncatingIfNeeded: value))
  case .i32: Int64(Int32(truncatingIfNeeded: value))
  default: value
  }
}

/// Whether a constant fits an immediate of the kind.
func fitsU8(_ value: Int64) -> Bool { value >= 0 && value <= 0xFF }
func fitsU32(_ value: Int64) -> Bool { value >= 0 && value <= 0xFFFF_FFFF }
func fitsS8(_ value: Int64) -> Bool { value == Int64(Int8(truncatingIfNeeded: value)) }
func fitsS32(_ value: Int64) -> Bool { value == Int64(Int32(truncatingIfNeeded: value)) }
