import PulleyISA
import Testing

@testable import PulleyVM

private let edges: [UInt64] = [
  0, 1, 2, 7, 31, 32, 33, 63, 64, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF,
  0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000, 0x1234_5678_9ABC_DEF0,
  0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0001,
]

/// The destination of an operation after it; nil if it traps. A 32-bit result clears the high half.
private typealias Meaning = @Sendable (_ a: UInt64, _ b: UInt64) -> UInt64?

private func on32(_ f: @escaping @Sendable (UInt32, UInt32) -> UInt32?) -> Meaning {
  { a, b in f(UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b)).map(UInt64.init) }
}

private func on64(_ f: @escaping @Sendable (UInt64, UInt64) -> UInt64?) -> Meaning {
  { a, b in f(a, b) }
}

private func signed32(_ f: @escaping @Sendable (Int32, Int32) -> Int32?) -> Meaning {
  on32 { f(Int32(bitPattern: $0), Int32(bitPattern: $1)).map { UInt32(bitPattern: $0) } }
}

private func signed64(_ f: @escaping @Sendable (Int64, Int64) -> Int64?) -> Meaning {
  on64 { f(Int64(bitPattern: $0), Int64(bitPattern: $1)).map { UInt64(bitPattern: $0) } }
}

private func compare32(_ f: @escaping @Sendable (UInt32, UInt32) -> Bool) -> Meaning {
  on32 { f($0, $1) ? 1 : 0 }
}

private func compare64(_ f: @escaping @Sendable (UInt64, UInt64) -> Bool) -> Meaning {
  { a, b in f(a, b) ? 1 : 0 }
}

private func compareSigned32(_ f: @escaping @Sendable (Int32, Int32) -> Bool) -> Meaning {
  compare32 { f(Int32(bitPattern: $0), Int32(bitPattern: $1)) }
}

private func compareSigned64(_ f: @escaping @Sendable (Int64, Int64) -> Bool) -> Meaning {
  compare64 { f(Int64(bitPattern: $0), Int64(bitPattern: $1)) }
}

private func shift32(_ f: @escaping @Sendable (UInt32, Int) -> UInt32) -> Meaning {
  on32 { f($0, Int($1 % 32)) }
}

private func shift64(_ f: @escaping @Sendable (UInt64, Int) -> UInt64) -> Meaning {
  on64 { f($0, Int($1 % 64)) }
}

