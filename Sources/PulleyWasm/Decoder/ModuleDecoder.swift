/// Decodes a module in the binary format section by section, while its bytes arrive.
///
/// Pass the bytes to `push`, then call `finish`. `decode` does both for a whole module. The decoder
/// only finds the ranges of function bodies; the validator reads them.
public struct ModuleDecoder: ~Copyable {
  var module: WasmModule
  /// The first rule of validation that decoding found broken. It is reported at the end, since an
  /// error in the binary format takes precedence.
  var firstInvalid: WasmError?
  /// The recursion groups so far, for finding equivalent ones.
  var knownGroups: [TypeGroupKey: UInt32] = [:]

  private var position = 0
  private var lastOrder = 0
  private var sawCode = false
  private var sawData = false

  /// Creates a decoder for a new module.
  public init() {
    module = WasmModule(bytes: ModuleBytes())
  }

  private init(_ bytes: ModuleBytes) {
    module = WasmModule(bytes: bytes)
  }

  /// Decodes a whole module.
  ///
  /// Throws errors in the binary format. `WasmModule.validate` finds the others.
  public static func decode(_ bytes: ModuleBytes) throws(WasmError) -> WasmModule {
    let decoder = ModuleDecoder(bytes)
    try decoder.checkSize(bytes.count)
    return try decoder.finish()
  }

  /// Adds the next bytes of the module and decodes the sections that are complete.
  public mutating func push(_ bytes: UnsafeRawBufferPointer) throws(WasmError) {
    try checkSize(module.bytes.count + bytes.count)
    module.bytes.append(bytes)
    try decodeSections(isAll: false)
  }

  /// Adds the next bytes of the module and decodes the sections that are complete.
  public mutating func push(_ bytes: [UInt8]) throws(WasmError) {
    try checkSize(module.bytes.count + bytes.count)
    bytes.withUnsafeBytes { module.bytes.append($0) }
    try decodeSections(isAll: false)
  }

  /// Returns the module after all bytes have been added.
  public consuming func finish() throws(WasmError) -> WasmModule {
    try decodeSections(isAll: true)
    try checkSectionsAgree()
    if let firstInvalid {
      // The bodies have not been read yet, and a malformed one takes precedence.
      try module.checkBodiesAreWellFormed()
      throw firstInvalid
    }
    return module
  }

  /// Records an error of validation, unless there is an earlier one.
  mutating func reportInvalid(_ message: @autoclosure () -> String, at offset: Int) {
    if firstInvalid == nil { firstInvalid = WasmError(.invalid, message(), at: offset) }
  }

  private func checkSize(_ size: Int) throws(WasmError) {
    guard size <= ImplementationLimits.moduleSize else {
      throw WasmError(
        .limit, "module too large: at most \(ImplementationLimits.moduleSize) bytes",
        at: ImplementationLimits.moduleSize)
    }
  }

  // MARK: Framing

  private mutating func decodeSections(isAll: Bool) throws(WasmError) {
    let bytes = module.bytes
    if position == 0 {
      guard isAll || bytes.count >= 8 else { return }
      var cursor = ByteCursor(bytes, 0..<bytes.count)
      try Self.readHeader(&cursor)
      position = cursor.offset
    }
    while position < bytes.count {
      var cursor = ByteCursor(bytes, position..<bytes.count)
      let id = try cursor.readByte()
      let start = cursor.offset
      // The size takes at most five bytes. Only its last byte has a clear top bit.
      if !isAll && cursor.remaining < 5 && !cursor.holdsWholeInteger { return }
      let size = try cursor.readU32()
      if size > cursor.remaining {
        // An unknown section id is refused before the section is complete.
        guard !isAll, SectionID(rawValue: id) != nil else {
          try checkOrder(id, at: position)
          throw cursor.malformed("length out of bounds", at: start)
        }
        return
      }
      try checkOrder(id, at: position)
      let contents = cursor.offset..<cursor.offset + Int(size)
      var section = try cursor.part(size)
      try decodeSection(id, &section)
      note(id, contents)
      position = cursor.offset
    }
  }

  private mutating func note(_ id: UInt8, _ contents: Range<Int>) {
    guard let kind = SectionID(rawValue: id) else { return }
    let isCustom = kind == .custom
    let name = isCustom ? module.customSections.last?.name ?? "" : kind.name
    module.sections.append(Section(name: name, isCustom: isCustom, bytes: contents))
  }

