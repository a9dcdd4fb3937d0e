import CPulley
import Pulley
import PulleyVM

@c @implementation
public func pulley_compile(
  _ engine: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int, _ module: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  makeModule(engine, module, error) { (engine) throws(Failure) in
    try compile(try require(stable: bytes, count: length), engine)
  }
}

@c @implementation
public func pulley_compile_file(
  _ engine: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ module: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  makeModule(engine, module, error) { (engine) throws(Failure) in
    let bytes = try readStable(path)
    return try compile(bytes, engine)
  }
}

@c @implementation
public func pulley_validate(
  _ engineHandle: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, needing: HostStack.roomToCompile) { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    let bytes = try require(bytes: bytes, count: length)
    try engine(Module.validate(bytes, for: on))
  }
}

@c @implementation
public func pulley_load(
  _ engine: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int, _ module: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  makeModule(engine, module, error) { (engine) throws(Failure) in
    try load(try require(stable: bytes, count: length), engine)
  }
}

@c @implementation
public func pulley_load_file(
  _ engine: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ module: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  makeModule(engine, module, error) { (engine) throws(Failure) in
    let bytes = try readStable(path)
    return try load(bytes, engine)
  }
}

@c @implementation
public func pulley_module_save(
  _ module: OpaquePointer?, _ bytes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<Int>?, _ error: ErrorOut?
) -> pulley_status_t {
  bytes?.pointee = nil
  return attempt(error, needing: HostStack.roomToCompile) { () throws(Failure) in
    let bytes = try require(out: bytes, "bytes")
    let length = try require(out: length, "length")
    let artifact = try artifact(of: module)
    bytes.pointee = try copyForCaller(artifact)
    length.pointee = artifact.count
  }
}

@c @implementation
public func pulley_module_save_file(
  _ module: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, needing: HostStack.roomToCompile) { () throws(Failure) in
    guard let path else { throw .argument("path is NULL") }
    try writeFile(path, try artifact(of: module))
  }
}

@c @implementation
public func pulley_module_delete(_ module: OpaquePointer?) {
  delete(module, ModuleObject.self)
}

@c @implementation
public func pulley_module_format(_ module: OpaquePointer?) -> pulley_format_t {
  object(module, ModuleObject.self)?.module.format.rawValue ?? 0
}

@c @implementation
public func pulley_module_name(_ module: OpaquePointer?) -> UnsafePointer<CChar>? {
  object(module, ModuleObject.self)?.name.pointer
}

@c @implementation
public func pulley_module_custom_section_count(_ module: OpaquePointer?) -> Int {
  object(module, ModuleObject.self)?.module.customSections.count ?? 0
}

@c @implementation
public func pulley_module_custom_section_name(
  _ module: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  length?.pointee = 0
  guard let name = object(module, ModuleObject.self)?.customSectionNames[index] else { return nil }
  length?.pointee = name.count
  return name.pointer
}

@c @implementation
public func pulley_module_custom_section(
  _ module: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<UInt8>? {
  length?.pointee = 0
  guard let module = object(module, ModuleObject.self)?.module,
    module.customSections.indices.contains(index)
  else { return nil }
  return module.withContents(of: module.customSections[index]) { contents in
    length?.pointee = contents.count
    return contents.baseAddress?.assumingMemoryBound(to: UInt8.self)
  }
}

@c @implementation
public func pulley_module_import_count(_ module: OpaquePointer?) -> Int {
  object(module, ModuleObject.self)?.imports.count ?? 0
}

@c @implementation
public func pulley_module_export_count(_ module: OpaquePointer?) -> Int {
  object(module, ModuleObject.self)?.exports.count ?? 0
}

@c @implementation
public func pulley_module_import(_ module: OpaquePointer?, _ index: Int) -> OpaquePointer? {
  item(index, of: object(module, ModuleObject.self)?.imports)
}

@c @implementation
public func pulley_module_export(_ module: OpaquePointer?, _ index: Int) -> OpaquePointer? {
  item(index, of: object(module, ModuleObject.self)?.exports)
}

private func item(
  _ index: Int, of items: DescriptionList<ExternObject>?
) -> OpaquePointer? {
  items?[index].map { borrowed($0) }
}

private func makeModule(
  _ engineHandle: OpaquePointer?, _ out: HandleOut?, _ error: ErrorOut?,
  _ make: (Engine) throws(Failure) -> ModuleObject
) -> pulley_status_t {
  attempt(error, clearing: out, needing: HostStack.roomToCompile) { () throws(Failure) in
    let out = try require(out: out, "module")
    out.pointee = try newHandle(try make(try engine(orShared: engineHandle)))
  }
}

/// Makes a module of the format that the content shows.
func compile(_ bytes: StableBytes, _ on: Engine) throws(Failure) -> ModuleObject {
  ModuleObject(try engine(Module(engine: on, bytes: bytes)))
}

private func load(_ bytes: StableBytes, _ on: Engine) throws(Failure) -> ModuleObject {
  ModuleObject(try engine(Module(engine: on, artifact: bytes)))
}

private func artifact(of module: OpaquePointer?) throws(Failure) -> [UInt8] {
  let module = try require(module, ModuleObject.self, "module").module
  return try engine(module.artifact())
}
