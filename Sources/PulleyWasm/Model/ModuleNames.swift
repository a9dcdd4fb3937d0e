/// The names of a module and its functions from its `name` section, for messages and backtraces.
///
/// The section does not affect the meaning of a module, so a malformed one is not an error. Reading
/// stops at the first malformed part, and invalid UTF-8 is replaced.
public struct ModuleNames: Sendable {
  /// The name of the module.
  public private(set) var module: String?
  private let bytes: ModuleBytes
  /// Sorted by index.
  private var functions: [(index: UInt32, name: Range<Int>)] = []

  init(_ module: WasmModule) {
    bytes = module.bytes
    Self.readParts(of: module) { id, part in
      switch id {
      case 0: self.module = Self.readNameRange(&part).map { Self.string(bytes, $0) }
      case 1: readFunctions(&part)
      default: break
      }
    }
  }

  /// The name of the module alone.
  static func moduleName(of module: WasmModule) -> String? {
    var name: String?
    readParts(of: module) { id, part in
      if id == 0 { name = readNameRange(&part).map { string(module.bytes, $0) } }
    }
    return name
  }

  /// Calls `body` with the id and the content of each part of the name section.
  private static func readParts(
    of module: WasmModule, _ body: (_ id: UInt8, _ part: inout ByteCursor) -> Void
  ) {
    guard let section = module.customSections.first(where: { $0.name == "name" }) else { return }
    var cursor = ByteCursor(module.bytes, section.bytes)
    while let id = try? cursor.readByte(), let size = try? cursor.readU32(),
      var part = try? cursor.part(size)
    {
      body(id, &part)
    }
  }

  private mutating func readFunctions(_ cursor: inout ByteCursor) {
    guard let count = try? cursor.readU32() else { return }
    var isSorted = true
    for _ in 0..<count {
      guard let index = try? cursor.readU32(), let name = Self.readNameRange(&cursor) else {
        break
      }
      if let last = functions.last, last.index >= index { isSorted = false }
      functions.append((index: index, name: name))
    }
    if !isSorted { functions.sort { $0.index < $1.index } }
  }

  private static func readNameRange(_ cursor: inout ByteCursor) -> Range<Int>? {
    guard let count = try? cursor.readU32() else { return nil }
    return try? cursor.skip(count)
  }

  private static func string(_ bytes: ModuleBytes, _ range: Range<Int>) -> String {
    bytes.withBytes(in: range) { String(decoding: $0, as: UTF8.self) }
  }

  /// The name of a function. The index counts imported functions.
  public func function(_ index: Int) -> String? {
    var low = 0
    var high = functions.count
    while low < high {
      let middle = (low + high) / 2
      if Int(functions[middle].index) < index { low = middle + 1 } else { high = middle }
    }
    guard low < functions.count, Int(functions[low].index) == index else { return nil }
    return Self.string(bytes, functions[low].name)
  }
}

extension WasmModule {
  /// Reads the module's `name` section; keep the result.
  public func readNames() -> ModuleNames {
    ModuleNames(self)
  }

  /// The module's name from its `name` section.
  public var name: String? { ModuleNames.moduleName(of: self) }
}
