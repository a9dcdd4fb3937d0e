import PulleyIR

/// An entry of the operand stack during translation.
///
/// Constants and comparisons are not emitted until they are used: a constant may be folded into its
/// user, and a branch uses a comparison without making it a number. They depend on nothing but SSA
/// values, so they can be computed at any later point.
struct Operand {
  enum Kind: UInt8 {
    /// `first`.
    case value
    /// `bits`, as `InstructionData.immediate` has it.
    case constant
    /// `first` compared with `second`, or with the constant `bits` if there is no `second`. An i32.
    case intCompare
    /// `first` compared with `second`. An i32.
    case floatCompare
  }

  var kind: Kind
  /// The type of the value or constant, or of the operands of the comparison.
  var type: Type
  private var condition: UInt8 = 0
  /// Whether a `floatCompare` is true if the condition does not hold.
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

  /// The type on the operand stack.
  var stackType: Type {
    kind == .value || kind == .constant ? (isLaneVector ? .i8x16 : type) : .i32
  }

  /// Whether it is a vector with the lane type of its operation. Vectors that are not on the operand
  /// stack are always i8x16.
  var isLaneVector: Bool { type.isVector && type != .i8x16 && kind == .value }

  /// Whether it is a comparison with zero for equality or inequality.
  var isZeroTest: Bool {
    kind == .intCompare && second.isNone && bits == 0
      && (intCondition == .equal || intCondition == .notEqual)
  }

  /// The comparison that is true if and only if this one is false.
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
