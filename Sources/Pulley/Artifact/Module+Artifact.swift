import PulleyWasm

extension Module {
  /// The module with all its functions compiled, as an ELF file that `init(engine:artifact:)`
  /// takes.
  public func artifact() throws(PulleyError) -> [UInt8] {
    let linked = try code.link(engine.options)
    let work = MemoryBounds.saving(
      codeSize: linked.text.count, functions: linked.ranges.count, described: wasm.bytes.count)
    try HostMemory.announce(work, for: "saving the module")
    defer { HostMemory.withdraw(work) }
    let bytes = wasm.bytes.withBytes(in: 0..<wasm.bytes.count) { Array($0) }
    let file = ArtifactFile(
      linked, description: SkeletonModule.make(of: bytes, bodyCount: wasm.bodies.count),
      in: ArtifactFormat.module)
    return file.write(symbols: linked.ranges.indices.map(code.symbolName))
  }

  /// Takes an artifact. Damage and artifacts of other versions are found; code that somebody forged
  /// is not, and runs unchecked.
  public convenience init(engine: Engine, artifact bytes: [UInt8]) throws(PulleyError) {
    let budget = try CodeBudget(engine)
    let work = MemoryBounds.loadingArtifact(bytes.count)
    try budget.begin(work, for: "loading the artifact")
    defer { budget.end(work) }
    let file = try ArtifactFile(bytes)
    guard file.descriptionSection == ArtifactFormat.module else {
      throw PulleyError(.artifact, "the artifact is one of CLIF, not of WebAssembly")
    }
    let linked = try file.linkedCode()
    let description = Array(file.description)
    let descriptionWork = MemoryBounds.loading(description)
    try budget.begin(descriptionWork, for: "loading the artifact's module")
    defer { budget.end(descriptionWork) }
    let validated: ValidatedModule
    do {
      validated = try WasmModule.load(ModuleBytes(description))
    } catch {
      throw PulleyError(.artifact, "damaged artifact: its module is not valid: \(error)")
    }
    guard linked.ranges.count == validated.module.bodies.count + validated.module.types.count else {
      throw PulleyError(.artifact, "damaged artifact: it has not as many functions as its module")
    }
    try budget.keep(linked.byteCount, for: "the artifact's code")
    try self.init(engine: engine, validated, linked: linked, budget)
  }

  /// Takes either: an artifact is an ELF file, and nothing else is.
  public convenience init(engine: Engine, moduleOrArtifact bytes: [UInt8]) throws(PulleyError) {
    if bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
      try self.init(engine: engine, artifact: bytes)
    } else {
      try self.init(engine: engine, bytes: bytes)
    }
  }
}
