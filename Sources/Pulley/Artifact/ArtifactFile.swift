import PulleyISA

/// The sections of an artifact. Reading checks them.
struct ArtifactFile {
  /// `ArtifactFormat.module` or `ArtifactFormat.clif`.
  let descriptionSection: String
  private var parts: [String: ArraySlice<UInt8>] = [:]

  var description: ArraySlice<UInt8> { parts[descriptionSection] ?? [] }

  /// The sections that the checksum covers.
  private var checkedSections: [String] { ArtifactFormat.codeSections + [descriptionSection] }

  // Writing

  init(_ relocated: RelocatedCode, description: [UInt8], in section: String) {
    descriptionSection = section
    parts[section] = description[...]
    parts[".text"] = relocated.text[...]
    parts[ArtifactFormat.functions] = Self.pairs(
      relocated.ranges.map { (UInt32($0.lowerBound), UInt32($0.count)) })
    parts[ArtifactFormat.calls] = Self.pairs(relocated.calls.map { ($0.offset, $0.function) })
    parts[ArtifactFormat.traps] = Self.pairs(relocated.traps.map { ($0.offset, $0.code) })
    parts[ArtifactFormat.source] = Self.pairs(relocated.sources.map { ($0.offset, $0.location) })
    var info = ByteWriter(bytes: ArtifactFormat.magic)
    info.write(ArtifactFormat.version)
    info.write(ArtifactFormat.fingerprint)
    let extensions: ArtifactFormat.Extensions = relocated.usesOwnInstructions ? .own : []
    info.write(extensions.rawValue)
    info.write(extensions.fingerprint)
    info.write(checksum(info: info.bytes))
    parts[ArtifactFormat.info] = info.bytes[...]
  }

  /// The file, with a symbol for each function.
  func write(symbols: [String]) -> [UInt8] {
    var file = ELFWriter()
    let text = file.addSection(
      ".text", content: Array(parts[".text"] ?? []), flags: ELF.flagAllocate | ELF.flagExecute,
      alignment: 16)
    file.addSection(ArtifactFormat.info, content: Array(parts[ArtifactFormat.info] ?? []))
    for name in checkedSections.dropFirst() {
      file.addSection(name, content: Array(parts[name] ?? []), alignment: 4)
    }
    var reader = ByteReader(parts[ArtifactFormat.functions] ?? [])
    for (symbol, range) in zip(symbols, reader.readPairs() ?? []) {
      file.addSymbol(symbol, section: text, offset: Int(range.0), size: Int(range.1))
    }
    return file.finish()
  }

  private static func pairs(_ pairs: [(UInt32, UInt32)]) -> ArraySlice<UInt8> {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(pairs.count * 8)
    for (a, b) in pairs {
      writer.write(a)
      writer.write(b)
    }
    return writer.bytes[...]
  }

  /// - Parameter info: the description up to the checksum.
  private func checksum(info: some Sequence<UInt8>) -> UInt64 {
    var checksum = Checksum()
    checksum.add(info)
    for name in checkedSections {
      let bytes = parts[name] ?? []
      checksum.add(name.utf8)
      withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { checksum.add($0) }
      checksum.add(bytes)
    }
    return checksum.value
  }

  // Reading

  init(_ bytes: [UInt8]) throws(PulleyError) {
    do {
      // Only people read the symbols.
      let file = try ELFFile(bytes, readsSymbols: false)
      descriptionSection =
        (try? file.content(of: ArtifactFormat.clif)) == nil
        ? ArtifactFormat.module : ArtifactFormat.clif
      for name in ArtifactFormat.codeSections + [descriptionSection, ArtifactFormat.info] {
        parts[name] = try file.content(of: name)
      }
    } catch {
      throw PulleyError(
        .artifact, "not an artifact of this library: \(error)", offset: error.offset)
    }
    try checkInfo()
  }

  private func checkInfo() throws(PulleyError) {
    let info = parts[ArtifactFormat.info] ?? []
    guard info.starts(with: ArtifactFormat.magic) else {
      throw PulleyError(.artifact, "not an artifact of this library: the magic text is missing")
    }
    var reader = ByteReader(info.dropFirst(ArtifactFormat.magic.count))
    guard let version = reader.read(UInt32.self), version == ArtifactFormat.version,
      let fingerprint = reader.read(UInt64.self), fingerprint == ArtifactFormat.fingerprint
    else {
      throw PulleyError(
        .artifact, "the artifact was made by another version of the library: compile it again")
    }
    guard let bits = reader.read(UInt32.self), let own = reader.read(UInt64.self) else {
      throw PulleyError(.artifact, "damaged artifact: its header is cut off")
    }
    let extensions = ArtifactFormat.Extensions(rawValue: bits)
    guard ArtifactFormat.Extensions.known.isSuperset(of: extensions),
      own == extensions.fingerprint
    else {
      throw PulleyError(
        .artifact,
        "the artifact needs instructions beyond Pulley's that this version of the library lacks")
    }
    let summed = info.prefix(info.count - MemoryLayout<UInt64>.size)
    guard let sum = reader.read(UInt64.self), reader.isAtEnd, sum == checksum(info: summed) else {
      throw PulleyError(.artifact, "damaged artifact: its checksum does not match")
    }
  }

  func relocatedCode() throws(PulleyError) -> RelocatedCode {
    var code = RelocatedCode()
    code.text = Array(parts[".text"] ?? [])
    for (offset, size) in try pairs(ArtifactFormat.functions) {
      let end = UInt64(offset) + UInt64(size)
      // Functions do not overlap, so together they have no more code than the file.
      guard offset >= code.ranges.last?.upperBound ?? 0, end <= UInt64(code.text.count) else {
        throw PulleyError(.artifact, "damaged artifact: a function lies outside its code")
      }
      code.ranges.append(Int(offset)..<Int(end))
    }
    code.calls = try pairs(ArtifactFormat.calls).map { ($0.0, $0.1) }
    guard code.calls.allSatisfy({ Int($0.function) < code.ranges.count }) else {
      throw PulleyError(.artifact, "damaged artifact: a call names no function")
    }
    code.traps = try pairs(ArtifactFormat.traps).map { ($0.0, $0.1) }
    guard code.traps.allSatisfy({ $0.code <= UInt8.max }) else {
      throw PulleyError(.artifact, "damaged artifact: a trap code is too large")
    }
    code.sources = try pairs(ArtifactFormat.source).map { ($0.0, $0.1) }
    return code
  }

  /// The entries of a section, which are sorted by their first number.
  private func pairs(_ name: String) throws(PulleyError) -> [(UInt32, UInt32)] {
    var reader = ByteReader(parts[name] ?? [])
    guard let pairs = reader.readPairs() else {
      throw PulleyError(.artifact, "damaged artifact: \(name) ends in the middle of an entry")
    }
    guard zip(pairs, pairs.dropFirst()).allSatisfy({ $0.0 <= $1.0 }) else {
      throw PulleyError(.artifact, "damaged artifact: the entries of \(name) are not in order")
    }
    return pairs
  }
}
