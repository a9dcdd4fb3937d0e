import PulleyIR

/// A clause of an open `try_table`.
struct ExceptionHandler {
  /// The tag that is caught; nil if all are.
  var tag: UInt32?
  /// Whether the target gets a reference to the exception.
  var pushesReference: Bool
  /// The index in `control` of the block that the clause branches to.
  var target: Int
}

/// A block of the body that catches what its calls throw, while its code is translated.
struct OpenTry {
  /// The index in `control` of its block.
  var block: Int
  /// The calls whose handlers are not complete: each gets those of this block, and then those of the blocks
  /// around it.
  var calls: [Inst] = []
}

/// Exceptions. A call in a `try_table` ends its block and has an edge to each handler that may get control;
/// the runtime finds the handler by the position of the call. So entering a `try_table` costs nothing.
///
/// A `throw` for which a clause of its own function is the first that catches it becomes a branch.
extension FunctionTranslator {
  mutating func translateException(_ rule: ExceptionRule, _ op: Operator) throws(WasmError) {
    switch rule {
    case .tryTable: translateTryTable(op)
    case .throw: translateThrow(op.index)
    case .throwReference: translateThrowReference()
    case .try: translateTry(op)
    case .catch: translateCatch(op.index)
    case .catchAll: translateCatch(nil)
    case .delegate: translateDelegate(Int(op.index))
    case .rethrow: callThrow(control[control.count - 1 - Int(op.index)].exception)
    }
  }

  /// Opens a block that catches exceptions.
  mutating func openTry(_ op: Operator) {
    if op.code == .try { translateTry(op) } else { translateTryTable(op) }
  }

  private mutating func translateTryTable(_ op: Operator) {
    let first = handlers.count
    for clause in reader.catchClauses(of: op) {
      handlers.append(
        ExceptionHandler(
          tag: clause.tag, pushesReference: clause.pushesReference,
          target: control.count - 1 - Int(clause.label)))
    }
    var frame = frame(.block, op.blockType)
    frame.handlers = first..<handlers.count
    if !frame.handlers.isEmpty { tries.append(OpenTry(block: control.count)) }
    control.append(frame)
  }

  /// At the end of a block that catches exceptions, completes the handlers of its calls.
  mutating func closeTry(_ frame: OpenBlock) {
    switch frame.kind {
    case .try:
      if let closed = tries.popLast() { passOn(closed.calls) }
      builder.isCold = frame.wasCold
    case .catch:
      let calls = caughtCalls.removeValue(forKey: control.count - 1) ?? []
      if !frame.catchesAll { passOn(calls) }
      builder.isCold = frame.wasCold
    default:
      if !frame.handlers.isEmpty { closeTryTable(frame) }
    }
  }

  /// Gives the calls of a `try_table` their handlers.
  private mutating func closeTryTable(_ frame: OpenBlock) {
    guard let closed = tries.popLast() else { return }
    var catchesAll = false
    if !closed.calls.isEmpty {
      let (block, wasCold, wasReachable) = (builder.currentBlock, builder.isCold, isReachable)
      for index in frame.handlers {
        let handler = handlers[index]
        catchException(of: closed.calls, handler.tag) { translator, exception in
          translator.leaveToHandler(handler, exception)
        }
        catchesAll = handler.tag == nil
        // Nothing reaches the clauses after one that catches all.
        if catchesAll { break }
      }
      builder.isCold = wasCold
      builder.position(atEndOf: block)
      isReachable = wasReachable
    }
    if !catchesAll { passOn(closed.calls) }
  }

  /// Makes the block where exceptions with a tag that leave the calls continue, and translates it.
  private mutating func catchException(
    of calls: [Inst], _ tag: UInt32?, _ body: (inout FunctionTranslator, Value) -> Void
  ) {
    passedCount += calls.count
    // The function is then refused.
    guard passedCount <= passedLimit else { return }
    let landing = builder.makeBlock()
    let exception = builder.appendParameter(.i64, to: landing)
    for call in calls {
      let results = builder.function.results(of: call)
      let thrown = builder.function.pool[Int(results.start + results.count - 1)]
      let target = BlockCall(landing, builder.function.makeList([thrown]))
      let cell = tag.map { UInt32(clamping: layout.tag(Int($0))) }
      builder.addHandler(cell.map { .tag($0, target) } ?? .default(target), to: call)
    }
    builder.seal(landing)
    builder.isCold = true
    builder.position(atEndOf: landing)
    isReachable = true
    body(&self, exception)
  }

  /// Branches to the target of a clause with what it passes.
  private mutating func leaveToHandler(_ handler: ExceptionHandler, _ exception: Value) {
    let height = operands.count
    if let tag = handler.tag { pushPayload(of: exception, tag) }
    if handler.pushesReference { push(exception, .i64) }
    leave(handler.target)
    operands.removeLast(operands.count - height)
  }

