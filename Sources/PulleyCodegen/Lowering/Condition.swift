import PulleyIR
import PulleyISA

/// The condition of a branch, a conditional trap or a selection, after looking through operations that
/// only convert truth values.
enum Condition {
  /// `value` is not zero, or is zero if `inverted`.
  case nonzero(Value, inverted: Bool)
  /// An integer comparison; the type is that of the operands.
  case int(IntCondition, Type, Value, Value)
  /// A comparison that has an instruction, of f32 or f64, or its opposite if `inverted`.
  case float(Opcode, Value, Value, inverted: Bool)
}

extension Lowering {
  /// The condition under which `value` is not zero. With `single`, a comparison that also has other
  /// uses is not repeated: its result is in a register.
  func condition(_ value: Value, inverted startInverted: Bool = false, single: Bool) -> Condition {
    var value = value
    var inverted = startInverted
    // Each step goes to a value that is defined earlier. The limit bounds the cost of long chains.
    for _ in 0..<16 {
      if single && uses[value] > 1 { break }
      guard case .result(let inst, _) = function.definition(of: value) else { break }
      let data = function.instructions[inst]
      switch data.operation {
      case .uextend, .sextend:
        value = data.argument0
        continue
      case .icmp:
        let type = function.type(of: data.argument0)
        guard type.isInteger, type.bits <= 64 else { break }
        let condition = inverted ? data.intCondition.inverted : data.intCondition
        if condition == .equal || condition == .notEqual, constant(data.argument1) == 0 {
          value = data.argument0
          inverted = condition == .equal
          if type == .i64 {
            // Only the 64-bit comparison tests all bits.
            return .int(condition, type, value, data.argument1)
          }
          continue
        }
        return .int(condition, type, data.argument0, data.argument1)
      case .fcmp:
        if let result = floatCondition(data, inverted: inverted) { return result }
      case .bxor where isTruth(data.argument0) && constant(data.argument1) == 1:
        value = data.argument0
        inverted.toggle()
        continue
      default: break
      }
      break
    }
    return .nonzero(value, inverted: inverted)
  }

  /// The comparison as one instruction, if there is one.
  func floatCondition(_ data: InstructionData, inverted: Bool) -> Condition? {
    let type = function.type(of: data.argument0)
    guard type == .f32 || type == .f64 else { return nil }
    let isWide = type == .f64
    let (a, b) = (data.argument0, data.argument1)
    let less: Opcode = isWide ? .flt64 : .flt32
    let lessOrEqual: Opcode = isWide ? .flteq64 : .flteq32
    switch data.floatCondition {
    case .equal: return .float(isWide ? .feq64 : .feq32, a, b, inverted: inverted)
    case .notEqual: return .float(isWide ? .fneq64 : .fneq32, a, b, inverted: inverted)
    case .lessThan: return .float(less, a, b, inverted: inverted)
    case .lessThanOrEqual: return .float(lessOrEqual, a, b, inverted: inverted)
    case .greaterThan: return .float(less, b, a, inverted: inverted)
    case .greaterThanOrEqual: return .float(lessOrEqual, b, a, inverted: inverted)
    case .unorderedOrLessThan: return .float(lessOrEqual, b, a, inverted: !inverted)
    case .unorderedOrLessThanOrEqual: return .float(less, b, a, inverted: !inverted)
    case .unorderedOrGreaterThan: return .float(lessOrEqual, a, b, inverted: !inverted)
    case .unorderedOrGreaterThanOrEqual: return .float(less, a, b, inverted: !inverted)
    case .ordered, .unordered, .orderedNotEqual, .unorderedOrEqual: return nil
    }
  }

  // Comparisons with the result in a register