private let binary: [(Opcode, Meaning)] = [
  (.xadd32, on32 { $0.addingReportingOverflow($1).partialValue }),
  (.xadd64, on64 { $0.addingReportingOverflow($1).partialValue }),
  (.xsub32, on32 { $0.subtractingReportingOverflow($1).partialValue }),
  (.xsub64, on64 { $0.subtractingReportingOverflow($1).partialValue }),
  (.xmul32, on32 { $0.multipliedReportingOverflow(by: $1).partialValue }),
  (.xmul64, on64 { $0.multipliedReportingOverflow(by: $1).partialValue }),
  (.xband32, on32 { $0 & $1 }), (.xband64, on64 { $0 & $1 }),
  (.xbor32, on32 { $0 | $1 }), (.xbor64, on64 { $0 | $1 }),
  (.xbxor32, on32 { $0 ^ $1 }), (.xbxor64, on64 { $0 ^ $1 }),
  (.xmin32_u, on32 { Swift.min($0, $1) }), (.xmax32_u, on32 { Swift.max($0, $1) }),
  (.xmin64_u, on64 { Swift.min($0, $1) }), (.xmax64_u, on64 { Swift.max($0, $1) }),
  (.xmin32_s, signed32 { Swift.min($0, $1) }), (.xmax32_s, signed32 { Swift.max($0, $1) }),
  (.xmin64_s, signed64 { Swift.min($0, $1) }), (.xmax64_s, signed64 { Swift.max($0, $1) }),
  (.xeq32, compare32(==)), (.xneq32, compare32(!=)), (.xult32, compare32(<)),
  (.xulteq32, compare32(<=)), (.xslt32, compareSigned32(<)), (.xslteq32, compareSigned32(<=)),
  (.xeq64, compare64(==)), (.xneq64, compare64(!=)), (.xult64, compare64(<)),
  (.xulteq64, compare64(<=)), (.xslt64, compareSigned64(<)), (.xslteq64, compareSigned64(<=)),
  (.xshl32, shift32 { $0 << UInt32($1) }), (.xshr32_u, shift32 { $0 >> UInt32($1) }),
  (.xshr32_s, shift32 { UInt32(bitPattern: Int32(bitPattern: $0) >> Int32($1)) }),
  (.xshl64, shift64 { $0 << UInt64($1) }), (.xshr64_u, shift64 { $0 >> UInt64($1) }),
  (.xshr64_s, shift64 { UInt64(bitPattern: Int64(bitPattern: $0) >> Int64($1)) }),
  (.xrotl32, shift32 { $1 == 0 ? $0 : $0 << UInt32($1) | $0 >> UInt32(32 - $1) }),
  (.xrotr32, shift32 { $1 == 0 ? $0 : $0 >> UInt32($1) | $0 << UInt32(32 - $1) }),
  (.xrotl64, shift64 { $1 == 0 ? $0 : $0 << UInt64($1) | $0 >> UInt64(64 - $1) }),
  (.xrotr64, shift64 { $1 == 0 ? $0 : $0 >> UInt64($1) | $0 << UInt64(64 - $1) }),
  (.xdiv32_u, on32 { $1 == 0 ? nil : $0 / $1 }), (.xrem32_u, on32 { $1 == 0 ? nil : $0 % $1 }),
  (.xdiv64_u, on64 { $1 == 0 ? nil : $0 / $1 }), (.xrem64_u, on64 { $1 == 0 ? nil : $0 % $1 }),
  (.xdiv32_s, signed32 { $1 == 0 || $0 == .min && $1 == -1 ? nil : $0 / $1 }),
  (.xdiv64_s, signed64 { $1 == 0 || $0 == .min && $1 == -1 ? nil : $0 / $1 }),
  (.xrem32_s, signed32 { $1 == 0 ? nil : $1 == -1 ? 0 : $0 % $1 }),
  (.xrem64_s, signed64 { $1 == 0 ? nil : $1 == -1 ? 0 : $0 % $1 }),
  (
    .xadd32_uoverflow_trap,
    on32 { $0.addingReportingOverflow($1).overflow ? nil : $0 + $1 }
  ),
  (
    .xadd64_uoverflow_trap,
    on64 { $0.addingReportingOverflow($1).overflow ? nil : $0 + $1 }
  ),
  (.xmulhi64_u, on64 { $0.multipliedFullWidth(by: $1).high }),
  (.xmulhi64_s, signed64 { $0.multipliedFullWidth(by: $1).high }),
]

private let unary: [(Opcode, Meaning)] = [
  (.xmov, on64 { a, _ in a }),
  (.xneg32, on32 { a, _ in ~a &+ 1 }), (.xneg64, on64 { a, _ in ~a &+ 1 }),
  (.xbnot32, on32 { a, _ in ~a }), (.xbnot64, on64 { a, _ in ~a }),
  (.xabs32, signed32 { a, _ in a == .min ? a : abs(a) }),
  (.xabs64, signed64 { a, _ in a == .min ? a : abs(a) }),
  (.xctz32, on32 { a, _ in UInt32(a.trailingZeroBitCount) }),
  (.xctz64, on64 { a, _ in UInt64(a.trailingZeroBitCount) }),
  (.xclz32, on32 { a, _ in UInt32(a.leadingZeroBitCount) }),
  (.xclz64, on64 { a, _ in UInt64(a.leadingZeroBitCount) }),
  (.xpopcnt32, on32 { a, _ in UInt32(a.nonzeroBitCount) }),
  (.xpopcnt64, on64 { a, _ in UInt64(a.nonzeroBitCount) }),
  (.bswap32, on32 { a, _ in a.byteSwapped }), (.bswap64, on64 { a, _ in a.byteSwapped }),
  (.xbmask32, on32 { a, _ in a == 0 ? 0 : .max }),
  (.xbmask64, on64 { a, _ in a == 0 ? 0 : .max }),
  (.zext8, on64 { a, _ in a & 0xFF }), (.zext16, on64 { a, _ in a & 0xFFFF }),
  (.zext32, on64 { a, _ in a & 0xFFFF_FFFF }),
  (.sext8, on64 { a, _ in UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: a))) }),
  (.sext16, on64 { a, _ in UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: a))) }),
  (.sext32, on64 { a, _ in UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: a))) }),
]

