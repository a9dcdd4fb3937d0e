/// One operator of a function body or constant expression with its immediates.
///
/// `OperatorCode.immediates` determines which of the properties have a meaning.
public struct Operator: Hashable, Sendable {
  public var code: OperatorCode
  /// The alignment of a memory access, as a binary logarithm.
  public var alignment: UInt8 = 0
  /// The position of the operator in the module.
  public var offset: UInt32
  /// The first index, depth or count.
  public var index: UInt32 = 0
  /// The second index.
  public var secondIndex: UInt32 = 0
  /// The position in the module of a list of branch targets or catch clauses.
  public var listOffset: UInt32 = 0
  /// The bits of a constant (the low half of a vector), or the offset of a memory access.
  public var bits: UInt64 = 0
  /// The high half of a vector.
  public var highBits: UInt64 = 0

  @inlinable
  public init(_ code: OperatorCode, offset: UInt32) {
    self.code = code
    self.offset = offset
  }

  /// The type of a `block`, `loop`, `if`, `try` or `try_table`.
  @inlinable
  public var blockType: BlockType {
    get { BlockType(rawValue: bits) }
    set { bits = newValue.rawValue }
  }

  /// The type of a typed `select`.
  @inlinable
  public var valueType: ValueType {
    get { ValueType(rawValue: UInt32(truncatingIfNeeded: bits)) }
    set { bits = UInt64(newValue.rawValue) }
  }

  /// The type of the operand of a `br_on_cast`.
  @inlinable
  public var sourceType: ValueType {
    ValueType(rawValue: UInt32(truncatingIfNeeded: bits >> 32))
  }

  /// The type that a `br_on_cast` casts to.
  @inlinable
  public var targetType: ValueType {
    ValueType(rawValue: UInt32(truncatingIfNeeded: bits))
  }

  /// The lanes that an `i8x16.shuffle` selects: 0–15 are lanes of the first operand, 16–31 of the
  /// second.
  @inlinable
  public var shuffleLanes: SIMD16<UInt8> {
    unsafeBitCast(SIMD2(bits.littleEndian, highBits.littleEndian), to: SIMD16<UInt8>.self)
  }

  /// The type of a `ref.null`, `ref.test` or `ref.cast`.
  @inlinable
  public var heapType: HeapType {
    get { HeapType(rawValue: UInt32(truncatingIfNeeded: bits)) }
    set { bits = UInt64(newValue.rawValue) }
  }
}

/// A clause of a `try_table`.
public struct CatchClause: Hashable, Sendable {
  /// The tag that is caught; nil if all are.
  public var tag: UInt32?
  /// Whether a reference to the exception is pushed.
  public var pushesReference: Bool
  /// A relative label depth, where 0 is the block that contains the `try_table`.
  public var label: UInt32
}
