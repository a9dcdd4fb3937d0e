/// The types of at most three operands and at most one result, all numbers or vectors, in one word.
struct FixedSignature: Hashable, Sendable {
  /// The raw values of `ValueType`'s numbers and vectors.
  enum Number: UInt16 {
    case none, i32, i64, f32, f64, v128
  }

  /// From the low end, four bits each: the result, the operand on top of the stack, the one below
  /// it; then three bits: the deepest operand of three; then `isKnown`.
  let bits: UInt16

  @inline(__always)
  init(_ first: Number, _ second: Number, result: Number = .none) {
    let last = second == .none ? first : second
    let other = second == .none ? Number.none : first
    bits = result.rawValue | last.rawValue << 4 | other.rawValue << 8 | 0x8000
  }

  @inline(__always)
  init(_ first: Number, _ second: Number, _ third: Number, result: Number) {
    bits =
      result.rawValue | third.rawValue << 4 | second.rawValue << 8 | first.rawValue << 12 | 0x8000
  }

  private init() { bits = 0 }

  /// The mark of operators whose type depends on the module or the stack.
  static var unknown: FixedSignature {
    @inline(__always) get { FixedSignature() }
  }

  var isKnown: Bool {
    @inline(__always) get { bits != 0 }
  }

  var result: ValueType? {
    @inline(__always) get { Self.type(bits) }
  }

  /// The operand on top of the stack.
  var lastOperand: ValueType? {
    @inline(__always) get { Self.type(bits >> 4) }
  }

  /// The operand below it.
  var middleOperand: ValueType? {
    @inline(__always) get { Self.type(bits >> 8) }
  }

  /// The deepest operand of three.
  var firstOfThree: ValueType? {
    @inline(__always) get { Self.type(bits >> 12 & 7) }
  }

  @inline(__always)
  private static func type(_ bits: UInt16) -> ValueType? {
    let number = UInt32(bits & 0xF)
    return number == 0 ? nil : ValueType(rawValue: number)
  }
}
