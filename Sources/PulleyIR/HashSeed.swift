/// A secret seed for hash tables with open addressing, so that a guest cannot construct keys that
/// collide. Results must therefore not depend on the order of such a table.
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

  /// Mixes all bits of `hash` and `part`.
  @inline(__always)
  public func mix(_ hash: UInt64, _ part: UInt64) -> UInt64 {
    let product = (hash ^ part ^ key).multipliedFullWidth(by: factor)
    return product.high ^ product.low
  }
}
