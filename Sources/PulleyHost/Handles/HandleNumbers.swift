import Synchronization

/// The numbers that handles of this process can have: positive numbers of 32 bits with a sign, because
/// a guest may store a handle in an `int`.
///
/// Tables lease them in blocks. A block that was returned is leased again only after all others, so a
/// stale number becomes valid again after two thousand million other handles at the earliest, and no two
/// tables have the same number at the same time.
struct HandleNumbers {
  /// The numbers of a block.
  static let blockSize: UInt32 = 64
  static let shared = Mutex(HandleNumbers(blockCount: (1 << 31) / blockSize))

  private let blockCount: UInt32
  private var next: UInt32 = 0
  private var hasWrapped = false
  private var leased: Set<UInt32> = []

  init(blockCount: UInt32) {
    self.blockCount = blockCount
  }

  /// The block of a number.
  static func block(of number: UInt32) -> UInt32 { number / blockSize }

  /// The numbers of a block. 0 belongs to no handle, because it is NULL.
  static func numbers(of block: UInt32) -> Range<UInt32> {
    max(1, block * blockSize)..<(block + 1) * blockSize
  }

  /// A block that no table has; nil if there is none.
  mutating func lease() -> UInt32? {
    guard leased.count < Int(blockCount) else { return nil }
    while true {
      let block = next
      next += 1
      if next == blockCount {
        next = 0
        hasWrapped = true
      }
      if leased.insert(block).inserted { return block }
    }
  }

  mutating func giveBack(_ block: UInt32) { leased.remove(block) }

  /// Whether a table has or had the number's block.
  func mayHaveGiven(_ number: UInt32) -> Bool {
    let block = Self.block(of: number)
    return block < blockCount && (hasWrapped || block < next)
  }
}
