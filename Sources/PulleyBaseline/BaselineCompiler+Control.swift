import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// A block of the body whose `end` has not been translated yet.
struct OpenBlock {
  enum Kind: UInt8 {
    case function, block, loop, `if`, `else`, tryTable
    /// `try`, before its first `catch`, and after that.
    case `try`, `catch`
  }

  var kind: Kind
  /// The number of entries below the block's parameters.
  var height: Int
  /// The index in `blockTypes` of the types of the parameters, which those of the results follow.
  var typeStart: Int
  var parameterCount: Int
  var resultCount: Int
  /// `loop`: the offset of its code.
  var start: UInt32 = 0
  /// Other blocks: the branches to their end, the last of them first, or -1.
  var branches: Int32 = -1
  /// `if`: the branch to the other arm.
  var otherwise = Fixup(patch: 0, origin: 0)

  /// The landing pads that continue at the end of the block, the last of them first, or -1.
  var pads: Int32 = -1
  /// `tryTable`: the index of its first clause.
  var firstClause = 0
  /// `catch`: the calls whose exceptions it catches, and whether its last handler catches all.
  var caught = CallList()
  var catchesAll = false

  struct Fixup {
    var patch: UInt32
    var origin: UInt32
  }

  init(_ kind: Kind, height: Int, typeStart: Int, parameterCount: Int, resultCount: Int) {
    self.kind = kind
    self.height = height
    self.typeStart = typeStart
    self.parameterCount = parameterCount
    self.resultCount = resultCount
  }

  /// The number of values that a branch to the block passes.
  var labelCount: Int { kind == .loop ? parameterCount : resultCount }
}

/// Blocks, branches and returns.
///
/// At the start and the end of a block, and where a branch goes, every entry of the operand stack is in its
/// place.
extension BaselineCompiler {
  /// The largest number of locals that a continuation takes.
  private static let continuedLocals = 64
  /// The largest number of blocks around a loop that a call can leave the first tier at.
  private static let continuedDepth = 64

  mutating func translateControl(_ rule: ControlRule, _ op: Operator) throws(Refusal) {
    switch rule {
    case .unreachable:
      note(offset)
      output.traps.append(
        TrapEntry(offset: UInt32(encoder.offset), code: WasmTrap.unreachable))
      encoder.trap()
      isReachable = false
    case .block:
      settle()
      blocks.append(try open(.block, op.blockType))
    case .loop:
      settle()
      var block = try open(.loop, op.blockType)
      block.start = UInt32(encoder.offset)
      if entries.isEmpty, locals.count <= Self.continuedLocals,
        blocks.count <= Self.continuedDepth, block.parameterCount == 0,
        blocks.allSatisfy({ $0.parameterCount == 0 })
      {
        loops.append(BaselineCode.Loop(offset: block.start, number: loopCount))
      }
      loopCount += 1
      blocks.append(block)
    case .if: try translateIf(op.blockType)
    case .else: translateElse()
    case .end: try translateEnd()
    case .branch:
      branch(to: blocks.count - 1 - Int(op.index))
      isReachable = false
    case .branchIf: translateBranchIf(blocks.count - 1 - Int(op.index))
    case .branchTable: try translateBranchTable(op)
    case .return:
      emitReturn()
      isReachable = false
    }
  }

  // MARK: Opening and closing blocks

  /// Makes an `OpenBlock` for a block whose parameters are on the stack.
  mutating func open(_ kind: OpenBlock.Kind, _ type: BlockType) throws(Refusal) -> OpenBlock {
    let start = blockTypes.count
    var parameterCount = 0
    if let result = type.singleResult {
      guard !result.irType.isVector else { throw Refusal() }
      blockTypes.append(result.irType)
    } else if let index = type.typeIndex, let type = module.functionType(index) {
      for value in type.parameters + type.results {
        guard !value.irType.isVector else { throw Refusal() }
        blockTypes.append(value.irType)
      }
      parameterCount = type.parameters.count
      passedCount += blockTypes.count - start
    }
    return OpenBlock(
      kind, height: entries.count - parameterCount, typeStart: start,
      parameterCount: parameterCount,
      resultCount: blockTypes.count - start - parameterCount)
  }

  private mutating func translateIf(_ type: BlockType) throws(Refusal) {
    // The entries below the condition.
    let condition = comparison == nil ? entries.popLast() : nil
    settle()
    if let condition { entries.append(condition) }
    let origin = emitBranch(ifTrue: false)
    settledCount = entries.count
    var block = try open(.if, type)
    block.otherwise = OpenBlock.Fixup(patch: UInt32(encoder.offset) - 4, origin: origin)
    blocks.append(block)
  }

  mutating func translateElse() {
    let index = blocks.count - 1
    guard blocks[index].kind == .if else { return }
    if isReachable { branch(to: index) }
    let block = blocks[index]
    patch(block.otherwise.patch, block.otherwise.origin)
    blocks[index].kind = .else
    pop(to: block.height)
    pushTypes(block.typeStart..<block.typeStart + block.parameterCount)
    isReachable = true
  }

  mutating func translateEnd() throws(Refusal) {
    guard let block = blocks.last else { throw Refusal() }
    let index = blocks.count - 1
    if block.kind == .function { return endFunction() }
    try closeTry(block)
    // The values fall through.
    if isReachable { pass(block.resultCount, to: block) }
    let end = UInt32(encoder.offset)
    if block.kind == .if {
      patch(block.otherwise.patch, block.otherwise.origin)
      isReachable = true
    }
    var branch = blocks[index].branches
    if branch >= 0 { isReachable = true }
    while branch >= 0 {
      let fixup = fixups[Int(branch)]
      encoder.patch32(at: Int(fixup.patch), Int32(bitPattern: end &- fixup.origin))
      branch = fixup.next
    }
    var pad = blocks[index].pads
    if pad >= 0 { isReachable = true }
    while pad >= 0 {
      exceptions.pads[Int(pad)].target = end
      pad = exceptions.pads[Int(pad)].next
    }
    pop(to: block.height)
    let results = block.typeStart + block.parameterCount
    pushTypes(results..<results + block.resultCount)
    blockTypes.removeLast(blockTypes.count - block.typeStart)
    blocks.removeLast()
  }

