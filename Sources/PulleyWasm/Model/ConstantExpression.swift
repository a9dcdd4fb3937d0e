/// The operators of a constant expression, without the closing `end`.
///
/// Nearly all constant expressions are a single operator, which needs no array.
public struct ConstantExpression: Hashable, Sendable {
  private var first: Operator
  private var rest: [Operator] = []

  /// Where the expression starts in the module.
  public let offset: Int

  /// An expression that consists of `end` only.
  init(offset: Int) {
    self.offset = offset
    first = Operator(.end, offset: UInt32(truncatingIfNeeded: offset))
  }

  mutating func append(_ op: Operator) {
    if isEmpty {
      first = op
    } else {
      rest.append(op)
    }
  }

  /// The function index, if the expression is a single `ref.func`.
  var onlyFunction: UInt32? {
    first.code == .refFunc && rest.isEmpty ? first.index : nil
  }
}

extension ConstantExpression: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { first.code == .end ? 0 : 1 + rest.count }

  public subscript(position: Int) -> Operator {
    position == 0 ? first : rest[position - 1]
  }
}
