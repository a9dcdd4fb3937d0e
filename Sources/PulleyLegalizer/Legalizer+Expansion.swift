import PulleyIR

/// Operations that are rewritten as several others.
extension Legalizer {
  mutating func expand(
    _ inst: Inst, _ data: InstructionData, in owner: Block
  ) throws(LegalizationError) {
    switch data.operation {
    case .isplit: split(inst, data)
    case .iconcat: concatenate(inst, data)
    case .select_spectre_guard:
      // The interpreter does not execute code speculatively, so there is nothing to guard.
      var select = data
      select.operation = .select
      try rewrite(inst, select, in: owner)
    case .bitrev, .cls:
      guard data.type != .i128 else { return try rewriteWide(inst, data) }
      let argument = self[data.argument0].low
      self[source.result(of: inst)] = Halves(
        data.operation == .bitrev
          ? reverseBits(argument, data.type) : countSignBits(argument, data.type))
    case .band, .bor, .bxor, .bnot, .bitselect:
      self[source.result(of: inst)] = Halves(combineFloats(renamed(data)))
    case .fcvt_to_sint, .fcvt_to_uint, .fcvt_to_sint_sat, .fcvt_to_uint_sat:
      self[source.result(of: inst)] = Halves(convert(renamed(data)))
    default: try expandOverflow(inst, data)
    }
  }

  private mutating func split(_ inst: Inst, _ data: InstructionData) {
    let argument = self[data.argument0]
    guard data.type != .i128 else {
      return setResults(of: inst, to: Halves(argument.low), Halves(argument.high))
    }
    let half = data.type.halved
    let high = binary(
      .ushr, data.type, argument.low, constant(Int64(half.bits), data.type))
    let low = unary(.ireduce, half, argument.low)
    setResults(of: inst, to: Halves(low), Halves(unary(.ireduce, half, high)))
  }

  private mutating func concatenate(_ inst: Inst, _ data: InstructionData) {
    let (low, high) = (self[data.argument0].low, self[data.argument1].low)
    let value = source.result(of: inst)
    guard data.type != .i64 else {
      self[value] = Halves(low, high)
      return
    }
    let whole = data.type.doubled
    let shifted = binary(
      .ishl, whole, unary(.uextend, whole, high), constant(Int64(data.type.bits), whole))
    self[value] = Halves(binary(.bor, whole, shifted, unary(.uextend, whole, low)))
  }

  // Bits

  /// Swaps neighbouring bits, pairs and nibbles, then reverses the bytes (Warren, "Hacker's Delight",
  /// 7-1).
  mutating func reverseBits(_ value: Value, _ type: Type) -> Value {
    var value = value
    for (width, mask) in [
      (1, 0x5555_5555_5555_5555), (2, 0x3333_3333_3333_3333), (4, 0x0F0F_0F0F_0F0F_0F0F),
    ] as [(Int64, Int64)] {
      let mask = constant(mask, type)
      let amount = constant(width, type)
      let down = binary(.band, type, binary(.ushr, type, value, amount), mask)
      let up = binary(.ishl, type, binary(.band, type, value, mask), amount)
      value = binary(.bor, type, down, up)
    }
    return type == .i8 ? value : unary(.bswap, type, value)
  }

  /// The number of bits below the sign bit that are equal to it.
  private mutating func countSignBits(_ value: Value, _ type: Type) -> Value {
    let sign = binary(.sshr, type, value, constant(Int64(type.bits - 1), type))
    let differing = unary(.clz, type, binary(.bxor, type, value, sign))
    return binary(.isub, type, differing, constant(1, type))
  }

  // Floats

  /// Combines the bits of floats as integers.
  private mutating func combineFloats(_ data: InstructionData) -> Value {
    let integer: Type = data.type == .f32 ? .i32 : .i64
    var bits = data
    bits.type = integer
    bits.argument0 = unary(.bitcast, integer, data.argument0)
    if !data.argument1.isNone { bits.argument1 = unary(.bitcast, integer, data.argument1) }
    if !data.argument2.isNone { bits.argument2 = unary(.bitcast, integer, data.argument2) }
    return unary(.bitcast, data.type, value(bits))
  }

  /// Converts to an integer narrower than 32 bits by way of i32.
  private mutating func convert(_ data: InstructionData) -> Value {
    let narrow = data.type
    let bits = Int64(narrow.bits)
    let isSigned = data.operation == .fcvt_to_sint || data.operation == .fcvt_to_sint_sat
    var wide = data
    wide.type = .i32
    var number = value(wide)
    switch data.operation {
    case .fcvt_to_sint_sat:
      number = binary(.smax, .i32, number, constant(-1 << (bits - 1), .i32))
      number = binary(.smin, .i32, number, constant(1 << (bits - 1) - 1, .i32))
    case .fcvt_to_uint_sat:
      number = binary(.umin, .i32, number, constant(1 << bits - 1, .i32))
    default: break
    }
    let result = unary(.ireduce, narrow, number)
    if data.operation == .fcvt_to_sint || data.operation == .fcvt_to_uint {
      let back = unary(isSigned ? .sextend : .uextend, .i32, result)
      var trap = InstructionData(.trapnz, .i8, compare(.notEqual, .i32, back, number))
      trap.trapCode = .integerOverflow
      append(trap)
    }
    return result
  }

  // Atomic operations

  /// A loop of compare-and-swap: computes the new value from the one that was read, and stores it
  /// unless another thread has written in between.
  mutating func expandAtomic(
    _ inst: Inst, _ data: InstructionData, in owner: Block
  ) throws(LegalizationError) {
    guard data.type.bits <= 64 else { throw unsupported(data) }
    let type = data.type
    let (address, operand) = (self.address(data.argument0), self[data.argument1].low)
    var load = InstructionData(.atomic_load, type, address)
    load.flags = data.flags
    load.accessTrap = data.accessTrap
    let first = value(load)
    let (attempt, done) = (startBlock(in: owner), startBlock(in: owner))
    let seen = result.appendParameter(type, to: attempt)
    let final = result.appendParameter(type, to: done)
    var jump = InstructionData(.jump)
    jump.destination = BlockCall(attempt, result.makeList([first]))
    append(jump)
    position(atEndOf: attempt)
    let wanted: Value =
      switch data.atomicOperation {
      case .umin: binary(.umin, type, seen, operand)
      case .umax: binary(.umax, type, seen, operand)
      case .smin: binary(.smin, type, seen, operand)
      case .smax: binary(.smax, type, seen, operand)
      default: unary(.bnot, type, binary(.band, type, seen, operand))
      }
    var swap = InstructionData(.atomic_cas, type, address, seen, wanted)
    swap.flags = data.flags
    swap.accessTrap = data.accessTrap
    let found = value(swap)
    var branch = InstructionData(.brif, .i8, compare(.equal, type, found, seen))
    branch.destination = BlockCall(done, result.makeList([found]))
    branch.otherwise = BlockCall(attempt, result.makeList([found]))
    append(branch)
    position(atEndOf: done)
    self[source.result(of: inst)] = Halves(final)
  }
}
