import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// Arithmetic, comparisons, conversions and selection.
extension BaselineCompiler {
  mutating func emit(_ opcode: Opcode, _ operands: Int64...) {
    var values = InlineArray<8, Int64>(repeating: 0)
    for index in operands.indices { values[index] = operands[index] }
    encoder.encode(opcode, values)
  }

  @inline(__always)
  mutating func emit(_ opcode: Opcode, _ first: UInt8, _ second: UInt8) {
    var values = InlineArray<8, Int64>(repeating: 0)
    (values[0], values[1]) = (Int64(first), Int64(second))
    encoder.encode(opcode, values)
  }

  @inline(__always)
  mutating func emit(_ opcode: Opcode, _ first: UInt8, _ second: UInt8, _ third: Int64) {
    var values = InlineArray<8, Int64>(repeating: 0)
    (values[0], values[1], values[2]) = (Int64(first), Int64(second), third)
    encoder.encode(opcode, values)
  }

  mutating func translateUnary(_ row: UnsafePointer<BaselineRow>) {
    let operand = pop()
    let target = target(row.pointee.result)
    let source = read(operand)
    if row.pointee.mayTrap { note(offset) }
    emit(row.pointee.opcode, target.number, source)
    complete(target)
  }

  /// The operand counts as another type. Only the low half of an i32 has a meaning.
  mutating func translateRetype(_ row: UnsafePointer<BaselineRow>) {
    let entry = entries[entries.count - 1]
    if entry.kind == .constant {
      entries[entries.count - 1].bits = Int64(Int32(truncatingIfNeeded: entry.bits))
    }
    entries[entries.count - 1].type = row.pointee.result
  }

  mutating func translateBinary(_ row: UnsafePointer<BaselineRow>) {
    var second = pop()
    var first = pop()
    if first.kind == .constant && row.pointee.commutes { swap(&first, &second) }
    let target = target(row.pointee.result)
    if second.kind == .constant, row.pointee.immediate != .none,
      emitWithConstant(row, target.number, first, second.bits)
    {
      return complete(target)
    }
    let (left, right) = (read(first), read(second))
    if row.pointee.mayTrap { note(offset) }
    emit(row.pointee.opcode, target.number, left, Int64(right))
    complete(target)
  }

  /// Emits the form with a constant, if there is one for it.
  private mutating func emitWithConstant(
    _ row: UnsafePointer<BaselineRow>, _ target: UInt8, _ first: Entry, _ value: Int64
  ) -> Bool {
    var opcode = Opcode.nop
    var constant = value
    switch row.pointee.immediate {
    case .none: return false
    case .signed:
      if Int64(Int8(truncatingIfNeeded: value)) == value {
        opcode = row.pointee.small
      } else if Int64(Int32(truncatingIfNeeded: value)) == value {
        opcode = row.pointee.large
      }
    case .shift:
      opcode = row.pointee.small
      constant = value & (row.pointee.type == .i64 ? 63 : 31)
    case .sum:
      let opposite = 0 &- value
      if 0...0xFF ~= value {
        opcode = row.pointee.small
      } else if 0...0xFF ~= opposite {
        (opcode, constant) = (row.pointee.smallOpposite, opposite)
      } else if 0...0xFFFF_FFFF ~= value {
        opcode = row.pointee.large
      } else if 0...0xFFFF_FFFF ~= opposite {
        (opcode, constant) = (row.pointee.largeOpposite, opposite)
      }
    }
    guard opcode != .nop else { return false }
    let left = read(first)
    emit(opcode, target, left, constant)
    return true
  }

  // MARK: Comparisons

  mutating func translateCompare(_ row: UnsafePointer<BaselineRow>) {
    var second = pop()
    var first = pop()
    var condition = row.pointee.condition
    if first.kind == .constant, second.kind != .constant {
      swap(&first, &second)
      condition = (IntCondition(rawValue: condition) ?? .equal).swapped.rawValue
    }
    setComparison(
      Comparison(
        condition: condition, isFloat: false, type: row.pointee.type, first: first, second: second))
  }

  mutating func translateCompareFloats(_ row: UnsafePointer<BaselineRow>) {
    let second = pop()
    let first = pop()
    setComparison(
      Comparison(
        condition: row.pointee.condition, isFloat: true, type: row.pointee.type, first: first,
        second: second))
  }

