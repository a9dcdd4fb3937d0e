import PulleyIR

/// The locals of the function being translated.
///
/// A few bytes can declare fifty thousand locals. So only the locals that the body uses are
/// numbered, in the order of their first use.
struct LocalTable {
  private var groups: [(end: UInt32, type: ValueType)] = []
  /// By local: its number, valid if the stamp is that of the function.
  private var numbers: [UInt32] = []
  private var stamps: [UInt32] = []
  private var stamp: UInt32 = 0
  /// By number.
  private(set) var types: [Type] = []

  /// Starts a new function. Its parameters have the first numbers.
  mutating func reset(parameters: some Collection<Type>, _ groups: [LocalGroup]) {
    if stamp == .max {
      for index in stamps.indices { stamps[index] = 0 }
      stamp = 0
    }
    stamp += 1
    types.removeAll(keepingCapacity: true)
    self.groups.removeAll(keepingCapacity: true)
    for (index, type) in parameters.enumerated() { add(type, for: index) }
    var end = UInt32(types.count)
    for group in groups {
      end += group.count
      self.groups.append((end, group.type))
    }
  }

  private mutating func add(_ type: Type, for local: Int) {
    if local >= stamps.count {
      let missing = max(local + 1, 2 * stamps.count) - stamps.count
      stamps.append(contentsOf: repeatElement(0, count: missing))
      numbers.append(contentsOf: repeatElement(0, count: missing))
    }
    stamps[local] = stamp
    numbers[local] = UInt32(types.count)
    types.append(type)
  }

  /// A local's number; nil if the local has not been used yet.
  @inline(__always)
  func known(_ local: Int) -> Int? {
    local < stamps.count && stamps[local] == stamp ? Int(numbers[local]) : nil
  }

  /// Gives the next number to a local that is used for the first time.
  mutating func declare(_ local: Int) -> Int {
    var (low, high) = (0, groups.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if local < groups[middle].end { high = middle } else { low = middle + 1 }
    }
    add(groups[low].type.irType, for: local)
    return types.count - 1
  }
}
