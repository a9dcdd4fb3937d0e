import PulleyVM

extension Instance {
  /// The export by which libraries of WASI (reactors) set themselves up.
  private static let initializer = "_initialize"

  /// Calls the export `_initialize` of a library, as the embedder must before any other export. Does
  /// nothing if there is no such export, or if this has called it before.
  public func initialize() throws(PulleyError) {
    guard !state.isInitialized else { return }
    let function = try HostStack.make { () throws(PulleyError) -> Callable? in
      guard
        module.exports.contains(where: { $0.type.isFunction && $0.name == Self.initializer })
      else { return nil }
      let function = try self.function(named: Self.initializer)
      guard case .wasm(let type) = function.type, type.parameters.isEmpty else {
        throw PulleyError(
          .argument, "\(Self.initializer) takes arguments, which a library's does not")
      }
      return function
    }
    guard let function else { return }
    state.isInitialized = true
    if let failure = function.run() { throw failure.error }
  }

  /// Whether the module is a library of WASI, which has no `_start` to run.
  package var isReactor: Bool {
    module.exports.contains { $0.type.isFunction && $0.name == Self.initializer }
  }
}

extension ExternalType {
  fileprivate var isFunction: Bool { if case .function = self { true } else { false } }
}
