import PulleyIR

/// Operations on integers of 128 bits, on two halves of 64.
extension Legalizer {
  mutating func rewriteWide(
    _ inst: Inst, _ data: InstructionData
  ) throws(LegalizationError) {
    switch data.operation {
    case .brif, .trapz, .trapnz: rewriteCondition(data)
    case .load: rewriteLoad(inst, data)
    case .store: rewriteStore(data)
    default:
      let halves = try wide(data)
      let value = source.result(of: inst)
      self[value] = type(of: value) == .i128 ? halves : Halves(halves.low)
    }
  }

  /// The result; in `low` if it has 64 bits or fewer.
  private mutating func wide(_ data: InstructionData) throws(LegalizationError) -> Halves {
    let a = data.argument0.isNone ? Halves(.none) : self[data.argument0]
    let b = data.argument1.isNone ? Halves(.none) : self[data.argument1]
    switch data.operation {
    case .iadd, .isub: return combine(data.operation, a, b)
    case .imul: return multiply(data, a, b)
    case .band, .bor, .bxor:
      return Halves(
        binary(data.operation, .i64, a.low, b.low), binary(data.operation, .i64, a.high, b.high))
    case .bnot: return Halves(unary(.bnot, .i64, a.low), unary(.bnot, .i64, a.high))
    case .ineg:
      let zero = constant(0, .i64)
      return combine(.isub, Halves(zero, zero), a)
    case .iabs:
      let sign = binary(.sshr, .i64, a.high, constant(63, .i64))
      return combine(.isub, flip(a, by: sign), Halves(sign, sign))
    case .icmp: return Halves(compareWide(data.intCondition, a, b))
    case .smin, .umin, .smax, .umax:
      let condition: IntCondition =
        switch data.operation {
        case .smin: .signedLess
        case .umin: .unsignedLess
        case .smax: .signedGreater
        default: .unsignedGreater
        }
      return selectWide(compareWide(condition, a, b), a, b)
    case .ishl, .ushr, .sshr, .rotl, .rotr: return shift(data)
    case .cls:
      let sign = binary(.sshr, .i64, a.high, constant(63, .i64))
      let differing = countOrSwap(.clz, flip(a, by: sign))
      return Halves(binary(.isub, .i64, differing.low, constant(1, .i64)), differing.high)
    case .bitrev: return Halves(reverseBits(a.high, .i64), reverseBits(a.low, .i64))
    case .bitselect:
      let c = self[data.argument2]
      return Halves(
        value(InstructionData(.bitselect, .i64, a.low, b.low, c.low)),
        value(InstructionData(.bitselect, .i64, a.high, b.high, c.high)))
    case .clz, .ctz, .popcnt, .bswap: return countOrSwap(data.operation, a)
    case .select:
      let condition = truth(data.argument0)
      let (yes, no) = (self[data.argument1], self[data.argument2])
      guard data.type == .i128 else {
        return Halves(select(data.type, condition, yes.low, no.low))
      }
      return selectWide(condition, yes, no)
    case .uextend, .sextend:
      let from = type(of: data.argument0)
      let low = from == .i64 ? a.low : unary(data.operation, .i64, a.low)
      return Halves(
        low,
        data.operation == .uextend
          ? constant(0, .i64) : binary(.sshr, .i64, low, constant(63, .i64)))
    case .ireduce:
      return data.type == .i64 ? Halves(a.low) : Halves(unary(.ireduce, data.type, a.low))
    case .bmask:
      let mask = unary(.bmask, data.type == .i128 ? .i64 : data.type, truth(data.argument0))
      return Halves(mask, mask)
    case .bitcast: return try bitcast(data)
    default: throw unsupported(data)
    }
  }

  /// A sum or a difference, in one instruction.
  mutating func combine(_ operation: Operation, _ a: Halves, _ b: Halves) -> Halves {
    split(binary(operation, .i128, join(a), join(b)))
  }

  private mutating func join(_ halves: Halves) -> Value {
    binary(.iconcat, .i64, halves.low, halves.high)
  }

  private mutating func split(_ wide: Value) -> Halves {
    // Not in one expression, which would read `result` before `append` changes it.
    let inst = append(InstructionData(.isplit, .i128, wide))
    let results = result.results(of: inst)
    return Halves(result.pool[Int(results.start)], result.pool[Int(results.start) + 1])
  }

  private mutating func multiply(
    _ data: InstructionData, _ a: Halves, _ b: Halves
  ) -> Halves {
    for operation in [Operation.uextend, .sextend]
    where isMade(data.argument0, by: operation) && isMade(data.argument1, by: operation) {
      return product(operation, a.low, b.low)
    }
    let first = product(.uextend, a.low, b.low)
    let second = binary(.iadd, .i64, first.high, binary(.imul, .i64, a.low, b.high))
    return Halves(
      first.low, binary(.iadd, .i64, second, binary(.imul, .i64, a.high, b.low)))
  }

  /// The full product of two numbers of 64 bits, in one instruction.
  private mutating func product(_ extend: Operation, _ a: Value, _ b: Value) -> Halves {
    let left = unary(extend, .i128, a)
    return split(binary(.imul, .i128, left, unary(extend, .i128, b)))
  }

  private func isMade(_ value: Value, by operation: Operation) -> Bool {
    guard case .result(let inst, _) = source.definition(of: value) else { return false }
    return source.instructions[inst].operation == operation
  }

  private mutating func flip(_ a: Halves, by mask: Value) -> Halves {
    Halves(binary(.bxor, .i64, a.low, mask), binary(.bxor, .i64, a.high, mask))
  }

