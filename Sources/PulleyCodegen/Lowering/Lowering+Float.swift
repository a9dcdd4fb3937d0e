import PulleyIR
import PulleyISA

extension Lowering {
  mutating func lowerFloatBinary(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type == .f32 || data.type == .f64 else { throw unsupported(data) }
    let isWide = data.type == .f64
    let opcode: Opcode
    switch data.operation {
    case .fadd: opcode = isWide ? .fadd64 : .fadd32
    case .fsub: opcode = isWide ? .fsub64 : .fsub32
    case .fmul: opcode = isWide ? .fmul64 : .fmul32
    case .fdiv: opcode = isWide ? .fdiv64 : .fdiv32
    case .fmin: opcode = isWide ? .fminimum64 : .fminimum32
    case .fmax: opcode = isWide ? .fmaximum64 : .fmaximum32
    case .fcopysign: opcode = isWide ? .fcopysign64 : .fcopysign32
    default: throw unsupported(data)
    }
    let left = try use(data.argument0)
    emit(opcode, result, left, try use(data.argument1))
  }

  mutating func lowerFloatUnary(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.type == .f32 || data.type == .f64 else { throw unsupported(data) }
    let isWide = data.type == .f64
    let from = function.type(of: data.argument0)
    let opcode: Opcode
    switch data.operation {
    case .fneg: opcode = isWide ? .fneg64 : .fneg32
    case .fabs: opcode = isWide ? .fabs64 : .fabs32
    case .sqrt: opcode = isWide ? .fsqrt64 : .fsqrt32
    case .ceil: opcode = isWide ? .fceil64 : .fceil32
    case .floor: opcode = isWide ? .ffloor64 : .ffloor32
    case .trunc: opcode = isWide ? .ftrunc64 : .ftrunc32
    case .nearest: opcode = isWide ? .fnearest64 : .fnearest32
    case .fpromote where isWide && from == .f32: opcode = .f64_from_f32
    case .fdemote where !isWide && from == .f64: opcode = .f32_from_f64
    default: throw unsupported(data)
    }
    emit(opcode, result, try use(data.argument0))
  }

  mutating func lowerBitcast(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let opcode: Opcode
    switch (function.type(of: data.argument0), data.type) {
    case (.f32, .i32): opcode = .bitcast_int_from_float_32
    case (.f64, .i64): opcode = .bitcast_int_from_float_64
    case (.i32, .f32): opcode = .bitcast_float_from_int_32
    case (.i64, .f64): opcode = .bitcast_float_from_int_64
    default: throw unsupported(data)
    }
    emit(opcode, result, try use(data.argument0))
  }

  /// Conversions between integers and floats.
  mutating func lowerConversion(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let from = function.type(of: data.argument0)
    let opcode: Opcode
    switch (data.operation, from, data.type) {
    case (.fcvt_to_sint, .f32, .i32): opcode = .x32_from_f32_s
    case (.fcvt_to_sint, .f64, .i32): opcode = .x32_from_f64_s
    case (.fcvt_to_sint, .f32, .i64): opcode = .x64_from_f32_s
    case (.fcvt_to_sint, .f64, .i64): opcode = .x64_from_f64_s
    case (.fcvt_to_uint, .f32, .i32): opcode = .x32_from_f32_u
    case (.fcvt_to_uint, .f64, .i32): opcode = .x32_from_f64_u
    case (.fcvt_to_uint, .f32, .i64): opcode = .x64_from_f32_u
    case (.fcvt_to_uint, .f64, .i64): opcode = .x64_from_f64_u
    case (.fcvt_to_sint_sat, .f32, .i32): opcode = .x32_from_f32_s_sat
    case (.fcvt_to_sint_sat, .f64, .i32): opcode = .x32_from_f64_s_sat
    case (.fcvt_to_sint_sat, .f32, .i64): opcode = .x64_from_f32_s_sat
    case (.fcvt_to_sint_sat, .f64, .i64): opcode = .x64_from_f64_s_sat
    case (.fcvt_to_uint_sat, .f32, .i32): opcode = .x32_from_f32_u_sat
    case (.fcvt_to_uint_sat, .f64, .i32): opcode = .x32_from_f64_u_sat
    case (.fcvt_to_uint_sat, .f32, .i64): opcode = .x64_from_f32_u_sat
    case (.fcvt_to_uint_sat, .f64, .i64): opcode = .x64_from_f64_u_sat
    case (.fcvt_from_sint, .i64, .f32): opcode = .f32_from_x64_s
    case (.fcvt_from_sint, .i64, .f64): opcode = .f64_from_x64_s
    case (.fcvt_from_uint, .i64, .f32): opcode = .f32_from_x64_u
    case (.fcvt_from_uint, .i64, .f64): opcode = .f64_from_x64_u
    case (.fcvt_from_sint, .i8, .f32), (.fcvt_from_sint, .i16, .f32), (.fcvt_from_sint, .i32, .f32):
      opcode = .f32_from_x32_s
    case (.fcvt_from_sint, .i8, .f64), (.fcvt_from_sint, .i16, .f64), (.fcvt_from_sint, .i32, .f64):
      opcode = .f64_from_x32_s
    case (.fcvt_from_uint, .i8, .f32), (.fcvt_from_uint, .i16, .f32), (.fcvt_from_uint, .i32, .f32):
      opcode = .f32_from_x32_u
    case (.fcvt_from_uint, .i8, .f64), (.fcvt_from_uint, .i16, .f64), (.fcvt_from_uint, .i32, .f64):
      opcode = .f64_from_x32_u
    default: throw unsupported(data)
    }
    guard from.isInteger, from.bits < 32 else {
      emit(opcode, result, try use(data.argument0))
      return
    }
    let value = try extended(data.argument0, signed: data.operation == .fcvt_from_sint)
    emit(opcode, result, value.register)
    complete(value)
  }
}
