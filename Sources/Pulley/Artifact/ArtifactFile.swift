import PulleyISA

/// The sections of an artifact. Reading checks them.
struct ArtifactFile {
  /// `ArtifactFormat.module` or `ArtifactFormat.clif`.
  let descriptionSection: String
  private var parts: [String: ByteView] = [:]

  private static let nothing = ByteView([])

  /// The content of a section.
  private func part(_ name: String) -> ByteView { parts[name] ?? Self.nothing }

  var description: ByteView { part(descriptionSection) }

  /// The sections that the checksum covers.
  private var checkedSections: [String] { ArtifactFormat.codeSections + [descriptionSection] }

  // Writing

  init(_ relocated: RelocatedCode, description: [UInt8], in section: String) {
    descriptionSection = section
    parts[section] = ByteView(description)
    parts[".text"] = relocated.text
    parts[ArtifactFormat.functions] = relocated.ranges.table.view
    parts[ArtifactFormat.calls] = relocated.calls.view
    parts[ArtifactFormat.traps] = relocated.traps.view
    parts[ArtifactFormat.source] = relocated.sources.view
    parts[ArtifactFormat.handlers] = relocated.handlers.view
    var info = ByteWriter(bytes: ArtifactFormat.magic)
    info.write(ArtifactFormat.version)
    info.write(ArtifactFormat.fingerprint)
    let extensions: ArtifactFormat.Extensions = relocated.usesOwnInstructions ? .own : []
    info.write(extensions.rawValue)
    info.write(extensions.fingerprint)
    info.write(info.bytes.withUnsafeBytes { checksum(info: $0) })
    parts[ArtifactFormat.info] = ByteView(info.bytes)
  }

  /// The file, with a symbol for each function.
  func write(symbols: [String]) -> [UInt8] {
    var file = ELFWriter()
    let text = file.addSection(
      ".text", content: part(".text").array, flags: ELF.flagAllocate | ELF.flagExecute,
      alignment: 16)
    file.addSection(ArtifactFormat.info, content: part(ArtifactFormat.info).array)
    for name in checkedSections.dropFirst() {
      file.addSection(name, content: part(name).array, alignment: 4)
    }
    for (symbol, entry) in zip(symbols, PairTable(part(ArtifactFormat.functions))) {
      file.addSymbol(symbol, section: text, offset: Int(entry.offset), size: Int(entry.value))
    }
    return file.finish()
  }

  /// - Parameter info: the description up to the checksum.
  private func checksum(info: UnsafeRawBufferPointer) -> UInt64 {
    var checksum = Checksum()
    checksum.add(info)
    for name in checkedSections {
      var name = name
      name.withUTF8 { checksum.add(UnsafeRawBufferPointer($0)) }
      checksum.add(part(name).bytes)
    }
    return checksum.value
  }

  // Reading

  init(_ bytes: StableBytes) throws(PulleyError) {
    do throws(ELFError) {
      // Only people read the symbols.
      let sections = try ELFFile.sections(of: bytes.all)
      var ranges: [String: Range<Int>] = [:]
      for section in sections where ranges[section.name] == nil {
        ranges[section.name] = section.range
      }
      descriptionSection =
        ranges[ArtifactFormat.clif] == nil ? ArtifactFormat.module : ArtifactFormat.clif
      for name in ArtifactFormat.codeSections + [descriptionSection, ArtifactFormat.info] {
        guard let range = ranges[name] else {
          throw ELFError(.missingSection(name), offset: 0)
        }
        parts[name] = ByteView(bytes, range)
      }
    } catch {
      throw PulleyError(
        .artifact, "not an artifact of this library: \(error)", offset: error.offset)
    }
    try checkInfo()
  }

  private func checkInfo() throws(PulleyError) {
    let info = part(ArtifactFormat.info).array
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
    guard let sum = reader.read(UInt64.self), reader.isAtEnd,
      sum == summed.withUnsafeBytes({ checksum(info: $0) })
    else {
      throw PulleyError(.artifact, "damaged artifact: its checksum does not match")
    }
  }

  func relocatedCode() throws(PulleyError) -> RelocatedCode {
    let text = part(".text")
    let ranges = RangeTable(table: try pairs(ArtifactFormat.functions))
    var end = 0
    for range in ranges {
      // Functions do not overlap, so together they have no more code than the file.
      guard range.lowerBound >= end, range.upperBound <= text.count else {
        throw PulleyError(.artifact, "damaged artifact: a function lies outside its code")
      }
      end = range.upperBound
    }
    let calls = try pairs(ArtifactFormat.calls)
    guard calls.allSatisfy({ Int($0.value) < ranges.count }) else {
      throw PulleyError(.artifact, "damaged artifact: a call names no function")
    }
    let traps = try pairs(ArtifactFormat.traps)
    guard traps.allSatisfy({ $0.value <= UInt8.max }) else {
      throw PulleyError(.artifact, "damaged artifact: a trap code is too large")
    }
    let code = RelocatedCode(
      ranges: ranges, text: text, calls: calls, traps: traps,
      sources: try pairs(ArtifactFormat.source), handlers: try pairs(ArtifactFormat.handlers))
    guard code.hasValidHandlers else {
      throw PulleyError(
        .artifact, "damaged artifact: a handler of exceptions is outside its function")
    }
    return code
  }

  /// The entries of a section, which are sorted by their first number.
  private func pairs(_ name: String) throws(PulleyError) -> PairTable {
    let view = part(name)
    guard view.count % 8 == 0 else {
      throw PulleyError(.artifact, "damaged artifact: \(name) ends in the middle of an entry")
    }
    let pairs = PairTable(view)
    guard pairs.isSorted else {
      throw PulleyError(.artifact, "damaged artifact: the entries of \(name) are not in order")
    }
    return pairs
  }
}
