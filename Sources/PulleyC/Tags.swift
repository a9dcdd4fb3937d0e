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
