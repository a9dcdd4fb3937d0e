import PulleyIR

/// Rules for comparisons, selections, branches, addresses, floats and vectors.
extension Function {
  // Comparisons

  mutating func simplifyCompare(_ inst: Inst, _ data: InstructionData) -> Simplification {
    let first = integerConstant(data.argument0)
    let second = integerConstant(data.argument1)
    if let first, let second {
      let holds = ConstantFolding.compare(data.intCondition, data.type, first, second)
      return becomeConstant(inst, holds ? 1 : 0, .i8)
    }
    if data.argument0 == data.argument1 {
      let holds = ConstantFolding.holdsForEqual(data.intCondition)
      return becomeConstant(inst, holds ? 1 : 0, .i8)
    }
    if first != nil {
      var swapped = data
      swap(&swapped.argument0, &swapped.argument1)
      swapped.intCondition = data.intCondition.swapped
      return rewrite(inst, swapped)
    }
    if let second { return simplifyCompare(inst, data, with: second) }
    // Two values that were extended from one type are compared without extending them.
    for operation in [Operation.uextend, .sextend]
    where operation == .uextend || !data.isUnsignedCompare {
      guard isUsedOnce(data.argument0), isUsedOnce(data.argument1),
        let a = definition(data.argument0, as: operation),
        let b = definition(data.argument1, as: operation),
        type(of: a.argument0) == type(of: b.argument0)
      else { continue }
      // Zero-extended numbers are never negative, so a signed comparison would differ.
      if operation == .uextend && data.isSignedCompare { continue }
      return narrow(inst, data, a.argument0, b.argument0)
    }
    return .unchanged
  }

  private mutating func narrow(
    _ inst: Inst, _ data: InstructionData, _ a: Value, _ b: Value
  ) -> Simplification {
    var narrow = InstructionData(.icmp, type(of: a), a, b)
    narrow.intCondition = data.intCondition
    return rewrite(inst, narrow)
  }

  private mutating func simplifyCompare(
    _ inst: Inst, _ data: InstructionData, with number: Int64
  ) -> Simplification {
    var changed = data
    switch (data.intCondition, number) {
    case (.unsignedLess, 0): return becomeConstant(inst, 0, .i8)
    case (.unsignedGreaterOrEqual, 0): return becomeConstant(inst, 1, .i8)
    case (.unsignedGreater, 0):
      changed.intCondition = .notEqual
      return rewrite(inst, changed)
    case (.unsignedLessOrEqual, 0):
      changed.intCondition = .equal
      return rewrite(inst, changed)
    case (.unsignedLess, 1), (.unsignedGreaterOrEqual, 1):
      changed.intCondition = data.intCondition == .unsignedLess ? .equal : .notEqual
      changed.argument1 = constant(0, data.type, before: inst)
      return rewrite(inst, changed)
    case (.equal, 0), (.notEqual, 0), (.equal, 1), (.notEqual, 1):
      if let truth = truth(data.argument0) {
        let isKept = (data.intCondition == .notEqual) == (number == 0)
        if isKept { return .same(truth) }
        if isUsedOnce(data.argument0), isUsedOnce(truth), let inverted = inverted(truth) {
          return rewrite(inst, inverted)
        }
      }
    default:
      break
    }
    // A zero-extended value is compared with a number that fits into the narrow type.
    if !data.isSignedCompare, isUsedOnce(data.argument0),
      let inner = definition(data.argument0, as: .uextend)
    {
      let narrowType = type(of: inner.argument0)
      if data.type.zeroExtend(number) == narrowType.zeroExtend(number) {
        let narrowConstant = constant(number, narrowType, before: inst)
        return narrow(inst, data, inner.argument0, narrowConstant)
      }
    }
    return .unchanged
  }

