import PulleyIR
import PulleyISA

/// Loads and stores at addresses.
extension Lowering {
  mutating func lowerLoad(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let access = Access(data)
    let mode: AddressMode = data.flags.contains(.notrap) ? .plain : .nullChecked
    guard let opcode = access.load(mode) else { throw unsupported(data) }
    let loaded = emitWidening(data, access, into: result)
    try emitAccess(
      opcode, mode, value: loaded, isStore: false, address: data.argument0,
      offset: data.immediate, trapCode: data.trapCode)
  }

  /// Loads 8 bytes and doubles the width of each lane. The only form traps at address 0, where no
  /// access that must not trap can be.
  mutating func lowerWideningLoad(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let opcode: Opcode =
      switch data.operation {
      case .sload8x8: .vload8x8_s_z
      case .uload8x8: .vload8x8_u_z
      case .sload16x4: .vload16x4le_s_z
      case .uload16x4: .vload16x4le_u_z
      case .sload32x2: .vload32x2le_s_z
      default: .vload32x2le_u_z
      }
    guard !data.flags.contains(.big) || data.operation == .sload8x8 || data.operation == .uload8x8
    else {
      throw unsupported(data)
    }
    try emitAccess(
      opcode, data.flags.contains(.notrap) ? .plain : .nullChecked, value: result,
      isStore: false, address: data.argument0, offset: data.immediate, trapCode: data.trapCode)
  }

  /// The register for the result of a load, so that `result` gets all bits of its type.
  private mutating func emitWidening(
    _ data: InstructionData, _ access: Access, into result: Reg
  ) -> Reg {
    guard data.type == .i64 && access.bits < 64 else { return result }
    let loaded = makeX()
    emit(access.isSigned ? .sext32 : .zext32, result, loaded)
    return loaded
  }

  mutating func lowerStore(_ data: InstructionData) throws(CodegenError) {
    let access = Access(data)
    let mode: AddressMode = data.flags.contains(.notrap) ? .plain : .nullChecked
    guard let opcode = access.store(mode) else { throw unsupported(data) }
    let value = try use(storedValue(data.argument0, bits: access.bits))
    try emitAccess(
      opcode, mode, value: value, isStore: true, address: data.argument1,
      offset: data.immediate, trapCode: data.trapCode)
  }

  /// A store uses the low bits only, so it can skip operations that only change the others.
  func storedValue(_ value: Value, bits: Int) -> Value {
    var value = value
    for _ in 0..<4 {
      guard case .result(let inst, _) = function.definition(of: value) else { break }
      let data = function.instructions[inst]
      switch data.operation {
      case .uextend, .sextend:
        guard function.type(of: data.argument0).bits >= bits else { return value }
        value = data.argument0
      case .band:
        guard let mask = byteMask(data), mask >= bits else { return value }
        value = constant(data.argument1) == nil ? data.argument1 : data.argument0
      default: return value
      }
    }
    return value
  }

  private mutating func emitAccess(
    _ opcode: Opcode, _ mode: AddressMode, value: Reg, isStore: Bool, address: Value,
    offset: Int64, trapCode: TrapCode
  ) throws(CodegenError) {
    var address = address
    var offset = offset
    if mode == .plain {
      // Folds a chain of additions of constants, as long as the offset fits.
      while let sum = data(defining: origin(address), as: .iadd), sum.type == .i64,
        let added = constant(sum.argument1)
      {
        let (total, overflow) = offset.addingReportingOverflow(added)
        guard !overflow, fitsS32(total) else { break }
        offset = total
        address = sum.argument0
      }
      if let slot = data(defining: address, as: .stack_addr), fitsS32(offset &+ slot.immediate) {
        emitAccess(opcode, value: value, isStore: isStore, base: .sp, offset + slot.immediate)
        code[code.count - 1].flags.insert(.stackSlot)
        code[code.count - 1].registers[3] = Reg(bits: slot.entity)
        return
      }
    }
    let base = try use(address)
    if fitsS32(offset) {
      emitAccess(opcode, value: value, isStore: isStore, base: base, offset)
      if mode == .nullChecked {
        code[code.count - 1].trapCode =
          trapCode == .none ? TrapCode.heapOutOfBounds.rawValue : trapCode.rawValue
      }
    } else {
      let sum = makeX()
      emitAccess(opcode, value: value, isStore: isStore, base: sum, 0)
      if mode == .nullChecked {
        code[code.count - 1].trapCode =
          trapCode == .none ? TrapCode.heapOutOfBounds.rawValue : trapCode.rawValue
      }
      emit(.xadd64, sum, base, constantRegister(.integer, offset))
    }
  }

