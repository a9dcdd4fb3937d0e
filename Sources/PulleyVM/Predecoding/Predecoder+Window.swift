import PulleyISA

/// Functions with the convention `window`; see `WindowRecord`.
extension Predecoder {
  // MARK: The start of a function

  /// Reads the record and the size of the frame, and gives all registers their places. Returns the offset
  /// of the first instruction that becomes a cell.
  mutating func beginWindow(_ bytes: RawSpan) throws(BytecodeError) -> Int {
    let first = try decode(bytes, at: 0)
    guard first.opcode == .xconst64, first[0] == Int64(RegisterRoles.scratch),
      let record = WindowRecord(bits: UInt64(bitPattern: first[1]))
    else { throw error(.invalidFrame, at: 0) }
    result.window = record
    result.itemAtOffset[0] = 0
    var offset = first.length
    var size = 0
    if offset < bytes.byteCount, case let second = try decode(bytes, at: offset),
      second.opcode == .stack_alloc32
    {
      size = Int(truncatingIfNeeded: second[0])
      offset += second.length
    }
    guard size <= WindowPlaces.largestBody, size >= 16 * Int(record.outgoing) else {
      throw error(.invalidFrame, at: 0)
    }
    let places = WindowPlaces(record, body: size)
    part = record.isLeaf ? .body : .entry
    if !record.isLeaf { try uniteParameters(bytes, from: offset, places) }
    places.complete()
    self.places = places
    result.outgoing = UInt32(clamping: places.callee)
    placeTable = UnsafePointer(places.table)
    namesSlots = places.shift == 0
    if places.shift > 0 {
      var item = PredecodedFunction.Item(handler: .wenter_large, source: 0)
      item.put(UInt64(places.shift), at: CellPlace.wenter_large.size)
      item.put(UInt64(places.extent), at: CellPlace.wenter_large.extent)
      append(item)
    }
    if record.readsMemoryRegisters { try refreshMemoryRegisters(at: 0) }
    if let facts = body.provisional, places.shift == 0 {
      result.localPlaces = facts.locals.map { local in
        switch local {
        case .register(let registerClass, let number): places[registerClass, Int(number)]
        case .stack(let offset): Int32(truncatingIfNeeded: places.stack(Int(offset)))
        }
      }
    }
    return offset
  }

  private mutating func uniteParameters(
    _ bytes: RawSpan, from start: Int, _ places: WindowPlaces
  ) throws(BytecodeError) {
    var offset = start
    while offset < bytes.byteCount {
      let instruction = try decode(bytes, at: offset)
      let registerClass: RegisterClass
      switch instruction.opcode {
      case .nop: return
      case .xmov: registerClass = .x
      case .fmov: registerClass = .f
      case .vmov: registerClass = .v
      default:
        offset += instruction.length
        continue
      }
      let passed = Int(truncatingIfNeeded: instruction[1])
      let count =
        registerClass == .x ? WindowRecord.passedX : WindowRecord.passedRest
      if passed < Int(count),
        places.unite(registerClass, Int(truncatingIfNeeded: instruction[0]), with: passed)
      {
        united.append(offset)
      }
      offset += instruction.length
    }
  }

  private mutating func append(_ item: PredecodedFunction.Item) {
    var item = item
    item.flags.insert(.hasFrame)
    result.items.append(item)
  }

  private mutating func appendNothing(at offset: Int) {
    var item = PredecodedFunction.Item(handler: .xmov, source: UInt32(offset))
    item.flags = [.isNothing]
    append(item)
  }

  /// After what may have changed the memory.
  mutating func refreshMemoryRegistersIfRead(at offset: Int) throws(BytecodeError) {
    if places?.record.readsMemoryRegisters == true { try refreshMemoryRegisters(at: offset) }
  }

  /// Stores base and bound of memory 0 in the places of x28 and x29.
  private mutating func refreshMemoryRegisters(at offset: Int) throws(BytecodeError) {
    var item = PredecodedFunction.Item(handler: .wmemory, source: UInt32(offset))
    item.put(try xOffset(Int64(RegisterRoles.memoryBase)), at: CellPlace.wmemory.base)
    item.put(try xOffset(Int64(RegisterRoles.memoryBound)), at: CellPlace.wmemory.bound)
    item.flags = [.clobbersAccumulator]
    append(item)
  }

  // MARK: Registers

