import CPulley

// The header's constants with the header's types: Swift sees C's enumerators as plain Int.

/// The status codes that this module returns by itself. Those of errors of the engine are the raw values of
/// `PulleyError.Kind`.
enum Status {
  static var ok: pulley_status_t { pulley_status_t(PULLEY_OK) }
  static var argument: pulley_status_t { pulley_status_t(PULLEY_ERROR_ARGUMENT) }
  static var unsupported: pulley_status_t { pulley_status_t(PULLEY_ERROR_UNSUPPORTED) }
  static var signature: pulley_status_t { pulley_status_t(PULLEY_ERROR_SIGNATURE) }
  static var limit: pulley_status_t { pulley_status_t(PULLEY_ERROR_LIMIT) }
  static var file: pulley_status_t { pulley_status_t(PULLEY_ERROR_FILE) }
}

/// The types of values.
enum TypeCode {
  static var i32: pulley_type_t { pulley_type_t(PULLEY_I32) }
  static var i64: pulley_type_t { pulley_type_t(PULLEY_I64) }
  static var f32: pulley_type_t { pulley_type_t(PULLEY_F32) }
  static var f64: pulley_type_t { pulley_type_t(PULLEY_F64) }
  static var v128: pulley_type_t { pulley_type_t(PULLEY_V128) }
  static var funcref: pulley_type_t { pulley_type_t(PULLEY_FUNCREF) }
  static var externref: pulley_type_t { pulley_type_t(PULLEY_EXTERNREF) }
  static var i8: pulley_type_t { pulley_type_t(PULLEY_I8) }
  static var i16: pulley_type_t { pulley_type_t(PULLEY_I16) }
  static var i128: pulley_type_t { pulley_type_t(PULLEY_I128) }
  static var anyref: pulley_type_t { pulley_type_t(PULLEY_ANYREF) }
  static var exnref: pulley_type_t { pulley_type_t(PULLEY_EXNREF) }
}

/// The reasons of traps, which are the raw values of `TrapReason`.
enum TrapCode {
  static var none: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_NONE) }
}

/// The kinds of imports and exports.
enum KindCode {
  static var function: pulley_extern_kind_t { pulley_extern_kind_t(PULLEY_EXTERN_FUNCTION) }
  static var table: pulley_extern_kind_t { pulley_extern_kind_t(PULLEY_EXTERN_TABLE) }
  static var memory: pulley_extern_kind_t { pulley_extern_kind_t(PULLEY_EXTERN_MEMORY) }
  static var global: pulley_extern_kind_t { pulley_extern_kind_t(PULLEY_EXTERN_GLOBAL) }
  static var tag: pulley_extern_kind_t { pulley_extern_kind_t(PULLEY_EXTERN_TAG) }
  static var address: pulley_extern_kind_t { pulley_extern_kind_t(PULLEY_EXTERN_ADDRESS) }
}
