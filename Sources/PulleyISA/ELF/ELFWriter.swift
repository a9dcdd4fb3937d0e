/// Builds a 64-bit little-endian ELF file of sections and symbols.
public struct ELFWriter: Sendable {
  private struct Section {
    var name: String
    var type: UInt32
    var flags: UInt64
    var alignment: Int
    var content: [UInt8]
    var link: UInt32 = 0
    var info: UInt32 = 0
    var entrySize: UInt64 = 0
  }

  public let header: ELFHeader
  /// Section n of the file is at index n - 1; section 0 is always empty.
  private var sections: [Section] = []
  private var symbols: [ELFSymbol] = []

  public init(header: ELFHeader = ELFHeader()) {
    self.header = header
  }

  /// Adds a section and returns its number. `alignment` is a power of two.
  @discardableResult
  public mutating func addSection(
    _ name: String, content: [UInt8], type: UInt32 = ELF.sectionProgramBits, flags: UInt64 = 0,
    alignment: Int = 1
  ) -> UInt16 {
    precondition(
      alignment > 0 && alignment.nonzeroBitCount == 1, "an alignment is a power of two")
    precondition(sections.count < 0xFF00 - 4, "the file has too many sections")
    sections.append(
      Section(name: name, type: type, flags: flags, alignment: alignment, content: content))
    return UInt16(sections.count)
  }

  /// Adds a symbol at `offset` of a section that has been added.
  public mutating func addSymbol(
    _ name: String, section: UInt16, offset: Int, size: Int, type: UInt8 = ELF.symbolFunction,
    binding: UInt8 = ELF.bindingLocal
  ) {
    symbols.append(
      ELFSymbol(
        name: name, section: section, value: UInt64(offset), size: UInt64(size), type: type,
        binding: binding))
  }

  /// The whole file.
  public consuming func finish() -> [UInt8] {
    if !symbols.isEmpty { addSymbolTable() }
    var names = StringTable()
    let nameOffsets = sections.map { names.add($0.name) }
    let namesOffset = names.add(".shstrtab")
    sections.append(
      Section(
        name: ".shstrtab", type: ELF.sectionStringTable, flags: 0, alignment: 1,
        content: names.bytes))

    var output = Encoder()
    output.bytes = [UInt8](repeating: 0, count: ELF.headerSize)
    var offsets: [Int] = []
    for section in sections {
      output.align(to: section.alignment)
      offsets.append(output.offset)
      output.bytes += section.content
    }
    output.align(to: 8)
    let table = output.offset
    output.bytes += [UInt8](repeating: 0, count: ELF.sectionHeaderSize)
    for (position, section) in sections.enumerated() {
      output.word32(position < nameOffsets.count ? nameOffsets[position] : namesOffset)
      output.word32(section.type)
      output.word64(section.flags)
      output.word64(0)
      output.word64(UInt64(offsets[position]))
      output.word64(UInt64(section.content.count))
      output.word32(section.link)
      output.word32(section.info)
      output.word64(UInt64(section.alignment))
      output.word64(section.entrySize)
    }
    output.bytes.replaceSubrange(
      0..<ELF.headerSize, with: fileHeader(sectionTable: table, count: sections.count + 1))
    return output.bytes
  }

  private mutating func addSymbolTable() {
    // The format requires local symbols first.
    let ordered =
      symbols.filter { $0.binding == ELF.bindingLocal }
      + symbols.filter { $0.binding != ELF.bindingLocal }
    var names = StringTable()
    var table = Encoder()
    table.bytes = [UInt8](repeating: 0, count: ELF.symbolSize)
    for symbol in ordered {
      table.word32(names.add(symbol.name))
      table.byte(symbol.binding << 4 | symbol.type)
      table.byte(0)
      table.word16(symbol.section)
      table.word64(symbol.value)
      table.word64(symbol.size)
    }
    let locals = ordered.prefix { $0.binding == ELF.bindingLocal }.count
    sections.append(
      Section(
        name: ".symtab", type: ELF.sectionSymbolTable, flags: 0, alignment: 8,
        content: table.bytes, link: UInt32(sections.count + 2), info: UInt32(locals + 1),
        entrySize: UInt64(ELF.symbolSize)))
    addSection(".strtab", content: names.bytes, type: ELF.sectionStringTable)
  }

  private func fileHeader(sectionTable: Int, count: Int) -> [UInt8] {
    var output = Encoder()
    output.bytes = ELF.magic + [2, 1, 1, header.osABI, header.abiVersion]
    output.bytes += [UInt8](repeating: 0, count: 7)
    output.word16(header.type)
    output.word16(header.machine)
    output.word32(1)
    output.word64(0)  // entry
    output.word64(0)  // program headers
    output.word64(UInt64(sectionTable))
    output.word32(header.flags)
    output.word16(UInt16(ELF.headerSize))
    output.word16(0)
    output.word16(0)
    output.word16(UInt16(ELF.sectionHeaderSize))
    output.word16(UInt16(count))
    output.word16(UInt16(count - 1))  // the section names come last
    return output.bytes
  }
}

/// Zero-terminated texts; offset 0 is the empty one.
private struct StringTable {
  var bytes: [UInt8] = [0]

  /// Adds `text`, up to its first zero byte if it has one, and returns its offset.
  mutating func add(_ text: String) -> UInt32 {
    if text.isEmpty { return 0 }
    let offset = bytes.count
    bytes += text.utf8.prefix { $0 != 0 }
    bytes.append(0)
    return UInt32(truncatingIfNeeded: offset)
  }
}

extension Encoder {
  fileprivate mutating func align(to alignment: Int) {
    while bytes.count & (alignment - 1) != 0 { bytes.append(0) }
  }
}
