extension OperatorCode {
  /// Whether the operator accesses memory atomically, waits or notifies.
  public var isAtomicAccess: Bool {
    rawValue >= Self.atomicBase && self != .atomicFence
  }

  /// The type of an atomic operator; memory accesses with the address as i32.
  var atomicSignature: FixedSignature {
    switch self {
    case .memoryAtomicNotify, .i32AtomicRmwAdd, .i32AtomicRmw8AddU, .i32AtomicRmw16AddU,
      .i32AtomicRmwSub, .i32AtomicRmw8SubU, .i32AtomicRmw16SubU, .i32AtomicRmwAnd,
      .i32AtomicRmw8AndU, .i32AtomicRmw16AndU, .i32AtomicRmwOr, .i32AtomicRmw8OrU,
      .i32AtomicRmw16OrU, .i32AtomicRmwXor, .i32AtomicRmw8XorU, .i32AtomicRmw16XorU,
      .i32AtomicRmwXchg, .i32AtomicRmw8XchgU, .i32AtomicRmw16XchgU:
      FixedSignature(.i32, .i32, result: .i32)
    case .memoryAtomicWait32:
      FixedSignature(.i32, .i32, .i64, result: .i32)
    case .memoryAtomicWait64:
      FixedSignature(.i32, .i64, .i64, result: .i32)
    case .i32AtomicLoad, .i32AtomicLoad8U, .i32AtomicLoad16U:
      FixedSignature(.i32, .none, result: .i32)
    case .i64AtomicLoad, .i64AtomicLoad8U, .i64AtomicLoad16U, .i64AtomicLoad32U:
      FixedSignature(.i32, .none, result: .i64)
    case .i32AtomicStore, .i32AtomicStore8, .i32AtomicStore16:
      FixedSignature(.i32, .i32)
    case .i64AtomicStore, .i64AtomicStore8, .i64AtomicStore16, .i64AtomicStore32:
      FixedSignature(.i32, .i64)
    case .i64AtomicRmwAdd, .i64AtomicRmw8AddU, .i64AtomicRmw16AddU, .i64AtomicRmw32AddU,
      .i64AtomicRmwSub, .i64AtomicRmw8SubU, .i64AtomicRmw16SubU, .i64AtomicRmw32SubU,
      .i64AtomicRmwAnd, .i64AtomicRmw8AndU, .i64AtomicRmw16AndU, .i64AtomicRmw32AndU,
      .i64AtomicRmwOr, .i64AtomicRmw8OrU, .i64AtomicRmw16OrU, .i64AtomicRmw32OrU,
      .i64AtomicRmwXor, .i64AtomicRmw8XorU, .i64AtomicRmw16XorU, .i64AtomicRmw32XorU,
      .i64AtomicRmwXchg, .i64AtomicRmw8XchgU, .i64AtomicRmw16XchgU, .i64AtomicRmw32XchgU:
      FixedSignature(.i32, .i64, result: .i64)
    case .i32AtomicRmwCmpxchg, .i32AtomicRmw8CmpxchgU, .i32AtomicRmw16CmpxchgU:
      FixedSignature(.i32, .i32, .i32, result: .i32)
    case .i64AtomicRmwCmpxchg, .i64AtomicRmw8CmpxchgU, .i64AtomicRmw16CmpxchgU,
      .i64AtomicRmw32CmpxchgU:
      FixedSignature(.i32, .i64, .i64, result: .i64)
    default: FixedSignature(.none, .none)
    }
  }
}
