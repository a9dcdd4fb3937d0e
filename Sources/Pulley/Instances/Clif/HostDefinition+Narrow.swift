import PulleyHost

extension HostSignature {
  /// The signature for a guest with addresses of 32 bits, which passes values of these types: an i32
  /// for a pointer is an address of the process, and becomes a whole word. So does an i32 whose C type
  /// is not known, because it may be a pointer.
  func takingNarrowAddresses(_ type: GuestFunctionType) -> HostSignature {
    guard type.parameters.count == parameters.count else { return self }
    let adapted = zip(parameters, type.parameters).map { host, guest in
      guest == .i32 && host.mayBeAddress ? HostType.size : host
    }
    return HostSignature(
      result: result, context: context, parameters: adapted, variadic: variadic)
  }
}

extension HostDefinition {
  func takingNarrowAddresses(_ type: GuestFunctionType) -> HostDefinition {
    let adapted = signature.takingNarrowAddresses(type)
    guard adapted != signature else { return self }
    // The new definition keeps this one, whose finalizer runs when both are gone.
    return HostDefinition(
      name: name, signature: adapted, function: function, userData: userData,
      declaration: declaration, library: self)
  }
}

extension HostType {
  fileprivate var mayBeAddress: Bool {
    switch self {
    case .hostPointer, .pointer, .nullablePointer, .string, .nullableString, .limitedString,
      .buffer, .nullableBuffer, .u32:
      true
    case .void, .bool, .i8, .u8, .i16, .u16, .i32, .i64, .u64, .ssize, .size, .f32, .f64, .v128,
      .i128, .structure, .several, .data, .handle, .callback, .objectSize:
      false
    }
  }
}
