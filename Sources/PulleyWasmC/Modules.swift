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

/// The object of a `wasm_importtype_t` or a `wasm_exporttype_t`.
final class NamedTypeObject {
  /// Of an export, empty. The program reads the names as long as this object lives.
  let module: UnsafeMutablePointer<wasm_name_t>
  let name: UnsafeMutablePointer<wasm_name_t>
  let type: TypeObject

  /// Takes what the names contain.
  init(module: wasm_name_t = wasm_name_t(), name: wasm_name_t, _ type: TypeObject) {
    self.module = .allocate(capacity: 1)
    self.module.initialize(to: module)
    self.name = .allocate(capacity: 1)
    self.name.initialize(to: name)
    self.type = type
  }

  convenience init(module: String = "", name: String, _ type: ExternalType) {
    self.init(module: wasm_name_t(module), name: wasm_name_t(name), TypeObject(type))
  }

  deinit {
    for place in [module, name] {
      place.pointee.free()
      place.deallocate()
    }
  }
}

extension wasm_byte_vec_t {
  fileprivate init(_ text: String) { self.init(text.utf8.map { CChar(bitPattern: $0) }) }

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
    out?.pointee = wasm_importtype_vec_t(
      owning: (module(handle)?.imports ?? []).map {
        NamedTypeObject(module: $0.module, name: $0.name, $0.type)
      })
  }
}

@c @implementation
public func wasm_module_exports(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_exporttype_vec_t>?
) {
  out?.pointee = wasm_exporttype_vec_t()
  doWithRoom {
    out?.pointee = wasm_exporttype_vec_t(
      owning: (module(handle)?.exports ?? []).map { NamedTypeObject(name: $0.name, $0.type) })
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

// Types of imports and exports

@c @implementation
public func wasm_importtype_new(
  _ module: UnsafeMutablePointer<wasm_name_t>?, _ name: UnsafeMutablePointer<wasm_name_t>?,
  _ type: OpaquePointer?
) -> OpaquePointer? {
  newNamedType(module, name, type)
}

@c @implementation
public func wasm_exporttype_new(
  _ name: UnsafeMutablePointer<wasm_name_t>?, _ type: OpaquePointer?
) -> OpaquePointer? {
  newNamedType(nil, name, type)
}

private func newNamedType(
  _ module: UnsafeMutablePointer<wasm_name_t>?, _ name: UnsafeMutablePointer<wasm_name_t>?,
  _ type: OpaquePointer?
) -> OpaquePointer? {
  var (moduleName, ownName) = (
    module?.pointee.take() ?? wasm_name_t(), name?.pointee.take() ?? wasm_name_t()
  )
  let type = taken(type, TypeObject.self)
  let handle = newHandle { type.map { NamedTypeObject(module: moduleName, name: ownName, $0) } }
  if handle == nil {
    moduleName.free()
    ownName.free()
  }
  return handle
}

@c @implementation
public func wasm_importtype_module(_ type: OpaquePointer?) -> UnsafePointer<wasm_name_t>? {
  object(type, NamedTypeObject.self).map { UnsafePointer($0.module) }
}

@c @implementation
public func wasm_importtype_name(_ type: OpaquePointer?) -> UnsafePointer<wasm_name_t>? {
  object(type, NamedTypeObject.self).map { UnsafePointer($0.name) }
}

@c @implementation
public func wasm_importtype_type(_ type: OpaquePointer?) -> OpaquePointer? {
  object(type, NamedTypeObject.self).map { lent($0.type) }
}

@c @implementation
public func wasm_importtype_copy(_ type: OpaquePointer?) -> OpaquePointer? { copied(type) }

@c @implementation
public func wasm_importtype_delete(_ type: OpaquePointer?) { delete(type) }

@c @implementation
public func wasm_exporttype_name(_ type: OpaquePointer?) -> UnsafePointer<wasm_name_t>? {
  object(type, NamedTypeObject.self).map { UnsafePointer($0.name) }
}

@c @implementation
public func wasm_exporttype_type(_ type: OpaquePointer?) -> OpaquePointer? {
  object(type, NamedTypeObject.self).map { lent($0.type) }
}

@c @implementation
public func wasm_exporttype_copy(_ type: OpaquePointer?) -> OpaquePointer? { copied(type) }

@c @implementation
public func wasm_exporttype_delete(_ type: OpaquePointer?) { delete(type) }
