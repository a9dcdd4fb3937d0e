import PulleyISA
import Testing

@testable import PulleyVM

private func saturating<T: FixedWidthInteger>(
  _ result: (partialValue: T, overflow: Bool), downwards: Bool
) -> T {
  result.overflow ? (downwards ? .min : .max) : result.partialValue
}

private func addSaturating<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
  saturating(a.addingReportingOverflow(b), downwards: b < 0)
}

private func subtractSaturating<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
  saturating(a.subtractingReportingOverflow(b), downwards: b > 0)
}

private func sumOfNeighbours<T: FixedWidthInteger>(_ a: [T], _ b: [T]) -> [T] {
  var sums: [T] = []
  let all = a + b
  for index in stride(from: 0, to: all.count, by: 2) { sums.append(all[index] &+ all[index + 1]) }
  return sums
}

@Suite struct VectorIntegers {
  @Test func vectorIntegerArithmeticWrapsAroundInEachLane() throws {
    try wrap(UInt8.self, .vaddi8x16, .vsubi8x16, .vmuli8x16, .vneg8x16)
    try wrap(UInt16.self, .vaddi16x8, .vsubi16x8, .vmuli16x8, .vneg16x8)
    try wrap(UInt32.self, .vaddi32x4, .vsubi32x4, .vmuli32x4, .vneg32x4)
    try wrap(UInt64.self, .vaddi64x2, .vsubi64x2, .vmuli64x2, .vneg64x2)
  }

