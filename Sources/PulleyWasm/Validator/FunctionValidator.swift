/// An open block.
struct ControlFrame {
  enum Kind: UInt8 {
    case function, block, loop, `if`, `else`, tryTable, `try`, `catch`, catchAll
  }

  var kind: Kind
  /// Whether the rest of the block is unreachable. Popping from its empty stack then succeeds.
  var isUnreachable = false
  /// The number of operands below those of the block.
  var height: Int
  /// The count of `initialized` when the block began.
  var initializedCount: Int
  var parameters: TypeRange
  var results: TypeRange

  /// The types that a branch to the block takes.
  var labelTypes: TypeRange {
    @inline(__always) get { kind == .loop ? parameters : results }
  }
}

/// Validates function bodies by the algorithm in the appendix of the specification, which runs the
/// operators on a stack of types. The storage is reused for all functions.
struct FunctionValidator: ~Copyable {
  let context: ModuleContext
  /// A copy of the context's pool, followed by the types of this function's blocks.
  var typePool: ContiguousArray<ValueType>
  var operands = TypeStack()
  var frames: ContiguousArray<ControlFrame> = []
  var locals = LocalTypes()
  /// The locals without a default value that have been set.
  var isInitialized: Set<UInt32> = []
  /// The same locals in the order in which they were set. The end of a block removes those that were
  /// set in it.
  var initialized: [UInt32] = []
  var facts = FunctionFacts()
  /// The operator being checked.
  var op = Operator(.unreachable, offset: 0)
  /// The position of the current operator in the module.
  var offset = 0
  /// The `height` of the innermost block.
  var floor = 0

  init(_ context: ModuleContext) {
    self.context = context
    typePool = context.typePool
  }

  /// Validates a defined function.
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
    // (A local copy of the module would take longer than validating a small body.)
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
    while !frames.isEmpty {
      let row = try reader.read(&op)
      offset = Int(op.offset)
      if row.pointee.typing == .fixed {
        try checkFixed(row.pointee.signature)
      } else if op.code == .localGet {
        push(try localType(op.index, isRead: true))
      } else {
        try check(row)
      }
      if operands.count > Int(facts.operandStackDepth) {
        facts.operandStackDepth = UInt32(truncatingIfNeeded: operands.count)
      }
    }
  }

  /// Runs an operator whose types are the same everywhere.
  @inline(__always)
  mutating func checkFixed(_ signature: FixedSignature) throws(WasmError) {
    let last = ValueType(signature.last)
    let result = ValueType(signature.result)
    let count = operands.count
    // Nearly always the operands are there and have these types, and the result replaces one.
    if count - floor >= Int(signature.operandCount) {
      switch signature.operandCount {
      case 0:
        operands.push(result)
        return
      case 1 where operands[count - 1] == last:
        operands[count - 1] = result
        return
      case 2
      where operands[count - 1] == last && operands[count - 2] == ValueType(signature.middle):
        _ = operands.pop()
        operands[count - 2] = result
        return
      default: break
      }
    }
    try popOperands(signature)
    push(result)
  }

  @inline(__always)
  mutating func popOperands(_ signature: FixedSignature) throws(WasmError) {
    if signature.last != .none { try pop(ValueType(signature.last)) }
    if signature.middle != .none { try pop(ValueType(signature.middle)) }
    if signature.first != .none { try pop(ValueType(signature.first)) }
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

  /// Pops a value, whose type must match `expected`.
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
    guard context.matches(type, expected) else {
      throw invalid("type mismatch: expected \(expected), found \(type)")
    }
  }

  @inline(never)
  private func popMissing(_ expected: ValueType) throws(WasmError) {
    guard let frame = frames.last, frame.isUnreachable else {
      throw invalid("type mismatch: expected \(expected), found nothing")
    }
  }

  /// Pops a value of any type. Returns `bottom` for a value that only unreachable code has.
  mutating func popAny() throws(WasmError) -> ValueType {
    if operands.count > floor { return operands.pop() }
    guard let frame = frames.last, frame.isUnreachable else {
      throw invalid("type mismatch: expected a value, found nothing")
    }
    return .bottom
  }

  /// Pops a reference of any type.
  mutating func popReference() throws(WasmError) -> ValueType {
    let type = try popAny()
    if type == .bottom { return .bottomReference }
    guard type.isReference else {
      throw invalid("type mismatch: expected a reference, found \(type)")
    }
    return type
  }

  /// The number of types from which it is faster to compare them all at once. A signature may have a
  /// thousand, and a call takes two bytes.
  private static let manyTypes = 16

  /// Pops many values if no type has to be compared separately. Returns whether it did.
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

  /// Closes the innermost block. Its only remaining operands must be its results.
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

  /// Marks the rest of the innermost block as unreachable.
  mutating func setUnreachable() {
    operands.truncate(to: floor)
    frames[frames.count - 1].isUnreachable = true
  }

  /// The types that a branch to the label at this depth takes.
  @inline(__always)
  mutating func labelTypes(_ depth: UInt32) throws(WasmError) -> TypeRange {
    guard Int(depth) < frames.count else { throw invalid("unknown label \(depth)") }
    return frames[frames.count - 1 - Int(depth)].labelTypes
  }

  /// The parameters and results of a block as ranges of the pool.
  mutating func signature(
    of blockType: BlockType
  ) throws(WasmError) -> (parameters: TypeRange, results: TypeRange) {
    if let index = blockType.typeIndex {
      guard let signature = context.signature(index) else { throw unknownType(index) }
      return (signature.parameters, signature.results)
    }
    guard let result = blockType.singleResult else { return (.empty, .empty) }
    if !result.isReference {
      // The pool begins with the numbers and vectors.
      return (.empty, TypeRange(start: result.rawValue, count: 1))
    }
    typePool.append(try checked(result, at: offset))
    return (.empty, TypeRange(start: UInt32(typePool.count - 1), count: 1))
  }

  // MARK: Types and errors

  /// The canonical form of a type in a body, after checking its index.
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
