import PulleyWasm

/// The words of the language, to be found by their bytes.
final class WordTable: Sendable {
  struct Entry: Sendable {
    var keyword: Keyword?
    var operatorCode: OperatorCode?
    fileprivate var start: Int
    fileprivate var count: Int
  }

  /// The one table there is.
  static let shared = WordTable()

  /// All words, one behind the other.
  private let spellings: [UInt8]
  private let entries: [Entry]
  /// Positions in `entries`, -1 for none: a hash table of a power of two of places.
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
      // Several operators have one name: the first is that of the plainest form.
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

  /// What the word in this part of `bytes` is; nil for words that the language does not have.
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
