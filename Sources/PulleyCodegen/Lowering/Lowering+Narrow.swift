import PulleyIR
import PulleyISA

/// An operand that must be extended. Code is emitted backwards, so the operation is emitted first, with
/// `register`, and then the extension, by `Lowering.complete`.
struct ExtendedOperand {
  var register: Reg
  var extend: Opcode?
  var source: Reg
}

/// Operations that use more bits than narrow values have, and shifts.
extension Lowering {
  /// A value, extended with zeros or its sign to at least 32 bits.
  mutating func extended(
    _ value: Value, signed: Bool, to bits: Int = 32
  ) throws(CodegenError) -> ExtendedOperand {
    let source = try use(value)
    if (signed ? signBits(value) : cleanBits(value)) >= bits {
      return ExtendedOperand(register: source, extend: nil, source: source)
    }
    let opcode: Opcode
    switch function.type(of: value) {
    case .i8: opcode = signed ? .sext8 : .zext8
    case .i16: opcode = signed ? .sext16 : .zext16
    default: opcode = signed ? .sext32 : .zext32
    }
    return ExtendedOperand(register: makeX(), extend: opcode, source: source)
  }

  mutating func complete(_ operand: ExtendedOperand) {
    if let opcode = operand.extend { emit(opcode, operand.register, operand.source) }
  }

  mutating func lowerExtend(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let from = function.type(of: data.argument0)
    guard data.type.isInteger, data.type.bits <= 64, from.isInteger else {
      throw unsupported(data)
    }
    let signed = data.operation == .sextend
    let opcode: Opcode
    switch from {
    case .i8: opcode = signed ? .sext8 : .zext8
    case .i16: opcode = signed ? .sext16 : .zext16
    case .i32: opcode = signed ? .sext32 : .zext32
    default: throw unsupported(data)
    }
    emit(opcode, result, try use(data.argument0))
  }

  mutating func lowerShift(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let isWide = data.type == .i64
    let bits = Int64(data.type.bits)
    let value: ExtendedOperand
    if data.operation == .ishl || bits >= 32 {
      let register = try use(data.argument0)
      value = ExtendedOperand(register: register, extend: nil, source: register)
    } else {
      value = try extended(data.argument0, signed: data.operation == .sshr)
    }
    if let amount = constant(data.argument1) {
      let opcode: Opcode =
        switch data.operation {
        case .ishl: isWide ? .xshl64_u6 : .xshl32_u6
        case .ushr: isWide ? .xshr64_u_u6 : .xshr32_u_u6
        default: isWide ? .xshr64_s_u6 : .xshr32_s_u6
        }
      emit(opcode, result, value.register, immediate: amount & (bits - 1))
      return complete(value)
    }
    let opcode: Opcode =
      switch data.operation {
      case .ishl: isWide ? .xshl64 : .xshl32
      case .ushr: isWide ? .xshr64_u : .xshr32_u
      default: isWide ? .xshr64_s : .xshr32_s
      }
    let amount = try use(data.argument1)
    if bits >= 32 {
      emit(opcode, result, value.register, amount)
    } else {
      let masked = makeX()
      emit(opcode, result, value.register, masked)
      emit(.xband32_s8, masked, amount, immediate: bits - 1)
    }
    complete(value)
  }

  mutating func lowerRotate(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let left = data.operation == .rotl
    let amount = try use(data.argument1)
    if data.type.bits >= 32 {
      let isWide = data.type == .i64
      let opcode: Opcode =
        left ? (isWide ? .xrotl64 : .xrotl32) : (isWide ? .xrotr64 : .xrotr32)
      emit(opcode, result, try use(data.argument0), amount)
      return
    }
    let mask = Int64(data.type.bits - 1)
    let value = try extended(data.argument0, signed: false)
    let (up, down) = (makeX(), makeX())
    let (amountUp, amountDown, negated) = (makeX(), makeX(), makeX())
    emit(.xbor32, result, up, down)
    emit(.xshr32_u, down, value.register, amountDown)
    emit(.xshl32, up, value.register, amountUp)
    emit(.xband32_s8, amountDown, left ? negated : amount, immediate: mask)
    emit(.xband32_s8, amountUp, left ? amount : negated, immediate: mask)
    emit(.xneg32, negated, amount)
    complete(value)
  }

  mutating func lowerMultiplyHigh(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let signed = data.operation == .smulhi
    if data.type == .i64 {
      let left = try use(data.argument0)
      emit(signed ? .xmulhi64_s : .xmulhi64_u, result, left, try use(data.argument1))
      return
    }
    let bits = data.type.bits
    let isWide = bits == 32
    let a = try extended(data.argument0, signed: signed, to: isWide ? 64 : 32)
    let b = try extended(data.argument1, signed: signed, to: isWide ? 64 : 32)
    let product = makeX()
    let shift: Opcode =
      signed
      ? (isWide ? .xshr64_s_u6 : .xshr32_s_u6) : (isWide ? .xshr64_u_u6 : .xshr32_u_u6)
    emit(shift, result, product, immediate: Int64(bits))
    emit(isWide ? .xmul64 : .xmul32, product, a.register, b.register)
    complete(b)
    complete(a)
  }

