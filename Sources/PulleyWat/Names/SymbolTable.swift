/// The number of a name in the text.
typealias Symbol = UInt32

/// Numbers the names of a text from 0. Equal names have equal numbers.
struct SymbolTable {
  /// The bytes of all names, and the end of each.
  private var pool: [UInt8] = []
  private var ends: [Int] = [0]
  /// The hash table: symbols plus one, or 0. Its size is a power of two.
  private var places: [UInt32] = Array(repeating: 0, count: 1024)

  var count: Int { ends.count - 1 }

  /// The seed of the hash. It is random, so that a text cannot choose colliding names.
  private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var hasher = Hasher()
    bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
    return hasher.finalize()
  }

  private func range(_ symbol: Int) -> Range<Int> { ends[symbol]..<ends[symbol + 1] }

  func name(_ symbol: Symbol) -> ArraySlice<UInt8> { pool[range(Int(symbol))] }

  /// The symbol of the name in a range of `bytes`.
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

/// The values of the names in one name space.
struct NameSpace {
  private static let none = UInt32.max
  /// Values by symbol.
  private var values: [UInt32] = []
  /// The symbols that have a value. Removing all of them takes no longer than defining them.
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
