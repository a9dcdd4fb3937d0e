extension OperatorCode {
  /// What follows the opcode of a vector operator.
  var vectorImmediates: ImmediateKind {
    switch self {
    case .v128Load, .v128Load8x8S, .v128Load8x8U, .v128Load16x4S, .v128Load16x4U,
      .v128Load32x2S, .v128Load32x2U, .v128Load8Splat, .v128Load16Splat, .v128Load32Splat,
      .v128Load64Splat, .v128Store, .v128Load32Zero, .v128Load64Zero:
      .memoryArgument
    case .v128Load8Lane, .v128Load16Lane, .v128Load32Lane, .v128Load64Lane, .v128Store8Lane,
      .v128Store16Lane, .v128Store32Lane, .v128Store64Lane:
      .memoryArgumentAndLane
    case .i8x16ExtractLaneS, .i8x16ExtractLaneU, .i8x16ReplaceLane, .i16x8ExtractLaneS,
      .i16x8ExtractLaneU, .i16x8ReplaceLane, .i32x4ExtractLane, .i32x4ReplaceLane,
      .i64x2ExtractLane, .i64x2ReplaceLane, .f32x4ExtractLane, .f32x4ReplaceLane,
      .f64x2ExtractLane, .f64x2ReplaceLane:
      .lane
    case .i8x16Shuffle: .shuffle
    case .v128Const: .v128
    default: .none
    }
  }

  /// The type of a vector operator; memory accesses with the address as i32.
  var vectorSignature: FixedSignature {
    switch self {
    case .v128Load, .v128Load8x8S, .v128Load8x8U, .v128Load16x4S, .v128Load16x4U,
      .v128Load32x2S, .v128Load32x2U, .v128Load8Splat, .v128Load16Splat, .v128Load32Splat,
      .v128Load64Splat, .i8x16Splat, .i16x8Splat, .i32x4Splat, .v128Load32Zero, .v128Load64Zero:
      FixedSignature(.i32, .none, result: .v128)
    case .v128Store, .v128Store8Lane, .v128Store16Lane, .v128Store32Lane, .v128Store64Lane:
      FixedSignature(.i32, .v128)
    case .v128Const:
      FixedSignature(.none, .none, result: .v128)
    case .i64x2Splat:
      FixedSignature(.i64, .none, result: .v128)
    case .f32x4Splat:
      FixedSignature(.f32, .none, result: .v128)
    case .f64x2Splat:
      FixedSignature(.f64, .none, result: .v128)
    case .i8x16ExtractLaneS, .i8x16ExtractLaneU, .i16x8ExtractLaneS, .i16x8ExtractLaneU,
      .i32x4ExtractLane, .v128AnyTrue, .i8x16AllTrue, .i8x16Bitmask, .i16x8AllTrue,
      .i16x8Bitmask, .i32x4AllTrue, .i32x4Bitmask, .i64x2AllTrue, .i64x2Bitmask:
      FixedSignature(.v128, .none, result: .i32)
    case .i8x16ReplaceLane, .i16x8ReplaceLane, .i32x4ReplaceLane, .i8x16Shl, .i8x16ShrS,
      .i8x16ShrU, .i16x8Shl, .i16x8ShrS, .i16x8ShrU, .i32x4Shl, .i32x4ShrS, .i32x4ShrU,
      .i64x2Shl, .i64x2ShrS, .i64x2ShrU:
      FixedSignature(.v128, .i32, result: .v128)
    case .i64x2ExtractLane:
      FixedSignature(.v128, .none, result: .i64)
    case .i64x2ReplaceLane:
      FixedSignature(.v128, .i64, result: .v128)
    case .f32x4ExtractLane:
      FixedSignature(.v128, .none, result: .f32)
    case .f32x4ReplaceLane:
      FixedSignature(.v128, .f32, result: .v128)
    case .f64x2ExtractLane:
      FixedSignature(.v128, .none, result: .f64)
    case .f64x2ReplaceLane:
      FixedSignature(.v128, .f64, result: .v128)
    case .v128Not, .f32x4DemoteF64x2Zero, .f64x2PromoteLowF32x4, .i8x16Abs, .i8x16Neg,
      .i8x16Popcnt, .f32x4Ceil, .f32x4Floor, .f32x4Trunc, .f32x4Nearest, .f64x2Ceil,
      .f64x2Floor, .f64x2Trunc, .i16x8ExtaddPairwiseI8x16S, .i16x8ExtaddPairwiseI8x16U,
      .i32x4ExtaddPairwiseI16x8S, .i32x4ExtaddPairwiseI16x8U, .i16x8Abs, .i16x8Neg,
      .i16x8ExtendLowI8x16S, .i16x8ExtendHighI8x16S, .i16x8ExtendLowI8x16U,
      .i16x8ExtendHighI8x16U, .f64x2Nearest, .i32x4Abs, .i32x4Neg, .i32x4ExtendLowI16x8S,
      .i32x4ExtendHighI16x8S, .i32x4ExtendLowI16x8U, .i32x4ExtendHighI16x8U, .i64x2Abs,
      .i64x2Neg, .i64x2ExtendLowI32x4S, .i64x2ExtendHighI32x4S, .i64x2ExtendLowI32x4U,
      .i64x2ExtendHighI32x4U, .f32x4Abs, .f32x4Neg, .f32x4Sqrt, .f64x2Abs, .f64x2Neg,
      .f64x2Sqrt, .i32x4TruncSatF32x4S, .i32x4TruncSatF32x4U, .f32x4ConvertI32x4S,
      .f32x4ConvertI32x4U, .i32x4TruncSatF64x2SZero, .i32x4TruncSatF64x2UZero,
      .f64x2ConvertLowI32x4S, .f64x2ConvertLowI32x4U, .i32x4RelaxedTruncF32x4S,
      .i32x4RelaxedTruncF32x4U, .i32x4RelaxedTruncF64x2SZero, .i32x4RelaxedTruncF64x2UZero:
      FixedSignature(.v128, .none, result: .v128)
    case .v128Bitselect, .f32x4RelaxedMadd, .f32x4RelaxedNmadd, .f64x2RelaxedMadd,
      .f64x2RelaxedNmadd, .i8x16RelaxedLaneselect, .i16x8RelaxedLaneselect,
      .i32x4RelaxedLaneselect, .i64x2RelaxedLaneselect, .i32x4RelaxedDotI8x16I7x16AddS:
      FixedSignature(.v128, .v128, .v128, result: .v128)
    case .v128Load8Lane, .v128Load16Lane, .v128Load32Lane, .v128Load64Lane:
      FixedSignature(.i32, .v128, result: .v128)
    default: FixedSignature(.v128, .v128, result: .v128)
    }
  }

  /// How many lanes the operand of an operator with a lane index has; 0 for other operators.
  public var laneCount: UInt8 {
    switch self {
    case .i8x16ExtractLaneS, .i8x16ExtractLaneU, .i8x16ReplaceLane, .v128Load8Lane,
      .v128Store8Lane:
      16
    case .i16x8ExtractLaneS, .i16x8ExtractLaneU, .i16x8ReplaceLane, .v128Load16Lane,
      .v128Store16Lane:
      8
    case .i32x4ExtractLane, .i32x4ReplaceLane, .f32x4ExtractLane, .f32x4ReplaceLane,
      .v128Load32Lane, .v128Store32Lane:
      4
    case .i64x2ExtractLane, .i64x2ReplaceLane, .f64x2ExtractLane, .f64x2ReplaceLane,
      .v128Load64Lane, .v128Store64Lane:
      2
    default: 0
    }
  }
}