/// The operation with an immediate, the one it abbreviates, and values for the immediate.
private let immediates: [(Opcode, Opcode, [Int64])] = [
  (.xadd32_u8, .xadd32, [0, 1, 255]), (.xadd32_u32, .xadd32, [0, 1 << 31, 0xFFFF_FFFF]),
  (.xadd64_u8, .xadd64, [0, 1, 255]), (.xadd64_u32, .xadd64, [0, 1 << 31, 0xFFFF_FFFF]),
  (.xsub32_u8, .xsub32, [0, 1, 255]), (.xsub32_u32, .xsub32, [0, 1 << 31, 0xFFFF_FFFF]),
  (.xsub64_u8, .xsub64, [0, 1, 255]), (.xsub64_u32, .xsub64, [0, 1 << 31, 0xFFFF_FFFF]),
  (.xmul32_s8, .xmul32, [-128, -1, 127]), (.xmul32_s32, .xmul32, [-1 << 31, -1, 1 << 30]),
  (.xmul64_s8, .xmul64, [-128, -1, 127]), (.xmul64_s32, .xmul64, [-1 << 31, -1, 1 << 30]),
  (.xband32_s8, .xband32, [-128, -1, 127]), (.xband32_s32, .xband32, [-1 << 31, -1, 255]),
  (.xband64_s8, .xband64, [-128, -1, 127]), (.xband64_s32, .xband64, [-1 << 31, -1, 255]),
  (.xbor32_s8, .xbor32, [-128, 0, 127]), (.xbor32_s32, .xbor32, [-1 << 31, 0, 255]),
  (.xbor64_s8, .xbor64, [-128, 0, 127]), (.xbor64_s32, .xbor64, [-1 << 31, 0, 255]),
  (.xbxor32_s8, .xbxor32, [-128, 0, 127]), (.xbxor32_s32, .xbxor32, [-1 << 31, 0, 255]),
  (.xbxor64_s8, .xbxor64, [-128, 0, 127]), (.xbxor64_s32, .xbxor64, [-1 << 31, 0, 255]),
  (.xshl32_u6, .xshl32, [0, 31, 32, 63]), (.xshr32_u_u6, .xshr32_u, [0, 31, 32, 63]),
  (.xshr32_s_u6, .xshr32_s, [0, 31, 32, 63]), (.xshl64_u6, .xshl64, [0, 31, 32, 63]),
  (.xshr64_u_u6, .xshr64_u, [0, 31, 32, 63]), (.xshr64_s_u6, .xshr64_s, [0, 31, 32, 63]),
]

private let old: UInt64 = 0xAAAA_BBBB_CCCC_DDDD

