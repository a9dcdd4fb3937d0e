import PulleyIR

/// The result of simplifying an instruction.
enum Simplification {
  case unchanged
  /// The instruction has been replaced by a simpler one, which may be simplified further.
  case rewritten
  /// The result is an existing value.
  case same(Value)
  /// The instruction has no effect and no result.
  case useless
  /// The instruction is now a `trap`: the rest of the block is unreachable.
  case endsBlock
}

/// Algebraic simplification, constant folding and strength reduction (Muchnick, "Advanced Compiler
/// Design and Implementation", 12.3) of one instruction, by rules on it and on the instructions that
/// define its arguments. Arguments must not be aliases. No rule removes a trap that can happen, or
/// adds one.
///
/// A rule that only makes an instruction read the operand of its argument saves something only if
/// the argument becomes dead. Such rules require that the argument has no other use. Otherwise both
/// values would be live for longer; a loop counter would need two registers and a move in every
/// iteration.
extension Function {
  /// Applies rules, in place, until none matches.
  mutating func simplify(_ inst: Inst) -> Simplification {
    var isRewritten = false
    // Chains of rules are short; the limit only makes that certain.
    for _ in 0..<8 {
      let step = simplifyOnce(inst)
      guard case .rewritten = step else {
        if case .unchanged = step, isRewritten { return .rewritten }
        return step
      }
      isRewritten = true
    }
    return .rewritten
  }

  private mutating func simplifyOnce(_ inst: Inst) -> Simplification {
    let data = instructions[inst]
    let type = data.type
    switch data.operation {
    case .nop:
      return .useless
    case .iadd, .isub, .imul, .udiv, .sdiv, .urem, .srem, .umulhi, .smulhi, .band, .bor, .bxor,
      .rotl, .rotr, .ishl, .ushr, .sshr, .smin, .smax, .umin, .umax:
      return type.isInteger && type.bits <= 64 ? simplifyBinary(inst, data) : .unchanged
    case .ineg, .iabs, .bnot, .clz, .ctz, .popcnt, .bswap, .uextend, .sextend, .ireduce:
      return type.isInteger && type.bits <= 64 ? simplifyUnary(inst, data) : .unchanged
    case .icmp:
      return type.isInteger && type.bits <= 64 ? simplifyCompare(inst, data) : .unchanged
    case .fcmp, .fadd, .fsub, .fmul, .fdiv, .fneg, .bitcast, .fpromote, .fdemote, .fcvt_from_uint,
      .fcvt_from_sint:
      return simplifyFloat(inst, data)
    case .select:
      return simplifySelect(inst, data)
    case .splat:
      return simplifySplat(inst, data)
    case .load, .uload8, .sload8, .uload16, .sload16, .uload32, .sload32, .sload8x8, .uload8x8,
      .sload16x4, .uload16x4, .sload32x2, .uload32x2:
      return simplifyAddress(inst, data.argument0, data.immediate)
    case .store, .istore8, .istore16, .istore32:
      return simplifyAddress(inst, data.argument1, data.immediate)
    case .brif, .br_table, .trapz, .trapnz:
      return simplifyControl(inst, data)
    default:
      return .unchanged
    }
  }

  // Helpers

  mutating func rewrite(_ inst: Inst, _ data: InstructionData) -> Simplification {
    instructions[inst] = data
    return .rewritten
  }

  mutating func becomeConstant(_ inst: Inst, _ number: Int64, _ type: Type) -> Simplification {
    instructions[inst] = .constant(number, type)
    return .unchanged
  }

  /// Inserts a constant before `inst`.
  mutating func constant(_ number: Int64, _ type: Type, before inst: Inst) -> Value {
    let constant = insert(.constant(number, type), before: inst)
    return result(of: constant)
  }

  /// Replaces `inst` by `operation` on `argument` and a new constant.
  private mutating func rewrite(
    _ inst: Inst, _ operation: Operation, _ argument: Value, constant number: Int64
  ) -> Simplification {
    var data = instructions[inst]
    data.operation = operation
    data.argument0 = argument
    data.argument1 = constant(number, data.type, before: inst)
    instructions[inst] = data
    return .rewritten
  }