  mutating func translateTestZero(_ row: UnsafePointer<BaselineRow>) {
    if var known = comparison {
      known.isInverted.toggle()
      comparison = nil
      setComparison(known)
      return
    }
    let operand = pop()
    let zero = Entry(kind: .constant, type: row.pointee.type, place: operand.place)
    setComparison(
      Comparison(
        condition: IntCondition.equal.rawValue, isFloat: false, type: row.pointee.type,
        first: operand, second: zero))
  }

  /// Keeps a comparison for the next operator if that tests it, or else makes it a number.
  mutating func setComparison(_ new: Comparison) {
    switch reader.nextByte {
    // br_if, if, and i32.eqz, which may be followed by one of them.
    case 0x0D, 0x04, 0x45: comparison = new
    default:
      let target = target(.i32)
      number(of: new, in: target.number)
      complete(target)
    }
  }

  /// Emits a comparison as 0 or 1 in a register.
  private mutating func number(of comparison: Comparison, in target: UInt8) {
    if comparison.isFloat {
      let (opcode, swaps, isInverted) = FloatComparison.opcode(comparison)
      let (a, b) = (read(comparison.first), read(comparison.second))
      emit(opcode, target, swaps ? b : a, Int64(swaps ? a : b))
      if isInverted != comparison.isInverted { emit(.xbxor32_s8, target, target, 1) }
      return
    }
    var condition = IntCondition(rawValue: comparison.condition) ?? .equal
    if comparison.isInverted { condition = condition.inverted }
    let (opcode, swaps) = IntegerComparison.opcode(condition, isWide: comparison.type == .i64)
    let (a, b) = (read(comparison.first), read(comparison.second))
    emit(opcode, target, swaps ? b : a, Int64(swaps ? a : b))
  }

  /// Emits a branch that is taken if the condition holds, or if it does not. The condition is the pending
  /// comparison, or else the operand on top of the stack. Returns where the branch begins; its last four
  /// bytes get the distance.
  mutating func emitBranch(ifTrue: Bool) -> UInt32 {
    guard let comparison else {
      let condition = pop()
      let register = read(condition)
      let origin = UInt32(encoder.offset)
      emit(ifTrue ? .br_if32 : .br_if_not32, register, 0)
      return origin
    }
    self.comparison = nil
    if comparison.isFloat {
      let temporary = WindowRecord.passedX - 1
      let (opcode, swaps, isInverted) = FloatComparison.opcode(comparison)
      let (a, b) = (read(comparison.first), read(comparison.second))
      emit(opcode, temporary, swaps ? b : a, Int64(swaps ? a : b))
      let origin = UInt32(encoder.offset)
      let isTrue = ifTrue != (isInverted != comparison.isInverted)
      emit(isTrue ? .br_if32 : .br_if_not32, temporary, 0)
      return origin
    }
    var condition = IntCondition(rawValue: comparison.condition) ?? .equal
    if comparison.isInverted == ifTrue { condition = condition.inverted }
    return emitBranch(condition, comparison.type, comparison.first, comparison.second)
  }

  mutating func emitBranch(
    _ condition: IntCondition, _ type: Type, _ first: Entry, _ second: Entry
  ) -> UInt32 {
    let isWide = type == .i64
    if second.kind == .constant {
      if !isWide, second.bits == 0, condition == .equal || condition == .notEqual {
        let register = read(first)
        let origin = UInt32(encoder.offset)
        emit(condition == .notEqual ? .br_if32 : .br_if_not32, register, 0)
        return origin
      }
      if let (opcode, constant) = IntegerComparison.branch(condition, isWide: isWide, second.bits) {
        let register = read(first)
        let origin = UInt32(encoder.offset)
        emit(opcode, Int64(register), constant, 0)
        return origin
      }
    }
    let (opcode, swaps) = IntegerComparison.branch(condition, isWide: isWide)
    let (a, b) = (read(first), read(second))
    let origin = UInt32(encoder.offset)
    emit(opcode, swaps ? b : a, swaps ? a : b, 0)
    return origin
  }

  // MARK: Selection

  mutating func translateSelect() throws(Refusal) {
    let condition = pop()
    let second = pop()
    let first = pop()
    let opcode: Opcode
    switch first.type {
    case .i32: opcode = .xselect32
    case .i64: opcode = .xselect64
    case .f32: opcode = .fselect32
    case .f64: opcode = .fselect64
    default: throw Refusal()
    }
    let target = target(first.type)
    let test = read(condition)
    let (a, b) = (read(first), read(second))
    emit(opcode, Int64(target.number), Int64(test), Int64(a), Int64(b))
    complete(target)
  }
}
