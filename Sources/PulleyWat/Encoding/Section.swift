/// The sections that are not custom ones, in the order in which they stand in a module.
enum SectionKind: Int, CaseIterable {
  case type, `import`, function, table, memory, tag, global, export, start, element, dataCount,
    code, data

  /// The number in the binary format.
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

/// Where in a text a place of a binary comes from.
struct SourcePoint: Sendable {
  /// In the section's contents, without its count.
  var binary: UInt32
  var text: UInt32

  init(binary: Int, text: Int) {
    self.binary = UInt32(truncatingIfNeeded: binary)
    self.text = UInt32(truncatingIfNeeded: text)
  }
}

/// A section being written.
struct Section {
  /// How many items there are.
  var count = 0
  /// The items.
  var bytes: [UInt8] = []
  /// In the order of the binary.
  var points: [SourcePoint] = []

  /// Notes that what is written next comes from this place of the text.
  @inline(__always)
  mutating func mark(_ textOffset: Int) {
    points.append(SourcePoint(binary: bytes.count, text: textOffset))
  }

  /// Begins an item that comes from this place of the text.
  mutating func begin(_ textOffset: Int) {
    mark(textOffset)
    count += 1
  }
}