  /// The place of a register that a field of this kind names.
  func placeInWindow(_ number: Int, _ kind: UInt8) throws(BytecodeError) -> UInt64 {
    let registerClass: RegisterClass = kind <= 2 ? .x : kind <= 4 ? .f : .v
    if WindowPlaces.isPassed(registerClass, number, isWritten: kind & 1 == 1, part) {
      return UInt64(WindowPlaces.passed(registerClass, number))
    }
    guard let placeTable,
      let place = UInt16(exactly: placeTable[WindowPlaces.position(registerClass, number)])
    else { throw error(.invalidFrame, at: Int(result.items.last?.source ?? 0)) }
    return UInt64(place)
  }

  private func isTemporary(_ registerClass: RegisterClass, _ number: Int, isWritten: Bool) -> Bool {
    let first =
      isWritten
      ? registerClass == .x ? WindowRecord.writtenX : WindowRecord.writtenRest
      : registerClass == .x ? WindowRecord.readX : WindowRecord.readRest
    let count = isWritten ? WindowRecord.writtenCount : WindowRecord.readCount
    return number >= Int(first) && number < Int(first + count)
  }

  // MARK: Instructions

  mutating func predecodeInWindow(
    _ instruction: Instruction, at offset: Int, _ bytes: RawSpan
  ) throws(BytecodeError) {
    if united.first == offset {
      united.removeFirst()
      return appendNothing(at: offset)
    }
    switch instruction.opcode {
    case .nop:
      part = part == .entry ? .body : .exit
      appendNothing(at: offset)
    case .xmov where instruction[1] == Int64(RegisterRoles.context):
      try renameResults(of: instruction, at: offset, bytes)
      var item = PredecodedFunction.Item(handler: .wcontext, source: UInt32(offset))
      item.put(try xOffset(instruction[0], isWritten: true), at: CellPlace.wcontext.result)
      append(item)
    case .xload64le_o32 where RegisterRoles.isMemoryRegister(UInt8(instruction[0])):
      try predecodeReload(instruction, at: offset)
    case .xload64le_o32, .fload64le_o32, .vload128le_o32:
      if instruction[1] == Int64(RegisterRoles.stackPointer) {
        try predecodeStackLoad(instruction, at: offset, bytes)
      } else {
        try predecodePlain(instruction, at: offset, bytes)
      }
    case .xstore64le_o32, .fstore64le_o32, .vstore128le_o32:
      if instruction[0] == Int64(RegisterRoles.stackPointer) {
        try predecodeStackStore(instruction, at: offset)
      } else {
        try predecodePlain(instruction, at: offset, bytes)
      }
    case .call, .call1, .call2, .call3, .call4: try predecodeWindowCall(instruction, at: offset)
    case .call_indirect: try predecodeIndirectCall(instruction, at: offset)
    case .call_indirect_host: try predecodeWindowHostCall(instruction, at: offset)
    case .xobject_new, .xarray_new: try predecodeAllocation(instruction, at: offset, bytes)
    case .xjump: try predecodeIndirectTail(instruction, at: offset)
    case .jump: try predecodeJump(instruction, at: offset)
    case .ret: predecodeReturn(at: offset)
    case .push_frame, .pop_frame, .push_frame_save, .pop_frame_restore, .stack_alloc32,
      .stack_free32, .xmov_fp, .xmov_lr:
      throw error(.invalidFrame, at: offset)
    default: try predecodePlain(instruction, at: offset, bytes)
    }
    if instruction.opcode.info.traits.contains(.terminator) { part = .body }
  }

  private mutating func predecodePlain(
    _ instruction: Instruction, at offset: Int, _ bytes: RawSpan
  ) throws(BytecodeError) {
    try renameResults(of: instruction, at: offset, bytes)
    var instruction = instruction
    try replaceStackPointer(&instruction, at: offset)
    try predecode(instruction, at: offset)
    let last = result.items.count - 1
    guard !result.items[last].flags.contains(.writesMemoryRegisters) else {
      throw error(.invalidFrame, at: offset)
    }
    result.items[last].flags.insert(.hasFrame)
  }

  /// The collector looks at all that the function may have when it allocates.
  private mutating func predecodeAllocation(
    _ instruction: Instruction, at offset: Int, _ bytes: RawSpan
  ) throws(BytecodeError) {
    try predecodePlain(instruction, at: offset, bytes)
    let last = result.items.count - 1
    let reach = UInt64(places.map { ($0.reach + 7) & ~7 } ?? 0)
    guard instruction.opcode == .xobject_new else {
      return result.items[last].put(reach, at: CellPlace.xarray_new.top)
    }
    let cell = allocationCell(Int(truncatingIfNeeded: instruction[2]))
    result.items[last].put(UInt64(cell), at: CellPlace.xobject_new.size)
    result.items[last].put(reach, at: CellPlace.xobject_new.top)
  }

