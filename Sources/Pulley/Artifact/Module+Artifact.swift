import PulleyWasm

extension Module {
  /// The module with all its functions compiled, as an ELF file that `init(engine:artifact:)`
  /// takes.
  public func artifact() throws(PulleyError) -> [UInt8] {
    let linked = try code.link(engine.options)
    let bytes = wasm.bytes.withBytes(in: 0..<wasm.bytes.count) { Array($0) }
    let file = ArtifactFile(
      linked, description: SkeletonModule.make(of: bytes, bodyCount: wasm.bodies.count),
      in: ArtifactFormat.module)
    return file.write(symbols: linked.ranges.indices.map(code.symbolName))
  }

  /// Takes an artifact. Damage and artifacts of other versions are found; code that somebody forged
  /// is not, and runs unchecked.
  public convenience init(engine: Engine, artifact bytes: [UInt8]) throws(PulleyError) {
    let file = try ArtifactFile(bytes)
    guard file.descriptionSection == ArtifactFormat.module else {
      throw PulleyError(.artifact, "the artifact is one of CLIF, not of WebAssembly")
    }
    let linked = try file.linkedCode()
    let validated: ValidatedModule
    do {
      validated = try WasmModule.load(ModuleBytes(Array(file.description)))
    } catch {
      throw PulleyError(.artifact, "damaged artifact: its module is not valid: \(error)")
    }
    guard linked.ranges.count == validated.module.bodies.count + validated.module.types.count else {
      throw PulleyError(.artifact, "damaged artifact: it has not as many functions as its module")
    }
    self.init(engine: engine, validated, linked: linked)
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
