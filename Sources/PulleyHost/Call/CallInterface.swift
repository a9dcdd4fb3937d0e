import CFFI
import Synchronization

/// libffi's description of a C signature (`ffi_cif`), made once and used by every call.
///
/// Threads may share it because it does not change after `init`.
final class CallInterface: @unchecked Sendable {
  let cif: UnsafeMutablePointer<ffi_cif>
  private let parameterTypes: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
  /// Serialises `ffi_prep_cif`, which may write to the type objects that all interfaces share.
  private static let preparation = Mutex(())

  /// Nil if libffi cannot call functions of the signature, whose types are simple.
  convenience init?(_ signature: HostSignature) {
    let context = signature.context.map { _ in HostType.hostPointer }
    let parameters = context + signature.parameters
    let types = zip(parameters, HostType.extendedToWord(parameters)).map { type, isExtended in
      isExtended ? pulley_ffi_uint64() : type.ffiType
    }
    self.init(parameters: types, result: signature.result.ffiType)
  }

  /// - Parameters:
  ///   - fixedCount: how many parameters come before the variable arguments; nil for functions
  ///     without `...`.
  init?(
    parameters: [UnsafeMutablePointer<ffi_type>?], result: UnsafeMutablePointer<ffi_type>?,
    fixedCount: Int? = nil
  ) {
    parameterTypes = .allocate(capacity: max(parameters.count, 1))
    parameterTypes.initialize(repeating: nil, count: max(parameters.count, 1))
    for (index, type) in parameters.enumerated() { parameterTypes[index] = type }
    cif = .allocate(capacity: 1)
    cif.initialize(to: ffi_cif())
    let status = Self.preparing { [cif, parameterTypes] in
      guard let fixedCount else {
        return pulley_ffi_prepare(cif, UInt32(parameters.count), result, parameterTypes)
      }
      return pulley_ffi_prepare_variadic(
        cif, UInt32(fixedCount), UInt32(parameters.count), result, parameterTypes)
    }
    guard status == FFI_OK else { return nil }
  }

  /// Calls a function of libffi that may write to type objects.
  static func preparing(_ body: () -> ffi_status) -> ffi_status {
    preparation.withLock { _ in body() }
  }

  deinit {
    cif.deallocate()
    parameterTypes.deallocate()
  }
}

extension HostType {
  /// For each parameter of a C function, whether it must be extended to 64 bits before the call.
  ///
  /// Compilers rely on the extension of integers with less than 32 bits, and `uext` and `sext` in CLIF
  /// promise it for those of 32 bits. libffi extends arguments in registers, but not those on the
  /// stack.
  static func extendedToWord(_ parameters: [HostType]) -> [Bool] {
    #if canImport(Darwin)
      // Darwin packs arguments on the stack.
      return parameters.map { _ in false }
    #else
      #if arch(x86_64)
        let registers = 6
      #else
        let registers = 8
      #endif
      var taken = 0
      return parameters.map { type in
        switch type {
        case .f32, .f64: return false
        case .v128, .i128:
          taken += 2
          return false
        default: taken += 1
        }
        switch type {
        case .bool, .i8, .u8, .i16, .u16: return true
        case .i32, .u32: return taken > registers
        default: return false
        }
      }
    #endif
  }

  var ffiType: UnsafeMutablePointer<ffi_type>? {
    switch self {
    case .void: pulley_ffi_void()
    // C passes _Bool as a byte that is 0 or 1.
    case .bool, .u8: pulley_ffi_uint8()
    case .i8: pulley_ffi_sint8()
    case .i16: pulley_ffi_sint16()
    case .u16: pulley_ffi_uint16()
    case .i32: pulley_ffi_sint32()
    case .u32: pulley_ffi_uint32()
    // Hosts have 64-bit pointers, because the guest's registers hold host pointers.
    case .i64, .ssize: pulley_ffi_sint64()
    case .u64, .size: pulley_ffi_uint64()
    case .f32: pulley_ffi_float()
    case .f64: pulley_ffi_double()
    case .v128: pulley_ffi_vector()
    case .i128: pulley_ffi_int128()
    case .pointer, .nullablePointer, .string, .nullableString, .limitedString, .buffer,
      .nullableBuffer, .hostPointer, .data, .handle, .callback:
      pulley_ffi_pointer()
    case .structure, .several, .objectSize: nil
    }
  }
}
