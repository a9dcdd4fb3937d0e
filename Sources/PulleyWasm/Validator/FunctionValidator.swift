/// An open block.
struct ControlFrame {
  enum Kind: UInt8 {
    case function, block, loop, `if`, `else`, tryTable
  }

  var kind: Kind
  /// Whether what follows cannot be reached: the stack then yields whatever is asked for.
  var isUnreachable = false
  /// How many operands are on the stack below the block's own.
  var height: Int
  /// How many locals had been given their first value when the block began.
  var initializedCount: Int
  var parameters: TypeRange
  var results: TypeRange

  /// What a branch to the block must bring.
  var labelTypes: TypeRange {
    @inline(__always) get { kind == .loop ? parameters : results }
  }
}

/// Checks function bodies one after the other by the specification's algorithm: operators are
/// run on a stack of types. Its storage is used again for each function.
struct FunctionValidator: ~Copyable {
  let context: ModuleContext
  /// A copy of what the context has, followed by the types of this function's blocks.
  var typePool: ContiguousArray<ValueType>
  var operands = TypeStack()
  var frames: ContiguousArray<ControlFrame> = []
  var locals = LocalTypes()
  /// The locals without an initial value that have been given one by now.
  var isInitialized: Set<UInt32> = []
  /// The same in the order in which it happened, for undoing it at the end of a block.
  var initialized: [UInt32] = []
  var facts = FunctionFacts()
  /// Where the operator at hand stands.
  var offset = 0
  /// The `height` of the innermost block.
  var floor = 0

  init(_ context: ModuleContext) {
    self.context = context
    typePool = context.typePool
  }

  /// Checks a function that is not imported.
  mutating func validate(definedIndex: Int) throws(WasmError) -> FunctionFacts {
    do throws(WasmError) {
      try validateBody(definedIndex)
      return facts
    } catch {
      var error = error
      error.functionIndex = context.module.importedFunctionCount + definedIndex
      throw error
    }
  }

  private mutating func validateBody(_ definedIndex: Int) throws(WasmError) {
    // (A local copy of the module would cost more than the smallest bodies do.)
    let functionIndex = context.module.importedFunctionCount + definedIndex
    let typeIndex = context.module.functions[functionIndex]
    var cursor = ByteCursor(context.module.bytes, context.module.bodies[definedIndex])
    offset = cursor.offset
    guard let signature = context.signature(typeIndex) else {
      throw invalid("unknown type \(typeIndex)")
    }
    reset()
    try readLocals(&cursor, signature.parameters)
    pushFrame(.function, parameters: .empty, results: signature.results)
    var reader = OperatorReader(cursor)
    try checkOperators(&reader)
    guard reader.isAtEnd else {
      throw WasmError(.malformed, "section size mismatch", at: reader.offset)
    }
  }

  /// Runs operators on the stack of types until the function's own block ends.
  private mutating func checkOperators(_ reader: inout OperatorReader) throws(WasmError) {
    var operation = Operator(.unreachable, offset: 0)
    while !frames.isEmpty {
      let entry = try reader.read(&operation)
      offset = Int(operation.offset)
      if entry.pointee.isFixed {
        try checkFixed(entry.pointee)
      } else if operation.code == .localGet {
        push(try localType(operation.index, isRead: true))
      } else {
        try check(operation, reader)
      }
      if operands.count > Int(facts.operandStackDepth) {
        facts.operandStackDepth = UInt32(truncatingIfNeeded: operands.count)
      }
    }
  }

  /// Runs an operator that always has the same type.
  @inline(__always)
  mutating func checkFixed(_ entry: OpcodeEntry) throws(WasmError) {
    let lastOperand = ValueType(rawValue: UInt32(entry.lastOperand))
    let result = ValueType(rawValue: UInt32(entry.result))
    let count = operands.count
    // Nearly always the operands are simply there, and the result takes the place of one.
    if count - floor >= Int(entry.operandCount) {
      switch entry.operandCount {
      case 0:
        operands.push(result)
        return
      case 1 where operands[count - 1] == lastOperand:
        operands[count - 1] = result
        return
      case 2
      where operands[count - 1] == lastOperand
        && operands[count - 2].rawValue == UInt32(entry.middleOperand):
        _ = operands.pop()
        operands[count - 2] = result
        return
      default: break
      }
    }
    if entry.lastOperand != 0 { try pop(lastOperand) }
    if entry.middleOperand != 0 { try pop(ValueType(rawValue: UInt32(entry.middleOperand))) }
    if entry.firstOfThree != 0 { try pop(ValueType(rawValue: UInt32(entry.firstOfThree))) }
    push(result)
  }

  private mutating func reset() {
    typePool.removeLast(typePool.count - context.typePool.count)
    operands.truncate(to: 0)
    frames.removeAll(keepingCapacity: true)
    locals.removeAll()
    isInitialized.removeAll(keepingCapacity: true)
    initialized.removeAll(keepingCapacity: true)
    facts = FunctionFacts()
    floor = 0
  }

  private mutating func readLocals(
    _ cursor: inout ByteCursor, _ parameters: TypeRange
  ) throws(WasmError) {
    for index in parameters.indices { locals.append(typePool[index], count: 1) }
    locals.parameterCount = parameters.count
    let groupCount = try cursor.readLocalGroupCount()
    var total = UInt64(parameters.count)
    for _ in 0..<groupCount {
      let start = cursor.offset
      let group = try cursor.readLocalGroup(total: &total)
      locals.append(try checked(group.type, at: start), count: group.count)
    }
    try cursor.checkLocalCount(total)
    facts.localCount = locals.count
  }

