import PulleyIR
import PulleyISA

/// The targets of a conditional branch.
enum BranchTarget {
  case edges(taken: Reg, otherwise: Reg)
  /// A trap if the branch is taken.
  case trap(TrapCode)
}

extension Lowering {
  private mutating func emitBranch(
    _ opcode: Opcode, _ a: Reg, _ b: Reg = .none, immediate: Int64 = 0,
    to target: BranchTarget
  ) {
    switch target {
    case .edges(let taken, let otherwise):
      emit(opcode, a, b, otherwise, taken, immediate: immediate)
    case .trap(let code):
      emitTrapBranch(opcode, a, b, immediate: immediate, code: code)
    }
  }

  /// Requests registers for all arguments that the block passes to its successors.
  private mutating func useEdgeArguments() throws(CodegenError) {
    let node = graph.nodes[block.index]
    for number in node.firstEdge..<node.firstEdge + node.edgeCount {
      let edge = graph.edges[Int(number)]
      let parameters = function.blockParameters[Int(edge.to)]
      guard parameters.count == edge.arguments.count else {
        throw .malformed("\(block) passes a wrong number of arguments")
      }
      for index in 0..<parameters.count
      where uses[function.pool[Int(parameters.start + index)]] > 0 {
        _ = try use(function.pool[Int(edge.arguments.start + index)])
      }
    }
  }

  mutating func lowerJump() throws(CodegenError) {
    try useEdgeArguments()
    emitJump(edge: graph.nodes[block.index].firstEdge)
  }

  mutating func lowerBranch(_ data: InstructionData) throws(CodegenError) {
    try useEdgeArguments()
    let node = graph.nodes[block.index]
    guard node.edgeCount == 2 else { return emitJump(edge: node.firstEdge) }
    let taken = Reg(bits: node.firstEdge)
    let otherwise = Reg(bits: node.firstEdge + 1)
    try emitBranch(
      on: data.argument0, inverted: false, .edges(taken: taken, otherwise: otherwise))
  }

  mutating func lowerConditionalTrap(_ data: InstructionData) throws(CodegenError) {
    try emitBranch(
      on: data.argument0, inverted: data.operation == .trapz, .trap(data.trapCode))
  }

  /// Branches to a trap after the code of the function.
  mutating func emitTrapBranch(
    _ opcode: Opcode, _ a: Reg, _ b: Reg = .none, immediate: Int64 = 0, code: TrapCode
  ) {
    emit(opcode, a, b, immediate: immediate)
    self.code[self.code.count - 1].flags.insert(.trapBranch)
    self.code[self.code.count - 1].trapCode = code.rawValue
  }

  mutating func emitTrap(_ code: TrapCode) {
    emit(.trap)
    self.code[self.code.count - 1].trapCode = code.rawValue
  }

  mutating func lowerBranchTable(_ data: InstructionData) throws(CodegenError) {
    try useEdgeArguments()
    let node = graph.nodes[block.index]
    guard node.edgeCount > 1 else { return emitJump(edge: node.firstEdge) }
    let entries = function.jumpTables[data.jumpTable].entries.count + 1
    let index = try extended(data.argument0, signed: false)
    guard function.type(of: data.argument0).bits <= 32 else { throw unsupported(data) }
    emit(
      .br_table32, index.register, Reg(bits: graph.tableStarts[block.index]), .none, .none,
      immediate: Int64(entries))
    complete(index)
  }

  /// Emits a branch that is taken if `value` is not zero, or, with `inverted`, if it is zero.
  private mutating func emitBranch(
    on value: Value, inverted: Bool,
    _ target: BranchTarget
  ) throws(CodegenError) {
    switch condition(value, inverted: inverted, single: false) {
    case .int(let condition, let type, let a, let b):
      try emitCompareAndBranch(condition, type, a, b, target)
    case .float(let opcode, let a, let b, let inverted):
      let test = makeX()
      emitBranch(inverted ? .br_if_not32 : .br_if32, test, to: target)
      try emitCompare(opcode, a, b, inverted: false, into: test)
    case .nonzero(let value, let inverted):
      if function.type(of: value) == .i64 && !isTruth(value) {
        emitBranch(inverted ? .br_if_xeq64_i8 : .br_if_xneq64_i8, try use(value), to: target)
        return
      }
      let test = try extended(value, signed: false)
      emitBranch(inverted ? .br_if_not32 : .br_if32, test.register, to: target)
      complete(test)
    }
  }

