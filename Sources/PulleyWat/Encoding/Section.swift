/// The known sections, in the order that a module must have them in.
enum SectionKind: Int, CaseIterable {
  case type, `import`, function, table, memory, tag, global, export, start, element, dataCount,
    code, data

  /// The id in the binary format.
  var number: UInt8 {
    switch self {
    case .type: 1
    case .import: 2
    case .function: 3
    case .table: 4
    case .memory: 5
    case .tag: 13
    case .global: 6
    case .export: 7
    case .start: 8
    case .element: 9
    case .dataCount: 12
    case .code: 10
    case .data: 11
    }
  }
}

/// A position in a section and the position in the text that it comes from.
struct SourcePoint: Sendable {
  /// The offset in the contents of the section, after the count.
  var binary: UInt32
  var text: UInt32

  init(binary: Int, text: Int) {
    self.binary = UInt32(truncatingIfNeeded: binary)
    self.text = UInt32(truncatingIfNeeded: text)
  }
}

/// A section being written.
struct Section {
  /// The number of items.
  var count = 0
  /// The encoded items.
  var bytes: [UInt8] = []
  /// Sorted by the offset in the section.
  var points: [SourcePoint] = []

  /// Records that the next bytes come from this position in the text.
  @inline(__always)
  mutating func mark(_ textOffset: Int) {
    points.append(SourcePoint(binary: bytes.count, text: textOffset))
  }

  /// Begins an item that comes from this position in the text.
  mutating func begin(_ textOffset: Int) {
    mark(textOffset)
    count += 1
  }
}