@Suite struct Integers {
  /// Runs `opcode` on all pairs of boundary values, with operands in registers and in the accumulator.
  @Test(arguments: binary.indices)
  func binaryIntegerOperationsGiveTheExpectedResults(_ index: Int) throws {
    let (opcode, meaning) = binary[index]
    for fresh in [0, 1, 2] {
      let (image, machine) = try setUp(opcode, [3, 1, 2], fresh)
      for a in edges {
        for b in edges {
          machine.state[x: 1] = a
          machine.state[x: 2] = b
          machine.state[x: 3] = old
          let trap = machine.run(image.entry(0))
          let expected = meaning(a, b)
          #expect(trap?.kind == nil || expected == nil, "\(opcode) \(a) \(b)")
          #expect(machine.state[x: 3] == expected ?? old, "\(opcode) \(a) \(b) \(fresh)")
        }
      }
    }
  }

  /// The destination may be a source, and both sources the same register.
  @Test(arguments: binary.indices)
  func integerOperationsAllowADestinationThatIsASource(_ index: Int) throws {
    let (opcode, meaning) = binary[index]
    for (dst, s1, s2) in [(1, 1, 2), (2, 1, 2), (1, 1, 1), (3, 2, 2)] as [(Int64, Int64, Int64)] {
      for fresh in [0, 1, 2] {
        let (image, machine) = try setUp(opcode, [dst, s1, s2], fresh)
        machine.state[x: 1] = 0x8000_0001_0000_0007
        machine.state[x: 2] = 0x0000_0002_0000_0003
        machine.state[x: 3] = old
        let values = machine.state
        let expected = meaning(values[x: Int(s1)], values[x: Int(s2)])
        _ = machine.run(image.entry(0))
        if let expected { #expect(machine.state[x: Int(dst)] == expected, "\(opcode) \(dst)") }
      }
    }
  }

  @Test(arguments: unary.indices)
  func unaryIntegerOperationsGiveTheExpectedResults(_ index: Int) throws {
    let (opcode, meaning) = unary[index]
    for fresh in [0, 1] {
      let (image, machine) = try setUp(opcode, [3, 1], fresh)
      for a in edges {
        machine.state[x: 1] = a
        machine.state[x: 3] = old
        #expect(machine.run(image.entry(0))?.kind == nil)
        #expect(machine.state[x: 3] == meaning(a, 0), "\(opcode) \(a)")
      }
    }
  }

  @Test(arguments: immediates.indices)
  func immediateOperandsAreExtendedAsTheirTypeSays(_ index: Int) throws {
    let (opcode, base, values) = immediates[index]
    let meaning = try #require(binary.first { $0.0 == base }).1
    for value in values {
      for fresh in [0, 1] {
        let (image, machine) = try setUp(opcode, [3, 1, value], fresh)
        for a in edges {
          machine.state[x: 1] = a
          machine.state[x: 3] = old
          #expect(machine.run(image.entry(0))?.kind == nil)
          let expected = meaning(a, UInt64(bitPattern: value))
          #expect(machine.state[x: 3] == expected, "\(opcode) \(a) \(value)")
        }
      }
    }
  }

  @Test(
    arguments: [
      (.xdiv32_s, 0x8000_0000, 0xFFFF_FFFF, .integerOverflow),
      (.xdiv32_s, 1, 0, .divideByZero), (.xdiv32_u, 1, 0, .divideByZero),
      (.xrem32_s, 1, 0, .divideByZero), (.xrem32_u, 1, 0, .divideByZero),
      (.xdiv64_s, 1 << 63, .max, .integerOverflow), (.xdiv64_s, 1, 0, .divideByZero),
      (.xdiv64_u, 1, 0, .divideByZero), (.xrem64_s, 1, 0, .divideByZero),
      (.xrem64_u, 1, 0, .divideByZero), (.xadd32_uoverflow_trap, 0xFFFF_FFFF, 1, .integerOverflow),
      (.xadd64_uoverflow_trap, .max, 1, .integerOverflow),
    ] as [(Opcode, UInt64, UInt64, TrapKind)])
  func integerOperationsTrapWithTheRightKind(
    _ opcode: Opcode, _ a: UInt64, _ b: UInt64, _ kind: TrapKind
  ) throws {
    let result = try execute(opcode, [3, 1, 2]) {
      $0[x: 1] = a
      $0[x: 2] = b
      $0[x: 3] = old
    }
    #expect(result.trap == kind)
    #expect(result.machine.state[x: 3] == old)
  }

  @Test func integerConstantsAreSignExtended() throws {
    let (machine, trap) = try run {
      for index in 0...5 { $0.xbnot64(x(index), x(10)) }
      $0.xzero(x(0))
      $0.xone(x(1))
      $0.xconst8(x(2), -2)
      $0.xconst16(x(3), -3)
      $0.xconst32(x(4), .min)
      $0.xconst64(x(5), 0x0123_4567_89AB_CDEF)
    }
    #expect(trap?.kind == nil)
    #expect(
      (0...5).map { Int64(bitPattern: machine.state[x: $0]) } == [
        0, 1, -2, -3, Int64(Int32.min), 0x0123_4567_89AB_CDEF,
      ])
  }