  private mutating func emitAccess(
    _ opcode: Opcode, value: Reg, isStore: Bool, base: Reg, _ offset: Int64
  ) {
    emit(opcode, isStore ? base : value, isStore ? value : base, immediate: offset)
  }

  mutating func lowerStackAddress(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard data.stackSlot.index < function.stackSlots.count else {
      throw .malformed("there is no \(data.stackSlot)")
    }
    var instruction = MachineInstruction(.stackAddress)
    instruction.registers[0] = result
    instruction.registers[1] = Reg(bits: data.entity)
    instruction.immediate = data.immediate
    instruction.flags = .rematerialisable
    code.append(instruction)
  }

  mutating func lowerFunctionAddress(_ data: InstructionData, into result: Reg) {
    let external = function.externals[data.function]
    guard external.isColocated else {
      return emitSymbolAddress(
        SymbolReference(
          name: external.name, addend: 0, isNear: false, isNarrow: data.type == .i32),
        into: result)
    }
    var instruction = MachineInstruction(.functionAddress)
    instruction.registers[0] = result
    instruction.registers[1] = Reg(bits: data.entity)
    instruction.flags = .rematerialisable
    code.append(instruction)
  }
}

/// Accesses to heaps.
extension Lowering {
  mutating func lowerHeapLoad(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let access = Access(data)
    let loaded = emitWidening(data, access, into: result)
    try emitHeapAccess(data, access, index: data.argument0, value: loaded, isStore: false)
  }

  mutating func lowerHeapStore(_ data: InstructionData) throws(CodegenError) {
    let access = Access(data)
    let value = try use(storedValue(data.argument0, bits: access.bits))
    try emitHeapAccess(data, access, index: data.argument1, value: value, isStore: true)
  }

  private mutating func emitHeapAccess(
    _ data: InstructionData, _ access: Access, index: Value, value: Reg, isStore: Bool
  ) throws(CodegenError) {
    guard data.heap.index < function.heaps.count else {
      throw .malformed("there is no \(data.heap)")
    }
    guard !access.isBig, let bounded = isStore ? access.store(.bounded) : access.load(.bounded),
      let plain = isStore ? access.store(.plain) : access.load(.plain)
    else { throw unsupported(data) }
    let registers = try heapRegisters(data.heap)
    let is32 = function.type(of: index) == .i32
    if is32, let (register, offset) = try shortIndex(index, data.immediate) {
      if isStore {
        emit(bounded, registers.base, registers.bound, register, value, immediate: offset)
      } else {
        emit(bounded, value, registers.base, registers.bound, register, immediate: offset)
      }
      return
    }
    // An explicit bounds check. No sum wraps around: with a 32-bit index, the end of the access is
    // little more than 2^33; with a 64-bit index, the sum is only formed after the check.
    let offset = UInt64(bitPattern: is32 ? zeroExtended(data.immediate, .i32) : data.immediate)
    let size = UInt64(access.bits / 8)
    let address = makeX()
    let index = try extended(index, signed: false, to: 64)
    if offset <= 0x7FFF_FFFF {
      emitAccess(plain, value: value, isStore: isStore, base: address, Int64(offset))
    } else {
      let shifted = makeX()
      emitAccess(plain, value: value, isStore: isStore, base: shifted, 0)
      emitAdd(offset, to: address, into: shifted)
    }
    emit(.xadd64, address, registers.base, index.register)
    if is32 {
      let end = makeX()
      emitTrapBranch(.br_if_xult64, registers.bound, end, code: .heapOutOfBounds)
      emitAdd(offset + size, to: index.register, into: end)
    } else {
      let (extent, overflow) = offset.addingReportingOverflow(size)
      if overflow {
        emitTrapBranch(.br_if_xeq64, index.register, index.register, code: .heapOutOfBounds)
      } else {
        let limit = makeX()
        emitTrapBranch(.br_if_xult64, limit, index.register, code: .heapOutOfBounds)
        emitSubtract(extent, from: registers.bound, into: limit)
        if extent > function.heaps[data.heap].minimumSize {
          let distance = constantRegister(.integer, Int64(bitPattern: extent))
          emitTrapBranch(.br_if_xult64, registers.bound, distance, code: .heapOutOfBounds)
        }
      }
    }
    complete(index)
  }

