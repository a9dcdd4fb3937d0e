import PulleyCodegen
import PulleyISA
import PulleyWasm

extension Module {
  /// The module with all its functions compiled, as an ELF file that `init(engine:artifact:)`
  /// takes.
  public func artifact() throws(PulleyError) -> [UInt8] {
    let relocated = try code.relocate()
    let source: Int
    switch content {
    case .wasm(let frontEnd, _): source = frontEnd.module.bytes.count
    case .clif: source = relocated.byteCount
    }
    let work = MemoryBounds.saving(
      codeSize: relocated.text.count, functions: relocated.ranges.count, described: source)
    try HostMemory.announce(work, for: "saving the module")
    defer { HostMemory.withdraw(work) }
    let (section, description) = try code.frontEnd.artifactDescription(code)
    let file = ArtifactFile(relocated, description: description, in: section)
    return file.write(symbols: relocated.ranges.indices.map(code.frontEnd.symbolName(ofFunction:)))
  }

  /// Loads an artifact. A damaged artifact and one of another version are errors. Forged code is
  /// not recognised and runs unchecked.
  public convenience init(engine: Engine, artifact bytes: [UInt8]) throws(PulleyError) {
    try self.init(engine: engine, artifact: StableBytes(bytes))
  }

  /// The same without copying the bytes, which the module keeps.
  public convenience init(engine: Engine, artifact bytes: StableBytes) throws(PulleyError) {
    let budget = try engine.makeCodeBudget()
    let work = MemoryBounds.loadingArtifact(bytes.count)
    try budget.begin(work, for: "loading the artifact")
    defer { budget.end(work) }
    let file = try ArtifactFile(bytes)
    if file.descriptionSection == ArtifactFormat.clif {
      try ClifFrontEnd.checkAccepted(by: engine)
      let artifact = try ClifArtifact(file)
      try budget.keep(
        artifact.functions.reduce(bytes.count) { $0 + $1.byteCount }, for: "the artifact's code")
      let frontEnd = ClifFrontEnd(artifact)
      self.init(
        engine, .artifact, frontEnd,
        ModuleCode(frontEnd, .functions(artifact.functions), engine, budget))
    } else {
      let relocated = try file.relocatedCode()
      let validated = try Self.describedModule(file, relocated, budget)
      try budget.keep(relocated.byteCount, for: "the artifact's code")
      try budget.keep(MemoryBounds.module(validated.module), for: "the module")
      let frontEnd = try WasmFrontEnd(validated, engine)
      self.init(
        engine, .artifact, frontEnd,
        ModuleCode(frontEnd, .relocated(relocated), engine, budget))
    }
  }

  /// The module of WebAssembly that an artifact describes, without its code.
  private static func describedModule(
    _ file: ArtifactFile, _ code: RelocatedCode, _ budget: CodeBudget
  ) throws(PulleyError) -> ValidatedModule {
    let description = file.description
    let work = MemoryBounds.loading(description.bytes)
    try budget.begin(work, for: "loading the artifact's module")
    defer { budget.end(work) }
    let validated: ValidatedModule
    do {
      // Nothing reads the bodies, which are only place holders.
      validated = try WasmModule.load(
        ModuleBytes(description.bytes, of: description.owner), isKnownValid: true)
    } catch {
      throw PulleyError(.artifact, "damaged artifact: its module is not valid: \(error)")
    }
    guard code.ranges.count == validated.module.bodies.count + validated.module.types.count else {
      throw PulleyError(
        .artifact, "damaged artifact: the numbers of functions in the code and in the module differ"
      )
    }
    return validated
  }

  /// Loads an artifact, or makes a module from any other format.
  public convenience init(
    engine: Engine, moduleOrArtifact bytes: [UInt8], format: ModuleFormat? = nil
  ) throws(PulleyError) {
    if (format ?? ModuleFormat(of: bytes)) == .artifact {
      try self.init(engine: engine, artifact: bytes)
    } else {
      try self.init(engine: engine, bytes: bytes, format: format)
    }
  }
}
