@testable import PulleyIR
@testable import PulleyTestSupport

/// Text with one instruction of any operation, made from the operation's own description.
enum InstructionSample {
  /// A function that has one instruction of `operation` with the controlling type written, and what it
  /// refers to.
  static func text(_ operation: PulleyIR.Operation, _ type: IRType) -> String {
    let rules = operation.typing.operands
    let types = [rules.0, rules.1, rules.2].map { operandType($0, type) }
    let instruction = sampleInstruction(operation, type)
    return """
      function %f(i64 vmctx) system_v {
          ss1 = explicit_slot 64
          heap2 = record vmctx+80, index_type i64
          gv3 = vmctx
          sig4 = (i64) -> i32, i8 system_v
          fn5 = %callee sig4
          const6 = 0x000102030405060708090a0b0c0d0e0f
          region7 = 3 "r"

      block0(v0: i64, v10: \(types[0]), v11: \(types[1]), v12: \(types[2])):
          \(instruction)
          trap user9

      block1:
          trap user1

      block2(v20: i64):
          trap user2

      block3(v30: i32, v31: i8):
          trap user3
      }
      """
  }

  private static func operandType(_ rule: OperandRule, _ type: IRType) -> IRType {
    let all = IRType.all.filter { $0.laneCount == type.laneCount }
    func other(_ isInteger: Bool, _ compare: (Int, Int) -> Bool) -> IRType {
      all.first { $0.lane.isInteger == isInteger && compare($0.laneBits, type.laneBits) } ?? type
    }
    return switch rule {
    case .none: .i64
    case .same: type
    case .lane: type.lane
    case .narrowerInteger: other(true, <)
    case .widerInteger: other(true, >)
    case .narrowerFloat: other(false, <)
    case .widerFloat: other(false, >)
    case .exactly(let exact): exact
    case .of(let set): IRType.all.first(where: set.contains) ?? .i64
    }
  }

  private static func sampleInstruction(_ operation: PulleyIR.Operation, _ type: IRType) -> String {
    let isWritten = operation.typing.isPolymorphic
    let name = operation.mnemonic + (isWritten ? ".\(type)" : "")
    let results = resultNames(operation).joined(separator: ", ")
    let start = results.isEmpty ? name : "\(results) = \(name)"
    return switch operation.format {
    case .nullary: start
    case .constant where type.isFloat: "\(start) 0x1.8p0"
    case .constant: "\(start) -12"
    case .vectorConstant: operation == .f128const ? "\(start) 0x1.8p0" : "\(start) const6"
    case .unary: operation == .bitcast ? "\(start) little v10" : "\(start) v10"
    case .binary: "\(start) v10, v11"
    case .ternary: "\(start) v10, v11, v12"
    case .extractLane: "\(start) v10, 1"
    case .insertLane: "\(start) v10, v11, 1"
    case .shuffle: "\(start) v10, v11, 0x000102030405060708090a0b0c0d0e0f"
    case .intCompare: "\(start) slt v10, v11"
    case .floatCompare: "\(start) ule v10, v11"
    // Only our own operations have an offset.
    case .load where operation == .atomic_load: "\(start) aligned little region7 v10"
    case .store where operation == .atomic_store: "\(start) user3 region7 v10, v11"
    case .load: "\(start) aligned user3 region7 v10+8"
    case .store: "\(start) notrap aligned little region7 v10, v11-8"
    case .heapLoad: "\(start) notrap heap2 v10+8"
    case .heapStore: "\(start) heap2 v10, v11+8"
    case .atomicRmw: "\(start) notrap nand v10, v11"
    case .atomicCas: "\(start) user4 v10, v11, v12"
    case .heapAtomicRmw: "\(start) heap2 xchg v10+8, v11"
    case .heapAtomicCas: "\(start) heap2 v10+8, v11, v12"
    case .stackAddress: "\(start) ss1+8"
    case .jump: "\(start) block2(v0)"
    case .branch: "\(start) v10, block2(v0), block1"
    case .branchTable: "\(start) v10, block1, [block2(v0), block1, block2(v0)]"
    case .call: "\(start) fn5(v0)"
    case .callIndirect: "\(start) sig4, v10(v0)"
    case .multiary: "\(start) v10, v11"
    case .trap: "\(start) int_divz"
    case .conditionalTrap: "\(start) v10, heap_oob"
    case .functionAddress: "\(start) fn5"
    case .globalValue: "\(start) gv3"
    case .binaryTrap: "\(start) v10, v11, user7"
    case .ternaryTrap: "\(start) v10, v11, v12, user7"
    case .allocation: "\(start) v10, 24, user7"
    case .tryCall: "\(start) fn5(v0), \(exceptionTable)"
    case .tryCallIndirect: "\(start) v10(v0), \(exceptionTable)"
    case .exceptionHandlerAddress: "\(start) block1, 0"
    }
  }

  private static let exceptionTable =
    "sig4, block3(ret0, ret1), [ tag7: block2(exn1), context v0, default: block1 ]"

  static func resultNames(_ operation: PulleyIR.Operation) -> [String] {
    switch operation {
    case .call, .call_indirect: return ["v100", "v101"]
    default: break
    }
    return switch operation.result {
    case .none: []
    case .halves, .withFlag: ["v100", "v101"]
    default: ["v100"]
    }
  }

  /// The controlling types that it can have.
  static func types(of operation: PulleyIR.Operation) -> [IRType] {
    operation.typing.isPolymorphic
      ? IRType.all.filter(operation.typing.controlling.contains) : [operation.fixedType]
  }
}
