import PulleyIR

/// Atomic accesses, waiting and notifying.
extension FunctionTranslator {
  mutating func translateAtomic(_ rule: AtomicRule, _ op: Operator) {
    switch rule {
    case .load(let type, let memory):
      let (index, offset) = popAddress(op)
      let data = InstructionData(.heap_atomic_load, memory, index)
      pushResult(of: data, op, offset, from: memory, to: type)
    case .store(let type, let memory):
      let value = popNarrow(from: type, to: memory)
      let (index, offset) = popAddress(op)
      let data = InstructionData(.heap_atomic_store, memory, value, index)
      builder.append(completed(data, op, offset))
    case .readModifyWrite(let atomicOperation, let type, let memory):
      let value = popNarrow(from: type, to: memory)
      let (index, offset) = popAddress(op)
      var data = InstructionData(.heap_atomic_rmw, memory, index, value)
      data.atomicOperation = atomicOperation
      pushResult(of: data, op, offset, from: memory, to: type)
    case .compareExchange(let type, let memory):
      let replacement = popNarrow(from: type, to: memory)
      let expected = popNarrow(from: type, to: memory)
      let (index, offset) = popAddress(op)
      let data = InstructionData(.heap_atomic_cas, memory, index, expected, replacement)
      pushResult(of: data, op, offset, from: memory, to: type)
    case .builtin(let builtin, let count):
      let operands = (0..<count).map { _ in popValue() }
      let address = popWide()
      let memory = constant(Int64(op.index), .i32)
      let offset = constant(Int64(bitPattern: op.bits), .i64)
      callBuiltin(builtin, [memory, address, offset] + operands.reversed())
    }
  }

  private mutating func completed(
    _ access: InstructionData, _ op: Operator, _ offset: Int64
  ) -> InstructionData {
    var data = access
    data.heap = heap(op.index)
    data.immediate = offset
    return data
  }

  private mutating func pushResult(
    of access: InstructionData, _ op: Operator, _ offset: Int64, from memory: Type,
    to type: Type
  ) {
    let old = builder.value(completed(access, op, offset))
    push(memory == type ? old : append(.uextend, type, old), type)
  }

  private mutating func popNarrow(from type: Type, to memory: Type) -> Value {
    let value = popValue()
    return memory == type ? value : append(.ireduce, memory, value)
  }
}
