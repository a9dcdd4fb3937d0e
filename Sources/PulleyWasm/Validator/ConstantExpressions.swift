extension ModuleContext {
  /// Checks that an expression is constant and leaves one value of the expected type.
  ///
  /// - Parameter visibleGlobals: the number of globals that the expression may use.
  func validate(
    _ expression: ConstantExpression, expecting expected: ValueType, visibleGlobals: Int
  ) throws(WasmError) {
    // The common case does not need a stack.
    if expression.count == 1, let type = try type(ofOperand: expression[0], visibleGlobals) {
      guard module.matches(type, expected) else {
        throw WasmError(
          .invalid, "type mismatch: expected \(expected), found \(type)", at: expression.offset)
      }
      return
    }
    var validator = FunctionValidator(self)
    try validator.validateConstant(expression, expecting: expected, visibleGlobals)
  }

  /// The type of an operator that only pushes a value: a constant, a reference or a global; nil for
  /// other operators.
  fileprivate func type(
    ofOperand op: Operator, _ visibleGlobals: Int
  ) throws(WasmError) -> ValueType? {
    let offset = Int(op.offset)
    switch op.code {
    case .i32Const: return .i32
    case .i64Const: return .i64
    case .f32Const: return .f32
    case .f64Const: return .f64
    case .v128Const: return .v128
    case .refNull:
      if let index = op.heapType.typeIndex, Int(index) >= module.types.count {
        throw WasmError(.invalid, "unknown type \(index)", at: offset)
      }
      return .ref(nullable: true, module.canonical(op.heapType))
    case .refFunc:
      guard Int(op.index) < module.functions.count else {
        throw WasmError(.invalid, "unknown function \(op.index)", at: offset)
      }
      reference(op.index)
      return referenceType(ofFunction: op.index)
    case .globalGet:
      guard Int(op.index) < min(visibleGlobals, module.globals.count) else {
        throw WasmError(.invalid, "unknown global \(op.index)", at: offset)
      }
      let global = module.globals[Int(op.index)]
      guard !global.isMutable else { throw op.notConstant }
      return global.value
    default:
      return nil
    }
  }
}

extension FunctionValidator {
  /// Validates an expression of several operators, all of which must be constant.
  fileprivate mutating func validateConstant(
    _ expression: ConstantExpression, expecting expected: ValueType, _ visibleGlobals: Int
  ) throws(WasmError) {
    offset = expression.offset
    pushFrame(.function, parameters: .empty, results: .empty)
    for next in expression {
      op = next
      offset = Int(op.offset)
      if let type = try context.type(ofOperand: op, visibleGlobals) {
        push(type)
        continue
      }
      let row = Operators.row(op.code)
      guard row.pointee.isConstant else { throw op.notConstant }
      try check(row)
    }
    try pop(expected)
    guard operands.count == 0 else {
      throw invalid("type mismatch: expected one \(expected), found more")
    }
  }
}

extension Operator {
  fileprivate var notConstant: WasmError {
    WasmError(
      .invalid, "constant expression required: \(code.mnemonic) is not constant", at: Int(offset))
  }
}
