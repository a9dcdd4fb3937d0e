import PulleyIR
import PulleyISA

/// Encodes allocated code as bytecode.
struct Emitter: Sendable {
  var encoder = Encoder()
  var output = CompiledFunction()
  var frame = Frame()
  var layout = BlockLayout()
  var resolver = ParallelMoveResolver()
  var moveEdits: [Edit] = []
  var instructionCount = 0

  /// By the number of a block in the problem: its offset.
  private var blockOffsets: [UInt32] = []
  private var fixups: [Fixup] = []
  /// By handler of the output: its block.
  private var handlerBlocks: [UInt32] = []
  /// The offset of the last call instruction.
  var callOffset: UInt32 = 0
  private var stubs: [Stub] = []
  private var lastSource = UInt32.max
  /// Whether to record the source locations of all instructions.
  var notesAllSources = false
  /// Whether an instruction reads x28 or x29 other than as base and bound of an access.
  var readsMemoryRegisters = false
  /// By register class: the registers that moves of parameters, arguments or results write.
  var scratchRegisters: InlineArray<3, UInt64> = [0, 0, 0]
  /// Whether a call of the host has the number of its signature in a register.
  var usesSignatureRegister = false

  /// Four bytes at `patch` that get the distance from `origin` to a block.
  private struct Fixup {
    var patch: UInt32
    var origin: UInt32
    var block: UInt32
  }

  /// A trap after the code, which is the target of the branch at `origin`.
  private struct Stub {
    var patch: UInt32
    var origin: UInt32
    var source: UInt32
    var trapCode: TrapCode
  }

  mutating func emit(
    _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder,
    _ allocation: borrowing AllocationResult
  ) throws(CodegenError) -> CompiledFunction {
    encoder.bytes.removeAll(keepingCapacity: true)
    output = CompiledFunction()
    instructionCount = 0
    fixups.removeAll(keepingCapacity: true)
    stubs.removeAll(keepingCapacity: true)
    handlerBlocks.removeAll(keepingCapacity: true)
    blockOffsets.removeAll(keepingCapacity: true)
    blockOffsets.append(contentsOf: repeatElement(0, count: builder.problem.blocks.count))
    lastSource = .max
    readsMemoryRegisters = false
    usesSignatureRegister = false
    scratchRegisters = [0, 0, 0]
    try frame.layOut(lowering, allocation)
    layout.build(lowering, builder, edits: allocation.edits)

    var edit = 0
    for (index, block) in layout.order.enumerated() {
      blockOffsets[Int(block)] = UInt32(encoder.offset)
      let next = index + 1 < layout.order.count ? layout.order[index + 1] : .max
      let range = builder.problem.blocks[Int(block)].instructions
      while edit < allocation.edits.count && allocation.edits[edit].position < range.lowerBound {
        edit += 1
      }
      for number in range {
        // Edits before an instruction get its source location.
        if notesAllSources {
          noteSource(lowering.code[Int(builder.places[Int(number)])].source)
        }
        while edit < allocation.edits.count && allocation.edits[edit].position == number {
          emitEdit(allocation.edits[edit], lowering, builder)
          edit += 1
        }
        emitInstruction(number, next: next, lowering, builder, allocation)
      }
    }
    emitStubs()
    for fixup in fixups {
      patch(fixup.patch, origin: fixup.origin, target: blockOffsets[Int(fixup.block)])
    }
    for (index, block) in handlerBlocks.enumerated() {
      output.handlers[index].target = blockOffsets[Int(block)]
    }
    if lowering.isWindowed { try completeRecord(lowering, allocation) }
    // The storage of the encoder fits the largest function so far, so the result gets a copy.
    output.code = encoder.bytes.withUnsafeBufferPointer { Array($0) }
    output.hasFrame = frame.exists
    output.frameBytes = frame.totalBytes
    output.statistics.instructions = instructionCount
    output.statistics.allocation = allocation.statistics
    return output
  }

  private mutating func patch(_ position: UInt32, origin: UInt32, target: UInt32) {
    encoder.patch32(at: Int(position), Int32(bitPattern: target &- origin))
  }

  private mutating func emitStubs() {
    for stub in stubs {
      let here = UInt32(encoder.offset)
      patch(stub.patch, origin: stub.origin, target: here)
      noteSource(stub.source)
      output.traps.append(TrapEntry(offset: here, code: stub.trapCode))
      encoder.trap()
      instructionCount += 1
    }
  }

  mutating func noteSource(_ source: UInt32) {
    guard source != lastSource else { return }
    lastSource = source
    output.sourceLocations.append(
      SourceEntry(offset: UInt32(encoder.offset), location: source))
  }

