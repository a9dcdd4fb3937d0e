extension Operation {
  /// How an instruction is written: `r = iadd.T a, b`. T stands for the controlling type, which may be
  /// left out if `isTypeOptional`.
  public var syntax: String {
    let start =
      switch self {
      case .call, .call_indirect: "r, … = "
      default: ["", "r = ", "r, s = "][resultCount]
      }
    let type = typing.isPolymorphic && fixedType == .invalid ? ".T" : ""
    let operands = operandSyntax
    return start + mnemonic + type + (operands.isEmpty ? "" : " " + operands)
  }

  /// Whether the type follows from an operand.
  public var isTypeOptional: Bool { typing.inferredFrom != nil }

  private var resultCount: Int {
    switch result {
    case .none: 0
    case .halves, .withFlag: 2
    default: 1
    }
  }

  private var operandSyntax: String {
    switch format {
    case .nullary: ""
    case .constant: fixedType == .invalid ? "N" : "0x1.8p3"
    case .vectorConstant: self == .f128const ? "0x1.8p3" : "const0"
    case .unary: self == .bitcast ? "flags a" : "a"
    case .binary: "a, b"
    case .ternary: "a, b, c"
    case .extractLane: "a, LANE"
    case .insertLane: "a, b, LANE"
    case .shuffle: "a, b, MASK"
    case .intCompare, .floatCompare: "CONDITION a, b"
    case .load: self == .atomic_load ? "flags p" : "flags p+OFFSET"
    case .store: self == .atomic_store ? "flags a, p" : "flags a, p+OFFSET"
    case .heapLoad: "flags heap0 a+OFFSET"
    case .heapStore: "flags heap0 a, b+OFFSET"
    case .atomicRmw: "flags OPERATION p, b"
    case .atomicCas: "flags p, b, c"
    case .heapAtomicRmw: "flags heap0 OPERATION a+OFFSET, b"
    case .heapAtomicCas: "flags heap0 a+OFFSET, b, c"
    case .stackAddress: "ss0+OFFSET"
    case .functionAddress: "fn0"
    case .globalValue: "gv0"
    case .jump: "block0(a, …)"
    case .branch: "a, block0(b, …), block1(c, …)"
    case .branchTable: "a, block0, [block1(b, …), …]"
    case .call: "fn0(a, …)"
    case .callIndirect: "sig0, p(a, …)"
    case .tryCall: "fn0(a, …), sig0, block0(ret0, …), [ tag7: block1(exn0, exn1), default: block2 ]"
    case .tryCallIndirect: "p(a, …), sig0, block0(ret0, …), [ tag7: block1(exn0, exn1), … ]"
    case .multiary: "a, …"
    case .trap: "CODE"
    case .conditionalTrap: "a, CODE"
    case .binaryTrap: "a, b, CODE"
    case .ternaryTrap: "a, b, c, CODE"
    case .allocation: "a, SIZE, CODE"
    case .exceptionHandlerAddress: "block0, N"
    }
  }
}
