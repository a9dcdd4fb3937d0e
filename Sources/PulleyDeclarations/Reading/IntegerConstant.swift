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

/// The value of an integer constant expression. `sizeof` can make it different in host and guest.
struct IntegerConstant: Sendable {
  let type: IntegerType
  /// Extended to 64 bits with the sign of the type. Types of 128 bits have the values of 64 bits.
  let values: PerModel<Int64>

  init(_ type: IntegerType, _ value: (DataModel) -> Int64) {
    self.type = type
    values = PerModel { type.wrapped(value($0), $0) }
  }

  init(_ type: IntegerType, _ value: Int64) { self.init(type) { _ in value } }

  init(_ isTrue: PerModel<Bool>) { self.init(.int32) { isTrue[$0] ? 1 : 0 } }

  /// The value, if it is the same in all models and fits an Int.
  var common: Int? {
    guard let value = values.common, type.isSigned(.host) || value >= 0 || type.isNarrow else {
      return nil
    }
    return Int(value)
  }

  var isTrue: PerModel<Bool> { PerModel { values[$0] != 0 } }

  func converted(to type: IntegerType) -> IntegerConstant {
    if type == .bool { return IntegerConstant(.bool) { values[$0] != 0 ? 1 : 0 } }
    return IntegerConstant(type) { values[$0] }
  }

  /// Applies a unary operator. Nil for operators that give no integer.
  func applying(_ mark: Mark) -> IntegerConstant? {
    let promoted = converted(to: type.promoted)
    switch mark {
    case .plus: return promoted
    case .minus: return IntegerConstant(promoted.type) { 0 &- promoted.values[$0] }
    case .tilde: return IntegerConstant(promoted.type) { ~promoted.values[$0] }
    case .exclamation: return IntegerConstant(PerModel { values[$0] == 0 })
    default: return nil
    }
  }

  /// Applies a binary operator, or says why there is no value.
  func applying(
    _ mark: Mark, _ right: IntegerConstant
  ) -> Result<IntegerConstant, NoConstant> {
    switch mark {
    case .and: return .success(IntegerConstant(PerModel { isTrue[$0] && right.isTrue[$0] }))
    case .or: return .success(IntegerConstant(PerModel { isTrue[$0] || right.isTrue[$0] }))
    case .shiftLeft, .shiftRight: return shifted(right, isLeft: mark == .shiftLeft)
    default: break
    }
    let type = IntegerType.common(type, right.type)
    let (left, right) = (converted(to: type), right.converted(to: type))
    if mark.isComparison {
      return .success(IntegerConstant(PerModel { left.compare(mark, right, $0) }))
    }
    if mark == .slash || mark == .percent {
      let isDefined = DataModel.allCases.allSatisfy { model in
        right.values[model] != 0
          && !(right.values[model] == -1 && left.values[model] == .min && type.isSigned(model))
      }
      guard isDefined else { return .failure(NoConstant("this divides by zero or overflows")) }
    }
    return .success(
      IntegerConstant(type) { model in
        left.compute(mark, left.values[model], right.values[model], model)
      })
  }

  private func shifted(
    _ count: IntegerConstant, isLeft: Bool
  ) -> Result<IntegerConstant, NoConstant> {
    let left = converted(to: type.promoted)
    let fits = DataModel.allCases.allSatisfy { model in
      0..<Int64(left.type.size(model) * 8) ~= count.values[model]
    }
    guard fits else {
      return .failure(NoConstant("this shifts by a number that is negative or too large"))
    }
    return .success(
      IntegerConstant(left.type) { model in
        let (value, count) = (left.values[model], count.values[model])
        if isLeft { return value << count }
        return left.type.isSigned(model)
          ? value >> count : Int64(bitPattern: UInt64(bitPattern: value) >> UInt64(count))
      })
  }

  private func compare(_ mark: Mark, _ right: IntegerConstant, _ model: DataModel) -> Bool {
    let (a, b) = (values[model], right.values[model])
    let isLess: Bool
    if type.isSigned(model) {
      isLess = a < b
    } else {
      isLess = UInt64(bitPattern: a) < UInt64(bitPattern: b)
    }
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
    if type.isSigned(model) { return mark == .slash ? a / b : a % b }
    let (c, d) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
    return Int64(bitPattern: mark == .slash ? c / d : c % d)
  }
}

/// Why an expression is no integer constant, as a sentence without its end.
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
  /// Whether all values fit 63 bits.
  fileprivate var isNarrow: Bool { size(.host) < 8 }

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

  /// The type that the usual arithmetic conversions give for two operands on the host.
  static func common(_ left: IntegerType, _ right: IntegerType) -> IntegerType {
    let (left, right) = (left.promoted, right.promoted)
    if left.isSigned(.host) == right.isSigned(.host) {
      return left.rank >= right.rank ? left : right
    }
    let (signed, unsigned) = left.isSigned(.host) ? (left, right) : (right, left)
    if unsigned.rank >= signed.rank { return unsigned }
    return signed.size(.host) > unsigned.size(.host) ? signed : signed.unsigned
  }
}
