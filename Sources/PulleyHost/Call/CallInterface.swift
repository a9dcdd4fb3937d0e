import CFFI
import Synchronization

/// libffi's description of a C signature, prepared once and used by every call.
///
/// Access is safe because the description does not change after it was prepared, and its memory is
/// freed only when its owner is.
final class CallInterface: @unchecked Sendable {
  let cif: UnsafeMutablePointer<ffi_cif>
  private let parameterTypes: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
  /// ffi_prep_cif may write to the type objects, which all interfaces share.
  private static let preparation = Mutex(())

  init?(_ signature: HostSignature) {
    let context = signature.context.map { _ in HostType.hostPointer }
    let parameters = context + signature.parameters
    parameterTypes = .allocate(capacity: max(parameters.count, 1))
    parameterTypes.initialize(repeating: nil, count: max(parameters.count, 1))
    for (index, type) in parameters.enumerated() {
      parameterTypes[index] = type.ffiParameterType
    }
    cif = .allocate(capacity: 1)
    cif.initialize(to: ffi_cif())
    let status = CallInterface.preparation.withLock { [cif, parameterTypes] _ in
      pulley_ffi_prepare(
        cif, UInt32(parameters.count), signature.result.ffiType, parameterTypes)
    }
    guard status == FFI_OK else { return nil }
  }

  deinit {
    cif.deallocate()
    parameterTypes.deallocate()
  }
}

extension HostType {
  /// Whether arguments of the type fill less than the word that each argument has to itself, so that
  /// they are passed as words, extended by their own sign. Compilers rely on the extension, and
  /// libffi does not extend what goes to the stack.
  var isExtendedToWord: Bool {
    #if canImport(Darwin)
      // Arguments on the stack are packed there.
      false
    #else
      switch self {
      case .bool, .i8, .u8, .i16, .u16, .i32, .u32: true
      default: false
      }
    #endif
  }

  fileprivate var ffiParameterType: UnsafeMutablePointer<ffi_type>? {
    isExtendedToWord ? pulley_ffi_uint64() : ffiType
  }

  fileprivate var ffiType: UnsafeMutablePointer<ffi_type>? {
    switch self {
    case .void: pulley_ffi_void()
    // C passes _Bool as a byte of 0 or 1.
    case .bool, .u8: pulley_ffi_uint8()
    case .i8: pulley_ffi_sint8()
    case .i16: pulley_ffi_sint16()
    case .u16: pulley_ffi_uint16()
    case .i32: pulley_ffi_sint32()
    case .u32: pulley_ffi_uint32()
    // Hosts have 64-bit pointers: the register file holds them.
    case .i64, .ssize: pulley_ffi_sint64()
    case .u64, .size: pulley_ffi_uint64()
    case .f32: pulley_ffi_float()
    case .f64: pulley_ffi_double()
    case .v128: pulley_ffi_vector()
    case .i128: pulley_ffi_int128()
    case .pointer, .nullablePointer, .string, .nullableString, .buffer, .nullableBuffer,
      .hostPointer:
      pulley_ffi_pointer()
    }
  }
}
