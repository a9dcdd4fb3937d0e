import PulleyIR
import PulleyISA

/// Operations on vectors of 128 bits. Operations without an instruction become a few instructions.
extension Lowering {
  mutating func lowerVector(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    switch data.operation {
    case .band, .bor, .bxor, .bnot, .bitselect:
      try lowerVectorBits(data, into: result)
    case .iadd, .isub, .imul, .sadd_sat, .uadd_sat, .ssub_sat, .usub_sat, .avg_round,
      .sqmul_round_sat, .iadd_pairwise, .ineg, .iabs, .popcnt, .ishl, .ushr, .sshr, .snarrow,
      .unarrow, .swiden_low, .swiden_high, .uwiden_low, .uwiden_high:
      try lowerVectorInteger(data, into: result)
    case .uunarrow:
      try lowerUnsignedNarrow(data, into: result)
    case .smin, .smax, .umin, .umax:
      try lowerVectorMinMax(data, into: result)
    case .rotl, .rotr:
      try lowerVectorRotate(data, into: result)
    case .icmp:
      try lowerVectorIntCompare(data, into: result)
    case .fcmp:
      try lowerVectorFloatCompare(data, into: result)
    case .select:
      try lowerSelect(data, into: result)
    case .splat, .scalar_to_vector, .extractlane, .insertlane, .shuffle, .swizzle, .vany_true,
      .vall_true:
      try lowerLanes(data, into: result)
    case .fcopysign:
      let sign: UInt64 = data.type == .f32x4 ? 1 << 31 : 1 << 63
      let mask = vectorConstant(ConstantData(splat: sign, data.type))
      let from = try use(data.argument1)
      emit(.vbitselect128, result, mask, from, try use(data.argument0))
    default:
      try lowerVectorFloat(data, into: result)
    }
  }

  /// One instruction with the arguments in their order.
  mutating func emitVector(
    _ opcode: Opcode?, _ data: InstructionData, into result: Reg, immediate: Int64 = 0
  ) throws(CodegenError) {
    guard let opcode else { throw unsupported(data) }
    let first = try use(data.argument0)
    let second = data.argument1.isNone ? Reg.none : try use(data.argument1)
    let third = data.argument2.isNone ? Reg.none : try use(data.argument2)
    emit(opcode, result, first, second, third, immediate: immediate)
  }

  /// The opcode for the width of the lane.
  func byWidth(
    _ type: Type, _ b8: Opcode?, _ b16: Opcode?, _ b32: Opcode?,
    _ b64: Opcode?
  ) -> Opcode? {
    switch type.laneBits {
    case 8: b8
    case 16: b16
    case 32: b32
    case 64: b64
    default: nil
    }
  }

  // Bits

  private mutating func lowerVectorBits(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let opcode: Opcode =
      switch data.operation {
      case .band: .vband128
      case .bor: .vbor128
      case .bxor: .vbxor128
      case .bnot: .vbnot128
      default: .vbitselect128
      }
    try emitVector(opcode, data, into: result)
  }

  // Integers

  private mutating func lowerVectorInteger(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type.lane.isInteger else { throw unsupported(data) }
    try emitVector(integerOpcode(data), data, into: result)
  }

