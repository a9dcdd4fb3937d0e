import CWasm
import Pulley
import PulleyC
import PulleyVM
import PulleyWasm

/// The target of a `wasm_func_t`.
final class FunctionObject {
  private enum Source {
    /// A function of the host, which may have been imported only.
    case host(ValuesDefinition)
    /// An export that has not been used yet: a module may have a million, all with a thousand parameters.
    case export(Instance, index: Int)
    case callable(Callable)
  }

  private let store: Store
  let type: FunctionType
  private let source: Source
  /// Once they are needed.
  private var known: Callable?
  // Each call would pay for checking the exclusivity of its access.
  @exclusivity(unchecked)
  private var prepared: PreparedCall?

  private init(_ store: Store, _ type: FunctionType, _ source: Source) {
    self.store = store
    self.type = type
    self.source = source
  }

  convenience init(_ store: Store, _ definition: ValuesDefinition) {
    self.init(store, definition.type, .host(definition))
  }

  convenience init(_ store: Store, _ callable: Callable) {
    // Only instances of WebAssembly get here.
    let type = if case .wasm(let type) = callable.type { type } else { FunctionType() }
    self.init(store, type, .callable(callable))
  }

  convenience init(_ store: Store, _ type: FunctionType, export index: Int, of instance: Instance) {
    self.init(store, type, .export(instance, index: index))
  }

  /// The function as one that the host and tables can have.
  func callable() throws(PulleyError) -> Callable {
    if let known { return known }
    let new: Callable
    switch source {
    case .host(let definition): new = try store.linker.callable(definition)
    case .callable(let callable): new = callable
    case .export(let instance, let index):
      guard case .function(let callable)? = instance.object(ofExport: index) else {
        throw PulleyError(.internal, "export \(index) is not a function")
      }
      new = callable
    }
    known = new
    return new
  }

  /// Of a function of the host, wherever it was found.
  private var definition: ValuesDefinition? {
    if case .host(let definition) = source { definition } else { (try? callable())?.definition }
  }

  /// What an instance imports. A function of the host does not link the instances that import it.
  var imported: Linker.Definition? {
    definition.map { .values($0) } ?? (try? callable()).map { .function($0) }
  }

  func isSame(as other: FunctionObject) -> Bool {
    if let definition { return definition === other.definition }
    guard let own = try? callable(), let theirs = try? other.callable() else { return false }
    return own.isSame(as: theirs)
  }

  var hostInfo: HostInfo? {
    get { definition.map(\.hostInfo) ?? (try? callable())?.hostInfo }
    set {
      if let definition {
        definition.hostInfo = newValue
      } else {
        (try? callable())?.hostInfo = newValue
      }
    }
  }

  /// Calls the function, and returns why the call has failed.
  @inline(__always)
  func call(
    _ arguments: UnsafePointer<wasm_val_vec_t>?, _ returned: UnsafeMutablePointer<wasm_val_vec_t>?
  ) -> CallFailure? {
    if let prepared { return prepared.call(arguments, returned) }
    if let failure = prepare() { return failure }
    return prepared?.call(arguments, returned)
  }

  @inline(never)
  private func prepare() -> CallFailure? {
    var failure: PulleyError?
    do throws(PulleyError) {
      prepared = try HostStack.make { () throws(PulleyError) in
        PreparedCall(store, try callable(), type)
      }
    } catch {
      failure = error
    }
    return failure.map { CallFailure($0) }
  }
}

/// What calls of a function need.
final class PreparedCall {
  private let store: Store
  private let callable: Callable
  private let parameters: ValueList
  private let results: ValueList
  private let wordCount: Int

  /// The most words of a call that keeps them on the stack.
  private static var fewWords: Int { 16 }

  init(_ store: Store, _ callable: Callable, _ type: FunctionType) {
    self.store = store
    self.callable = callable
    parameters = ValueList(type.parameters)
    results = ValueList(type.results)
    wordCount = max(parameters.count, results.count)
  }

  /// Uses little of the host's stack while the guest runs.
  func call(
    _ arguments: UnsafePointer<wasm_val_vec_t>?, _ returned: UnsafeMutablePointer<wasm_val_vec_t>?
  ) -> CallFailure? {
    guard (arguments?.pointee.elements.count ?? 0) == parameters.count, parameters.canPass,
      results.canPass
    else { return refusal(arguments) }
    callable.releaseObjectsIfMany()
    guard wordCount > Self.fewWords else {
      // With a constant capacity the words are on the stack.
      return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.fewWords) {
        call($0.baseAddress.unsafelyUnwrapped, arguments, returned)
      }
    }
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: wordCount)
    defer { words.deallocate() }
    return call(words, arguments, returned)
  }

  @inline(__always)
  private func call(
    _ words: UnsafeMutablePointer<UInt64>, _ arguments: UnsafePointer<wasm_val_vec_t>?,
    _ returned: UnsafeMutablePointer<wasm_val_vec_t>?
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
      let type = FunctionType(parameters: parameters.types, results: results.types)
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
