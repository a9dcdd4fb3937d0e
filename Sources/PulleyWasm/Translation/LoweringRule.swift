import PulleyIR

/// How an operator that works the same wherever it stands becomes an operation of the IR.
struct LoweringRule {
  enum Shape: UInt8 {
    /// Depends on the module, the locals or the structure of the body.
    case special
    case unary, binary
    case intCompare, intTestZero, floatCompare
    /// Takes the low `narrow` bits and extends their sign.
    case extendNarrow
    /// Makes another integer width of an integer.
    case widen, wrap
    case load, store
    /// Vectors of type `narrow`, or of the controlling type, to a vector.
    case vector
    /// A vector by an i32.
    case vectorShift
    case vectorIntCompare, vectorFloatCompare
    /// A vector to a truth value.
    case vectorTest
    case bitmask
  }

  var shape: Shape
  var opcode = Opcode.nop
  /// The controlling type of the operation.
  var type = Type.invalid
  var detail: UInt8 = 0
  var narrow = Type.invalid

  static let special = LoweringRule(shape: .special)

  static func unary(_ opcode: Opcode, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .unary, opcode: opcode, type: type)
  }
  static func binary(_ opcode: Opcode, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .binary, opcode: opcode, type: type)
  }
  static func compare(_ condition: IntCondition, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .intCompare, type: type, detail: condition.rawValue)
  }
  static func testZero(_ type: Type) -> LoweringRule {
    LoweringRule(shape: .intTestZero, type: type)
  }
  static func compare(_ condition: FloatCondition, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .floatCompare, type: type, detail: condition.rawValue)
  }
  static func extend(_ narrow: Type, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .extendNarrow, type: type, narrow: narrow)
  }
  static func load(_ opcode: Opcode, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .load, opcode: opcode, type: type)
  }
  static func vector(
    _ opcode: Opcode, _ type: Type, of arguments: Type = .invalid
  ) -> LoweringRule {
    LoweringRule(
      shape: .vector, opcode: opcode, type: type, narrow: arguments == .invalid ? type : arguments)
  }
  static func vectorShift(_ opcode: Opcode, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .vectorShift, opcode: opcode, type: type)
  }
  static func vectorTest(_ opcode: Opcode, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .vectorTest, opcode: opcode, type: type)
  }
  static func bitmask(_ type: Type) -> LoweringRule {
    LoweringRule(shape: .bitmask, type: type)
  }
  static func vectorCompare(_ condition: IntCondition, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .vectorIntCompare, type: type, detail: condition.rawValue)
  }
  static func vectorCompare(_ condition: FloatCondition, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .vectorFloatCompare, type: type, detail: condition.rawValue)
  }
  static func store(_ opcode: Opcode, _ type: Type) -> LoweringRule {
    LoweringRule(shape: .store, opcode: opcode, type: type)
  }
}

extension OperatorCode {
  var loweringRule: LoweringRule {
    if rawValue >= OperatorCode.vectorBase { return vectorRule }
    if rawValue >= OperatorCode.i32Eqz.rawValue {
      return rawValue < OperatorCode.i32Clz.rawValue ? comparisonRule : arithmeticRule
    }
    return accessRule
  }

  private var accessRule: LoweringRule {
    switch self {
    case .i32Load: .load(.heap_load, .i32)
    case .i64Load: .load(.heap_load, .i64)
    case .f32Load: .load(.heap_load, .f32)
    case .f64Load: .load(.heap_load, .f64)
    case .i32Load8S: .load(.heap_sload8, .i32)
    case .i32Load8U: .load(.heap_uload8, .i32)
    case .i32Load16S: .load(.heap_sload16, .i32)
    case .i32Load16U: .load(.heap_uload16, .i32)
    case .i64Load8S: .load(.heap_sload8, .i64)
    case .i64Load8U: .load(.heap_uload8, .i64)
    case .i64Load16S: .load(.heap_sload16, .i64)
    case .i64Load16U: .load(.heap_uload16, .i64)
    case .i64Load32S: .load(.heap_sload32, .i64)
    case .i64Load32U: .load(.heap_uload32, .i64)
    case .i32Store: .store(.heap_store, .i32)
    case .i64Store: .store(.heap_store, .i64)
    case .f32Store: .store(.heap_store, .f32)
    case .f64Store: .store(.heap_store, .f64)
    case .i32Store8: .store(.heap_istore8, .i32)
    case .i32Store16: .store(.heap_istore16, .i32)
    case .i64Store8: .store(.heap_istore8, .i64)
    case .i64Store16: .store(.heap_istore16, .i64)
    case .i64Store32: .store(.heap_istore32, .i64)
    default: .special
    }
  }

