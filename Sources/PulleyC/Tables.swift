import CPulley
import Pulley
import PulleyWasm

@c @implementation
public func pulley_instance_table(
  _ instance: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ table: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: table, "table") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let name = try require(text: name, "name")
    return try engine(instance.table(named: name))
  }
}

@c @implementation
public func pulley_table_new(
  _ engineHandle: OpaquePointer?, _ element: pulley_type_t, _ limits: pulley_limits_t,
  _ table: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: table, "table") { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    let element = try require(element: element)
    let type = TableType(element: element, limits: try require(limits: limits))
    return try engine(Table(engine: on, type: type))
  }
}

@c @implementation
public func pulley_table_delete(_ table: OpaquePointer?) {
  delete(table, Table.self)
}

@c @implementation
public func pulley_table_size(_ table: OpaquePointer?) -> UInt64 {
  object(table, Table.self)?.count ?? 0
}

@c @implementation
public func pulley_table_get(
  _ table: OpaquePointer?, _ index: UInt64, _ value: UnsafeMutablePointer<pulley_value_t>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let table = try require(table, Table.self, "table")
    let value = try require(out: value, "value")
    value.pointee = pulley_value_t(
      try engine(table.get(index)))
  }
}

@c @implementation
public func pulley_table_set(
  _ table: OpaquePointer?, _ index: UInt64, _ value: UnsafePointer<pulley_value_t>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let table = try require(table, Table.self, "table")
    guard let value else { throw .argument("value is NULL") }
    let new = try GuestValue(value.pointee)
    try engine(table.set(index, to: new))
  }
}

@c @implementation
public func pulley_table_grow(
  _ table: OpaquePointer?, _ count: UInt64, _ value: UnsafePointer<pulley_value_t>?,
  _ previous: UnsafeMutablePointer<UInt64>?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let table = try require(table, Table.self, "table")
    let filler = if let value { try GuestValue(value.pointee) } else { nil as GuestValue? }
    let size = try engine(table.grow(by: count, fill: filler))
    guard let size else {
      throw Failure(
        Status.limit, "the table of \(table.count) elements cannot grow by \(count)")
    }
    previous?.pointee = size
  }
}

@c @implementation
public func pulley_table_function(
  _ table: OpaquePointer?, _ index: UInt64, _ function: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: function, "function") { () throws(Failure) in
    let table = try require(table, Table.self, "table")
    return FunctionObject(try engine(table.function(at: index)))
  }
}
