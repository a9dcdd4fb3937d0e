import CPulley
import Pulley
import PulleyWasm

@c @implementation
public func pulley_instance_memory(
  _ instance: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ memory: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: memory, "memory") { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let name = name == nil ? nil : try require(text: name, "name")
    return try engine(instance.memory(named: name))
  }
}

@c @implementation
public func pulley_memory_new(
  _ engineHandle: OpaquePointer?, _ limits: pulley_limits_t, _ memory: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: memory, "memory") { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    let type = MemoryType(limits: try require(limits: limits))
    return try engine(Memory(engine: on, type: type))
  }
}

@c @implementation
public func pulley_memory_new_shared(
  _ engineHandle: OpaquePointer?, _ limits: pulley_limits_t, _ memory: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: memory, "memory") { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    let type = MemoryType(limits: try require(limits: limits), isShared: true)
    guard type.limits.maximum != nil else { throw .argument("a shared memory needs a maximum") }
    return try engine(Memory(engine: on, type: type))
  }
}

@c @implementation
public func pulley_memory_is_shared(_ memory: OpaquePointer?) -> Bool {
  object(memory, Memory.self)?.type.isShared ?? false
}

@c @implementation
public func pulley_memory_notify(
  _ memory: OpaquePointer?, _ address: UInt64, _ count: UInt32,
  _ woken: UnsafeMutablePointer<UInt32>?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let memory = try require(memory, Memory.self, "memory")
    _ = try memory.range(address, 4)
    guard address & 3 == 0 else { throw .argument("\(address) is not a multiple of 4") }
    let number = memory.notify(at: address, count: count)
    woken?.pointee = number
  }
}

@c @implementation
public func pulley_memory_delete(_ memory: OpaquePointer?) {
  delete(memory, Memory.self)
}

@c @implementation
public func pulley_memory_data(_ memory: OpaquePointer?) -> UnsafeMutablePointer<UInt8>? {
  guard let memory = object(memory, Memory.self), memory.byteCount > 0 else { return nil }
  return memory.base.assumingMemoryBound(to: UInt8.self)
}

@c @implementation
public func pulley_memory_size(_ memory: OpaquePointer?) -> Int {
  object(memory, Memory.self)?.byteCount ?? 0
}

@c @implementation
public func pulley_memory_grow(
  _ memory: OpaquePointer?, _ pages: UInt64, _ previous: UnsafeMutablePointer<UInt64>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let memory = try require(memory, Memory.self, "memory")
    guard let size = memory.grow(by: pages) else {
      let reason = memory.isHeld(growingBy: pages) ? ": it would move, and it is pinned" : ""
      throw Failure(
        Status.limit, "the memory of \(memory.pageCount) pages cannot grow by \(pages)\(reason)")
    }
    previous?.pointee = size
  }
}

@c @implementation
public func pulley_memory_pin(_ memory: OpaquePointer?, _ error: ErrorOut?) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    try require(memory, Memory.self, "memory").pin()
  }
}

@c @implementation
public func pulley_memory_unpin(_ memory: OpaquePointer?) {
  object(memory, Memory.self)?.unpin()
}

@c @implementation
public func pulley_memory_read(
  _ memory: OpaquePointer?, _ address: UInt64, _ bytes: UnsafeMutableRawPointer?, _ length: Int,
  _ error: ErrorOut?
) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    let memory = try require(memory, Memory.self, "memory")
    guard bytes != nil || length == 0 else { throw .argument("bytes is NULL") }
    let source = try memory.range(address, length)
    if length > 0 { bytes?.copyMemory(from: source, byteCount: length) }
  }
}

@c @implementation
public func pulley_memory_write(
  _ memory: OpaquePointer?, _ address: UInt64, _ bytes: UnsafeRawPointer?, _ length: Int,
  _ error: ErrorOut?
) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    let memory = try require(memory, Memory.self, "memory")
    guard bytes != nil || length == 0 else { throw .argument("bytes is NULL") }
    let target = try memory.range(address, length)
    if let bytes, length > 0 { target.copyMemory(from: bytes, byteCount: length) }
  }
}

@c @implementation
public func pulley_instance_pointer(
  _ instance: OpaquePointer?, _ address: UInt64, _ length: Int
) -> UnsafeMutableRawPointer? {
  guard let memory = try? object(instance, Instance.self)?.memory(named: nil) else { return nil }
  return try? memory.range(address, length)
}

/// The caller's limits.
func require(limits: pulley_limits_t) throws(Failure) -> Limits {
  guard limits.minimum <= limits.maximum else {
    throw .argument(
      "the minimum, \(limits.minimum), is larger than the maximum, \(limits.maximum)")
  }
  return Limits(minimum: limits.minimum, maximum: limits.maximum == .max ? nil : limits.maximum)
}

extension Memory {
  /// The address of a range of bytes. Throws unless all of it is in bounds.
  fileprivate func range(
    _ address: UInt64, _ length: Int
  ) throws(Failure) -> UnsafeMutableRawPointer {
    let size = UInt64(byteCount)
    guard length >= 0, address <= size, UInt64(length) <= size - address else {
      throw .argument(
        "\(length) bytes at \(address) are out of bounds of the memory of \(size) bytes")
    }
    return base.advanced(by: Int(address))
  }
}