  private var comparisonRule: LoweringRule {
    switch self {
    case .i32Eqz: .testZero(.i32)
    case .i64Eqz: .testZero(.i64)
    case .i32Eq: .compare(IntCondition.equal, .i32)
    case .i32Ne: .compare(IntCondition.notEqual, .i32)
    case .i32LtS: .compare(.signedLess, .i32)
    case .i32LtU: .compare(.unsignedLess, .i32)
    case .i32GtS: .compare(.signedGreater, .i32)
    case .i32GtU: .compare(.unsignedGreater, .i32)
    case .i32LeS: .compare(.signedLessOrEqual, .i32)
    case .i32LeU: .compare(.unsignedLessOrEqual, .i32)
    case .i32GeS: .compare(.signedGreaterOrEqual, .i32)
    case .i32GeU: .compare(.unsignedGreaterOrEqual, .i32)
    case .i64Eq: .compare(IntCondition.equal, .i64)
    case .i64Ne: .compare(IntCondition.notEqual, .i64)
    case .i64LtS: .compare(.signedLess, .i64)
    case .i64LtU: .compare(.unsignedLess, .i64)
    case .i64GtS: .compare(.signedGreater, .i64)
    case .i64GtU: .compare(.unsignedGreater, .i64)
    case .i64LeS: .compare(.signedLessOrEqual, .i64)
    case .i64LeU: .compare(.unsignedLessOrEqual, .i64)
    case .i64GeS: .compare(.signedGreaterOrEqual, .i64)
    case .i64GeU: .compare(.unsignedGreaterOrEqual, .i64)
    case .f32Eq: .compare(FloatCondition.equal, .f32)
    case .f32Ne: .compare(FloatCondition.notEqual, .f32)
    case .f32Lt: .compare(.lessThan, .f32)
    case .f32Gt: .compare(.greaterThan, .f32)
    case .f32Le: .compare(.lessThanOrEqual, .f32)
    case .f32Ge: .compare(.greaterThanOrEqual, .f32)
    case .f64Eq: .compare(FloatCondition.equal, .f64)
    case .f64Ne: .compare(FloatCondition.notEqual, .f64)
    case .f64Lt: .compare(.lessThan, .f64)
    case .f64Gt: .compare(.greaterThan, .f64)
    case .f64Le: .compare(.lessThanOrEqual, .f64)
    case .f64Ge: .compare(.greaterThanOrEqual, .f64)
    default: .special
    }
  }

