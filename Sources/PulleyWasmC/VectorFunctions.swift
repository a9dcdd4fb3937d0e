import CWasm

// C has no generic functions, so each type of vector has its own names for those of `Vectors.swift`.

@c @implementation
public func wasm_byte_vec_new_empty(_ out: UnsafeMutablePointer<wasm_byte_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_byte_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_byte_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_byte_vec_new(
  _ out: UnsafeMutablePointer<wasm_byte_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<wasm_byte_t>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_byte_vec_copy(
  _ out: UnsafeMutablePointer<wasm_byte_vec_t>?, _ vector: UnsafePointer<wasm_byte_vec_t>?
) {
  copy(out, vector) { $0 }
}

@c @implementation
public func wasm_byte_vec_delete(_ vector: UnsafeMutablePointer<wasm_byte_vec_t>?) {
  delete(vector) { _ in }
}

@c @implementation
public func wasm_val_vec_new_empty(_ out: UnsafeMutablePointer<wasm_val_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_val_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_val_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_val_vec_new(
  _ out: UnsafeMutablePointer<wasm_val_vec_t>?, _ size: Int, _ elements: UnsafePointer<wasm_val_t>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_val_vec_copy(
  _ out: UnsafeMutablePointer<wasm_val_vec_t>?, _ vector: UnsafePointer<wasm_val_vec_t>?
) {
  copy(out, vector) { $0.copied }
}

@c @implementation
public func wasm_val_vec_delete(_ vector: UnsafeMutablePointer<wasm_val_vec_t>?) {
  delete(vector) { $0.delete() }
}

@c @implementation
public func wasm_valtype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_valtype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_valtype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_valtype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_valtype_vec_new(
  _ out: UnsafeMutablePointer<wasm_valtype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_valtype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_valtype_vec_t>?, _ vector: UnsafePointer<wasm_valtype_vec_t>?
) {
  copy(out, vector) { $0 }
}

@c @implementation
public func wasm_valtype_vec_delete(_ vector: UnsafeMutablePointer<wasm_valtype_vec_t>?) {
  delete(vector) { _ in }
}

@c @implementation
public func wasm_functype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_functype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_functype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_functype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_functype_vec_new(
  _ out: UnsafeMutablePointer<wasm_functype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_functype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_functype_vec_t>?, _ vector: UnsafePointer<wasm_functype_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_functype_vec_delete(_ vector: UnsafeMutablePointer<wasm_functype_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_globaltype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_globaltype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_globaltype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_globaltype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_globaltype_vec_new(
  _ out: UnsafeMutablePointer<wasm_globaltype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_globaltype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_globaltype_vec_t>?,
  _ vector: UnsafePointer<wasm_globaltype_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_globaltype_vec_delete(_ vector: UnsafeMutablePointer<wasm_globaltype_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_tabletype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_tabletype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_tabletype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_tabletype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_tabletype_vec_new(
  _ out: UnsafeMutablePointer<wasm_tabletype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_tabletype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_tabletype_vec_t>?, _ vector: UnsafePointer<wasm_tabletype_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_tabletype_vec_delete(_ vector: UnsafeMutablePointer<wasm_tabletype_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_memorytype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_memorytype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_memorytype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_memorytype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_memorytype_vec_new(
  _ out: UnsafeMutablePointer<wasm_memorytype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_memorytype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_memorytype_vec_t>?,
  _ vector: UnsafePointer<wasm_memorytype_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_memorytype_vec_delete(_ vector: UnsafeMutablePointer<wasm_memorytype_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_externtype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_externtype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_externtype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_externtype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_externtype_vec_new(
  _ out: UnsafeMutablePointer<wasm_externtype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_externtype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_externtype_vec_t>?,
  _ vector: UnsafePointer<wasm_externtype_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_externtype_vec_delete(_ vector: UnsafeMutablePointer<wasm_externtype_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_importtype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_importtype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_importtype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_importtype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_importtype_vec_new(
  _ out: UnsafeMutablePointer<wasm_importtype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_importtype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_importtype_vec_t>?,
  _ vector: UnsafePointer<wasm_importtype_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_importtype_vec_delete(_ vector: UnsafeMutablePointer<wasm_importtype_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_exporttype_vec_new_empty(_ out: UnsafeMutablePointer<wasm_exporttype_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_exporttype_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_exporttype_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_exporttype_vec_new(
  _ out: UnsafeMutablePointer<wasm_exporttype_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_exporttype_vec_copy(
  _ out: UnsafeMutablePointer<wasm_exporttype_vec_t>?,
  _ vector: UnsafePointer<wasm_exporttype_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_exporttype_vec_delete(_ vector: UnsafeMutablePointer<wasm_exporttype_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_frame_vec_new_empty(_ out: UnsafeMutablePointer<wasm_frame_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_frame_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_frame_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_frame_vec_new(
  _ out: UnsafeMutablePointer<wasm_frame_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_frame_vec_copy(
  _ out: UnsafeMutablePointer<wasm_frame_vec_t>?, _ vector: UnsafePointer<wasm_frame_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_frame_vec_delete(_ vector: UnsafeMutablePointer<wasm_frame_vec_t>?) {
  delete(vector)
}

@c @implementation
public func wasm_extern_vec_new_empty(_ out: UnsafeMutablePointer<wasm_extern_vec_t>?) {
  newEmpty(out)
}

@c @implementation
public func wasm_extern_vec_new_uninitialized(
  _ out: UnsafeMutablePointer<wasm_extern_vec_t>?, _ size: Int
) {
  newUninitialized(out, size)
}

@c @implementation
public func wasm_extern_vec_new(
  _ out: UnsafeMutablePointer<wasm_extern_vec_t>?, _ size: Int,
  _ elements: UnsafePointer<OpaquePointer?>?
) {
  new(out, size, elements)
}

@c @implementation
public func wasm_extern_vec_copy(
  _ out: UnsafeMutablePointer<wasm_extern_vec_t>?, _ vector: UnsafePointer<wasm_extern_vec_t>?
) {
  copy(out, vector)
}

@c @implementation
public func wasm_extern_vec_delete(_ vector: UnsafeMutablePointer<wasm_extern_vec_t>?) {
  delete(vector)
}