  // Instructions

  private mutating func emitInstruction(
    _ number: UInt32, next: UInt32, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    let instruction = lowering.code[Int(builder.places[Int(number)])]
    let operands = builder.problem.instructions[Int(number)].operands
    switch instruction.operation {
    case .entry:
      if lowering.isWindowed {
        // The record belongs to what the function does first.
        if notesAllSources, Int(number) + 1 < builder.places.count {
          noteSource(lowering.code[Int(builder.places[Int(number) + 1])].source)
        }
        emitWindowPrologue()
      } else {
        instructionCount += frame.emitPrologue(&encoder)
      }
      emitEntry(instruction, operands, lowering, builder, allocation)
    case .call:
      emitCall(instruction, operands, lowering, builder, allocation)
    case .leave:
      emitLeave(instruction, operands, lowering, builder, allocation)
    case .tryCall:
      emitCall(instruction, operands, lowering, builder, allocation)
      noteHandlers(instruction, lowering, builder)
      let site = lowering.callSites[Int(instruction.registers[0].bits)]
      emitJump(
        to: destination(Reg(bits: site.returnEdge), lowering, builder, jump: false), next: next)
    case .landingPad:
      emitLandingPad(instruction, operands, lowering, builder, allocation)
    case .landingPadAddress:
      emitLandingPadAddress(
        of: destination(instruction.registers[1], lowering, builder, jump: false),
        into: allocation.operandAllocations[Int(operands.lowerBound)])
    case .reloadMemory:
      emitReload(instruction, allocation.operandAllocations[Int(operands.lowerBound)])
    case _ where instruction.flags.contains(.rematerialisable):
      let target = allocation.operandAllocations[Int(operands.lowerBound)]
      if target != .rematerialise { emitConstant(instruction, into: target, lowering) }
    case MachineOperation(.jump):
      let target = destination(instruction.registers[3], lowering, builder, jump: true)
      if target != next && layout.returns[Int(target)] {
        let leave = builder.problem.blocks[Int(target)].instructions.lowerBound
        emitLeave(
          lowering.code[Int(builder.places[Int(leave)])],
          builder.problem.instructions[Int(leave)].operands, lowering, builder, allocation)
      } else {
        emitJump(to: target, next: next)
      }
    case MachineOperation(.br_table32):
      emitTable(instruction, operands, next: next, lowering, builder, allocation)
    default:
      emitPlain(instruction, operands, next: next, lowering, builder, allocation)
    }
  }

  private mutating func noteHandlers(
    _ instruction: MachineInstruction, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder
  ) {
    for index in lowering.callSites[Int(instruction.registers[0].bits)].handlers {
      let handler = lowering.handlers[index]
      output.handlers.append(ExceptionHandler(call: callOffset, tag: handler.tag, target: 0))
      handlerBlocks.append(
        destination(Reg(bits: handler.edge), lowering, builder, jump: false))
    }
  }

  /// The target of an edge: of its split block with `jump`, else of the branch at its start.
  private func destination(
    _ edge: Reg, _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder, jump: Bool
  ) -> UInt32 {
    let edge = lowering.graph.edges[Int(edge.bits)]
    return layout.destinations[Int(builder.blockNumbers[Int(jump ? edge.to : edge.target)])]
  }

  private mutating func emitJump(to block: UInt32, next: UInt32) {
    if block == next { return }
    let origin = UInt32(encoder.offset)
    fixups.append(Fixup(patch: origin + 1, origin: origin, block: block))
    encoder.jump(0)
    instructionCount += 1
  }