  private var arithmeticRule: LoweringRule {
    switch self {
    case .i32Clz: .unary(.clz, .i32)
    case .i32Ctz: .unary(.ctz, .i32)
    case .i32Popcnt: .unary(.popcnt, .i32)
    case .i32Add: .binary(.iadd, .i32)
    case .i32Sub: .binary(.isub, .i32)
    case .i32Mul: .binary(.imul, .i32)
    case .i32DivS: .binary(.sdiv, .i32)
    case .i32DivU: .binary(.udiv, .i32)
    case .i32RemS: .binary(.srem, .i32)
    case .i32RemU: .binary(.urem, .i32)
    case .i32And: .binary(.band, .i32)
    case .i32Or: .binary(.bor, .i32)
    case .i32Xor: .binary(.bxor, .i32)
    case .i32Shl: .binary(.ishl, .i32)
    case .i32ShrS: .binary(.sshr, .i32)
    case .i32ShrU: .binary(.ushr, .i32)
    case .i32Rotl: .binary(.rotl, .i32)
    case .i32Rotr: .binary(.rotr, .i32)
    case .i64Clz: .unary(.clz, .i64)
    case .i64Ctz: .unary(.ctz, .i64)
    case .i64Popcnt: .unary(.popcnt, .i64)
    case .i64Add: .binary(.iadd, .i64)
    case .i64Sub: .binary(.isub, .i64)
    case .i64Mul: .binary(.imul, .i64)
    case .i64DivS: .binary(.sdiv, .i64)
    case .i64DivU: .binary(.udiv, .i64)
    case .i64RemS: .binary(.srem, .i64)
    case .i64RemU: .binary(.urem, .i64)
    case .i64And: .binary(.band, .i64)
    case .i64Or: .binary(.bor, .i64)
    case .i64Xor: .binary(.bxor, .i64)
    case .i64Shl: .binary(.ishl, .i64)
    case .i64ShrS: .binary(.sshr, .i64)
    case .i64ShrU: .binary(.ushr, .i64)
    case .i64Rotl: .binary(.rotl, .i64)
    case .i64Rotr: .binary(.rotr, .i64)
    case .f32Abs: .unary(.fabs, .f32)
    case .f32Neg: .unary(.fneg, .f32)
    case .f32Ceil: .unary(.ceil, .f32)
    case .f32Floor: .unary(.floor, .f32)
    case .f32Trunc: .unary(.trunc, .f32)
    case .f32Nearest: .unary(.nearest, .f32)
    case .f32Sqrt: .unary(.sqrt, .f32)
    case .f32Add: .binary(.fadd, .f32)
    case .f32Sub: .binary(.fsub, .f32)
    case .f32Mul: .binary(.fmul, .f32)
    case .f32Div: .binary(.fdiv, .f32)
    case .f32Min: .binary(.fmin, .f32)
    case .f32Max: .binary(.fmax, .f32)
    case .f32Copysign: .binary(.fcopysign, .f32)
    case .f64Abs: .unary(.fabs, .f64)
    case .f64Neg: .unary(.fneg, .f64)
    case .f64Ceil: .unary(.ceil, .f64)
    case .f64Floor: .unary(.floor, .f64)
    case .f64Trunc: .unary(.trunc, .f64)
    case .f64Nearest: .unary(.nearest, .f64)
    case .f64Sqrt: .unary(.sqrt, .f64)
    case .f64Add: .binary(.fadd, .f64)
    case .f64Sub: .binary(.fsub, .f64)
    case .f64Mul: .binary(.fmul, .f64)
    case .f64Div: .binary(.fdiv, .f64)
    case .f64Min: .binary(.fmin, .f64)
    case .f64Max: .binary(.fmax, .f64)
    case .f64Copysign: .binary(.fcopysign, .f64)
    case .i32WrapI64: LoweringRule(shape: .wrap, opcode: .ireduce, type: .i32)
    case .i64ExtendI32S: LoweringRule(shape: .widen, opcode: .sextend, type: .i64)
    case .i64ExtendI32U: LoweringRule(shape: .widen, opcode: .uextend, type: .i64)
    case .i32Extend8S: .extend(.i8, .i32)
    case .i32Extend16S: .extend(.i16, .i32)
    case .i64Extend8S: .extend(.i8, .i64)
    case .i64Extend16S: .extend(.i16, .i64)
    case .i64Extend32S: .extend(.i32, .i64)
    default: conversionRule
    }
  }

  private var conversionRule: LoweringRule {
    switch self {
    case .i32TruncF32S, .i32TruncF64S: .unary(.fcvt_to_sint, .i32)
    case .i32TruncF32U, .i32TruncF64U: .unary(.fcvt_to_uint, .i32)
    case .i64TruncF32S, .i64TruncF64S: .unary(.fcvt_to_sint, .i64)
    case .i64TruncF32U, .i64TruncF64U: .unary(.fcvt_to_uint, .i64)
    case .i32TruncSatF32S, .i32TruncSatF64S: .unary(.fcvt_to_sint_sat, .i32)
    case .i32TruncSatF32U, .i32TruncSatF64U: .unary(.fcvt_to_uint_sat, .i32)
    case .i64TruncSatF32S, .i64TruncSatF64S: .unary(.fcvt_to_sint_sat, .i64)
    case .i64TruncSatF32U, .i64TruncSatF64U: .unary(.fcvt_to_uint_sat, .i64)
    case .f32ConvertI32S, .f32ConvertI64S: .unary(.fcvt_from_sint, .f32)
    case .f32ConvertI32U, .f32ConvertI64U: .unary(.fcvt_from_uint, .f32)
    case .f64ConvertI32S, .f64ConvertI64S: .unary(.fcvt_from_sint, .f64)
    case .f64ConvertI32U, .f64ConvertI64U: .unary(.fcvt_from_uint, .f64)
    case .f32DemoteF64: .unary(.fdemote, .f32)
    case .f64PromoteF32: .unary(.fpromote, .f64)
    case .i32ReinterpretF32: .unary(.bitcast, .i32)
    case .i64ReinterpretF64: .unary(.bitcast, .i64)
    case .f32ReinterpretI32: .unary(.bitcast, .f32)
    case .f64ReinterpretI64: .unary(.bitcast, .f64)
    default: .special
    }
  }
}
