import PulleyIR

/// An entry of the operand stack during translation.
///
/// Constants and comparisons are kept back until somebody needs them: a constant may be folded into
/// what uses it, and a comparison decides a branch without becoming a number first. Both depend on
/// nothing but values that stand already, so that it does not matter when they are computed.
struct Operand {
  enum Kind: UInt8 {
    /// `first`.
    case value
    /// `bits`, as `InstructionData.immediate` has it.
    case constant
    /// `first` compared with `second`, or with the constant `bits` if that is none. An i32.
    case intCompare
    /// `first` compared with `second`. An i32.
    case floatCompare
  }

  var kind: Kind
  /// Of the value or constant, or of what is compared.
  var type: Type
  private var condition: UInt8 = 0
  /// A `floatCompare` is true where the condition does not hold.
  var isInverted = false
  var first = Value.none
  var second = Value.none
  var bits: Int64 = 0

  init(_ value: Value, _ type: Type) {
    kind = .value
    self.type = type
    first = value
  }

  init(constant bits: Int64, _ type: Type) {
    kind = .constant
    self.type = type
    self.bits = bits
  }

  init(_ condition: IntCondition, _ type: Type, _ first: Value, _ second: Value) {
    kind = .intCompare
    self.type = type
    self.condition = condition.rawValue
    self.first = first
    self.second = second
  }

  init(_ condition: IntCondition, _ type: Type, _ first: Value, constant: Int64) {
    self.init(condition, type, first, .none)
    bits = constant
  }

  init(_ condition: FloatCondition, _ type: Type, _ first: Value, _ second: Value) {
    kind = .floatCompare
    self.type = type
    self.condition = condition.rawValue
    self.first = first
    self.second = second
  }

  var intCondition: IntCondition {
    get { IntCondition(rawValue: condition) ?? .equal }
    set { condition = newValue.rawValue }
  }

  var floatCondition: FloatCondition { FloatCondition(rawValue: condition) ?? .equal }

  /// The type of what is on the stack.
  var stackType: Type {
    kind == .value || kind == .constant ? (isLaneVector ? .i8x16 : type) : .i32
  }

  /// A vector as the operation that made it left it: elsewhere than on the stack every vector is an
  /// i8x16.
  var isLaneVector: Bool { type.isVector && type != .i8x16 && kind == .value }

  /// Whether it is a comparison that only tells zero from other numbers.
  var isZeroTest: Bool {
    kind == .intCompare && second.isNone && bits == 0
      && (intCondition == .equal || intCondition == .notEqual)
  }

  /// The comparison that is true where this one is not.
  var inverted: Operand {
    var result = self
    if kind == .intCompare {
      result.intCondition = intCondition.inverted
    } else {
      result.isInverted.toggle()
    }
    return result
  }
}