  mutating func lowerIntCompare(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let type = function.type(of: data.argument0)
    guard type.isInteger, type.bits <= 64, !type.isVector else {
      throw .unsupported(operation: data.operation.mnemonic, type: type)
    }
    let (a, b) = (data.argument0, data.argument1)
    if type != .i64, constant(b) == 0 {
      // The opposite of a comparison is one comparison, with the inverted condition.
      if data.intCondition == .equal {
        switch condition(a, inverted: true, single: true) {
        case .int(let condition, let type, let a, let b):
          return try emitCompare(condition, type, a, b, into: result)
        case .float(let opcode, let a, let b, let inverted):
          return try emitCompare(opcode, a, b, inverted: inverted, into: result)
        case .nonzero(let value, inverted: true) where isTruth(value):
          emit(.xbxor32_s8, result, try use(value), immediate: 1)
          return
        case .nonzero: break
        }
      }
    }
    try emitCompare(data.intCondition, type, a, b, into: result)
  }

  mutating func emitCompare(
    _ condition: IntCondition, _ type: Type, _ a: Value, _ b: Value, into result: Reg
  ) throws(CodegenError) {
    let isWide = type == .i64
    var (condition, a, b) = (condition, a, b)
    switch condition {
    case .signedGreater, .signedGreaterOrEqual, .unsignedGreater, .unsignedGreaterOrEqual:
      condition = condition.swapped
      swap(&a, &b)
    default: break
    }
    let opcode: Opcode
    switch condition {
    case .equal: opcode = isWide ? .xeq64 : .xeq32
    case .notEqual: opcode = isWide ? .xneq64 : .xneq32
    case .signedLess: opcode = isWide ? .xslt64 : .xslt32
    case .signedLessOrEqual: opcode = isWide ? .xslteq64 : .xslteq32
    case .unsignedLess: opcode = isWide ? .xult64 : .xult32
    default: opcode = isWide ? .xulteq64 : .xulteq32
    }
    let signed = condition == .signedLess || condition == .signedLessOrEqual
    let left = try extended(a, signed: signed, to: isWide ? 64 : 32)
    let right = try extended(b, signed: signed, to: isWide ? 64 : 32)
    emit(opcode, result, left.register, right.register)
    complete(right)
    complete(left)
  }

  mutating func lowerFloatCompare(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let type = function.type(of: data.argument0)
    guard type == .f32 || type == .f64 else {
      throw .unsupported(operation: data.operation.mnemonic, type: type)
    }
    if case .float(let opcode, let a, let b, let inverted)? = floatCondition(data, inverted: false)
    {
      return try emitCompare(opcode, a, b, inverted: inverted, into: result)
    }
    let isWide = type == .f64
    let a = try use(data.argument0)
    let b = try use(data.argument1)
    let (first, second) = (makeX(), makeX())
    switch data.floatCondition {
    case .ordered:
      emit(.xband32, result, first, second)
      emit(isWide ? .feq64 : .feq32, first, a, a)
      emit(isWide ? .feq64 : .feq32, second, b, b)
    case .unordered:
      emit(.xbor32, result, first, second)
      emit(isWide ? .fneq64 : .fneq32, first, a, a)
      emit(isWide ? .fneq64 : .fneq32, second, b, b)
    default:
      var target = result
      if data.floatCondition == .unorderedOrEqual {
        target = makeX()
        emit(.xbxor32_s8, result, target, immediate: 1)
      }
      emit(.xbor32, target, first, second)
      emit(isWide ? .flt64 : .flt32, first, a, b)
      emit(isWide ? .flt64 : .flt32, second, b, a)
    }
  }

  mutating func emitCompare(
    _ opcode: Opcode, _ a: Value, _ b: Value, inverted: Bool, into result: Reg
  ) throws(CodegenError) {
    var target = result
    if inverted {
      target = makeX()
      emit(.xbxor32_s8, result, target, immediate: 1)
    }
    let left = try use(a)
    emit(opcode, target, left, try use(b))
  }

  // Selection