  /// Makes the temporaries that an instruction writes mean the places on the stack to which the next
  /// instructions store them.
  private mutating func renameResults(
    of instruction: Instruction, at offset: Int, _ bytes: RawSpan
  ) throws(BytecodeError) {
    let info = instruction.opcode.info
    guard namesSlots else { return }
    var next = offset + instruction.length
    for slot in 0..<info.fieldCount {
      let kind = info.rawKind(slot)
      guard kind & 1 == 1, kind <= OperandField.Kind.vRead.rawValue else { continue }
      let registerClass: RegisterClass = kind <= 2 ? .x : kind <= 4 ? .f : .v
      let number = Int(truncatingIfNeeded: instruction[slot])
      guard isTemporary(registerClass, number, isWritten: true) else { continue }
      guard next < bytes.byteCount else { throw error(.invalidFrame, at: offset) }
      let store = try decode(bytes, at: next)
      let expected: Opcode =
        switch registerClass {
        case .x: .xstore64le_o32
        case .f: .fstore64le_o32
        case .v: .vstore128le_o32
        }
      guard store.opcode == expected, store[0] == Int64(RegisterRoles.stackPointer),
        Int(truncatingIfNeeded: store[2]) == number
      else { throw error(.invalidFrame, at: offset) }
      places.map {
        $0.rename(registerClass, number, to: $0.stack(Int(truncatingIfNeeded: store[1])))
      }
      storedCount += 1
      next += store.length
    }
  }

  /// Puts the address of the stack into x31 if the instruction reads `sp`.
  private mutating func replaceStackPointer(
    _ instruction: inout Instruction, at offset: Int
  ) throws(BytecodeError) {
    let info = instruction.opcode.info
    for slot in 0..<info.fieldCount {
      let kind = info.rawKind(slot)
      guard kind <= 2, kind > 0, instruction[slot] == Int64(RegisterRoles.stackPointer) else {
        continue
      }
      guard kind == OperandField.Kind.xRead.rawValue, let places else {
        throw error(.invalidFrame, at: offset)
      }
      // The offset from `sp` decides which part of the frame the instruction accesses. It becomes part of
      // the address.
      let immediate = slot + 1 < info.fieldCount && info.rawKind(slot + 1) > 6 ? slot + 1 : nil
      let distance = immediate.map { Int(truncatingIfNeeded: instruction[$0]) } ?? 0
      guard distance >= 0, distance <= 1 << 31 else { throw error(.invalidFrame, at: offset) }
      var item = PredecodedFunction.Item(handler: .wframe_address, source: UInt32(offset))
      item.put(
        try xOffset(Int64(RegisterRoles.scratch), isWritten: true),
        at: CellPlace.wframe_address.result)
      let place = Int32(truncatingIfNeeded: places.stack(distance))
      item.put(UInt64(UInt32(bitPattern: place)), at: CellPlace.wframe_address.offset)
      append(item)
      instruction[slot] = Int64(RegisterRoles.scratch)
      if let immediate { instruction[immediate] = 0 }
    }
  }

  // MARK: Stack slots

  private mutating func predecodeStackLoad(
    _ instruction: Instruction, at offset: Int, _ bytes: RawSpan
  ) throws(BytecodeError) {
    guard let places else { return }
    if try predecodeStackCopy(instruction, at: offset, bytes) { return }
    let (registerClass, move, slot) = moves(instruction.opcode)
    let number = Int(truncatingIfNeeded: instruction[0])
    let place = places.stack(Int(truncatingIfNeeded: instruction[2]))
    if isTemporary(registerClass, number, isWritten: false), places.shift == 0 {
      self.places?.rename(registerClass, number, to: place)
      return appendNothing(at: offset)
    }
    let kind: UInt8 = registerClass == .x ? 1 : registerClass == .f ? 3 : 5
    let target = try placeInWindow(number, kind)
    if let source = UInt16(exactly: place) {
      var item = PredecodedFunction.Item(handler: move, source: UInt32(offset))
      item.put(target, at: CellPlace.xmov.result)
      item.put(UInt64(source), at: CellPlace.xmov.x)
      if registerClass != .x { item.flags.insert(.clobbersAccumulator) }
      append(item)
    } else {
      appendSlot(slot.load, target, place, at: offset)
    }
  }

