import PulleyIR

/// A program over variables with arbitrary control flow. It is executed directly or built as a function.
struct RandomProgram {
  enum Statement {
    case constant(Int, Int64)
    case copy(Int, Int)
    case unary(PulleyIR.Operation, Int, Int)
    case binary(PulleyIR.Operation, Int, Int, Int)
    /// With a constant of the type as the second operand.
    case immediate(PulleyIR.Operation, Int, Int, Int64)
    case convert(PulleyIR.Operation, Int, Int)
    case compare(IntCondition, Int, Int, Int)
    case select(Int, Int, Int, Int)
    /// A load from the read-only part of the memory.
    case loadConstant(Int, Int64)
    case loadGlobal(Int, Int64)
    case storeGlobal(Int, Int64)
    case loadHeap(PulleyIR.Operation, Int, Int, Int64)
    case storeHeap(PulleyIR.Operation, Int, Int, Int64)
    case call(Int, [Int])
    case trapIfZero(Int, UInt8)
    case trapUnlessZero(Int, UInt8)
  }

  enum Terminator {
    case jump(Int)
    case branch(Int, Int, Int)
    case table(Int, [Int])
    case leave([Int])
  }

  struct Block {
    var statements: [Statement]
    var terminator: Terminator
  }

  /// Variable 0 is an i32 that counts down the blocks entered, and ends the program at 0.
  var types: [IRType]
  var blocks: [Block]
  var parameterCount: Int

  /// - Parameter accessesMemory: whether most statements are accesses to memory that often overlap. The
  ///   variables 1 and 2 are then small indices.
  init(seed: Int, accessesMemory: Bool = false) {
    var random = SeededGenerator(seed)
    types = accessesMemory ? [.i32, .i32, .i32] : [.i32]
    for _ in 0..<Int.random(in: 2...7, using: &random) {
      types.append(Bool.random(using: &random) ? .i32 : .i64)
    }
    types.append(.i32)
    types.append(.i64)
    parameterCount = accessesMemory ? 0 : Int.random(in: 0...3, using: &random)
    let count = Int.random(in: 1...10, using: &random)
    blocks = []
    for _ in 0..<count {
      var statements: [Statement] = []
      for _ in 0..<Int.random(in: 0...8, using: &random) {
        statements.append(
          accessesMemory && Int.random(in: 0..<4, using: &random) > 0
            ? Self.access(types, &random)
            : Self.statement(types, reserved: accessesMemory ? 2 : 0, &random))
      }
      blocks.append(
        Block(statements: statements, terminator: Self.terminator(types, count, &random)))
    }
  }

  private static func access(
    _ types: [IRType], _ random: inout SeededGenerator
  ) -> Statement {
    let index = Int.random(in: 1...2, using: &random)
    let variable = Int.random(in: 3..<types.count, using: &random)
    let offset = Int64.random(in: 0...9, using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      return .immediate(.band, index, Int.random(in: 0...2, using: &random), 63)
    case 1: return .immediate(.iadd, index, 3 - index, Int64.random(in: -1...9, using: &random))
    case 2: return .loadGlobal(variable, offset)
    case 3: return .storeGlobal(variable, offset)
    case 4, 5, 6:
      let loads: [PulleyIR.Operation] = [.heap_load, .heap_load, .heap_uload8, .heap_sload16]
      return .loadHeap(loads.randomElement(using: &random)!, variable, index, offset)
    default:
      let stores: [PulleyIR.Operation] = [.heap_store, .heap_store, .heap_istore8, .heap_istore16]
      return .storeHeap(stores.randomElement(using: &random)!, variable, index, offset)
    }
  }

  /// - Parameter reserved: the number of variables after the counter that are not used.
  private static func statement(
    _ types: [IRType], reserved: Int, _ random: inout SeededGenerator
  ) -> Statement {
    func pick(_ type: IRType? = nil) -> Int {
      // The counter is read, but not written.
      types.indices.filter { $0 > reserved && (type == nil || types[$0] == type) }
        .randomElement(using: &random)!
    }
    let target = pick()
    let type = types[target]
    let operations: [PulleyIR.Operation] = [
      .iadd, .iadd, .isub, .imul, .band, .bor, .bxor, .ishl, .ushr, .sshr, .rotl, .rotr, .smin,
      .smax, .umin, .umax, .udiv, .sdiv, .urem, .srem, .umulhi, .smulhi,
    ]
    let numbers: [Int64] = [0, 0, 1, 1, -1, 2, 4, 8, 31, 32, 63, 255, 65535, 0x7FFF_FFFF, -2]
    let other = type == IRType.i32 ? IRType.i64 : .i32
    let address = Int64.random(in: 0...3, using: &random) * 8
    switch Int.random(in: 0..<24, using: &random) {
    case 0, 1: return .constant(target, numbers.randomElement(using: &random)!)
    case 2: return .copy(target, pick(type))
    case 3:
      let unary: [PulleyIR.Operation] = [.ineg, .iabs, .bnot, .clz, .ctz, .popcnt, .bswap]
      return .unary(unary.randomElement(using: &random)!, target, pick(type))
    case 4, 5, 6, 7:
      return .binary(operations.randomElement(using: &random)!, target, pick(type), pick(type))
    case 8, 9, 10, 11, 12:
      return .immediate(
        operations.randomElement(using: &random)!, target, pick(type),
        numbers.randomElement(using: &random)!)
    case 13, 14:
      let operation: PulleyIR.Operation =
        type == .i32 ? .ireduce : Bool.random(using: &random) ? .uextend : .sextend
      return .convert(operation, target, pick(other))
    case 15, 16:
      let type = Bool.random(using: &random) ? IRType.i32 : .i64
      return .compare(
        IntCondition.allCases.randomElement(using: &random)!, pick(.i32), pick(type), pick(type))
    case 17: return .select(target, pick(), pick(type), pick(type))
    case 18: return .loadConstant(target, address)
    case 19: return .loadGlobal(target, address)
    case 20: return .storeGlobal(target, address)
    case 21:
      let loads: [PulleyIR.Operation] = [
        .heap_load, .heap_uload8, .heap_sload8, .heap_uload16, .heap_sload16,
      ]
      return .loadHeap(loads.randomElement(using: &random)!, target, pick(.i32), address)
    case 22:
      let stores: [PulleyIR.Operation] = [.heap_store, .heap_istore8, .heap_istore16]
      return .storeHeap(stores.randomElement(using: &random)!, target, pick(.i32), address)
    default:
      switch Int.random(in: 0..<4, using: &random) {
      case 0: return .trapIfZero(target, 20)
      case 1: return .trapUnlessZero(target, 21)
      default: return .call(target, [pick(), pick()])
      }
    }
  }

  private static func terminator(
    _ types: [IRType], _ count: Int, _ random: inout SeededGenerator
  ) -> Terminator {
    // No branch may target the entry block.
    func target() -> Int {
      count == 1 ? 0 : Int.random(in: 1..<count, using: &random)
    }
    let small = types.indices.filter { types[$0] == .i32 }
    let kind = count == 1 ? 9 : Int.random(in: 0..<10, using: &random)
    switch kind {
    case 0, 1: return .jump(target())
    case 2, 3, 4, 5, 6:
      return .branch(Int.random(in: 0..<types.count, using: &random), target(), target())
    case 7:
      let targets = (0...Int.random(in: 1...5, using: &random)).map { _ in target() }
      return .table(small.randomElement(using: &random)!, targets)
    default: return .leave(Array(1..<types.count))
    }
  }
}