  private mutating func pushPayload(of exception: Value, _ tag: UInt32) {
    let types = payload(of: tag)
    passedCount += types.count
    for (type, offset) in zip(types, ObjectLayout(payload: types).offsets) {
      push(load(type.irType, exception, offset, isConstant: false), type.irType)
    }
  }

  /// Gives calls the handlers of the next block around them.
  private mutating func passOn(_ calls: [Inst]) {
    guard !calls.isEmpty, let outer = tries.indices.last else { return }
    passedCount += calls.count
    if tries[outer].calls.isEmpty {
      tries[outer].calls = calls
    } else {
      tries[outer].calls += calls
    }
  }

  private func payload(of tag: UInt32) -> [ValueType] {
    module.functionType(module.tags[Int(tag)])?.parameters ?? []
  }

  // The encoding before version 3.0, in which the handlers follow the code that they are for.

  private mutating func translateTry(_ op: Operator) {
    tries.append(OpenTry(block: control.count))
    control.append(frame(.try, op.blockType))
  }

  /// Begins a `catch`, or, without a tag, a `catch_all`.
  mutating func translateCatch(_ tag: UInt32?) {
    let index = control.count - 1
    if isReachable { leave(index) }
    operands.removeLast(operands.count - control[index].height)
    if control[index].kind == .try, let tried = tries.popLast() {
      control[index].kind = .catch
      caughtCalls[index] = tried.calls
    }
    control[index].catchesAll = tag == nil
    guard let calls = caughtCalls[index], !calls.isEmpty else { return }
    catchException(of: calls, tag) { translator, exception in
      translator.control[index].exception = exception
      if let tag { translator.pushPayload(of: exception, tag) }
    }
  }

  /// Ends a `try` whose exceptions the block with this label handles, counted from outside of the `try`.
  mutating func translateDelegate(_ label: Int) {
    let target = control.count - 2 - label
    if let open = tries.popLast(), !open.calls.isEmpty {
      passedCount += open.calls.count
      if let outer = tries.lastIndex(where: { $0.block <= target }) {
        tries[outer].calls += open.calls
      }
    }
    control[control.count - 1].kind = .block
    translateEnd()
  }

  // Throwing

  private mutating func translateThrow(_ tag: UInt32) {
    if let handler = certainHandler(of: tag) {
      if handler.tag == nil {
        let exception = handler.pushesReference ? makeException(tag) : nil
        if exception == nil { operands.removeLast(payload(of: tag).count) }
        if let exception { push(exception, .i64) }
      } else if handler.pushesReference {
        let height = operands.count - payload(of: tag).count
        gatherTop(payload(of: tag).count)
        let kept = Array(operands[height...])
        let exception = makeException(tag)
        operands += kept
        push(exception, .i64)
      }
      return leave(handler.target)
    }
    callThrow(makeException(tag))
  }

  /// The clause of this function that catches a `throw` here, if that is known now.
  private mutating func certainHandler(of tag: UInt32) -> ExceptionHandler? {
    for open in tries.reversed() {
      // The clauses of a `try` are not known yet.
      if control[open.block].kind == .try { return nil }
      let range = control[open.block].handlers
      passedCount += range.count
      for index in range {
        guard let caught = handlers[index].tag, caught != tag else { return handlers[index] }
        if mayBeSame(caught, tag) { return nil }
      }
    }
    return nil
  }

  /// Whether two tags may be the same at run time. A module can import one tag twice.
  private func mayBeSame(_ a: UInt32, _ b: UInt32) -> Bool {
    let (typeA, typeB) = (module.tags[Int(a)], module.tags[Int(b)])
    return Int(min(a, b)) < module.importedTagCount
      && module.canonicalTypes[Int(typeA)] == module.canonicalTypes[Int(typeB)]
  }

  /// Pops the payload and makes an exception of it.
  private mutating func makeException(_ tag: UInt32) -> Value {
    let types = payload(of: tag)
    gatherTop(types.count)
    let fields = values
    passedCount += types.count
    operands.removeLast(types.count)
    let layout = ObjectLayout(payload: types)
    let shape = loadConstant(ContextPath(self.layout.exceptionShape(Int(tag))))
    let exception = newObject(shape, layout.size)
    let number = loadConstant(ContextPath(self.layout.tag(Int(tag))))
    store(number, .i64, exception, ObjectLayout.exceptionTag)
    for ((type, offset), value) in zip(zip(types, layout.offsets), fields) {
      store(value, type.irType, exception, offset)
    }
    return exception
  }

  private mutating func translateThrowReference() {
    let exception = popValue()
    trapIfNull(exception, WasmTrap.nullExceptionReference)
    callThrow(exception)
  }

  private mutating func callThrow(_ exception: Value) {
    callBuiltin(.exceptionThrow, [exception], mayThrow: true)
    var data = InstructionData(.trap)
    data.trapCode = WasmTrap.unreachable
    builder.append(data)
    isReachable = false
  }
}