  /// A register and a 16-bit offset for a 32-bit index and an offset, if the offset can be split so.
  mutating func shortIndex(
    _ index: Value, _ offset: Int64
  ) throws(CodegenError) -> (register: Reg, offset: Int64)? {
    if let bits = constant(index) {
      // So nearby constant addresses share a register.
      let address = zeroExtended(bits, .i32) + offset
      if fitsU32(address) && fitsU32(offset) {
        return (constantRegister(.integer, signExtended(address & ~0xFFFF, .i32)), address & 0xFFFF)
      }
    }
    return offset >= 0 && offset <= 0xFFFF ? (try use(index), offset) : nil
  }

  private mutating func emitAdd(_ amount: UInt64, to register: Reg, into result: Reg) {
    if amount <= 0xFF {
      emit(.xadd64_u8, result, register, immediate: Int64(amount))
    } else if amount <= 0xFFFF_FFFF {
      emit(.xadd64_u32, result, register, immediate: Int64(amount))
    } else {
      emit(
        .xadd64, result, register, constantRegister(.integer, Int64(bitPattern: amount)))
    }
  }

  private mutating func emitSubtract(_ amount: UInt64, from register: Reg, into result: Reg) {
    if amount <= 0xFF {
      emit(.xsub64_u8, result, register, immediate: Int64(amount))
    } else if amount <= 0xFFFF_FFFF {
      emit(.xsub64_u32, result, register, immediate: Int64(amount))
    } else {
      emit(
        .xsub64, result, register, constantRegister(.integer, Int64(bitPattern: amount)))
    }
  }

  /// The registers of the base and the bound of a heap. Memory 0 has fixed registers in a wasm function.
  /// Other heaps get registers for the accesses between two calls in a block, which are loaded before
  /// the first access.
  mutating func heapRegisters(
    _ heap: Heap
  ) throws(CodegenError) -> (base: Reg, bound: Reg) {
    guard !context.isNone else {
      throw .malformed("a heap is accessed, but there is no vmctx parameter")
    }
    if heap == memory.heap && memory.hasAccesses {
      memoryIsNeeded = true
      return (.memoryBase, .memoryBound)
    }
    for load in heapLoads where load.heap == heap { return (load.base, load.bound) }
    let load = HeapLoad(heap: heap, base: makeX(), bound: makeX())
    heapLoads.append(load)
    return (load.base, load.bound)
  }

  /// Loads the bases and bounds that the accesses below use. Instructions above may change them.
  mutating func flushHeapLoads() throws(CodegenError) {
    guard !heapLoads.isEmpty else { return }
    let context = try use(context)
    for load in heapLoads {
      let record = makeX()
      emit(.xload64le_o32, load.bound, record, immediate: Int64(HeapData.boundOffset))
      emit(.xload64le_o32, load.base, record)
      emit(
        .xload64le_o32, record, context,
        immediate: Int64(function.heaps[load.heap].recordOffset))
    }
    heapLoads.removeAll(keepingCapacity: true)
  }

  /// Loads x28 and x29 if an access below needs them before the next call. Calls of windowed functions
  /// leave them correct.
  mutating func flushMemoryNeed(ofCall isCall: Bool = true) throws(CodegenError) {
    guard memoryIsNeeded else { return }
    memoryIsNeeded = false
    if isCall && isWindowed { return }
    var instruction = MachineInstruction(.reloadMemory)
    instruction.registers[0] = try use(context)
    instruction.immediate = Int64(function.heaps[memory.heap].recordOffset)
    code.append(instruction)
  }
}
