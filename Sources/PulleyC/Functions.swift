import CPulley
import Pulley

/// The object of a `pulley_function_t`: a function with its type in the form of C.
final class FunctionObject {
  let function: Callable
  let type: FunctionTypeStorage
  /// `type` in the form of C. Calls need only this.
  let raw: pulley_function_type_t
  private let hasWideValues: Bool
  /// The number of words of a call's arguments or results, whichever is larger.
  private let slotCount: Int

  init(_ function: Callable) {
    self.function = function
    type = FunctionTypeStorage(function.describedType)
    raw = type.description
    hasWideValues = type.hasWideValues
    slotCount = function.slotCount
  }

  /// Checks the caller's values against the function's type and calls the function. Other functions
  /// make the error objects, so that this one uses little of the host's stack while the guest runs.
  @inline(__always)
  func call(
    _ arguments: UnsafePointer<pulley_value_t>?, _ argumentCount: Int,
    _ results: UnsafeMutablePointer<pulley_value_t>?, _ resultCount: Int, _ error: ErrorOut?
  ) -> pulley_status_t {
    guard argumentCount == raw.parameter_count,
      resultCount == raw.result_count || resultCount == 0,
      arguments != nil || argumentCount == 0, results != nil || resultCount == 0
    else { return wrongCounts(argumentCount, arguments == nil, resultCount, error) }
    guard slotCount <= Self.fewSlots, !hasWideValues else {
      return callWithMany(arguments, results, resultCount, error)
    }
    // With a constant capacity the slots are on the stack.
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.fewSlots) {
      let slots = $0.baseAddress.unsafelyUnwrapped
      if let arguments {
        let types = raw.parameters.unsafelyUnwrapped
        for index in 0..<argumentCount {
          guard arguments[index].type == types[index] else { return wrongArgument(index, error) }
          slots[index] = arguments[index].slot
        }
      }
      if let failure = function.run(slots: slots) { return report(failure, error) }
      if let results {
        let types = raw.results.unsafelyUnwrapped
        for index in 0..<resultCount {
          pulley_value_t.store(slots[index], types[index], at: results + index)
        }
      }
      return Status.ok
    }
  }

  /// The most slots of a call that keeps them on the stack.
  private static var fewSlots: Int { 16 }

  /// Calls a function that has many values, or some that take two slots.
  @inline(never)
  private func callWithMany(
    _ arguments: UnsafePointer<pulley_value_t>?, _ results: UnsafeMutablePointer<pulley_value_t>?,
    _ resultCount: Int, _ error: ErrorOut?
  ) -> pulley_status_t {
    let slots = UnsafeMutablePointer<UInt64>.allocate(capacity: slotCount)
    defer { slots.deallocate() }
    if let arguments {
      var slot = 0
      for index in 0..<raw.parameter_count {
        guard arguments[index].type == raw.parameters[index] else {
          return wrongArgument(index, error)
        }
        if TypeCode.isWide(raw.parameters[index]) {
          (slots[slot], slots[slot + 1]) = arguments[index].wideSlots
          slot += 2
        } else {
          slots[slot] = arguments[index].slot
          slot += 1
        }
      }
    }
    if let failure = function.run(slots: slots) { return report(failure, error) }
    if let results {
      var slot = 0
      for index in 0..<resultCount {
        if TypeCode.isWide(raw.results[index]) {
          results[index] = pulley_value_t(slots: slots[slot], slots[slot + 1], raw.results[index])
          slot += 2
        } else {
          results[index] = pulley_value_t(slot: slots[slot], raw.results[index])
          slot += 1
        }
      }
    }
    return Status.ok
  }

  @inline(never)
  private func report(_ failure: CallFailure, _ error: ErrorOut?) -> pulley_status_t {
    PulleyC.report(Failure(failure.error), error)
  }

  @inline(never)
  private func wrongCounts(
    _ argumentCount: Int, _ isWithoutArguments: Bool, _ resultCount: Int, _ error: ErrorOut?
  ) -> pulley_status_t {
    let message =
      if argumentCount != raw.parameter_count {
        "the function takes \(raw.parameter_count) arguments, not \(argumentCount)"
      } else if resultCount != raw.result_count, resultCount != 0 {
        "the function has \(raw.result_count) results, not \(resultCount)"
      } else {
        isWithoutArguments && argumentCount != 0 ? "arguments is NULL" : "results is NULL"
      }
    return PulleyC.report(.argument(message), error)
  }

  @inline(never)
  private func wrongArgument(_ index: Int, _ error: ErrorOut?) -> pulley_status_t {
    PulleyC.report(
      .argument(
        "argument \(index + 1) must be of type \(function.type.parameterText(index))"), error)
  }
}

