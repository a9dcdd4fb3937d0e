import CPulley
import PulleyIR

extension Type {
  /// The C interface's number of a type of CLIF.
  var code: pulley_type_t {
    switch self {
    case .i8: TypeCode.i8
    case .i16: TypeCode.i16
    case .i32: TypeCode.i32
    case .i64: TypeCode.i64
    case .i128: TypeCode.i128
    case .f32: TypeCode.f32
    case .f64: TypeCode.f64
    default: TypeCode.v128
    }
  }
}
