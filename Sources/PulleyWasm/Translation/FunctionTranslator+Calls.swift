import PulleyIR

/// Calls of all kinds.
extension FunctionTranslator {
  mutating func translateCall(
    _ callee: Callee, _ op: Operator, isTail: Bool
  ) throws(WasmError) {
    switch callee {
    case .direct: translateDirectCall(Int(op.index), isTail: isTail)
    case .tableElement: try translateCallIndirect(op, isTail: isTail)
    case .reference: try translateCallReference(op.index, isTail: isTail)
    }
  }

  private mutating func translateDirectCall(_ index: Int, isTail: Bool) {
    guard let type = module.type(ofFunction: index) else { return }
    if index < module.importedFunctionCount {
      let record = layout.importedFunction(index)
      let code = loadConstant(ContextPath(record + ContextLayout.ImportedFunction.code))
      // Hoisting this load would save nothing, as the value would have to be moved to the register of
      // the first argument anyway.
      let target = load(
        .i64, context, record + ContextLayout.ImportedFunction.context, isConstant: true)
      callCode(code, target, module.functions[index], type, isTail: isTail)
    } else {
      let function = functionReference(index)
      gatherTop(type.parameters.count)
      values.insert(context, at: 0)
      operands.removeLast(type.parameters.count)
      var call = InstructionData(isTail ? .return_call : .call)
      call.function = function
      call.list = builder.function.makeList(values)
      finishCall(call, mayThrow: true)
    }
  }

  private mutating func translateCallIndirect(
    _ op: Operator, isTail: Bool
  ) throws(WasmError) {
    let typeIndex = op.index
    guard let type = module.functionType(typeIndex) else {
      throw WasmError(.invalid, "unknown type", at: Int(op.offset))
    }
    let address = popElementAddress(op.secondIndex, WasmTrap.undefinedElement)
    let reference = load(.i64, address, 0, isConstant: false)
    let element = module.tables[Int(op.secondIndex)].element
    var nullTrap = element.isNullable ? WasmTrap.uninitializedElement : nil
    if !isKnown(element.heapType, toBe: typeIndex) {
      let actual = loadFrom(reference, ContextLayout.FunctionRecord.type, .i32, &nullTrap)
      let expected = loadConstant(ContextPath(layout.typeNumber(Int(typeIndex)), .i32))
      if module.types[Int(typeIndex)].isFinal {
        trapUnless(.equal, .i32, actual, expected, WasmTrap.indirectCallTypeMismatch)
      } else {
        trapUnlessSubtype(actual, expected)
      }
    }
    callReference(reference, typeIndex, type, nullTrap, isTail: isTail)
  }

  /// Whether all references of a heap type refer to functions of this type.
  private func isKnown(_ heapType: HeapType, toBe typeIndex: UInt32) -> Bool {
    module.matches(module.canonical(heapType), .defined(module.canonicalTypes[Int(typeIndex)]))
  }

  /// Traps unless `actual` is a subtype of `expected`. Most types are equal, which is tested first;
  /// a builtin compares the others.
  private mutating func trapUnlessSubtype(_ actual: Value, _ expected: Value) {
    let other = builder.makeBlock()
    let next = builder.makeBlock()
    branch(
      Operand(IntCondition.equal, .i32, actual, expected), BlockCall(next), BlockCall(other))
    builder.seal(other)
    builder.position(atEndOf: other)
    callBuiltin(.isSubtype, [actual, expected])
    trap(.trapz, popValue(), WasmTrap.indirectCallTypeMismatch)
    jump(BlockCall(next))
    builder.seal(next)
    builder.position(atEndOf: next)
  }

  private mutating func translateCallReference(
    _ typeIndex: UInt32, isTail: Bool
  ) throws(WasmError) {
    guard let type = module.functionType(typeIndex) else {
      throw WasmError(.invalid, "unknown type", at: Int(offset))
    }
    let reference = popValue()
    callReference(
      reference, typeIndex, type, WasmTrap.nullFunctionReference, isTail: isTail)
  }

  /// Calls the function that a reference refers to.
  ///
  /// - Parameter nullTrap: the trap for a null reference; nil if the reference is known not to be
  ///   null.
  private mutating func callReference(
    _ reference: Value, _ typeIndex: UInt32, _ type: FunctionType, _ nullTrap: TrapCode?,
    isTail: Bool
  ) {
    var nullTrap = nullTrap
    let code = loadFrom(reference, ContextLayout.FunctionRecord.code, .i64, &nullTrap)
    let target = loadFrom(reference, ContextLayout.FunctionRecord.context, .i64, &nullTrap)
    callCode(code, target, typeIndex, type, isTail: isTail)
  }

  /// Loads from a function record. The first load also tests for null, since address 0 is never
  /// mapped.
  private mutating func loadFrom(
    _ reference: Value, _ offset: Int, _ type: Type, _ nullTrap: inout TrapCode?
  ) -> Value {
    guard let code = nullTrap else { return load(type, reference, offset, isConstant: false) }
    nullTrap = nil
    var data = InstructionData(.load, type, reference)
    data.flags = .aligned
    data.trapCode = code
    data.immediate = Int64(offset)
    return builder.value(data)
  }

