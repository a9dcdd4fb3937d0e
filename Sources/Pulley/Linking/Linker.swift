import PulleyHost
import PulleyText
import PulleyVM
import PulleyWasm

/// The definitions that modules can import, each under a module name and a field name. One thread
/// at a time may use a linker.
public final class Linker: @unchecked Sendable {
  public let engine: Engine
  private var definitions: [Name: Definition] = [:]
  /// The host functions that are described when a module imports them.
  private var promised: [Name: () -> CFunction] = [:]
  /// The functions that are declared in C.
  lazy var declared = DeclaredImports()
  /// By type, the modules that make functions of the host callable.
  var relays: [FunctionType: Module] = [:]
  /// Called with `name` for a `%name` of a module in CLIF that has no definition. Returns the
  /// address of a C function or of data.
  public var resolver: ((String) -> UnsafeMutableRawPointer?)?
  /// Called for each import of a module of WebAssembly that has no definition, on the thread that
  /// makes the instance. The resolver may define it, in this linker and under its names.
  public var importResolver: ImportResolver?

  /// Stops instantiations by this linker.
  private let interruption: Interruption
  /// How many instantiations are running. There may be several, because a start function may call
  /// the host, which makes another instance.
  private var depth = 0

  private struct Name: Hashable {
    let module: ExactName
    let field: ExactName

    init(_ module: String, _ field: String) {
      self.module = ExactName(module)
      self.field = ExactName(field)
    }
  }

