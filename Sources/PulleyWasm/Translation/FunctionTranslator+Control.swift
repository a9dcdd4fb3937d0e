import PulleyIR

/// Blocks, branches and returns.
extension FunctionTranslator {
  mutating func translateControl(_ rule: ControlRule, _ op: Operator) {
    switch rule {
    case .unreachable: translateUnreachable()
    case .block: translateBlock(op.blockType)
    case .loop: translateLoop(op.blockType)
    case .if: translateIf(op.blockType)
    case .else: translateElse()
    case .end: translateEnd()
    case .branch: translateBranch(toDepth: Int(op.index))
    case .branchIf:
      branch(toDepth: Int(op.index), if: pop(), isLikely: takeHint() ?? false)
    case .branchTable: translateBranchTable(op)
    case .return: translateReturn()
    }
  }

  // Opening and closing blocks

  /// Makes an `OpenBlock` for a block whose parameters are on the stack.
  mutating func frame(_ kind: OpenBlock.Kind, _ blockType: BlockType) -> OpenBlock {
    let start = blockTypes.count
    var parameterCount = 0
    if let type = blockType.singleResult {
      blockTypes.append(type.irType)
    } else if let index = blockType.typeIndex, let type = module.functionType(index) {
      for parameter in type.parameters { blockTypes.append(parameter.irType) }
      for result in type.results { blockTypes.append(result.irType) }
      parameterCount = type.parameters.count
      passedCount += blockTypes.count - start
    }
    var frame = OpenBlock(
      kind, height: operands.count - parameterCount, typeStart: start,
      parameterCount: parameterCount,
      resultCount: blockTypes.count - start - parameterCount)
    frame.wasCold = builder.isCold
    return frame
  }

  /// The module's branch hint for the operator: whether its condition is likely to hold.
  private mutating func takeHint() -> Bool? {
    while nextHint < facts.branchHints.hints.count {
      let hint = facts.branchHints.hints[nextHint]
      guard hint.offset <= offset else { return nil }
      nextHint += 1
      if hint.offset == offset { return hint.isLikely }
    }
    return nil
  }

  private mutating func translateBlock(_ blockType: BlockType) {
    control.append(frame(.block, blockType))
  }

  private mutating func translateLoop(_ blockType: BlockType) {
    var frame = frame(.loop, blockType)
    let header = makeTarget(frame)
    frame.target = header
    frame.entrance = entersFromEntry ? builder.function.entry : builder.currentBlock
    frame.outerLoop = innermostLoop
    innermostLoop = control.count
    jump(BlockCall(header, topArguments(frame.parameterCount)))
    operands.removeLast(frame.parameterCount)
    builder.position(atEndOf: header)
    pushParameters(of: header, frame.labelTypes.count)
    control.append(frame)
  }

  private mutating func translateIf(_ blockType: BlockType) {
    let condition = pop()
    var frame = frame(.if, blockType)
    frame.isLikely = takeHint()
    // Both arms need the parameters; the copy on top is for the first arm. `gatherTop` makes values
    // of them before the branch.
    gatherTop(frame.parameterCount)
    for index in frame.height..<operands.count { operands.append(operands[index]) }
    frame.height += frame.parameterCount
    let then = builder.makeBlock()
    frame.otherwise = builder.makeBlock()
    branch(condition, BlockCall(then), BlockCall(frame.otherwise))
    builder.seal(then)
    if frame.isLikely == false { builder.isCold = true }
    builder.position(atEndOf: then)
    control.append(frame)
  }

  mutating func translateElse() {
    let index = control.count - 1
    if control[index].kind == .rest {
      if isReachable { leave(index) }
      control[index].kind = .else
      return
    }
    guard control[index].kind == .if else { return }
    if isReachable { leave(index) }
    var frame = control[index]
    frame.kind = .else
    builder.seal(frame.otherwise)
    builder.isCold = frame.wasCold || frame.isLikely == true
    builder.position(atEndOf: frame.otherwise)
    isReachable = true
    operands.removeLast(operands.count - frame.height)
    frame.height -= frame.parameterCount
    control[index] = frame
  }

  mutating func translateEnd() {
    if control[control.count - 1].kind == .if { endWithoutElse() }
    guard let frame = control.last else { return }
    closeTry(frame)
    if frame.kind == .function {
      endFunction(frame)
      return
    }
    if frame.kind == .loop {
      builder.seal(frame.target)
      innermostLoop = frame.outerLoop
      hoistedLoads.removeAll { $0.loop == control.count - 1 }
    }
    if frame.kind == .loop || frame.target.isNone {
      // No branch targets the end of the block.
      if !isReachable { operands.removeLast(operands.count - frame.height) }
    } else {
      if isReachable { leave(control.count - 1) }
      operands.removeLast(operands.count - frame.height)
      builder.seal(frame.target)
      builder.isCold = frame.wasCold
      builder.position(atEndOf: frame.target)
      pushParameters(of: frame.target, frame.resultCount)
      isReachable = true
    }
    closeFrame(frame)
  }

  /// Ends an `if` without `else`, whose parameters are its results.
  private mutating func endWithoutElse() {
    let index = control.count - 1
    if isReachable { leave(index) }
    operands.removeLast(operands.count - control[index].height)
    builder.redirect(control[index].otherwise, to: destination(index))
    control[index].kind = .else
    control[index].height -= control[index].parameterCount
  }

