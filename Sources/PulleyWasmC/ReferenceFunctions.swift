import CWasm

// Each kind of reference has its own names for the functions of `Reference.swift`.

@c @implementation
public func wasm_ref_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_ref_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_ref_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_ref_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_ref_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?) {
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_ref_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_trap_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_trap_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_trap_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_trap_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_trap_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?) {
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_trap_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_trap_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_trap(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .trap)
}

@c @implementation
public func wasm_trap_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_trap_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .trap)
}

@c @implementation
public func wasm_foreign_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_foreign_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_foreign_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_foreign_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_foreign_set_host_info(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?
) {
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_foreign_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_foreign_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_foreign(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .foreign)
}

@c @implementation
public func wasm_foreign_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_foreign_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .foreign)
}

@c @implementation
public func wasm_module_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_module_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_module_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_module_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_module_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?)
{
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_module_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_module_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_module(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .module)
}

@c @implementation
public func wasm_module_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_module_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .module)
}

@c @implementation
public func wasm_func_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_func_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_func_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_func_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_func_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?) {
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_func_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_func_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_func(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .function)
}

@c @implementation
public func wasm_func_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_func_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .function)
}

@c @implementation
public func wasm_global_delete(_ reference: OpaquePointer?) {
  delete(reference)
}

@c @implementation
public func wasm_global_copy(_ reference: OpaquePointer?) -> OpaquePointer? {
  copied(reference)
}

@c @implementation
public func wasm_global_same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  same(a, b)
}

@c @implementation
public func wasm_global_get_host_info(_ reference: OpaquePointer?) -> UnsafeMutableRawPointer? {
  hostInfo(reference)
}

@c @implementation
public func wasm_global_set_host_info(_ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?)
{
  setHostInfo(reference, info, nil)
}

@c @implementation
public func wasm_global_set_host_info_with_finalizer(
  _ reference: OpaquePointer?, _ info: UnsafeMutableRawPointer?,
  _ finalizer: Finalizer?
) {
  setHostInfo(reference, info, finalizer)
}

@c @implementation
public func wasm_global_as_ref(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_global(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .global)
}

@c @implementation
public func wasm_global_as_ref_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  reference
}

@c @implementation
public func wasm_ref_as_global_const(_ reference: OpaquePointer?) -> OpaquePointer? {
  cast(reference, to: .global)
}