@c @implementation
public func pulley_run(
  _ instance: OpaquePointer?, _ name: UnsafePointer<CChar>?,
  _ arguments: UnsafePointer<pulley_value_t>?, _ argument_count: Int,
  _ results: UnsafeMutablePointer<pulley_value_t>?, _ result_count: Int, _ error: ErrorOut?
) -> pulley_status_t {
  if let known = known(name, in: instance) {
    error?.pointee = nil
    return known.call(arguments, argument_count, results, result_count, error)
  }
  var function: FunctionObject?
  let status = find(&function, name, in: instance, error)
  return function?.call(arguments, argument_count, results, result_count, error) ?? status
}

/// A function that was called by this name before, through this handle.
@inline(__always)
func known(_ name: UnsafePointer<CChar>?, in instance: OpaquePointer?) -> FunctionObject? {
  guard let name, let known = object(instance, Instance.self)?.calledByName else { return nil }
  return unsafeDowncast(known, to: NamedFunctions.self).find(name)
}

@inline(never)
func find(
  _ function: inout FunctionObject?, _ name: UnsafePointer<CChar>?, in instance: OpaquePointer?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let found = try lookUp(name, in: instance)
    function = found
    // The library's own handle must not keep what keeps the instance.
    guard let name, let instance = object(instance, Instance.self), !instance.isBorrowed else {
      return
    }
    let names = instance.calledByName ?? NamedFunctions()
    instance.calledByName = names
    unsafeDowncast(names, to: NamedFunctions.self).add(found, name)
  }
}

@c @implementation
public func pulley_call(
  _ function: OpaquePointer?, _ arguments: UnsafePointer<pulley_value_t>?,
  _ argument_count: Int, _ results: UnsafeMutablePointer<pulley_value_t>?, _ result_count: Int,
  _ error: ErrorOut?
) -> pulley_status_t {
  error?.pointee = nil
  guard let object = object(function, FunctionObject.self) else {
    return refuse(function, error)
  }
  return object.call(arguments, argument_count, results, result_count, error)
}

@inline(never)
func refuse(_ function: OpaquePointer?, _ error: ErrorOut?) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    _ = try require(function, FunctionObject.self, "function")
  }
}

@c @implementation
public func pulley_instance_function(
  _ instance: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ function: HandleOut?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: function, "function") { () throws(Failure) in
    return try lookUp(name, in: instance)
  }
}

@c @implementation
public func pulley_function_type(_ function: OpaquePointer?) -> pulley_function_type_t {
  object(function, FunctionObject.self)?.type.description ?? pulley_function_type_t()
}

@c @implementation
public func pulley_function_value(_ function: OpaquePointer?) -> pulley_value_t {
  pulley_value_t(object(function, FunctionObject.self)?.function.reference ?? .funcref(0))
}

@c @implementation
public func pulley_function_address(_ function: OpaquePointer?) -> UnsafeMutableRawPointer? {
  (object(function, FunctionObject.self)?.function.address).flatMap {
    UnsafeMutableRawPointer(bitPattern: $0)
  }
}

@c @implementation
public func pulley_value_function(
  _ value: UnsafePointer<pulley_value_t>?, _ function: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: function, "function") { () throws(Failure) in
    guard let value else { throw .argument("value is NULL") }
    let reference = try GuestValue(value.pointee)
    return FunctionObject(
      try engine(Callable.referenced(by: reference)))
  }
}

@c @implementation
public func pulley_function_pointer(
  _ function: OpaquePointer?, _ signature: UnsafePointer<CChar>?,
  _ pointer: UnsafeMutablePointer<pulley_host_t?>?, _ error: ErrorOut?
) -> pulley_status_t {
  pointer?.pointee = nil
  return attempt(error) { () throws(Failure) in
    let function = try require(function, FunctionObject.self, "function")
    try requireMemory()
    let signature = try require(text: signature, "signature")
    let pointer = try require(out: pointer, "pointer")
    pointer.pointee = unsafeBitCast(
      try engine(function.function.cFunction(signature)), to: pulley_host_t.self)
  }
}

@c @implementation
public func pulley_function_pointer_error(
  _ function: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let function = try require(function, FunctionObject.self, "function")
    if let failed = function.function.takeCFunctionError() { throw Failure(failed) }
  }
}

@c @implementation
public func pulley_function_delete(_ function: OpaquePointer?) {
  delete(function, FunctionObject.self)
}

private func lookUp(
  _ name: UnsafePointer<CChar>?, in instance: OpaquePointer?
) throws(Failure) -> FunctionObject {
  try requireMemory()
  let instance = try require(instance, Instance.self, "instance")
  let name = try require(text: name, "name")
  return FunctionObject(
    try engine(instance.function(named: name)))
}
