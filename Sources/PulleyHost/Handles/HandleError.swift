/// Why a number is not a handle of the expected type, or why an object cannot have one.
public enum HandleError: Error, Hashable, Sendable {
  /// No table has ever given the number.
  case unknown(UInt64, expected: String)
  /// The table has given the number and has released it.
  case released(UInt64, expected: String)
  /// Some table has given the number. This one has not, or has released it long ago.
  case foreignOrReleased(UInt64, expected: String)
  case otherType(UInt64, expected: String, found: String)
  /// The table has as many handles as it may have.
  case tooMany(limit: Int, type: String)
  /// The account of the table's owner does not allow the table to grow.
  case outOfMemory(type: String)
  /// The handles of the process have all numbers.
  case outOfNumbers(type: String)
}

extension HandleError: CustomStringConvertible {
  /// A clause that names types as C does: "7 is a handle of 'struct a', not of 'struct b'".
  public var description: String {
    switch self {
    case .unknown(let number, let expected):
      "\(number) is not a handle of '\(expected)', nor of any other type"
    case .released(let number, let expected):
      "\(number) is not a handle of '\(expected)': it was released"
    case .foreignOrReleased(let number, let expected):
      "\(number) is not a handle of '\(expected)': it was released, or belongs to other instances"
    case .otherType(let number, let expected, let found):
      "\(number) is a handle of '\(found)', not of '\(expected)'"
    case .tooMany(let limit, let type):
      "the instances have \(limit) handles, the limit, and get none of '\(type)'"
    case .outOfMemory(let type):
      "the memory for another handle of '\(type)' exceeds a limit of the instances"
    case .outOfNumbers(let type):
      "all numbers of handles are in use, so there is none for '\(type)'"
    }
  }
}
