import PulleyWasm

/// Writes one module, section by section, in the order of its bytes.
///
/// It reads the bytes, since a `WasmModule` does not have the encoding: which of several equal types
/// an index refers to, and in which form a segment is written.
struct ModulePrinter {
  let bytes: ModuleBytes
  let options: WatPrinter.Options
  let sections: [ModuleSection]
  /// The `name` section, which is written as identifiers.
  private var nameSection: Int?
  /// The branch hints, which are written as annotations of instructions.
  private var hintSection: Int?

  var out = TextBuffer()
  let names: NameSection
  /// The number of names that have been written.
  var usedNames = 0
  let hints: BranchHints
  /// The number of hints that have been written.
  var usedHints = 0

  // Properties of the sections so far, for later sections.
  var types: [TypeOutline] = []
  /// The type index of each function.
  var functions: [UInt32] = []
  var importedFunctionCount = 0
  /// The type index of each tag.
  var tags: [UInt32] = []
  var tableCount: UInt32 = 0
  var memoryCount: UInt32 = 0
  var globalCount: UInt32 = 0

  /// The function being written.
  var body = PrintedBody()

  init(
    _ bytes: ModuleBytes, _ options: WatPrinter.Options, namesAsIdentifiers: Bool = true,
    hintsAsAnnotations: Bool = true
  ) throws(WasmError) {
    self.bytes = bytes
    self.options = options
    let sections = try ModuleSection.readAll(bytes)
    self.sections = sections

    var names: NameSection?
    if namesAsIdentifiers,
      let place = Self.onlySection(named: "name", in: sections),
      !sections[place...].contains(where: { $0.kind != .custom })
    {
      names = NameSection(bytes, sections[place].contents)
      if names != nil { nameSection = place }
    }
    self.names = names ?? NameSection()

    var hints: BranchHints?
    if hintsAsAnnotations,
      let place = Self.onlySection(named: BranchHints.sectionName, in: sections),
      place + 1 < sections.count, sections[place + 1].kind == .code
    {
      hints = BranchHints(bytes, sections[place].contents)
      if hints != nil { hintSection = place }
    }
    self.hints = hints ?? BranchHints()
  }

  private static func onlySection(named name: String, in sections: [ModuleSection]) -> Int? {
    func isWanted(_ section: ModuleSection) -> Bool {
      section.kind == .custom && section.name == name
    }
    guard let first = sections.firstIndex(where: isWanted),
      first == sections.lastIndex(where: isWanted)
    else { return nil }
    return first
  }

  var text: [UInt8] { out.bytes }
  var hasSaidAllNames: Bool { usedNames == names.count }
  var hasPlacedAllHints: Bool { usedHints == hints.hints.count }

  mutating func printModule() throws(WasmError) {
    out.append("(module")
    if let name = names.module {
      usedNames += 1
      if name.isEmpty {
        out.append(" (@name \"\")")
      } else {
        out.space()
        out.append(Identifiers.identifier(name))
      }
    }
    var last = ModuleSection.Kind.custom
    for (place, section) in sections.enumerated() {
      switch section.kind {
      case .custom:
        guard place != nameSection && place != hintSection else { continue }
        printCustom(section, after: last, isAfterNames: nameSection.map { $0 < place } ?? false)
        try checkSize()
      default:
        if try !isEmpty(section) { last = section.kind }
        try printSection(section)
      }
    }
    out.append(out.bytes.contains(UInt8(ascii: "\n")) ? "\n)\n" : ")\n")
  }

  /// Whether the text has nothing for the section.
  private func isEmpty(_ section: ModuleSection) throws(WasmError) -> Bool {
    guard section.kind != .start && section.kind != .dataCount else { return false }
    var cursor = ByteCursor(bytes, section.contents)
    return try cursor.readU32() == 0
  }

  mutating func printSection(_ section: ModuleSection) throws(WasmError) {
    var cursor = ByteCursor(bytes, section.contents)
    switch section.kind {
    case .custom, .dataCount: return
    case .type: try printTypes(&cursor)
    case .import: try printImports(&cursor)
    case .function: try readFunctions(&cursor)
    case .table: try printTables(&cursor)
    case .memory: try printMemories(&cursor)
    case .global: try printGlobals(&cursor)
    case .export: try printExports(&cursor)
    case .start: try printStart(&cursor)
    case .element: try printElements(&cursor)
    case .code: try printCode(&cursor)
    case .data: try printData(&cursor)
    case .tag: try printTags(&cursor)
    }
  }

  private mutating func printCustom(
    _ section: ModuleSection, after last: ModuleSection.Kind, isAfterNames: Bool
  ) {
    out.line(1)
    out.append("(@custom ")
    out.append(quoted: section.name)
    if isAfterNames {
      out.append(" (after last)")
    } else {
      // No keyword means "after the data count"; the code section is the next one.
      out.append(last == .custom || last == .dataCount ? " (before " : " (after ")
      out.append(last.placeName)
      out.append(")")
    }
    appendData(section.contents, depth: 2)
    out.append(")")
  }

  // MARK: Parts of several sections

  /// Throws if the text has become too long.
  func checkSize() throws(WasmError) {
    guard out.bytes.count <= options.maximumSize else {
      throw WasmError(
        .limit, "the text is too large: at most \(options.maximumSize) bytes", at: bytes.count)
    }
  }

  /// Appends bytes of the module as a string literal, in several lines if it is long.
  mutating func appendData(_ range: Range<Int>, depth: Int) {
    let lineSize = 64
    guard range.count > lineSize else {
      out.space()
      bytes.withBytes(in: range) { out.append(quoted: $0) }
      return
    }
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(start + lineSize, range.upperBound)
      out.line(depth)
      bytes.withBytes(in: start..<end) { out.append(quoted: $0) }
      start = end
    }
  }

  /// Starts a line with the keyword, identifier and index of a field.
  mutating func openField(
    _ keyword: StaticString, _ index: UInt32, _ identifiers: Identifiers, depth: Int = 1
  ) {
    out.line(depth)
    appendHead(keyword, index, identifiers)
  }

  mutating func appendHead(
    _ keyword: StaticString, _ index: UInt32, _ identifiers: Identifiers
  ) {
    out.append("(")
    out.append(keyword)
    appendName(identifiers[index])
    out.append(" (;")
    out.append(decimal: index)
    out.append(";)")
  }

  /// Appends the identifier and the index of a definition.
  mutating func appendName(_ entry: Identifiers.Entry?) {
    guard let entry else { return }
    usedNames += 1
    if let identifier = entry.identifier {
      out.space()
      out.append(identifier)
    }
    if let name = entry.annotation {
      out.append(" (@name ")
      out.append(quoted: name)
      out.append(")")
    }
  }

  /// Appends a reference to a definition.
  mutating func appendReference(_ index: UInt32, _ identifiers: Identifiers) {
    out.space()
    if let identifier = identifiers[index]?.identifier {
      out.append(identifier)
    } else {
      out.append(decimal: index)
    }
  }
}
