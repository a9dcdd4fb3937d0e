import PulleyIR
import PulleyISA

/// Functions with the convention `window`; see `WindowRecord`.
extension Emitter {
  /// Emits the record, which `completeRecord` fills in, and allocates the frame.
  mutating func emitWindowPrologue() {
    encoder.xconst64(.spillTmp0, 0)
    instructionCount += 1
    guard frame.bodyBytes > 0 else { return }
    encoder.stack_alloc32(frame.bodyBytes)
    instructionCount += 1
  }

  mutating func completeRecord(
    _ lowering: borrowing Lowering, _ allocation: borrowing AllocationResult
  ) throws(CodegenError) {
    var record = WindowRecord()
    record.keptX = keptCount(
      allocation.usedCalleeSaved | scratchRegisters[0], WindowRecord.endOfX)
    record.keptF = keptCount(
      allocation.usedKeptFloats | scratchRegisters[1], WindowRecord.endOfRest)
    record.keptV = keptCount(
      allocation.usedKeptVectors | scratchRegisters[2], WindowRecord.endOfRest)
    if usesSignatureRegister {
      record.keptX = max(record.keptX, Self.signatureRegister - WindowRecord.firstKept + 1)
    }
    try record.setPassed(lowering.ownABI)
    record.isLeaf = !lowering.hasCalls
    record.readsMemoryRegisters = readsMemoryRegisters
    guard frame.outgoingBytes <= WindowRecord.largestArea else { throw .frameTooLarge }
    record.outgoing = UInt16(frame.outgoingBytes / 16)
    encoder.patch64(at: 2, record.bits)
  }

  /// How many registers from the first one that calls preserve on are used.
  private func keptCount(_ used: UInt64, _ end: UInt8) -> UInt8 {
    let near = used & ((1 << UInt64(end)) - 1)
    return UInt8(max(0, 64 - near.leadingZeroBitCount - Int(WindowRecord.firstKept)))
  }

  /// Moves parameters from the registers and the stack area in which the function received them. The
  /// moves need no order: the machine gives those registers other places than their targets.
  mutating func receive(
    _ values: Range<Int>, operand first: Int, _ lowering: borrowing Lowering,
    _ allocation: borrowing AllocationResult
  ) {
    for (position, index) in values.enumerated() {
      let target = allocation.operandAllocations[first + position]
      guard target != .rematerialise else { continue }
      let registerClass = lowering.registerClass(of: index)
      if let source = registerAllocation(lowering.callOperands[index].location) {
        emitMove(registerClass, from: source, to: target)
      } else if case .stack(let offset) = lowering.callOperands[index].location {
        let address = Int32(bitPattern: frame.totalBytes + offset)
        if let slot = target.slot {
          copy(registerClass, from: address, to: slotOffset(slot))
        } else {
          emitLoad(target, offset: address)
        }
      }
    }
    encoder.nop()
    instructionCount += 1
  }

  mutating func emitWindowLeave(
    _ site: CallSite, _ instruction: MachineInstruction, _ first: Int,
    _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder,
    _ allocation: borrowing AllocationResult
  ) {
    storeToStack(
      site.arguments, stackBase: site.kind.isTail ? 0 : frame.totalBytes, operand: first, lowering,
      builder, allocation)
    if !site.kind.isTail && lowering.hasCalls {
      giveBack(site, first, lowering, builder, allocation)
      encoder.ret()
      instructionCount += 1
      return
    }
    resolver.begin()
    var touched = Touched()
    for (position, index) in site.arguments.enumerated() {
      guard let target = registerAllocation(lowering.callOperands[index].location) else {
        continue
      }
      addMove(
        index, from: allocation.operandAllocations[first + position], to: target, &touched,
        lowering)
    }
    if site.kind == .tailIndirect {
      moveCallee(site, first + site.arguments.count, &touched, lowering, allocation)
    }
    resolveMoves(touched, lowering, builder)
    if site.kind.isTail { noteSource(instruction.source) }
    switch site.kind {
    case .tailNear:
      addRelocation(.nearCall, to: site.function, patchDistance: 1, lowering)
      encoder.jump(0)
    case .tailIndirect:
      noteIndirectCall(site, lowering)
      encoder.xjump(XReg(WindowRecord.callee))
    default: encoder.ret()
    }
    instructionCount += 1
  }

  /// Moves results to where the caller expects them, which no other register means.
  private mutating func giveBack(
    _ site: CallSite, _ first: Int, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    encoder.nop()
    instructionCount += 1
    for (position, index) in site.arguments.enumerated() {
      let value = lowering.callOperands[index]
      guard let target = registerAllocation(value.location) else { continue }
      let source = allocation.operandAllocations[first + position]
      if source == .rematerialise {
        let cookie = builder.problem.cookies[Int(value.register.bits)]
        emitConstant(lowering.code[Int(cookie)], into: target, lowering)
      } else {
        emitMove(lowering.registerClass(of: index), from: source, to: target)
      }
    }
  }

  mutating func emitIndirectCall(
    _ site: CallSite, _ callee: Allocation, _ lowering: borrowing Lowering
  ) {
    var slotReads: UInt8 = 0
    let register = readable(callee, .x, &slotReads)
    noteIndirectCall(site, lowering)
    encoder.call_indirect(XReg(register))
    instructionCount += 1
  }

  // Slots

  /// The number of the register to read a value from. A value in a slot is loaded into the next temporary;
  /// the machine reads the slot's place instead.
  mutating func readable(
    _ place: Allocation, _ registerClass: RegisterClass, _ count: inout UInt8
  ) -> UInt8 {
    guard let slot = place.slot else { return place.register ?? RegisterRoles.scratch }
    precondition(count < WindowRecord.readCount, "an instruction reads too many slots")
    let first = registerClass == .x ? WindowRecord.readX : WindowRecord.readRest
    let temporary = first + count
    count += 1
    emitLoad(.register(registerClass, temporary), offset: slotOffset(slot))
    return temporary
  }

  /// The temporary for a value that an instruction writes to a slot.
  func writtenTemporary(_ registerClass: RegisterClass, _ count: UInt8) -> UInt8 {
    precondition(count < WindowRecord.writtenCount, "an instruction writes too many slots")
    return (registerClass == .x ? WindowRecord.writtenX : WindowRecord.writtenRest) + count
  }
}

extension WindowRecord {
  /// Sets how many registers hold parameters and results, and the size of the stack area.
  package mutating func setPassed(_ abi: CallABI) throws(CodegenError) {
    for location in abi.results {
      switch location {
      case .x(let number): resultX = max(resultX, number + 1)
      case .f(let number): resultF = max(resultF, number + 1)
      case .v(let number): resultV = max(resultV, number + 1)
      case .stack: break
      }
    }
    (passedX, passedF, passedV) = (resultX, resultF, resultV)
    for location in abi.parameters {
      switch location {
      case .x(let number): passedX = max(passedX, number + 1)
      case .f(let number): passedF = max(passedF, number + 1)
      case .v(let number): passedV = max(passedV, number + 1)
      case .stack: break
      }
    }
    guard abi.stackBytes <= Self.largestArea else { throw .frameTooLarge }
    incoming = UInt16(abi.stackBytes / 16)
  }
}
