import CPulley

// The header's constants with the header's types: Swift sees C's enumerators as plain Int.

/// The status codes that functions return.
enum Status {
  static var ok: pulley_status_t { pulley_status_t(PULLEY_OK) }
  static var argument: pulley_status_t { pulley_status_t(PULLEY_ERROR_ARGUMENT) }
  static var malformed: pulley_status_t { pulley_status_t(PULLEY_ERROR_MALFORMED) }
  static var invalid: pulley_status_t { pulley_status_t(PULLEY_ERROR_INVALID) }
  static var unsupported: pulley_status_t { pulley_status_t(PULLEY_ERROR_UNSUPPORTED) }
  static var link: pulley_status_t { pulley_status_t(PULLEY_ERROR_LINK) }
  static var signature: pulley_status_t { pulley_status_t(PULLEY_ERROR_SIGNATURE) }
  static var trap: pulley_status_t { pulley_status_t(PULLEY_ERROR_TRAP) }
  static var notFound: pulley_status_t { pulley_status_t(PULLEY_ERROR_NOT_FOUND) }
  static var limit: pulley_status_t { pulley_status_t(PULLEY_ERROR_LIMIT) }
  static var artifact: pulley_status_t { pulley_status_t(PULLEY_ERROR_ARTIFACT) }
  static var file: pulley_status_t { pulley_status_t(PULLEY_ERROR_FILE) }
  static var defect: pulley_status_t { pulley_status_t(PULLEY_ERROR_INTERNAL) }
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
}

/// Why a guest trapped.
enum TrapCode {
  static var none: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_NONE) }
  static var unreachable: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_UNREACHABLE) }
  static var memoryOutOfBounds: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS)
  }
  static var tableOutOfBounds: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_TABLE_OUT_OF_BOUNDS)
  }
  static var indirectCallToNull: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_INDIRECT_CALL_TO_NULL)
  }
  static var indirectCallType: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_INDIRECT_CALL_TYPE)
  }
  static var integerDivideByZero: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO)
  }
  static var integerOverflow: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_INTEGER_OVERFLOW)
  }
  static var badConversion: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_BAD_CONVERSION) }
  static var stackOverflow: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_STACK_OVERFLOW) }
  static var host: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_HOST) }
  static var nullReference: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_NULL_REFERENCE) }
  static var unsupported: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_UNSUPPORTED) }
  static var unalignedAtomic: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_UNALIGNED_ATOMIC)
  }
  static var expectedSharedMemory: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_EXPECTED_SHARED_MEMORY)
  }
  static var interrupted: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_INTERRUPTED) }
  static var numbered: pulley_trap_code_t { pulley_trap_code_t(PULLEY_TRAP_NUMBERED) }
  static var uncaughtException: pulley_trap_code_t {
    pulley_trap_code_t(PULLEY_TRAP_UNCAUGHT_EXCEPTION)
  }
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
