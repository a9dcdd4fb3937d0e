/// What follows an opcode, and in which properties of `Operator` it is found.
public enum ImmediateKind: UInt8, Sendable {
  /// Nothing follows the opcode.
  case none
  /// `Operator.blockType`.
  case blockType
  /// `index`: a tag.
  case tag
  /// `index`: a relative label depth.
  case label
  /// `index`: how many labels precede the default; read through `OperatorReader.branchTargets(of:)`.
  case branchTable
  /// `index`: a function.
  case function
  /// `index`: a type, `secondIndex`: a table.
  case callIndirect
  /// `index`: a type.
  case type
  /// `index`: how many types, `valueType`: the first.
  case valueTypes
  /// `blockType`, `index`: how many catch clauses; read through `OperatorReader.catchClauses(of:)`.
  case tryTable
  /// `index`: a local.
  case local
  /// `index`: a global.
  case global
  /// `index`: a table.
  case table
  /// `alignment`, `index`: a memory, `bits`: the offset.
  case memoryArgument
  /// `index`: a memory.
  case memory
  /// `bits`: the constant, zero-extended.
  case i32
  /// `bits`: the constant.
  case i64
  /// `bits`: the constant's bits.
  case f32
  /// `bits`: the constant's bits.
  case f64
  /// `heapType`.
  case heapType
  /// `index`: a data segment, `secondIndex`: a memory.
  case dataAndMemory
  /// `index`: a data segment.
  case data
  /// `index`: the destination memory, `secondIndex`: the source.
  case twoMemories
  /// `index`: an element segment, `secondIndex`: a table.
  case elementAndTable
  /// `index`: an element segment.
  case element
  /// `index`: the destination table, `secondIndex`: the source.
  case twoTables
  /// `index`: a structure type, `secondIndex`: a field.
  case typeAndField
  /// `index`: an array type, `secondIndex`: how many elements.
  case typeAndCount
  /// `index`: an array type, `secondIndex`: a data segment.
  case typeAndData
  /// `index`: an array type, `secondIndex`: an element segment.
  case typeAndElement
  /// `index`: the destination array type, `secondIndex`: the source.
  case twoTypes
  /// `index`: a relative label depth; `sourceType`, `targetType`.
  case castBranch
  /// As `memoryArgument`; `secondIndex`: a lane.
  case memoryArgumentAndLane
  /// `index`: a lane.
  case lane
  /// `shuffleLanes`: sixteen lanes of two vectors.
  case shuffle
  /// `bits`, `highBits`: the halves of a vector.
  case v128
  /// A byte that must be zero.
  case fence
}

