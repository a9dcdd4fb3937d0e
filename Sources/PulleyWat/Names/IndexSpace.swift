/// The kinds of things that are numbered throughout a module.
enum IndexKind: Int, CaseIterable {
  case type, function, table, memory, global, tag, element, data

  /// What a name that is given twice is called.
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

  /// What a name that is not there is called.
  var unknown: String {
    switch self {
    case .function: "unknown function"
    case .element: "unknown elem segment"
    case .data: "unknown data segment"
    default: "unknown \(word)"
    }
  }

  /// The subsection of the `name` section.
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

/// What a module has of one kind.
struct IndexSpace {
  var count: UInt32 = 0
  /// How many are imported.
  var importCount: UInt32 = 0
  var names = NameSpace()
  /// For the `name` section, in order.
  var nameMap = NameMap()
}

/// Names by index, as the `name` section has them.
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
  /// A subsection of the `name` section, if there is anything in it.
  mutating func append(subsection number: UInt8, _ names: NameMap) {
    guard names.count > 0 else { return }
    var contents: [UInt8] = []
    contents.append(u32: names.count)
    contents += names.bytes
    append(number)
    append(counted: contents)
  }
}
