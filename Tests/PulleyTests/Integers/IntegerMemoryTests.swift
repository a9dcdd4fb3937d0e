import Pulley
import PulleyIR
import Testing

/// Integers in memory and as conditions.
@Suite struct IntegerMemoryTests {
  private static let narrow: [IRType] = [.i8, .i16, .i32, .i64]

  private func expected(
    _ operation: AtomicOperation, _ type: IRType, _ old: UInt128, _ operand: UInt128
  ) -> UInt128 {
    switch operation {
    case .add: type.low(old &+ operand)
    case .sub: type.low(old &- operand)
    case .and: old & operand
    case .nand: type.low(~(old & operand))
    case .or: old | operand
    case .xor: old ^ operand
    case .xchg: operand
    case .umin: min(old, operand)
    case .umax: max(old, operand)
    case .smin: type.low(min(type.signed(old), type.signed(operand)))
    case .smax: type.low(max(type.signed(old), type.signed(operand)))
    }
  }

  /// The slot's other bytes are ones, and have to stay so.
  @Test(arguments: AtomicOperation.allCases, [false, true])
  func atomicReadModifyWriteOfIntegersLeavesOtherBytesUnchanged(
    operation: AtomicOperation, optimizes: Bool
  ) throws {
    let text = Self.narrow.map { type in
      """
      function %\(type)(\(type), \(type)) -> \(type), i64, i64 {
        ss0 = explicit_slot 16, align = 16
      block0(v0: \(type), v1: \(type)):
        v2 = stack_addr.i64 ss0
        v3 = iconst.i64 -1
        store v3, v2
        store v3, v2+8
        store v0, v2
        v4 = atomic_rmw.\(type) \(operation.name) v2, v1
        v5 = load.i64 v2
        v6 = load.i64 v2+8
        return v4, v5, v6
      }
      """
    }
    let instance = try ClifPrograms.instantiate(
      text.joined(separator: "\n"), optimizes: optimizes)
    var generator = SeededGenerator(Int(operation.rawValue))
    for type in Self.narrow {
      let function = try instance.function(named: "\(type)")
      for _ in 0..<40 {
        let old = ClifPrograms.number(type, &generator)
        let operand = ClifPrograms.number(type, &generator)
        let results = try function.call(clif: [
          ClifValue(type: type, bits: old), ClifValue(type: type, bits: operand),
        ])
        let new = expected(operation, type, old, operand)
        let ones = UInt128(UInt64.max)
        #expect(
          results.map(\.bits) == [old, new | ones & ~type.mask, ones],
          "\(operation.name).\(type) of \(old) and \(operand)")
      }
    }
  }

  @Test(arguments: [false, true])
  func atomicCompareAndSwapOfIntegersLeavesOtherBytesUnchanged(optimizes: Bool) throws {
    let text = Self.narrow.map { type in
      """
      function %\(type)(\(type), \(type), \(type)) -> \(type), \(type) {
        ss0 = explicit_slot 8, align = 8
      block0(v0: \(type), v1: \(type), v2: \(type)):
        v3 = stack_addr.i64 ss0
        atomic_store v0, v3
        v4 = atomic_cas.\(type) v3, v1, v2
        v5 = atomic_load.\(type) v3
        return v4, v5
      }
      """
    }
    let instance = try ClifPrograms.instantiate(
      text.joined(separator: "\n"), optimizes: optimizes)
    var generator = SeededGenerator(7)
    for type in Self.narrow {
      let function = try instance.function(named: "\(type)")
      for round in 0..<40 {
        let old = ClifPrograms.number(type, &generator)
        let awaited = round % 2 == 0 ? old : ClifPrograms.number(type, &generator)
        let new = ClifPrograms.number(type, &generator)
        let results = try function.call(
          clif: [old, awaited, new].map { ClifValue(type: type, bits: $0) })
        #expect(
          results.map(\.bits) == [old, awaited == old ? new : old],
          "\(type): \(new) in place of \(awaited) where \(old) is")
      }
    }
  }

  /// Also backwards, and half over the edge of the first eight bytes.
  @Test(arguments: IRType.integers, [false, true])
  func integersAreLoadedAsTheyWereStored(type: IRType, optimizes: Bool) throws {
    let text = """
      function %f(\(type)) -> \(type), \(type), \(type) {
        ss0 = explicit_slot 48
      block0(v0: \(type)):
        v1 = stack_addr.i64 ss0+20
        store little v0, v1-3
        v2 = load.\(type) little v1-3
        store big v0, v1+4
        v3 = load.\(type) big v1+4
        v4 = load.\(type) little v1+4
        return v2, v3, v4
      }
      """
    let instance = try ClifPrograms.instantiate(text, optimizes: optimizes)
    let function = try instance.function(named: "f")
    var generator = SeededGenerator(type.bits)
    for _ in 0..<20 {
      let bits = ClifPrograms.number(type, &generator)
      let swapped = bits.byteSwapped >> UInt128(128 - type.bits)
      let results = try function.call(clif: [ClifValue(type: type, bits: bits)])
      #expect(results.map(\.bits) == [bits, bits, swapped])
    }
  }

  @Test(arguments: IRType.integers, [false, true])
  func branchesOnIntegersTestAllBits(type: IRType, optimizes: Bool) throws {
    let text = """
      function %branch(\(type)) -> i8 {
      block0(v0: \(type)):
        brif v0, block1, block2
      block1:
        v1 = iconst.i8 1
        return v1
      block2:
        v2 = iconst.i8 2
        return v2
      }
      function %trapz(\(type)) {
      block0(v0: \(type)):
        trapz v0, user1
        return
      }
      function %trapnz(\(type)) {
      block0(v0: \(type)):
        trapnz v0, user1
        return
      }
      """
    let instance = try ClifPrograms.instantiate(text, optimizes: optimizes)
    for shift in 0...type.bits {
      // The last number has no bit set.
      let bits = shift < type.bits ? UInt128(1) << UInt128(shift) : 0
      let argument = [ClifValue(type: type, bits: bits)]
      #expect(
        try instance.function(named: "branch").call(clif: argument).map(\.bits) == [
          bits != 0 ? 1 : 2
        ])
      #expect(
        (try? instance.function(named: "trapz").call(clif: argument)) == (bits != 0 ? [] : nil))
      #expect(
        (try? instance.function(named: "trapnz").call(clif: argument)) == (bits != 0 ? nil : []))
    }
  }
}