  private mutating func endFunction(_ frame: OpenBlock) {
    if isReachable { translateReturn() }
    if !frame.target.isNone {
      builder.seal(frame.target)
      builder.isCold = false
      builder.position(atEndOf: frame.target)
      operands.removeAll(keepingCapacity: true)
      pushParameters(of: frame.target, frame.resultCount)
      isReachable = true
      translateReturn()
    }
    closeFrame(frame)
  }

  private mutating func closeFrame(_ frame: OpenBlock) {
    blockTypes.removeLast(blockTypes.count - frame.typeStart)
    handlers.removeLast(frame.handlers.count)
    control.removeLast()
  }

  /// Jumps to the target of an open block. What follows is unreachable.
  mutating func leave(_ index: Int) {
    jump(destination(index))
    isReachable = false
  }

  // Branches

  mutating func makeTarget(_ frame: OpenBlock) -> Block {
    let block = builder.makeBlock()
    for index in frame.labelTypes {
      _ = builder.appendParameter(blockTypes[index], to: block)
    }
    return block
  }

  private mutating func pushParameters(of block: Block, _ count: Int) {
    for value in builder.function.parameters(of: block).prefix(count) {
      operands.append(Operand(value, builder.function.type(of: value)))
    }
  }

  private mutating func topArguments(_ count: Int) -> ValueList {
    guard count > 0 else { return .empty }
    gatherTop(count)
    passedCount += count
    return builder.function.makeList(values)
  }

  /// The target of a branch to an open block, with arguments from the top of the stack.
  mutating func destination(_ index: Int) -> BlockCall {
    if control[index].target.isNone { control[index].target = makeTarget(control[index]) }
    return BlockCall(control[index].target, topArguments(control[index].labelTypes.count))
  }

  mutating func jump(_ destination: BlockCall) {
    var data = InstructionData(.jump)
    data.destination = destination
    builder.append(data)
  }

  mutating func branch(_ condition: Operand, _ then: BlockCall, _ otherwise: BlockCall) {
    let (truth, isInverted) = truth(of: condition)
    var data = InstructionData(.brif, .invalid, truth)
    data.destination = isInverted ? otherwise : then
    data.otherwise = isInverted ? then : otherwise
    builder.append(data)
  }

  private mutating func translateUnreachable() {
    var data = InstructionData(.trap)
    data.trapCode = WasmTrap.unreachable
    builder.append(data)
    let block = builder.currentBlock
    if block != builder.function.entry { builder.function.coldBlocks.insert(block) }
    isReachable = false
  }

  mutating func translateReturn() {
    var data = InstructionData(.return)
    data.list = topArguments(control[0].resultCount)
    builder.append(data)
    isReachable = false
  }

  private mutating func translateBranch(toDepth depth: Int) {
    let index = control.count - 1 - depth
    if index == 0 {
      translateReturn()
    } else {
      leave(index)
    }
  }

  /// - Parameter isLikely: whether a hint says that the condition is likely to hold.
  mutating func branch(toDepth depth: Int, if condition: Operand, isLikely: Bool = false) {
    if let known = knownInteger(condition) {
      if known != 0 { translateBranch(toDepth: depth) }
      return
    }
    branch(to: control.count - 1 - depth, if: condition, isLikely: isLikely)
  }

  /// Branches to an open block if the condition holds.
  mutating func branch(to index: Int, if condition: Operand, isLikely: Bool = false) {
    let taken = destination(index)
    let next = builder.makeBlock()
    branch(condition, taken, BlockCall(next))
    builder.seal(next)
    // What follows is cold until the end of the block that contains the branch.
    if isLikely { builder.isCold = true }
    builder.position(atEndOf: next)
  }

  // br_table

  private mutating func translateBranchTable(_ op: Operator) {
    let index = pop()
    branchTable.depths.removeAll(keepingCapacity: true)
    for depth in reader.branchTargets(of: op) { branchTable.depths.append(depth) }
    guard let fallback = branchTable.depths.popLast() else { return }
    // Entries at the end that have the default's target are redundant.
    while branchTable.depths.last == fallback { branchTable.depths.removeLast() }
    if let known = knownInteger(index) {
      let known = Int(known & 0xFFFF_FFFF)
      let isEntry = known < branchTable.depths.count
      translateBranch(toDepth: Int(isEntry ? branchTable.depths[known] : fallback))
    } else if branchTable.depths.isEmpty {
      translateBranch(toDepth: Int(fallback))
    } else if branchTable.depths.count == 1 {
      let first = tableDestination(branchTable.depths[0])
      branch(index, tableDestination(fallback), first)
      isReachable = false
    } else {
      appendBranchTable(value(of: index), fallback)
      isReachable = false
    }
    branchTable.stamp &+= 1
  }

  private mutating func appendBranchTable(_ index: Value, _ fallback: UInt32) {
    var table = JumpTableData(default: tableDestination(fallback), entries: [])
    table.entries.reserveCapacity(branchTable.depths.count)
    for depth in branchTable.depths { table.entries.append(tableDestination(depth)) }
    var data = InstructionData(.br_table, .invalid, index)
    data.jumpTable = builder.function.jumpTables.append(table)
    builder.append(data)
  }

  /// The destination for a depth. All entries of the table with that depth share it.
  private mutating func tableDestination(_ depth: UInt32) -> BlockCall {
    let index = control.count - 1 - Int(depth)
    while branchTable.calls.count <= index {
      branchTable.calls.append((stamp: .max, call: .none))
    }
    if branchTable.calls[index].stamp == branchTable.stamp { return branchTable.calls[index].call }
    let call = destination(index)
    branchTable.calls[index] = (stamp: branchTable.stamp, call: call)
    return call
  }
}
