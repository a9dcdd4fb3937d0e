import CWasm

// The rest of what is in `ReferenceFunctions.swift`: externals other than functions, and instances.

@c @implementation
public func wasm_table_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_table_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_table_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_table_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_table_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?)
{
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_table_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_table_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_table(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .table)
}

@c @implementation
public func wasm_table_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_table_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .table)
}

@c @implementation
public func wasm_memory_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_memory_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_memory_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_memory_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_memory_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?)
{
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_memory_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_memory_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_memory(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .memory)
}

@c @implementation
public func wasm_memory_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_memory_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .memory)
}

@c @implementation
public func wasm_extern_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_extern_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_extern_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_extern_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_extern_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?)
{
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_extern_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_extern_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_extern(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .external)
}

@c @implementation
public func wasm_extern_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_extern_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .external)
}

@c @implementation
public func wasm_instance_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_instance_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_instance_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_instance_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_instance_set_host_info(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?
) {
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_instance_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_instance_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_instance(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .instance)
}

@c @implementation
public func wasm_instance_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_instance_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .instance)
}

@c @implementation
public func wasm_func_as_extern(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_func(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .function)
}

@c @implementation
public func wasm_global_as_extern(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_global(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .global)
}

@c @implementation
public func wasm_table_as_extern(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_table(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .table)
}

@c @implementation
public func wasm_memory_as_extern(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_memory(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .memory)
}

@c @implementation
public func wasm_func_as_extern_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_func_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .function)
}

@c @implementation
public func wasm_global_as_extern_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_global_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .global)
}

@c @implementation
public func wasm_table_as_extern_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_table_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .table)
}

@c @implementation
public func wasm_memory_as_extern_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_extern_as_memory_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .memory)
}
