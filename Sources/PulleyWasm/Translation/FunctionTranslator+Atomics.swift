import PulleyIR

/// Atomic accesses, waiting and notifying.
extension FunctionTranslator {
  /// The operators come in groups of seven, one for each pair of the type of the operands and the
  /// type in memory, in this order.
  private static let accessTypes: [(operand: Type, memory: Type)] = [
    (.i32, .i32), (.i64, .i64), (.i32, .i8), (.i32, .i16), (.i64, .i8), (.i64, .i16), (.i64, .i32),
  ]

  mutating func translateAtomic(_ operation: Operator) {
    switch operation.code {
    case .atomicFence:
      builder.append(InstructionData(.fence))
    case .memoryAtomicWait32, .memoryAtomicWait64:
      let timeout = popValue()
      let expected = popValue()
      let isWide = operation.code == .memoryAtomicWait64
      callWithAddress(
        isWide ? .memoryAtomicWait64 : .memoryAtomicWait32, operation, [expected, timeout])
    case .memoryAtomicNotify:
      let count = popValue()
      callWithAddress(.memoryAtomicNotify, operation, [count])
    default:
      let number = operation.code.rawValue - OperatorCode.i32AtomicLoad.rawValue
      let (group, form) = number.quotientAndRemainder(dividingBy: 7)
      let types = Self.accessTypes[Int(form)]
      translateAccess(operation, group: Int(group), types.operand, memory: types.memory)
    }
  }

  private mutating func callWithAddress(
    _ builtin: Builtin, _ operation: Operator, _ operands: [Value]
  ) {
    let address = popWide()
    let memory = constant(Int64(operation.index), .i32)
    let offset = constant(Int64(bitPattern: operation.bits), .i64)
    callBuiltin(builtin, [memory, address, offset] + operands)
  }

  /// Groups are, in order: load, store, `AtomicOperation` from `add` to `xchg`, compare and exchange.
  private mutating func translateAccess(
    _ operation: Operator, group: Int, _ type: Type, memory: Type
  ) {
    let isCompare = group == 8
    let value = group == 0 ? Value.none : popNarrow(from: type, to: memory)
    let expected = isCompare ? popNarrow(from: type, to: memory) : Value.none
    let (index, offset) = popAddress(operation)
    var data: InstructionData
    switch group {
    case 0: data = InstructionData(.heap_atomic_load, memory, index)
    case 1: data = InstructionData(.heap_atomic_store, memory, value, index)
    case 8: data = InstructionData(.heap_atomic_cas, memory, index, expected, value)
    default:
      data = InstructionData(.heap_atomic_rmw, memory, index, value)
      data.atomicOperation = AtomicOperation(rawValue: UInt8(group - 2)) ?? .add
    }
    data.heap = heap(operation.index)
    data.immediate = offset
    if group == 1 {
      builder.append(data)
      return
    }
    let old = builder.value(data)
    push(memory == type ? old : append(.uextend, type, old), type)
  }

  private mutating func popNarrow(from type: Type, to memory: Type) -> Value {
    let value = popValue()
    return memory == type ? value : append(.ireduce, memory, value)
  }
}
