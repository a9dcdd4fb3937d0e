extension ModuleContext {
  /// Checks that an expression is constant and leaves one value of the expected type.
  ///
  /// - Parameter visibleGlobals: how many globals there are for this expression: those that come
  ///   before it.
  func validate(
    _ expression: ConstantExpression, expecting expected: ValueType, visibleGlobals: Int
  ) throws(WasmError) {
    // The common case needs no stack.
    if expression.count == 1 {
      let type = try self.type(ofOperand: expression[0], visibleGlobals)
      try check(type, expected, at: expression.offset)
      return
    }
    var stack: [ValueType] = []
    for operation in expression {
      switch operation.code {
      case .i32Add, .i32Sub, .i32Mul:
        try applyBinary(.i32, &stack, at: Int(operation.offset))
      case .i64Add, .i64Sub, .i64Mul:
        try applyBinary(.i64, &stack, at: Int(operation.offset))
      default:
        stack.append(try type(ofOperand: operation, visibleGlobals))
      }
    }
    guard stack.count == 1, let type = stack.first else {
      throw WasmError(
        .invalid, "type mismatch: expected one \(expected), found \(stack.count) values",
        at: expression.offset)
    }
    try check(type, expected, at: expression.offset)
  }

  private func applyBinary(
    _ type: ValueType, _ stack: inout [ValueType], at offset: Int
  ) throws(WasmError) {
    guard stack.count >= 2, stack[stack.count - 1] == type, stack[stack.count - 2] == type else {
      throw WasmError(.invalid, "type mismatch: expected two operands of \(type)", at: offset)
    }
    stack.removeLast()
  }

  private func check(
    _ type: ValueType, _ expected: ValueType, at offset: Int
  ) throws(WasmError) {
    guard module.matches(type, expected) else {
      throw WasmError(.invalid, "type mismatch: expected \(expected), found \(type)", at: offset)
    }
  }

  /// The type of an operator that pushes a value and pops none.
  private func type(
    ofOperand operation: Operator, _ visibleGlobals: Int
  ) throws(WasmError) -> ValueType {
    let offset = Int(operation.offset)
    switch operation.code {
    case .i32Const: return .i32
    case .i64Const: return .i64
    case .f32Const: return .f32
    case .f64Const: return .f64
    case .refNull:
      if let index = operation.heapType.typeIndex, Int(index) >= module.types.count {
        throw WasmError(.invalid, "unknown type \(index)", at: offset)
      }
      return .ref(nullable: true, module.canonical(operation.heapType))
    case .refFunc:
      guard Int(operation.index) < module.functions.count else {
        throw WasmError(.invalid, "unknown function \(operation.index)", at: offset)
      }
      reference(operation.index)
      return referenceType(ofFunction: operation.index)
    case .globalGet:
      guard Int(operation.index) < min(visibleGlobals, module.globals.count) else {
        throw WasmError(.invalid, "unknown global \(operation.index)", at: offset)
      }
      let global = module.globals[Int(operation.index)]
      guard !global.isMutable else { throw notConstant(operation) }
      return global.value
    case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul:
      throw WasmError(.invalid, "type mismatch: operands are missing", at: offset)
    default:
      throw notConstant(operation)
    }
  }

  private func notConstant(_ operation: Operator) -> WasmError {
    WasmError(
      .invalid, "constant expression required: \(operation.code.mnemonic) is not constant",
      at: Int(operation.offset))
  }
}