  package enum Definition {
    case host(HostDefinition)
    case values(ValuesDefinition)
    case function(Callable)
    case memory(Memory)
    case table(Table)
    case global(Global)
    case tag(Tag)

    var kindName: String {
      switch self {
      case .host, .values: "host function"
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

  /// Ends the running instantiation, or the next one, with the trap `interrupted`: while segments
  /// are copied and tables filled, and in the start function wherever `Instance.interrupt` would
  /// end a call. Any thread and any signal handler may call this.
  public func interrupt() { interruption.request() }

  /// Withdraws an interruption that has not ended an instantiation yet.
  public func clearInterruption() { interruption.withdraw() }

  /// Each of these methods replaces a definition under the same names; existing instances keep
  /// theirs. Objects of another engine are an error.
  public func define(module: String, name: String, host: HostDefinition) {
    definitions[Name(module, name)] = .host(host)
  }

  /// A C function and its signature in the notation of `HostSignature`.
  public struct CFunction {
    public var signature: String
    public var function: UnsafeMutableRawPointer
    public var userData: UnsafeMutableRawPointer?
    public var finalizer: HostStack.Callback?

    public init(
      signature: String, function: UnsafeMutableRawPointer,
      userData: UnsafeMutableRawPointer? = nil, finalizer: HostStack.Callback? = nil
    ) {
      self.signature = signature
      self.function = function
      self.userData = userData
      self.finalizer = finalizer
    }
  }

  /// Defines a C function that `make` describes when a module imports it, with a valid signature.
  /// Describing all functions of a library would take longer than most programs need to start.
  public func define(module: String, name: String, whenImported make: @escaping () -> CFunction) {
    definitions[Name(module, name)] = nil
    promised[Name(module, name)] = make
  }

  /// Defines a host function that takes and gives values. Its type has abstract references only.
  public func define(module: String, name: String, values: ValuesDefinition) {
    definitions[Name(module, name)] = .values(values)
  }

  /// Defines a C function by its signature in the notation of `HostSignature`.
  public func define(
    module: String, name: String, signature: String, function: UnsafeMutableRawPointer,
    userData: UnsafeMutableRawPointer? = nil, finalizer: HostDefinition.Finalizer? = nil
  ) throws(PulleyError) {
    let parsed: HostSignature
    do {
      parsed = try HostSignature(signature)
    } catch {
      throw PulleyError(
        .signature,
        "the signature of \(VisibleText.qualifiedName(module, name)), \(VisibleText.quoted(signature)): "
          + error.message, offset: error.offset)
    }
    define(
      module: module, name: name,
      host: HostDefinition(
        name: "\(module).\(name)", signature: parsed,
        function: unsafeBitCast(function, to: HostDefinition.Function.self), userData: userData,
        finalizer: finalizer))
  }

  public func define(
    module: String, name: String, _ function: Callable
  ) throws(PulleyError) {
    try refuse("function", of: function.engine)
    guard function.wasm != nil else {
      throw PulleyError(.argument, "the function is one in CLIF, which modules cannot import yet")
    }
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

  public func define(module: String, name: String, _ tag: Tag) throws(PulleyError) {
    try refuse("tag", of: tag.engine)
    definitions[Name(module, name)] = .tag(tag)
  }

  func refuse(_ kind: StaticString, of other: Engine) throws(PulleyError) {
    guard other === engine else {
      throw PulleyError(.argument, "the \(kind) and the linker belong to different engines")
    }
  }

  /// Defines every export of the instance under its own name.
  public func define(module: String, exportsOf instance: Instance) throws(PulleyError) {
    try refuse("instance", of: instance.module.engine)
    for (index, export) in instance.module.exports.enumerated() {
      let name = export.name
      switch instance.state.object(ofExport: index) {
      case .function(let function)?: try define(module: module, name: name, function)
      case .memory(let memory)?: try define(module: module, name: name, memory)
      case .table(let table)?: try define(module: module, name: name, table)
      case .global(let global)?: try define(module: module, name: name, global)
      case .tag(let tag)?: try define(module: module, name: name, tag)
      case nil: break
      }
    }
  }

  /// Makes an instance. Of WebAssembly: connects the imports, makes memories, tables and globals, copies
  /// the active segments and calls the start function. Of CLIF: connects the imports with host functions,
  /// or with what the resolver finds.
  public func instantiate(_ module: Module) throws(PulleyError) -> Instance {
    try instantiate(module, given: nil)
  }

  /// - Parameter given: the imports by position; nil means this linker's definitions.
  func instantiate(
    _ module: Module, given: [Definition]?
  ) throws(PulleyError) -> Instance {
    guard module.engine === engine else {
      throw PulleyError(.argument, "the module was made by another engine")
    }
    switch module.content {
    case .wasm(let frontEnd, let image):
      return try limiting { () throws(PulleyError) in
        try WasmInstantiation(
          module: module, wasm: frontEnd, image: image, linker: self, given: given,
          interruption: interruption
        ).make()
      }
    case .clif(let frontEnd):
      return try ClifInstantiation(module: module, frontEnd: frontEnd, linker: self).make()
    }
  }

  /// Runs `body` so that it can be interrupted, and within the time limit.
  private func limiting(
    _ body: () throws(PulleyError) -> Instance
  ) throws(PulleyError) -> Instance {
    depth += 1
    defer { depth -= 1 }
    return try interruption.limiting { () throws(PulleyError) -> Instance in
      do throws(PulleyError) {
        return try body()
      } catch {
        // Start functions that led here must end as well.
        if error.trap == .interrupted, depth == 1 { interruption.withdraw() }
        throw interruption.explain(error)
      }
    }
  }

  func definition(of item: ImportDescription) -> Definition? {
    definition(Name(item.module, item.name))
  }

  private func definition(_ name: Name) -> Definition? {
    if let known = definitions[name] { return known }
    guard let promised = promised[name]?(), let signature = try? HostSignature(promised.signature)
    else { return nil }
    let host = HostDefinition(
      name: "\(name.module.string).\(name.field.string)", signature: signature,
      function: unsafeBitCast(promised.function, to: HostDefinition.Function.self),
      userData: promised.userData, finalizer: promised.finalizer)
    definitions[name] = .host(host)
    return .host(host)
  }

  /// The host function that is defined under the names.
  func hostDefinition(module: String, name: String) -> HostDefinition? {
    guard case .host(let definition)? = definition(Name(module, name)) else { return nil }
    return definition
  }

  private var knownNames: KnownNames {
    KnownNames(
      Set(definitions.keys).union(promised.keys).map { ($0.module.string, $0.field.string) })
  }

  /// Looks up all imports of a module.
  ///
  /// - Parameter find: nil where there is no definition; all such imports are in the error.
  func resolve<Found>(
    _ imports: [ImportDescription],
    _ find: (Int, ImportDescription) throws(PulleyError) -> Found?
  ) throws(PulleyError) -> [Found] {
    var found: [Found] = []
    var errors: [PulleyError] = []
    var reported: Set<Name> = []
    var known: KnownNames?
    for (index, item) in imports.enumerated() {
      let name = Name(item.module, item.name)
      do throws(PulleyError) {
        if let definition = try find(index, item) {
          found.append(definition)
          continue
        }
        var names = known ?? knownNames
        defer { known = names }
        throw names.missing(item)
      } catch {
        // A name may be imported several times, with different types.
        guard reported.insert(name).inserted else { continue }
        errors.append(error)
        if errors.count == PulleyError.mostListed { break }
      }
    }
    if let error = PulleyError(all: errors) { throw error }
    return found
  }
}
