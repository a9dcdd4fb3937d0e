import Synchronization

/// A module that has passed validation.
public struct ValidatedModule: Sendable {
  public let module: WasmModule
  public let facts: ModuleFacts
  /// Validates bodies again, if they were not validated for this object.
  let later: LaterValidation?

  /// The facts of a defined function's body. Throws if the module was wrongly said to be valid.
  public func facts(ofBody body: Int) throws(WasmError) -> FunctionFacts {
    try later?.facts(ofBody: body) ?? facts.functions[body]
  }
}

/// Validates single bodies of a module, for any number of threads.
final class LaterValidation: Sendable {
  private let validator: Mutex<FunctionValidator>

  /// - Parameter context: of a module that has passed `ModuleValidator`.
  init(_ context: sending ModuleContext) { validator = Mutex(FunctionValidator(context)) }

  func facts(ofBody body: Int) throws(WasmError) -> FunctionFacts {
    try validator.withLock { validator throws(WasmError) in
      try validator.validate(definedIndex: body)
    }
  }
}
