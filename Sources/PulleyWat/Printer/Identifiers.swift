import PulleyWasm

/// The identifiers of the definitions in one index space.
///
/// Names need not be unique, and they may contain any characters; identifiers must be unique. If the
/// identifier differs from the name, an annotation keeps the name.
struct Identifiers {
  struct Entry {
    let index: UInt32
    /// The identifier with its `$`; nil for the empty name, which has no identifier.
    let identifier: String?
    /// The name in the name section, if the identifier differs from it.
    let annotation: String?
  }

  /// Sorted by index. Each index occurs once.
  private var entries: [Entry] = []

  init() {}

  /// Creates identifiers that need not be unique.
  init(repeating names: [(index: UInt32, name: String)]) {
    entries.reserveCapacity(names.count)
    for (index, name) in names where !name.isEmpty {
      entries.append(Entry(index: index, identifier: Self.identifier(name), annotation: nil))
    }
  }

  /// - Parameter names: sorted by index. Each index occurs once.
  init(_ names: [(index: UInt32, name: String)]) {
    var taken: Set<ExactName> = []
    taken.reserveCapacity(names.count)
    var isRepeated = [Bool](repeating: false, count: names.count)
    for (position, (_, name)) in names.enumerated() {
      isRepeated[position] = !taken.insert(ExactName(name)).inserted
    }
    entries.reserveCapacity(names.count)
    for (position, (index, name)) in names.enumerated() {
      guard !name.isEmpty else {
        entries.append(Entry(index: index, identifier: nil, annotation: name))
        continue
      }
      var unique = name
      if isRepeated[position] {
        repeat { unique += ".\(index)" } while !taken.insert(ExactName(unique)).inserted
      }
      entries.append(
        Entry(
          index: index, identifier: Self.identifier(unique),
          annotation: isRepeated[position] ? name : nil))
    }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The entry of the definition with this index.
  subscript(index: UInt32) -> Entry? {
    guard !entries.isEmpty else { return nil }
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].index < index { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].index == index ? entries[low] : nil
  }

  /// The identifier for a name, which must not be empty.
  static func identifier(_ name: String) -> String {
    if name.utf8.allSatisfy(isIdentifierCharacter) { return "$" + name }
    var text = TextBuffer()
    text.append(quoted: name)
    return "$" + String(decoding: text.bytes, as: UTF8.self)
  }

  private static func isIdentifierCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    case UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
      UInt8(ascii: ";"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
      UInt8(ascii: "}"):
      false
    default: byte > 0x20 && byte < 0x7F
    }
  }
}