  mutating func lowerSelect(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    if try lowerSelectAsMinMax(data, into: result) { return }
    let opcode: Opcode
    switch data.type {
    case .i8, .i16, .i32: opcode = .xselect32
    case .i64: opcode = .xselect64
    case .f32: opcode = .fselect32
    case .f64: opcode = .fselect64
    case _ where data.type.isVector && data.type.bits == 128: opcode = .vselect
    default: throw unsupported(data)
    }
    var condition = condition(data.argument0, single: true)
    var (then, otherwise) = (data.argument1, data.argument2)
    switch condition {
    case .nonzero(let value, inverted: true):
      swap(&then, &otherwise)
      condition = .nonzero(value, inverted: false)
    case .float(let opcode, let a, let b, inverted: true):
      swap(&then, &otherwise)
      condition = .float(opcode, a, b, inverted: false)
    default: break
    }
    let yes = try use(then)
    let no = try use(otherwise)
    switch condition {
    case .nonzero(let value, _):
      let test = try testOperand(value)
      emit(opcode, result, test.register, yes, no)
      try completeTest(test, value)
    case .int(let condition, let type, let a, let b):
      let test = makeX()
      emit(opcode, result, test, yes, no)
      try emitCompare(condition, type, a, b, into: test)
    case .float(let comparison, let a, let b, _):
      let test = makeX()
      emit(opcode, result, test, yes, no)
      try emitCompare(comparison, a, b, inverted: false, into: test)
    }
  }

  /// Selects such as `a < b ? a : b` become minimum and maximum instructions.
  private mutating func lowerSelectAsMinMax(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) -> Bool {
    guard data.type == .i32 || data.type == .i64,
      case .int(let condition, data.type, let a, let b) = condition(
        data.argument0, single: true)
    else { return false }
    let isStraight = isSame(data.argument1, a) && isSame(data.argument2, b)
    let isSwapped = isSame(data.argument1, b) && isSame(data.argument2, a)
    guard isStraight || isSwapped else { return false }
    let isWide = data.type == .i64
    let picksSmaller: Bool
    let signed: Bool
    switch condition {
    case .signedLess, .signedLessOrEqual: (picksSmaller, signed) = (isStraight, true)
    case .signedGreater, .signedGreaterOrEqual: (picksSmaller, signed) = (!isStraight, true)
    case .unsignedLess, .unsignedLessOrEqual: (picksSmaller, signed) = (isStraight, false)
    case .unsignedGreater, .unsignedGreaterOrEqual: (picksSmaller, signed) = (!isStraight, false)
    case .equal, .notEqual: return false
    }
    let opcode: Opcode =
      switch (picksSmaller, signed) {
      case (true, true): isWide ? .xmin64_s : .xmin32_s
      case (true, false): isWide ? .xmin64_u : .xmin32_u
      case (false, true): isWide ? .xmax64_s : .xmax32_s
      case (false, false): isWide ? .xmax64_u : .xmax32_u
      }
    let left = try use(a)
    emit(opcode, result, left, try use(b))
    return true
  }

  /// Whether two values are the same, or equal constants of one type.
  private func isSame(_ a: Value, _ b: Value) -> Bool {
    if a == b { return true }
    guard function.type(of: a) == function.type(of: b), let value = constant(a) else {
      return false
    }
    return constant(b) == value
  }

  /// A register whose low 32 bits are zero if, and only if, the value is zero. `completeTest` must
  /// follow the instruction that tests it.
  mutating func testOperand(_ value: Value) throws(CodegenError) -> ExtendedOperand {
    if function.type(of: value) == .i64 && !isTruth(value) {
      let source = try use(value)
      return ExtendedOperand(register: makeX(), extend: .xneq64, source: source)
    }
    return try extended(value, signed: false)
  }

  mutating func completeTest(_ test: ExtendedOperand, _ value: Value) throws(CodegenError) {
    guard test.extend == .xneq64 else { return complete(test) }
    emit(.xneq64, test.register, test.source, constantRegister(.integer, 0))
  }
}
