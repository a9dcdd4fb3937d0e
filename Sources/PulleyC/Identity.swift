import CPulley
import Pulley

/// Whether both handles have objects, for which `isSame` holds.
private func same<Object: AnyObject>(
  _ first: OpaquePointer?, _ second: OpaquePointer?, _ type: Object.Type,
  _ isSame: (Object, Object) -> Bool
) -> Bool {
  guard let first = object(first, type), let second = object(second, type) else { return false }
  return isSame(first, second)
}

@c @implementation
public func pulley_engine_same(_ engine: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  // NULL is the shared engine.
  guard let first = try? PulleyC.engine(orShared: engine),
    let second = try? PulleyC.engine(orShared: other)
  else { return false }
  return first === second
}

@c @implementation
public func pulley_module_same(_ module: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  same(module, other, ModuleObject.self) { $0.module === $1.module }
}

@c @implementation
public func pulley_instance_same(_ instance: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  same(instance, other, Instance.self) { $0.isSame(as: $1) }
}

@c @implementation
public func pulley_function_same(_ function: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  same(function, other, FunctionObject.self) { $0.function.isSame(as: $1.function) }
}

@c @implementation
public func pulley_memory_same(_ memory: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  same(memory, other, Memory.self) { $0 === $1 }
}

@c @implementation
public func pulley_table_same(_ table: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  same(table, other, Table.self) { $0.isSame(as: $1) }
}

@c @implementation
public func pulley_global_same(_ global: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  same(global, other, Global.self) { $0.isSame(as: $1) }
}

@c @implementation
public func pulley_tag_same(_ tag: OpaquePointer?, _ other: OpaquePointer?) -> Bool {
  same(tag, other, TagObject.self) { $0.tag === $1.tag }
}

// The groups of objects that one thread at a time may use

@c @implementation
public func pulley_instance_group(_ instance: OpaquePointer?) -> UInt64 {
  object(instance, Instance.self)?.threadGroup ?? 0
}

@c @implementation
public func pulley_function_group(_ function: OpaquePointer?) -> UInt64 {
  object(function, FunctionObject.self)?.function.threadGroup ?? 0
}

@c @implementation
public func pulley_memory_group(_ memory: OpaquePointer?) -> UInt64 {
  object(memory, Memory.self)?.threadGroup ?? 0
}

@c @implementation
public func pulley_table_group(_ table: OpaquePointer?) -> UInt64 {
  object(table, Table.self)?.threadGroup ?? 0
}

@c @implementation
public func pulley_global_group(_ global: OpaquePointer?) -> UInt64 {
  object(global, Global.self)?.threadGroup ?? 0
}