  private mutating func endFunction() {
    // Branches to the function's own label are returns, which need no target.
    if isReachable { emitReturn() }
    blocks.removeLast()
  }

  private mutating func pushTypes(_ range: Range<Int>) {
    for index in range { pushSettled(blockTypes[index]) }
    settledCount = entries.count
  }

  private mutating func patch(_ position: UInt32, _ origin: UInt32) {
    encoder.patch32(at: Int(position), Int32(bitPattern: UInt32(encoder.offset) &- origin))
  }

  // MARK: Branches

  /// Moves the values that a branch passes to where the block expects them. They stay on the stack.
  private mutating func pass(_ count: Int, to block: OpenBlock) {
    passedCount += count
    guard count > 0 else { return }
    let first = entries.count - count
    // From the lowest up: an entry never moves up, so none is overwritten before it is read.
    for position in 0..<count {
      let entry = entries[first + position]
      move(entry, to: plan.place(height: block.height + position, entry.type))
    }
  }

  /// Whether the values that a branch passes are where the block expects them.
  private mutating func isInPlace(_ index: Int) -> Bool {
    let block = blocks[index]
    passedCount += block.labelCount
    let first = entries.count - block.labelCount
    return block.labelCount == 0
      || first == block.height && entries[first...].allSatisfy { $0.kind == .settled }
  }

  mutating func branch(to index: Int) {
    if index == 0 { return emitReturn() }
    pass(blocks[index].labelCount, to: blocks[index])
    let origin = UInt32(encoder.offset)
    encoder.jump(0)
    link(index, patch: origin + 1, origin)
  }

  /// Makes a branch at `origin` go to a block.
  private mutating func link(_ index: Int, patch: UInt32, _ origin: UInt32) {
    if blocks[index].kind == .loop {
      encoder.patch32(at: Int(patch), Int32(bitPattern: blocks[index].start &- origin))
    } else {
      fixups.append(Fixup(patch: patch, origin: origin, next: blocks[index].branches))
      blocks[index].branches = Int32(truncatingIfNeeded: fixups.count - 1)
    }
  }

  mutating func translateBranchIf(_ index: Int) {
    settleBelowCondition()
    let isDirect = index > 0 && isInPlace(index, belowCondition: comparison == nil)
    let origin = emitBranch(ifTrue: isDirect)
    let patch = UInt32(encoder.offset) - 4
    if isDirect {
      link(index, patch: patch, origin)
    } else {
      branch(to: index)
      self.patch(patch, origin)
    }
  }

  /// Puts the entries below a condition in their places, because what follows may be reached without the
  /// code that would do so later.
  private mutating func settleBelowCondition() {
    let condition = comparison == nil ? entries.popLast() : nil
    settle()
    if let condition { entries.append(condition) }
    settledCount = min(settledCount, entries.count)
  }

  private mutating func isInPlace(_ index: Int, belowCondition: Bool) -> Bool {
    guard belowCondition else { return isInPlace(index) }
    guard let condition = entries.popLast() else { return false }
    defer { entries.append(condition) }
    return isInPlace(index)
  }

  // MARK: br_table

  private mutating func translateBranchTable(_ op: Operator) throws(Refusal) {
    settleBelowCondition()
    let index = pop()
    table.removeAll(keepingCapacity: true)
    for depth in reader.branchTargets(of: op) { table.append(depth) }
    let register = read(index)
    encoder.br_table32(XReg(register), UInt32(table.count))
    let first = UInt32(encoder.offset)
    for _ in table { encoder.branchTableEntry(0) }
    // By block: the code that moves the values that it expects.
    var moved: [Int: UInt32] = [:]
    for (number, depth) in table.enumerated() {
      guard passedCount <= passedLimit else { throw Refusal() }
      let block = blocks.count - 1 - Int(depth)
      let place = first + 4 * UInt32(number)
      if block > 0 && isInPlace(block) {
        link(block, patch: place, place)
      } else if let known = moved[block] {
        encoder.patch32(at: Int(place), Int32(bitPattern: known &- place))
      } else {
        moved[block] = UInt32(encoder.offset)
        encoder.patch32(at: Int(place), Int32(bitPattern: UInt32(encoder.offset) &- place))
        branch(to: block)
      }
    }
    isReachable = false
  }

  // MARK: Returns

  mutating func emitReturn() {
    let first = entries.count - ownABI.results.count
    // The registers of the results mean other places from here on than those of any operand.
    encoder.nop()
    for (position, location) in ownABI.results.enumerated() {
      let entry = entries[first + position]
      switch location {
      case .x(let number): move(entry, toRegister: number)
      case .f(let number): move(entry, toRegister: number)
      case .v, .stack: break
      }
    }
    encoder.ret()
  }

  /// Moves a value to a register that is not the place of any local or entry.
  mutating func move(_ entry: Entry, toRegister number: UInt8) {
    switch entry.kind {
    case .constant: makeConstant(entry, inRegister: number)
    case .settled: copy(entry.type, from: entry.place, to: Place(register: number))
    case .local:
      copy(entry.type, from: locals[Int(entry.bits)].place, to: Place(register: number))
    }
  }
}
