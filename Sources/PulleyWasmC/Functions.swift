import CWasm
import Pulley
import PulleyC
import PulleyVM
import PulleyWasm

/// The target of a `wasm_func_t`.
final class FunctionObject {
  private let store: Store
  let type: FunctionType
  private let parameters: ValueList
  private let results: ValueList
  /// Of a function of the host.
  let definition: ValuesDefinition?
  /// Nil for a function of the host that has been imported only.
  private var known: Callable?

  /// A function that an instance has defined or imported.
  init(_ store: Store, _ callable: Callable) {
    self.store = store
    known = callable
    definition = callable.definition
    if case .wasm(let known) = callable.type { type = known } else { type = FunctionType() }
    parameters = ValueList(type.parameters)
    results = ValueList(type.results)
  }

  /// A function of the host.
  init(_ store: Store, _ definition: ValuesDefinition) {
    self.store = store
    self.definition = definition
    type = definition.type
    parameters = ValueList(type.parameters)
    results = ValueList(type.results)
  }

  /// The function as one that the host and tables can have.
  func callable() throws(PulleyError) -> Callable {
    if let known { return known }
    guard let definition else { throw PulleyError(.internal, "a function without a definition") }
    let new = try store.linker.callable(definition)
    known = new
    return new
  }

  /// What an instance imports. A function of the host does not link the instances that import it.
  var imported: Linker.Definition? { definition.map { .values($0) } ?? known.map { .function($0) } }

  func isSame(as other: FunctionObject) -> Bool {
    if let definition { return definition === other.definition }
    guard let known, let theirs = other.known else { return false }
    return known.isSame(as: theirs)
  }

  var hostInfo: HostInfo? {
    get { definition.map(\.hostInfo) ?? known?.hostInfo }
    set { if let definition { definition.hostInfo = newValue } else { known?.hostInfo = newValue } }
  }

  // Calls

  /// The most words of a call that keeps them on the stack.
  private static var fewWords: Int { 16 }

  /// Calls the function, and returns why the call has failed. This function uses little of the host's stack
  /// while the guest runs.
  func call(
    _ arguments: UnsafePointer<wasm_val_vec_t>?, _ returned: UnsafeMutablePointer<wasm_val_vec_t>?
  ) -> CallFailure? {
    let callable: Callable
    do throws(PulleyError) { callable = try self.callable() } catch { return CallFailure(error) }
    guard (arguments?.pointee.elements.count ?? 0) == parameters.count, parameters.canPass,
      results.canPass
    else { return refusal(arguments) }
    let count = max(parameters.count, results.count)
    guard count > Self.fewWords else {
      // With a constant capacity the words are on the stack.
      return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.fewWords) {
        call(callable, $0.baseAddress.unsafelyUnwrapped, arguments, returned)
      }
    }
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
    defer { words.deallocate() }
    return call(callable, words, arguments, returned)
  }

  @inline(__always)
  private func call(
    _ callable: Callable, _ words: UnsafeMutablePointer<UInt64>,
    _ arguments: UnsafePointer<wasm_val_vec_t>?, _ returned: UnsafeMutablePointer<wasm_val_vec_t>?
  ) -> CallFailure? {
    if let arguments = arguments?.pointee.data {
      for index in 0..<parameters.count {
        guard let word = store.word(arguments + index, parameters.kinds[index]) else {
          return wrongArgument(index)
        }
        words[index] = word
      }
    }
    if let failure = callable.run(slots: words) { return failure }
    if let returned = returned?.pointee.elements {
      // Programs give no room if they expect a trap.
      for index in 0..<min(results.count, returned.count) {
        returned[index] = store.value(words[index], results.kinds[index])
      }
    }
    return nil
  }

  @inline(never)
  private func refusal(_ arguments: UnsafePointer<wasm_val_vec_t>?) -> CallFailure {
    guard parameters.canPass, results.canPass else {
      return .argument(
        "the function has values that the API cannot pass: \(CallableType.wasm(type))")
    }
    let given = arguments?.pointee.elements.count ?? 0
    return .argument("the function takes \(parameters.count) arguments, not \(given)")
  }

  @inline(never)
  private func wrongArgument(_ index: Int) -> CallFailure {
    .argument("argument \(index + 1) must be of type \(parameters.types[index])")
  }
}

extension CallFailure {
  /// The program's mistake.
  static func argument(_ message: @autoclosure () -> String) -> CallFailure {
    made { CallFailure(PulleyError(.argument, message())) }
      ?? CallFailure(PulleyError(trap: .host))
  }
}

private func function(_ handle: OpaquePointer?) -> FunctionObject? {
  guard case .function(let function)? = object(handle, Reference.self)?.target else { return nil }
  return function
}

@c @implementation
public func wasm_func_call(
  _ handle: OpaquePointer?, _ args: UnsafePointer<wasm_val_vec_t>?,
  _ results: UnsafeMutablePointer<wasm_val_vec_t>?
) -> OpaquePointer? {
  guard let reference = object(handle, Reference.self),
    case .function(let function) = reference.target,
    let failure = function.call(args, results)
  else { return nil }
  return newTrap(failure.error, reference.store)
}

@c @implementation
public func wasm_func_type(_ handle: OpaquePointer?) -> OpaquePointer? {
  newHandle { function(handle).map { TypeObject($0.type) } }
}

@c @implementation
public func wasm_func_param_arity(_ handle: OpaquePointer?) -> Int {
  function(handle)?.type.parameters.count ?? 0
}

@c @implementation
public func wasm_func_result_arity(_ handle: OpaquePointer?) -> Int {
  function(handle)?.type.results.count ?? 0
}
