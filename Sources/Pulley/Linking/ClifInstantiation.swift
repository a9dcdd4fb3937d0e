import PulleyHost
import PulleyIR
import PulleyVM

/// Makes an instance of a module in CLIF.
struct ClifInstantiation {
  let module: Module
  let frontEnd: ClifFrontEnd
  let linker: Linker

  func make() throws(PulleyError) -> Instance {
    let count = module.imports.count
    let addresses = UnsafeMutablePointer<UInt>.allocate(capacity: max(1, count))
    addresses.initialize(repeating: 0, count: max(1, count))
    defer { addresses.deallocate() }
    if let resolver = linker.resolver {
      try HostStack.make { () throws(PulleyError) in
        for index in 0..<count where isLeftToResolver(module.imports[index]) {
          addresses[index] = 1
        }
      }
      // The resolver is the embedder's, so it is called on this thread.
      for index in 0..<count where addresses[index] == 1 {
        addresses[index] = UInt(bitPattern: resolver(module.imports[index].name))
      }
    }
    return try HostStack.make { () throws(PulleyError) in
      let definitions = try linker.resolve(module.imports) { (index, item) throws(PulleyError) in
        try definition(of: item, at: UnsafeMutableRawPointer(bitPattern: addresses[index]))
      }
      // CLIF instances share nothing that counts against a budget, so each has its own group.
      let group = InstanceGroup(engine: module.engine)
      let state = try ClifInstanceState(module, frontEnd, definitions, group: group)
      return withExtendedLifetime(group) { Instance(state) }
    }
  }

  private func isLeftToResolver(_ item: ImportDescription) -> Bool {
    item.module == "env" && linker.definition(of: item) == nil
  }

  /// - Parameter address: what the resolver has found.
  private func definition(
    of item: ImportDescription, at address: UnsafeMutableRawPointer?
  ) throws(PulleyError) -> ClifDefinition? {
    switch linker.definition(of: item) {
    case .host(let definition)?: return .registered(definition)
    case let other?:
      let reason = "a \(other.kindName); CLIF can import host functions only"
      throw PulleyError(item.refused(reason), "\(item.qualifiedName) is \(reason)")
    case nil: break
    }
    guard let address else { return nil }
    guard case .function(.clif(let signature)) = item.type else {
      return .address(UInt(bitPattern: address))
    }
    guard let hostSignature = HostSignature(signature) else {
      return .uncallable(
        address: UInt(bitPattern: address),
        message: signature.results.count > 1
          ? "\(item) is called, and C functions give one result at most"
          : "\(item.qualifiedName) is called with \(signature.parameters.count) arguments; C "
            + "functions take \(HostSignature.maximumParameterCount) at most")
    }
    return .found(
      HostDefinition(
        name: item.qualifiedName, signature: hostSignature,
        function: unsafeBitCast(address, to: HostDefinition.Function.self)))
  }
}
