/// The values of variables at the ends of blocks (`currentDef` in Braun et al. 2013). It is a hash
/// table with open addressing: a dense table would take blocks times variables, and a dictionary
/// would be several times slower.
struct VariableTable: Sendable {
  private let seed = HashSeed()
  private var keys: [UInt64] = []
  private var values: [Value] = []
  private var count = 0
  /// By block: a set of the numbers, modulo 64, of the variables that have an entry. Most blocks on a
  /// walk have no entry, which the mask says without a search.
  private var masks: [UInt64] = []
  private static let empty = UInt64.max

  /// Larger tables are not kept for the next function, which would have to clear them.
  private static let keptSize = 1 << 12

  mutating func removeAll() {
    guard count > 0 else { return }
    masks.removeAll(keepingCapacity: true)
    guard keys.count <= Self.keptSize else {
      self = VariableTable()
      return
    }
    for index in keys.indices { keys[index] = Self.empty }
    count = 0
  }

  private static func key(_ variable: Variable, _ block: Block) -> UInt64 {
    UInt64(block.number) << 32 | UInt64(variable.number)
  }

  /// The index of `key`, or of the free entry for it.
  private func place(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var place = Int(truncatingIfNeeded: seed.mix(key, 0)) & mask
    while keys[place] != Self.empty && keys[place] != key { place = (place + 1) & mask }
    return place
  }

  func value(of variable: Variable, in block: Block) -> Value {
    guard block.index < masks.count, masks[block.index] & Self.bit(variable) != 0 else {
      return .none
    }
    let key = Self.key(variable, block)
    let place = place(of: key)
    return keys[place] == key ? values[place] : .none
  }

  private static func bit(_ variable: Variable) -> UInt64 { 1 << UInt64(variable.number & 63) }

  mutating func set(_ variable: Variable, in block: Block, to value: Value) {
    if block.index >= masks.count {
      let missing = max(block.index + 1, 2 * masks.count) - masks.count
      masks.append(contentsOf: repeatElement(0, count: missing))
    }
    masks[block.index] |= Self.bit(variable)
    if (count + 1) * 2 > keys.count { grow() }
    let key = Self.key(variable, block)
    let place = place(of: key)
    if keys[place] != key {
      keys[place] = key
      count += 1
    }
    values[place] = value
  }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    let size = max(64, keys.count * 2)
    keys = Array(repeating: Self.empty, count: size)
    values = Array(repeating: .none, count: size)
    for (key, value) in zip(oldKeys, oldValues) where key != Self.empty {
      let place = place(of: key)
      keys[place] = key
      values[place] = value
    }
  }
}
