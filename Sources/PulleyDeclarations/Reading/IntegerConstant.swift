/// One value for each data model.
struct PerModel<Value: Sendable>: Sendable {
  var host: Value
  var guest32: Value
  var guest64: Value

  init(_ make: (DataModel) -> Value) {
    host = make(.host)
    guest32 = make(.guest32)
    guest64 = make(.guest64)
  }

  subscript(model: DataModel) -> Value {
    switch model {
    case .host: host
    case .guest32: guest32
    case .guest64: guest64
    }
  }
}

extension PerModel where Value: Equatable {
  /// The value, if it is the same in all models.
  var common: Value? { host == guest32 && host == guest64 ? host : nil }
}

/// The value of an integer constant expression.
///
/// `sizeof` makes values different in host and guest, and the width of `long` makes types different: the
/// sum of an `unsigned long` and a `long long` has a sign only where `long` has 32 bits.
struct IntegerConstant: Sendable {
  let types: PerModel<IntegerType>
  /// Extended to 64 bits with the sign of the type. Types of 128 bits have the values of 64 bits.
  let values: PerModel<Int64>

  init(_ types: PerModel<IntegerType>, _ value: (DataModel) -> Int64) {
    self.types = types
    values = PerModel { types[$0].wrapped(value($0), $0) }
  }

  init(_ type: IntegerType, _ value: (DataModel) -> Int64) {
    self.init(PerModel { _ in type }, value)
  }

  init(_ type: IntegerType, _ value: Int64) { self.init(type) { _ in value } }

  init(isTrue: (DataModel) -> Bool) { self.init(.int32) { isTrue($0) ? 1 : 0 } }

  /// The type on the host.
  var type: IntegerType { types.host }

  func isSigned(_ model: DataModel) -> Bool { types[model].isSigned(model) }

  /// The value, if it is the same in all models and fits an Int.
  var common: Int? {
    guard let value = values.common, value >= 0 || DataModel.allCases.allSatisfy(isSigned) else {
      return nil
    }
    return Int(value)
  }

  var isTrue: PerModel<Bool> { PerModel { values[$0] != 0 } }

  func converted(to types: PerModel<IntegerType>) -> IntegerConstant {
    IntegerConstant(types) { types[$0] == .bool ? values[$0] == 0 ? 0 : 1 : values[$0] }
  }

  func converted(to type: IntegerType) -> IntegerConstant {
    converted(to: PerModel { _ in type })
  }

  /// The types that the usual arithmetic conversions give.
  func commonTypes(_ other: IntegerConstant) -> PerModel<IntegerType> {
    PerModel { IntegerType.common(types[$0], other.types[$0], $0) }
  }

  private var promoted: IntegerConstant { converted(to: PerModel { types[$0].promoted }) }

  /// Applies a unary operator. Nil for operators that give no integer.
  func applying(_ mark: Mark) -> IntegerConstant? {
    let promoted = promoted
    switch mark {
    case .plus: return promoted
    case .minus: return IntegerConstant(promoted.types) { 0 &- promoted.values[$0] }
    case .tilde: return IntegerConstant(promoted.types) { ~promoted.values[$0] }
    case .exclamation: return IntegerConstant { values[$0] == 0 }
    default: return nil
    }
  }

  /// Applies a binary operator, or says why there is no value.
  func applying(_ mark: Mark, _ right: IntegerConstant) -> Result<IntegerConstant, NoConstant> {
    switch mark {
    case .and: return .success(IntegerConstant { isTrue[$0] && right.isTrue[$0] })
    case .or: return .success(IntegerConstant { isTrue[$0] || right.isTrue[$0] })
    case .shiftLeft, .shiftRight: return shifted(right, isLeft: mark == .shiftLeft)
    default: break
    }
    let types = commonTypes(right)
    let (left, right) = (converted(to: types), right.converted(to: types))
    if mark.isComparison {
      return .success(IntegerConstant { left.compare(mark, right, $0) })
    }
    if mark == .slash || mark == .percent {
      let isDefined = DataModel.allCases.allSatisfy { model in
        right.values[model] != 0
          && !(right.values[model] == -1 && left.values[model] == .min && left.isSigned(model))
      }
      guard isDefined else { return .failure(NoConstant("this divides by zero or overflows")) }
    }
    return .success(
      IntegerConstant(types) { left.compute(mark, left.values[$0], right.values[$0], $0) })
  }