  private static func readHeader(_ cursor: inout ByteCursor) throws(WasmError) {
    var beginning = cursor
    let start = beginning.offset
    let isMagic = (try? beginning.readFixed32()) == 0x6D73_6100
    guard isMagic else {
      if cursor.looksLikeText {
        throw cursor.malformed(
          "this is WebAssembly text; the binary format is expected (magic header not detected)",
          at: start)
      }
      // A prefix of the header is truncated, not wrong.
      let isTruncated = cursor.remaining < 4 && cursor.startsLikeMagic
      throw cursor.malformed(
        isTruncated ? "unexpected end" : "magic header not detected",
        at: isTruncated ? cursor.endOffset : start)
    }
    let version = try beginning.readFixed32()
    guard version == 1 else {
      if version == 0x0001_000D { throw cursor.unsupported(.components, at: start + 4) }
      throw cursor.malformed("unknown binary version", at: start + 4)
    }
    cursor = beginning
  }

  private mutating func checkOrder(_ id: UInt8, at offset: Int) throws(WasmError) {
    guard let section = SectionID(rawValue: id) else {
      throw WasmError(.malformed, "malformed section id", at: offset)
    }
    guard section != .custom else { return }
    guard section.order > lastOrder else {
      throw WasmError(.malformed, "unexpected content after last section", at: offset)
    }
    lastOrder = section.order
  }

  private mutating func decodeSection(_ id: UInt8, _ cursor: inout ByteCursor) throws(WasmError) {
    switch SectionID(rawValue: id) {
    case .custom, nil: try decodeCustom(&cursor)
    case .type: try decodeTypes(&cursor)
    case .import: try decodeImports(&cursor)
    case .function: try decodeFunctions(&cursor)
    case .table: try decodeTables(&cursor)
    case .memory: try decodeMemories(&cursor)
    case .tag: try decodeTags(&cursor)
    case .global: try decodeGlobals(&cursor)
    case .export: try decodeExports(&cursor)
    case .start: try decodeStart(&cursor)
    case .element: try decodeElements(&cursor)
    case .dataCount: module.dataCount = try cursor.readU32()
    case .code:
      sawCode = true
      try decodeCode(&cursor)
    case .data:
      sawData = true
      try decodeData(&cursor)
    }
    guard cursor.isAtEnd else {
      throw cursor.malformed("section size mismatch", at: cursor.offset)
    }
  }

  private func checkSectionsAgree() throws(WasmError) {
    let end = module.bytes.count
    if !sawCode && module.functions.count > module.importedFunctionCount {
      throw WasmError(
        .malformed, "function and code section have inconsistent lengths", at: end)
    }
    if !sawData, let dataCount = module.dataCount, dataCount > 0 {
      throw WasmError(
        .malformed, "data count and data section have inconsistent lengths", at: end)
    }
  }
}

/// The sections of a module.
private enum SectionID: UInt8 {
  case custom, type, `import`, function, table, memory, global, export, start, element, code, data
  case dataCount, tag

  /// Written out, because reflection takes longer than decoding a small module.
  var name: String {
    switch self {
    case .custom: "custom"
    case .type: "type"
    case .import: "import"
    case .function: "function"
    case .table: "table"
    case .memory: "memory"
    case .tag: "tag"
    case .global: "global"
    case .export: "export"
    case .start: "start"
    case .element: "element"
    case .dataCount: "dataCount"
    case .code: "code"
    case .data: "data"
    }
  }

  /// The position in the required order of sections, which is not the order of their ids.
  var order: Int {
    switch self {
    case .custom: 0
    case .type: 1
    case .import: 2
    case .function: 3
    case .table: 4
    case .memory: 5
    case .tag: 6
    case .global: 7
    case .export: 8
    case .start: 9
    case .element: 10
    case .dataCount: 11
    case .code: 12
    case .data: 13
    }
  }
}

extension ByteCursor {
  /// Whether the integer at this position is complete.
  fileprivate var holdsWholeInteger: Bool {
    var ahead = self
    while let byte = try? ahead.readByte() {
      if byte < 0x80 { return true }
    }
    return false
  }

  /// Whether the bytes may be a module in the text format: spaces or comments, then a parenthesis.
  fileprivate var looksLikeText: Bool {
    var ahead = self
    while let byte = try? ahead.readByte() {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: continue
      case UInt8(ascii: "("): return true
      case UInt8(ascii: ";"): return ahead.peek() == UInt8(ascii: ";")
      default: return false
      }
    }
    return false
  }

  fileprivate var startsLikeMagic: Bool {
    var ahead = self
    for expected in [0x00, 0x61, 0x73, 0x6D] as [UInt8] {
      guard let byte = try? ahead.readByte() else { return true }
      if byte != expected { return false }
    }
    return true
  }
}
