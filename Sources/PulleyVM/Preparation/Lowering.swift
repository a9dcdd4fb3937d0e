import PulleyISA

/// Turns a function's bytecode into steps, and checks it on the way, so that what comes after need
/// not.
struct Lowering {
  private let function: Int
  private let body: FunctionBody
  /// What call instructions need to know of the image.
  private let image: ImageFacts

  private var result = LoweredFunction()
  private var nextCall = 0
  private var nextForeignCall = 0
  private var hasPushed = false
  private var hasFrame = false

  /// The parts of an image that a function's code refers to.
  struct ImageFacts {
    var functionCount: Int
    var entries: UnsafeMutablePointer<FunctionEntry>?
    var hostSignatures: UnsafeBufferPointer<UInt32>
    var checksCallees = false
  }

  private init(_ body: FunctionBody, function: Int, image: ImageFacts) {
    self.body = body
    self.function = function
    self.image = image
  }

  static func lower(
    _ body: FunctionBody, function: Int, image: ImageFacts
  ) throws(BytecodeError) -> LoweredFunction {
    var lowering = Lowering(body, function: function, image: image)
    try lowering.run()
    return lowering.result
  }

  private mutating func run() throws(BytecodeError) {
    let count = body.bytes.count
    guard count > 0, count <= 1 << 30 else { throw error(.invalidSize, at: 0) }
    result.itemAtOffset = Array(repeating: -1, count: count)
    // An instruction takes about four bytes.
    result.items.reserveCapacity(count / 3)
    let code = body.bytes
    let bytes = code.span.bytes
    var offset = 0
    while offset < count {
      let instruction: Instruction
      do throws(DecodeError) {
        instruction = try Decoder.decode(bytes, at: offset)
      } catch {
        throw self.error(.undecodable(error.reason), at: offset)
      }
      result.itemAtOffset[offset] = Int32(result.items.count)
      try lower(instruction, at: offset)
      offset += instruction.length
      if instruction.opcode == .br_table32 { offset += 4 * Int(instruction[1]) }
    }
    guard result.items.last?.flags.contains(.isTerminator) == true else {
      throw error(.missingTerminator, at: Int(result.items.last?.source ?? 0))
    }
    try markTargets()
  }

  private mutating func lower(_ instruction: Instruction, at offset: Int) throws(BytecodeError) {
    let opcode = instruction.opcode
    let lowering = opcodeLowerings[Int(opcode.rawValue)]
    let info = opcode.info
    var item = LoweredFunction.Item(step: lowering.step, source: UInt32(offset))
    if hasFrame { item.flags.insert(.hasFrame) }
    if info.traits.contains(.terminator) {
      item.flags.insert(.isTerminator)
      hasFrame = hasPushed
    }
    // Which x registers it writes decides about the accumulator and about x28 and x29.
    for slot in 0..<info.fieldCount where info.rawKind(slot) == OperandField.Kind.xWrite.rawValue {
      if instruction[slot] == 28 || instruction[slot] == 29 {
        item.flags.insert(.writesMemoryRegisters)
      }
      if lowering.step.info.result == 0 { item.flags.insert(.clobbersAccumulator) }
    }
    switch lowering.packing {
    case .special: try lowerSpecial(instruction, &item)
    case _ where image.checksCallees && (opcode == .call_indirect || opcode == .xjump):
      lowerCheckedCall(instruction, &item)
    case .unsupported: makeTrap(.unsupported, &item)
    default: pack(instruction, lowering.packing, info, &item)
    }
    if info.traits.contains(.call) { item.flags.insert(.clobbersAccumulator) }
    result.items.append(item)
  }

  // MARK: Operands