  private func integerOpcode(_ data: InstructionData) -> Opcode? {
    let type = data.type
    return switch data.operation {
    case .iadd: byWidth(type, .vaddi8x16, .vaddi16x8, .vaddi32x4, .vaddi64x2)
    case .isub: byWidth(type, .vsubi8x16, .vsubi16x8, .vsubi32x4, .vsubi64x2)
    case .imul: byWidth(type, .vmuli8x16, .vmuli16x8, .vmuli32x4, .vmuli64x2)
    case .sadd_sat: byWidth(type, .vaddi8x16_sat, .vaddi16x8_sat, nil, nil)
    case .uadd_sat: byWidth(type, .vaddu8x16_sat, .vaddu16x8_sat, nil, nil)
    case .ssub_sat: byWidth(type, .vsubi8x16_sat, .vsubi16x8_sat, nil, nil)
    case .usub_sat: byWidth(type, .vsubu8x16_sat, .vsubu16x8_sat, nil, nil)
    case .avg_round: byWidth(type, .vavground8x16, .vavground16x8, nil, nil)
    case .sqmul_round_sat: byWidth(type, nil, .vqmulrsi16x8, nil, nil)
    case .iadd_pairwise: byWidth(type, nil, .vaddpairwisei16x8_s, .vaddpairwisei32x4_s, nil)
    case .ineg: byWidth(type, .vneg8x16, .vneg16x8, .vneg32x4, .vneg64x2)
    case .iabs: byWidth(type, .vabs8x16, .vabs16x8, .vabs32x4, .vabs64x2)
    case .popcnt: byWidth(type, .vpopcnt8x16, nil, nil, nil)
    case .ishl: byWidth(type, .vshli8x16, .vshli16x8, .vshli32x4, .vshli64x2)
    case .ushr: byWidth(type, .vshri8x16_u, .vshri16x8_u, .vshri32x4_u, .vshri64x2_u)
    case .sshr: byWidth(type, .vshri8x16_s, .vshri16x8_s, .vshri32x4_s, .vshri64x2_s)
    default: widthChange(data)
    }
  }

  private func widthChange(_ data: InstructionData) -> Opcode? {
    let type = data.type
    return switch data.operation {
    case .snarrow: byWidth(type, nil, .vnarrow16x8_s, .vnarrow32x4_s, .vnarrow64x2_s)
    case .unarrow: byWidth(type, nil, .vnarrow16x8_u, .vnarrow32x4_u, .vnarrow64x2_u)
    case .swiden_low: byWidth(type, .vwidenlow8x16_s, .vwidenlow16x8_s, .vwidenlow32x4_s, nil)
    case .swiden_high: byWidth(type, .vwidenhigh8x16_s, .vwidenhigh16x8_s, .vwidenhigh32x4_s, nil)
    case .uwiden_low: byWidth(type, .vwidenlow8x16_u, .vwidenlow16x8_u, .vwidenlow32x4_u, nil)
    case .uwiden_high: byWidth(type, .vwidenhigh8x16_u, .vwidenhigh16x8_u, .vwidenhigh32x4_u, nil)
    default: nil
    }
  }

  /// Narrows unsigned lanes to unsigned lanes. There is an instruction for the widest lanes only. The
  /// instructions for others read signed lanes, so lanes are first limited to values that fit, which
  /// are not negative.
  private mutating func lowerUnsignedNarrow(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    if data.type == .i64x2 { return try emitVector(.vunarrow64x2_u, data, into: result) }
    guard let narrow = byWidth(data.type, nil, .vnarrow16x8_u, .vnarrow32x4_u, nil),
      let minimum = byWidth(data.type, nil, .vmin16x8_u, .vmin32x4_u, nil)
    else { throw unsupported(data) }
    let greatest = UInt64(1) << UInt64(data.type.laneBits / 2) - 1
    let bound = vectorConstant(ConstantData(splat: greatest, data.type))
    let (low, high) = (makeV(), makeV())
    emit(narrow, result, low, high)
    emit(minimum, high, try use(data.argument1), bound)
    emit(minimum, low, try use(data.argument0), bound)
  }

  /// Shifts take the amount modulo the width of the lane, so the negated amount shifts by the rest.
  private mutating func lowerVectorRotate(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type.lane.isInteger,
      let left = byWidth(data.type, .vshli8x16, .vshli16x8, .vshli32x4, .vshli64x2),
      let right = byWidth(data.type, .vshri8x16_u, .vshri16x8_u, .vshri32x4_u, .vshri64x2_u)
    else { throw unsupported(data) }
    let isLeft = data.operation == .rotl
    let value = try use(data.argument0)
    let amount = try use(data.argument1)
    let (up, down, negated) = (makeV(), makeV(), makeX())
    emit(.vbor128, result, up, down)
    emit(left, up, value, isLeft ? amount : negated)
    emit(right, down, value, isLeft ? negated : amount)
    emit(.xneg32, negated, amount)
  }

