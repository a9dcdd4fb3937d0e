import CPulley
import Pulley
import PulleyVM

@c @implementation
public func pulley_instantiate(
  _ linker: OpaquePointer?, _ module: OpaquePointer?, _ instance: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  instantiate(linker, instance, error, needing: HostStack.roomForObjects) { (_) throws(Failure) in
    try require(module, ModuleObject.self, "module")
  }
}

@c @implementation
public func pulley_instantiate_bytes(
  _ linker: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int, _ instance: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  instantiate(linker, instance, error) { (engine) throws(Failure) in
    try compile(try require(stable: bytes, count: length), engine)
  }
}

@c @implementation
public func pulley_instantiate_file(
  _ linker: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ instance: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  instantiate(linker, instance, error) { (engine) throws(Failure) in
    try compile(try readStable(path), engine)
  }
}

private func instantiate(
  _ linker: OpaquePointer?, _ out: HandleOut?, _ error: ErrorOut?,
  needing room: Int = HostStack.roomToCompile, _ make: (Engine) throws(Failure) -> ModuleObject
) -> pulley_status_t {
  var module: Module?
  let status = attempt(
    error, clearing: out, needing: room
  ) { () throws(Failure) in
    _ = try require(out: out, "instance")
    let linker = try require(linker, Linker.self, "linker")
    module = try make(linker.engine).module
  }
  guard let module else { return status }
  return attemptHere(error) { () throws(Failure) in
    let out = try require(out: out, "instance")
    let linker = try require(linker, Linker.self, "linker")
    out.pointee = try newHandle(try engine(linker.instantiate(module)))
  }
}

@c @implementation
public func pulley_instance_delete(_ instance: OpaquePointer?) {
  delete(instance, Instance.self)
}

@c @implementation
public func pulley_instance_module(
  _ instance: OpaquePointer?, _ module: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: module, "module") { () throws(Failure) in
    ModuleObject(try require(instance, Instance.self, "instance").module)
  }
}

@c @implementation
public func pulley_instance_initialize(
  _ instance: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    try engine(instance.initialize())
  }
}

@c @implementation
public func pulley_instance_allocate(
  _ instance: OpaquePointer?, _ bytes: UInt64, _ address: UnsafeMutablePointer<UInt64>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  address?.pointee = 0
  return attemptHere(error) { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let address = try require(out: address, "address")
    address.pointee = try engine(instance.allocate(bytes))
  }
}

@c @implementation
public func pulley_instance_free(
  _ instance: OpaquePointer?, _ address: UInt64, _ error: ErrorOut?
) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    try engine(instance.free(address))
  }
}

@c @implementation
public func pulley_instance_usage(
  _ instance: OpaquePointer?, _ resource: pulley_resource_t
) -> UInt64 {
  guard let resource = Resource(rawValue: resource) else { return 0 }
  return UInt64(object(instance, Instance.self)?.usage(of: resource) ?? 0)
}

@c @implementation
public func pulley_instance_set_data(_ instance: OpaquePointer?, _ data: UnsafeMutableRawPointer?) {
  object(instance, Instance.self)?.userData = data
}

@c @implementation
public func pulley_instance_data(_ instance: OpaquePointer?) -> UnsafeMutableRawPointer? {
  object(instance, Instance.self)?.userData
}

@c @implementation
public func pulley_trap(_ instance: OpaquePointer?, _ message: UnsafePointer<CChar>?) {
  doWithRoom {
    let words = message.map { text($0) }
    object(instance, Instance.self)?.requestTrap(words)
  }
}

@c @implementation
public func pulley_trap_error(_ instance: OpaquePointer?, _ error: OpaquePointer?) {
  doWithRoom {
    guard let error = object(error, ErrorObject.self)?.error else {
      return pulley_trap(instance, nil)
    }
    object(instance, Instance.self)?.requestTrap(passingOn: error)
  }
}

@c @implementation
public func pulley_throw(
  _ instance: OpaquePointer?, _ tag: UInt32, _ payload0: UInt64, _ payload1: UInt64
) {
  object(instance, Instance.self)?.requestThrow(
    GuestException(tag: UInt64(tag), payload0: payload0, payload1: payload1))
}

@c @implementation
public func pulley_interrupt(_ instance: OpaquePointer?) {
  object(instance, Instance.self)?.interrupt()
}

@c @implementation
public func pulley_linker_interrupt(_ linker: OpaquePointer?) {
  object(linker, Linker.self)?.interrupt()
}

@c @implementation
public func pulley_linker_clear_interrupt(_ linker: OpaquePointer?) {
  object(linker, Linker.self)?.clearInterruption()
}

@c @implementation
public func pulley_clear_interrupt(_ instance: OpaquePointer?) {
  object(instance, Instance.self)?.clearInterruption()
}