  /// The comparison that defines `value`, perhaps with a zero extension in between.
  private func truth(_ value: Value) -> Value? {
    guard case .result(let inst, _) = valueDefinitions[value.index] else { return nil }
    switch instructions[inst].operation {
    case .icmp, .fcmp:
      // The result of comparing vectors is a vector.
      return type(of: value) == .i8 ? value : nil
    case .uextend:
      let inner = instructions[inst].argument0
      guard case .result(let source, _) = valueDefinitions[inner.index] else { return nil }
      let operation = instructions[source].operation
      return operation == .icmp || operation == .fcmp ? inner : nil
    default:
      return nil
    }
  }

  /// The comparison with the opposite result.
  private func inverted(_ truth: Value) -> InstructionData? {
    guard case .result(let inst, _) = valueDefinitions[truth.index] else { return nil }
    var data = instructions[inst]
    switch data.operation {
    case .icmp: data.intCondition = data.intCondition.inverted
    case .fcmp: data.floatCondition = data.floatCondition.inverted
    default: return nil
    }
    return data
  }

  // Selections and control

  mutating func simplifySelect(_ inst: Inst, _ data: InstructionData) -> Simplification {
    if data.argument1 == data.argument2 { return .same(data.argument1) }
    if let condition = integerConstant(data.argument0) {
      return .same(condition != 0 ? data.argument1 : data.argument2)
    }
    if let inner = definition(data.argument0, as: .uextend) {
      var changed = data
      changed.argument0 = inner.argument0
      return rewrite(inst, changed)
    }
    guard data.type.isInteger, data.type.bits <= 64, let a = integerConstant(data.argument1),
      let b = integerConstant(data.argument2)
    else { return .unchanged }
    if a == b { return .same(data.argument1) }
    if a == 1 && b == 0, let truth = truth(data.argument0) {
      if data.type == .i8 { return .same(truth) }
      return rewrite(inst, InstructionData(.uextend, data.type, truth))
    }
    return .unchanged
  }

  mutating func simplifyControl(_ inst: Inst, _ data: InstructionData) -> Simplification {
    var changed = data
    if data.operation != .br_table, let inner = definition(data.argument0, as: .uextend) {
      changed.argument0 = inner.argument0
      changed.type = type(of: inner.argument0)
      return rewrite(inst, changed)
    }
    let condition = integerConstant(data.argument0)
    switch data.operation {
    case .trapz, .trapnz:
      guard let condition else { return .unchanged }
      guard (condition != 0) == (data.operation == .trapnz) else { return .useless }
      changed = InstructionData(.trap)
      changed.trapCode = data.trapCode
      instructions[inst] = changed
      return .endsBlock
    case .brif:
      let isSame =
        data.destination.block == data.otherwise.block
        && values(data.destination.arguments).elementsEqual(values(data.otherwise.arguments))
      guard condition != nil || isSame else { return .unchanged }
      changed = InstructionData(.jump)
      changed.destination = condition == 0 ? data.otherwise : data.destination
      return rewrite(inst, changed)
    default:
      guard let condition else { return .unchanged }
      let place = Int(UInt32(truncatingIfNeeded: condition))
      let count = jumpTables[data.jumpTable].entries.count
      changed = InstructionData(.jump)
      changed.destination =
        place < count
        ? jumpTables[data.jumpTable].entries[place] : jumpTables[data.jumpTable].default
      return rewrite(inst, changed)
    }
  }

  // Addresses

  /// Folds a constant that is added to an address into the offset. Both are 64 bits wide, so the sum
  /// is the same.
  mutating func simplifyAddress(
    _ inst: Inst, _ address: Value, _ offset: Int64
  ) -> Simplification {
    guard isUsedOnce(address), let sum = definition(address, as: .iadd),
      let added = integerConstant(sum.argument1)
    else { return .unchanged }
    let (total, overflow) = offset.addingReportingOverflow(added)
    guard !overflow, Int64(Int32(truncatingIfNeeded: total)) == total else { return .unchanged }
    if instructions[inst].operation.format == .load {
      instructions[inst].argument0 = sum.argument0
    } else {
      instructions[inst].argument1 = sum.argument0
    }
    instructions[inst].immediate = total
    return .rewritten
  }

  // Floats

