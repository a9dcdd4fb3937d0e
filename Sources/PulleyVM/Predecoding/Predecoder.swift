import PulleyISA

/// Turns a function's bytecode into a `PredecodedFunction` and validates it: later steps rely on valid
/// instructions and targets.
struct Predecoder {
  private let function: Int
  let body: FunctionBody
  let image: ImageFacts

  var result = PredecodedFunction()
  /// Nil in images without windows.
  var places: WindowPlaces?
  /// The table of `places`.
  var placeTable: UnsafePointer<Int32>?
  /// Whether operands can name stack slots.
  var namesSlots = false
  var part = WindowPlaces.Part.entry
  /// The entry's moves that need no cell, by offset, and where the entry ends.
  var united: [Int] = []
  /// How many of the next instructions store a result that is in its place already.
  var storedCount = 0
  private var nextCall = 0
  private var nextForeignCall = 0
  private var hasPushed = false
  private var hasFrame = false

  /// The properties of an image that its functions' code depends on.
  struct ImageFacts {
    var functionCount: Int
    /// The address of a function's entry.
    var entryAddress: (_ function: Int) -> UInt64
    var hostSignatures: UnsafeBufferPointer<UInt32>
    var checksCallees = false
    var hasWindows = false
  }

  private init(_ body: FunctionBody, function: Int, image: ImageFacts) {
    self.body = body
    self.function = function
    self.image = image
  }

  static func predecode(
    _ body: FunctionBody, function: Int, image: ImageFacts
  ) throws(BytecodeError) -> PredecodedFunction {
    var predecoder = Predecoder(body, function: function, image: image)
    try predecoder.run()
    return predecoder.result
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
    if image.hasWindows { offset = try beginWindow(bytes) }
    let landingPads = Set(image.hasWindows ? body.handlers.map { Int($0.target) } : [])
    while offset < count {
      let instruction = try decode(bytes, at: offset)
      result.itemAtOffset[offset] = Int32(result.items.count)
      if image.hasWindows {
        if !landingPads.isEmpty && landingPads.contains(offset) {
          try refreshMemoryRegistersIfRead(at: offset)
        }
        try predecodeInWindow(instruction, at: offset, bytes)
      } else {
        guard !instruction.opcode.usesHeap else { throw error(.needsHeap, at: offset) }
        try predecode(instruction, at: offset)
      }
      offset += instruction.length
      if instruction.opcode == .br_table32 { offset += 4 * Int(instruction[1]) }
    }
    guard result.items.last?.flags.contains(.isTerminator) == true else {
      throw error(.missingTerminator, at: Int(result.items.last?.source ?? 0))
    }
    try markTargets()
  }

  func decode(_ bytes: RawSpan, at offset: Int) throws(BytecodeError) -> Instruction {
    do throws(DecodeError) {
      return try Decoder.decode(bytes, at: offset)
    } catch {
      throw self.error(.undecodable(error.reason), at: offset)
    }
  }

  mutating func predecode(_ instruction: Instruction, at offset: Int) throws(BytecodeError) {
    let opcode = instruction.opcode
    let predecoding = PredecodingRule(opcode)
    let info = opcode.info
    var item = PredecodedFunction.Item(handler: predecoding.handler, source: UInt32(offset))
    if hasFrame { item.flags.insert(.hasFrame) }
    if info.traits.contains(.terminator) {
      item.flags.insert(.isTerminator)
      hasFrame = hasPushed
    }
    for slot in 0..<info.fieldCount where info.rawKind(slot) == OperandField.Kind.xWrite.rawValue {
      if RegisterRoles.isMemoryRegister(UInt8(truncatingIfNeeded: instruction[slot])) {
        item.flags.insert(.writesMemoryRegisters)
      }
      if predecoding.handler.info.result == 0 { item.flags.insert(.clobbersAccumulator) }
    }
    if !predecoding.isInTable {
      try predecodeByName(instruction, &item)
    } else if image.checksCallees && (opcode == .call_indirect || opcode == .xjump) {
      try predecodeCheckedCall(instruction, &item)
    } else if predecoding.meetsCondition(instruction) {
      item.handler = predecoding.specialHandler
      try copyOperands(instruction, predecoding.specialCopies, info, &item)
    } else {
      try copyOperands(instruction, predecoding.copies, info, &item)
    }
    if info.traits.contains(.call) { item.flags.formUnion([.clobbersAccumulator, .isCall]) }
    result.items.append(item)
  }