  private func shifted(
    _ count: IntegerConstant, isLeft: Bool
  ) -> Result<IntegerConstant, NoConstant> {
    let left = promoted
    let fits = DataModel.allCases.allSatisfy { model in
      0..<Int64(min(8, left.types[model].size(model)) * 8) ~= count.values[model]
    }
    guard fits else {
      return .failure(NoConstant("this shifts by a number that is negative or too large"))
    }
    return .success(
      IntegerConstant(left.types) { model in
        let (value, count) = (left.values[model], count.values[model])
        if isLeft { return value << count }
        return left.isSigned(model)
          ? value >> count : Int64(bitPattern: UInt64(bitPattern: value) >> UInt64(count))
      })
  }

  private func compare(_ mark: Mark, _ right: IntegerConstant, _ model: DataModel) -> Bool {
    let (a, b) = (values[model], right.values[model])
    let isLess = isSigned(model) ? a < b : UInt64(bitPattern: a) < UInt64(bitPattern: b)
    switch mark {
    case .less: return isLess
    case .greaterEqual: return !isLess
    case .lessEqual: return isLess || a == b
    case .greater: return !isLess && a != b
    case .equalEqual: return a == b
    default: return a != b
    }
  }

  /// Arithmetic on two values of the type. A divisor is not zero.
  private func compute(_ mark: Mark, _ a: Int64, _ b: Int64, _ model: DataModel) -> Int64 {
    switch mark {
    case .plus: return a &+ b
    case .minus: return a &- b
    case .star: return a &* b
    case .ampersand: return a & b
    case .bar: return a | b
    case .caret: return a ^ b
    default: break
    }
    if isSigned(model) { return mark == .slash ? a / b : a % b }
    let (c, d) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
    return Int64(bitPattern: mark == .slash ? c / d : c % d)
  }
}

/// Why an expression is not an integer constant, as a sentence without its end.
struct NoConstant: Error, Sendable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

extension Mark {
  fileprivate var isComparison: Bool {
    switch self {
    case .less, .lessEqual, .greater, .greaterEqual, .equalEqual, .notEqual: true
    default: false
    }
  }
}

extension IntegerType {
  /// A value cut to the type and extended again.
  fileprivate func wrapped(_ value: Int64, _ model: DataModel) -> Int64 {
    let unused = Int64(64 - min(8, size(model)) * 8)
    if isSigned(model) { return (value << unused) >> unused }
    return Int64(bitPattern: (UInt64(bitPattern: value) << UInt64(unused)) >> UInt64(unused))
  }

  /// The type that arithmetic converts the type to.
  var promoted: IntegerType { size(.guest32) < 4 ? .int32 : self }

  private var rank: Int {
    switch self {
    case .bool, .char, .int8, .uint8, .int16, .uint16, .int32, .uint32: 0
    case .long, .unsignedLong, .pointerSized, .unsignedPointerSized: 1
    case .int64, .uint64: 2
    case .int128, .uint128: 3
    }
  }

  /// The type with the same rank and without a sign.
  var unsigned: IntegerType {
    switch self {
    case .bool, .uint8, .uint16, .uint32, .uint64, .unsignedLong, .unsignedPointerSized, .uint128:
      self
    case .char, .int8: .uint8
    case .int16: .uint16
    case .int32: .uint32
    case .int64: .uint64
    case .long: .unsignedLong
    case .pointerSized: .unsignedPointerSized
    case .int128: .uint128
    }
  }

  /// The type that the usual arithmetic conversions give for two operands.
  static func common(
    _ left: IntegerType, _ right: IntegerType, _ model: DataModel
  ) -> IntegerType {
    let (left, right) = (left.promoted, right.promoted)
    if left.isSigned(model) == right.isSigned(model) {
      return left.rank >= right.rank ? left : right
    }
    let (signed, unsigned) = left.isSigned(model) ? (left, right) : (right, left)
    if unsigned.rank >= signed.rank { return unsigned }
    return signed.size(model) > unsigned.size(model) ? signed : signed.unsigned
  }
}
