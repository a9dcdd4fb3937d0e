import CPulley
import Pulley
import PulleyWasm

/// The object of a `pulley_tag_t`: a tag with its type in the form of C.
final class TagObject {
  let tag: Tag
  let type: FunctionTypeStorage

  init(_ tag: Tag) {
    self.tag = tag
    type = FunctionTypeStorage(.wasm(tag.type))
  }
}

@c @implementation
public func pulley_instance_tag(
  _ instance: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ tag: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: tag, "tag") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let name = try require(text: name, "name")
    return TagObject(try engine(instance.tag(named: name)))
  }
}

@c @implementation
public func pulley_tag_new(
  _ engineHandle: OpaquePointer?, _ payload: UnsafePointer<pulley_type_t>?, _ count: Int,
  _ tag: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: tag, "tag") { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    let types = try require(types: payload, count: count, "payload")
    return TagObject(try engine(Tag(engine: on, payload: types)))
  }
}

@c @implementation
public func pulley_tag_delete(_ tag: OpaquePointer?) {
  delete(tag, TagObject.self)
}

@c @implementation
public func pulley_tag_type(_ tag: OpaquePointer?) -> pulley_function_type_t {
  object(tag, TagObject.self)?.type.description ?? pulley_function_type_t()
}

/// The caller's array of types of WebAssembly.
private func require(
  types pointer: UnsafePointer<pulley_type_t>?, count: Int, _ noun: StaticString
) throws(Failure) -> [ValueType] {
  guard pointer != nil || count == 0 else { throw .argument("\(noun) is NULL") }
  // The most that a type of WebAssembly may have.
  guard 0...1000 ~= count else {
    throw .argument("\(noun) has \(UInt(bitPattern: count)) types, more than 1000")
  }
  var types: [ValueType] = []
  for code in UnsafeBufferPointer(start: pointer, count: count) {
    guard let type = ValueType(code) else {
      throw .argument("\(noun) contains \(code), which is not a type of WebAssembly")
    }
    types.append(type)
  }
  return types
}

@c @implementation
public func pulley_throw_tag(
  _ instance: OpaquePointer?, _ tag: OpaquePointer?, _ values: UnsafePointer<pulley_value_t>?,
  _ count: Int, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let tag = try require(tag, TagObject.self, "tag").tag
    guard values != nil || count == 0 else { throw .argument("values is NULL") }
    guard 0...1000 ~= count else {
      throw .argument("\(UInt(bitPattern: count)) values are more than an exception may have")
    }
    var payload: [GuestValue] = []
    for value in UnsafeBufferPointer(start: values, count: count) {
      payload.append(try GuestValue(value))
    }
    try engine(instance.requestThrow(tag, payload))
  }
}

@c @implementation
public func pulley_error_tag(_ error: OpaquePointer?) -> OpaquePointer? {
  guard let exception = object(error, ErrorObject.self)?.error.exception else { return nil }
  return try? newHandle(TagObject(exception.tag))
}

@c @implementation
public func pulley_error_values(
  _ error: OpaquePointer?, _ values: UnsafeMutablePointer<pulley_value_t>?, _ capacity: Int
) -> Int {
  guard let exception = object(error, ErrorObject.self)?.error.exception else { return 0 }
  if let values {
    for (index, value) in exception.values.prefix(max(capacity, 0)).enumerated() {
      (values + index).initialize(to: pulley_value_t(value))
    }
  }
  return exception.values.count
}
