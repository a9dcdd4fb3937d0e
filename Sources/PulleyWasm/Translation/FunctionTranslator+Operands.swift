import PulleyIR

/// The operand stack, and emitting the constants and comparisons on it.
extension FunctionTranslator {
  mutating func push(_ operand: Operand) { operands.append(operand) }

  mutating func push(_ value: Value, _ type: Type) { operands.append(Operand(value, type)) }

  mutating func push(constant bits: Int64, _ type: Type) {
    operands.append(Operand(constant: bits, type))
  }

  /// Pops an operand. Validation guarantees that there is one.
  mutating func pop() -> Operand { operands.removeLast() }

  mutating func popValue() -> Value { value(of: pop()) }

  /// Copies the top `count` operands to `values` as SSA values, the lowest first. They stay on the
  /// stack.
  mutating func gatherTop(_ count: Int) {
    values.removeAll(keepingCapacity: true)
    for index in operands.count - count..<operands.count { values.append(settle(index)) }
  }

  /// Makes the operand at `index` a value, so that it is computed once.
  private mutating func settle(_ index: Int) -> Value {
    let operand = operands[index]
    if operand.kind == .value && !operand.isLaneVector { return operand.first }
    let value = value(of: operand)
    operands[index] = Operand(value, operand.stackType)
    return value
  }

  mutating func append(_ operation: Operation, _ type: Type, _ first: Value) -> Value {
    builder.value(InstructionData(operation, type, first))
  }

  mutating func append(_ operation: Operation, _ type: Type, _ first: Value, _ second: Value)
    -> Value
  {
    builder.value(InstructionData(operation, type, first, second))
  }

  /// A constant. The only vector constant is zero.
  mutating func constant(_ bits: Int64, _ type: Type) -> Value {
    if type.isVector { return vectorConstant(ConstantData(low: 0, high: 0), type) }
    let operation: Operation = type == .f32 ? .f32const : type == .f64 ? .f64const : .iconst
    var data = InstructionData(operation, type)
    data.immediate = bits
    return builder.value(data)
  }

  mutating func value(of operand: Operand) -> Value {
    switch operand.kind {
    case .value:
      return operand.isLaneVector ? cast(operand.first, to: .i8x16) : operand.first
    case .constant:
      return constant(operand.bits, operand.type)
    case .intCompare, .floatCompare:
      return number(of: operand, .i32)
    }
  }

  /// The result of a comparison as 0 or 1.
  mutating func number(of comparison: Operand, _ type: Type) -> Value {
    let isInt = comparison.kind == .intCompare
    let truth = isInt ? intCompare(comparison) : floatCompare(comparison)
    let number = append(.uextend, type, truth)
    // A `FloatCondition` need not have an inverse: no condition means "greater, equal or unordered".
    return comparison.isInverted ? append(.bxor, type, number, constant(1, type)) : number
  }

  /// A value for a branch or a `select` to test, and whether the operand is true if the value is
  /// zero.
  mutating func truth(of operand: Operand) -> (value: Value, isInverted: Bool) {
    switch operand.kind {
    case .value, .constant:
      return (value(of: operand), false)
    case .intCompare:
      if operand.isZeroTest && operand.type == .i32 {
        return (operand.first, operand.intCondition == .equal)
      }
      return (intCompare(operand), false)
    case .floatCompare:
      return (floatCompare(operand), operand.isInverted)
    }
  }

  private mutating func intCompare(_ operand: Operand) -> Value {
    let second = operand.second.isNone ? constant(operand.bits, operand.type) : operand.second
    var data = InstructionData(.icmp, operand.type, operand.first, second)
    data.intCondition = operand.intCondition
    return builder.value(data)
  }

  private mutating func floatCompare(_ operand: Operand) -> Value {
    var data = InstructionData(.fcmp, operand.type, operand.first, operand.second)
    data.floatCondition = operand.floatCondition
    return builder.value(data)
  }

  /// The integer value of an operand if it is a constant.
  func knownInteger(_ operand: Operand) -> Int64? {
    switch operand.kind {
    case .constant where operand.type.isInteger:
      return operand.bits
    case .value:
      guard case .result(let inst, _) = builder.function.definition(of: operand.first) else {
        return nil
      }
      let data = builder.function.instructions[inst]
      return data.operation == .iconst ? data.immediate : nil
    default:
      return nil
    }
  }
}
