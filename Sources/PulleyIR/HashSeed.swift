/// Mixes keys for hash tables of open addressing with numbers that nobody outside can know, so that
/// no guest can write down keys that all go to one place. The order of such a table may therefore
/// never show in a result.
public struct HashSeed: Sendable {
  private let key: UInt64
  /// Odd, or the product would lose bits.
  private let factor: UInt64

  private static let process = HashSeed(
    key: .random(in: .min ... .max), factor: .random(in: .min ... .max) | 1)

  private init(key: UInt64, factor: UInt64) {
    self.key = key
    self.factor = factor
  }

  /// The seed of this process.
  public init() { self = Self.process }

  /// A number that all bits of `hash` and `part` have a share in.
  @inline(__always)
  public func mix(_ hash: UInt64, _ part: UInt64) -> UInt64 {
    let product = (hash ^ part ^ key).multipliedFullWidth(by: factor)
    return product.high ^ product.low
  }
}