  private mutating func emitCompareAndBranch(
    _ condition: IntCondition, _ type: Type, _ a: Value, _ b: Value,
    _ target: BranchTarget
  ) throws(CodegenError) {
    let isWide = type == .i64
    var (condition, a, b) = (condition, a, b)
    if constant(a) != nil && constant(b) == nil {
      condition = condition.swapped
      swap(&a, &b)
    }
    let signed: Bool
    switch condition {
    case .unsignedLess, .unsignedGreaterOrEqual, .unsignedGreater, .unsignedLessOrEqual:
      signed = false
    case .signedLess, .signedGreaterOrEqual, .signedGreater, .signedLessOrEqual: signed = true
    // Equality may use either extension. Its immediates are signed.
    case .equal, .notEqual: signed = signBits(a) >= 32
    }
    let left = try extended(a, signed: signed, to: isWide ? 64 : 32)
    if let value = constant(b) {
      let isUnsignedForm = !signed && condition != .equal && condition != .notEqual
      // Equality of narrow values uses the extension of the left side.
      let immediate =
        isUnsignedForm || (!signed && type.bits < 32) ? zeroExtended(value, type) : value
      let isShort = isUnsignedForm ? fitsU8(immediate) : fitsS8(immediate)
      if isShort || (isUnsignedForm ? fitsU32(immediate) : fitsS32(immediate)) {
        emitBranch(
          Self.branch(condition, isWide: isWide, isShort: isShort), left.register,
          immediate: immediate, to: target)
        return complete(left)
      }
    }
    let right = try extended(b, signed: signed, to: isWide ? 64 : 32)
    let isSwapped: Bool
    switch condition {
    case .signedGreater, .signedGreaterOrEqual, .unsignedGreater, .unsignedGreaterOrEqual:
      isSwapped = true
    default: isSwapped = false
    }
    let opcode: Opcode
    switch isSwapped ? condition.swapped : condition {
    case .equal: opcode = isWide ? .br_if_xeq64 : .br_if_xeq32
    case .notEqual: opcode = isWide ? .br_if_xneq64 : .br_if_xneq32
    case .signedLess: opcode = isWide ? .br_if_xslt64 : .br_if_xslt32
    case .signedLessOrEqual: opcode = isWide ? .br_if_xslteq64 : .br_if_xslteq32
    case .unsignedLess: opcode = isWide ? .br_if_xult64 : .br_if_xult32
    default: opcode = isWide ? .br_if_xulteq64 : .br_if_xulteq32
    }
    emitBranch(
      opcode, isSwapped ? right.register : left.register,
      isSwapped ? left.register : right.register, to: target)
    complete(right)
    complete(left)
  }

  /// The branch that compares with an immediate.
  private static func branch(
    _ condition: IntCondition, isWide: Bool, isShort: Bool
  ) -> Opcode {
    switch condition {
    case .equal:
      isWide
        ? (isShort ? .br_if_xeq64_i8 : .br_if_xeq64_i32)
        : (isShort ? .br_if_xeq32_i8 : .br_if_xeq32_i32)
    case .notEqual:
      isWide
        ? (isShort ? .br_if_xneq64_i8 : .br_if_xneq64_i32)
        : (isShort ? .br_if_xneq32_i8 : .br_if_xneq32_i32)
    case .signedLess:
      isWide
        ? (isShort ? .br_if_xslt64_i8 : .br_if_xslt64_i32)
        : (isShort ? .br_if_xslt32_i8 : .br_if_xslt32_i32)
    case .signedGreater:
      isWide
        ? (isShort ? .br_if_xsgt64_i8 : .br_if_xsgt64_i32)
        : (isShort ? .br_if_xsgt32_i8 : .br_if_xsgt32_i32)
    case .signedLessOrEqual:
      isWide
        ? (isShort ? .br_if_xslteq64_i8 : .br_if_xslteq64_i32)
        : (isShort ? .br_if_xslteq32_i8 : .br_if_xslteq32_i32)
    case .signedGreaterOrEqual:
      isWide
        ? (isShort ? .br_if_xsgteq64_i8 : .br_if_xsgteq64_i32)
        : (isShort ? .br_if_xsgteq32_i8 : .br_if_xsgteq32_i32)
    case .unsignedLess:
      isWide
        ? (isShort ? .br_if_xult64_u8 : .br_if_xult64_u32)
        : (isShort ? .br_if_xult32_u8 : .br_if_xult32_u32)
    case .unsignedLessOrEqual:
      isWide
        ? (isShort ? .br_if_xulteq64_u8 : .br_if_xulteq64_u32)
        : (isShort ? .br_if_xulteq32_u8 : .br_if_xulteq32_u32)
    case .unsignedGreater:
      isWide
        ? (isShort ? .br_if_xugt64_u8 : .br_if_xugt64_u32)
        : (isShort ? .br_if_xugt32_u8 : .br_if_xugt32_u32)
    case .unsignedGreaterOrEqual:
      isWide
        ? (isShort ? .br_if_xugteq64_u8 : .br_if_xugteq64_u32)
        : (isShort ? .br_if_xugteq32_u8 : .br_if_xugteq32_u32)
    }
  }
}