  private mutating func emitPlain(
    _ instruction: MachineInstruction, _ operands: Range<UInt32>, next: UInt32,
    _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder,
    _ allocation: borrowing AllocationResult
  ) {
    var opcode = instruction.operation.opcode
    var info = opcode.info
    var values = InlineArray<8, Int64>(repeating: 0)
    var operand = Int(operands.lowerBound)
    var register = 0
    var slotReads = InlineArray<3, UInt8>(repeating: 0)
    var slotWrites = InlineArray<3, UInt8>(repeating: 0)
    for slot in 0..<info.fieldCount {
      let kind = info.rawKind(slot)
      if kind <= OperandField.Kind.vRead.rawValue {
        let named = instruction.registers[register]
        register += 1
        if named.isFixed {
          values[slot] = named.fixedNumber
          noteMemoryRegister(named, instruction)
        } else {
          let place = allocation.operandAllocations[operand]
          operand += 1
          let registerClass: RegisterClass = kind <= 2 ? .x : kind <= 4 ? .f : .v
          let rank = Int(registerClass.rawValue)
          if kind & 1 == 0 {
            values[slot] = Int64(readable(place, registerClass, &slotReads[rank]))
          } else if place.isSlot {
            values[slot] = Int64(writtenTemporary(registerClass, slotWrites[rank]))
            slotWrites[rank] += 1
          } else {
            guard let number = place.register else { return }
            values[slot] = Int64(number)
          }
        }
      } else if kind != OperandField.Kind.pcRel.rawValue {
        values[slot] = instruction.immediate
        if kind == OperandField.Kind.u128.rawValue {
          setWideImmediate(lowering.wideImmediates[Int(instruction.immediate)], slot, &values)
        }
        if instruction.flags.contains(.stackSlot) {
          values[slot] += Int64(frame.stackSlotOffsets[Int(instruction.registers[3].bits)])
        }
      }
    }
    let origin = UInt32(encoder.offset)
    if info.traits.contains(.branch) {
      if instruction.flags.contains(.trapBranch) {
        let patch = origin + UInt32(info.length - 4)
        stubs.append(
          Stub(
            patch: patch, origin: origin, source: instruction.source,
            trapCode: TrapCode(rawValue: instruction.trapCode)))
      } else {
        var taken = destination(instruction.registers[3], lowering, builder, jump: false)
        let otherwise = destination(instruction.registers[2], lowering, builder, jump: false)
        if taken == otherwise { return emitJump(to: taken, next: next) }
        var rest = otherwise
        if taken == next, let inverse = opcode.inverse {
          opcode = inverse.opcode
          info = opcode.info
          if inverse.swapsSources { (values[0], values[1]) = (values[1], values[0]) }
          (taken, rest) = (rest, taken)
        }
        fixups.append(
          Fixup(patch: origin + UInt32(info.length - 4), origin: origin, block: taken))
        encoder.encode(opcode, values)
        instructionCount += 1
        return emitJump(to: rest, next: next)
      }
    } else if info.traits.contains(.mayTrap) {
      noteSource(instruction.source)
      if instruction.trapCode != 0 {
        output.traps.append(
          TrapEntry(offset: origin, code: TrapCode(rawValue: instruction.trapCode)))
      }
    }
    encoder.encode(opcode, values)
    instructionCount += 1
    if slotWrites[0] + slotWrites[1] + slotWrites[2] > 0 {
      storeResults(of: info, operands, allocation, instruction)
    }
  }

  /// Stores the temporaries that an instruction has written to the slots of its results.
  private mutating func storeResults(
    of info: OpcodeInfo, _ operands: Range<UInt32>, _ allocation: borrowing AllocationResult,
    _ instruction: MachineInstruction
  ) {
    var counts = InlineArray<3, UInt8>(repeating: 0)
    var operand = Int(operands.lowerBound)
    var register = 0
    for slot in 0..<info.fieldCount {
      let kind = info.rawKind(slot)
      guard kind <= OperandField.Kind.vRead.rawValue else { continue }
      defer { register += 1 }
      if instruction.registers[register].isFixed { continue }
      let place = allocation.operandAllocations[operand]
      operand += 1
      guard kind & 1 == 1, let target = place.slot else { continue }
      let registerClass: RegisterClass = kind <= 2 ? .x : kind <= 4 ? .f : .v
      let rank = Int(registerClass.rawValue)
      let temporary = writtenTemporary(registerClass, counts[rank])
      counts[rank] += 1
      emitStore(.register(registerClass, temporary), offset: slotOffset(target))
    }
  }

  /// Handlers have the memory registers in parameters, and use those as base and bound of an access.
  private mutating func noteMemoryRegister(_ register: Reg, _ instruction: MachineInstruction) {
    guard register == .memoryBase || register == .memoryBound else { return }
    switch instruction.operation.opcode {
    case .xaddr8_g64, .xaddr16_g64, .xaddr32_g64, .xaddr64_g64:
      readsMemoryRegisters = true
      return
    default: break
    }
    let other: Reg = register == .memoryBase ? .memoryBound : .memoryBase
    for index in instruction.registers.indices where instruction.registers[index] == other {
      return
    }
    readsMemoryRegisters = true
  }

  private func setWideImmediate(
    _ data: ConstantData, _ slot: Int, _ values: inout InlineArray<8, Int64>
  ) {
    values[slot] = Int64(bitPattern: data.low)
    values[slot + 1] = Int64(bitPattern: data.high)
  }