  private func pack(
    _ instruction: Instruction, _ packing: Packing, _ info: OpcodeInfo,
    _ item: inout LoweredFunction.Item
  ) {
    func register(_ slot: Int) -> UInt64 {
      let number = Int(truncatingIfNeeded: instruction[slot])
      // 1 and 2 are the kinds of x registers, 3 and 4 of f, 5 and 6 of v; see `OperandField.Kind`.
      switch info.rawKind(slot) {
      case 1, 2: return UInt64(StateLayout.x(number))
      case 3, 4: return UInt64(StateLayout.f(number))
      default: return UInt64(StateLayout.v(number))
      }
    }
    func low32(_ slot: Int) -> UInt64 { UInt64(UInt32(truncatingIfNeeded: instruction[slot])) }

    switch packing {
    case .registers:
      for slot in 0..<min(info.fieldCount, 4) {
        item.words.0 |= register(slot) << UInt64(16 * slot)
      }
      for slot in 4..<max(4, info.fieldCount) {
        item.words.1 |= register(slot) << UInt64(16 * (slot - 4))
      }
    case .registersAndImmediate:
      let last = info.fieldCount - 1
      for slot in 0..<last { item.words.0 |= register(slot) << UInt64(16 * slot) }
      item.words.0 |= low32(last) << 32
    case .constant64:
      let last = info.fieldCount - 1
      for slot in 0..<last { item.words.0 |= register(slot) << UInt64(16 * slot) }
      item.words.1 = UInt64(bitPattern: instruction[last])
    case .constant128:
      let last = info.fieldCount - 1
      for slot in 0..<last { item.words.0 |= register(slot) << UInt64(16 * slot) }
      // The mask of a shuffle counts 32 bytes.
      let mask: UInt64 = last == 3 ? 0x1F1F_1F1F_1F1F_1F1F : .max
      item.words.1 = UInt64(bitPattern: instruction[last]) & mask
      item.words.2 = UInt64(bitPattern: instruction[last + 1]) & mask
    case .lane8, .lane16, .lane32, .lane64:
      let bits = 8 << (packing.rawValue - Packing.lane8.rawValue)
      let last = info.fieldCount - 1
      let lane = Int(truncatingIfNeeded: instruction[last]) & (128 / bits - 1)
      for slot in 0..<last { item.words.0 |= register(slot) << UInt64(16 * slot) }
      if last == 2 {
        item.words.0 += UInt64(lane * bits / 8) << 16
      } else {
        let mask = (UInt64.max >> UInt64(64 - bits)) << UInt64(lane * bits % 64)
        item.words.1 = lane * bits < 64 ? mask : 0
        item.words.2 = lane * bits < 64 ? 0 : mask
      }
    case .store:
      item.words.0 = register(2) | register(0) << 16 | low32(1) << 32
    case .loadG32, .loadG32Bne:
      packGuarded(value: register(0), first: 1, packing, instruction, &item)
      if packing == .loadG32Bne { item.words.1 |= low32(5) << 32 }
    case .storeG32, .storeG32Bne:
      packGuarded(value: register(info.fieldCount - 1), first: 0, packing, instruction, &item)
      if packing == .storeG32Bne { item.words.1 |= low32(4) << 32 }
    case .branch:
      let last = info.fieldCount - 1
      for slot in 0..<last { item.words.0 |= register(slot) << UInt64(16 * slot) }
      setTarget(instruction[last], &item)
      item.flags.insert(.isConditional)
    case .branchImmediate:
      packImmediateBranch(instruction, info, &item)
    case .special, .unsupported:
      break
    }
  }

  /// The operands of a bounds-checked access: base, bound and address registers and the offset.
  private func packGuarded(
    value: UInt64, first: Int, _ packing: Packing, _ instruction: Instruction,
    _ item: inout LoweredFunction.Item
  ) {
    func register(_ slot: Int) -> UInt64 {
      UInt64(StateLayout.x(Int(truncatingIfNeeded: instruction[first + slot])))
    }
    let offset = UInt64(UInt32(truncatingIfNeeded: instruction[first + 3]))
    item.words.0 = value | register(2) << 16
    // Other than with the bound in memory, the step has a form for the usual registers.
    if register(0) == StateLayout.memoryBase, register(1) == StateLayout.memoryLength,
      packing == .loadG32 || packing == .storeG32
    {
      item.step = item.step.memoryForm
      item.words.0 |= offset << 32
    } else {
      item.words.0 |= register(0) << 32 | register(1) << 48
      item.words.1 = offset
    }
  }

  private func packImmediateBranch(
    _ instruction: Instruction, _ info: OpcodeInfo, _ item: inout LoweredFunction.Item
  ) {
    let immediate = instruction[1]
    let kind = info.kind(1)
    let isUnsigned = kind == .u8 || kind == .u32
    let fits =
      isUnsigned
      ? immediate == Int64(UInt16(truncatingIfNeeded: immediate))
      : immediate == Int64(Int16(truncatingIfNeeded: immediate))
    item.words.0 = UInt64(StateLayout.x(Int(truncatingIfNeeded: instruction[0])))
    if fits {
      item.words.0 |= UInt64(UInt16(truncatingIfNeeded: immediate)) << 16
    } else {
      item.step = item.step.advanced(by: 1)
      item.words.0 |= UInt64(UInt32(truncatingIfNeeded: immediate)) << 32
    }
    setTarget(instruction[2], &item)
    item.flags.insert(.isConditional)
  }

