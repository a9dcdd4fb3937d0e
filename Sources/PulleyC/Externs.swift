import CPulley
import Pulley
import PulleyWasm

@c @implementation
public func pulley_extern_kind(_ item: OpaquePointer?) -> pulley_extern_kind_t {
  object(item, ExternObject.self)?.kind ?? 0
}

@c @implementation
public func pulley_extern_module(
  _ item: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  text(object(item, ExternObject.self)?.module, length)
}

@c @implementation
public func pulley_extern_name(
  _ item: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  text(object(item, ExternObject.self)?.name, length)
}

@c @implementation
public func pulley_extern_description(_ item: OpaquePointer?) -> UnsafePointer<CChar>? {
  object(item, ExternObject.self)?.description.pointer
}

@c @implementation
public func pulley_extern_function_type(_ item: OpaquePointer?) -> pulley_function_type_t {
  object(item, ExternObject.self)?.function?.description ?? pulley_function_type_t()
}

@c @implementation
public func pulley_extern_value_type(_ item: OpaquePointer?) -> pulley_type_t {
  switch object(item, ExternObject.self)?.type {
  case .table(let type)?: type.element.code
  case .global(let type)?: type.value.code
  default: 0
  }
}

@c @implementation
public func pulley_extern_is_mutable(_ item: OpaquePointer?) -> Bool {
  if case .global(let type)? = object(item, ExternObject.self)?.type {
    return type.isMutable
  }
  return false
}

@c @implementation
public func pulley_extern_is_shared(_ item: OpaquePointer?) -> Bool {
  if case .memory(let type)? = object(item, ExternObject.self)?.type { return type.isShared }
  return false
}

@c @implementation
public func pulley_extern_limits(_ item: OpaquePointer?) -> pulley_limits_t {
  switch object(item, ExternObject.self)?.type {
  case .table(let type)?: pulley_limits_t(type.limits)
  case .memory(let type)?: pulley_limits_t(type.limits)
  default: pulley_limits_t()
  }
}

@c @implementation
public func pulley_extern_address_bits(_ item: OpaquePointer?) -> UInt32 {
  switch object(item, ExternObject.self)?.type {
  case .table(let type)?: type.addressType.bits
  case .memory(let type)?: type.addressType.bits
  default: 0
  }
}

@c @implementation
public func pulley_extern_page_size(_ item: OpaquePointer?) -> UInt32 {
  if case .memory(let type)? = object(item, ExternObject.self)?.type { type.pageSize } else { 0 }
}

/// A name that may contain NUL, and its length in bytes, which is 0 for nil.
func text(
  _ text: CText?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  length?.pointee = text?.count ?? 0
  return text?.pointer
}

extension AddressType {
  var bits: UInt32 { self == .i64 ? 64 : 32 }
}

extension MemoryType {
  /// In bytes.
  var pageSize: UInt32 { 1 << UInt32(pageSizeLog2) }
}

extension pulley_limits_t {
  init(_ limits: Limits) {
    self.init(minimum: limits.minimum, maximum: limits.maximum ?? .max)
  }
}