  private mutating func selectWide(_ condition: Value, _ a: Halves, _ b: Halves) -> Halves {
    Halves(select(.i64, condition, a.low, b.low), select(.i64, condition, a.high, b.high))
  }

  mutating func compareWide(
    _ condition: IntCondition, _ a: Halves, _ b: Halves
  ) -> Value {
    if condition == .equal || condition == .notEqual {
      let low = binary(.bxor, .i64, a.low, b.low)
      let high = binary(.bxor, .i64, a.high, b.high)
      let difference = binary(.bor, .i64, low, high)
      return compare(condition, .i64, difference, constant(0, .i64))
    }
    // If the high halves differ, they decide, and it does not matter whether the condition includes
    // equality.
    let low = compare(condition.ofMagnitudes, .i64, a.low, b.low)
    let high = compare(condition, .i64, a.high, b.high)
    return select(.i8, compare(.equal, .i64, a.high, b.high), low, high)
  }

  // Shifts

  /// Shifts by the amount modulo 128. Operations on the halves use the low six bits of the amount.
  /// Seven bits matter, which all types have.
  private mutating func shift(_ data: InstructionData) -> Halves {
    var amount = self[data.argument1].low
    let amountType = result.type(of: amount)
    guard data.type == .i128 else {
      return Halves(binary(data.operation, data.type, self[data.argument0].low, amount))
    }
    if data.operation == .rotr { amount = unary(.ineg, amountType, amount) }
    let a = self[data.argument0]
    let crosses = binary(.band, amountType, amount, constant(64, amountType))
    let rest = unary(.bnot, amountType, amount)
    switch data.operation {
    case .ishl:
      let low = binary(.ishl, .i64, a.low, amount)
      let high = funnelLeft(a.high, a.low, amount, rest)
      return Halves(
        select(.i64, crosses, constant(0, .i64), low), select(.i64, crosses, low, high))
    case .ushr, .sshr:
      let high = binary(data.operation, .i64, a.high, amount)
      let up = binary(.ishl, .i64, binary(.ishl, .i64, a.high, constant(1, .i64)), rest)
      let low = binary(.bor, .i64, binary(.ushr, .i64, a.low, amount), up)
      let fill =
        data.operation == .ushr
        ? constant(0, .i64) : binary(.sshr, .i64, a.high, constant(63, .i64))
      return Halves(select(.i64, crosses, high, low), select(.i64, crosses, fill, high))
    default:
      let first = select(.i64, crosses, a.high, a.low)
      let second = select(.i64, crosses, a.low, a.high)
      return Halves(
        funnelLeft(first, second, amount, rest), funnelLeft(second, first, amount, rest))
    }
  }

  /// `high` shifted left by the amount, filled with bits of `low`; `rest` is the complement of the
  /// amount.
  private mutating func funnelLeft(
    _ high: Value, _ low: Value, _ amount: Value, _ rest: Value
  ) -> Value {
    let incoming = binary(.ushr, .i64, binary(.ushr, .i64, low, constant(1, .i64)), rest)
    return binary(.bor, .i64, binary(.ishl, .i64, high, amount), incoming)
  }

  private mutating func countOrSwap(_ operation: Operation, _ a: Halves) -> Halves {
    if operation == .bswap {
      return Halves(unary(.bswap, .i64, a.high), unary(.bswap, .i64, a.low))
    }
    let low = unary(operation, .i64, a.low)
    let high = unary(operation, .i64, a.high)
    let zero = constant(0, .i64)
    if operation == .popcnt { return Halves(binary(.iadd, .i64, low, high), zero) }
    let (near, far, first) = operation == .clz ? (high, low, a.high) : (low, high, a.low)
    let beyond = binary(.iadd, .i64, far, constant(64, .i64))
    return Halves(select(.i64, first, near, beyond), zero)
  }

  // Control and memory

  private mutating func rewriteCondition(_ data: InstructionData) {
    var data = data
    data.argument0 = truth(data.argument0)
    data.type = .i64
    if data.operation == .brif {
      data.destination = blockCall(data.destination)
      data.otherwise = blockCall(data.otherwise)
    }
    append(data)
  }

  private mutating func rewriteLoad(_ inst: Inst, _ data: InstructionData) {
    var data = data
    data.type = .i64
    let address = self.address(data.argument0)
    data.argument0 = address
    let first = value(data)
    data.argument0 = second(of: &data, at: address)
    let second = value(data)
    let isBig = data.flags.contains(.big)
    self[source.result(of: inst)] = isBig ? Halves(second, first) : Halves(first, second)
  }

  private mutating func rewriteStore(_ data: InstructionData) {
    var data = data
    data.type = .i64
    let halves = self[data.argument0]
    let isBig = data.flags.contains(.big)
    let address = self.address(data.argument1)
    data.argument0 = isBig ? halves.high : halves.low
    data.argument1 = address
    append(data)
    data.argument0 = isBig ? halves.low : halves.high
    data.argument1 = second(of: &data, at: address)
    append(data)
  }

  /// Moves an access by eight bytes, and returns its address.
  private mutating func second(of data: inout InstructionData, at address: Value) -> Value {
    guard data.immediate > Int64(Int32.max) - 8 else {
      data.immediate += 8
      return address
    }
    return binary(.iadd, .i64, address, constant(8, .i64))
  }
}

extension IntCondition {
  /// The condition that compares without signs.
  fileprivate var ofMagnitudes: IntCondition {
    switch self {
    case .signedLess: .unsignedLess
    case .signedLessOrEqual: .unsignedLessOrEqual
    case .signedGreater: .unsignedGreater
    case .signedGreaterOrEqual: .unsignedGreaterOrEqual
    default: self
    }
  }
}
