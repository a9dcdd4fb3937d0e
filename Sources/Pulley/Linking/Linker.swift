import PulleyHost
import PulleyText
import PulleyVM
import PulleyWasm

/// What modules may import: definitions under a module name and a field name. Used by one thread at
/// a time.
public final class Linker: @unchecked Sendable {
  public let engine: Engine
  private var definitions: [Name: Definition] = [:]
  /// Asked for the address of a C function, or of data, that a CLIF module names and nobody has
  /// defined, by the name of `%name`.
  public var resolver: ((String) -> UnsafeMutableRawPointer?)?

  /// Stops what this linker makes instances of.
  private let interruption: Interruption
  /// How many instances are being made: a start function may have called the host, which makes another.
  private var depth = 0

  struct Name: Hashable, CustomStringConvertible {
    let module: ExactName
    let field: ExactName

    /// For messages.
    var description: String {
      "\(VisibleText.name(module.string)).\(VisibleText.name(field.string))"
    }

    init(_ module: String, _ field: String) {
      self.module = ExactName(module)
      self.field = ExactName(field)
    }
  }

  enum Definition {
    case host(HostDefinition)
    case function(Function)
    case memory(Memory)
    case table(Table)
    case global(Global)
    case tag(Tag)

    var kindName: String {
      switch self {
      case .host: "host function"
      case .function: "function"
      case .memory: "memory"
      case .table: "table"
      case .global: "global"
      case .tag: "tag"
      }
    }
  }

  public init(engine: Engine) {
    self.engine = engine
    interruption = engine.options.makeInterruption(isShared: true)
  }

  /// Ends the instantiation that is under way, or comes next, with the trap `interrupted`: while segments
  /// are copied and tables filled, and in the start function wherever `Instance.interrupt` would. For any
  /// thread, and for signal handlers.
  public func interrupt() { interruption.request() }

  /// Forgets an interruption that has ended nothing yet.
  public func clearInterruption() { interruption.withdraw() }

  /// Each of these replaces what was defined under the same names; instances keep what they have. Objects
  /// of another engine are refused.
  public func define(module: String, name: String, host: HostDefinition) {
    definitions[Name(module, name)] = .host(host)
  }

  /// Defines a C function by its signature in C's words; see `HostSignature`.
  public func define(
    module: String, name: String, signature: String, function: UnsafeMutableRawPointer,
    userData: UnsafeMutableRawPointer? = nil, finalizer: HostDefinition.Finalizer? = nil
  ) throws(PulleyError) {
    let parsed: HostSignature
    do {
      parsed = try HostSignature(signature)
    } catch {
      throw PulleyError(
        .signature, "\(Name(module, name)): \(error.message) in \(VisibleText.quoted(signature))",
        offset: error.offset)
    }
    define(
      module: module, name: name,
      host: HostDefinition(
        name: "\(module).\(name)", signature: parsed,
        function: unsafeBitCast(function, to: HostDefinition.Function.self), userData: userData,
        finalizer: finalizer))
  }

  public func define(
    module: String, name: String, _ function: Function
  ) throws(PulleyError) {
    try refuse("function", of: function.engine)
    definitions[Name(module, name)] = .function(function)
  }

  public func define(
    module: String, name: String, _ memory: Memory
  ) throws(PulleyError) {
    try refuse("memory", of: memory.engine)
    definitions[Name(module, name)] = .memory(memory)
  }

  public func define(
    module: String, name: String, _ table: Table
  ) throws(PulleyError) {
    try refuse("table", of: table.engine)
    definitions[Name(module, name)] = .table(table)
  }

  public func define(
    module: String, name: String, _ global: Global
  ) throws(PulleyError) {
    try refuse("global", of: global.engine)
    definitions[Name(module, name)] = .global(global)
  }

  public func define(module: String, name: String, _ tag: Tag) {
    definitions[Name(module, name)] = .tag(tag)
  }

  private func refuse(_ kind: StaticString, of other: Engine) throws(PulleyError) {
    guard other === engine else {
      throw PulleyError(.argument, "the \(kind) is of another engine than the linker")
    }
  }

  /// Defines every export of the instance under its own name.
  public func define(module: String, exportsOf instance: Instance) throws(PulleyError) {
    try refuse("instance", of: instance.module.engine)
    for export in instance.module.exports {
      let name = export.name
      switch export.type {
      case .function: try define(module: module, name: name, instance.function(named: name))
      case .memory: try define(module: module, name: name, instance.memory(named: name))
      case .table: try define(module: module, name: name, instance.table(named: name))
      case .global: try define(module: module, name: name, instance.global(named: name))
      case .tag: define(module: module, name: name, try instance.tag(named: name))
      }
    }
  }