  /// The instruction that defines `value`, if it has this operation.
  func definition(_ value: Value, as operation: Operation) -> InstructionData? {
    guard case .result(let inst, _) = valueDefinitions[value.index],
      instructions.elements[inst.index].operation == operation
    else { return nil }
    return instructions.elements[inst.index]
  }

  private func isDefined(_ value: Value, inBlockOf inst: Inst) -> Bool {
    guard case .result(let definition, _) = valueDefinitions[value.index] else { return false }
    return block(of: definition) == block(of: inst)
  }

  /// The number of low bits of an integer that may be set.
  private func usedBits(_ value: Value) -> Int {
    let own = type(of: value).bits
    guard case .result(let inst, _) = valueDefinitions[value.index] else { return own }
    let data = instructions[inst]
    switch data.operation {
    case .uload8, .heap_uload8: return 8
    case .uload16, .heap_uload16: return 16
    case .uload32, .heap_uload32: return 32
    case .icmp, .fcmp: return 1
    case .uextend:
      if definition(data.argument0, as: .icmp) != nil { return 1 }
      return type(of: data.argument0).bits
    case .band:
      guard let mask = integerConstant(data.argument1) else { return own }
      return 64 - data.type.zeroExtend(mask).leadingZeroBitCount
    case .ushr:
      guard let amount = integerConstant(data.argument1) else { return own }
      return own - (Int(truncatingIfNeeded: amount) & (own - 1))
    default: return own
    }
  }

  // Integers

  private mutating func simplifyBinary(_ inst: Inst, _ data: InstructionData) -> Simplification {
    let type = data.type
    let first = integerConstant(data.argument0)
    let second = integerConstant(data.argument1)
    if let first, let second {
      guard let result = ConstantFolding.integer(data.operation, type, first, second) else {
        return .unchanged
      }
      return becomeConstant(inst, result, type)
    }
    if first != nil && data.operation.traits.contains(.commutes) {
      var swapped = data
      swap(&swapped.argument0, &swapped.argument1)
      return rewrite(inst, swapped)
    }
    if let second { return simplifyBinary(inst, data, constant: second) }
    if data.argument0 == data.argument1 {
      if data.operation.laws.contains(.cancelsItself) { return becomeConstant(inst, 0, type) }
      if data.operation.laws.contains(.isIdempotent) { return .same(data.argument0) }
    }
    if data.operation == .isub && first == 0 {
      return rewrite(inst, InstructionData(.ineg, type, data.argument1))
    }
    return .unchanged
  }

  private mutating func simplifyBinary(
    _ inst: Inst, _ data: InstructionData, constant number: Int64
  ) -> Simplification {
    let (type, x) = (data.type, data.argument0)
    if data.operation.isNeutral(number, type) { return .same(x) }
    if data.operation.isAbsorbing(number) { return becomeConstant(inst, number, type) }
    switch data.operation {
    case .iadd:
      // If the inner sum were in another block, both it and its operand would be live in between, such
      // as a loop counter and its last value, which then could not share a register.
      if let (y, inner) = operand(of: x, .iadd), isDefined(x, inBlockOf: inst) {
        return rewrite(inst, .iadd, y, constant: inner &+ number)
      }
    case .isub:
      return rewrite(inst, .iadd, x, constant: 0 &- number)
    case .imul:
      if number == -1 { return rewrite(inst, InstructionData(.ineg, type, x)) }
      if let power = binaryLogarithm(number, type) {
        return rewrite(inst, .ishl, x, constant: power)
      }
      if let (y, inner) = operand(of: x, .imul) {
        return rewrite(inst, .imul, y, constant: inner &* number)
      }
    case .udiv:
      if let power = binaryLogarithm(number, type) {
        return rewrite(inst, .ushr, x, constant: power)
      }
    case .urem:
      if number == 1 { return becomeConstant(inst, 0, type) }
      if binaryLogarithm(number, type) != nil {
        return rewrite(inst, .band, x, constant: number &- 1)
      }
    case .srem:
      if number == 1 || number == -1 { return becomeConstant(inst, 0, type) }
    case .band:
      let used = usedBits(x)
      let mask: Int64 = 1 << Int64(used) &- 1
      if used < type.bits && number & mask == mask { return .same(x) }
      if let (y, inner) = operand(of: x, .band) {
        return rewrite(inst, .band, y, constant: inner & number)
      }
    case .bor:
      if let (y, inner) = operand(of: x, .bor) {
        return rewrite(inst, .bor, y, constant: inner | number)
      }
    case .bxor:
      if let (y, inner) = operand(of: x, .bxor) {
        return rewrite(inst, .bxor, y, constant: inner ^ number)
      }
    case .ishl, .ushr, .sshr, .rotl, .rotr:
      return simplifyShift(inst, data, by: number & Int64(type.bits - 1))
    default:
      break
    }
    return .unchanged
  }