  // MARK: Operands

  /// Copies the fields of an instruction to where the handler expects them.
  private func copyOperands(
    _ instruction: Instruction, _ copies: OperandCopies, _ info: OpcodeInfo,
    _ item: inout PredecodedFunction.Item
  ) throws(BytecodeError) {
    for slot in 0..<info.fieldCount {
      let value = UInt64(bitPattern: instruction[slot])
      let place = copies.place(slot)
      let conversion = copies.conversion(slot)
      switch conversion {
      case .none: break
      case .register: item.put(try registerOffset(instruction, slot, info), at: place)
      case .low16: item.put(value & 0xFFFF, at: place)
      case .low32: item.put(value & 0xFFFF_FFFF, at: place)
      case .word64: item.put(value, at: place)
      case .word128, .byteIndices:
        let mask: UInt64 = conversion == .byteIndices ? 0x1F1F_1F1F_1F1F_1F1F : .max
        item.put(value & mask, at: place)
        item.put(UInt64(bitPattern: instruction[slot + 1]) & mask, at: place + 8)
      case .target:
        setTarget(instruction[slot], &item)
        item.flags.insert(.isConditional)
      case .lane8, .lane16, .lane32, .lane64:
        // No carry: the place of a register is a multiple of its size.
        item.put(lane(value, conversion.laneBits) * UInt64(conversion.laneBits / 8), at: place)
      case .laneMask8, .laneMask16, .laneMask32, .laneMask64:
        let bits = conversion.laneBits
        let first = Int(lane(value, bits)) * bits
        let mask = (UInt64.max >> UInt64(64 - bits)) << UInt64(first % 64)
        item.put(mask, at: place + first / 64 * 8)
      }
    }
  }

  private func registerOffset(
    _ instruction: Instruction, _ slot: Int, _ info: OpcodeInfo
  ) throws(BytecodeError) -> UInt64 {
    let number = Int(truncatingIfNeeded: instruction[slot])
    if placeTable != nil { return try placeInWindow(number, info.rawKind(slot)) }
    // 1 and 2 are the kinds of x registers, 3 and 4 of f, 5 and 6 of v; see `OperandField.Kind`.
    switch info.rawKind(slot) {
    case 1, 2: return UInt64(StateLayout.x(number))
    case 3, 4: return UInt64(StateLayout.f(number))
    default: return UInt64(StateLayout.v(number))
    }
  }

  /// The operand for an x register that is read, or, with `isWritten`, written.
  func xOffset(_ number: Int64, isWritten: Bool = false) throws(BytecodeError) -> UInt64 {
    let number = Int(truncatingIfNeeded: number)
    guard placeTable != nil else { return UInt64(StateLayout.x(number)) }
    let kind: OperandField.Kind = isWritten ? .xWrite : .xRead
    return try placeInWindow(number, kind.rawValue)
  }

  /// The number of a lane of so many bits, reduced to those that a vector has.
  private func lane(_ value: UInt64, _ bits: Int) -> UInt64 { value & UInt64(128 / bits - 1) }

  func setTarget(_ distance: Int64, _ item: inout PredecodedFunction.Item) {
    // `markTargets` checks that an instruction begins there. No valid target is clamped.
    let target = Int64(item.source) + distance
    item.target = Int32(clamping: max(target, -2))
    if item.target == -1 { item.target = -2 }
  }

  // MARK: Instructions with special operands

