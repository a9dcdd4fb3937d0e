import CPulley
import Pulley

// A retained object has another handle for each owner, so that a mistake of one owner cannot end
// the handle of another.

@c @implementation
public func pulley_options_retain(_ options: OpaquePointer?) -> OpaquePointer? {
  retain(options, OptionsObject.self)
}

@c @implementation
public func pulley_engine_retain(_ engine: OpaquePointer?) -> OpaquePointer? {
  retain(engine, Engine.self)
}

@c @implementation
public func pulley_module_retain(_ module: OpaquePointer?) -> OpaquePointer? {
  retain(module, ModuleObject.self)
}

@c @implementation
public func pulley_linker_retain(_ linker: OpaquePointer?) -> OpaquePointer? {
  retain(linker, Linker.self)
}

@c @implementation
public func pulley_instance_retain(_ instance: OpaquePointer?) -> OpaquePointer? {
  // What a host function gets is valid during its call only.
  made { object(instance, Instance.self).flatMap { handle(Instance(keeping: $0)) } }
}

@c @implementation
public func pulley_function_retain(_ function: OpaquePointer?) -> OpaquePointer? {
  retain(function, FunctionObject.self)
}

@c @implementation
public func pulley_memory_retain(_ memory: OpaquePointer?) -> OpaquePointer? {
  retain(memory, Memory.self)
}

@c @implementation
public func pulley_table_retain(_ table: OpaquePointer?) -> OpaquePointer? {
  retain(table, Table.self)
}

@c @implementation
public func pulley_global_retain(_ global: OpaquePointer?) -> OpaquePointer? {
  retain(global, Global.self)
}

@c @implementation
public func pulley_tag_retain(_ tag: OpaquePointer?) -> OpaquePointer? {
  retain(tag, TagObject.self)
}

@c @implementation
public func pulley_wasi_retain(_ wasi: OpaquePointer?) -> OpaquePointer? {
  retain(wasi, WASIObject.self)
}

@c @implementation
public func pulley_error_retain(_ error: OpaquePointer?) -> OpaquePointer? {
  retain(error, ErrorObject.self)
}

@c @implementation
public func pulley_handle_count() -> Int { HandleRegistry.count }
