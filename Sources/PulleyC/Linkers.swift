import CPulley
import Pulley

@c @implementation
public func pulley_linker_new(_ engineHandle: OpaquePointer?) -> OpaquePointer? {
  made {
    guard let engine = try? engine(orShared: engineHandle) else { return nil }
    return handle(Linker(engine: engine))
  }
}

@c @implementation
public func pulley_linker_delete(_ linker: OpaquePointer?) {
  delete(linker, Linker.self)
}

@c @implementation
public func pulley_register(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ signature: UnsafePointer<CChar>?, _ function: pulley_host_t?,
  _ userdata: UnsafeMutableRawPointer?, _ finalizer: pulley_finalizer_t?, _ error: ErrorOut?
) -> pulley_status_t {
  let status = attempt(error) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    let module = try require(text: module, "module")
    let name = try require(text: name, "name")
    let signature = try require(text: signature, "signature")
    guard let function else { throw .argument("function is NULL") }
    try engine(
      linker.define(
        module: module, name: name, signature: signature,
        function: unsafeBitCast(function, to: UnsafeMutableRawPointer.self), userData: userdata,
        finalizer: finalizer))
  }
  // A definition runs the finalizer itself.
  if status != Status.ok { finalizer?(userdata) }
  return status
}

@c @implementation
public func pulley_linker_set_resolver(
  _ linker: OpaquePointer?, _ resolver: pulley_resolver_t?, _ userdata: UnsafeMutableRawPointer?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    linker.resolver = resolver.map { resolver in { name in resolver(userdata, name) } }
  }
}

@c @implementation
public func pulley_linker_define_instance(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ instance: OpaquePointer?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    let module = try require(text: module, "module")
    let instance = try require(instance, Instance.self, "instance")
    try engine(linker.define(module: module, exportsOf: instance))
  }
}

@c @implementation
public func pulley_linker_define_function(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ function: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  define(linker, module, name, error) { (linker, module, name) throws(Failure) in
    let function = try require(function, FunctionObject.self, "function").function
    try engine(linker.define(module: module, name: name, function))
  }
}

@c @implementation
public func pulley_linker_define_memory(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ memory: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  define(linker, module, name, error) { (linker, module, name) throws(Failure) in
    let memory = try require(memory, Memory.self, "memory")
    try engine(linker.define(module: module, name: name, memory))
  }
}

@c @implementation
public func pulley_linker_define_table(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ table: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  define(linker, module, name, error) { (linker, module, name) throws(Failure) in
    let table = try require(table, Table.self, "table")
    try engine(linker.define(module: module, name: name, table))
  }
}

@c @implementation
public func pulley_linker_define_global(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ global: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  define(linker, module, name, error) { (linker, module, name) throws(Failure) in
    let global = try require(global, Global.self, "global")
    try engine(linker.define(module: module, name: name, global))
  }
}

@c @implementation
public func pulley_linker_define_tag(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ tag: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  define(linker, module, name, error) { (linker, module, name) throws(Failure) in
    let tag = try require(tag, TagObject.self, "tag").tag
    try engine(linker.define(module: module, name: name, tag))
  }
}

private func define(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ error: ErrorOut?, _ body: (Linker, String, String) throws(Failure) -> Void
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    try body(
      try require(linker, Linker.self, "linker"), try require(text: module, "module"),
      try require(text: name, "name"))
  }
}
