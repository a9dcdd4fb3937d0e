import CPulley
import Pulley

@c @implementation
public func pulley_object_keep(
  _ instance: OpaquePointer?, _ value: UnsafePointer<pulley_value_t>?, _ result: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: result, "object") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    guard let value else { throw .argument("value is NULL") }
    let reference = try GuestValue(value.pointee)
    return try engine(HeapObject(reference, in: instance))
  }
}

@c @implementation
public func pulley_object_delete(_ handle: OpaquePointer?) {
  delete(handle, HeapObject.self)
}

@c @implementation
public func pulley_object_value(_ handle: OpaquePointer?) -> pulley_value_t {
  pulley_value_t(object(handle, HeapObject.self)?.value ?? .anyref(0))
}

@c @implementation
public func pulley_object_kind(_ handle: OpaquePointer?) -> pulley_object_kind_t {
  guard let kept = object(handle, HeapObject.self) else {
    return pulley_object_kind_t(PULLEY_OBJECT_NONE)
  }
  let kind =
    switch kept.kind {
    case .i31: PULLEY_OBJECT_I31
    case .structure: PULLEY_OBJECT_STRUCT
    case .array: PULLEY_OBJECT_ARRAY
    case .hostReference: PULLEY_OBJECT_EXTERN
    case nil: PULLEY_OBJECT_EXCEPTION
    }
  return pulley_object_kind_t(kind)
}

@c @implementation
public func pulley_object_i31(_ handle: OpaquePointer?) -> Int32 {
  object(handle, HeapObject.self)?.number ?? 0
}

@c @implementation
public func pulley_object_count(_ handle: OpaquePointer?) -> Int {
  object(handle, HeapObject.self)?.count ?? 0
}

@c @implementation
public func pulley_object_field(_ handle: OpaquePointer?, _ index: Int) -> pulley_field_t {
  guard let field = object(handle, HeapObject.self)?.field(index) else { return pulley_field_t() }
  return pulley_field_t(
    type: field.type.code, bits: UInt32(field.bits), is_mutable: field.isMutable)
}

@c @implementation
public func pulley_object_get(
  _ handle: OpaquePointer?, _ index: Int, _ value: UnsafeMutablePointer<pulley_value_t>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let kept = try require(handle, HeapObject.self, "object")
    let value = try require(out: value, "value")
    value.pointee = pulley_value_t(try engine(kept.get(index)))
  }
}

@c @implementation
public func pulley_object_set(
  _ handle: OpaquePointer?, _ index: Int, _ value: UnsafePointer<pulley_value_t>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let kept = try require(handle, HeapObject.self, "object")
    guard let value else { throw .argument("value is NULL") }
    let new = try GuestValue(value.pointee)
    try engine(kept.set(index, to: new))
  }
}

@c @implementation
public func pulley_object_read(
  _ handle: OpaquePointer?, _ start: Int, _ count: Int, _ data: UnsafeMutableRawPointer?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let kept = try require(handle, HeapObject.self, "object")
    let range = try elements(start, count)
    guard let data else {
      if count > 0 { throw .argument("data is NULL") }
      return
    }
    try engine(kept.read(range, to: data))
  }
}

@c @implementation
public func pulley_object_write(
  _ handle: OpaquePointer?, _ start: Int, _ count: Int, _ data: UnsafeRawPointer?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let kept = try require(handle, HeapObject.self, "object")
    let range = try elements(start, count)
    guard let data else {
      if count > 0 { throw .argument("data is NULL") }
      return
    }
    try engine(kept.write(range, from: data))
  }
}

/// The caller's range, which may be beyond any array. Sizes of C beyond half the address space are negative.
private func elements(_ start: Int, _ count: Int) throws(Failure) -> Range<Int> {
  let (end, overflows) = start.addingReportingOverflow(count)
  guard start >= 0, count >= 0, !overflows else {
    throw .argument("the range of elements is outside any array")
  }
  return start..<end
}

@c @implementation
public func pulley_struct_new(
  _ instance: OpaquePointer?, _ type: UInt32, _ fields: UnsafePointer<pulley_value_t>?,
  _ count: Int, _ result: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: result, "object") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    guard fields != nil || count == 0 else { throw .argument("fields is NULL") }
    // The most that a type of WebAssembly may have.
    guard 0...10_000 ~= count else {
      throw .argument("\(UInt(bitPattern: count)) values are more than a structure may have")
    }
    var values: [GuestValue] = []
    for value in UnsafeBufferPointer(start: fields, count: count) {
      values.append(try GuestValue(value))
    }
    return try engine(instance.makeStructure(ofType: Int(type), values))
  }
}

@c @implementation
public func pulley_array_new(
  _ instance: OpaquePointer?, _ type: UInt32, _ count: Int,
  _ value: UnsafePointer<pulley_value_t>?, _ result: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: result, "object") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let element = try value.map { value throws(Failure) in try GuestValue(value.pointee) }
    return try engine(instance.makeArray(ofType: Int(type), count: count, of: element))
  }
}

@c @implementation
public func pulley_array_new_data(
  _ instance: OpaquePointer?, _ type: UInt32, _ count: Int, _ data: UnsafeRawPointer?,
  _ result: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: result, "object") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    guard let data else {
      if count > 0 { throw .argument("data is NULL") }
      return try engine(instance.makeArray(ofType: Int(type), count: 0))
    }
    return try engine(instance.makeArray(ofType: Int(type), count: count, from: data))
  }
}