  // MARK: Operands

  @inline(__always)
  mutating func push(_ type: ValueType) {
    operands.push(type)
  }

  @inline(__always)
  mutating func push(_ types: TypeRange) {
    facts.typedOperands &+= UInt64(types.count)
    if types.count >= Self.manyTypes {
      operands.push(contentsOf: typePool[types.indices])
      return
    }
    for index in types.indices { operands.push(typePool[index]) }
  }

  /// Takes a value off the stack that must match `expected`.
  @inline(__always)
  mutating func pop(_ expected: ValueType) throws(WasmError) {
    if operands.count > floor {
      let type = operands.pop()
      if type == expected { return }
      try match(type, expected)
    } else {
      try popMissing(expected)
    }
  }

  @inline(never)
  private func match(_ type: ValueType, _ expected: ValueType) throws(WasmError) {
    guard context.module.matches(type, expected) else {
      throw invalid("type mismatch: expected \(expected), found \(type)")
    }
  }

  @inline(never)
  private func popMissing(_ expected: ValueType) throws(WasmError) {
    guard let frame = frames.last, frame.isUnreachable else {
      throw invalid("type mismatch: expected \(expected), found nothing")
    }
  }

  /// Takes a value of any type off the stack; `bottom` where nothing can be reached.
  mutating func popAny() throws(WasmError) -> ValueType {
    if operands.count > floor { return operands.pop() }
    guard let frame = frames.last, frame.isUnreachable else {
      throw invalid("type mismatch: expected a value, found nothing")
    }
    return .bottom
  }

  /// Takes a reference of any type off the stack.
  mutating func popReference() throws(WasmError) -> ValueType {
    let type = try popAny()
    if type == .bottom { return .bottomReference }
    guard type.isReference else {
      throw invalid("type mismatch: expected a reference, found \(type)")
    }
    return type
  }

  /// How many types are worth the trouble of treating them at once. Signatures may have a thousand,
  /// and a call takes two bytes.
  private static let manyTypes = 16

  /// Takes many values off the stack if nothing has to be looked at one by one.
  @inline(never)
  private mutating func popsTogether(_ types: TypeRange) -> Bool {
    if operands.count == floor { return frames.last?.isUnreachable ?? false }
    guard operands.count - floor >= Int(types.count),
      operands.endsWith(typePool[types.indices])
    else { return false }
    operands.truncate(to: operands.count - Int(types.count))
    return true
  }

  @inline(__always)
  mutating func pop(_ types: TypeRange) throws(WasmError) {
    facts.typedOperands &+= UInt64(types.count)
    if types.count >= Self.manyTypes, popsTogether(types) { return }
    var index = Int(types.start) + Int(types.count)
    while index > Int(types.start) {
      index -= 1
      try pop(typePool[index])
    }
  }

  // MARK: Blocks

  mutating func pushFrame(_ kind: ControlFrame.Kind, parameters: TypeRange, results: TypeRange) {
    floor = operands.count
    frames.append(
      ControlFrame(
        kind: kind, height: floor, initializedCount: initialized.count, parameters: parameters,
        results: results))
    if frames.count > facts.blockDepth { facts.blockDepth = UInt32(frames.count) }
    push(parameters)
  }

  /// Closes the innermost block, whose results must be all that is left of its operands.
  mutating func popFrame() throws(WasmError) -> ControlFrame {
    guard let frame = frames.last else { throw invalid("unexpected end") }
    try pop(frame.results)
    guard operands.count == frame.height else {
      throw invalid(
        "type mismatch: \(operands.count - frame.height) values remain at the end of a block")
    }
    while initialized.count > frame.initializedCount {
      isInitialized.remove(initialized.removeLast())
    }
    frames.removeLast()
    floor = frames.last?.height ?? 0
    return frame
  }

  /// What follows cannot be reached.
  mutating func setUnreachable() {
    operands.truncate(to: floor)
    frames[frames.count - 1].isUnreachable = true
  }

  /// What a branch to the label at this depth must bring.
  @inline(__always)
  func labelTypes(_ depth: UInt32) throws(WasmError) -> TypeRange {
    guard Int(depth) < frames.count else { throw invalid("unknown label \(depth)") }
    return frames[frames.count - 1 - Int(depth)].labelTypes
  }

  /// The parameters and results of a block as stretches of the pool.
  mutating func signature(
    of blockType: BlockType
  ) throws(WasmError) -> (parameters: TypeRange, results: TypeRange) {
    if let index = blockType.typeIndex {
      guard let signature = context.signature(index) else { throw unknownType(index) }
      return (signature.parameters, signature.results)
    }
    guard let result = blockType.singleResult else { return (.empty, .empty) }
    if !result.isReference {
      // The pool begins with these.
      return (.empty, TypeRange(start: result.rawValue, count: 1))
    }
    typePool.append(try checked(result, at: offset))
    return (.empty, TypeRange(start: UInt32(typePool.count - 1), count: 1))
  }

  // MARK: Types and errors

  /// A type as a body carries it in canonical form.
  func checked(_ type: ValueType, at offset: Int) throws(WasmError) -> ValueType {
    guard type.isReference, let index = type.heapType.typeIndex else { return type }
    guard Int(index) < context.module.types.count else {
      throw WasmError(.invalid, "unknown type \(index)", at: offset)
    }
    return context.module.canonical(type)
  }

  @inline(never)
  func invalid(_ message: @autoclosure () -> String) -> WasmError {
    WasmError(.invalid, message(), at: offset)
  }

  func unknownType(_ index: UInt32) -> WasmError {
    invalid("unknown type \(index)")
  }
}
