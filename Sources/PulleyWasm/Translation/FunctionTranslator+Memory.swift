import PulleyIR

/// Linear memories.
extension FunctionTranslator {
  /// The largest offset that an access takes for nothing, as most instructions have 16 bits for it.
  private static let smallOffset: UInt64 = 0xFFFF

  mutating func translateLoad(_ rule: LoweringRule, _ operation: Operator) {
    let (index, offset) = popAddress(operation)
    var data = InstructionData(rule.opcode, rule.type, index)
    data.heap = heap(operation.index)
    data.immediate = offset
    push(builder.value(data), rule.type)
  }

  mutating func translateStore(_ rule: LoweringRule, _ operation: Operator) {
    let value = popValue()
    let (index, offset) = popAddress(operation)
    var data = InstructionData(rule.opcode, rule.type, value, index)
    data.heap = heap(operation.index)
    data.immediate = offset
    builder.append(data)
  }

  /// The index and the offset of an access. A constant index takes up a large offset, as the sum
  /// of both does not wrap around.
  mutating func popAddress(_ operation: Operator) -> (Value, Int64) {
    let operand = pop()
    if operation.bits > Self.smallOffset, let known = knownInteger(operand),
      operand.stackType == .i32
    {
      let address = UInt64(UInt32(truncatingIfNeeded: known)) + operation.bits
      if address <= UInt64(UInt32.max) {
        let base = constant(Int64(Int32(truncatingIfNeeded: address & ~Self.smallOffset)), .i32)
        return (base, Int64(address & Self.smallOffset))
      }
    }
    return (value(of: operand), Int64(bitPattern: operation.bits))
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
    module.memories[Int(memory)].addressType.valueType.lowered
  }

  mutating func translateMemory(_ operation: Operator) {
    let index = Int64(operation.index)
    switch operation.code {
    case .memorySize:
      let type = indexType(ofMemory: operation.index)
      let record = load(.i64, context, layout.memory(Int(operation.index)), isConstant: true)
      let bound = bound(of: record, isShared: module.memories[Int(operation.index)].isShared)
      let shift = Int64(module.memories[Int(operation.index)].pageSizeLog2)
      let pages = append(.ushr, .i64, bound, constant(shift, .i64))
      push(type == .i64 ? pages : append(.ireduce, .i32, pages), type)
    case .memoryGrow:
      let type = indexType(ofMemory: operation.index)
      let pages = popWide()
      callBuiltin(.memoryGrow, [constant(index, .i32), pages])
      narrowResult(to: type)
    case .memoryFill:
      let count = popWide()
      let byte = popValue()
      let start = popWide()
      callBuiltin(.memoryFill, [constant(index, .i32), start, byte, count])
    case .memoryCopy:
      translateTransfer(.memoryCopy, operation.index, operation.secondIndex)
    case .memoryInit:
      translateTransfer(.memoryInit, operation.secondIndex, operation.index)
    default:
      callBuiltin(.dataDrop, [constant(index, .i32)])
    }
  }

  /// How many bytes a memory has. Seeing that a shared one has grown means that what follows may
  /// access all of it.
  private mutating func bound(of record: Value, isShared: Bool) -> Value {
    guard isShared else {
      return load(.i64, record, ContextLayout.MemoryRecord.bound, isConstant: false)
    }
    let place = constant(Int64(ContextLayout.MemoryRecord.bound), .i64)
    var data = InstructionData(.atomic_load, .i64, append(.iadd, .pointer, record, place))
    data.flags = .trusted
    return builder.value(data)
  }

  /// A copy from one thing to another: destination, source and count are on the stack.
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

  /// An operand as an unsigned 64-bit number.
  mutating func popWide() -> Value {
    let operand = pop()
    if operand.stackType == .i64 { return value(of: operand) }
    if let known = knownInteger(operand) { return constant(known & 0xFFFF_FFFF, .i64) }
    return append(.uextend, .i64, value(of: operand))
  }

  /// Gives the 64-bit number on the stack the width that the module has asked for.
  mutating func narrowResult(to type: Type) {
    guard type == .i32 else { return }
    let wide = popValue()
    push(append(.ireduce, .i32, wide), .i32)
  }
}
