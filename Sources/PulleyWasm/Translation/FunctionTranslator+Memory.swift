import PulleyIR

/// Linear memories.
extension FunctionTranslator {
  /// The largest offset that fits in the access instruction.
  private static let smallOffset: UInt64 = 0xFFFF

  mutating func translateLoad(_ operation: Operation, _ type: Type, _ op: Operator) {
    push(load(operation, type, op), type)
  }

  /// Loads from a memory at the address on the stack.
  mutating func load(_ operation: Operation, _ type: Type, _ op: Operator) -> Value {
    let (index, offset) = popAddress(op)
    var data = InstructionData(operation, type, index)
    data.heap = heap(op.index)
    data.immediate = offset
    return builder.value(data)
  }

  mutating func translateStore(_ operation: Operation, _ type: Type, _ op: Operator) {
    store(popValue(), operation, type, op)
  }

  /// Stores to a memory at the address on the stack.
  mutating func store(_ value: Value, _ operation: Operation, _ type: Type, _ op: Operator) {
    let (index, offset) = popAddress(op)
    var data = InstructionData(operation, type, value, index)
    data.heap = heap(op.index)
    data.immediate = offset
    builder.append(data)
  }

  /// Pops the index of an access, and returns it with the offset. A large offset is added to a
  /// constant index if the sum does not wrap around.
  mutating func popAddress(_ op: Operator) -> (Value, Int64) {
    let operand = pop()
    if op.bits > Self.smallOffset, let known = knownInteger(operand),
      operand.stackType == .i32
    {
      let address = UInt64(UInt32(truncatingIfNeeded: known)) + op.bits
      if address <= UInt64(UInt32.max) {
        let base = constant(Int64(Int32(truncatingIfNeeded: address & ~Self.smallOffset)), .i32)
        return (base, Int64(address & Self.smallOffset))
      }
    }
    return (value(of: operand), Int64(bitPattern: op.bits))
  }

  mutating func heap(_ memory: UInt32) -> Heap {
    if let known = references.heap(memory) { return known }
    let type = module.memories[Int(memory)]
    // Memories never shrink.
    let (size, overflow) = type.limits.minimum.multipliedReportingOverflow(
      by: 1 << UInt64(type.pageSizeLog2))
    let data = HeapData(
      recordOffset: Int32(truncatingIfNeeded: layout.memory(Int(memory))),
      indexType: indexType(ofMemory: memory), minimumSize: overflow ? 0 : size,
      isShared: type.isShared)
    let heap = builder.function.heaps.append(data)
    references.add(heap, for: memory)
    return heap
  }

  private func indexType(ofMemory memory: UInt32) -> Type {
    module.memories[Int(memory)].addressType.valueType.irType
  }

  mutating func translateMemory(_ rule: MemoryRule, _ op: Operator) {
    let index = Int64(op.index)
    switch rule {
    case .size:
      let type = indexType(ofMemory: op.index)
      let record = load(.i64, context, layout.memory(Int(op.index)), isConstant: true)
      let bound = bound(of: record, isShared: module.memories[Int(op.index)].isShared)
      let shift = Int64(module.memories[Int(op.index)].pageSizeLog2)
      let pages = append(.ushr, .i64, bound, constant(shift, .i64))
      push(type == .i64 ? pages : append(.ireduce, .i32, pages), type)
    case .grow:
      let type = indexType(ofMemory: op.index)
      let pages = popWide()
      callBuiltin(.memoryGrow, [constant(index, .i32), pages])
      narrowResult(to: type)
    case .fill:
      let count = popWide()
      let byte = popValue()
      let start = popWide()
      callBuiltin(.memoryFill, [constant(index, .i32), start, byte, count])
    case .copy:
      translateTransfer(.memoryCopy, op.index, op.secondIndex)
    case .initialize:
      translateTransfer(.memoryInit, op.secondIndex, op.index)
    case .dropSegment:
      callBuiltin(.dataDrop, [constant(index, .i32)])
    }
  }

  /// The size of a memory in bytes. For a shared memory the load is atomic: a thread that sees the
  /// new size may access all of it.
  private mutating func bound(of record: Value, isShared: Bool) -> Value {
    guard isShared else {
      return load(.i64, record, Int(HeapData.boundOffset), isConstant: false, canMove: true)
    }
    let place = constant(Int64(HeapData.boundOffset), .i64)
    var data = InstructionData(.atomic_load, .i64, append(.iadd, .pointer, record, place))
    data.flags = .trusted
    return builder.value(data)
  }

  /// Calls a builtin that copies. Destination, source and count are on the stack.
  mutating func translateTransfer(_ builtin: Builtin, _ destination: UInt32, _ source: UInt32) {
    let count = popWide()
    let from = popWide()
    let to = popWide()
    callBuiltin(
      builtin,
      [
        constant(Int64(destination), .i32), constant(Int64(source), .i32), to, from, count,
      ])
  }

  /// Pops an operand and zero-extends it to 64 bits.
  mutating func popWide() -> Value {
    let operand = pop()
    if operand.stackType == .i64 { return value(of: operand) }
    if let known = knownInteger(operand) { return constant(known & 0xFFFF_FFFF, .i64) }
    return append(.uextend, .i64, value(of: operand))
  }

  /// Reduces the 64-bit number on top of the stack to the given type.
  mutating func narrowResult(to type: Type) {
    guard type == .i32 else { return }
    let wide = popValue()
    push(append(.ireduce, .i32, wide), .i32)
  }
}
