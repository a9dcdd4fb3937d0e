extension OperatorCode {
  /// How many bytes a memory access reads or writes, as a power of two: also its largest alignment.
  public var naturalAlignment: UInt8 {
    switch self {
    case .i32Load16S, .i32Load16U, .i64Load16S, .i64Load16U, .i32Store16, .i64Store16,
      .v128Load16Splat, .v128Load16Lane, .v128Store16Lane, .i32AtomicLoad16U, .i64AtomicLoad16U,
      .i32AtomicStore16, .i64AtomicStore16, .i32AtomicRmw16AddU, .i64AtomicRmw16AddU,
      .i32AtomicRmw16SubU, .i64AtomicRmw16SubU, .i32AtomicRmw16AndU, .i64AtomicRmw16AndU,
      .i32AtomicRmw16OrU, .i64AtomicRmw16OrU, .i32AtomicRmw16XorU, .i64AtomicRmw16XorU,
      .i32AtomicRmw16XchgU, .i64AtomicRmw16XchgU, .i32AtomicRmw16CmpxchgU,
      .i64AtomicRmw16CmpxchgU:
      1
    case .i32Load, .f32Load, .i64Load32S, .i64Load32U, .i32Store, .f32Store, .i64Store32,
      .v128Load32Splat, .v128Load32Lane, .v128Store32Lane, .v128Load32Zero, .memoryAtomicNotify,
      .memoryAtomicWait32, .i32AtomicLoad, .i64AtomicLoad32U, .i32AtomicStore,
      .i64AtomicStore32, .i32AtomicRmwAdd, .i64AtomicRmw32AddU, .i32AtomicRmwSub,
      .i64AtomicRmw32SubU, .i32AtomicRmwAnd, .i64AtomicRmw32AndU, .i32AtomicRmwOr,
      .i64AtomicRmw32OrU, .i32AtomicRmwXor, .i64AtomicRmw32XorU, .i32AtomicRmwXchg,
      .i64AtomicRmw32XchgU, .i32AtomicRmwCmpxchg, .i64AtomicRmw32CmpxchgU:
      2
    case .i64Load, .f64Load, .i64Store, .f64Store, .v128Load8x8S, .v128Load8x8U, .v128Load16x4S,
      .v128Load16x4U, .v128Load32x2S, .v128Load32x2U, .v128Load64Splat, .v128Load64Lane,
      .v128Store64Lane, .v128Load64Zero, .memoryAtomicWait64, .i64AtomicLoad, .i64AtomicStore,
      .i64AtomicRmwAdd, .i64AtomicRmwSub, .i64AtomicRmwAnd, .i64AtomicRmwOr, .i64AtomicRmwXor,
      .i64AtomicRmwXchg, .i64AtomicRmwCmpxchg:
      3
    case .v128Load, .v128Store:
      4
    default: 0
    }
  }
}
