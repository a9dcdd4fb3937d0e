import CWasm
import Pulley
import PulleyC
import PulleyWasm

// Globals

private func global(_ handle: OpaquePointer?) -> (store: Store, global: Global)? {
  guard let reference = object(handle, Reference.self), case .global(let global) = reference.target
  else { return nil }
  return (reference.store, global)
}

@c @implementation
public func wasm_global_new(
  _ store: OpaquePointer?, _ type: OpaquePointer?, _ value: UnsafePointer<wasm_val_t>?
) -> OpaquePointer? {
  newHandle { () throws(PulleyError) -> Reference? in
    guard let store = object(store, Store.self), let value,
      let type = object(type, TypeObject.self)?.globalType,
      let value = store.guestValue(value, type.value)
    else { return nil }
    return Reference(store, .global(try Global(engine: store.engine, type: type, value: value)))
  }
}

@c @implementation
public func wasm_global_type(_ handle: OpaquePointer?) -> OpaquePointer? {
  newHandle { global(handle).map { TypeObject($0.global.type) } }
}

@c @implementation
public func wasm_global_get(_ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_val_t>?) {
  guard let out else { return }
  out.pointee = wasm_val_t(zeroOf: KindCode.i32)
  doWithRoom {
    guard let (store, global) = global(handle) else { return }
    let kind = global.type.value.cKind
    out.pointee = wasm_val_t(zeroOf: kind)
    guard KindCode.type(kind) != nil, let value = try? global.get() else { return }
    out.pointee = store.value(value.bits, kind)
  }
}

@c @implementation
public func wasm_global_set(_ handle: OpaquePointer?, _ value: UnsafePointer<wasm_val_t>?) {
  doWithRoom {
    guard let value, let (store, global) = global(handle),
      let value = store.guestValue(value, global.type.value)
    else { return }
    try? global.set(value)
  }
}

// Tables

private func table(_ handle: OpaquePointer?) -> (store: Store, table: Table)? {
  guard let reference = object(handle, Reference.self), case .table(let table) = reference.target
  else { return nil }
  return (reference.store, table)
}

extension Store {
  /// What a table's element gets for a reference of C, or for NULL; nil if it cannot have that.
  fileprivate func element(_ handle: OpaquePointer?, _ type: ValueType) -> GuestValue? {
    guard let reference = object(handle, Reference.self) else {
      return GuestValue.zero(of: type, engine)
    }
    return guestValue(reference, type.cKind)
  }
}

@c @implementation
public func wasm_table_new(
  _ store: OpaquePointer?, _ type: OpaquePointer?, _ initial: OpaquePointer?
) -> OpaquePointer? {
  newHandle { () throws(PulleyError) -> Reference? in
    guard let store = object(store, Store.self),
      let type = object(type, TypeObject.self)?.tableType,
      let fill = store.element(initial, type.element)
    else { return nil }
    return Reference(store, .table(try Table(engine: store.engine, type: type, fill: fill)))
  }
}

@c @implementation
public func wasm_table_type(_ handle: OpaquePointer?) -> OpaquePointer? {
  newHandle { table(handle).map { TypeObject($0.table.currentType) } }
}

@c @implementation
public func wasm_table_get(
  _ handle: OpaquePointer?, _ index: wasm_table_size_t
) -> OpaquePointer? {
  newHandle { () throws(PulleyError) -> Reference? in
    guard let (store, table) = table(handle), UInt64(index) < table.count else { return nil }
    return store.reference(to: try table.get(UInt64(index)))
  }
}

@c @implementation
public func wasm_table_set(
  _ handle: OpaquePointer?, _ index: wasm_table_size_t, _ element: OpaquePointer?
) -> Bool {
  made { () -> Bool? in
    guard let (store, table) = table(handle),
      let value = store.element(element, table.type.element)
    else { return nil }
    return (try? table.set(UInt64(index), to: value)) != nil
  } ?? false
}

@c @implementation
public func wasm_table_size(_ handle: OpaquePointer?) -> wasm_table_size_t {
  table(handle).map { UInt32(clamping: $0.table.count) } ?? 0
}

@c @implementation
public func wasm_table_grow(
  _ handle: OpaquePointer?, _ delta: wasm_table_size_t, _ initial: OpaquePointer?
) -> Bool {
  made { () -> Bool? in
    guard let (store, table) = table(handle),
      let fill = store.element(initial, table.type.element)
    else { return nil }
    return (try? table.grow(by: UInt64(delta), fill: fill)) != nil
  } ?? false
}

// Memories

private func memory(_ handle: OpaquePointer?) -> Memory? {
  guard case .memory(let memory)? = object(handle, Reference.self)?.target else { return nil }
  return memory
}

@c @implementation
public func wasm_memory_new(_ store: OpaquePointer?, _ type: OpaquePointer?) -> OpaquePointer? {
  newHandle { () throws(PulleyError) -> Reference? in
    guard let store = object(store, Store.self),
      let type = object(type, TypeObject.self)?.memoryType
    else { return nil }
    return Reference(store, .memory(try Memory(engine: store.engine, type: type)))
  }
}

@c @implementation
public func wasm_memory_type(_ handle: OpaquePointer?) -> OpaquePointer? {
  newHandle { memory(handle).map { TypeObject($0.currentType) } }
}

@c @implementation
public func wasm_memory_data(_ handle: OpaquePointer?) -> UnsafeMutablePointer<byte_t>? {
  memory(handle).map { $0.base.assumingMemoryBound(to: byte_t.self) }
}

@c @implementation
public func wasm_memory_data_size(_ handle: OpaquePointer?) -> Int {
  memory(handle)?.byteCount ?? 0
}

@c @implementation
public func wasm_memory_size(_ handle: OpaquePointer?) -> wasm_memory_pages_t {
  memory(handle).map { UInt32(clamping: $0.pageCount) } ?? 0
}

@c @implementation
public func wasm_memory_grow(_ handle: OpaquePointer?, _ delta: wasm_memory_pages_t) -> Bool {
  made { memory(handle).map { $0.grow(by: UInt64(delta)) != nil } } ?? false
}
