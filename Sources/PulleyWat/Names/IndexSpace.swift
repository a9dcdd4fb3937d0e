/// The kinds of index spaces of a module.
enum IndexKind: Int, CaseIterable {
  case type, function, table, memory, global, tag, element, data

  /// The message for a name that is defined twice.
  var word: String {
    switch self {
    case .type: "type"
    case .function: "func"
    case .table: "table"
    case .memory: "memory"
    case .global: "global"
    case .tag: "tag"
    case .element: "elem"
    case .data: "data"
    }
  }

  /// The message for an unknown name.
  var unknown: String {
    switch self {
    case .function: "unknown function"
    case .element: "unknown elem segment"
    case .data: "unknown data segment"
    default: "unknown \(word)"
    }
  }

  /// The id of the subsection of the `name` section.
  var nameSubsection: UInt8 {
    switch self {
    case .function: 1
    case .type: 4
    case .table: 5
    case .memory: 6
    case .global: 7
    case .element: 8
    case .data: 9
    case .tag: 11
    }
  }
}

/// The index space of one kind.
struct IndexSpace {
  var count: UInt32 = 0
  /// The number of imports.
  var importCount: UInt32 = 0
  var names = NameSpace()
  /// The names for the `name` section, sorted by index.
  var nameMap = NameMap()
}

/// An encoded name map of the `name` section.
struct NameMap {
  private(set) var count = 0
  private(set) var bytes: [UInt8] = []

  mutating func append(_ index: Int, _ name: some Collection<UInt8>) {
    count += 1
    bytes.append(u32: index)
    bytes.append(u32: name.count)
    bytes.append(contentsOf: name)
  }

  mutating func append(_ index: Int, _ names: NameMap) {
    guard names.count > 0 else { return }
    count += 1
    bytes.append(u32: index)
    bytes.append(u32: names.count)
    bytes.append(contentsOf: names.bytes)
  }

  mutating func removeAll() {
    count = 0
    bytes.removeAll(keepingCapacity: true)
  }
}

extension [UInt8] {
  /// A subsection of the `name` section, unless it is empty.
  mutating func append(subsection number: UInt8, _ names: NameMap) {
    guard names.count > 0 else { return }
    var contents: [UInt8] = []
    contents.append(u32: names.count)
    contents += names.bytes
    append(number)
    append(counted: contents)
  }
}
