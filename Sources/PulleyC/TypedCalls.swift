import CPulley

// The calls that the header's macros and templates make.

extension FunctionObject {
  /// Calls the function and stores its only result, of type `type`, in a variable of C. Type 0
  /// discards all results.
  fileprivate func call(
    _ arguments: UnsafePointer<pulley_value_t>?, _ argumentCount: Int, _ type: pulley_type_t,
    _ result: UnsafeMutableRawPointer?, _ error: ErrorOut?
  ) -> pulley_status_t {
    guard type != 0 else { return call(arguments, argumentCount, nil, 0, error) }
    guard let result, raw.result_count == 1, type == PULLEY_ANY || type == raw.results[0],
      Self.store(pulley_value_t(), type, nil)
    else { return wrongResult(type, result, error) }
    var value = pulley_value_t()
    let status = call(arguments, argumentCount, &value, 1, error)
    if status == Status.ok { _ = Self.store(value, type, result) }
    return status
  }

  /// Returns false if variables cannot have the type.
  private static func store(
    _ value: pulley_value_t, _ type: pulley_type_t, _ result: UnsafeMutableRawPointer?
  ) -> Bool {
    switch type {
    case PULLEY_ANY: result?.storeBytes(of: value, as: pulley_value_t.self)
    case TypeCode.i32: result?.storeBytes(of: value.of.i32, as: Int32.self)
    case TypeCode.i64: result?.storeBytes(of: value.of.i64, as: Int64.self)
    case TypeCode.f32: result?.storeBytes(of: value.of.f32, as: Float.self)
    case TypeCode.f64: result?.storeBytes(of: value.of.f64, as: Double.self)
    case TypeCode.externref:
      result?.storeBytes(of: value.of.ref, as: UnsafeMutableRawPointer?.self)
    default: return false
    }
    return true
  }

  @inline(never)
  private func wrongResult(
    _ type: pulley_type_t, _ result: UnsafeMutableRawPointer?, _ error: ErrorOut?
  ) -> pulley_status_t {
    let message =
      if raw.result_count != 1 {
        "the function has \(raw.result_count) results, not one of type \(TypeCode.name(type))"
      } else if result == nil {
        "result is NULL"
      } else {
        "the function's result is of type \(TypeCode.name(raw.results[0])), not "
          + TypeCode.name(type)
      }
    return report(.argument(message), error)
  }
}

@c @implementation
public func pulley_call_typed(
  _ function: OpaquePointer?, _ arguments: UnsafePointer<pulley_value_t>?, _ argument_count: Int,
  _ type: pulley_type_t, _ result: UnsafeMutableRawPointer?, _ error: ErrorOut?
) -> pulley_status_t {
  error?.pointee = nil
  guard let object = object(function, FunctionObject.self) else { return refuse(function, error) }
  return object.call(arguments, argument_count, type, result, error)
}

@c @implementation
public func pulley_run_typed(
  _ instance: OpaquePointer?, _ name: UnsafePointer<CChar>?,
  _ arguments: UnsafePointer<pulley_value_t>?, _ argument_count: Int, _ type: pulley_type_t,
  _ result: UnsafeMutableRawPointer?, _ error: ErrorOut?
) -> pulley_status_t {
  if let known = known(name, in: instance) {
    error?.pointee = nil
    return known.call(arguments, argument_count, type, result, error)
  }
  var function: FunctionObject?
  let status = find(&function, name, in: instance, error)
  return function?.call(arguments, argument_count, type, result, error) ?? status
}
