/// The types of an operator that takes at most three numbers or vectors and gives at most one.
package struct FixedSignature: Hashable, Sendable {
  /// The raw values of `ValueType`'s numbers and vectors; 0 for no type.
  package enum Number: UInt8, Sendable {
    case none, i32, i64, f32, f64, v128
  }

  package let operandCount: UInt8
  /// The operand on top of the stack.
  package let last: Number
  /// The operand below the last one.
  package let middle: Number
  /// The deepest operand of three.
  package let first: Number
  package let result: Number

  var resultCount: UInt8 { result == .none ? 0 : 1 }

  static func nullary(to result: Number) -> FixedSignature {
    FixedSignature(operandCount: 0, last: .none, middle: .none, first: .none, result: result)
  }

  static func unary(_ operand: Number, to result: Number) -> FixedSignature {
    FixedSignature(operandCount: 1, last: operand, middle: .none, first: .none, result: result)
  }

  static func binary(_ first: Number, _ last: Number, to result: Number) -> FixedSignature {
    FixedSignature(operandCount: 2, last: last, middle: first, first: .none, result: result)
  }

  static func ternary(
    _ first: Number, _ middle: Number, _ last: Number, to result: Number
  ) -> FixedSignature {
    FixedSignature(operandCount: 3, last: last, middle: middle, first: first, result: result)
  }
}

extension ValueType {
  /// The type of the same raw value, which is not `none`.
  @inline(__always)
  init(_ number: FixedSignature.Number) { self.init(rawValue: UInt32(number.rawValue)) }
}