  mutating func simplifyFloat(_ inst: Inst, _ data: InstructionData) -> Simplification {
    let x = data.argument0
    switch data.operation {
    case .fneg:
      if let inner = definition(x, as: .fneg) { return .same(inner.argument0) }
    case .bitcast:
      let from = type(of: x)
      if from == data.type { return .same(x) }
      if data.type.isVector && from.isVector { return simplifyVectorCast(inst, data) }
      if let inner = definition(x, as: .bitcast), type(of: inner.argument0) == data.type {
        return .same(inner.argument0)
      }
      if let bits = integerConstant(x) {
        return becomeFloat(inst, data.type, data.type == .f32 ? bits & 0xFFFF_FFFF : bits)
      }
      if let bits = floatConstant(x), data.type == .i32 || data.type == .i64 {
        return becomeConstant(inst, bits, data.type)
      }
    case .fcvt_from_sint, .fcvt_from_uint:
      let from = type(of: x)
      if let number = integerConstant(x),
        let bits = ConstantFolding.toFloat(data.operation, data.type, from: from, number)
      {
        return becomeFloat(inst, data.type, bits)
      }
    case .fpromote, .fdemote:
      let from = type(of: x)
      if let number = floatConstant(x),
        let bits = ConstantFolding.toFloat(data.operation, data.type, from: from, number)
      {
        return becomeFloat(inst, data.type, bits)
      }
    case .fcmp:
      if let a = floatConstant(x), let b = floatConstant(data.argument1),
        let holds = ConstantFolding.compare(data.floatCondition, data.type, a, b)
      {
        return becomeConstant(inst, holds ? 1 : 0, .i8)
      }
    default:
      if let a = floatConstant(x), let b = floatConstant(data.argument1),
        let bits = ConstantFolding.float(data.operation, data.type, a, b)
      {
        return becomeFloat(inst, data.type, bits)
      }
    }
    return .unchanged
  }

  // Vectors

  /// A cast between vectors costs nothing, but it hides the operation that it casts from other rules.
  private mutating func simplifyVectorCast(
    _ inst: Inst, _ data: InstructionData
  ) -> Simplification {
    if let constant = definition(data.argument0, as: .vconst) {
      var changed = constant
      changed.type = data.type
      instructions[inst] = changed
      return .unchanged
    }
    guard let inner = definition(data.argument0, as: .bitcast),
      inner.flags.contains(.big) == data.flags.contains(.big), !data.flags.contains(.big)
    else { return .unchanged }
    var changed = data
    changed.argument0 = inner.argument0
    changed.flags.formUnion(inner.flags)
    if type(of: inner.argument0) == data.type { return .same(inner.argument0) }
    return rewrite(inst, changed)
  }

  mutating func simplifySplat(_ inst: Inst, _ data: InstructionData) -> Simplification {
    guard let bits = integerConstant(data.argument0) ?? floatConstant(data.argument0) else {
      return .unchanged
    }
    var changed = InstructionData(.vconst, data.type)
    changed.constant = makeConstant(
      ConstantData(splat: UInt64(bitPattern: bits), data.type))
    instructions[inst] = changed
    return .unchanged
  }

  /// The bits of a float constant.
  private func floatConstant(_ value: Value) -> Int64? {
    guard case .result(let inst, _) = valueDefinitions[value.index] else { return nil }
    switch instructions[inst].operation {
    case .f32const: return instructions[inst].immediate & 0xFFFF_FFFF
    case .f64const: return instructions[inst].immediate
    default: return nil
    }
  }

  private mutating func becomeFloat(_ inst: Inst, _ type: Type, _ bits: Int64) -> Simplification {
    guard type == .f32 || type == .f64 else { return .unchanged }
    var data = InstructionData(type == .f32 ? .f32const : .f64const, type)
    data.immediate = bits
    instructions[inst] = data
    return .unchanged
  }
}

extension InstructionData {
  fileprivate var isUnsignedCompare: Bool {
    intCondition.rawValue >= IntCondition.unsignedLess.rawValue
  }

  fileprivate var isSignedCompare: Bool {
    !isUnsignedCompare && intCondition != .equal && intCondition != .notEqual
  }
}
