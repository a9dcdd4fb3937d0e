import PulleyISA
import PulleyWasm

extension Module {
  /// The module with all its functions compiled, as an ELF file that `init(engine:artifact:)`
  /// takes.
  public func artifact() throws(PulleyError) -> [UInt8] {
    let linked = try code.link(threads: engine.options.compileThreads)
    let bytes = wasm.bytes.withBytes(in: 0..<wasm.bytes.count) { Array($0) }
    let contents: [String: [UInt8]] = [
      ".text": linked.text,
      ArtifactFormat.functions: Self.pairs(
        linked.ranges.map { (UInt32($0.lowerBound), UInt32($0.count)) }),
      ArtifactFormat.calls: Self.pairs(linked.calls.map { ($0.offset, $0.function) }),
      ArtifactFormat.traps: Self.pairs(linked.traps.map { ($0.offset, $0.code) }),
      ArtifactFormat.source: Self.pairs(linked.sources.map { ($0.offset, $0.location) }),
      ArtifactFormat.module: SkeletonModule.make(of: bytes, bodyCount: wasm.bodies.count),
    ]
    var info = ByteWriter(bytes: ArtifactFormat.magic)
    info.write(ArtifactFormat.version)
    info.write(ArtifactFormat.fingerprint)
    let extensions: ArtifactFormat.Extensions = linked.usesOwnInstructions ? .own : []
    info.write(extensions.rawValue)
    info.write(extensions.fingerprint)
    info.write(Self.checksum { contents[$0].map { $0[...] } ?? [] })

    var file = ELFWriter()
    let text = file.addSection(
      ".text", content: linked.text, flags: ELF.flagAllocate | ELF.flagExecute, alignment: 16)
    file.addSection(ArtifactFormat.info, content: info.bytes)
    for name in ArtifactFormat.checkedSections.dropFirst() {
      file.addSection(name, content: contents[name] ?? [], alignment: 4)
    }
    for (function, range) in linked.ranges.enumerated() {
      file.addSymbol(
        code.symbolName(function), section: text, offset: range.lowerBound, size: range.count)
    }
    return file.finish()
  }

  /// Takes an artifact. Damage and artifacts of other versions are found; code that somebody forged
  /// is not, and runs unchecked.
  public convenience init(engine: Engine, artifact bytes: [UInt8]) throws(PulleyError) {
    let file: ELFFile
    var parts: [String: ArraySlice<UInt8>] = [:]
    do {
      file = try ELFFile(bytes)
      for name in ArtifactFormat.checkedSections + [ArtifactFormat.info] {
        parts[name] = try file.content(of: name)
      }
    } catch {
      throw PulleyError(.artifact, "no artifact of this library: \(error)", offset: error.offset)
    }
    try Self.checkInfo(parts)
    let linked = try Self.linkedCode(parts)
    let validated: ValidatedModule
    do {
      validated = try WasmModule.load(ModuleBytes(Array(parts[ArtifactFormat.module] ?? [])))
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

  private static func pairs(_ pairs: [(UInt32, UInt32)]) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(pairs.count * 8)
    for (a, b) in pairs {
      writer.write(a)
      writer.write(b)
    }
    return writer.bytes
  }

  private static func checksum(_ content: (String) -> ArraySlice<UInt8>) -> UInt64 {
    var checksum = Checksum()
    for name in ArtifactFormat.checkedSections {
      let bytes = content(name)
      checksum.add(name.utf8)
      withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { checksum.add($0) }
      checksum.add(bytes)
    }
    return checksum.value
  }

  private static func checkInfo(_ parts: [String: ArraySlice<UInt8>]) throws(PulleyError) {
    let info = parts[ArtifactFormat.info] ?? []
    guard info.starts(with: ArtifactFormat.magic) else {
      throw PulleyError(.artifact, "no artifact of this library: its mark is missing")
    }
    var reader = ByteReader(info.dropFirst(ArtifactFormat.magic.count))
    guard let version = reader.read(UInt32.self), version == ArtifactFormat.version,
      let fingerprint = reader.read(UInt64.self), fingerprint == ArtifactFormat.fingerprint
    else {
      throw PulleyError(
        .artifact, "the artifact was made by another version of the library: compile it again")
    }
    guard let bits = reader.read(UInt32.self), let own = reader.read(UInt64.self) else {
      throw PulleyError(.artifact, "damaged artifact: its description is cut off")
    }
    let extensions = ArtifactFormat.Extensions(rawValue: bits)
    guard ArtifactFormat.Extensions.known.isSuperset(of: extensions),
      own == extensions.fingerprint
    else {
      throw PulleyError(
        .artifact,
        "the artifact needs instructions beyond Pulley's that this version of the library lacks")
    }
    guard let sum = reader.read(UInt64.self), sum == checksum({ parts[$0] ?? [] }) else {
      throw PulleyError(.artifact, "damaged artifact: its checksum does not match")
    }
  }

  private static func linkedCode(
    _ parts: [String: ArraySlice<UInt8>]
  ) throws(PulleyError) -> LinkedCode {
    func pairs(_ name: String) throws(PulleyError) -> [(UInt32, UInt32)] {
      var reader = ByteReader(parts[name] ?? [])
      guard let pairs = reader.readPairs() else {
        throw PulleyError(.artifact, "damaged artifact: \(name) ends in the middle of an entry")
      }
      return pairs
    }
    var code = LinkedCode()
    code.text = Array(parts[".text"] ?? [])
    for (offset, size) in try pairs(ArtifactFormat.functions) {
      guard UInt64(offset) + UInt64(size) <= UInt64(code.text.count) else {
        throw PulleyError(.artifact, "damaged artifact: a function lies outside its code")
      }
      code.ranges.append(Int(offset)..<Int(offset) + Int(size))
    }
    code.calls = try pairs(ArtifactFormat.calls).map { ($0.0, $0.1) }
    guard code.calls.allSatisfy({ Int($0.function) < code.ranges.count }) else {
      throw PulleyError(.artifact, "damaged artifact: a call names no function")
    }
    code.traps = try pairs(ArtifactFormat.traps).map { ($0.0, $0.1) }
    code.sources = try pairs(ArtifactFormat.source).map { ($0.0, $0.1) }
    return code
  }
}