  private mutating func emitLandingPadAddress(of block: UInt32, into target: Allocation) {
    guard let number = target.register else { return }
    let origin = UInt32(encoder.offset)
    fixups.append(Fixup(patch: origin + 4, origin: origin, block: block))
    encoder.xpcadd(XReg(number), 0)
    instructionCount += 1
  }

  private mutating func emitTable(
    _ instruction: MachineInstruction, _ operands: Range<UInt32>, next: UInt32,
    _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder,
    _ allocation: borrowing AllocationResult
  ) {
    var slotReads: UInt8 = 0
    let place = allocation.operandAllocations[Int(operands.lowerBound)]
    let index = readable(place, .x, &slotReads)
    let count = UInt32(truncatingIfNeeded: instruction.immediate)
    encoder.br_table32(XReg(index), count)
    instructionCount += 1
    let first = Int(instruction.registers[1].bits)
    for entry in first..<first + Int(count) {
      let edge = Reg(bits: lowering.graph.tableEdges[entry])
      let origin = UInt32(encoder.offset)
      fixups.append(
        Fixup(
          patch: origin, origin: origin,
          block: destination(edge, lowering, builder, jump: false)))
      encoder.branchTableEntry(0)
    }
  }

  private mutating func emitReload(_ instruction: MachineInstruction, _ context: Allocation) {
    var slotReads: UInt8 = 0
    let number = readable(context, .x, &slotReads)
    let (base, bound) = (XReg(RegisterRoles.memoryBase), XReg(RegisterRoles.memoryBound))
    encoder.xload64le_o32(bound, XReg(number), Int32(truncatingIfNeeded: instruction.immediate))
    encoder.xload64le_o32(base, bound, 0)
    encoder.xload64le_o32(bound, bound, HeapData.boundOffset)
    instructionCount += 3
  }

  // Moves

  func slotOffset(_ slot: UInt32) -> Int32 { Int32(bitPattern: frame.spillBase + 8 * slot) }

  mutating func emitEdit(
    _ edit: Edit, _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder
  ) {
    if edit.rematerialised != .none {
      let cookie = builder.problem.cookies[Int(edit.rematerialised.number)]
      return emitConstant(lowering.code[Int(cookie)], into: edit.to, lowering)
    }
    emitMove(edit.registerClass, from: edit.from, to: edit.to)
  }

  mutating func emitMove(_ registerClass: RegisterClass, from: Allocation, to: Allocation) {
    if let slot = from.slot {
      emitLoad(to, offset: slotOffset(slot))
    } else if let slot = to.slot {
      emitStore(from, offset: slotOffset(slot))
    } else if let source = from.register, let target = to.register {
      switch (from.registerClass, to.registerClass) {
      case (.x, .x): encoder.xmov(XReg(target), XReg(source))
      case (.f, .f): encoder.fmov(FReg(target), FReg(source))
      case (.v, .v): encoder.vmov(VReg(target), VReg(source))
      case (.x, .f): encoder.bitcast_float_from_int_64(FReg(target), XReg(source))
      default: encoder.bitcast_int_from_float_64(XReg(target), FReg(source))
      }
      instructionCount += 1
    }
  }

  /// Loads a whole register from the stack.
  mutating func emitLoad(_ to: Allocation, offset: Int32) {
    guard let number = to.register else { return }
    switch to.registerClass {
    case .f: encoder.fload64le_o32(FReg(number), .sp, offset)
    case .v: encoder.vload128le_o32(VReg(number), .sp, offset)
    default: encoder.xload64le_o32(XReg(number), .sp, offset)
    }
    instructionCount += 1
  }

  /// Stores a whole register to the stack.
  mutating func emitStore(_ from: Allocation, offset: Int32) {
    guard let number = from.register else { return }
    switch from.registerClass {
    case .f: encoder.fstore64le_o32(.sp, offset, FReg(number))
    case .v: encoder.vstore128le_o32(.sp, offset, VReg(number))
    default: encoder.xstore64le_o32(.sp, offset, XReg(number))
    }
    instructionCount += 1
  }

  /// Copies a value of a class from one slot of the frame to another.
  mutating func copy(_ registerClass: RegisterClass, from: Int32, to: Int32) {
    for unit in 0..<(registerClass == .v ? 2 : 1) as Range<Int32> {
      emitLoad(.temporary, offset: from + 8 * unit)
      emitStore(.temporary, offset: to + 8 * unit)
    }
  }

