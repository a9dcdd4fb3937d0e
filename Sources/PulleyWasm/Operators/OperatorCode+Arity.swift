extension OperatorCode {
  /// How many values the operator pops and pushes, if that is the same wherever it stands.
  public var fixedArity: (operands: Int, results: Int)? {
    let signature = fixedSignature
    if signature.isKnown {
      let entry = OpcodeEntry(self)
      return (Int(entry.operandCount), signature.result != nil ? 1 : 0)
    }
    switch self {
    case .unreachable, .nop, .atomicFence, .dataDrop, .elemDrop: return (0, 0)
    case .localGet, .globalGet, .memorySize, .tableSize, .refNull, .refFunc, .structNewDefault:
      return (0, 1)
    case .drop, .localSet, .globalSet, .throwRef: return (1, 0)
    case .localTee, .memoryGrow, .tableGet, .refIsNull, .refAsNonNull, .structGet, .structGetS,
      .structGetU, .arrayNewDefault, .arrayLen, .refTest, .refTestNull, .refCast, .refCastNull,
      .anyConvertExtern, .externConvertAny, .refI31, .i31GetS, .i31GetU:
      return (1, 1)
    case .tableSet, .structSet: return (2, 0)
    case .refEq, .tableGrow, .arrayNew, .arrayNewData, .arrayNewElem, .arrayGet, .arrayGetS,
      .arrayGetU:
      return (2, 1)
    case .select, .selectTyped: return (3, 1)
    case .memoryInit, .memoryCopy, .memoryFill, .tableInit, .tableCopy, .tableFill, .arraySet:
      return (3, 0)
    case .i64MulWideS, .i64MulWideU: return (2, 2)
    case .i64Add128, .i64Sub128: return (4, 2)
    case .arrayFill, .arrayInitData, .arrayInitElem: return (4, 0)
    case .arrayCopy: return (5, 0)
    default: return nil
    }
  }
}
