import PulleyIR

/// Arithmetic, comparisons, conversions and selection.
extension FunctionTranslator {
  mutating func translateBinary(_ operation: Operation, _ type: Type) {
    var second = pop()
    var first = pop()
    guard type.isInteger else {
      let (a, b) = (value(of: first), value(of: second))
      push(append(operation, type, a, b), type)
      return
    }
    var known = knownInteger(second)
    if let knownFirst = knownInteger(first) {
      if let known, let result = ConstantFolding.integer(operation, type, knownFirst, known) {
        push(constant: result, type)
        return
      }
      if known == nil && operation.traits.contains(.commutes) {
        (first, second) = (second, first)
        known = knownFirst
      }
    }
    if let known, operation.isNeutral(known, type) {
      push(first)
      return
    }
    let (a, b) = (value(of: first), value(of: second))
    push(append(operation, type, a, b), type)
  }

  mutating func translateCompare(_ condition: IntCondition, _ type: Type) {
    var condition = condition
    var second = pop()
    var first = pop()
    var known = knownInteger(second)
    if let knownFirst = knownInteger(first) {
      if let known {
        let result = ConstantFolding.compare(condition, type, knownFirst, known)
        push(constant: result ? 1 : 0, .i32)
        return
      }
      (first, second) = (second, first)
      condition = condition.swapped
      known = knownFirst
    }
    guard let known else {
      let (a, b) = (value(of: first), value(of: second))
      push(Operand(condition, type, a, b))
      return
    }
    if known == 0 && (condition == .equal || condition == .unsignedLessOrEqual) {
      push(testZero(first))
    } else if known == 0 && (condition == .notEqual || condition == .unsignedGreater) {
      push(testZero(first).inverted)
    } else {
      push(Operand(condition, type, value(of: first), constant: known))
    }
  }

  /// Whether an operand is zero.
  mutating func testZero(_ operand: Operand) -> Operand {
    switch operand.kind {
    case .intCompare, .floatCompare:
      return operand.inverted
    case .constant:
      return Operand(constant: operand.bits == 0 ? 1 : 0, .i32)
    case .value:
      return Operand(.equal, operand.type, operand.first, constant: 0)
    }
  }

  mutating func translateCompareFloats(_ condition: FloatCondition, _ type: Type) {
    let second = popValue()
    let first = popValue()
    push(Operand(condition, type, first, second))
  }

  mutating func translateSignExtend(_ narrow: Type, to type: Type) {
    let operand = pop()
    if let known = knownInteger(operand) {
      let shift = Int64(64 - narrow.bits)
      push(constant: (known << shift) >> shift, type)
      return
    }
    let low = append(.ireduce, narrow, value(of: operand))
    push(append(.sextend, type, low), type)
  }

  mutating func translateWiden(_ operation: Operation) {
    let operand = pop()
    if let known = knownInteger(operand) {
      push(constant: operation == .sextend ? known : known & 0xFFFF_FFFF, .i64)
    } else if operand.kind == .value {
      push(append(operation, .i64, operand.first), .i64)
    } else {
      // The result of a comparison is not negative, so both extensions give the same i64.
      push(number(of: operand, .i64), .i64)
    }
  }

  mutating func translateWrap() {
    let operand = pop()
    if let known = knownInteger(operand) {
      push(constant: Int64(Int32(truncatingIfNeeded: known)), .i32)
    } else {
      push(append(.ireduce, .i32, value(of: operand)), .i32)
    }
  }

  mutating func translateSelect() {
    let condition = pop()
    let second = pop()
    let first = pop()
    if let known = knownInteger(condition) {
      push(known != 0 ? first : second)
      return
    }
    let type = first.stackType
    let operation = extremum(condition, first, second)
    let (a, b) = (value(of: first), value(of: second))
    if let operation {
      push(append(operation, type, a, b), type)
      return
    }
    let (truth, isInverted) = truth(of: condition)
    push(
      builder.value(
        InstructionData(.select, type, truth, isInverted ? b : a, isInverted ? a : b)), type)
  }

  /// The minimum or maximum that is equivalent to `condition ? a : b`; nil if there is none.
  private func extremum(_ condition: Operand, _ a: Operand, _ b: Operand) -> Operation? {
    guard condition.kind == .intCompare else { return nil }
    var comparison = condition.intCondition
    if isFirst(b, of: condition) && isSecond(a, of: condition) {
      comparison = comparison.swapped
    } else if !isFirst(a, of: condition) || !isSecond(b, of: condition) {
      return nil
    }
    switch comparison {
    case .signedLess, .signedLessOrEqual: return .smin
    case .signedGreater, .signedGreaterOrEqual: return .smax
    case .unsignedLess, .unsignedLessOrEqual: return .umin
    case .unsignedGreater, .unsignedGreaterOrEqual: return .umax
    case .equal, .notEqual: return nil
    }
  }

  private func isFirst(_ operand: Operand, of comparison: Operand) -> Bool {
    operand.kind == .value && operand.first == comparison.first
  }

  private func isSecond(_ operand: Operand, of comparison: Operand) -> Bool {
    guard operand.stackType == comparison.type else { return false }
    if comparison.second.isNone { return knownInteger(operand) == comparison.bits }
    return operand.kind == .value && operand.first == comparison.second
  }
}