  private mutating func callCode(
    _ code: Value, _ target: Value, _ typeIndex: UInt32, _ type: FunctionType, isTail: Bool
  ) {
    gatherTop(type.parameters.count)
    values.insert(target, at: 0)
    operands.removeLast(type.parameters.count)
    var call = InstructionData(
      isTail ? .return_call_indirect : .call_indirect, .invalid, code)
    call.signature = signatureReference(typeIndex, type)
    call.list = builder.function.makeList(values)
    finishCall(call, mayThrow: true)
  }

  /// Calls a builtin with the context and these arguments.
  mutating func callBuiltin(_ builtin: Builtin, _ arguments: [Value], mayThrow: Bool = false) {
    let host = loadConstant(
      ContextPath(ContextLayout.builtins, then: Int(builtin.rawValue) * 8))
    var call = InstructionData(.call)
    call.function = builtinReference(builtin)
    call.list = builder.function.makeList([host, context] + arguments)
    finishCall(call, mayThrow: mayThrow)
  }

  /// Appends a call and pushes its results. After a tail call, the code is unreachable.
  private mutating func finishCall(_ call: InstructionData, mayThrow: Bool) {
    // Handlers of this function do not catch what the callee of a tail call throws.
    if mayThrow, !tries.isEmpty, !call.operation.traits.contains(.returns) {
      return finishTry(call)
    }
    let inst = builder.append(call)
    passedCount += Int(call.list.count) + Int(builder.function.results(of: inst).count)
    guard !call.operation.traits.contains(.returns) else {
      isReachable = false
      return
    }
    for value in builder.function.values(builder.function.results(of: inst)) {
      operands.append(Operand(value, builder.function.type(of: value)))
    }
  }

  /// Appends a call that handlers of this function may get exceptions from, and continues in a new block.
  private mutating func finishTry(_ call: InstructionData) {
    let isDirect = call.operation == .call
    let signature =
      isDirect ? builder.function.externals[call.function].signature : call.signature
    let types = builder.function.signatures[signature].results.map(\.type)
    passedCount += Int(call.list.count) + types.count
    let next = builder.makeBlock()
    for type in types { push(builder.appendParameter(type, to: next), type) }
    var data = call
    data.operation = isDirect ? .try_call : .try_call_indirect
    data.exceptionTable = builder.function.exceptionTables.append(
      ExceptionTableData(signature: signature, normal: BlockCall(next), items: []))
    let inst = builder.append(data)
    // A copy: a list that is made while a slice of the pool exists would copy the pool.
    let returned = Array(
      builder.function.values(builder.function.results(of: inst)).prefix(types.count))
    builder.function.setArguments(of: inst, to: 0, builder.function.makeList(returned))
    builder.seal(next)
    builder.position(atEndOf: next)
    tries[tries.count - 1].calls.append(inst)
  }

  private mutating func signatureReference(_ typeIndex: UInt32, _ type: FunctionType) -> SigRef {
    let canonical = module.canonicalTypes[Int(typeIndex)]
    if let known = references.signatures[canonical] { return known }
    let signature = builder.function.signatures.append(type.irSignature)
    references.signatures[canonical] = signature
    return signature
  }

  private mutating func functionReference(_ index: Int) -> FuncRef {
    let name = UInt32(truncatingIfNeeded: index)
    if let known = references.functions[name] { return known }
    let typeIndex = module.functions[index]
    let signature = signatureReference(
      typeIndex, module.functionType(typeIndex) ?? FunctionType())
    let function = builder.function.externals.append(
      ExternalFunction(
        name: FunctionNames.function(index), signature: signature, isColocated: true))
    references.functions[name] = function
    return function
  }

  private mutating func builtinReference(_ builtin: Builtin) -> FuncRef {
    if let known = references.builtins[Int(builtin.rawValue)] { return known }
    let function = builder.function.externals.append(
      ExternalFunction(
        name: FunctionNames.hostSignature(of: builtin),
        signature: builder.function.signatures.append(builtin.callSignature), isColocated: false))
    references.builtins[Int(builtin.rawValue)] = function
    return function
  }
}

/// The entities that the function being translated has declared.
struct ReferenceCache {
  var signatures: [UInt32: SigRef] = [:]
  var functions: [UInt32: FuncRef] = [:]
  var builtins = [FuncRef?](repeating: nil, count: Int(Builtin.count))
  private var heaps: [(memory: UInt32, heap: Heap)] = []

  func heap(_ memory: UInt32) -> Heap? {
    for known in heaps where known.memory == memory { return known.heap }
    return nil
  }

  mutating func add(_ heap: Heap, for memory: UInt32) { heaps.append((memory, heap)) }

  /// The largest dictionary whose storage is kept. Clearing a larger one for each function would take
  /// too long.
  private static let keptCount = 256

  mutating func reset() {
    signatures.removeAll(keepingCapacity: signatures.count <= Self.keptCount)
    functions.removeAll(keepingCapacity: functions.count <= Self.keptCount)
    for index in builtins.indices { builtins[index] = nil }
    heaps.removeAll(keepingCapacity: true)
  }
}
