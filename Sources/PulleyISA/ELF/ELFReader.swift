/// Reads the tables of an ELF file, checking every offset.
struct ELFReader {
  let bytes: UnsafeRawBufferPointer
  /// How many more bytes of names may be read. Names may share bytes; the limit keeps a small file from
  /// exhausting memory with them.
  private var nameBudget: Int

  init(bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    nameBudget = 4 * bytes.count
  }

  func header() throws(ELFError) -> ELFHeader {
    guard bytes.starts(with: ELF.magic) else { throw ELFError(.notELF, offset: 0) }
    guard bytes.count >= ELF.headerSize else {
      throw ELFError(.outOfBounds("the file header"), offset: 0)
    }
    // Class, byte order, version.
    guard bytes[4] == 2, bytes[5] == 1, bytes[6] == 1 else {
      throw ELFError(.unsupportedClass, offset: 4)
    }
    return ELFHeader(
      type: word16(16), machine: word16(18), flags: word32(48), osABI: bytes[7],
      abiVersion: bytes[8])
  }

  mutating func sections() throws(ELFError) -> [ELFSection] {
    let tableOffset = word64(40)
    if tableOffset == 0 { return [] }
    guard word16(58) == ELF.sectionHeaderSize else {
      throw ELFError(.invalid("size of a section header"), offset: 58)
    }
    let table = try range(
      offset: tableOffset, size: UInt64(ELF.sectionHeaderSize), "the section table", at: 40)
    // Section 0 has the numbers that do not fit into the file header.
    var count = UInt64(word16(60))
    if count == 0 { count = word64(table.lowerBound + 32) }
    var namesIndex = Int(word16(62))
    if namesIndex == 0xFFFF { namesIndex = Int(word32(table.lowerBound + 40)) }
    guard count <= UInt64((bytes.count - table.lowerBound) / ELF.sectionHeaderSize) else {
      throw ELFError(.outOfBounds("the section table"), offset: table.lowerBound)
    }
    let starts = (0..<Int(count)).map { table.lowerBound + $0 * ELF.sectionHeaderSize }
    guard namesIndex < starts.count else {
      throw ELFError(.invalid("number of the section that holds the names"), offset: 62)
    }
    let names = try contentRange(ofHeaderAt: starts[namesIndex])
    var sections: [ELFSection] = []
    sections.reserveCapacity(starts.count)
    for start in starts {
      sections.append(try section(at: start, names: names))
    }
    return sections
  }

  mutating func symbols(_ sections: [ELFSection]) throws(ELFError) -> [ELFSymbol] {
    var symbols: [ELFSymbol] = []
    for table in sections where table.type == ELF.sectionSymbolTable {
      guard table.entrySize == ELF.symbolSize, table.range.count % ELF.symbolSize == 0 else {
        throw ELFError(.invalid("size of a symbol"), offset: table.range.lowerBound)
      }
      guard table.link < sections.count else {
        throw ELFError(.invalid("string table of the symbols"), offset: table.range.lowerBound)
      }
      let names = sections[Int(table.link)].range
      symbols.reserveCapacity(symbols.count + table.range.count / ELF.symbolSize)
      for start in stride(
        from: table.range.lowerBound, to: table.range.upperBound, by: ELF.symbolSize
      ).dropFirst() {
        let info = bytes[start + 4]
        symbols.append(
          ELFSymbol(
            name: try name(word32(start), in: names, at: start), section: word16(start + 6),
            value: word64(start + 8), size: word64(start + 16), type: info & 15,
            binding: info >> 4))
      }
    }
    return symbols
  }

  private mutating func section(at start: Int, names: Range<Int>) throws(ELFError) -> ELFSection {
    ELFSection(
      name: try name(word32(start), in: names, at: start), type: word32(start + 4),
      flags: word64(start + 8), address: word64(start + 16), alignment: word64(start + 48),
      link: word32(start + 40), info: word32(start + 44), entrySize: word64(start + 56),
      range: try contentRange(ofHeaderAt: start))
  }

  private func contentRange(ofHeaderAt start: Int) throws(ELFError) -> Range<Int> {
    // Sections of type null and "no bits" have no content; their sizes in the header do not count.
    let type = word32(start + 4)
    if type == 0 || type == ELF.sectionNoBits { return 0..<0 }
    return try range(
      offset: word64(start + 24), size: word64(start + 32), "a section", at: start)
  }

  private func range(
    offset: UInt64, size: UInt64, _ what: String, at place: Int
  ) throws(ELFError) -> Range<Int> {
    let end = offset.addingReportingOverflow(size)
    guard !end.overflow, end.partialValue <= UInt64(bytes.count) else {
      throw ELFError(.outOfBounds(what), offset: place)
    }
    return Int(offset)..<Int(end.partialValue)
  }

  /// The text from `offset` of the string table to the next zero byte.
  private mutating func name(
    _ offset: UInt32, in table: Range<Int>, at place: Int
  ) throws(ELFError) -> String {
    if offset == 0 { return "" }
    guard Int(offset) < table.count else { throw ELFError(.invalid("name"), offset: place) }
    let start = table.lowerBound + Int(offset)
    let tail = bytes[start..<min(table.upperBound, start + ELFFile.longestName)]
    let name = tail.prefix { $0 != 0 }
    nameBudget -= name.count
    guard nameBudget >= 0 else { throw ELFError(.invalid("length of all names"), offset: place) }
    return String(decoding: name, as: UTF8.self)
  }

  // The callers have checked that the bytes are there.
  private func word16(_ offset: Int) -> UInt16 {
    UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }

  private func word32(_ offset: Int) -> UInt32 {
    UInt32(word16(offset)) | UInt32(word16(offset + 2)) << 16
  }

  private func word64(_ offset: Int) -> UInt64 {
    UInt64(word32(offset)) | UInt64(word32(offset + 4)) << 32
  }
}