  @Test func integerOperationsWithThreeAndFourOperandsGiveTheExpectedResults() throws {
    let (machine, _) = try run(prepare: {
      $0[x: 1] = 0xFFFF_FFFF_0000_0003
      $0[x: 2] = 5
      $0[x: 3] = 0x1_0000_0000
      for register in 4...9 { $0[x: register] = old }
    }) {
      $0.encode(.xmadd32, [4, 1, 2, 3])
      $0.encode(.xmadd64, [5, 1, 2, 3])
      $0.encode(.xselect32, [6, 3, 1, 2])
      $0.encode(.xselect32, [7, 2, 1, 3])
      $0.encode(.xselect64, [8, 3, 1, 2])
      $0.encode(.xselect64, [9, 2, 1, 3])
    }
    let state = machine.state
    #expect(state[x: 4] == 15)
    #expect(state[x: 5] == 0xFFFF_FFFF_0000_0003 &* 5 &+ 0x1_0000_0000)
    #expect(state[x: 6] == 5)
    #expect(state[x: 7] == 3)
    #expect(state[x: 8] == 5)
    #expect(state[x: 9] == 0xFFFF_FFFF_0000_0003)
  }

  @Test func integerOperationsOf128BitsWriteBothHalves() throws {
    let (machine, _) = try run(prepare: {
      $0[x: 1] = .max
      $0[x: 2] = 7
      $0[x: 3] = 3
      $0[x: 4] = 1
    }) {
      $0.encode(.xadd128, [5, 6, 1, 2, 3, 4])
      $0.encode(.xsub128, [7, 8, 3, 4, 1, 2])
      $0.encode(.xwidemul64_s, [9, 10, 1, 3])
      $0.encode(.xwidemul64_u, [11, 12, 1, 3])
      // A destination may be a source.
      $0.encode(.xadd128, [1, 2, 1, 2, 3, 4])
    }
    let state = machine.state
    #expect([state[x: 5], state[x: 6]] == [2, 9])
    #expect([state[x: 7], state[x: 8]] == [4, UInt64.max - 6])
    #expect([state[x: 9], state[x: 10]] == [UInt64(bitPattern: -3), .max])
    #expect([state[x: 11], state[x: 12]] == [UInt64(bitPattern: -3), 2])
    #expect([state[x: 1], state[x: 2]] == [2, 9])
  }

  /// A function of one instruction; `fresh` says which source the instruction before it wrote.
  private func setUp(
    _ opcode: Opcode, _ operands: [Int64], _ fresh: Int
  ) throws -> (CodeImage, Machine) {
    var program = Program()
    program.function {
      if fresh > 0, fresh < operands.count {
        $0.encoder.encode(.xmov, [operands[fresh], operands[fresh]])
      }
      $0.encoder.encode(opcode, operands)
      $0.encoder.ret()
    }
    return (try program.image(), try Machine(stackSize: 4096))
  }
}
