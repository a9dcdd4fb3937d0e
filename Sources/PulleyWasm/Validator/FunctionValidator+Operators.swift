extension FunctionValidator {
  /// Runs `op`, whose row this is, on the stack of types.
  mutating func check(_ row: UnsafePointer<OperatorRow>) throws(WasmError) {
    switch row.pointee.typing {
    case .fixed, .lane, .shuffle: try checkLanes(row)
    case .access: try checkAccess(row)
    case .special: try checkSpecial(row.pointee.special)
    }
  }

  /// Checks the lanes among the immediates of an operator with fixed types, then runs it.
  @inline(never)
  private mutating func checkLanes(_ row: UnsafePointer<OperatorRow>) throws(WasmError) {
    let isValid =
      switch row.pointee.typing {
      case .lane: op.index < row.pointee.laneCount
      case .shuffle: op.shuffleLanes.max() < 32
      case .fixed, .access, .special: true
      }
    guard isValid else { throw invalid("invalid lane index") }
    try checkFixed(row.pointee.signature)
  }

  /// Runs an operator whose types depend on the module, the locals or the stack.
  private mutating func checkSpecial(_ rule: SpecialRule) throws(WasmError) {
    switch rule {
    case .nop, .fence: break
    case .drop: _ = try popAny()
    case .select: try checkSelect()
    case .typedSelect: try checkTypedSelect()
    case .variable(let rule): try checkVariable(rule, op.index)
    case .control(let rule): try checkControl(rule)
    case .call(let callee, let isTail): try checkCall(callee, isTail: isTail)
    case .exception(let rule): try checkException(rule)
    case .memory(let rule): try checkMemory(rule)
    case .table(let rule): try checkTable(rule)
    case .reference(let rule): try checkReference(rule)
    case .structure(let rule): try checkStructure(rule)
    case .array(let rule): try checkArray(rule)
    case .cast(let rule): try checkCast(rule)
    case .conversion(let rule): try checkConversion(rule)
    case .wide(let rule): try checkWide(rule)
    }
  }

  /// A reader for the lists among the immediates of an operator that has been read.
  private var listReader: OperatorReader {
    OperatorReader(context.module.bytes, range: 0..<context.module.bytes.count)
  }

  // MARK: Wide integers

  private mutating func checkWide(_ rule: WideRule) throws(WasmError) {
    let operandCount =
      switch rule {
      case .add, .subtract: 4
      case .multiplySigned, .multiplyUnsigned: 2
      }
    for _ in 0..<operandCount { try pop(.i64) }
    push(.i64)
    push(.i64)
  }

  // MARK: Variables

  @inline(__always)
  private mutating func checkVariable(_ rule: VariableRule, _ index: UInt32) throws(WasmError) {
    switch rule {
    case .getLocal: push(try localType(index, isRead: true))
    case .setLocal:
      let type = try localType(index, isRead: false)
      try pop(type)
      initialize(index, type)
    case .teeLocal:
      let type = try localType(index, isRead: false)
      try pop(type)
      push(type)
      initialize(index, type)
    case .getGlobal: push(try globalType(index).value)
    case .setGlobal:
      let type = try globalType(index)
      guard type.isMutable else { throw invalid("immutable global \(index)") }
      try pop(type.value)
    }
  }

  /// The type of a local. (This is mutating because a borrow would copy the validator.)
  @inline(__always)
  mutating func localType(_ index: UInt32, isRead: Bool) throws(WasmError) -> ValueType {
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

  private mutating func globalType(_ index: UInt32) throws(WasmError) -> GlobalType {
    guard Int(index) < context.globals.count else { throw invalid("unknown global \(index)") }
    return context.globals[Int(index)]
  }

  private mutating func checkSelect() throws(WasmError) {
    try pop(.i32)
    let second = try popAny()
    let first = try popAny()
    guard !first.isReference, !second.isReference else {
      throw invalid("type mismatch: select without a type does not take references")
    }
    guard first == second || first == .bottom || second == .bottom else {
      throw invalid("type mismatch: select of \(first) and \(second)")
    }
    push(first == .bottom ? second : first)
  }

  private mutating func checkTypedSelect() throws(WasmError) {
    guard op.index == 1 else { throw invalid("invalid result arity") }
    let type = try checked(op.valueType, at: offset)
    try pop(.i32)
    try pop(type)
    try pop(type)
    push(type)
  }

  // MARK: Blocks and branches

  @inline(__always)
  private mutating func checkControl(_ rule: ControlRule) throws(WasmError) {
    switch rule {
    case .unreachable: setUnreachable()
    case .block: try checkBlock(.block)
    case .loop:
      facts.flags.insert(.loops)
      try checkBlock(.loop)
    case .if:
      try pop(.i32)
      try checkBlock(.if)
    case .else: try checkElse()
    case .end: try checkEnd()
    case .branch:
      try pop(try labelTypes(op.index))
      setUnreachable()
    case .branchIf:
      try pop(.i32)
      let types = try labelTypes(op.index)
      try pop(types)
      push(types)
    case .branchTable: try checkBranchTable(listReader.branchTargets(of: op))
    case .return:
      try pop(frames[0].results)
      setUnreachable()
    }
  }

  private mutating func checkBlock(_ kind: ControlFrame.Kind) throws(WasmError) {
    let (parameters, results) = try signature(of: op.blockType)
    try pop(parameters)
    pushFrame(kind, parameters: parameters, results: results)
  }

  private mutating func checkElse() throws(WasmError) {
    guard frames.last?.kind == .if else {
      throw WasmError.misplaced(op)
    }
    let frame = try popFrame()
    pushFrame(.else, parameters: frame.parameters, results: frame.results)
  }

  private mutating func checkEnd() throws(WasmError) {
    if frames.last?.kind == .if {
      // Without an `else` the parameters are the results.
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
    // The default comes last and determines the number of values.
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

  /// Checks that the types on top of the stack match these. Popping and pushing them would replace
  /// unknown types, which `br_table` must not do.
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

  private mutating func checkBranchOnNull(_ depth: UInt32) throws(WasmError) {
    let reference = try popReference()
    let types = try labelTypes(depth)
    try pop(types)
    push(types)
    push(reference.nonNull)
  }

  private mutating func checkBranchOnNonNull(_ depth: UInt32) throws(WasmError) {
    let reference = try popReference()
    var types = try labelTypes(depth)
    guard types.count > 0 else {
      throw invalid("type mismatch: the label of br_on_non_null does not take a reference")
    }
    push(reference.nonNull)
    try pop(typePool[types.indices.upperBound - 1])
    types.count -= 1
    try pop(types)
    push(types)
  }

  // MARK: Calls

  private mutating func checkCall(_ callee: Callee, isTail: Bool) throws(WasmError) {
    facts.flags.insert(.calls)
    let signature = try popCallee(callee)
    try pop(signature.parameters)
    if isTail {
      try checkReturns(signature.results)
      setUnreachable()
    } else {
      push(signature.results)
    }
  }

  /// Pops the operand that says which function is called, if there is one.
  @inline(__always)
  private mutating func popCallee(_ callee: Callee) throws(WasmError) -> ModuleContext.Signature {
    switch callee {
    case .direct:
      guard let signature = context.signature(ofFunction: op.index) else {
        throw invalid("unknown function \(op.index)")
      }
      return signature
    case .tableElement:
      facts.flags.insert(.usesTable)
      let table = try tableType(op.secondIndex)
      guard context.module.matches(table.element, .funcref) else {
        throw invalid("type mismatch: a table of \(table.element) does not hold functions")
      }
      let signature = try definedSignature(op.index)
      try pop(table.addressType.valueType)
      return signature
    case .reference:
      let signature = try definedSignature(op.index)
      try pop(context.module.canonical(.ref(nullable: true, .defined(op.index))))
      return signature
    }
  }

  private func definedSignature(_ index: UInt32) throws(WasmError) -> ModuleContext.Signature {
    guard let signature = context.signature(index) else { throw unknownType(index) }
    return signature
  }

  /// Checks that the results of a tail call match those of this function.
  private func checkReturns(_ results: TypeRange) throws(WasmError) {
    let expected = frames[0].results
    var isMatch = results.count == expected.count
    for (index, target) in zip(results.indices, expected.indices) where isMatch {
      isMatch = context.matches(typePool[index], typePool[target])
    }
    guard isMatch else {
      throw invalid("type mismatch: a tail call must return what its caller returns")
    }
  }

  // MARK: Exceptions

  private mutating func checkException(_ rule: ExceptionRule) throws(WasmError) {
    switch rule {
    case .throw:
      try pop(try tagParameters(op.index))
      setUnreachable()
    case .throwReference:
      try pop(.ref(nullable: true, HeapType(.exn)))
      setUnreachable()
    case .tryTable:
      let (parameters, results) = try signature(of: op.blockType)
      try pop(parameters)
      for clause in listReader.catchClauses(of: op) { try checkCatch(clause) }
      pushFrame(.tryTable, parameters: parameters, results: results)
    case .try: try checkBlock(.try)
    case .catch: try checkHandler(.catch, tag: op.index)
    case .catchAll: try checkHandler(.catchAll, tag: nil)
    case .delegate: try checkDelegate()
    case .rethrow: try checkRethrow()
    }
  }

  /// Ends a part of a `try`, and begins one that handles exceptions.
  private mutating func checkHandler(
    _ kind: ControlFrame.Kind, tag: UInt32?
  ) throws(WasmError) {
    guard let last = frames.last?.kind, last == .try || last == .catch else {
      throw WasmError.misplaced(op)
    }
    let frame = try popFrame()
    let parameters = if let tag { try tagParameters(tag) } else { TypeRange.empty }
    pushFrame(kind, parameters: parameters, results: frame.results)
  }

  /// Ends a `try`. The label is one of a block around it, or of the function itself.
  private mutating func checkDelegate() throws(WasmError) {
    guard frames.last?.kind == .try else { throw WasmError.misplaced(op) }
    let frame = try popFrame()
    _ = try labelTypes(op.index)
    push(frame.results)
  }

  private mutating func checkRethrow() throws(WasmError) {
    _ = try labelTypes(op.index)
    let kind = frames[frames.count - 1 - Int(op.index)].kind
    guard kind == .catch || kind == .catchAll else {
      throw invalid("invalid rethrow label \(op.index)")
    }
    setUnreachable()
  }

  private mutating func checkCatch(_ clause: CatchClause) throws(WasmError) {
    let expected = try labelTypes(clause.label)
    let payload = if let tag = clause.tag { try tagParameters(tag) } else { TypeRange.empty }
    var isMatch = payload.count + (clause.pushesReference ? 1 : 0) == expected.count
    for (index, target) in zip(payload.indices, expected.indices) where isMatch {
      isMatch = context.matches(typePool[index], typePool[target])
    }
    if isMatch && clause.pushesReference {
      isMatch = context.matches(
        .ref(nullable: false, HeapType(.exn)), typePool[expected.indices.upperBound - 1])
    }
    guard isMatch else {
      throw invalid("type mismatch: the label does not take what is caught")
    }
  }

  private func tagParameters(_ index: UInt32) throws(WasmError) -> TypeRange {
    guard Int(index) < context.module.tags.count,
      let signature = context.signature(context.module.tags[Int(index)])
    else { throw invalid("unknown tag \(index)") }
    return signature.parameters
  }

  // MARK: Memories

  private mutating func checkAccess(_ row: UnsafePointer<OperatorRow>) throws(WasmError) {
    let address = try addressType(ofMemory: op.index)
    guard op.alignment <= row.pointee.naturalAlignment else {
      throw invalid("alignment must not be larger than natural")
    }
    if row.pointee.isAtomic {
      guard op.alignment == row.pointee.naturalAlignment else {
        throw invalid("atomic alignment must be natural")
      }
    } else if row.pointee.laneCount > 0 {
      guard op.secondIndex < row.pointee.laneCount else {
        throw invalid("invalid lane index")
      }
    }
    guard address == .i64 || op.bits <= UInt64(UInt32.max) else {
      throw invalid("offset out of range")
    }
    try popOperands(row.pointee.signature)
    try pop(address)
    if row.pointee.signature.result != .none { push(ValueType(row.pointee.signature.result)) }
  }

  private mutating func addressType(ofMemory index: UInt32) throws(WasmError) -> ValueType {
    facts.flags.insert(.usesMemory)
    if index == 0 && context.addressType != .bottom { return context.addressType }
    guard Int(index) < context.module.memories.count else {
      throw invalid("unknown memory \(index)")
    }
    return context.module.memories[Int(index)].addressType.valueType
  }

  private mutating func checkMemory(_ rule: MemoryRule) throws(WasmError) {
    switch rule {
    case .size:
      push(try addressType(ofMemory: op.index))
    case .grow:
      let address = try addressType(ofMemory: op.index)
      try pop(address)
      push(address)
    case .fill:
      let address = try addressType(ofMemory: op.index)
      try pop(address)
      try pop(.i32)
      try pop(address)
    case .initialize:
      let address = try addressType(ofMemory: op.secondIndex)
      try checkDataSegment(op.index)
      try pop(.i32)
      try pop(.i32)
      try pop(address)
    case .copy:
      let destination = try addressType(ofMemory: op.index)
      let source = try addressType(ofMemory: op.secondIndex)
      try pop(destination == .i64 && source == .i64 ? .i64 : .i32)
      try pop(source)
      try pop(destination)
    case .dropSegment:
      try checkDataSegment(op.index)
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

  private mutating func checkTable(_ rule: TableRule) throws(WasmError) {
    switch rule {
    case .get:
      let table = try tableType(op.index)
      try pop(table.addressType.valueType)
      push(table.element)
    case .set:
      let table = try tableType(op.index)
      try pop(table.element)
      try pop(table.addressType.valueType)
    case .size:
      push(try tableType(op.index).addressType.valueType)
    case .grow:
      let table = try tableType(op.index)
      try pop(table.addressType.valueType)
      try pop(table.element)
      push(table.addressType.valueType)
    case .fill:
      let table = try tableType(op.index)
      try pop(table.addressType.valueType)
      try pop(table.element)
      try pop(table.addressType.valueType)
    case .initialize:
      let table = try tableType(op.secondIndex)
      let type = try elementSegmentType(op.index)
      try checkElements(type, fit: table)
      try pop(.i32)
      try pop(.i32)
      try pop(table.addressType.valueType)
    case .copy:
      let destination = try tableType(op.index)
      let source = try tableType(op.secondIndex)
      try checkElements(source.element, fit: destination)
      let is64 = destination.addressType == .i64 && source.addressType == .i64
      try pop(is64 ? .i64 : .i32)
      try pop(source.addressType.valueType)
      try pop(destination.addressType.valueType)
    case .dropSegment:
      _ = try elementSegmentType(op.index)
    }
  }

  private func checkElements(_ type: ValueType, fit table: TableType) throws(WasmError) {
    guard context.module.matches(type, table.element) else {
      throw invalid("type mismatch: a table of \(table.element) cannot take \(type)")
    }
  }

  // MARK: References

  private mutating func checkReference(_ rule: ReferenceRule) throws(WasmError) {
    switch rule {
    case .null:
      push(try checked(.ref(nullable: true, op.heapType), at: offset))
    case .isNull:
      _ = try popReference()
      push(.i32)
    case .function:
      guard Int(op.index) < context.module.functions.count else {
        throw invalid("unknown function \(op.index)")
      }
      guard context.isReferenced[Int(op.index)] else {
        throw invalid("undeclared function reference")
      }
      push(context.referenceType(ofFunction: op.index))
    case .equal:
      let eq = ValueType.ref(nullable: true, HeapType(.eq))
      try pop(eq)
      try pop(eq)
      push(.i32)
    case .asNonNull:
      push(try popReference().nonNull)
    case .branchOnNull: try checkBranchOnNull(op.index)
    case .branchOnNonNull: try checkBranchOnNonNull(op.index)
    }
  }
}
