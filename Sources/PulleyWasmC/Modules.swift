import CWasm
import Pulley
import PulleyC
import PulleyVM

/// The target of a `wasm_module_t`. Each store that has a shared module has an object of its own.
final class ModuleObject {
  let module: Module
  var hostInfo: HostInfo?

  init(_ module: Module) { self.module = module }
}

extension wasm_byte_vec_t {
  /// A copy of the bytes, for a module to keep. Nil if they are too many.
  fileprivate var stableBytes: StableBytes? {
    let bytes = UnsafeRawBufferPointer(elements)
    guard bytes.count <= largestInput,
      (try? HostMemory.require(bytes.count, for: "copying the bytes")) != nil
    else { return nil }
    return StableBytes(copying: bytes)
  }

  /// Whether they begin as the binary format does, and not as another format that the engine accepts.
  fileprivate var isBinary: Bool {
    let magic: [UInt8] = [0x00, 0x61, 0x73, 0x6D]
    return elements.count >= magic.count
      && zip(elements, magic).allSatisfy { UInt8(bitPattern: $0) == $1 }
  }
}

private func module(_ handle: OpaquePointer?) -> Module? {
  guard case .module(let object)? = object(handle, Reference.self)?.target else { return nil }
  return object.module
}

/// A new handle for a module, which may take much of the stack to make.
private func newModule(
  _ store: OpaquePointer?, _ make: (Engine) throws(PulleyError) -> Module?
) -> OpaquePointer? {
  guard let store = object(store, Store.self), HostMemory.allowsSmall else { return nil }
  var handle: OpaquePointer?
  _ = HostStack.run(needing: HostStack.roomToCompile) {
    guard let module = try? make(store.engine) else { return }
    handle = owned(Reference(store, .module(ModuleObject(module))))
  }
  return handle
}

@c @implementation
public func wasm_module_new(
  _ store: OpaquePointer?, _ binary: UnsafePointer<wasm_byte_vec_t>?
) -> OpaquePointer? {
  newModule(store) { (engine) throws(PulleyError) in
    guard let binary, binary.pointee.isBinary, let bytes = binary.pointee.stableBytes else {
      return nil
    }
    return try Module(engine: engine, wasm: bytes)
  }
}

@c @implementation
public func wasm_module_validate(
  _ store: OpaquePointer?, _ binary: UnsafePointer<wasm_byte_vec_t>?
) -> Bool {
  guard let store = object(store, Store.self), let binary, binary.pointee.isBinary else {
    return false
  }
  var isValid = false
  _ = HostStack.run(needing: HostStack.roomToCompile) {
    guard let bytes = binary.pointee.stableBytes else { return }
    isValid = (try? Module.validate(bytes.array, for: store.engine)) != nil
  }
  return isValid
}

@c @implementation
public func wasm_module_imports(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_importtype_vec_t>?
) {
  out?.pointee = wasm_importtype_vec_t()
  doWithRoom {
    guard let module = module(handle) else { return }
    var list = NamedTypeList(count: module.imports.count)
    for item in module.imports { list.append(module: item.module, name: item.name, item.type) }
    out?.pointee = wasm_importtype_vec_t(owning: list.objects)
  }
}

@c @implementation
public func wasm_module_exports(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_exporttype_vec_t>?
) {
  out?.pointee = wasm_exporttype_vec_t()
  doWithRoom {
    guard let module = module(handle) else { return }
    var list = NamedTypeList(count: module.exports.count)
    for item in module.exports { list.append(name: item.name, item.type) }
    out?.pointee = wasm_exporttype_vec_t(owning: list.objects)
  }
}

@c @implementation
public func wasm_module_serialize(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_byte_vec_t>?
) {
  out?.pointee = wasm_byte_vec_t()
  _ = HostStack.run(needing: HostStack.roomToCompile) {
    guard let bytes = try? module(handle)?.artifact() else { return }
    var result = wasm_byte_vec_t(zeroed: bytes.count)
    UnsafeMutableRawBufferPointer(result.elements).copyBytes(from: bytes.prefix(result.size))
    if let out { out.pointee = result } else { result.free() }
  }
}

@c @implementation
public func wasm_module_deserialize(
  _ store: OpaquePointer?, _ bytes: UnsafePointer<wasm_byte_vec_t>?
) -> OpaquePointer? {
  newModule(store) { (engine) throws(PulleyError) in
    // The engine accepts no CLIF, so the artifact is one of WebAssembly.
    guard let bytes = bytes?.pointee.stableBytes else { return nil }
    return try Module(engine: engine, artifact: bytes)
  }
}

// Shared modules are modules of the engine, which any thread may use.

@c @implementation
public func wasm_module_share(_ handle: OpaquePointer?) -> OpaquePointer? {
  newHandle { module(handle) }
}

@c @implementation
public func wasm_shared_module_delete(_ shared: OpaquePointer?) { delete(shared) }

@c @implementation
public func wasm_module_obtain(
  _ store: OpaquePointer?, _ shared: OpaquePointer?
) -> OpaquePointer? {
  newHandle { () -> Reference? in
    guard let store = object(store, Store.self), let module = object(shared, Module.self),
      module.engine === store.engine
    else { return nil }
    return Reference(store, .module(ModuleObject(module)))
  }
}
