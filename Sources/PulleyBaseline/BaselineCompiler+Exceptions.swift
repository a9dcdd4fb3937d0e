import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// Calls whose handlers are not complete: a list of nodes in `ExceptionState.calls`.
struct CallList {
  var first: Int32 = -1
  var last: Int32 = -1
  var count = 0
}

/// A block of the body that catches what its calls throw, while its code is translated.
struct OpenTry {
  /// The index in `blocks` of its block.
  var block: Int
  /// Each of them gets the handlers of this block, and then those of the blocks around it.
  var calls = CallList()
}

/// What the blocks that catch exceptions need while a function is translated.
struct ExceptionState {
  /// A clause of an open `try_table`.
  struct Clause {
    /// The tag that is caught; nil if all are.
    var tag: UInt32?
    var pushesReference: Bool
    /// The index in `blocks` of the block that the clause branches to.
    var target: Int
  }

  struct Call {
    var offset: UInt32
    /// The next one of the same list, or -1.
    var next: Int32
  }

  /// Where the function continues with an exception.
  struct LandingPad {
    /// The offset of its code; of those of a `try_table`, which is after the rest of the function, not
    /// until the end.
    var code: UInt32 = 0
    /// What a clause of a `try_table` does; nil in a `catch`, whose code is part of the body.
    var clause: Clause?
    /// The height of the operand stack at which the values that the clause passes begin.
    var height = 0
    /// The offset of the code that it continues at, if the target is not the function itself.
    var target: UInt32 = 0
    /// The next one that continues at the end of the same block, or -1.
    var next: Int32 = -1
  }

  var clauses: [Clause] = []
  /// The innermost last.
  var tries: [OpenTry] = []
  var calls: [Call] = []
  var pads: [LandingPad] = []

  mutating func reset() {
    clauses.removeAll(keepingCapacity: true)
    tries.removeAll(keepingCapacity: true)
    calls.removeAll(keepingCapacity: true)
    pads.removeAll(keepingCapacity: true)
  }

  mutating func append(call offset: UInt32) {
    let node = Int32(truncatingIfNeeded: calls.count)
    calls.append(Call(offset: offset, next: -1))
    append(CallList(first: node, last: node, count: 1), to: tries.count - 1)
  }

  mutating func append(_ list: CallList, to index: Int) {
    guard list.count > 0 else { return }
    if tries[index].calls.count == 0 {
      tries[index].calls = list
    } else {
      calls[Int(tries[index].calls.last)].next = list.first
      tries[index].calls.last = list.last
      tries[index].calls.count += list.count
    }
  }
}

/// Exceptions. The runtime finds a handler by the position of the call, so entering a block that catches
/// costs nothing.
///
/// All operands below such a block are in their places, and so are all locals, so a handler finds them
/// where the block that it continues in expects them.
extension BaselineCompiler {
  mutating func translateException(_ rule: ExceptionRule, _ op: Operator) throws(Refusal) {
    switch rule {
    case .tryTable: try translateTryTable(op)
    case .throw: try translateThrow(op.index)
    case .throwReference:
      let exception = pop()
      trapIfNull(exception, WasmTrap.nullExceptionReference)
      try callThrow(exception)
    case .try:
      settle()
      exceptions.tries.append(OpenTry(block: blocks.count))
      blocks.append(try open(.try, op.blockType))
    case .catch: try translateCatch(op.index)
    case .catchAll: try translateCatch(nil)
    case .delegate: try translateDelegate(Int(op.index))
    case .rethrow:
      // The exception is below the operands of the block.
      let block = blocks[blocks.count - 1 - Int(op.index)]
      try callThrow(entries[block.height])
    }
  }

  /// Notes that the call that is emitted next may be left by an exception.
  mutating func noteCall() {
    if !exceptions.tries.isEmpty { exceptions.append(call: UInt32(encoder.offset)) }
  }

  // MARK: Blocks

  private mutating func translateTryTable(_ op: Operator) throws(Refusal) {
    settle()
    var block = try open(.tryTable, op.blockType)
    block.firstClause = exceptions.clauses.count
    for clause in reader.catchClauses(of: op) {
      exceptions.clauses.append(
        ExceptionState.Clause(
          tag: clause.tag, pushesReference: clause.pushesReference,
          target: blocks.count - 1 - Int(clause.label)))
    }
    if exceptions.clauses.count > block.firstClause {
      exceptions.tries.append(OpenTry(block: blocks.count))
    }
    blocks.append(block)
  }

