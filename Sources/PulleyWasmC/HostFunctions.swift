import CWasm
import Pulley
import PulleyC
import PulleyWasm

/// A function of the program that guests call.
private final class HostFunction {
  enum Callback {
    case plain(wasm_func_callback_t)
    case withEnvironment(wasm_func_callback_with_env_t, UnsafeMutableRawPointer?)
  }

  private let store: Store
  private let callback: Callback
  private let parameters: ValueList
  private let results: ValueList

  init(_ store: Store, _ type: FunctionType, _ callback: Callback) {
    self.store = store
    self.callback = callback
    parameters = ValueList(type.parameters)
    results = ValueList(type.results)
  }

  /// Calls the function with words as `ValuesDefinition.Function` takes them.
  func call(_ instance: Instance, _ words: UnsafeMutablePointer<UInt64>) -> CallFailure? {
    let count = parameters.count + results.count
    // With a constant capacity the values are on the stack.
    if count <= 16 {
      return withUnsafeTemporaryAllocation(of: wasm_val_t.self, capacity: 16) {
        call(instance, words, $0.baseAddress.unsafelyUnwrapped)
      }
    }
    let values = UnsafeMutablePointer<wasm_val_t>.allocate(capacity: count)
    defer { values.deallocate() }
    return call(instance, words, values)
  }

  @inline(__always)
  private func call(
    _ instance: Instance, _ words: UnsafeMutablePointer<UInt64>,
    _ arguments: UnsafeMutablePointer<wasm_val_t>
  ) -> CallFailure? {
    for index in 0..<parameters.count {
      (arguments + index).initialize(to: store.value(words[index], parameters.kinds[index]))
    }
    let returned = arguments + parameters.count
    for index in 0..<results.count {
      (returned + index).initialize(to: wasm_val_t(zeroOf: results.kinds[index]))
    }
    let trap = call(arguments, returned)
    for index in 0..<parameters.count { arguments[index].delete() }
    if trap != nil {
      for index in 0..<results.count { returned[index].delete() }
      return failure(trap)
    }
    var failure: CallFailure?
    for index in 0..<results.count {
      // Each is deleted, even after a failure.
      if let word = word(returned + index, index, instance, &failure) { words[index] = word }
    }
    return failure
  }

  @inline(__always)
  private func call(
    _ arguments: UnsafeMutablePointer<wasm_val_t>, _ returned: UnsafeMutablePointer<wasm_val_t>
  ) -> OpaquePointer? {
    // An empty vector has no array.
    let given = wasm_val_vec_t(
      size: parameters.count, data: parameters.count == 0 ? nil : arguments)
    let room = wasm_val_vec_t(size: results.count, data: results.count == 0 ? nil : returned)
    return withUnsafePointer(to: given) { given in
      var room = room
      return withUnsafeMutablePointer(to: &room) { room in
        switch callback {
        case .plain(let function): function(given, room)
        case .withEnvironment(let function, let environment): function(environment, given, room)
        }
      }
    }
  }

  /// The word of a result. The guest's group keeps what it refers to, before the host's reference is deleted.
  @inline(__always)
  private func word(
    _ value: UnsafeMutablePointer<wasm_val_t>, _ index: Int, _ instance: Instance,
    _ failure: inout CallFailure?
  ) -> UInt64? {
    let kind = results.kinds[index]
    if !KindCode.isReference(kind), value.pointee.kind == kind { return store.word(value, kind) }
    return referenceWord(value, index, instance, &failure)
  }

  @inline(never)
  private func referenceWord(
    _ value: UnsafeMutablePointer<wasm_val_t>, _ index: Int, _ instance: Instance,
    _ failure: inout CallFailure?
  ) -> UInt64? {
    defer { value.pointee.delete() }
    let type = results.types[index]
    guard let result = store.guestValue(value, type) else {
      failure = .host("result \(index + 1) of a host function is not of type \(type)")
      return nil
    }
    do throws(PulleyError) {
      try instance.keep(result)
      return result.bits
    } catch {
      failure = CallFailure(error)
      return nil
    }
  }

  /// The failure for a trap that the function gives to the library.
  @inline(never)
  private func failure(_ handle: OpaquePointer?) -> CallFailure {
    guard case .trap(let trap)? = taken(handle, Reference.self)?.target else {
      return .host("a host function has returned an object that is not a trap")
    }
    return made { CallFailure(trap.error) } ?? CallFailure(PulleyError(trap: .host))
  }
}

extension CallFailure {
  fileprivate static func host(_ message: @autoclosure () -> String) -> CallFailure {
    made { CallFailure(PulleyError(trap: .host, message: message())) }
      ?? CallFailure(PulleyError(trap: .host))
  }
}

private func newFunction(
  _ store: OpaquePointer?, _ type: OpaquePointer?, _ callback: HostFunction.Callback?,
  _ environment: UnsafeMutableRawPointer? = nil, _ finalizer: Finalizer? = nil
) -> OpaquePointer? {
  let handle = newHandle { () -> Reference? in
    guard let store = object(store, Store.self), let callback,
      let type = object(type, TypeObject.self)?.functionType
    else { return nil }
    let function = HostFunction(store, type, callback)
    let definition = ValuesDefinition(
      name: "a host function", type: type, userData: environment, finalizer: finalizer
    ) { (instance, words) in function.call(instance, words) }
    return Reference(store, .function(FunctionObject(store, definition)))
  }
  // A definition runs the finalizer itself.
  if handle == nil { finalizer?(environment) }
  return handle
}

@c @implementation
public func wasm_func_new(
  _ store: OpaquePointer?, _ type: OpaquePointer?, _ callback: wasm_func_callback_t?
) -> OpaquePointer? {
  newFunction(store, type, callback.map { .plain($0) })
}

@c @implementation
public func wasm_func_new_with_env(
  _ store: OpaquePointer?, _ type: OpaquePointer?, _ callback: wasm_func_callback_with_env_t?,
  _ env: UnsafeMutableRawPointer?, _ finalizer: Finalizer?
) -> OpaquePointer? {
  newFunction(store, type, callback.map { .withEnvironment($0, env) }, env, finalizer)
}
