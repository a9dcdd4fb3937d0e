import CPulley
import Pulley
import PulleyWasm

@c @implementation
public func pulley_instance_global(
  _ instance: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ global: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: global, "global") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let name = try require(text: name, "name")
    return try engine(instance.global(named: name))
  }
}

@c @implementation
public func pulley_global_new(
  _ engineHandle: OpaquePointer?, _ value: UnsafePointer<pulley_value_t>?, _ is_mutable: Bool,
  _ global: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: global, "global") { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    guard let value else { throw .argument("value is NULL") }
    let initial = try GuestValue(value.pointee)
    let type = GlobalType(value: initial.type, isMutable: is_mutable)
    return try engine(Global(engine: on, type: type, value: initial))
  }
}

@c @implementation
public func pulley_global_delete(_ global: OpaquePointer?) {
  delete(global, Global.self)
}

@c @implementation
public func pulley_global_get(
  _ global: OpaquePointer?, _ value: UnsafeMutablePointer<pulley_value_t>?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let global = try require(global, Global.self, "global")
    let value = try require(out: value, "value")
    value.pointee = pulley_value_t(try engine(global.get()))
  }
}

@c @implementation
public func pulley_global_set(
  _ global: OpaquePointer?, _ value: UnsafePointer<pulley_value_t>?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let global = try require(global, Global.self, "global")
    guard let value else { throw .argument("value is NULL") }
    let new = try GuestValue(value.pointee)
    try engine(global.set(new))
  }
}
