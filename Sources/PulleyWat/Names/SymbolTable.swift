/// A name of the text, as a number.
typealias Symbol = UInt32

/// Gives equal names equal numbers, counted from 0.
struct SymbolTable {
  /// All names, one behind the other, and where each one ends.
  private var pool: [UInt8] = []
  private var ends: [Int] = [0]
  /// Symbols plus one, 0 for none: a hash table of a power of two of places.
  private var places: [UInt32] = Array(repeating: 0, count: 1024)

  var count: Int { ends.count - 1 }

  /// Seeded by the process: a text cannot choose names that all go to one place.
  private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var hasher = Hasher()
    bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
    return hasher.finalize()
  }

  private func range(_ symbol: Int) -> Range<Int> { ends[symbol]..<ends[symbol + 1] }

  func name(_ symbol: Symbol) -> ArraySlice<UInt8> { pool[range(Int(symbol))] }

  /// The symbol of the name in a part of `bytes`.
  mutating func symbol(_ bytes: [UInt8], _ part: Range<Int>) -> Symbol {
    var place = Self.hash(bytes, part) & (places.count - 1)
    while places[place] != 0 {
      let found = Int(places[place] - 1)
      if isEqual(range(found), bytes, part) { return Symbol(found) }
      place = (place + 1) & (places.count - 1)
    }
    let symbol = count
    pool.append(contentsOf: bytes[part])
    ends.append(pool.count)
    places[place] = UInt32(symbol + 1)
    if 2 * count > places.count { grow() }
    return Symbol(symbol)
  }

  private func isEqual(_ range: Range<Int>, _ bytes: [UInt8], _ part: Range<Int>) -> Bool {
    guard range.count == part.count else { return false }
    for index in 0..<range.count
    where pool[range.lowerBound + index] != bytes[part.lowerBound + index] { return false }
    return true
  }

  private mutating func grow() {
    places = Array(repeating: 0, count: 2 * places.count)
    for symbol in 0..<count {
      var place = Self.hash(pool, range(symbol)) & (places.count - 1)
      while places[place] != 0 { place = (place + 1) & (places.count - 1) }
      places[place] = UInt32(symbol + 1)
    }
  }
}

/// What the names of one kind stand for.
struct NameSpace {
  private static let none = UInt32.max
  /// By symbol.
  private var values: [UInt32] = []
  /// The symbols that have a value, so that forgetting them takes no longer than defining them.
  private var defined: [Symbol] = []

  subscript(symbol: Symbol) -> UInt32? {
    get {
      let position = Int(symbol)
      guard position < values.count, values[position] != Self.none else { return nil }
      return values[position]
    }
    set {
      let position = Int(symbol)
      if position >= values.count {
        let missing = max(position + 1, 2 * values.count) - values.count
        values.append(contentsOf: repeatElement(Self.none, count: missing))
      }
      if values[position] == Self.none { defined.append(symbol) }
      values[position] = newValue ?? Self.none
    }
  }

  mutating func removeAll() {
    for symbol in defined { values[Int(symbol)] = Self.none }
    defined.removeAll(keepingCapacity: true)
  }
}
