import PulleyIR

/// Arithmetic, comparisons, conversions and selection.
extension FunctionTranslator {
  mutating func translateUnary(_ rule: LoweringRule) {
    push(append(rule.opcode, rule.type, popValue()), rule.type)
  }

  mutating func translateBinary(_ rule: LoweringRule) {
    var second = pop()
    var first = pop()
    guard rule.type.isInteger else {
      let (a, b) = (value(of: first), value(of: second))
      push(append(rule.opcode, rule.type, a, b), rule.type)
      return
    }
    var known = knownInteger(second)
    if let knownFirst = knownInteger(first) {
      if let known, let result = IntegerFolding.fold(rule.opcode, rule.type, knownFirst, known) {
        push(constant: result, rule.type)
        return
      }
      if known == nil && rule.opcode.traits.contains(.commutes) {
        (first, second) = (second, first)
        known = knownFirst
      }
    }
    if let known, IntegerFolding.isNeutral(known, rule.opcode, rule.type) {
      push(first)
      return
    }
    let (a, b) = (value(of: first), value(of: second))
    push(append(rule.opcode, rule.type, a, b), rule.type)
  }

  mutating func translateIntCompare(_ rule: LoweringRule) {
    var condition = IntCondition(rawValue: rule.detail) ?? .equal
    var second = pop()
    var first = pop()
    var known = knownInteger(second)
    if let knownFirst = knownInteger(first) {
      if let known {
        let result = IntegerFolding.compare(condition, rule.type, knownFirst, known)
        push(constant: result ? 1 : 0, .i32)
        return
      }
      (first, second) = (second, first)
      condition = condition.swapped
      known = knownFirst
    }
    guard let known else {
      let (a, b) = (value(of: first), value(of: second))
      push(Operand(condition, rule.type, a, b))
      return
    }
    if known == 0 && (condition == .equal || condition == .unsignedLessOrEqual) {
      push(testZero(first))
    } else if known == 0 && (condition == .notEqual || condition == .unsignedGreater) {
      push(testZero(first).inverted)
    } else {
      push(Operand(condition, rule.type, value(of: first), constant: known))
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

  mutating func translateFloatCompare(_ rule: LoweringRule) {
    let second = popValue()
    let first = popValue()
    let condition = FloatCondition(rawValue: rule.detail) ?? .equal
    push(Operand(condition, rule.type, first, second))
  }

  mutating func translateExtendNarrow(_ rule: LoweringRule) {
    let operand = pop()
    if let known = knownInteger(operand) {
      let shift = Int64(64 - rule.narrow.bits)
      push(constant: (known << shift) >> shift, rule.type)
      return
    }
    let low = append(.ireduce, rule.narrow, value(of: operand))
    push(append(.sextend, rule.type, low), rule.type)
  }

  mutating func translateWiden(_ rule: LoweringRule) {
    let operand = pop()
    if let known = knownInteger(operand) {
      push(constant: rule.opcode == .sextend ? known : known & 0xFFFF_FFFF, .i64)
    } else if operand.kind == .value {
      push(append(rule.opcode, .i64, operand.first), .i64)
    } else {
      // A truth value is not negative, and need not become an i32 first.
      push(number(of: operand, .i64), .i64)
    }
  }

  mutating func translateWrap(_ rule: LoweringRule) {
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
    let opcode = extremum(condition, first, second)
    let (a, b) = (value(of: first), value(of: second))
    if let opcode {
      push(append(opcode, type, a, b), type)
      return
    }
    let (truth, isInverted) = truth(of: condition)
    push(
      builder.value(
        InstructionData(.select, type, truth, isInverted ? b : a, isInverted ? a : b)), type)
  }

  /// The minimum or maximum that selecting `a` where the condition holds and else `b` comes to.
  private func extremum(_ condition: Operand, _ a: Operand, _ b: Operand) -> Opcode? {
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
