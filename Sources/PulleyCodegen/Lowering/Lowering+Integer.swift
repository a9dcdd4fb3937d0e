import PulleyIR
import PulleyISA

extension Lowering {
  // Constants

  /// The shortest instruction that makes the constant.
  mutating func emitConstant(_ value: Int64, into result: Reg) {
    switch value {
    case 0: emit(.xzero, result)
    case 1: emit(.xone, result)
    case -0x80...0x7F: emit(.xconst8, result, immediate: value)
    case -0x8000...0x7FFF: emit(.xconst16, result, immediate: value)
    case -0x8000_0000...0x7FFF_FFFF: emit(.xconst32, result, immediate: value)
    default: emit(.xconst64, result, immediate: value)
    }
    code[code.count - 1].flags.insert(.rematerialisable)
  }

  // Two operands

  mutating func lowerIntegerBinary(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type.isInteger, data.type.bits <= 64, !data.type.isVector else {
      throw unsupported(data)
    }
    switch data.operation {
    case .iadd: try lowerAdd(data, into: result)
    case .isub: try lowerSubtract(data, into: result)
    case .imul: try lowerMultiply(data, into: result)
    case .band, .bor, .bxor: try lowerBitwise(data, into: result)
    case .ishl, .ushr, .sshr: try lowerShift(data, into: result)
    case .rotl, .rotr: try lowerRotate(data, into: result)
    case .umulhi, .smulhi: try lowerMultiplyHigh(data, into: result)
    default: try lowerMinMax(data, into: result)
    }
  }

  private mutating func lowerAdd(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let isWide = data.type == .i64
    var (a, b) = (data.argument0, data.argument1)
    if constant(a) != nil { swap(&a, &b) }
    if let value = constant(b) {
      if try emitAdd(value, to: a, isWide: isWide, into: result) { return }
    } else {
      for _ in 0..<2 {
        if isFoldable(b), let product = self.data(defining: b, as: .imul) {
          let factor = try use(product.argument0)
          emit(
            isWide ? .xmadd64 : .xmadd32, result, factor, try use(product.argument1), try use(a))
          return
        }
        swap(&a, &b)
      }
    }
    let left = try use(a)
    emit(isWide ? .xadd64 : .xadd32, result, left, try use(b))
  }

  /// Adds a constant, if that can be an immediate of an addition or a subtraction.
  private mutating func emitAdd(
    _ value: Int64, to a: Value, isWide: Bool, into result: Reg
  ) throws(CodegenError) -> Bool {
    let negated = 0 &- value
    if fitsU8(value) {
      emit(isWide ? .xadd64_u8 : .xadd32_u8, result, try use(a), immediate: value)
    } else if fitsU8(negated) {
      emit(isWide ? .xsub64_u8 : .xsub32_u8, result, try use(a), immediate: negated)
    } else if fitsU32(value) {
      emit(isWide ? .xadd64_u32 : .xadd32_u32, result, try use(a), immediate: value)
    } else if fitsU32(negated) {
      emit(isWide ? .xsub64_u32 : .xsub32_u32, result, try use(a), immediate: negated)
    } else {
      return false
    }
    return true
  }

  private mutating func lowerSubtract(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let isWide = data.type == .i64
    if let value = constant(data.argument1), value != .min,
      try emitAdd(-value, to: data.argument0, isWide: isWide, into: result)
    {
      return
    }
    if constant(data.argument0) == 0 {
      emit(isWide ? .xneg64 : .xneg32, result, try use(data.argument1))
      return
    }
    let left = try use(data.argument0)
    emit(isWide ? .xsub64 : .xsub32, result, left, try use(data.argument1))
  }

  private mutating func lowerMultiply(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    try emitWithConstant(
      data, into: result, narrow: (.xmul32, .xmul32_s8, .xmul32_s32),
      wide: (.xmul64, .xmul64_s8, .xmul64_s32))
  }

  private mutating func lowerBitwise(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    switch data.operation {
    case .band:
      if let bits = byteMask(data) {
        let value = constant(data.argument1) == nil ? data.argument1 : data.argument0
        emit(bits == 8 ? .zext8 : bits == 16 ? .zext16 : .zext32, result, try use(value))
        return
      }
      try emitWithConstant(
        data, into: result, narrow: (.xband32, .xband32_s8, .xband32_s32),
        wide: (.xband64, .xband64_s8, .xband64_s32))
    case .bor:
      try emitWithConstant(
        data, into: result, narrow: (.xbor32, .xbor32_s8, .xbor32_s32),
        wide: (.xbor64, .xbor64_s8, .xbor64_s32))
    default:
      if constant(data.argument1) == -1 {
        emit(data.type == .i64 ? .xbnot64 : .xbnot32, result, try use(data.argument0))
        return
      }
      try emitWithConstant(
        data, into: result, narrow: (.xbxor32, .xbxor32_s8, .xbxor32_s32),
        wide: (.xbxor64, .xbxor64_s8, .xbxor64_s32))
    }
  }

  /// A commutative operation with forms for a signed constant.
  private mutating func emitWithConstant(
    _ data: InstructionData, into result: Reg,
    narrow: (plain: Opcode, s8: Opcode, s32: Opcode),
    wide: (plain: Opcode, s8: Opcode, s32: Opcode)
  ) throws(CodegenError) {
    let forms = data.type == .i64 ? wide : narrow
    var (a, b) = (data.argument0, data.argument1)
    if constant(a) != nil { swap(&a, &b) }
    let left = try use(a)
    if let value = constant(b), fitsS32(value) {
      emit(fitsS8(value) ? forms.s8 : forms.s32, result, left, immediate: value)
    } else {
      emit(forms.plain, result, left, try use(b))
    }
  }
}
