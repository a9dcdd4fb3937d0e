import PulleyIR
import PulleyISA

/// The constants that instructions need in registers.
///
/// All uses of a constant in a region share a register. A region is a block outside of loops, where the
/// constant is made right before its first use, or an outermost loop, where it is made before the
/// loop. The register allocator may rematerialise it nearer to its uses.
struct ConstantPool: Sendable {
  enum Kind: UInt8, Sendable {
    case integer, f32, f64, vector
    /// The context of a function with the convention `window`.
    case context

    var registerClass: RegisterClass {
      switch self {
      case .integer, .context: .x
      case .f32, .f64: .f
      case .vector: .v
      }
    }
  }

  struct Entry: Sendable {
    var kind: Kind
    var bits: Int64
    /// The second half of a vector.
    var highBits: Int64
    var region: UInt32
    var register: Reg
    /// If the region is a block: the constant is made right before the instruction that precedes this
    /// index of `Lowering.code`.
    var place = 0
    /// The source location of its first user.
    var source = UInt32.max
    /// Whether the region is a loop.
    var isHoisted: Bool
  }

  var entries: [Entry] = []
  private let seed = HashSeed()
  private var table: [UInt32] = []

  private static let empty = UInt32.max

  mutating func removeAll() {
    guard !entries.isEmpty else { return }
    // A table that was enlarged for one big function would slow down all later ones.
    if table.count > 1024 && entries.count * 8 < table.count {
      table.removeAll(keepingCapacity: false)
    } else {
      for index in table.indices { table[index] = Self.empty }
    }
    entries.removeAll(keepingCapacity: true)
  }

  /// The number of the entry. A new entry has no register.
  mutating func find(
    _ kind: Kind, _ bits: Int64, _ highBits: Int64, region: UInt32, isLoop: Bool
  ) -> Int {
    if (entries.count + 1) * 2 > table.count { grow() }
    let slot = slot(of: kind, bits, highBits, region)
    if table[slot] == Self.empty {
      table[slot] = UInt32(entries.count)
      entries.append(
        Entry(
          kind: kind, bits: bits, highBits: highBits, region: region, register: .none,
          isHoisted: isLoop))
    }
    return Int(table[slot])
  }

  /// The index of the entry in the table, or of the free element for it.
  private func slot(
    of kind: Kind, _ bits: Int64, _ highBits: Int64, _ region: UInt32
  ) -> Int {
    let mask = table.count - 1
    var hash = seed.mix(UInt64(bitPattern: bits), UInt64(region) << 8 | UInt64(kind.rawValue))
    if highBits != 0 { hash = seed.mix(hash, UInt64(bitPattern: highBits)) }
    var slot = Int(truncatingIfNeeded: hash) & mask
    while table[slot] != Self.empty {
      let entry = entries[Int(table[slot])]
      if entry.bits == bits && entry.highBits == highBits && entry.region == region
        && entry.kind == kind
      {
        break
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    let size = max(64, table.count * 2)
    table = Array(repeating: Self.empty, count: size)
    for (number, entry) in entries.enumerated() {
      table[slot(of: entry.kind, entry.bits, entry.highBits, entry.region)] = UInt32(number)
    }
  }
}