  private mutating func predecodeByName(
    _ instruction: Instruction, _ item: inout PredecodedFunction.Item
  ) throws(BytecodeError) {
    switch instruction.opcode {
    case .nop: item.flags.insert(.isNothing)
    case .ret: item.handler = .ret
    case .xone:
      item.handler = .xconst
      item.put(try xOffset(instruction[0], isWritten: true), at: CellPlace.xconst.result)
      item.put(1, at: CellPlace.xconst.value)
      item.flags.remove(.clobbersAccumulator)
    case .trap: makeTrap(.unreachable, &item)
    case .call, .call1, .call2, .call3, .call4: try predecodeCall(instruction, &item)
    case .jump:
      item.handler = .jump
      if let callee = try namedFunction(item.source) {
        item.handler = .jump_function
        item.put(image.entryAddress(callee), at: CellPlace.jump_function.entry)
      } else {
        setTarget(instruction[0], &item)
      }
    case .xpcadd:
      item.handler = .xconst64
      item.put(try xOffset(instruction[0], isWritten: true), at: CellPlace.xconst64.result)
      if let function = try namedFunction(item.source) {
        item.put(image.entryAddress(function), at: CellPlace.xconst64.value)
      } else {
        // An instruction of the function itself. Its address is known when the code is laid out.
        setTarget(instruction[1], &item)
      }
      item.flags.remove(.clobbersAccumulator)
    case .br_table32: try predecodeBranchTable(instruction, &item)
    case .call_indirect_host: try predecodeHostCall(instruction, &item)
    case .push_frame, .pop_frame, .push_frame_save, .pop_frame_restore, .stack_alloc32,
      .stack_free32:
      try predecodeFrame(instruction, &item)
    default: makeTrap(.unsupported, &item)
    }
  }

  func makeTrap(_ kind: TrapKind, _ item: inout PredecodedFunction.Item) {
    item.handler = .trap
    item.words = (0, 0, 0)
    item.put(UInt64(kind.rawValue), at: CellPlace.trap.kind)
    item.flags.insert(.isTerminator)
    item.flags.remove(.writesMemoryRegisters)
  }

