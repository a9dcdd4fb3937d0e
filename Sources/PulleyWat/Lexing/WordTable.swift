import PulleyWasm

/// A hash table of the words of the text format, by their bytes.
final class WordTable: Sendable {
  struct Entry: Sendable {
    var keyword: Keyword?
    var operatorCode: OperatorCode?
    fileprivate var start: Int
    fileprivate var count: Int
  }

  /// The only instance.
  static let shared = WordTable()

  /// The bytes of all words.
  private let spellings: [UInt8]
  private let entries: [Entry]
  /// The hash table: indices in `entries`, or -1. Its size is a power of two.
  private let places: [Int16]

  private init() {
    var spellings: [UInt8] = []
    var entries: [Entry] = []
    var places = [Int16](repeating: -1, count: 4096)
    func entry(_ word: String) -> Int {
      let bytes = Array(word.utf8)
      var place = Self.hash(bytes, 0..<bytes.count) & (places.count - 1)
      while places[place] >= 0 {
        let found = entries[Int(places[place])]
        if spellings[found.start..<found.start + found.count].elementsEqual(bytes) {
          return Int(places[place])
        }
        place = (place + 1) & (places.count - 1)
      }
      places[place] = Int16(entries.count)
      entries.append(Entry(start: spellings.count, count: bytes.count))
      spellings += bytes
      return entries.count - 1
    }
    for keyword in Keyword.allCases { entries[entry(keyword.rawValue)].keyword = keyword }
    for code in OperatorCode.allCases {
      let position = entry(code.mnemonic)
      // If several operators share a mnemonic, the word is that of the first.
      if entries[position].operatorCode == nil { entries[position].operatorCode = code }
    }
    self.spellings = spellings
    self.entries = entries
    self.places = places
  }

  private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var hash: UInt32 = 0x811C_9DC5
    for index in range { hash = (hash ^ UInt32(bytes[index])) &* 0x0100_0193 }
    return Int(hash ^ hash >> 15)
  }

  /// The entry of the word in this range of `bytes`; nil for an unknown word.
  func find(_ bytes: [UInt8], _ range: Range<Int>) -> Entry? {
    var place = Self.hash(bytes, range) & (places.count - 1)
    while places[place] >= 0 {
      let entry = entries[Int(places[place])]
      if entry.count == range.count, isEqual(entry, bytes, range.lowerBound) { return entry }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  private func isEqual(_ entry: Entry, _ bytes: [UInt8], _ start: Int) -> Bool {
    for index in 0..<entry.count where spellings[entry.start + index] != bytes[start + index] {
      return false
    }
    return true
  }
}