  /// Makes an instance of functions in CLIF: connects what they name with host functions.
  public func instantiate(_ module: ClifModule) throws(PulleyError) -> ClifInstance {
    guard module.engine === engine else {
      throw PulleyError(.argument, "the module was made by another engine")
    }
    let count = module.imports.count
    let addresses = UnsafeMutablePointer<UInt>.allocate(capacity: max(1, count))
    addresses.initialize(repeating: 0, count: max(1, count))
    defer { addresses.deallocate() }
    if let resolver {
      try HostStack.make { () throws(PulleyError) in
        for index in 0..<count where isLeftToResolver(module.imports[index]) {
          addresses[index] = 1
        }
      }
      // The resolver is the embedder's, so it is called by this thread.
      for index in 0..<count where addresses[index] == 1 {
        addresses[index] = UInt(bitPattern: resolver(module.imports[index].name.field))
      }
    }
    return try HostStack.make { () throws(PulleyError) in
      try ClifInstance(module, try definitions(for: module, found: addresses))
    }
  }

  private func isLeftToResolver(_ item: ClifModule.Import) -> Bool {
    item.name.module == "env" && definitions[Name(item.name.module, item.name.field)] == nil
  }

  /// `found` has what the resolver gave for each import; 0 is nothing.
  private func definitions(
    for module: ClifModule, found: UnsafeMutablePointer<UInt>
  ) throws(PulleyError) -> [ClifDefinition] {
    var errors: [PulleyError] = []
    var imports: [ClifDefinition] = []
    var missing: Set<ClifName> = []
    for (index, item) in module.imports.enumerated() {
      do throws(PulleyError) {
        imports.append(
          try definition(of: item, at: UnsafeMutableRawPointer(bitPattern: found[index])))
      } catch {
        // Functions may declare a name in several ways, none of which is there.
        if missing.insert(item.name).inserted { errors.append(error) }
      }
    }
    if let error = PulleyError(all: errors) { throw error }
    return imports
  }

  private func definition(
    of item: ClifModule.Import, at address: UnsafeMutableRawPointer?
  ) throws(PulleyError) -> ClifDefinition {
    switch definitions[Name(item.name.module, item.name.field)] {
    case .host(let definition): return .registered(definition)
    case let other?:
      throw PulleyError(
        .link, "\(item.name) is a \(other.kindName); CLIF can import host functions only")
    case nil: break
    }
    switch (item.kind, address) {
    case (.function(let signature), let address?):
      guard let hostSignature = HostSignature(signature) else {
        return .uncallable(
          address: UInt(bitPattern: address),
          message: signature.results.count > 1
            ? "\(item.name) \(signature) is called, and C functions give one result at most"
            : "\(item.name) is called with \(signature.parameters.count) arguments; C functions take "
              + "\(HostSignature.maximumParameterCount) at most")
      }
      return .found(
        HostDefinition(
          name: item.name.description, signature: hostSignature,
          function: unsafeBitCast(address, to: HostDefinition.Function.self)))
    case (.address, let address?): return .address(UInt(bitPattern: address))
    case (.function(let signature), nil):
      throw PulleyError(.link, "unknown import: \(item.name) \(signature) is not defined")
    case (.address, nil):
      throw PulleyError(.link, "unknown import: \(item.name) is not defined")
    }
  }

  /// Makes an instance: connects the imports, makes memories, tables and globals, copies the active
  /// segments and calls the start function.
  public func instantiate(_ module: Module) throws(PulleyError) -> Instance {
    guard module.engine === engine else {
      throw PulleyError(.argument, "the module was made by another engine")
    }
    depth += 1
    defer { depth -= 1 }
    return try interruption.limiting { () throws(PulleyError) -> Instance in
      do throws(PulleyError) {
        return try makeInstance(module)
      } catch {
        // Start functions that led here have to end as well.
        if error.trap == .interrupted, depth == 1 { interruption.withdraw() }
        throw interruption.explain(error)
      }
    }
  }

  private func makeInstance(_ module: Module) throws(PulleyError) -> Instance {
    let instance = try HostStack.make { () throws(PulleyError) in
      try Instantiation(
        module: module, imports: try definitions(for: module), interruption: interruption
      ).make()
    }
    try start(instance)
    instance.state.becomeInterruptible()
    return instance
  }

  private func start(_ instance: Instance) throws(PulleyError) {
    guard let start = instance.module.wasm.start else { return }
    let function = try HostStack.make { () throws(PulleyError) in
      Function(instance.state, index: Int(start.functionIndex))
    }
    if let failure = function.run() { throw failure.error }
  }

  private func definitions(for module: Module) throws(PulleyError) -> [Definition] {
    var imports: [Definition] = []
    for item in module.imports {
      let name = Name(item.module, item.name)
      guard let definition = definitions[name] else {
        throw PulleyError(
          .link, "unknown import: \(name) \(item.type) is not defined")
      }
      imports.append(definition)
    }
    return imports
  }
}
