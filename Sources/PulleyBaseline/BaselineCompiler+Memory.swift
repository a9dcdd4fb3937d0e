import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// Linear memory 0 with addresses of 32 bits, locals and globals.
extension BaselineCompiler {
  /// The largest offset that fits in the access instruction.
  private static let smallOffset: UInt64 = 0xFFFF

  /// The register of an address and an offset that fits the instruction.
  private mutating func address(_ operand: Entry, _ op: Operator) throws(Refusal) -> (UInt8, Int64)
  {
    guard op.index == 0, module.memories[0].addressType.valueType.irType == .i32,
      !module.memories[0].isShared
    else { throw Refusal() }
    if op.bits <= Self.smallOffset, operand.kind != .constant {
      return (read(operand), Int64(op.bits))
    }
    if operand.kind == .constant {
      let address = UInt64(UInt32(truncatingIfNeeded: operand.bits)) + op.bits
      if address <= UInt64(UInt32.max) {
        let base = Entry(
          kind: .constant, type: .i32,
          bits: Int64(Int32(truncatingIfNeeded: address & ~Self.smallOffset)), place: operand.place)
        return (read(base), Int64(address & Self.smallOffset))
      }
    }
    guard op.bits <= UInt64(UInt32.max) else { throw Refusal() }
    // An address of more than 32 bits is out of bounds, whatever the size of the memory.
    let large = Entry(
      kind: .constant, type: .i32,
      bits: Int64(Int32(truncatingIfNeeded: op.bits & ~Self.smallOffset)), place: operand.place)
    let constant = read(large)
    let index = read(operand)
    note(offset)
    output.traps.append(TrapEntry(offset: UInt32(encoder.offset), code: .heapOutOfBounds))
    encoder.xadd32_uoverflow_trap(XReg(constant), XReg(constant), XReg(index))
    return (constant, Int64(op.bits & Self.smallOffset))
  }

  mutating func translateLoad(
    _ row: UnsafePointer<BaselineRow>, _ op: Operator
  ) throws(Refusal) {
    let operand = pop()
    let target = target(row.pointee.result)
    let (address, immediate) = try address(operand, op)
    let needsExtension = row.pointee.extension64 != .nop
    let loaded = needsExtension ? WindowRecord.passedX - 1 : target.number
    note(offset)
    var values = InlineArray<8, Int64>(repeating: 0)
    (values[0], values[1]) = (Int64(loaded), Int64(RegisterRoles.memoryBase))
    (values[2], values[3]) = (Int64(RegisterRoles.memoryBound), Int64(address))
    values[4] = immediate
    encoder.encode(row.pointee.opcode, values)
    if needsExtension { emit(row.pointee.extension64, target.number, loaded) }
    complete(target)
  }

  mutating func translateStore(
    _ row: UnsafePointer<BaselineRow>, _ op: Operator
  ) throws(Refusal) {
    let value = pop()
    let operand = pop()
    let (address, immediate) = try address(operand, op)
    let source = read(value)
    note(offset)
    var values = InlineArray<8, Int64>(repeating: 0)
    (values[0], values[1]) = (Int64(RegisterRoles.memoryBase), Int64(RegisterRoles.memoryBound))
    (values[2], values[3]) = (Int64(address), immediate)
    values[4] = Int64(source)
    encoder.encode(row.pointee.opcode, values)
  }

  // MARK: Locals and globals

  mutating func translateVariable(_ rule: VariableRule, _ index: Int) throws(Refusal) {
    switch rule {
    case .getLocal: push(local: index)
    case .setLocal: assign(index, pop())
    case .teeLocal:
      assign(index, pop())
      push(local: index)
    case .getGlobal: try translateGlobalGet(index)
    case .setGlobal: try translateGlobalSet(index)
    }
  }

  private mutating func assign(_ index: Int, _ entry: Entry) {
    if entry.kind == .local && entry.bits == Int64(index) { return }
    settleReferences(to: index)
    move(entry, to: locals[index].place)
  }

  /// A register with an address, and the offset of a global from it.
  private mutating func cell(ofGlobal index: Int) throws(Refusal) -> (XReg, Int32) {
    let base = loadContext()
    if index >= module.importedGlobalCount {
      return (base, try offset(layout.definedGlobal(index)))
    }
    encoder.xload64le_o32(base, base, try offset(layout.importedGlobal(index)))
    return (base, 0)
  }

  private mutating func translateGlobalGet(_ index: Int) throws(Refusal) {
    let type = module.globals[index].value.irType
    guard !type.isVector else { throw Refusal() }
    let target = target(type)
    let (base, offset) = try cell(ofGlobal: index)
    switch type {
    case .i32: encoder.xload32le_o32(XReg(target.number), base, offset)
    case .f32: encoder.fload32le_o32(FReg(target.number), base, offset)
    case .f64: encoder.fload64le_o32(FReg(target.number), base, offset)
    default: encoder.xload64le_o32(XReg(target.number), base, offset)
    }
    complete(target)
  }

  private mutating func translateGlobalSet(_ index: Int) throws(Refusal) {
    let type = module.globals[index].value.irType
    guard !type.isVector else { throw Refusal() }
    let entry = pop()
    let (base, offset) = try cell(ofGlobal: index)
    // x6 has the address.
    constantReads[0] = 1
    let source = read(entry)
    switch type {
    case .i32: encoder.xstore32le_o32(base, offset, XReg(source))
    case .f32: encoder.fstore32le_o32(base, offset, FReg(source))
    case .f64: encoder.fstore64le_o32(base, offset, FReg(source))
    default: encoder.xstore64le_o32(base, offset, XReg(source))
    }
  }

  // MARK: Memories

  mutating func translateMemory(_ rule: MemoryRule, _ op: Operator) throws(Refusal) {
    func isNarrow(_ memory: UInt32) -> Bool {
      let type = module.memories[Int(memory)]
      return type.addressType.valueType.irType == .i32 && !type.isShared
    }
    switch rule {
    case .size:
      guard isNarrow(op.index) else { throw Refusal() }
      let target = target(.i32)
      let base = loadContext()
      encoder.xload64le_o32(base, base, try offset(layout.memory(Int(op.index))))
      encoder.xload64le_o32(base, base, HeapData.boundOffset)
      emit(
        .xshr64_u_u6, target.number, base.number,
        Int64(module.memories[Int(op.index)].pageSizeLog2))
      complete(target)
    case .grow:
      guard isNarrow(op.index) else { throw Refusal() }
      let pages = pop()
      try callBuiltin(.memoryGrow, [constant(Int64(op.index), .i32), pages])
      entries[entries.count - 1].type = .i32
    case .fill:
      let (count, byte) = (pop(), pop())
      try callBuiltin(.memoryFill, [constant(Int64(op.index), .i32), pop(), byte, count])
    case .copy: try translateTransfer(.memoryCopy, op.index, op.secondIndex)
    case .initialize: try translateTransfer(.memoryInit, op.secondIndex, op.index)
    case .dropSegment: try callBuiltin(.dataDrop, [constant(Int64(op.index), .i32)])
    }
  }

  mutating func translateTransfer(
    _ builtin: Builtin, _ destination: UInt32, _ source: UInt32
  ) throws(Refusal) {
    let (count, from) = (pop(), pop())
    try callBuiltin(
      builtin,
      [constant(Int64(destination), .i32), constant(Int64(source), .i32), pop(), from, count])
  }
}
