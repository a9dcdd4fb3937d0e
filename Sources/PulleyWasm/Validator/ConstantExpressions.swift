extension ModuleContext {
  /// Checks that an expression is constant and leaves one value of the expected type.
  ///
  /// - Parameter visibleGlobals: how many globals there are for this expression: those that come
  ///   before it.
  func validate(
    _ expression: ConstantExpression, expecting expected: ValueType, visibleGlobals: Int
  ) throws(WasmError) {
    // The common case needs no stack.
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

  /// The type of an operator that pushes a value, pops none and depends on what is visible here;
  /// nil for others.
  fileprivate func type(
    ofOperand operation: Operator, _ visibleGlobals: Int
  ) throws(WasmError) -> ValueType? {
    let offset = Int(operation.offset)
    switch operation.code {
    case .i32Const: return .i32
    case .i64Const: return .i64
    case .f32Const: return .f32
    case .f64Const: return .f64
    case .v128Const: return .v128
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
      guard !global.isMutable else { throw operation.notConstant }
      return global.value
    default:
      return nil
    }
  }
}

extension FunctionValidator {
  /// Checks an expression like the body of a function, but for what may stand in it.
  fileprivate mutating func validateConstant(
    _ expression: ConstantExpression, expecting expected: ValueType, _ visibleGlobals: Int
  ) throws(WasmError) {
    offset = expression.offset
    pushFrame(.function, parameters: .empty, results: .empty)
    // No constant operator has a list, so the reader is never asked for one.
    let reader = OperatorReader(context.module.bytes, range: 0..<0)
    for operation in expression {
      offset = Int(operation.offset)
      if let type = try context.type(ofOperand: operation, visibleGlobals) {
        push(type)
        continue
      }
      guard operation.code.isConstant else { throw operation.notConstant }
      let entry = OpcodeEntry(operation.code)
      if entry.isFixed { try checkFixed(entry) } else { try check(operation, reader) }
    }
    try pop(expected)
    guard operands.count == 0 else {
      throw invalid("type mismatch: expected one \(expected), found more")
    }
  }
}

extension OperatorCode {
  /// Whether the operator may stand in constant expressions, as far as that depends on it alone.
  fileprivate var isConstant: Bool {
    switch self {
    case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul, .structNew, .structNewDefault,
      .arrayNew, .arrayNewDefault, .arrayNewFixed, .refI31, .anyConvertExtern, .externConvertAny:
      true
    default: false
    }
  }
}

extension Operator {
  fileprivate var notConstant: WasmError {
    WasmError(
      .invalid, "constant expression required: \(code.mnemonic) is not constant", at: Int(offset))
  }
}