extension OperatorCode {
  /// What follows this opcode.
  public var immediates: ImmediateKind {
    switch self {
    case .unreachable, .nop, .else, .throwRef, .end, .return, .drop, .select, .i32Eqz, .i32Eq,
      .i32Ne, .i32LtS, .i32LtU, .i32GtS, .i32GtU, .i32LeS, .i32LeU, .i32GeS, .i32GeU, .i64Eqz,
      .i64Eq, .i64Ne, .i64LtS, .i64LtU, .i64GtS, .i64GtU, .i64LeS, .i64LeU, .i64GeS, .i64GeU,
      .f32Eq, .f32Ne, .f32Lt, .f32Gt, .f32Le, .f32Ge, .f64Eq, .f64Ne, .f64Lt, .f64Gt, .f64Le,
      .f64Ge, .i32Clz, .i32Ctz, .i32Popcnt, .i32Add, .i32Sub, .i32Mul, .i32DivS, .i32DivU,
      .i32RemS, .i32RemU, .i32And, .i32Or, .i32Xor, .i32Shl, .i32ShrS, .i32ShrU, .i32Rotl,
      .i32Rotr, .i64Clz, .i64Ctz, .i64Popcnt, .i64Add, .i64Sub, .i64Mul, .i64DivS, .i64DivU,
      .i64RemS, .i64RemU, .i64And, .i64Or, .i64Xor, .i64Shl, .i64ShrS, .i64ShrU, .i64Rotl,
      .i64Rotr, .f32Abs, .f32Neg, .f32Ceil, .f32Floor, .f32Trunc, .f32Nearest, .f32Sqrt,
      .f32Add, .f32Sub, .f32Mul, .f32Div, .f32Min, .f32Max, .f32Copysign, .f64Abs, .f64Neg,
      .f64Ceil, .f64Floor, .f64Trunc, .f64Nearest, .f64Sqrt, .f64Add, .f64Sub, .f64Mul, .f64Div,
      .f64Min, .f64Max, .f64Copysign, .i32WrapI64, .i32TruncF32S, .i32TruncF32U, .i32TruncF64S,
      .i32TruncF64U, .i64ExtendI32S, .i64ExtendI32U, .i64TruncF32S, .i64TruncF32U,
      .i64TruncF64S, .i64TruncF64U, .f32ConvertI32S, .f32ConvertI32U, .f32ConvertI64S,
      .f32ConvertI64U, .f32DemoteF64, .f64ConvertI32S, .f64ConvertI32U, .f64ConvertI64S,
      .f64ConvertI64U, .f64PromoteF32, .i32ReinterpretF32, .i64ReinterpretF64,
      .f32ReinterpretI32, .f64ReinterpretI64, .i32Extend8S, .i32Extend16S, .i64Extend8S,
      .i64Extend16S, .i64Extend32S, .refIsNull, .refEq, .refAsNonNull, .i32TruncSatF32S,
      .i32TruncSatF32U, .i32TruncSatF64S, .i32TruncSatF64U, .i64TruncSatF32S, .i64TruncSatF32U,
      .i64TruncSatF64S, .i64TruncSatF64U, .arrayLen, .anyConvertExtern, .externConvertAny,
      .refI31, .i31GetS, .i31GetU, .i64Add128, .i64Sub128, .i64MulWideS, .i64MulWideU:
      .none
    case .block, .loop, .if:
      .blockType
    case .throw:
      .tag
    case .br, .brIf, .brOnNull, .brOnNonNull:
      .label
    case .brTable:
      .branchTable
    case .call, .returnCall, .refFunc:
      .function
    case .callIndirect, .returnCallIndirect:
      .callIndirect
    case .callRef, .returnCallRef, .structNew, .structNewDefault, .arrayNew, .arrayNewDefault,
      .arrayGet, .arrayGetS, .arrayGetU, .arraySet, .arrayFill:
      .type
    case .selectTyped:
      .valueTypes
    case .tryTable:
      .tryTable
    case .localGet, .localSet, .localTee:
      .local
    case .globalGet, .globalSet:
      .global
    case .tableGet, .tableSet, .tableGrow, .tableSize, .tableFill:
      .table
    case .i32Load, .i64Load, .f32Load, .f64Load, .i32Load8S, .i32Load8U, .i32Load16S,
      .i32Load16U, .i64Load8S, .i64Load8U, .i64Load16S, .i64Load16U, .i64Load32S, .i64Load32U,
      .i32Store, .i64Store, .f32Store, .f64Store, .i32Store8, .i32Store16, .i64Store8,
      .i64Store16, .i64Store32:
      .memoryArgument
    case .memorySize, .memoryGrow, .memoryFill:
      .memory
    case .i32Const:
      .i32
    case .i64Const:
      .i64
    case .f32Const:
      .f32
    case .f64Const:
      .f64
    case .refNull, .refTest, .refTestNull, .refCast, .refCastNull:
      .heapType
    case .memoryInit:
      .dataAndMemory
    case .dataDrop:
      .data
    case .memoryCopy:
      .twoMemories
    case .tableInit:
      .elementAndTable
    case .elemDrop:
      .element
    case .tableCopy:
      .twoTables
    case .structGet, .structGetS, .structGetU, .structSet:
      .typeAndField
    case .arrayNewFixed:
      .typeAndCount
    case .arrayNewData, .arrayInitData:
      .typeAndData
    case .arrayNewElem, .arrayInitElem:
      .typeAndElement
    case .arrayCopy:
      .twoTypes
    case .brOnCast, .brOnCastFail:
      .castBranch
    case .atomicFence:
      .fence
    default:
      rawValue >= Self.atomicBase ? .memoryArgument : vectorImmediates
    }
  }