  private func setTarget(_ distance: Int64, _ item: inout LoweredFunction.Item) {
    // Whether anything begins there is checked when all is known. No valid target is this far.
    let target = Int64(item.source) + distance
    item.target = Int32(clamping: max(target, -2))
    if item.target == -1 { item.target = -2 }
  }

  // MARK: Instructions that need more

  private mutating func lowerSpecial(
    _ instruction: Instruction, _ item: inout LoweredFunction.Item
  ) throws(BytecodeError) {
    switch instruction.opcode {
    case .nop: item.flags.insert(.isNothing)
    case .ret: item.step = .ret
    case .xone:
      item.step = .xconst
      item.words.0 = UInt64(StateLayout.x(Int(instruction[0]))) | 1 << 32
      item.flags.remove(.clobbersAccumulator)
    case .trap: makeTrap(.unreachable, &item)
    case .call, .call1, .call2, .call3, .call4: try lowerCall(instruction, &item)
    case .jump:
      item.step = .jump
      if let callee = try namedFunction(item.source) {
        item.step = .jump_function
        item.words.0 = entryAddress(callee)
      } else {
        setTarget(instruction[0], &item)
      }
    case .xpcadd:
      item.step = .xconst64
      item.words = (UInt64(StateLayout.x(Int(instruction[0]))), 0, 0)
      if let function = try namedFunction(item.source) {
        item.words.1 = entryAddress(function)
      } else {
        // A place in the function itself, which gets an address when the code does.
        setTarget(instruction[1], &item)
      }
      item.flags.remove(.clobbersAccumulator)
    case .br_table32: try lowerBranchTable(instruction, &item)
    case .call_indirect_host: try lowerHostCall(instruction, &item)
    default: try lowerFrame(instruction, &item)
    }
  }

  private func makeTrap(_ kind: TrapKind, _ item: inout LoweredFunction.Item) {
    item.step = .trap
    item.words.0 = UInt64(kind.rawValue)
    item.flags.insert(.isTerminator)
    item.flags.remove(.writesMemoryRegisters)
  }

  /// The function that the instruction at `offset` names, if it names one.
  private mutating func namedFunction(_ offset: UInt32) throws(BytecodeError) -> Int? {
    while nextCall < body.calls.count, body.calls[nextCall].instruction < offset { nextCall += 1 }
    guard nextCall < body.calls.count, body.calls[nextCall].instruction == offset else {
      return nil
    }
    let function = Int(body.calls[nextCall].function)
    guard function < image.functionCount else {
      throw error(.unresolvedFunction, at: Int(offset))
    }
    return function
  }

  private func entryAddress(_ function: Int) -> UInt64 {
    image.entries.map { UInt64(UInt(bitPattern: $0 + function)) } ?? 0
  }

  private mutating func lowerCall(
    _ instruction: Instruction, _ item: inout LoweredFunction.Item
  ) throws(BytecodeError) {
    guard let callee = try namedFunction(item.source) else {
      throw error(.unresolvedFunction, at: Int(item.source))
    }
    let arguments = instruction.opcode.info.fieldCount - 1
    item.step = Step.callLinks[arguments]
    item.words.0 = entryAddress(callee)
    for slot in 0..<arguments {
      item.words.2 |= UInt64(StateLayout.x(Int(instruction[slot]))) << UInt64(16 * slot)
    }
  }

  /// A call or jump to an address that may be a function of the host's.
  private mutating func lowerCheckedCall(
    _ instruction: Instruction, _ item: inout LoweredFunction.Item
  ) {
    item.step = instruction.opcode == .xjump ? .xjump_checked : .call_indirect_checked
    item.words.0 = UInt64(StateLayout.x(Int(instruction[0])))
    item.flags.insert(.clobbersAccumulator)
    let calls = body.foreignCalls
    while nextForeignCall < calls.count, calls[nextForeignCall].instruction < item.source {
      nextForeignCall += 1
    }
    guard nextForeignCall < calls.count, calls[nextForeignCall].instruction == item.source else {
      return
    }
    item.words.1 = UInt64(UInt(bitPattern: calls[nextForeignCall].function))
  }

