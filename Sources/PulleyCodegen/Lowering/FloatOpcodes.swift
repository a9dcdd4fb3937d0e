import PulleyIR
import PulleyISA

/// The opcodes for operations of the IR on f32 and f64.
package enum FloatOpcodes {
  package static func binary(_ operation: Operation, _ type: Type) -> Opcode? {
    guard type == .f32 || type == .f64 else { return nil }
    let isWide = type == .f64
    return switch operation {
    case .fadd: isWide ? .fadd64 : .fadd32
    case .fsub: isWide ? .fsub64 : .fsub32
    case .fmul: isWide ? .fmul64 : .fmul32
    case .fdiv: isWide ? .fdiv64 : .fdiv32
    case .fmin: isWide ? .fminimum64 : .fminimum32
    case .fmax: isWide ? .fmaximum64 : .fmaximum32
    case .fcopysign: isWide ? .fcopysign64 : .fcopysign32
    default: nil
    }
  }

  package static func unary(_ operation: Operation, from: Type, to type: Type) -> Opcode? {
    guard type == .f32 || type == .f64 else { return nil }
    let isWide = type == .f64
    return switch operation {
    case .fneg: isWide ? .fneg64 : .fneg32
    case .fabs: isWide ? .fabs64 : .fabs32
    case .sqrt: isWide ? .fsqrt64 : .fsqrt32
    case .ceil: isWide ? .fceil64 : .fceil32
    case .floor: isWide ? .ffloor64 : .ffloor32
    case .trunc: isWide ? .ftrunc64 : .ftrunc32
    case .nearest: isWide ? .fnearest64 : .fnearest32
    case .fpromote where isWide && from == .f32: .f64_from_f32
    case .fdemote where !isWide && from == .f64: .f32_from_f64
    default: nil
    }
  }

  package static func bitcast(_ from: Type, _ to: Type) -> Opcode? {
    switch (from, to) {
    case (.f32, .i32): .bitcast_int_from_float_32
    case (.f64, .i64): .bitcast_int_from_float_64
    case (.i32, .f32): .bitcast_float_from_int_32
    case (.i64, .f64): .bitcast_float_from_int_64
    default: nil
    }
  }

  /// Conversions between integers and floats. Integers of fewer than 32 bits must be extended first.
  package static func conversion(_ operation: Operation, from: Type, to: Type) -> Opcode? {
    switch (operation, from, to) {
    case (.fcvt_to_sint, .f32, .i32): .x32_from_f32_s
    case (.fcvt_to_sint, .f64, .i32): .x32_from_f64_s
    case (.fcvt_to_sint, .f32, .i64): .x64_from_f32_s
    case (.fcvt_to_sint, .f64, .i64): .x64_from_f64_s
    case (.fcvt_to_uint, .f32, .i32): .x32_from_f32_u
    case (.fcvt_to_uint, .f64, .i32): .x32_from_f64_u
    case (.fcvt_to_uint, .f32, .i64): .x64_from_f32_u
    case (.fcvt_to_uint, .f64, .i64): .x64_from_f64_u
    case (.fcvt_to_sint_sat, .f32, .i32): .x32_from_f32_s_sat
    case (.fcvt_to_sint_sat, .f64, .i32): .x32_from_f64_s_sat
    case (.fcvt_to_sint_sat, .f32, .i64): .x64_from_f32_s_sat
    case (.fcvt_to_sint_sat, .f64, .i64): .x64_from_f64_s_sat
    case (.fcvt_to_uint_sat, .f32, .i32): .x32_from_f32_u_sat
    case (.fcvt_to_uint_sat, .f64, .i32): .x32_from_f64_u_sat
    case (.fcvt_to_uint_sat, .f32, .i64): .x64_from_f32_u_sat
    case (.fcvt_to_uint_sat, .f64, .i64): .x64_from_f64_u_sat
    case (.fcvt_from_sint, .i64, .f32): .f32_from_x64_s
    case (.fcvt_from_sint, .i64, .f64): .f64_from_x64_s
    case (.fcvt_from_uint, .i64, .f32): .f32_from_x64_u
    case (.fcvt_from_uint, .i64, .f64): .f64_from_x64_u
    case (.fcvt_from_sint, .i8, .f32), (.fcvt_from_sint, .i16, .f32),
      (.fcvt_from_sint, .i32, .f32):
      .f32_from_x32_s
    case (.fcvt_from_sint, .i8, .f64), (.fcvt_from_sint, .i16, .f64),
      (.fcvt_from_sint, .i32, .f64):
      .f64_from_x32_s
    case (.fcvt_from_uint, .i8, .f32), (.fcvt_from_uint, .i16, .f32),
      (.fcvt_from_uint, .i32, .f32):
      .f32_from_x32_u
    case (.fcvt_from_uint, .i8, .f64), (.fcvt_from_uint, .i16, .f64),
      (.fcvt_from_uint, .i32, .f64):
      .f64_from_x32_u
    default: nil
    }
  }
}
