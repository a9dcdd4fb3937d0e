import PulleyISA
import Testing

@testable import PulleyVM

private let bytes = Vector((0..<16).map { UInt8(0xA0 + $0) })
private let others = Vector((0..<16).map { UInt8(0x10 + $0) })

@Suite struct VectorLanes {
  @Test func vectorMovesAndSelectionsCopyAllBits() throws {
    #expect(try Evaluator(.vmov, [0, 1])({ $0[vector: 1] = bytes })[vector: 0] == bytes)
    let constant = try Evaluator(
      .vconst128, [31, Int64(bitPattern: bytes.low), Int64(bitPattern: bytes.high)])
    #expect(constant({ _ in })[vector: 31] == bytes)
    let select = try Evaluator(.vselect, [0, 5, 1, 2])
    for (condition, expected) in [(0, others), (1, bytes), (1 << 32, others)]
      as [(UInt64, Vector)]
    {
      let state = select {
        $0[x: 5] = condition
        $0[vector: 1] = bytes
        $0[vector: 2] = others
      }
      #expect(state[vector: 0] == expected)
    }
  }

  @Test func vectorBitwiseOperationsWorkOnAllBits() throws {
    try expectLanes(.vband128, edges(UInt64.self)) { $0 & $1 }
    try expectLanes(.vbor128, edges(UInt64.self)) { $0 | $1 }
    try expectLanes(.vbxor128, edges(UInt64.self)) { $0 ^ $1 }
    try expectLanes(.vbnot128, edges(UInt64.self)) { (a: UInt64) in ~a }
    let state = try Evaluator(.vbitselect128, [0, 3, 1, 2])({
      $0[vector: 3] = Vector([0xFFFF_0000_F0F0_F0F0, 0x0000_FFFF_0F0F_0F0F] as [UInt64])
      $0[vector: 1] = Vector([0x1111_1111_1111_1111, 0x2222_2222_2222_2222] as [UInt64])
      $0[vector: 2] = Vector([0xEEEE_EEEE_EEEE_EEEE, 0xDDDD_DDDD_DDDD_DDDD] as [UInt64])
    })
    #expect(
      state[vector: 0]
        == Vector([0x1111_EEEE_1E1E_1E1E, 0xDDDD_2222_D2D2_D2D2] as [UInt64]))
  }

  @Test func splatsFillEachLane() throws {
    let value: UInt64 = 0x1234_5678_9ABC_DEF0
    for (opcode, expected) in [
      (.vsplatx8, Vector(Array(repeating: 0xF0 as UInt8, count: 16))),
      (.vsplatx16, Vector(Array(repeating: 0xDEF0 as UInt16, count: 8))),
      (.vsplatx32, Vector(Array(repeating: 0x9ABC_DEF0 as UInt32, count: 4))),
      (.vsplatx64, Vector([value, value])),
      (.vsplatf32, Vector(Array(repeating: 0x9ABC_DEF0 as UInt32, count: 4))),
      (.vsplatf64, Vector([value, value])),
    ] as [(Opcode, Vector)] {
      let state = try Evaluator(opcode, [7, 3])({
        $0[x: 3] = value
        $0[fBits: 3] = value
      })
      #expect(state[vector: 7] == expected, "\(opcode.mnemonic)")
    }
  }

  @Test func lanesAreExtracted() throws {
    let old: UInt64 = 0xAAAA_BBBB_CCCC_DDDD
    func check(_ opcode: Opcode, _ lane: Int, _ expected: UInt64) throws {
      let state = try Evaluator(opcode, [4, 9, Int64(lane)])({
        $0[vector: 9] = bytes
        $0[x: 4] = old
        $0[fBits: 4] = old
      })
      let isFloat = opcode.mnemonic.hasPrefix("f")
      #expect(
        (isFloat ? state[fBits: 4] : state[x: 4]) == expected, "\(opcode.mnemonic) \(lane)")
    }
    for lane in 0..<16 {
      try check(.xextractv8x16, lane, UInt64(bytes.lanes(UInt8.self)[lane]))
    }
    for lane in 0..<8 {
      try check(.xextractv16x8, lane, UInt64(bytes.lanes(UInt16.self)[lane]))
    }
    for lane in 0..<4 {
      try check(.xextractv32x4, lane, UInt64(bytes.lanes(UInt32.self)[lane]))
      try check(.fextractv32x4, lane, UInt64(bytes.lanes(UInt32.self)[lane]))
    }
    for lane in 0..<2 {
      try check(.xextractv64x2, lane, bytes.lanes(UInt64.self)[lane])
      try check(.fextractv64x2, lane, bytes.lanes(UInt64.self)[lane])
    }
    // There is no such lane. The access must not reach beyond the register.
    try check(.xextractv8x16, 0xFF, 0xAF)
  }

  @Test func lanesAreInserted() throws {
    func check<T: FixedWidthInteger & BitwiseCopyable>(_ opcode: Opcode, _: T.Type) throws {
      let value: UInt64 = 0x1234_5678_9ABC_DEF0
      for lane in 0..<16 / MemoryLayout<T>.size {
        for destination in [0, 1] as [Int64] {
          let state = try Evaluator(opcode, [destination, 1, 2, Int64(lane)])({
            $0[vector: 1] = bytes
            $0[x: 2] = value
            $0[fBits: 2] = value
          })
          var expected = bytes.lanes(T.self)
          expected[lane] = T(truncatingIfNeeded: value)
          #expect(
            state[vector: Int(destination)].lanes() == expected, "\(opcode.mnemonic) \(lane)")
        }
      }
    }
    try check(.vinsertx8, UInt8.self)
    try check(.vinsertx16, UInt16.self)
    try check(.vinsertx32, UInt32.self)
    try check(.vinsertx64, UInt64.self)
    try check(.vinsertf32, UInt32.self)
    try check(.vinsertf64, UInt64.self)
  }

  @Test func shufflesTakeBytesOfBothVectors() throws {
    let all = bytes.lanes(UInt8.self) + others.lanes(UInt8.self)
    for mask in [
      Array(0..<16), Array(16..<32), Array((0..<16).reversed()), Array(repeating: 31, count: 16),
      (0..<16).map { $0 * 2 }, (0..<16).map { ($0 * 11 + 5) % 32 },
      [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23],
    ] as [[UInt8]] {
      let operand = Vector(mask)
      let shuffle = try Evaluator(
        .vshuffle, [0, 1, 2, Int64(bitPattern: operand.low), Int64(bitPattern: operand.high)])
      let state = shuffle {
        $0[vector: 1] = bytes
        $0[vector: 2] = others
      }
      #expect(state[vector: 0].lanes() == mask.map { all[Int($0)] }, "\(mask)")
    }
  }

  @Test func swizzlesGiveZeroForIndicesOutOfRange() throws {
    let swizzle = try Evaluator(.vswizzlei8x16, [0, 1, 2])
    for first in stride(from: 0, through: 240, by: 5) {
      let mask = (0..<16).map { UInt8(truncatingIfNeeded: first + 7 * $0) }
      let state = swizzle {
        $0[vector: 1] = bytes
        $0[vector: 2] = Vector(mask)
      }
      let expected = mask.map { $0 < 16 ? bytes.lanes(UInt8.self)[Int($0)] : 0 }
      #expect(state[vector: 0].lanes() == expected, "\(mask)")
    }
  }

  @Test func bitmasksAndTestsReduceAllLanesToOneNumber() throws {
    try sumUp(Int8.self, .vbitmask8x16, .valltrue8x16, .vanytrue8x16)
    try sumUp(Int16.self, .vbitmask16x8, .valltrue16x8, .vanytrue16x8)
    try sumUp(Int32.self, .vbitmask32x4, .valltrue32x4, .vanytrue32x4)
    try sumUp(Int64.self, .vbitmask64x2, .valltrue64x2, .vanytrue64x2)
  }

  private func sumUp<T: FixedWidthInteger & BitwiseCopyable>(
    _: T.Type, _ bitmask: Opcode, _ all: Opcode, _ any: Opcode
  ) throws {
    let count = 16 / MemoryLayout<T>.size
    var vectors = (0..<14).map { start in
      (0..<count).map { edges(T.self)[(start + $0) % 14] }
    }
    vectors.append(Array(repeating: 0, count: count))
    vectors.append(Array(repeating: 1, count: count))
    vectors.append(Array(repeating: -1 as T, count: count))
    for lane in 0..<count {
      for (background, value) in [(0, 1), (0, T.min), (1, 0), (T.min, 0)] as [(T, T)] {
        var lanes = Array(repeating: background, count: count)
        lanes[lane] = value
        vectors.append(lanes)
      }
    }
    for lanes in vectors {
      var mask: UInt32 = 0
      for (lane, value) in lanes.enumerated() where value < 0 { mask |= 1 << UInt32(lane) }
      let zeros = lanes.count { $0 == 0 }
      for (opcode, expected) in [
        (bitmask, mask), (all, zeros == 0 ? 1 : 0), (any, zeros < count ? 1 : 0),
      ] as [(Opcode, UInt32)] {
        let state = try Evaluator(opcode, [3, 4])({
          $0[x: 3] = .max
          $0[vector: 4] = Vector(lanes)
        })
        #expect(
          state[x: 3] == UInt64(expected), "\(opcode.mnemonic) \(lanes)")
      }
    }
  }

  /// Instructions that read x registers see the latest values, and later ones see those that they write.
  @Test func numbersFromVectorsPassThroughTheAccumulator() throws {
    for options in allOptions {
      let (machine, trap) = try run(
        options,
        prepare: {
          $0[vector: 1] = bytes
          $0[x: 6] = 0x77
        }
      ) {
        $0.encode(.xadd32_u8, [2, 6, 1])
        $0.encode(.vsplatx8, [2, 2])
        $0.encode(.xextractv8x16, [3, 1, 15])
        $0.encode(.xadd32, [4, 3, 2])
        $0.encode(.vinsertx16, [3, 1, 4, 7])
        $0.encode(.vbitmask8x16, [5, 3])
        $0.encode(.vshli8x16, [4, 2, 5])
        $0.encode(.xextractv64x2, [7, 4, 1])
        $0.encode(.xadd64, [7, 7, 7])
        $0.encode(.vanytrue8x16, [8, 2])
        $0.encode(.vselect, [5, 8, 1, 2])
      }
      let state = machine.state
      #expect(trap == nil)
      #expect(state[vector: 2] == Vector(Array(repeating: 0x78 as UInt8, count: 16)))
      #expect(state[x32: 3] == 0xAF)
      #expect(state[x32: 4] == 0x127)
      #expect(state[vector: 3].lanes(UInt16.self)[7] == 0x127)
      #expect(state[x32: 5] == 0x3FFF)
      #expect(state[vector: 4] == Vector(Array(repeating: 0 as UInt8, count: 16)))
      #expect(state[x: 7] == 0)
      #expect(state[x32: 8] == 1)
      #expect(state[vector: 5] == bytes)
      withExtendedLifetime(machine) {}
    }
  }
}