  /// Makes one move of a load of x31 and a store to another place on the stack.
  private mutating func predecodeStackCopy(
    _ instruction: Instruction, at offset: Int, _ bytes: RawSpan
  ) throws(BytecodeError) -> Bool {
    let next = offset + instruction.length
    guard let places, instruction.opcode == .xload64le_o32,
      instruction[0] == Int64(RegisterRoles.scratch), next < bytes.byteCount
    else { return false }
    let store = try decode(bytes, at: next)
    guard store.opcode == .xstore64le_o32, store[0] == Int64(RegisterRoles.stackPointer),
      store[2] == Int64(RegisterRoles.scratch),
      let source = UInt16(exactly: places.stack(Int(truncatingIfNeeded: instruction[2]))),
      let target = UInt16(exactly: places.stack(Int(truncatingIfNeeded: store[1])))
    else { return false }
    var item = PredecodedFunction.Item(handler: .xmov, source: UInt32(offset))
    item.put(UInt64(target), at: CellPlace.xmov.result)
    item.put(UInt64(source), at: CellPlace.xmov.x)
    append(item)
    storedCount += 1
    return true
  }

  private mutating func predecodeStackStore(
    _ instruction: Instruction, at offset: Int
  ) throws(BytecodeError) {
    guard let places else { return }
    if storedCount > 0 {
      storedCount -= 1
      return appendNothing(at: offset)
    }
    let (registerClass, move, slot) = moves(instruction.opcode)
    let place = places.stack(Int(truncatingIfNeeded: instruction[1]))
    let kind: UInt8 = registerClass == .x ? 2 : registerClass == .f ? 4 : 6
    let source = try placeInWindow(Int(truncatingIfNeeded: instruction[2]), kind)
    if let target = UInt16(exactly: place) {
      var item = PredecodedFunction.Item(handler: move, source: UInt32(offset))
      item.put(UInt64(target), at: CellPlace.xmov.result)
      item.put(source, at: CellPlace.xmov.x)
      if registerClass != .x { item.flags.insert(.clobbersAccumulator) }
      append(item)
    } else {
      appendSlot(slot.store, source, place, at: offset)
    }
  }

  private mutating func appendSlot(
    _ handler: HandlerID, _ value: UInt64, _ place: Int, at offset: Int
  ) {
    var item = PredecodedFunction.Item(handler: handler, source: UInt32(offset))
    item.put(value, at: CellPlace.wslot_load64.value)
    item.put(
      UInt64(UInt32(bitPattern: Int32(truncatingIfNeeded: place))),
      at: CellPlace.wslot_load64.offset)
    item.flags = [.clobbersAccumulator]
    append(item)
  }

  /// The class of the register that a stack access moves, and the handlers for the move.
  private func moves(
    _ opcode: Opcode
  ) -> (RegisterClass, move: HandlerID, slot: (load: HandlerID, store: HandlerID)) {
    switch opcode {
    case .fload64le_o32, .fstore64le_o32: (.f, .fmov64, (.wslot_load64, .wslot_store64))
    case .vload128le_o32, .vstore128le_o32: (.v, .vmov, (.wslot_load128, .wslot_store128))
    default: (.x, .xmov, (.wslot_load64, .wslot_store64))
    }
  }

  // MARK: The memory registers

  /// Three loads load x28 and x29 after an atomic access to a shared memory: the first finds the record,
  /// which the machine knows.
  private mutating func predecodeReload(
    _ instruction: Instruction, at offset: Int
  ) throws(BytecodeError) {
    guard instruction[1] != Int64(RegisterRoles.memoryBound) else {
      return appendNothing(at: offset)
    }
    append(PredecodedFunction.Item(handler: .wreload_memory, source: UInt32(offset)))
    try refreshMemoryRegistersIfRead(at: offset)
  }

  // MARK: Calls

  private mutating func predecodeWindowCall(
    _ instruction: Instruction, at offset: Int
  ) throws(BytecodeError) {
    guard let callee = try namedFunction(UInt32(offset)) else {
      throw error(.unresolvedFunction, at: offset)
    }
    let arguments = instruction.opcode.info.fieldCount - 2
    guard arguments >= 0, instruction[0] == Int64(RegisterRoles.context) else {
      throw error(.invalidFrame, at: offset)
    }
    var item = PredecodedFunction.Item(
      handler: HandlerFamily.wcalls[arguments], source: UInt32(offset))
    item.put(try calleeWindow(at: offset), at: CellPlace.wcalls.window)
    item.put(image.entryAddress(callee), at: CellPlace.wcalls.entry)
    for slot in 0..<arguments {
      item.put(try xOffset(instruction[1 + slot]), at: CellPlace.wcalls.c0_ + 2 * slot)
    }
    try finishCall(item, at: offset)
  }

