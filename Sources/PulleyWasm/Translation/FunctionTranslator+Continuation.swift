import PulleyIR

/// The rest of a function from a loop on, as a function of its own.
///
/// A call that runs in code of the first tier continues in one: on-stack replacement (Hölzle and Ungar,
/// "Optimizing Dynamically-Dispatched Calls with Run-Time Type Feedback", 1994). Its parameters are the
/// context and all locals, its results those of the function.
extension FunctionTranslator {
  /// Translates what remains of a function when a loop begins.
  ///
  /// - Parameters:
  ///   - index: the index of a defined function, counting imported functions.
  ///   - loop: the number of `loop` operators before this one. When it begins, the operand stack is
  ///     empty, and the blocks around it have no parameters.
  public mutating func translateContinuation(
    _ index: Int, loop: Int, into function: inout Function
  ) throws(WasmError) {
    swap(&builder.function, &function)
    do {
      try translateContinuation(index, loop)
    } catch {
      var error = error
      error.functionIndex = index
      throw error
    }
    function = builder.finish()
  }

  private mutating func translateContinuation(_ index: Int, _ loop: Int) throws(WasmError) {
    guard let type = module.type(ofFunction: index) else {
      throw WasmError(.invalid, "unknown function", at: 0)
    }
    let definedIndex = index - module.importedFunctionCount
    let body = try module.body(definedIndex)
    var parameters = type.parameters
    for group in body.locals {
      parameters += repeatElement(group.type, count: Int(group.count))
    }
    reader = body.operators
    nextHint = facts.branchHints.firstIndex(from: module.bodies[definedIndex].lowerBound)
    let size = module.bodies[definedIndex].count
    passedLimit = ImplementationLimits.passedValues(bodySize: size) + parameters.count
    builder.argumentLimit = Self.localArguments(bodySize: size)
    begin(
      FunctionNames.continuation(of: index),
      FunctionType(parameters: parameters, results: type.results))
    declareLocals([], inMemory: false)
    let outermost = try outermostLoop(around: loop)
    try openBlocks(before: outermost)
    if outermost < loop { try translateFrom(outermost, to: loop) }
    try enter(loop)
    while !control.isEmpty {
      guard !builder.isOverLimit else {
        throw WasmError(.limit, "the function is too large to continue in", at: Int(offset))
      }
      try translateNext()
    }
  }

  private func noSuchLoop() -> WasmError {
    WasmError(.invalid, "there is no such loop", at: reader.offset)
  }

  /// The number of the outermost loop around a loop; its own if there is none.
  private func outermostLoop(around loop: Int) throws(WasmError) -> Int {
    var ahead = reader
    var op = Operator(.unreachable, offset: 0)
    var seen = 0
    // The numbers of the loops among the open blocks, -1 for others.
    var open: [Int] = []
    while true {
      _ = try ahead.read(&op)
      switch op.code {
      case .loop:
        if seen == loop { return open.first { $0 >= 0 } ?? loop }
        open.append(seen)
        seen += 1
      case .block, .if, .try, .tryTable: open.append(-1)
      case .end, .delegate: if open.popLast() == nil { throw noSuchLoop() }
      default: break
      }
    }
  }

  /// Skips the operators before a loop, and opens the blocks around it.
  private mutating func openBlocks(before loop: Int) throws(WasmError) {
    var seen = 0
    var op = Operator(.unreachable, offset: 0)
    while true {
      let start = reader
      _ = try reader.read(&op)
      switch op.code {
      case .loop where seen == loop:
        reader = start
        return
      case .loop:
        seen += 1
        control.append(frame(.block, op.blockType))
      case .block: control.append(frame(.block, op.blockType))
      case .if: control.append(frame(.rest, op.blockType))
      case .try, .tryTable: openTry(op)
      case .catch, .catchAll:
        // No continuation begins in a handler, where the exception is among the operands.
        if control[control.count - 1].kind == .try { _ = tries.popLast() }
        control[control.count - 1].kind = .catch
      case .else: control[control.count - 1].kind = .else
      case .end, .delegate:
        guard let frame = control.popLast(), !control.isEmpty else { throw noSuchLoop() }
        if frame.kind == .try || !frame.handlers.isEmpty { _ = tries.popLast() }
        handlers.removeLast(frame.handlers.count)
        blockTypes.removeLast(blockTypes.count - frame.typeStart)
      default: break
      }
    }
  }

  /// Translates the operators from a loop to another one inside it. Only repeating the outer loop leads
  /// there.
  private mutating func translateFrom(_ outer: Int, to inner: Int) throws(WasmError) {
    var op = Operator(.unreachable, offset: 0)
    _ = try reader.read(&op)
    let header = beginLoop(op)
    builder.position(atEndOf: header)
    // The inner loop is entered directly, and the loops between the two only by repeating them.
    entersFromEntry = true
    defer { entersFromEntry = false }
    var seen = outer + 1
    while true {
      guard !control.isEmpty else { throw noSuchLoop() }
      if reader.nextByte == Self.loopOpcode {
        if seen == inner { return }
        seen += 1
      }
      try translateNext()
    }
  }

  private static let loopOpcode: UInt8 = 0x03

  /// Begins the loop that the function continues in.
  private mutating func enter(_ loop: Int) throws(WasmError) {
    guard skippedDepth == 0, operands.isEmpty else { throw noSuchLoop() }
    var op = Operator(.unreachable, offset: 0)
    _ = try reader.read(&op)
    offset = op.offset
    let before = builder.currentBlock
    let entry = builder.function.entry
    let header = beginLoop(op)
    if isReachable && before != entry { jump(BlockCall(header)) }
    builder.position(atEndOf: entry)
    jump(BlockCall(header))
    builder.position(atEndOf: header)
    isReachable = true
  }

  /// Opens a loop without parameters, and returns its header.
  private mutating func beginLoop(_ op: Operator) -> Block {
    var frame = frame(.loop, op.blockType)
    frame.target = makeTarget(frame)
    // What is loaded before the loop is loaded first of all.
    frame.entrance = builder.function.entry
    frame.outerLoop = innermostLoop
    innermostLoop = control.count
    control.append(frame)
    return frame.target
  }
}
