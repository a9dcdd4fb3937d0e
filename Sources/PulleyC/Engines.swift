import CPulley
import Pulley

/// The object of a `pulley_options_t`.
final class OptionsObject {
  var options = Engine.Options()
}

/// The engine of callers that pass NULL.
enum SharedEngine {
  static let engine = Engine()
}

/// The engine of a handle; the shared one for NULL.
func engine(orShared handle: OpaquePointer?) throws(Failure) -> Engine {
  try requireMemory()
  return handle == nil ? SharedEngine.engine : try require(handle, Engine.self, "engine")
}

@c @implementation
public func pulley_options_new() -> OpaquePointer? {
  made { handle(OptionsObject()) }
}

@c @implementation
public func pulley_options_delete(_ options: OpaquePointer?) {
  delete(options, OptionsObject.self)
}

private func configure(
  _ options: OpaquePointer?, _ error: ErrorOut?,
  _ body: (inout Engine.Options) throws(Failure) -> Void
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    try body(&require(options, OptionsObject.self, "options").options)
  }
}

@c @implementation
public func pulley_options_set_stack_size(
  _ options: OpaquePointer?, _ bytes: Int, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    guard Engine.Options.stackSizes.contains(bytes) else {
      throw .argument("a stack has at least 16 KiB and at most 1 GiB, not \(bytes) bytes")
    }
    options.stackSize = bytes
  }
}

@c @implementation
public func pulley_options_set_host_stack_reserve(
  _ options: OpaquePointer?, _ bytes: Int, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    guard (0...1 << 30).contains(bytes) else {
      throw .argument("a reserve has at most 1 GiB, not \(UInt(bitPattern: bytes)) bytes")
    }
    options.hostStackReserve = bytes
  }
}

@c @implementation
public func pulley_options_set_memory_limit(
  _ options: OpaquePointer?, _ bytes: UInt64, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    options.maximumMemoryBytes = Int(clamping: bytes)
  }
}

@c @implementation
public func pulley_options_set_limit(
  _ options: OpaquePointer?, _ resource: pulley_resource_t, _ perGroup: UInt64,
  _ perEngine: UInt64, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    guard let resource = Resource(rawValue: resource) else {
      throw .argument("there is no resource \(resource)")
    }
    options.limits[resource] = ResourceLimits.Limit(
      perGroup: Int(clamping: perGroup), perEngine: Int(clamping: perEngine))
  }
}

@c @implementation
public func pulley_options_set_eager(
  _ options: OpaquePointer?, _ eager: Bool, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    options.isEager = eager
  }
}

@c @implementation
public func pulley_options_set_gc_stress(
  _ options: OpaquePointer?, _ stress: Bool, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    options.collectsAtEachAllocation = stress
  }
}

@c @implementation
public func pulley_options_set_tiers(
  _ options: OpaquePointer?, _ tiers: pulley_tiers_t, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    guard let known = UInt8(exactly: tiers).flatMap({ Tiers(rawValue: $0) }) else {
      throw .argument("there are no tiers \(tiers)")
    }
    options.tiers = known
  }
}

@c @implementation
public func pulley_options_set_threads(
  _ options: OpaquePointer?, _ threads: UInt32, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    options.compileThreads = Int(threads)
  }
}

@c @implementation
public func pulley_options_set_interruptible(
  _ options: OpaquePointer?, _ interruptible: Bool, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    options.isInterruptible = interruptible
  }
}

@c @implementation
public func pulley_options_set_time_limit(
  _ options: OpaquePointer?, _ milliseconds: UInt64, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    guard milliseconds == 0 || Engine.canLimitTime() else {
      throw Failure(Status.limit, "no thread can be started to watch the time limit")
    }
    options.timeLimit =
      milliseconds == 0 ? nil : .milliseconds(Int64(clamping: milliseconds))
  }
}

@c @implementation
public func pulley_options_set_clif(
  _ options: OpaquePointer?, _ accepted: Bool, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    options.acceptsClif = accepted
  }
}

@c @implementation
public func pulley_options_set_cache(
  _ options: OpaquePointer?, _ directory: UnsafePointer<CChar>?, _ size: UInt64, _ error: ErrorOut?
) -> pulley_status_t {
  configure(options, error) { options throws(Failure) in
    let size = Int(clamping: size)
    guard size > 0 else {
      options.cache = nil
      return
    }
    guard let directory else {
      options.cache = CodeCache(size: size)
      return
    }
    let path = bytes(of: directory)
    guard !path.isEmpty else { throw .argument("the directory's name is empty") }
    options.cache = CodeCache(path: path, size: size)
  }
}

@c @implementation
public func pulley_engine_new(_ options: OpaquePointer?) -> OpaquePointer? {
  made {
    guard options != nil else { return handle(Engine()) }
    guard let object = object(options, OptionsObject.self) else { return nil }
    return handle(Engine(object.options))
  }
}

@c @implementation
public func pulley_engine_delete(_ engine: OpaquePointer?) {
  delete(engine, Engine.self)
}

@c @implementation
public func pulley_engine_usage(
  _ engineHandle: OpaquePointer?, _ resource: pulley_resource_t
) -> UInt64 {
  guard let resource = Resource(rawValue: resource) else { return 0 }
  let engine = engineHandle == nil ? SharedEngine.engine : object(engineHandle, Engine.self)
  return UInt64(engine?.usage(of: resource) ?? 0)
}

@c @implementation
public func pulley_engine_peak(
  _ engineHandle: OpaquePointer?, _ resource: pulley_resource_t
) -> UInt64 {
  guard let resource = Resource(rawValue: resource) else { return 0 }
  let engine = engineHandle == nil ? SharedEngine.engine : object(engineHandle, Engine.self)
  return UInt64(engine?.peak(of: resource) ?? 0)
}