  private mutating func simplifyShift(
    _ inst: Inst, _ data: InstructionData, by amount: Int64
  ) -> Simplification {
    let (type, x) = (data.type, data.argument0)
    let bits = Int64(type.bits)
    if let (y, first) = operand(of: x, data.operation) {
      let sum = first & (bits - 1) + amount
      switch data.operation {
      case .rotl, .rotr: return rewrite(inst, data.operation, y, constant: sum & (bits - 1))
      case .sshr: return rewrite(inst, .sshr, y, constant: min(sum, bits - 1))
      default:
        if sum >= bits { return becomeConstant(inst, 0, type) }
        return rewrite(inst, data.operation, y, constant: sum)
      }
    }
    guard let (y, first) = operand(of: x, .ishl), first & (bits - 1) == amount else {
      return .unchanged
    }
    // A shift left and right again by the same amount extends the low bits.
    let kept = bits - amount
    if data.operation == .ushr && kept <= 32 {
      return rewrite(inst, .band, y, constant: 1 << kept - 1)
    }
    if data.operation == .sshr, let narrow = Type.integer(bits: Int(kept)) {
      let low = insert(InstructionData(.ireduce, narrow, y), before: inst)
      return rewrite(inst, InstructionData(.sextend, type, result(of: low)))
    }
    return .unchanged
  }

  /// The first argument and the constant of the operation that defines `value`, if it has one use.
  private func operand(of value: Value, _ operation: Operation) -> (Value, Int64)? {
    guard isUsedOnce(value), let inner = definition(value, as: operation),
      let number = integerConstant(inner.argument1)
    else { return nil }
    return (inner.argument0, number)
  }

  private func binaryLogarithm(_ number: Int64, _ type: Type) -> Int64? {
    let bits = type.zeroExtend(number)
    return bits.nonzeroBitCount == 1 ? Int64(bits.trailingZeroBitCount) : nil
  }

  private mutating func simplifyUnary(_ inst: Inst, _ data: InstructionData) -> Simplification {
    let x = data.argument0
    let from = type(of: x)
    if let number = integerConstant(x) {
      guard let result = ConstantFolding.integer(data.operation, data.type, from: from, number)
      else {
        return .unchanged
      }
      return becomeConstant(inst, result, data.type)
    }
    if data.operation.laws.contains(.isInvolution),
      let inner = definition(x, as: data.operation)
    {
      return .same(inner.argument0)
    }
    switch data.operation {
    case .uextend, .sextend:
      // The sign bit of a zero-extended value is 0.
      guard isUsedOnce(x) else { break }
      if let inner = definition(x, as: .uextend) {
        return rewrite(inst, InstructionData(.uextend, data.type, inner.argument0))
      }
      if data.operation == .sextend, let inner = definition(x, as: .sextend) {
        return rewrite(inst, InstructionData(.sextend, data.type, inner.argument0))
      }
    case .ireduce:
      if let inner = definition(x, as: .ireduce) {
        return rewrite(inst, InstructionData(.ireduce, data.type, inner.argument0))
      }
      for operation in [Operation.uextend, .sextend] {
        guard let inner = definition(x, as: operation) else { continue }
        let source = type(of: inner.argument0)
        if source == data.type { return .same(inner.argument0) }
        let needed: Operation = source.bits > data.type.bits ? .ireduce : operation
        return rewrite(inst, InstructionData(needed, data.type, inner.argument0))
      }
    default:
      break
    }
    return .unchanged
  }
}

extension Type {
  /// The integer type of a width below 64 bits, if there is one.
  static func integer(bits: Int) -> Type? {
    switch bits {
    case 8: .i8
    case 16: .i16
    case 32: .i32
    default: nil
    }
  }
}
