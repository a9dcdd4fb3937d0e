extension FunctionValidator {
  /// Runs one operator on the stack of types.
  ///
  /// - Parameter reader: the reader that the operator comes from, for the lists that belong to it.
  mutating func check(
    _ operation: Operator, _ reader: borrowing OperatorReader
  ) throws(WasmError) {
    switch operation.code {
    case .localGet: push(try localType(operation.index, isRead: true))
    case .localSet:
      let type = try localType(operation.index, isRead: false)
      try pop(type)
      initialize(operation.index, type)
    case .localTee:
      let type = try localType(operation.index, isRead: false)
      try pop(type)
      push(type)
      initialize(operation.index, type)
    case .globalGet: push(try globalType(operation.index).value)
    case .globalSet:
      let type = try globalType(operation.index)
      guard type.isMutable else { throw invalid("immutable global \(operation.index)") }
      try pop(type.value)

    case .nop: break
    case .drop: _ = try popAny()
    case .select: try checkSelect()
    case .selectTyped: try checkTypedSelect(operation)

    case .unreachable: setUnreachable()
    case .block, .loop, .if: try checkBlock(operation)
    case .else: try checkElse()
    case .end: try checkEnd()
    case .br:
      try pop(try labelTypes(operation.index))
      setUnreachable()
    case .brIf:
      try pop(.i32)
      let types = try labelTypes(operation.index)
      try pop(types)
      push(types)
    case .brTable: try checkBranchTable(reader.branchTargets(of: operation))
    case .return:
      try pop(frames[0].results)
      setUnreachable()
    case .brOnNull, .brOnNonNull: try checkBranchOnNull(operation)

    case .call, .callIndirect, .callRef, .returnCall, .returnCallIndirect, .returnCallRef:
      try checkCall(operation)
    case .throw, .throwRef, .tryTable: try checkException(operation, reader)

    case .memorySize, .memoryGrow, .memoryFill, .memoryInit, .memoryCopy, .dataDrop:
      try checkMemory(operation)
    case .tableGet, .tableSet, .tableSize, .tableGrow, .tableFill, .tableInit, .tableCopy,
      .elemDrop:
      try checkTable(operation)
    case .refNull, .refIsNull, .refFunc, .refEq, .refAsNonNull:
      try checkReference(operation)

    case .structNew, .structNewDefault, .structGet, .structGetS, .structGetU, .structSet:
      try checkStructure(operation)
    case .arrayNew, .arrayNewDefault, .arrayNewFixed, .arrayNewData, .arrayNewElem, .arrayGet,
      .arrayGetS, .arrayGetU, .arraySet, .arrayLen, .arrayFill, .arrayCopy, .arrayInitData,
      .arrayInitElem:
      try checkArray(operation)
    case .refTest, .refTestNull, .refCast, .refCastNull, .brOnCast, .brOnCastFail:
      try checkCast(operation)
    case .anyConvertExtern, .externConvertAny, .refI31, .i31GetS, .i31GetU:
      try checkConversion(operation)

    case .atomicFence: break
    case .i8x16Shuffle, .i8x16ExtractLaneS, .i8x16ExtractLaneU, .i8x16ReplaceLane,
      .i16x8ExtractLaneS, .i16x8ExtractLaneU, .i16x8ReplaceLane, .i32x4ExtractLane,
      .i32x4ReplaceLane, .i64x2ExtractLane, .i64x2ReplaceLane, .f32x4ExtractLane,
      .f32x4ReplaceLane, .f64x2ExtractLane, .f64x2ReplaceLane:
      try checkLanes(operation)
    case .i64Add128, .i64Sub128, .i64MulWideS, .i64MulWideU: try checkWideArithmetic(operation)

    default: try checkMemoryAccess(operation)
    }
  }

  // MARK: Vectors and wide integers

  private mutating func checkLanes(_ operation: Operator) throws(WasmError) {
    let isValid =
      operation.code == .i8x16Shuffle
      ? operation.shuffleLanes.max() < 32
      : operation.index < operation.code.laneCount
    guard isValid else { throw invalid("invalid lane index") }
    try checkFixed(OpcodeEntry(operation.code))
  }

  private mutating func checkWideArithmetic(_ operation: Operator) throws(WasmError) {
    let takesHalves = operation.code == .i64Add128 || operation.code == .i64Sub128
    for _ in 0..<(takesHalves ? 4 : 2) { try pop(.i64) }
    push(.i64)
    push(.i64)
  }

  // MARK: Variables

  @inline(__always)
  func localType(_ index: UInt32, isRead: Bool) throws(WasmError) -> ValueType {
    guard let type = locals.type(index) else { throw invalid("unknown local \(index)") }
    if isRead && !type.hasDefault && index >= locals.parameterCount
      && !isInitialized.contains(index)
    {
      throw invalid("uninitialized local \(index)")
    }
    return type
  }

  @inline(__always)
  private mutating func initialize(_ index: UInt32, _ type: ValueType) {
    if !type.hasDefault && index >= locals.parameterCount
      && isInitialized.insert(index).inserted
    {
      initialized.append(index)
    }
  }

  private func globalType(_ index: UInt32) throws(WasmError) -> GlobalType {
    guard Int(index) < context.globals.count else { throw invalid("unknown global \(index)") }
    return context.globals[Int(index)]
  }

  private mutating func checkSelect() throws(WasmError) {
    try pop(.i32)
    let second = try popAny()
    let first = try popAny()
    guard !first.isReference, !second.isReference else {
      throw invalid("type mismatch: select without a type takes no references")
    }
    guard first == second || first == .bottom || second == .bottom else {
      throw invalid("type mismatch: select of \(first) and \(second)")
    }
    push(first == .bottom ? second : first)
  }

  private mutating func checkTypedSelect(_ operation: Operator) throws(WasmError) {
    guard operation.index == 1 else { throw invalid("invalid result arity") }
    let type = try checked(operation.valueType, at: offset)
    try pop(.i32)
    try pop(type)
    try pop(type)
    push(type)
  }

  // MARK: Blocks and branches

  private mutating func checkBlock(_ operation: Operator) throws(WasmError) {
    let kind: ControlFrame.Kind
    switch operation.code {
    case .if:
      try pop(.i32)
      kind = .if
    case .loop:
      facts.flags.insert(.loops)
      kind = .loop
    default: kind = .block
    }
    let (parameters, results) = try signature(of: operation.blockType)
    try pop(parameters)
    pushFrame(kind, parameters: parameters, results: results)
  }

  private mutating func checkElse() throws(WasmError) {
    guard frames.last?.kind == .if else {
      throw WasmError(.malformed, "END opcode expected: else without if", at: offset)
    }
    let frame = try popFrame()
    pushFrame(.else, parameters: frame.parameters, results: frame.results)
  }

  private mutating func checkEnd() throws(WasmError) {
    if frames.last?.kind == .if {
      // Without an else the parameters are the results.
      let frame = try popFrame()
      pushFrame(.else, parameters: frame.parameters, results: frame.results)
    }
    let frame = try popFrame()
    push(frame.results)
  }

  private mutating func checkBranchTable(_ targets: BranchTargets) throws(WasmError) {
    try pop(.i32)
    var targets = targets
    var last = targets
    // The default comes last, and sets the number of values.
    var defaultLabel: UInt32 = 0
    while let label = last.next() { defaultLabel = label }
    let arity = try labelTypes(defaultLabel).count
    var checked: TypeRange?
    while let label = targets.next() {
      let types = try labelTypes(label)
      if types == checked { continue }
      checked = types
      guard types.count == arity else {
        throw invalid("type mismatch: branch targets take different numbers of values")
      }
      try peek(types)
    }
    setUnreachable()
  }

  /// Checks that these types are on top of the stack without taking them off: other than by
  /// popping and pushing them, unknown ones stay unknown.
  private func peek(_ types: TypeRange) throws(WasmError) {
    var position = operands.count
    for index in types.indices.reversed() {
      let expected = typePool[index]
      guard position > floor else {
        guard let frame = frames.last, frame.isUnreachable else {
          throw invalid("type mismatch: expected \(expected), found nothing")
        }
        return
      }
      position -= 1
      guard context.module.matches(operands[position], expected) else {
        throw invalid("type mismatch: expected \(expected), found \(operands[position])")
      }
    }
  }

  private mutating func checkBranchOnNull(_ operation: Operator) throws(WasmError) {
    let reference = try popReference()
    var types = try labelTypes(operation.index)
    if operation.code == .brOnNull {
      try pop(types)
      push(types)
      push(reference.nonNull)
    } else {
      guard types.count > 0 else {
        throw invalid("type mismatch: the label of br_on_non_null takes no reference")
      }
      push(reference.nonNull)
      try pop(typePool[types.indices.upperBound - 1])
      types.count -= 1
      try pop(types)
      push(types)
    }
  }

  // MARK: Calls

  private mutating func checkCall(_ operation: Operator) throws(WasmError) {
    facts.flags.insert(.calls)
    let signature: ModuleContext.Signature
    switch operation.code {
    case .call, .returnCall:
      guard let known = context.signature(ofFunction: operation.index) else {
        throw invalid("unknown function \(operation.index)")
      }
      signature = known
    case .callIndirect, .returnCallIndirect:
      facts.flags.insert(.usesTable)
      let table = try tableType(operation.secondIndex)
      guard context.module.matches(table.element, .funcref) else {
        throw invalid("type mismatch: a table of \(table.element) holds no functions")
      }
      guard let known = context.signature(operation.index) else {
        throw unknownType(operation.index)
      }
      try pop(table.addressType.valueType)
      signature = known
    default:
      guard let known = context.signature(operation.index) else {
        throw unknownType(operation.index)
      }
      try pop(context.module.canonical(.ref(nullable: true, .defined(operation.index))))
      signature = known
    }
    try pop(signature.parameters)
    switch operation.code {
    case .returnCall, .returnCallIndirect, .returnCallRef:
      try checkReturns(signature.results)
      setUnreachable()
    default:
      push(signature.results)
    }
  }

  /// Checks that what a tail call returns is what this function returns.
  private func checkReturns(_ results: TypeRange) throws(WasmError) {
    let expected = frames[0].results
    guard results.count == expected.count,
      zip(results.indices, expected.indices).allSatisfy({
        context.module.matches(typePool[$0], typePool[$1])
      })
    else { throw invalid("type mismatch: a tail call must return what its caller returns") }
  }

  // MARK: Exceptions

  private mutating func checkException(
    _ operation: Operator, _ reader: borrowing OperatorReader
  ) throws(WasmError) {
    switch operation.code {
    case .throw:
      try pop(try tagParameters(operation.index))
      setUnreachable()
    case .throwRef:
      try pop(.ref(nullable: true, HeapType(.exn)))
      setUnreachable()
    default:
      let (parameters, results) = try signature(of: operation.blockType)
      try pop(parameters)
      for clause in reader.catchClauses(of: operation) { try checkCatch(clause) }
      pushFrame(.tryTable, parameters: parameters, results: results)
    }
  }

  private func checkCatch(_ clause: CatchClause) throws(WasmError) {
    let expected = try labelTypes(clause.label)
    var types: [ValueType] = []
    if let tag = clause.tag { types += typePool[try tagParameters(tag).indices] }
    if clause.pushesReference { types.append(.ref(nullable: false, HeapType(.exn))) }
    guard types.count == expected.count,
      zip(types, expected.indices).allSatisfy({ context.module.matches($0, typePool[$1]) })
    else { throw invalid("type mismatch: the label does not take what is caught") }
  }

  private func tagParameters(_ index: UInt32) throws(WasmError) -> TypeRange {
    guard Int(index) < context.module.tags.count,
      let signature = context.signature(context.module.tags[Int(index)])
    else { throw invalid("unknown tag \(index)") }
    return signature.parameters
  }

  // MARK: Memories

  @inline(__always)
  private mutating func checkMemoryAccess(_ operation: Operator) throws(WasmError) {
    let address = try addressType(ofMemory: operation.index)
    let natural = operation.code.naturalAlignment
    guard operation.alignment <= natural else {
      throw invalid("alignment must not be larger than natural")
    }
    if operation.code.isAtomicAccess {
      guard operation.alignment == natural else {
        throw invalid("atomic alignment must be natural")
      }
    } else if operation.code.laneCount > 0 {
      guard operation.secondIndex < operation.code.laneCount else {
        throw invalid("invalid lane index")
      }
    }
    guard address == .i64 || operation.bits <= UInt64(UInt32.max) else {
      throw invalid("offset out of range")
    }
    let signature = operation.code.fixedSignature
    // The deepest operand is the address.
    if signature.middleOperand != nil, let last = signature.lastOperand { try pop(last) }
    if signature.firstOfThree != nil, let middle = signature.middleOperand { try pop(middle) }
    try pop(address)
    if let result = signature.result { push(result) }
  }

  private mutating func addressType(ofMemory index: UInt32) throws(WasmError) -> ValueType {
    facts.flags.insert(.usesMemory)
    if index == 0 && context.addressType != .bottom { return context.addressType }
    guard Int(index) < context.module.memories.count else {
      throw invalid("unknown memory \(index)")
    }
    return context.module.memories[Int(index)].addressType.valueType
  }

  private mutating func checkMemory(_ operation: Operator) throws(WasmError) {
    switch operation.code {
    case .memorySize:
      push(try addressType(ofMemory: operation.index))
    case .memoryGrow:
      let address = try addressType(ofMemory: operation.index)
      try pop(address)
      push(address)
    case .memoryFill:
      let address = try addressType(ofMemory: operation.index)
      try pop(address)
      try pop(.i32)
      try pop(address)
    case .memoryInit:
      let address = try addressType(ofMemory: operation.secondIndex)
      try checkDataSegment(operation.index)
      try pop(.i32)
      try pop(.i32)
      try pop(address)
    case .memoryCopy:
      let destination = try addressType(ofMemory: operation.index)
      let source = try addressType(ofMemory: operation.secondIndex)
      try pop(destination == .i64 && source == .i64 ? .i64 : .i32)
      try pop(source)
      try pop(destination)
    default:
      try checkDataSegment(operation.index)
    }
  }

  func checkDataSegment(_ index: UInt32) throws(WasmError) {
    guard let count = context.module.dataCount else {
      throw WasmError(.malformed, "data count section required", at: offset)
    }
    guard index < count else { throw invalid("unknown data segment \(index)") }
  }

  // MARK: Tables

  private mutating func tableType(_ index: UInt32) throws(WasmError) -> TableType {
    facts.flags.insert(.usesTable)
    guard Int(index) < context.module.tables.count else {
      throw invalid("unknown table \(index)")
    }
    return context.module.tables[Int(index)]
  }

  func elementSegmentType(_ index: UInt32) throws(WasmError) -> ValueType {
    guard Int(index) < context.module.elementSegments.count else {
      throw invalid("unknown elem segment \(index)")
    }
    return context.module.elementSegments[Int(index)].type
  }

  private mutating func checkTable(_ operation: Operator) throws(WasmError) {
    switch operation.code {
    case .tableGet:
      let table = try tableType(operation.index)
      try pop(table.addressType.valueType)
      push(table.element)
    case .tableSet:
      let table = try tableType(operation.index)
      try pop(table.element)
      try pop(table.addressType.valueType)
    case .tableSize:
      push(try tableType(operation.index).addressType.valueType)
    case .tableGrow:
      let table = try tableType(operation.index)
      try pop(table.addressType.valueType)
      try pop(table.element)
      push(table.addressType.valueType)
    case .tableFill:
      let table = try tableType(operation.index)
      try pop(table.addressType.valueType)
      try pop(table.element)
      try pop(table.addressType.valueType)
    case .tableInit:
      let table = try tableType(operation.secondIndex)
      let type = try elementSegmentType(operation.index)
      try checkElements(type, fit: table)
      try pop(.i32)
      try pop(.i32)
      try pop(table.addressType.valueType)
    case .tableCopy:
      let destination = try tableType(operation.index)
      let source = try tableType(operation.secondIndex)
      try checkElements(source.element, fit: destination)
      let is64 = destination.addressType == .i64 && source.addressType == .i64
      try pop(is64 ? .i64 : .i32)
      try pop(source.addressType.valueType)
      try pop(destination.addressType.valueType)
    default:
      _ = try elementSegmentType(operation.index)
    }
  }

  private func checkElements(_ type: ValueType, fit table: TableType) throws(WasmError) {
    guard context.module.matches(type, table.element) else {
      throw invalid("type mismatch: a table of \(table.element) cannot take \(type)")
    }
  }

  // MARK: References

  private mutating func checkReference(_ operation: Operator) throws(WasmError) {
    switch operation.code {
    case .refNull:
      push(try checked(.ref(nullable: true, operation.heapType), at: offset))
    case .refIsNull:
      _ = try popReference()
      push(.i32)
    case .refFunc:
      guard Int(operation.index) < context.module.functions.count else {
        throw invalid("unknown function \(operation.index)")
      }
      guard context.isReferenced[Int(operation.index)] else {
        throw invalid("undeclared function reference")
      }
      push(context.referenceType(ofFunction: operation.index))
    case .refEq:
      let eq = ValueType.ref(nullable: true, HeapType(.eq))
      try pop(eq)
      try pop(eq)
      push(.i32)
    default:
      push(try popReference().nonNull)
    }
  }
}
