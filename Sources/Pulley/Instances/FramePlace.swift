extension PulleyError.Frame {
  /// The instance whose function it was; nil if it has ended, or if the frame is one of CLIF.
  package var instance: Instance? {
    (owner?.object as? WasmInstanceState).map { Instance($0) }
  }

  /// The place in the function's body, from its declarations of local variables on, in bytes. Nil if it is
  /// not known: artifacts do not tell where bodies were.
  package var functionOffset: Int? {
    guard let moduleOffset, let state = owner?.object as? WasmInstanceState,
      state.module.format != .artifact
    else { return nil }
    let module = state.wasm.module
    let body = functionIndex - module.importedFunctionCount
    guard module.bodies.indices.contains(body), module.bodies[body].contains(moduleOffset) else {
      return nil
    }
    return moduleOffset - module.bodies[body].lowerBound
  }
}
