import PulleyWasm

/// A section of a module in the binary format.
struct ModuleSection {
  enum Kind: UInt8 {
    case custom, type, `import`, function, table, memory, global, export, start, element, code
    case data, dataCount, tag

    /// The name of the section in annotations.
    var placeName: StaticString {
      switch self {
      case .custom: "first"
      case .type: "type"
      case .import: "import"
      case .function: "func"
      case .table: "table"
      case .memory: "memory"
      case .global: "global"
      case .export: "export"
      case .start: "start"
      case .element: "elem"
      case .code, .dataCount: "code"
      case .data: "data"
      case .tag: "tag"
      }
    }
  }

  let kind: Kind
  /// The name of a custom section.
  let name: String
  /// The contents without the name.
  let contents: Range<Int>

  static func readAll(_ bytes: ModuleBytes) throws(WasmError) -> [ModuleSection] {
    var cursor = ByteCursor(bytes, 0..<bytes.count)
    _ = try cursor.skip(8)
    var sections: [ModuleSection] = []
    while !cursor.isAtEnd {
      let start = cursor.offset
      guard let kind = Kind(rawValue: try cursor.readByte()) else {
        throw cursor.malformed("malformed section id", at: start)
      }
      var part = try cursor.part(cursor.readU32())
      let name = kind == .custom ? try part.readName() : ""
      sections.append(ModuleSection(kind: kind, name: name, contents: part.skipRest()))
    }
    return sections
  }
}