  mutating func lowerMinMax(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let isWide = data.type == .i64
    let opcode: Opcode
    switch data.operation {
    case .smin: opcode = isWide ? .xmin64_s : .xmin32_s
    case .umin: opcode = isWide ? .xmin64_u : .xmin32_u
    case .smax: opcode = isWide ? .xmax64_s : .xmax32_s
    case .umax: opcode = isWide ? .xmax64_u : .xmax32_u
    default: throw unsupported(data)
    }
    let signed = data.operation == .smin || data.operation == .smax
    let a = try extended(data.argument0, signed: signed, to: isWide ? 64 : 32)
    let b = try extended(data.argument1, signed: signed, to: isWide ? 64 : 32)
    emit(opcode, result, a.register, b.register)
    complete(b)
    complete(a)
  }

  mutating func lowerDivision(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    guard data.type.isInteger, data.type.bits <= 64, !data.type.isVector else {
      throw unsupported(data)
    }
    let isWide = data.type == .i64
    let signed = data.operation == .sdiv || data.operation == .srem
    let opcode: Opcode =
      switch data.operation {
      case .udiv: isWide ? .xdiv64_u : .xdiv32_u
      case .sdiv: isWide ? .xdiv64_s : .xdiv32_s
      case .urem: isWide ? .xrem64_u : .xrem32_u
      default: isWide ? .xrem64_s : .xrem32_s
      }
    let a = try extended(data.argument0, signed: signed, to: isWide ? 64 : 32)
    let b = try extended(data.argument1, signed: signed, to: isWide ? 64 : 32)
    if data.operation == .sdiv && data.type.bits < 32 {
      // The only quotient that does not fit is the least number divided by -1.
      emitTrapBranch(
        .br_if_xeq32_i32, result, immediate: 1 << Int64(data.type.bits - 1),
        code: .integerOverflow)
    }
    emit(opcode, result, a.register, b.register)
    complete(b)
    complete(a)
  }

  mutating func lowerIntegerUnary(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type.isInteger, data.type.bits <= 64, !data.type.isVector else {
      throw unsupported(data)
    }
    let isWide = data.type == .i64
    let missing = Int64(32 - data.type.bits)
    switch data.operation {
    case .ineg: emit(isWide ? .xneg64 : .xneg32, result, try use(data.argument0))
    case .bnot: emit(isWide ? .xbnot64 : .xbnot32, result, try use(data.argument0))
    case .iabs:
      let value = try extended(data.argument0, signed: true, to: isWide ? 64 : 32)
      emit(isWide ? .xabs64 : .xabs32, result, value.register)
      complete(value)
    case .popcnt:
      let value = try extended(data.argument0, signed: false, to: isWide ? 64 : 32)
      emit(isWide ? .xpopcnt64 : .xpopcnt32, result, value.register)
      complete(value)
    case .clz where missing > 0:
      let value = try extended(data.argument0, signed: false)
      let zeros = makeX()
      emit(.xsub32_u8, result, zeros, immediate: missing)
      emit(.xclz32, zeros, value.register)
      complete(value)
    case .ctz where missing > 0:
      let value = try use(data.argument0)
      let bounded = makeX()
      emit(.xctz32, result, bounded)
      emit(.xbor32_s32, bounded, value, immediate: 1 << Int64(data.type.bits))
    case .clz: emit(isWide ? .xclz64 : .xclz32, result, try use(data.argument0))
    case .ctz: emit(isWide ? .xctz64 : .xctz32, result, try use(data.argument0))
    case .bswap where data.type == .i16:
      let value = try use(data.argument0)
      let swapped = makeX()
      emit(.xshr32_u_u6, result, swapped, immediate: 16)
      emit(.bswap32, swapped, value)
    case .bswap where data.type.bits >= 32:
      emit(isWide ? .bswap64 : .bswap32, result, try use(data.argument0))
    default: throw unsupported(data)
    }
  }

  /// All ones if the argument is not zero, else zero.
  mutating func lowerMask(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let from = function.type(of: data.argument0)
    guard data.type.isInteger, data.type.bits <= 64, from.isInteger, from.bits <= 64 else {
      throw unsupported(data)
    }
    let isWide = data.type == .i64 || from == .i64
    let value = try extended(data.argument0, signed: false, to: isWide ? 64 : 32)
    emit(isWide ? .xbmask64 : .xbmask32, result, value.register)
    complete(value)
  }

  mutating func lowerTrappingSum(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    guard data.type == .i32 || data.type == .i64 else { throw unsupported(data) }
    let left = try use(data.argument0)
    emit(
      data.type == .i64 ? .xadd64_uoverflow_trap : .xadd32_uoverflow_trap, result, left,
      try use(data.argument1))
    code[code.count - 1].trapCode = data.trapCode.rawValue
  }
}
