import PulleyWasm

/// What the definitions of one index space are called.
///
/// Names need be neither unique nor fit to be identifiers; identifiers must. Where the two differ,
/// an annotation keeps the name.
struct Identifiers {
  struct Entry {
    let index: UInt32
    /// With the `$`; nil for the empty name, which no identifier can say.
    let identifier: String?
    /// What the name section says, if the identifier does not say it.
    let annotation: String?
  }

  /// In the order of indices, each of which is there once.
  private var entries: [Entry] = []

  init() {}

  /// Names of which several may be the same.
  init(repeating names: [(index: UInt32, name: String)]) {
    entries.reserveCapacity(names.count)
    for (index, name) in names where !name.isEmpty {
      entries.append(Entry(index: index, identifier: Self.identifier(name), annotation: nil))
    }
  }

  /// - Parameter names: in the order of indices, each of which is there once.
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

  /// What is known of the definition with this index.
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

  /// The identifier that says this name, which must not be empty.
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
