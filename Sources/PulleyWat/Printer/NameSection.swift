import PulleyWasm

/// A module's `name` section, if identifiers and annotations can express all of it.
struct NameSection {
  private(set) var module: String?
  private(set) var functions = Identifiers()
  private(set) var types = Identifiers()
  private(set) var tables = Identifiers()
  private(set) var memories = Identifiers()
  private(set) var globals = Identifiers()
  private(set) var elements = Identifiers()
  private(set) var data = Identifiers()
  private(set) var tags = Identifiers()
  /// The parameters and locals of functions.
  private(set) var locals = Nested()
  /// The blocks of functions in order of appearance.
  private(set) var labels = Nested()
  /// The fields of structure types.
  private(set) var fields = Nested()
  /// The number of names.
  private(set) var count = 0

  /// Names in two levels. The inner level is read when it is needed.
  struct Nested {
    fileprivate(set) var parts: [(index: UInt32, cursor: ByteCursor)] = []

    /// The names that belong to a function or type.
    func identifiers(_ index: UInt32) -> Identifiers {
      Identifiers(names(index))
    }

    /// The same for names that need not be unique, such as those of blocks.
    func repeatedIdentifiers(_ index: UInt32) -> Identifiers {
      Identifiers(repeating: names(index))
    }

    private func names(_ index: UInt32) -> [(index: UInt32, name: String)] {
      var low = 0
      var high = parts.count
      while low < high {
        let middle = (low + high) / 2
        if parts[middle].index < index { low = middle + 1 } else { high = middle }
      }
      guard low < parts.count, parts[low].index == index else { return [] }
      var cursor = parts[low].cursor
      return NameSection.readNames(&cursor) ?? []
    }
  }

  /// No names.
  init() {}

  /// Returns nil if identifiers and annotations cannot express the section.
  init?(_ bytes: ModuleBytes, _ range: Range<Int>) {
    var cursor = ByteCursor(bytes, range)
    var last = -1
    while !cursor.isAtEnd {
      guard let id = try? cursor.readByte(), let size = try? cursor.readU32(),
        var part = try? cursor.part(size), Int(id) > last
      else { return nil }
      last = Int(id)
      guard readSubsection(id, &part), part.isAtEnd else { return nil }
    }
  }

  private mutating func readSubsection(_ id: UInt8, _ cursor: inout ByteCursor) -> Bool {
    switch id {
    case 0:
      guard let name = try? cursor.readName() else { return false }
      module = name
      count += 1
      return true
    case 1: return Self.read(&cursor, into: &functions, &count)
    case 2: return Self.readNested(&cursor, into: &locals, &count)
    case 3: return Self.readNested(&cursor, into: &labels, &count)
    case 4: return Self.read(&cursor, into: &types, &count)
    case 5: return Self.read(&cursor, into: &tables, &count)
    case 6: return Self.read(&cursor, into: &memories, &count)
    case 7: return Self.read(&cursor, into: &globals, &count)
    case 8: return Self.read(&cursor, into: &elements, &count)
    case 9: return Self.read(&cursor, into: &data, &count)
    case 10: return Self.readNested(&cursor, into: &fields, &count)
    case 11: return Self.read(&cursor, into: &tags, &count)
    default: return false
    }
  }

  private static func read(
    _ cursor: inout ByteCursor, into identifiers: inout Identifiers, _ count: inout Int
  ) -> Bool {
    guard let names = readNames(&cursor) else { return false }
    count += names.count
    identifiers = Identifiers(names)
    return true
  }

  private static func readNested(
    _ cursor: inout ByteCursor, into nested: inout Nested, _ count: inout Int
  ) -> Bool {
    guard let partCount = try? cursor.readU32() else { return false }
    for _ in 0..<partCount {
      guard let index = try? cursor.readU32() else { return false }
      if let last = nested.parts.last, last.index >= index { return false }
      let start = cursor
      guard let names = readNames(&cursor), !names.isEmpty else { return false }
      count += names.count
      nested.parts.append((index: index, cursor: start))
    }
    return true
  }

  fileprivate static func readNames(
    _ cursor: inout ByteCursor
  ) -> [(index: UInt32, name: String)]? {
    guard let count = try? cursor.readU32() else { return nil }
    var names: [(index: UInt32, name: String)] = []
    names.reserveCapacity(min(Int(count), cursor.remaining / 2))
    for _ in 0..<count {
      guard let index = try? cursor.readU32(), let name = try? cursor.readName() else {
        return nil
      }
      if let last = names.last, last.index >= index { return nil }
      names.append((index: index, name: name))
    }
    return names
  }
}
