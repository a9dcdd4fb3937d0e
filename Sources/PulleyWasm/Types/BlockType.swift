/// The parameters and results of a block.
public struct BlockType: Hashable, Sendable {
  /// 0 for an empty type; a type index if bit 32 is set; otherwise the type of the only result.
  public let rawValue: UInt64

  @inlinable
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// No parameters and no results.
  public static let empty = BlockType(rawValue: 0)

  /// No parameters and one result.
  @inlinable
  public static func result(_ type: ValueType) -> BlockType {
    BlockType(rawValue: UInt64(type.rawValue))
  }

  /// The parameters and results of a function type of the module.
  @inlinable
  public static func function(_ typeIndex: UInt32) -> BlockType {
    BlockType(rawValue: 1 << 32 | UInt64(typeIndex))
  }

  /// The type index, if the block type has one.
  @inlinable
  public var typeIndex: UInt32? {
    rawValue >> 32 != 0 ? UInt32(truncatingIfNeeded: rawValue) : nil
  }

  /// The result, if the block type is a value type.
  @inlinable
  public var singleResult: ValueType? {
    rawValue != 0 && rawValue >> 32 == 0
      ? ValueType(rawValue: UInt32(truncatingIfNeeded: rawValue)) : nil
  }
}