  /// The operand for the callee's window.
  private func calleeWindow(at offset: Int) throws(BytecodeError) -> UInt64 {
    guard let places, !places.record.isLeaf, let window = UInt16(exactly: places.callee) else {
      throw error(.invalidFrame, at: offset)
    }
    return UInt64(window)
  }

  private mutating func finishCall(
    _ item: PredecodedFunction.Item, at offset: Int
  ) throws(BytecodeError) {
    var item = item
    item.flags.formUnion([.clobbersAccumulator, .isCall])
    append(item)
    try refreshMemoryRegistersIfRead(at: offset)
  }

  private mutating func predecodeIndirectCall(
    _ instruction: Instruction, at offset: Int
  ) throws(BytecodeError) {
    var item = PredecodedFunction.Item(handler: .wcall_indirect, source: UInt32(offset))
    item.put(try calleeWindow(at: offset), at: CellPlace.wcall_indirect.window)
    item.put(try xOffset(instruction[0]), at: CellPlace.wcall_indirect.address)
    try finishCall(item, at: offset)
  }

  private mutating func predecodeWindowHostCall(
    _ instruction: Instruction, at offset: Int
  ) throws(BytecodeError) {
    guard let places else { return }
    let number = Int(truncatingIfNeeded: instruction[0])
    let signatures = image.hostSignatures
    // The function may be a leaf: the host function gets what it has received.
    guard let window = UInt16(exactly: places.callee).map(UInt64.init) else {
      throw error(.invalidFrame, at: offset)
    }
    var item = PredecodedFunction.Item(handler: .wcall_host, source: UInt32(offset))
    if number == 255 {
      item.handler = .wcall_host_escape
      typealias Place = CellPlace.wcall_host_escape
      item.put(window, at: Place.window)
      item.put(try xOffset(15), at: Place.index)
      item.put(UInt64(places.top), at: Place.top)
      let table = signatures.baseAddress.map { UInt64(UInt(bitPattern: $0)) } ?? 0
      item.put(table, at: Place.signatures)
      item.put(UInt64(signatures.count), at: Place.count)
    } else {
      guard number < signatures.count else { throw error(.unknownSignature(number), at: offset) }
      typealias Place = CellPlace.wcall_host
      item.put(window, at: Place.window)
      item.put(UInt64(signatures[number]), at: Place.signature)
      item.put(UInt64(places.top), at: Place.top)
    }
    try finishCall(item, at: offset)
  }

  // MARK: Returns and tail calls

  private mutating func predecodeReturn(at offset: Int) {
    leaveLargeFrame(at: offset, extent: places?.extent ?? 0)
    var item = PredecodedFunction.Item(handler: .wret_in_place, source: UInt32(offset))
    item.put(UInt64(StateLayout.x(0)), at: CellPlace.wret_in_place.x)
    item.flags.insert(.isTerminator)
    append(item)
  }

  private mutating func leaveLargeFrame(at offset: Int, extent: Int) {
    guard let places, places.shift > 0 else { return }
    var item = PredecodedFunction.Item(handler: .wleave_large, source: UInt32(offset))
    item.put(UInt64(places.shift), at: CellPlace.wleave_large.size)
    item.put(UInt64(extent), at: CellPlace.wleave_large.extent)
    item.flags = [.clobbersAccumulator]
    append(item)
  }

  /// A jump in the function, or a tail call.
  private mutating func predecodeJump(
    _ instruction: Instruction, at offset: Int
  ) throws(BytecodeError) {
    guard let callee = try namedFunction(UInt32(offset)) else {
      return try predecode(instruction, at: offset)
    }
    guard let places else { return }
    _ = try calleeWindow(at: offset)
    leaveLargeFrame(at: offset, extent: 0)
    var item = PredecodedFunction.Item(handler: .wtail, source: UInt32(offset))
    item.put(UInt64(places.callee + places.shift), at: CellPlace.wtail.window)
    item.put(image.entryAddress(callee), at: CellPlace.wtail.entry)
    item.flags.insert(.isTerminator)
    append(item)
  }

  private mutating func predecodeIndirectTail(
    _ instruction: Instruction, at offset: Int
  ) throws(BytecodeError) {
    guard let places else { return }
    _ = try calleeWindow(at: offset)
    let address = try xOffset(instruction[0])
    leaveLargeFrame(at: offset, extent: 0)
    var item = PredecodedFunction.Item(handler: .wtail_indirect, source: UInt32(offset))
    item.put(UInt64(places.callee + places.shift), at: CellPlace.wtail_indirect.window)
    // The address is in the outgoing area, which does not move.
    item.put(address + UInt64(places.shift), at: CellPlace.wtail_indirect.address)
    item.flags.insert(.isTerminator)
    append(item)
  }
}