  /// The type of an operator that pops and pushes the same numbers wherever it stands.
  ///
  /// Memory accesses are included, with the address as i32 (the validator puts the memory's own
  /// address type in its place); nil for everything whose type depends on the module or the stack.
  var fixedSignature: FixedSignature {
    switch self {
    case .i32Load, .i32Load8S, .i32Load8U, .i32Load16S, .i32Load16U, .i32Eqz, .i32Clz, .i32Ctz,
      .i32Popcnt, .i32Extend8S, .i32Extend16S:
      FixedSignature(.i32, .none, result: .i32)
    case .i64Load, .i64Load8S, .i64Load8U, .i64Load16S, .i64Load16U, .i64Load32S, .i64Load32U,
      .i64ExtendI32S, .i64ExtendI32U:
      FixedSignature(.i32, .none, result: .i64)
    case .f32Load, .f32ConvertI32S, .f32ConvertI32U, .f32ReinterpretI32:
      FixedSignature(.i32, .none, result: .f32)
    case .f64Load, .f64ConvertI32S, .f64ConvertI32U:
      FixedSignature(.i32, .none, result: .f64)
    case .i32Store, .i32Store8, .i32Store16:
      FixedSignature(.i32, .i32)
    case .i64Store, .i64Store8, .i64Store16, .i64Store32:
      FixedSignature(.i32, .i64)
    case .f32Store:
      FixedSignature(.i32, .f32)
    case .f64Store:
      FixedSignature(.i32, .f64)
    case .i32Const:
      FixedSignature(.none, .none, result: .i32)
    case .i64Const:
      FixedSignature(.none, .none, result: .i64)
    case .f32Const:
      FixedSignature(.none, .none, result: .f32)
    case .f64Const:
      FixedSignature(.none, .none, result: .f64)
    case .i32Eq, .i32Ne, .i32LtS, .i32LtU, .i32GtS, .i32GtU, .i32LeS, .i32LeU, .i32GeS, .i32GeU,
      .i32Add, .i32Sub, .i32Mul, .i32DivS, .i32DivU, .i32RemS, .i32RemU, .i32And, .i32Or,
      .i32Xor, .i32Shl, .i32ShrS, .i32ShrU, .i32Rotl, .i32Rotr:
      FixedSignature(.i32, .i32, result: .i32)
    case .i64Eqz, .i32WrapI64:
      FixedSignature(.i64, .none, result: .i32)
    case .i64Eq, .i64Ne, .i64LtS, .i64LtU, .i64GtS, .i64GtU, .i64LeS, .i64LeU, .i64GeS, .i64GeU:
      FixedSignature(.i64, .i64, result: .i32)
    case .f32Eq, .f32Ne, .f32Lt, .f32Gt, .f32Le, .f32Ge:
      FixedSignature(.f32, .f32, result: .i32)
    case .f64Eq, .f64Ne, .f64Lt, .f64Gt, .f64Le, .f64Ge:
      FixedSignature(.f64, .f64, result: .i32)
    case .i64Clz, .i64Ctz, .i64Popcnt, .i64Extend8S, .i64Extend16S, .i64Extend32S:
      FixedSignature(.i64, .none, result: .i64)
    case .i64Add, .i64Sub, .i64Mul, .i64DivS, .i64DivU, .i64RemS, .i64RemU, .i64And, .i64Or,
      .i64Xor, .i64Shl, .i64ShrS, .i64ShrU, .i64Rotl, .i64Rotr:
      FixedSignature(.i64, .i64, result: .i64)
    case .f32Abs, .f32Neg, .f32Ceil, .f32Floor, .f32Trunc, .f32Nearest, .f32Sqrt:
      FixedSignature(.f32, .none, result: .f32)
    case .f32Add, .f32Sub, .f32Mul, .f32Div, .f32Min, .f32Max, .f32Copysign:
      FixedSignature(.f32, .f32, result: .f32)
    case .f64Abs, .f64Neg, .f64Ceil, .f64Floor, .f64Trunc, .f64Nearest, .f64Sqrt:
      FixedSignature(.f64, .none, result: .f64)
    case .f64Add, .f64Sub, .f64Mul, .f64Div, .f64Min, .f64Max, .f64Copysign:
      FixedSignature(.f64, .f64, result: .f64)
    case .i32TruncF32S, .i32TruncF32U, .i32ReinterpretF32, .i32TruncSatF32S, .i32TruncSatF32U:
      FixedSignature(.f32, .none, result: .i32)
    case .i32TruncF64S, .i32TruncF64U, .i32TruncSatF64S, .i32TruncSatF64U:
      FixedSignature(.f64, .none, result: .i32)
    case .i64TruncF32S, .i64TruncF32U, .i64TruncSatF32S, .i64TruncSatF32U:
      FixedSignature(.f32, .none, result: .i64)
    case .i64TruncF64S, .i64TruncF64U, .i64ReinterpretF64, .i64TruncSatF64S, .i64TruncSatF64U:
      FixedSignature(.f64, .none, result: .i64)
    case .f32ConvertI64S, .f32ConvertI64U:
      FixedSignature(.i64, .none, result: .f32)
    case .f32DemoteF64:
      FixedSignature(.f64, .none, result: .f32)
    case .f64ConvertI64S, .f64ConvertI64U, .f64ReinterpretI64:
      FixedSignature(.i64, .none, result: .f64)
    case .f64PromoteF32:
      FixedSignature(.f32, .none, result: .f64)
    default:
      switch rawValue {
      case Self.atomicBase...: atomicSignature
      case Self.vectorBase...: vectorSignature
      default: .unknown
      }
    }
  }
}
