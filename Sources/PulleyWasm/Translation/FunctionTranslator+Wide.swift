import PulleyIR

/// Integers of 128 bits. Each is two i64s on the stack, with the high half on top.
extension FunctionTranslator {
  mutating func translateWide(_ rule: WideRule) {
    switch rule {
    case .add: translateWideSum(.iadd)
    case .subtract: translateWideSum(.isub)
    case .multiplySigned: translateWideProduct(.smulhi)
    case .multiplyUnsigned: translateWideProduct(.umulhi)
    }
  }

  private mutating func translateWideSum(_ operation: Operation) {
    let (high2, low2) = (popValue(), popValue())
    let (high1, low1) = (popValue(), popValue())
    let low = append(operation, .i64, low1, low2)
    // A sum that wraps around is less than either operand. A difference wraps around if the first
    // operand is less than the second.
    let carry =
      operation == .iadd
      ? Operand(.unsignedLess, .i64, low, low1) : Operand(.unsignedLess, .i64, low1, low2)
    let high = append(operation, .i64, high1, high2)
    push(low, .i64)
    push(append(operation, .i64, high, number(of: carry, .i64)), .i64)
  }

  private mutating func translateWideProduct(_ high: Operation) {
    let (second, first) = (popValue(), popValue())
    push(append(.imul, .i64, first, second), .i64)
    push(append(high, .i64, first, second), .i64)
  }
}