  private mutating func lowerBranchTable(
    _ instruction: Instruction, _ item: inout LoweredFunction.Item
  ) throws(BytecodeError) {
    let offset = Int(item.source)
    let count = Int(instruction[1])
    let first = offset + instruction.length
    guard count > 0, count <= (body.bytes.count - first) / 4 else {
      throw error(.invalidBranchTable, at: offset)
    }
    item.step = .br_table32
    item.words.0 = UInt64(StateLayout.x(Int(instruction[0]))) | UInt64(count) << 32
    item.words.1 = UInt64(result.tableEntries.count)
    for position in stride(from: first, to: first + 4 * count, by: 4) {
      guard let distance = try? Decoder.branchTableEntry(body.bytes, at: position) else {
        throw error(.invalidBranchTable, at: offset)
      }
      result.tableEntries.append(Int32(clamping: Int64(position) + Int64(distance)))
    }
    item.flags.insert(.isTerminator)
  }

  private func lowerHostCall(
    _ instruction: Instruction, _ item: inout LoweredFunction.Item
  ) throws(BytecodeError) {
    let number = Int(instruction[0])
    let signatures = image.hostSignatures
    item.flags.insert(.clobbersAccumulator)
    if number == 255 {
      item.step = .call_indirect_host_escape
      let table = signatures.baseAddress.map { UInt64(UInt(bitPattern: $0)) } ?? 0
      item.words = (table, UInt64(signatures.count), 0)
    } else {
      guard number < signatures.count else {
        throw error(.unknownSignature(number), at: Int(item.source))
      }
      item.step = .call_indirect_host
      item.words.0 = UInt64(signatures[number])
    }
  }

  private mutating func lowerFrame(
    _ instruction: Instruction, _ item: inout LoweredFunction.Item
  ) throws(BytecodeError) {
    item.flags.insert(.clobbersAccumulator)
    let amount = UInt64(truncatingIfNeeded: instruction[0])
    let set = UInt64(truncatingIfNeeded: instruction[1])
    let count = set.nonzeroBitCount
    guard UInt64(8 * count) <= amount || count == 0 else {
      throw error(.invalidFrame, at: Int(item.source))
    }
    // x16 and those that follow it without a gap, as compiled code has it.
    let isPrefix = set & (set + 1) == 0 && count <= 12
    switch instruction.opcode {
    case .push_frame, .push_frame_save:
      item.step =
        isPrefix ? .push_frame_save_0.advanced(by: count) : .push_frame_save_any
      item.words.0 = amount + 16 | set << 32
      hasPushed = true
      hasFrame = true
    case .pop_frame, .pop_frame_restore:
      item.step =
        isPrefix ? .pop_frame_restore_0.advanced(by: count) : .pop_frame_restore_any
      item.words.0 = amount | set << 32
      // x28 and x29 are bits 12 and 13.
      if set & 0x3000 != 0 { item.flags.insert(.writesMemoryRegisters) }
      hasFrame = false
    case .stack_alloc32:
      item.step = .stack_alloc32
      item.words.0 = amount
    case .stack_free32:
      item.step = .stack_free32
      item.words.0 = amount
    default:
      makeTrap(.unsupported, &item)
    }
  }

  // MARK: Targets

  private mutating func markTargets() throws(BytecodeError) {
    for index in result.items.indices {
      let item = result.items[index]
      if item.target != -1 { try markTarget(item.target, from: item.source) }
      guard item.step == .br_table32 else { continue }
      let first = Int(item.words.1)
      for entry in first..<first + Int(item.words.0 >> 32) {
        try markTarget(result.tableEntries[entry], from: item.source)
      }
    }
    for handler in body.handlers {
      try markTarget(Int32(clamping: handler.target), from: handler.call)
    }
  }

  private mutating func markTarget(
    _ target: Int32, from source: UInt32
  ) throws(BytecodeError) {
    guard target >= 0, Int(target) < result.itemAtOffset.count,
      result.itemAtOffset[Int(target)] >= 0
    else { throw error(.invalidTarget(Int(target)), at: Int(source)) }
    result.items[Int(result.itemAtOffset[Int(target)])].flags.insert(.isTarget)
  }

  private func error(_ reason: BytecodeError.Reason, at offset: Int) -> BytecodeError {
    BytecodeError(reason, function: function, offset: offset)
  }
}
