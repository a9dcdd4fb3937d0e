import PulleyIR
import PulleyISA

/// Atomic operations. Those on heaps become two instructions: one checks the index and computes the
/// address, the other accesses memory.
extension Lowering {
  mutating func lowerAtomic(_ inst: Inst, _ data: InstructionData) throws(CodegenError) {
    // Changes by other threads are visible from here on: see `MemoryUses`.
    if function.heaps.elements.contains(where: \.isShared) { try flushHeapLoads() }
    if memory.isShared { try flushMemoryNeed(ofCall: false) }
    if data.operation == .fence { return emit(.atomic_fence) }
    guard data.type.isInteger, data.type.bits <= 64 else { throw unsupported(data) }
    guard !data.flags.contains(.big) || data.type == .i8 else {
      throw .unsupportedFeature("a big-endian \(data.operation.mnemonic) is")
    }
    let isHeap = data.operation.isHeapAccess
    let isStore = data.operation == .atomic_store || data.operation == .heap_atomic_store
    let place = isStore ? data.argument1 : data.argument0
    let address = isHeap ? makeX() : try use(place)
    let opcode = AtomicOpcodes(data)
    switch data.operation {
    case .atomic_load, .heap_atomic_load:
      emit(opcode.load, try destination(inst), address)
    case .atomic_store, .heap_atomic_store:
      emit(opcode.store, address, try use(storedValue(data.argument0, bits: data.type.bits)))
    case .atomic_rmw, .heap_atomic_rmw:
      let value = try use(storedValue(data.argument1, bits: data.type.bits))
      guard let operation = opcode.readModifyWrite else { throw unsupported(data) }
      emit(operation, try destination(inst), address, value)
    default:
      let expected = try use(storedValue(data.argument1, bits: data.type.bits))
      let value = try use(storedValue(data.argument2, bits: data.type.bits))
      emit(opcode.compareAndSwap, try destination(inst), address, expected, value)
    }
    if isHeap {
      try emitAddress(of: data, opcode, index: place, into: address)
    } else if !data.flags.contains(.notrap) {
      let code = data.accessTrap
      emitTrapBranch(
        .br_if_xeq64_i8, address, immediate: 0, code: code == .none ? .heapOutOfBounds : code)
    }
  }

  private mutating func emitAddress(
    of data: InstructionData, _ opcode: AtomicOpcodes, index: Value, into address: Reg
  ) throws(CodegenError) {
    guard data.heap.index < function.heaps.count else {
      throw .malformed("there is no \(data.heap)")
    }
    let registers = try heapRegisters(data.heap)
    let is32 = function.type(of: index) == .i32
    if is32, let (register, offset) = try shortIndex(index, data.immediate) {
      emit(
        opcode.checkShort, address, registers.base, registers.bound, register, immediate: offset)
      return
    }
    let offset = is32 ? zeroExtended(data.immediate, .i32) : data.immediate
    let index = try extended(index, signed: false, to: 64)
    emit(
      opcode.checkWide, address, registers.base, registers.bound, index.register,
      immediate: offset)
    complete(index)
  }
}

/// The instructions for atomic accesses of one width.
private struct AtomicOpcodes {
  let load: Opcode
  let store: Opcode
  /// Nil if there is no instruction for the operation.
  let readModifyWrite: Opcode?
  let compareAndSwap: Opcode
  /// Check an index of 32 bits with a short offset, or an index of 64 bits with any offset.
  let checkShort: Opcode
  let checkWide: Opcode

  init(_ data: InstructionData) {
    // Opcodes of one kind are in the order of their widths.
    let width = UInt16(data.type.bits.trailingZeroBitCount - 3)
    func sized(_ first: Opcode) -> Opcode {
      Opcode(rawValue: first.rawValue + width) ?? first
    }
    load = sized(.xatomic_load8)
    store = sized(.xatomic_store8)
    compareAndSwap = sized(.xatomic_cas8)
    checkShort = sized(.xaddr8_g32)
    checkWide = sized(.xaddr8_g64)
    let operation: Opcode? =
      switch data.atomicOperation {
      case .add: .xatomic_add8
      case .sub: .xatomic_sub8
      case .and: .xatomic_and8
      case .or: .xatomic_or8
      case .xor: .xatomic_xor8
      case .xchg: .xatomic_xchg8
      case .nand, .umin, .umax, .smin, .smax: nil
      }
    readModifyWrite = operation.map(sized)
  }
}
