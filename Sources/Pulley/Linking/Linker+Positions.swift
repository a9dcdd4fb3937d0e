import PulleyVM
import PulleyWasm

extension Linker {
  /// Makes an instance of WebAssembly whose imports are the objects of a list, by position, whatever this
  /// linker defines: two imports of one name may be different objects. More objects than imports are
  /// ignored.
  package func instantiate(
    _ module: Module, imports: [Definition]
  ) throws(PulleyError) -> Instance {
    guard module.language == .webAssembly else {
      throw PulleyError(.argument, "a module in CLIF has no imports by position")
    }
    for definition in imports { try refuse(definition) }
    return try instantiate(module, given: imports)
  }

  private func refuse(_ definition: Definition) throws(PulleyError) {
    switch definition {
    case .host, .values: break
    case .function(let function): try refuse("function", of: function.engine)
    case .memory(let memory): try refuse("memory", of: memory.engine)
    case .table(let table): try refuse("table", of: table.engine)
    case .global(let global): try refuse("global", of: global.engine)
    case .tag(let tag): try refuse("tag", of: tag.engine)
    }
  }

  /// A function of the host that no instance has imported yet as one that can be called and put into
  /// tables.
  ///
  /// References are records of instances, so an instance imports the function and exports it again.
  package func callable(_ definition: ValuesDefinition) throws(PulleyError) -> Callable {
    try HostStack.make { () throws(PulleyError) in
      let relay = try relay(of: definition.type)
      let instance = try instantiate(relay, given: [.values(definition)])
      guard case .function(let function)? = instance.state.object(ofExport: 0) else {
        throw PulleyError(.internal, "the relay of \(definition.name) exports no function")
      }
      return function
    }
  }

  /// A module that exports the function of the type that it imports.
  private func relay(of type: FunctionType) throws(PulleyError) -> Module {
    if let known = relays[type] { return known }
    let text = "(module (import \"\" \"\" \(CallableType.wasm(type))) (export \"\" (func 0)))"
    let module = try Module(engine: engine, bytes: Array(text.utf8), format: .wat)
    relays[type] = module
    return module
  }
}