  /// At the end of a block that catches exceptions, completes the handlers of its calls.
  mutating func closeTry(_ block: OpenBlock) throws(Refusal) {
    switch block.kind {
    case .tryTable:
      let range = block.firstClause..<exceptions.clauses.count
      guard !range.isEmpty, let closed = exceptions.tries.popLast() else { return }
      var catchesAll = closed.calls.count == 0
      for index in range where !catchesAll {
        let clause = exceptions.clauses[index]
        try addHandler(
          of: closed.calls, clause.tag, makePad(clause, try payload(of: clause.tag).types.count))
        // Nothing reaches the clauses after one that catches all.
        catchesAll = clause.tag == nil
      }
      exceptions.clauses.removeLast(range.count)
      if !catchesAll { passOn(closed.calls) }
    case .try:
      if let closed = exceptions.tries.popLast() { passOn(closed.calls) }
    case .catch:
      if !block.catchesAll { passOn(block.caught) }
    case .function, .block, .loop, .if, .else: break
    }
  }

  /// Makes the landing pad of a clause, whose code follows the rest of the function.
  private mutating func makePad(_ clause: ExceptionState.Clause, _ payloadCount: Int) -> Int {
    passedCount += payloadCount
    let number = exceptions.pads.count
    var pad = ExceptionState.LandingPad(clause: clause, height: blocks[clause.target].height)
    if blocks[clause.target].kind == .loop {
      pad.target = blocks[clause.target].start
    } else {
      pad.next = blocks[clause.target].pads
      blocks[clause.target].pads = Int32(truncatingIfNeeded: number)
    }
    exceptions.pads.append(pad)
    return number
  }

  /// Lets the exceptions with a tag that leave the calls continue at a landing pad.
  private mutating func addHandler(
    of calls: CallList, _ tag: UInt32?, _ pad: Int
  ) throws(Refusal) {
    passedCount += calls.count
    guard passedCount <= passedLimit else { throw Refusal() }
    let cell = tag.map { UInt32(clamping: layout.tag(Int($0))) }
    var node = calls.first
    while node >= 0 {
      let call = exceptions.calls[Int(node)]
      output.handlers.append(
        ExceptionHandler(call: call.offset, tag: cell, target: UInt32(truncatingIfNeeded: pad)))
      node = call.next
    }
  }

  /// Gives calls the handlers of the next block around them.
  private mutating func passOn(_ calls: CallList) {
    if !exceptions.tries.isEmpty { exceptions.append(calls, to: exceptions.tries.count - 1) }
  }

  // MARK: The encoding before version 3.0, in which the handlers follow the code that they are for

  /// Begins a `catch`, or, without a tag, a `catch_all`. The exception is kept below its operands, for
  /// `rethrow`.
  mutating func translateCatch(_ tag: UInt32?) throws(Refusal) {
    let index = blocks.count - 1
    if isReachable { branch(to: index) }
    isReachable = false
    pop(to: blocks[index].height)
    if blocks[index].kind == .try, let closed = exceptions.tries.popLast() {
      blocks[index].kind = .catch
      blocks[index].caught = closed.calls
    }
    blocks[index].catchesAll = tag == nil
    let calls = blocks[index].caught
    guard calls.count > 0 else { return }
    try addHandler(of: calls, tag, exceptions.pads.count)
    exceptions.pads.append(ExceptionState.LandingPad(code: UInt32(encoder.offset)))
    isReachable = true
    receive(.i64, height: entries.count)
    pushSettled(.i64)
    if let tag {
      let (types, layout) = try payload(of: tag)
      passedCount += types.count
      for (type, offset) in zip(types, layout.offsets) {
        receive(type, height: entries.count, at: offset)
        pushSettled(type)
      }
    }
    settledCount = entries.count
  }

  /// Ends a `try` whose exceptions the block with this label handles, counted from outside of the `try`.
  mutating func translateDelegate(_ label: Int) throws(Refusal) {
    let target = blocks.count - 2 - label
    if let closed = exceptions.tries.popLast(), closed.calls.count > 0 {
      passedCount += exceptions.tries.count
      if let outer = exceptions.tries.lastIndex(where: { $0.block <= target }) {
        exceptions.append(closed.calls, to: outer)
      }
    }
    blocks[blocks.count - 1].kind = .block
    try translateEnd()
  }

