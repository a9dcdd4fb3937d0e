import CPulley

@c @implementation
public func pulley_error_delete(_ error: OpaquePointer?) {
  delete(error, ErrorObject.self)
}

@c @implementation
public func pulley_error_status(_ error: OpaquePointer?) -> pulley_status_t {
  object(error, ErrorObject.self)?.status ?? Status.ok
}

@c @implementation
public func pulley_error_message(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  object(error, ErrorObject.self)?.message.pointer ?? CText.empty
}

@c @implementation
public func pulley_error_description(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  object(error, ErrorObject.self)?.description.pointer ?? CText.empty
}

@c @implementation
public func pulley_error_offset(_ error: OpaquePointer?) -> UInt64 {
  position(object(error, ErrorObject.self)?.offset)
}

@c @implementation
public func pulley_error_line(_ error: OpaquePointer?) -> UInt32 {
  UInt32(clamping: object(error, ErrorObject.self)?.line ?? 0)
}

@c @implementation
public func pulley_error_column(_ error: OpaquePointer?) -> UInt32 {
  UInt32(clamping: object(error, ErrorObject.self)?.column ?? 0)
}

@c @implementation
public func pulley_error_trap_code(_ error: OpaquePointer?) -> pulley_trap_code_t {
  object(error, ErrorObject.self)?.trap ?? TrapCode.none
}

@c @implementation
public func pulley_error_trap_number(_ error: OpaquePointer?) -> UInt32 {
  object(error, ErrorObject.self)?.trapNumber ?? 0
}

@c @implementation
public func pulley_error_frame_count(_ error: OpaquePointer?) -> Int {
  object(error, ErrorObject.self)?.frames.count ?? 0
}

@c @implementation
public func pulley_error_frame_name(
  _ error: OpaquePointer?, _ frame: Int
) -> UnsafePointer<CChar>? {
  object(error, ErrorObject.self)?.frame(frame)?.name.pointer ?? CText.empty
}

@c @implementation
public func pulley_error_frame_module(
  _ error: OpaquePointer?, _ frame: Int
) -> UnsafePointer<CChar>? {
  object(error, ErrorObject.self)?.frame(frame)?.module.pointer ?? CText.empty
}

@c @implementation
public func pulley_error_frame_index(_ error: OpaquePointer?, _ frame: Int) -> UInt32 {
  object(error, ErrorObject.self)?.frame(frame)?.index ?? .max
}

@c @implementation
public func pulley_error_frame_offset(_ error: OpaquePointer?, _ frame: Int) -> UInt64 {
  position(object(error, ErrorObject.self)?.frame(frame)?.offset)
}

@c @implementation
public func pulley_error_import_count(_ error: OpaquePointer?) -> Int {
  object(error, ErrorObject.self)?.imports.count ?? 0
}

@c @implementation
public func pulley_error_import_module(
  _ error: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  text(object(error, ErrorObject.self)?.imports[index]?.module, length) ?? CText.empty
}

@c @implementation
public func pulley_error_import_name(
  _ error: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  text(object(error, ErrorObject.self)?.imports[index]?.name, length) ?? CText.empty
}

@c @implementation
public func pulley_error_import_reason(
  _ error: OpaquePointer?, _ index: Int
) -> UnsafePointer<CChar>? {
  object(error, ErrorObject.self)?.imports[index]?.reason.pointer ?? CText.empty
}

/// A position for C; PULLEY_NO_OFFSET if it is unknown.
private func position(_ offset: Int?) -> UInt64 {
  offset.map { UInt64(clamping: $0) } ?? .max
}