  /// Rematerialises a value in a register or, through x31, in a slot.
  mutating func emitConstant(
    _ instruction: MachineInstruction, into target: Allocation, _ lowering: borrowing Lowering
  ) {
    if let slot = target.slot {
      emitConstantToStack(instruction, offset: slotOffset(slot), lowering)
      return
    }
    guard let number = target.register else { return }
    switch instruction.operation {
    case .stackAddress:
      let offset =
        Int64(frame.stackSlotOffsets[Int(instruction.registers[1].bits)]) + instruction.immediate
      emitStackAddress(XReg(number), offset)
    case .functionAddress:
      addRelocation(
        .functionAddress, to: FuncRef(number: instruction.registers[1].bits), patchDistance: 4,
        lowering)
      encoder.xpcadd(XReg(number), 0)
      instructionCount += 1
    case .symbolAddress:
      emitAddress(of: lowering.symbols[Int(instruction.registers[1].bits)], into: XReg(number))
    case .hostRecord:
      let host = FuncRef(number: instruction.registers[1].bits)
      addRelocation(.hostRecord, to: host, patchDistance: 2, lowering)
      encoder.xconst64(XReg(number), 0)
      instructionCount += 1
    default:
      var values = InlineArray<8, Int64>(repeating: 0)
      values[0] = Int64(number)
      values[1] = instruction.immediate
      if instruction.operation == MachineOperation(.vconst128) {
        setWideImmediate(lowering.wideImmediates[Int(instruction.immediate)], 1, &values)
      }
      encoder.encode(instruction.operation.opcode, values)
      instructionCount += 1
    }
  }

  /// Rematerialises a value at an offset from `sp`.
  mutating func emitConstantToStack(
    _ instruction: MachineInstruction, offset: Int32, _ lowering: borrowing Lowering
  ) {
    // The machine writes a constant to the place of a slot that the next instruction stores it to.
    let temporary: Allocation =
      lowering.isWindowed ? .register(.x, WindowRecord.writtenX) : .temporary
    let register = XReg(temporary.register ?? RegisterRoles.scratch)
    switch instruction.operation {
    case MachineOperation(.fconst32), MachineOperation(.fconst64):
      encoder.xconst64(register, instruction.immediate)
      instructionCount += 1
    case MachineOperation(.vconst128):
      let data = lowering.wideImmediates[Int(instruction.immediate)]
      encoder.xconst64(register, Int64(bitPattern: data.high))
      emitStore(temporary, offset: offset + 8)
      encoder.xconst64(register, Int64(bitPattern: data.low))
      instructionCount += 2
    default:
      emitConstant(instruction, into: temporary, lowering)
    }
    emitStore(temporary, offset: offset)
  }

  private mutating func emitAddress(of symbol: SymbolReference, into target: XReg) {
    if symbol.isNear {
      addRelocation(
        .functionAddress, to: symbol.name, patchDistance: 4, addend: symbol.addend)
      encoder.xpcadd(target, 0)
    } else if symbol.isNarrow {
      addRelocation(.narrowAddress, to: symbol.name, patchDistance: 2, addend: symbol.addend)
      encoder.xconst32(target, 0)
    } else {
      addRelocation(.address, to: symbol.name, patchDistance: 2, addend: symbol.addend)
      encoder.xconst64(target, 0)
    }
    instructionCount += 1
  }

  private mutating func emitStackAddress(_ target: XReg, _ offset: Int64) {
    instructionCount += 1
    switch offset {
    case 0: encoder.xmov(target, .sp)
    case 1...0xFF: encoder.xadd64_u8(target, .sp, UInt8(offset))
    case 0...0xFFFF_FFFF: encoder.xadd64_u32(target, .sp, UInt32(offset))
    default:
      encoder.xconst64(target, offset)
      encoder.xadd64(target, target, .sp)
      instructionCount += 1
    }
  }

  mutating func addRelocation(
    _ kind: Relocation.Kind, to function: FuncRef, patchDistance: UInt8,
    _ lowering: borrowing Lowering
  ) {
    addRelocation(
      kind, to: lowering.function.externals[function].name, patchDistance: patchDistance)
  }

  private mutating func addRelocation(
    _ kind: Relocation.Kind, to name: ExternalName, patchDistance: UInt8, addend: Int64 = 0
  ) {
    var relocation = Relocation(
      offset: UInt32(encoder.offset), kind: kind, patchDistance: patchDistance, namespace: .max,
      target: 0, addend: addend)
    switch name {
    case .user(let namespace, let index):
      relocation.namespace = namespace
      relocation.target = index
    case .named(let name):
      relocation.target = UInt32(output.symbolNames.count)
      output.symbolNames.append(name)
    }
    output.relocations.append(relocation)
  }
}