  private func wrap<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, _ add: Opcode, _ subtract: Opcode, _ multiply: Opcode, _ negate: Opcode
  ) throws {
    try expectLanes(add, edges(type)) { $0 &+ $1 }
    try expectLanes(subtract, edges(type)) { $0 &- $1 }
    try expectLanes(multiply, edges(type)) { $0 &* $1 }
    try expectLanes(negate, edges(type)) { (a: T) in 0 &- a }
  }

  @Test func vectorIntegerArithmeticSaturatesInEachLane() throws {
    try expectLanes(.vaddi8x16_sat, edges(Int8.self)) { addSaturating($0, $1) }
    try expectLanes(.vaddu8x16_sat, edges(UInt8.self)) { addSaturating($0, $1) }
    try expectLanes(.vaddi16x8_sat, edges(Int16.self)) { addSaturating($0, $1) }
    try expectLanes(.vaddu16x8_sat, edges(UInt16.self)) { addSaturating($0, $1) }
    try expectLanes(.vsubi8x16_sat, edges(Int8.self)) { subtractSaturating($0, $1) }
    try expectLanes(.vsubu8x16_sat, edges(UInt8.self)) { subtractSaturating($0, $1) }
    try expectLanes(.vsubi16x8_sat, edges(Int16.self)) { subtractSaturating($0, $1) }
    try expectLanes(.vsubu16x8_sat, edges(UInt16.self)) { subtractSaturating($0, $1) }
  }

  @Test func vectorMinimaAndMaximaAreSignedOrUnsigned() throws {
    try extremes(Int8.self, .vmin8x16_s, .vmax8x16_s)
    try extremes(UInt8.self, .vmin8x16_u, .vmax8x16_u)
    try extremes(Int16.self, .vmin16x8_s, .vmax16x8_s)
    try extremes(UInt16.self, .vmin16x8_u, .vmax16x8_u)
    try extremes(Int32.self, .vmin32x4_s, .vmax32x4_s)
    try extremes(UInt32.self, .vmin32x4_u, .vmax32x4_u)
  }

  private func extremes<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, _ minimum: Opcode, _ maximum: Opcode
  ) throws {
    try expectLanes(minimum, edges(type)) { min($0, $1) }
    try expectLanes(maximum, edges(type)) { max($0, $1) }
  }

  @Test func vectorAbsoluteValuesWrapAroundAtTheMinimum() throws {
    try expectLanes(.vabs8x16, edges(Int8.self)) { $0.magnitude }
    try expectLanes(.vabs16x8, edges(Int16.self)) { $0.magnitude }
    try expectLanes(.vabs32x4, edges(Int32.self)) { $0.magnitude }
    try expectLanes(.vabs64x2, edges(Int64.self)) { $0.magnitude }
  }

  @Test func vectorAveragesProductsAndBitCountsGiveTheExpectedResults() throws {
    try expectLanes(.vavground8x16, edges(UInt8.self)) {
      UInt8((UInt32($0) + UInt32($1) + 1) / 2)
    }
    try expectLanes(.vavground16x8, edges(UInt16.self)) {
      UInt16((UInt32($0) + UInt32($1) + 1) / 2)
    }
    try expectLanes(.vqmulrsi16x8, edges(Int16.self)) {
      Int16(clamping: (Int32($0) * Int32($1) + 0x4000) >> 15)
    }
    try expectLanes(.vpopcnt8x16, Array(UInt8.min...UInt8.max)) { UInt8($0.nonzeroBitCount) }
    try expectVectors(.vaddpairwisei16x8_s, edges(Int16.self)) { sumOfNeighbours($0, $1) }
    try expectVectors(.vaddpairwisei32x4_s, edges(Int32.self)) { sumOfNeighbours($0, $1) }
  }

  @Test func vectorShiftCountsAreTakenModuloTheLaneWidth() throws {
    try shift(Int8.self, UInt8.self, .vshli8x16, .vshri8x16_s, .vshri8x16_u)
    try shift(Int16.self, UInt16.self, .vshli16x8, .vshri16x8_s, .vshri16x8_u)
    try shift(Int32.self, UInt32.self, .vshli32x4, .vshri32x4_s, .vshri32x4_u)
    try shift(Int64.self, UInt64.self, .vshli64x2, .vshri64x2_s, .vshri64x2_u)
  }

  private func shift<
    S: FixedWidthInteger & BitwiseCopyable, U: FixedWidthInteger & BitwiseCopyable
  >(_: S.Type, _: U.Type, _ left: Opcode, _ right: Opcode, _ unsignedRight: Opcode) throws {
    for (opcode, meaning) in [
      (left, { (a: S, n: UInt64) in a &<< S(truncatingIfNeeded: n) }),
      (right, { (a: S, n: UInt64) in a &>> S(truncatingIfNeeded: n) }),
      (
        unsignedRight,
        { (a: S, n: UInt64) in
          S(truncatingIfNeeded: U(truncatingIfNeeded: a) &>> U(truncatingIfNeeded: n))
        }
      ),
    ] {
      let evaluate = try Evaluator(opcode, [0, 1, 2])
      let lanes = Array(edges(S.self).suffix(16 / MemoryLayout<S>.size))
      let padded = (0..<16 / MemoryLayout<S>.size).map { lanes[$0 % lanes.count] }
      // The high half of the register is ignored.
      for count in Array(0...70) + [255, 256, 0xFFFF_FFFF, 7 << 32 | 3] as [UInt64] {
        let state = evaluate {
          $0[vector: 1] = Vector(padded)
          $0[x: 2] = count
        }
        #expect(
          state[vector: 0].lanes() == padded.map { meaning($0, count & 0xFFFF_FFFF) },
          "\(opcode.mnemonic) \(count)")
      }
    }
  }

  @Test func vectorIntegerComparisonsGiveMasks() throws {
    try compare(
      Int8.self, UInt8.self,
      [.veq8x16, .vneq8x16, .vslt8x16, .vslteq8x16, .vult8x16, .vulteq8x16])
    try compare(
      Int16.self, UInt16.self,
      [.veq16x8, .vneq16x8, .vslt16x8, .vslteq16x8, .vult16x8, .vulteq16x8])
    try compare(
      Int32.self, UInt32.self,
      [.veq32x4, .vneq32x4, .vslt32x4, .vslteq32x4, .vult32x4, .vulteq32x4])
    try compare(
      Int64.self, UInt64.self,
      [.veq64x2, .vneq64x2, .vslt64x2, .vslteq64x2, .vult64x2, .vulteq64x2])
  }

  private func compare<
    S: FixedWidthInteger & BitwiseCopyable, U: FixedWidthInteger & BitwiseCopyable
  >(_: S.Type, _: U.Type, _ opcodes: [Opcode]) throws {
    try expectLanes(opcodes[0], edges(S.self)) { $0 == $1 ? -1 as S : 0 }
    try expectLanes(opcodes[1], edges(S.self)) { $0 != $1 ? -1 as S : 0 }
    try expectLanes(opcodes[2], edges(S.self)) { $0 < $1 ? -1 as S : 0 }
    try expectLanes(opcodes[3], edges(S.self)) { $0 <= $1 ? -1 as S : 0 }
    try expectLanes(opcodes[4], edges(U.self)) { $0 < $1 ? U.max : 0 }
    try expectLanes(opcodes[5], edges(U.self)) { $0 <= $1 ? U.max : 0 }
  }

  @Test func vectorLanesAreWidenedWithOrWithoutSign() throws {
    try widen(Int8.self, Int16.self, .vwidenlow8x16_s, .vwidenhigh8x16_s)
    try widen(UInt8.self, UInt16.self, .vwidenlow8x16_u, .vwidenhigh8x16_u)
    try widen(Int16.self, Int32.self, .vwidenlow16x8_s, .vwidenhigh16x8_s)
    try widen(UInt16.self, UInt32.self, .vwidenlow16x8_u, .vwidenhigh16x8_u)
    try widen(Int32.self, Int64.self, .vwidenlow32x4_s, .vwidenhigh32x4_s)
    try widen(UInt32.self, UInt64.self, .vwidenlow32x4_u, .vwidenhigh32x4_u)
  }

  private func widen<
    T: FixedWidthInteger & BitwiseCopyable, W: FixedWidthInteger & BitwiseCopyable
  >(_: T.Type, _: W.Type, _ low: Opcode, _ high: Opcode) throws {
    try expectVectors(low, edges(T.self)) { $0.prefix($0.count / 2).map { W($0) } }
    try expectVectors(high, edges(T.self)) { $0.suffix($0.count / 2).map { W($0) } }
  }

  @Test func vectorLanesAreNarrowedWithSaturation() throws {
    try narrow(Int16.self, Int8.self, .vnarrow16x8_s)
    try narrow(Int16.self, UInt8.self, .vnarrow16x8_u)
    try narrow(Int32.self, Int16.self, .vnarrow32x4_s)
    try narrow(Int32.self, UInt16.self, .vnarrow32x4_u)
    try narrow(Int64.self, Int32.self, .vnarrow64x2_s)
    try narrow(Int64.self, UInt32.self, .vnarrow64x2_u)
    try narrow(UInt64.self, UInt32.self, .vunarrow64x2_u)
  }

  private func narrow<
    T: FixedWidthInteger & BitwiseCopyable, N: FixedWidthInteger & BitwiseCopyable
  >(_: T.Type, _: N.Type, _ opcode: Opcode) throws {
    let near: [T] = [
      T(N.max), T(N.max) + 1, T(N.max) - 1, T(truncatingIfNeeded: N.min),
      T(truncatingIfNeeded: N.min) &- 1, T(truncatingIfNeeded: N.min) &+ 1,
    ]
    try expectVectors(opcode, near + edges(T.self)) { ($0 + $1).map { N(clamping: $0) } }
  }
}