  /// The function that the instruction at `offset` names, if it names one.
  mutating func namedFunction(_ offset: UInt32) throws(BytecodeError) -> Int? {
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

  private mutating func predecodeCall(
    _ instruction: Instruction, _ item: inout PredecodedFunction.Item
  ) throws(BytecodeError) {
    guard let callee = try namedFunction(item.source) else {
      throw error(.unresolvedFunction, at: Int(item.source))
    }
    let arguments = instruction.opcode.info.fieldCount - 1
    item.handler = HandlerFamily.calls_unbound[arguments]
    item.put(image.entryAddress(callee), at: CellPlace.calls.entry)
    for slot in 0..<arguments {
      item.put(try xOffset(instruction[slot]), at: CellPlace.calls.c0_ + 2 * slot)
    }
  }

  /// A call or jump to an address that may be that of a host function.
  private mutating func predecodeCheckedCall(
    _ instruction: Instruction, _ item: inout PredecodedFunction.Item
  ) throws(BytecodeError) {
    item.handler = instruction.opcode == .xjump ? .xjump_checked : .call_indirect_checked
    item.put(try xOffset(instruction[0]), at: CellPlace.call_indirect_checked.address)
    item.flags.insert(.clobbersAccumulator)
    let calls = body.foreignCalls
    while nextForeignCall < calls.count, calls[nextForeignCall].instruction < item.source {
      nextForeignCall += 1
    }
    guard nextForeignCall < calls.count, calls[nextForeignCall].instruction == item.source else {
      return
    }
    item.put(
      UInt64(UInt(bitPattern: calls[nextForeignCall].function)),
      at: CellPlace.call_indirect_checked.function)
  }

  private mutating func predecodeBranchTable(
    _ instruction: Instruction, _ item: inout PredecodedFunction.Item
  ) throws(BytecodeError) {
    let offset = Int(item.source)
    let count = Int(instruction[1])
    let first = offset + instruction.length
    guard count > 0, count <= (body.bytes.count - first) / 4 else {
      throw error(.invalidBranchTable, at: offset)
    }
    item.handler = .br_table32
    item.put(try xOffset(instruction[0]), at: CellPlace.br_table32.x)
    item.put(UInt64(count), at: CellPlace.br_table32.count)
    item.firstTableEntry = result.tableEntries.count
    for position in stride(from: first, to: first + 4 * count, by: 4) {
      guard let distance = try? Decoder.branchTableEntry(body.bytes, at: position) else {
        throw error(.invalidBranchTable, at: offset)
      }
      result.tableEntries.append(Int32(clamping: Int64(position) + Int64(distance)))
    }
    item.flags.insert(.isTerminator)
  }

  private func predecodeHostCall(
    _ instruction: Instruction, _ item: inout PredecodedFunction.Item
  ) throws(BytecodeError) {
    let number = Int(instruction[0])
    let signatures = image.hostSignatures
    item.flags.insert(.clobbersAccumulator)
    if number == 255 {
      item.handler = .call_indirect_host_escape
      let table = signatures.baseAddress.map { UInt64(UInt(bitPattern: $0)) } ?? 0
      item.put(table, at: CellPlace.call_indirect_host_escape.signatures)
      item.put(UInt64(signatures.count), at: CellPlace.call_indirect_host_escape.count)
    } else {
      guard number < signatures.count else {
        throw error(.unknownSignature(number), at: Int(item.source))
      }
      item.handler = .call_indirect_host
      item.put(UInt64(signatures[number]), at: CellPlace.call_indirect_host.signature)
    }
  }

  private mutating func predecodeFrame(
    _ instruction: Instruction, _ item: inout PredecodedFunction.Item
  ) throws(BytecodeError) {
    item.flags.insert(.clobbersAccumulator)
    let amount = UInt64(truncatingIfNeeded: instruction[0])
    let set = UInt64(truncatingIfNeeded: instruction[1])
    let count = set.nonzeroBitCount
    guard UInt64(8 * count) <= amount || count == 0 else {
      throw error(.invalidFrame, at: Int(item.source))
    }
    // x16 and the registers after it without a gap: what compiled code saves.
    let isPrefix = set & (set + 1) == 0 && count < HandlerFamily.push_frame_save.count
    switch instruction.opcode {
    case .push_frame, .push_frame_save:
      item.handler =
        isPrefix ? HandlerFamily.push_frame_save[count] : .push_frame_save_any
      item.put(amount + UInt64(CallABI.frameHeaderBytes), at: CellPlace.push_frame_save.size)
      item.put(set, at: CellPlace.push_frame_save.saved)
      hasPushed = true
      hasFrame = true
    case .pop_frame, .pop_frame_restore:
      item.handler =
        isPrefix ? HandlerFamily.pop_frame_restore[count] : .pop_frame_restore_any
      item.put(amount, at: CellPlace.pop_frame_restore.amount)
      item.put(set, at: CellPlace.pop_frame_restore.saved)
      if set & UInt64(RegisterRoles.memoryRegisters.rawValue) != 0 {
        item.flags.insert(.writesMemoryRegisters)
      }
      hasFrame = false
    case .stack_alloc32:
      item.handler = .stack_alloc32
      item.put(amount, at: CellPlace.stack_alloc32.size)
    case .stack_free32:
      item.handler = .stack_free32
      item.put(amount, at: CellPlace.stack_free32.size)
    default:
      makeTrap(.unsupported, &item)
    }
  }

  // MARK: Targets

  private mutating func markTargets() throws(BytecodeError) {
    for index in result.items.indices {
      let item = result.items[index]
      if item.target != -1 { try markTarget(item.target, from: item.source) }
      guard item.handler == .br_table32 else { continue }
      for entry in item.tableEntries {
        try markTarget(result.tableEntries[entry], from: item.source)
      }
    }
    for handler in body.handlers {
      try markTarget(Int32(clamping: handler.target), from: handler.call)
      result.landingPads.append(Int32(clamping: handler.target))
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

  func error(_ reason: BytecodeError.Reason, at offset: Int) -> BytecodeError {
    BytecodeError(reason, function: function, offset: offset)
  }
}
