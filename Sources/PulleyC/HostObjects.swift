import CPulley
import Pulley

@c @implementation
public func pulley_instance_externref(
  _ instance: OpaquePointer?, _ object: UnsafeMutableRawPointer?, _ finalizer: pulley_finalizer_t?,
  _ value: UnsafeMutablePointer<pulley_value_t>?, _ error: ErrorOut?
) -> pulley_status_t {
  let status = attempt(error) { () throws(Failure) in
    let value = try require(out: value, "value")
    let instance = try require(instance, Instance.self, "instance")
    try requireMemory()
    guard let object else { throw .argument("object is NULL, which is the null reference") }
    value.pointee = pulley_value_t(
      try engine(instance.reference(to: object, finalizer: finalizer)))
  }
  if status != Status.ok { finalizer?(object) }
  return status
}

@c @implementation
public func pulley_instance_release_objects(
  _ instance: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?, _ error: ErrorOut?
) -> pulley_status_t {
  count?.pointee = 0
  return attempt(error) { () throws(Failure) in
    let instance = try require(instance, Instance.self, "instance")
    let released = try engine(instance.releaseUnreachableObjects())
    count?.pointee = released
  }
}

@c @implementation
public func pulley_gc(_ instance: OpaquePointer?, _ error: ErrorOut?) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    try require(instance, Instance.self, "instance").collectGarbage()
  }
}

@c @implementation
public func pulley_instance_heap(_ instance: OpaquePointer?) -> pulley_heap_t {
  guard let usage = object(instance, Instance.self)?.heapUsage else { return pulley_heap_t() }
  return pulley_heap_t(
    live_bytes: UInt64(usage.liveBytes), allocated_bytes: UInt64(usage.allocatedBytes),
    reserved_bytes: UInt64(usage.reservedBytes), limit_bytes: UInt64(usage.limit),
    collections: UInt64(usage.collections), longest_pause: UInt64(usage.longestPause),
    total_pause: UInt64(usage.totalPause))
}