  // Lanes

  private mutating func lowerLanes(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let type = data.type
    let isFloat = type.lane.isFloat
    let opcode: Opcode?
    var immediate = Int64(data.lane)
    switch data.operation {
    case .splat:
      opcode =
        isFloat
        ? byWidth(type, nil, nil, .vsplatf32, .vsplatf64)
        : byWidth(type, .vsplatx8, .vsplatx16, .vsplatx32, .vsplatx64)
    case .scalar_to_vector:
      guard let insert = insertion(type) else { throw unsupported(data) }
      let zero = vectorConstant(ConstantData(low: 0, high: 0))
      return emit(insert, result, zero, try use(data.argument0))
    case .extractlane:
      opcode =
        isFloat
        ? byWidth(type, nil, nil, .fextractv32x4, .fextractv64x2)
        : byWidth(type, .xextractv8x16, .xextractv16x8, .xextractv32x4, .xextractv64x2)
    case .insertlane:
      opcode = insertion(type)
    case .shuffle:
      opcode = .vshuffle
      immediate = Int64(wideImmediates.count)
      wideImmediates.append(function.constants[data.constant])
    case .swizzle:
      opcode = .vswizzlei8x16
    case .vany_true:
      opcode = byWidth(type, .vanytrue8x16, .vanytrue16x8, .vanytrue32x4, .vanytrue64x2)
    default:
      opcode = byWidth(type, .valltrue8x16, .valltrue16x8, .valltrue32x4, .valltrue64x2)
    }
    try emitVector(opcode, data, into: result, immediate: immediate)
  }

  private func insertion(_ type: Type) -> Opcode? {
    type.lane.isFloat
      ? byWidth(type, nil, nil, .vinsertf32, .vinsertf64)
      : byWidth(type, .vinsertx8, .vinsertx16, .vinsertx32, .vinsertx64)
  }

  /// The top bit of each lane, in an integer.
  mutating func lowerHighBits(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let from = function.type(of: data.argument0)
    guard data.type.isInteger, data.type.bits <= 64, from.bits == 128,
      let opcode = byWidth(from, .vbitmask8x16, .vbitmask16x8, .vbitmask32x4, .vbitmask64x2)
    else { throw unsupported(data) }
    let value = try use(data.argument0)
    guard data.type == .i64 else { return emit(opcode, result, value) }
    let mask = makeX()
    emit(.zext32, result, mask)
    emit(opcode, mask, value)
  }

  // Scalars that are lowered with vector instructions

  /// Each bit of the result is that of the second or of the third argument.
  mutating func lowerScalarBitselect(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type.isInteger, data.type.bits <= 64 else { throw unsupported(data) }
    let isWide = data.type == .i64
    let mask = try use(data.argument0)
    let yes = try use(data.argument1)
    let no = try use(data.argument2)
    let (difference, chosen) = (makeX(), makeX())
    emit(isWide ? .xbxor64 : .xbxor32, result, chosen, no)
    emit(isWide ? .xband64 : .xband32, chosen, difference, mask)
    emit(isWide ? .xbxor64 : .xbxor32, difference, yes, no)
  }

  mutating func lowerScalarMultiplyAdd(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type == .f32 || data.type == .f64 else { throw unsupported(data) }
    let isWide = data.type == .f64
    let splat: Opcode = isWide ? .vsplatf64 : .vsplatf32
    let (a, b, c, sum) = (makeV(), makeV(), makeV(), makeV())
    emit(isWide ? .fextractv64x2 : .fextractv32x4, result, sum)
    emit(isWide ? .vfma64x2 : .vfma32x4, sum, a, b, c)
    emit(splat, c, try use(data.argument2))
    emit(splat, b, try use(data.argument1))
    emit(splat, a, try use(data.argument0))
  }
}