  // MARK: Landing pads

  /// Puts the exception, which is in x0 where a handler begins, in the place of a height, or with an offset
  /// a part of its payload.
  private mutating func receive(_ type: Type, height: Int, at offset: Int? = nil) {
    let place = plan.place(height: height, type)
    let target = Target(number: written(place, type), place: place, type: type)
    if let offset {
      loadField(target, XReg(0), offset)
    } else {
      encoder.xmov(XReg(target.number), XReg(0))
    }
    if !place.isRegister { store(type, target.number, slotOffset(place)) }
  }

  /// After the rest of the function, emits the landing pads of all `try_table`s, and puts the handlers in
  /// the order of their calls.
  mutating func finishHandlers() throws(Refusal) {
    guard !output.handlers.isEmpty else { return }
    for index in exceptions.pads.indices {
      guard let clause = exceptions.pads[index].clause else { continue }
      exceptions.pads[index].code = UInt32(encoder.offset)
      try emitPad(exceptions.pads[index], clause)
    }
    let handlers = output.handlers
    var order = handlers.indices.map { UInt64(handlers[$0].call) << 32 | UInt64($0) }
    order.sort()
    for (position, key) in order.enumerated() {
      var handler = handlers[Int(key & 0xFFFF_FFFF)]
      handler.target = exceptions.pads[Int(handler.target)].code
      output.handlers[position] = handler
    }
  }

  private mutating func emitPad(
    _ pad: ExceptionState.LandingPad, _ clause: ExceptionState.Clause
  ) throws(Refusal) {
    entries.removeAll(keepingCapacity: true)
    settledCount = 0
    var height = pad.height
    if let tag = clause.tag {
      let (types, layout) = try payload(of: tag)
      for (type, offset) in zip(types, layout.offsets) {
        receive(type, height: height, at: offset)
        pushSettled(type)
        height += 1
      }
    }
    if clause.pushesReference {
      receive(.i64, height: height)
      pushSettled(.i64)
    }
    // The function itself begins at height 0, so the entries name the right places.
    guard clause.target > 0 else { return emitReturn() }
    let origin = UInt32(encoder.offset)
    encoder.jump(Int32(bitPattern: pad.target &- origin))
  }

  // MARK: Throwing

  /// The types of what exceptions with a tag carry, and where they have it; nothing without a tag.
  private mutating func payload(
    of tag: UInt32?
  ) throws(Refusal) -> (types: [Type], layout: ObjectLayout) {
    guard let tag else { return ([], ObjectLayout(payload: [])) }
    if let known = payloads[tag] { return known }
    let parameters = module.functionType(module.tags[Int(tag)])?.parameters ?? []
    let types = parameters.map(\.irType)
    guard !types.contains(where: \.isVector) else { throw Refusal() }
    let result = (types, ObjectLayout(payload: parameters))
    payloads[tag] = result
    return result
  }

  private mutating func translateThrow(_ tag: UInt32) throws(Refusal) {
    let (types, layout) = try payload(of: tag)
    passedCount += types.count
    // The argument of the call.
    let exception = XReg(2)
    try makeObject(self.layout.exceptionShape(Int(tag)), layout.size, in: exception)
    let number = loadContext()
    encoder.xload64le_o32(number, number, try offset(self.layout.tag(Int(tag))))
    encoder.xstore64le_o32(exception, Int32(ObjectLayout.exceptionTag), number)
    let first = entries.count - types.count
    for index in types.indices {
      storeNew(
        entries[first + index], bytes: types[index].bits / 8, exception, layout.offsets[index])
    }
    pop(to: first)
    try callThrow(
      Entry(kind: .settled, type: .i64, place: Place(register: exception.number)))
  }

  private mutating func callThrow(_ exception: Entry) throws(Refusal) {
    try callBuiltin(.exceptionThrow, [exception], mayThrow: true)
    output.traps.append(TrapEntry(offset: UInt32(encoder.offset), code: WasmTrap.unreachable))
    encoder.trap()
    isReachable = false
  }
}
