/// Writes small modules byte by byte.
struct TestModule {
  enum Section: UInt8 {
    case type = 1
    case `import` = 2
    case function = 3
    case table = 4
    case memory = 5
    case global = 6
    case export = 7
    case start = 8
    case element = 9
    case code = 10
    case data = 11
    /// Written after the others.
    case custom = 0xFF
  }

  private var items: [UInt8: [[UInt8]]] = [:]

  static let i32: UInt8 = 0x7F
  static let i64: UInt8 = 0x7E
  static let f32: UInt8 = 0x7D
  static let f64: UInt8 = 0x7C
  static let funcref: UInt8 = 0x70

  static func leb(_ value: Int) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while true {
      let low = UInt8(value & 0x7F)
      value >>= 7
      if value == 0 && low & 0x40 == 0 || value == -1 && low & 0x40 != 0 { return bytes + [low] }
      bytes.append(low | 0x80)
    }
  }

  static func unsigned(_ value: Int) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    repeat {
      let low = UInt8(value & 0x7F)
      value >>= 7
      bytes.append(value > 0 ? low | 0x80 : low)
    } while value > 0
    return bytes
  }

  static func name(_ text: String) -> [UInt8] { unsigned(text.utf8.count) + Array(text.utf8) }

  private mutating func add(_ section: Section, _ item: [UInt8]) -> Int {
    items[section.rawValue, default: []].append(item)
    return items[section.rawValue]!.count - 1
  }

  mutating func type(_ parameters: [UInt8], _ results: [UInt8]) -> Int {
    add(
      .type,
      [0x60] + Self.unsigned(parameters.count) + parameters + Self.unsigned(results.count)
        + results)
  }

  /// A type, or a recursion group of types, as bytes.
  mutating func type(bytes: [UInt8]) { _ = add(.type, bytes) }

  mutating func importFunction(_ module: String, _ field: String, type: Int) {
    _ = add(.import, Self.name(module) + Self.name(field) + [0] + Self.unsigned(type))
  }

  mutating func importTable(_ module: String, _ field: String, minimum: Int) {
    _ = add(
      .import,
      Self.name(module) + Self.name(field) + [1, Self.funcref, 0]
        + Self.unsigned(minimum))
  }

  mutating func importMemory(_ module: String, _ field: String, minimum: Int) {
    importMemory(module, field, limits: [0] + Self.unsigned(minimum))
  }

  mutating func importMemory(_ module: String, _ field: String, limits: [UInt8]) {
    _ = add(.import, Self.name(module) + Self.name(field) + [2] + limits)
  }

  mutating func sharedMemory(_ limits: ClosedRange<Int>) {
    _ = add(
      .memory, [3] + Self.unsigned(limits.lowerBound) + Self.unsigned(limits.upperBound))
  }

  /// The index that the next function will have, if none are imported.
  var functionCount: Int { items[Section.function.rawValue]?.count ?? 0 }

  mutating func memory(minimum: Int, maximum: Int? = nil) {
    let limits = maximum.map { [1] + Self.unsigned(minimum) + Self.unsigned($0) }
    _ = add(.memory, limits ?? [0] + Self.unsigned(minimum))
  }

  mutating func table(bytes: [UInt8]) { _ = add(.table, bytes) }

  mutating func table(minimum: Int) {
    _ = add(.table, [Self.funcref, 0] + Self.unsigned(minimum))
  }

  mutating func global(_ type: UInt8, isMutable: Bool, value: [UInt8]) {
    _ = add(.global, [type, isMutable ? 1 : 0] + value + [0x0B])
  }

  /// A function without locals beyond its parameters, and its body without the last `end`.
  mutating func function(type: Int, locals: [UInt8] = [], _ body: [UInt8]) -> Int {
    _ = add(.function, Self.unsigned(type))
    var code = Self.unsigned(locals.count)
    for local in locals { code += [1, local] }
    code += body + [0x0B]
    return add(.code, Self.unsigned(code.count) + code)
  }

  mutating func export(_ name: String, kind: UInt8 = 0, index: Int) {
    _ = add(.export, Self.name(name) + [kind] + Self.unsigned(index))
  }

  /// Functions put into table 0 at `offset`.
  mutating func elements(at offset: Int, _ functions: [Int]) {
    _ = add(
      .element,
      [0, 0x41] + Self.leb(offset) + [0x0B] + Self.unsigned(functions.count)
        + functions.flatMap(Self.unsigned))
  }

  mutating func data(at offset: Int, _ bytes: [UInt8]) {
    _ = add(
      .data, [0, 0x41] + Self.leb(offset) + [0x0B] + Self.unsigned(bytes.count) + bytes)
  }

  mutating func custom(_ name: String, _ contents: [UInt8]) {
    _ = add(.custom, Self.name(name) + contents)
  }

  /// The module's name and those of functions.
  mutating func names(_ module: String, _ functions: [(Int, String)]) {
    let own = Self.name(module)
    let others =
      Self.unsigned(functions.count)
      + functions.flatMap { Self.unsigned($0.0) + Self.name($0.1) }
    custom(
      "name",
      [0] + Self.unsigned(own.count) + own + [1] + Self.unsigned(others.count) + others)
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
    for section in items.keys.sorted() {
      let entries = items[section]!
      if section == Section.custom.rawValue {
        for entry in entries { bytes += [0] + Self.unsigned(entry.count) + entry }
        continue
      }
      let content = Self.unsigned(entries.count) + entries.joined()
      bytes += [section] + Self.unsigned(content.count) + content
    }
    return bytes
  }
}

extension TestModule {
  /// `fac`: i64 -> i64, recursively.
  static var factorial: TestModule {
    var module = TestModule()
    let type = module.type([i64], [i64])
    let index = module.function(
      type: type,
      [
        0x20, 0, 0x50, 0x04, 0x7E, 0x42, 1, 0x05, 0x20, 0, 0x20, 0, 0x42, 1, 0x7D, 0x10, 0, 0x7E,
        0x0B,
      ])
    module.export("fac", index: index)
    return module
  }
}
