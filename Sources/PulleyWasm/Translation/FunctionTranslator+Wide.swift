import PulleyIR

/// Integers of 128 bits, as two halves on the stack: the low one below the high one.
extension FunctionTranslator {
  mutating func translateWideArithmetic(_ code: OperatorCode) {
    switch code {
    case .i64Add128: translateWideSum(.iadd)
    case .i64Sub128: translateWideSum(.isub)
    case .i64MulWideS: translateWideProduct(.smulhi)
    default: translateWideProduct(.umulhi)
    }
  }

  private mutating func translateWideSum(_ opcode: Opcode) {
    let (high2, low2) = (popValue(), popValue())
    let (high1, low1) = (popValue(), popValue())
    let low = append(opcode, .i64, low1, low2)
    // A sum that wraps around is less than either operand; a difference wraps if it must borrow.
    let carry =
      opcode == .iadd
      ? Operand(.unsignedLess, .i64, low, low1) : Operand(.unsignedLess, .i64, low1, low2)
    let high = append(opcode, .i64, high1, high2)
    push(low, .i64)
    push(append(opcode, .i64, high, number(of: carry, .i64)), .i64)
  }

  private mutating func translateWideProduct(_ high: Opcode) {
    let (second, first) = (popValue(), popValue())
    push(append(.imul, .i64, first, second), .i64)
    push(append(high, .i64, first, second), .i64)
  }
}
