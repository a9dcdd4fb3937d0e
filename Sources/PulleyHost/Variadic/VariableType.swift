import PulleyDeclarations

/// What a variable argument is, as a format string tells.
enum VariableType: Hashable {
  /// An integer that is passed as itself; `int` for the narrower ones.
  case integer(IntegerType)
  /// An `int` that is a width or a precision.
  case columns
  case double, longDouble
  /// A string.
  case string(StringBound)
  /// An address to print.
  case address
  /// A pointer into the guest's memory, to a string or to anything.
  case pointer(isText: Bool, isNullable: Bool)
  /// Pointers to numbers that scanf sets.
  case integerOutput(IntegerType), floatingOutput(FloatingType), addressOutput
  /// A pointer to as many characters, without NUL.
  case characters(Int)
  /// A pointer to a string of a word, or of any characters. Without a maximum, the input ends it.
  case text(maximum: Int?, isWord: Bool)
  /// A pointer to the number of characters consumed so far.
  case consumed(IntegerType)

  enum StringBound: Hashable {
    case terminated
    /// At most as many bytes, or up to the NUL.
    case constant(Int)
    /// The same, with the number in another argument. A negative number is not a bound.
    case argument(Int)
  }

  /// The size of the argument in the guest's buffer, which is also its alignment, in bytes.
  func guestSize(_ model: DataModel) -> Int {
    switch self {
    case .integer(let type): max(4, type.size(model))
    case .columns: 4
    case .double: 8
    case .longDouble: 16
    case .string, .address, .pointer, .integerOutput, .floatingOutput, .addressOutput, .characters,
      .text,
      .consumed:
      IntegerType.unsignedPointerSized.size(model)
    }
  }

  /// One type for an argument that two conversions use; nil if there is none.
  func merged(with other: VariableType) -> VariableType? {
    switch (self, other) {
    case _ where self == other: self
    case (.integer(.int32), .columns), (.integer(.uint32), .columns), (.columns, .integer(.int32)),
      (.columns, .integer(.uint32)):
      .columns
    case (.integer(.int32), .integer(.uint32)), (.integer(.uint32), .integer(.int32)):
      .integer(.int32)
    case (.integer(.int64), .integer(.uint64)), (.integer(.uint64), .integer(.int64)):
      .integer(.int64)
    case (.string, .string): .string(.terminated)
    default: nil
    }
  }
}
