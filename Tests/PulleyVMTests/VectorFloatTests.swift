import PulleyISA
import Testing

@testable import PulleyVM

private func maximum<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> T {
  if a.isNaN || b.isNaN { return .nan }
  if a == 0, b == 0 { return a.sign == .plus ? a : b }
  return max(a, b)
}

private func minimum<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> T {
  if a.isNaN || b.isNaN { return .nan }
  if a == 0, b == 0 { return a.sign == .minus ? a : b }
  return min(a, b)
}

private func saturated<T: BinaryFloatingPoint, I: FixedWidthInteger>(_ x: T) -> I {
  if x.isNaN { return 0 }
  if x <= T(I.min) { return .min }
  return x >= T(I.max) ? .max : I(x)
}

@Suite struct VectorFloats {
  @Test func operationsOnVectorsOfSinglesDoWhatScalarsDo() throws {
    for (opcode, meaning) in [
      (.vaddf32x4, { $0 + $1 }), (.vsubf32x4, { $0 - $1 }), (.vmulf32x4, { $0 * $1 }),
      (.vdivf32x4, { $0 / $1 }), (.vmaximumf32x4, { maximum($0, $1) }),
      (.vminimumf32x4, { minimum($0, $1) }),
    ] as [(Opcode, (Float, Float) -> Float)] {
      try expectLanes(opcode, floatEdges, meaning)
    }
    for (opcode, rule) in [
      (.vtrunc32x4, .towardZero), (.vfloor32x4, .down), (.vceil32x4, .up),
      (.vnearest32x4, .toNearestOrEven),
    ] as [(Opcode, FloatingPointRoundingRule)] {
      try expectLanes(opcode, floatEdges) { (a: Float) in a.rounded(rule) }
    }
    try expectLanes(.vsqrt32x4, floatEdges) { (a: Float) in a.squareRoot() }
  }

  @Test func operationsOnVectorsOfDoublesDoWhatScalarsDo() throws {
    for (opcode, meaning) in [
      (.vaddf64x2, { $0 + $1 }), (.vsubf64x2, { $0 - $1 }), (.vmulf64x2, { $0 * $1 }),
      (.vdivf64x2, { $0 / $1 }), (.vmaximumf64x2, { maximum($0, $1) }),
      (.vminimumf64x2, { minimum($0, $1) }),
    ] as [(Opcode, (Double, Double) -> Double)] {
      try expectLanes(opcode, doubleEdges, meaning)
    }
    for (opcode, rule) in [
      (.vtrunc64x2, .towardZero), (.vfloor64x2, .down), (.vceil64x2, .up),
      (.vnearest64x2, .toNearestOrEven),
    ] as [(Opcode, FloatingPointRoundingRule)] {
      try expectLanes(opcode, doubleEdges) { (a: Double) in a.rounded(rule) }
    }
    try expectLanes(.vsqrt64x2, doubleEdges) { (a: Double) in a.squareRoot() }
  }

  /// Sign operations change one bit. Even a signalling NaN keeps all others.
  @Test func signsOfVectorLanesAreNegatedAndCleared() throws {
    let singles = floatEdges.map(\.bitPattern)
    try expectLanes(.vnegf32x4, singles) { (a: UInt32) in a ^ 0x8000_0000 }
    try expectLanes(.vabsf32x4, singles) { (a: UInt32) in a & 0x7FFF_FFFF }
    let doubles = doubleEdges.map(\.bitPattern)
    try expectLanes(.vnegf64x2, doubles) { (a: UInt64) in a ^ 0x8000_0000_0000_0000 }
    try expectLanes(.vabsf64x2, doubles) { (a: UInt64) in a & 0x7FFF_FFFF_FFFF_FFFF }
  }

  @Test func vectorFloatComparisonsGiveMasks() throws {
    for (single, double, meaning) in [
      (.veqf32x4, .veqf64x2, { $0 == $1 }), (.vneqf32x4, .vneqf64x2, { $0 != $1 }),
      (.vltf32x4, .vltf64x2, { $0 < $1 }), (.vlteqf32x4, .vlteqf64x2, { $0 <= $1 }),
    ] as [(Opcode, Opcode, (Double, Double) -> Bool)] {
      try expectLanes(single, floatEdges) { meaning(Double($0), Double($1)) ? UInt32.max : 0 }
      try expectLanes(double, doubleEdges) { meaning($0, $1) ? UInt64.max : 0 }
    }
  }

  /// The product is not rounded before the sum. Which NaN it is may depend on the processor.
  @Test(arguments: [false, true])
  func vectorMultiplyAndAddRoundsOnce(usesProcessor: Bool) throws {
    var options = PredecodingOptions()
    options.usesProcessor = usesProcessor
    let single = try Evaluator(.vfma32x4, [0, 1, 2, 3], options)
    let double = try Evaluator(.vfma64x2, [0, 1, 2, 3], options)
    for index in 0..<200 {
      func pick<T>(_ values: [T], _ factor: Int, _ count: Int) -> [T] {
        (0..<count).map { values[(index * factor + 5 * $0) % values.count] }
      }
      let a = pick(floatEdges + [1.1, 0.3333333], 1, 4)
      let b = pick(floatEdges + [3.7, 1.0000001], 3, 4)
      let c = pick(floatEdges + [-4.07, 1e-7], 7, 4)
      let singles = single {
        $0[vector: 1] = Vector(a)
        $0[vector: 2] = Vector(b)
        $0[vector: 3] = Vector(c)
      }[vector: 0].lanes(Float.self)
      for lane in 0..<4 {
        #expect(same(singles[lane], c[lane].addingProduct(a[lane], b[lane])))
      }
      let x = pick(doubleEdges + [1.1, 0.3333333], 1, 2)
      let y = pick(doubleEdges + [3.7, 1.0000001], 3, 2)
      let z = pick(doubleEdges + [-4.07, 1e-16], 7, 2)
      let doubles = double {
        $0[vector: 1] = Vector(x)
        $0[vector: 2] = Vector(y)
        $0[vector: 3] = Vector(z)
      }[vector: 0].lanes(Double.self)
      for lane in 0..<2 {
        #expect(same(doubles[lane], z[lane].addingProduct(x[lane], y[lane])))
      }
    }
  }

  @Test func vectorsOfIntegersAreConvertedToFloats() throws {
    try expectLanes(.vf32x4_from_i32x4_s, edges(Int32.self)) { Float($0) }
    try expectLanes(.vf32x4_from_i32x4_u, edges(UInt32.self)) { Float($0) }
    try expectLanes(.vf64x2_from_i64x2_s, edges(Int64.self)) { Double($0) }
    try expectLanes(.vf64x2_from_i64x2_u, edges(UInt64.self)) { Double($0) }
    let halves = (0..<32).flatMap { [UInt32(1) << $0, UInt32(3) << $0 | 1] }
    try expectLanes(.vf32x4_from_i32x4_u, halves) { Float($0) }
    let wholes = (0..<64).flatMap { [UInt64(1) << $0 | 1, UInt64(3) << $0 &- 1] }
    try expectLanes(.vf64x2_from_i64x2_u, wholes) { Double($0) }
  }

  @Test func vectorsOfFloatsAreConvertedToSaturatedIntegers() throws {
    try expectLanes(.vi32x4_from_f32x4_s, floatEdges) { saturated($0) as Int32 }
    try expectLanes(.vi32x4_from_f32x4_u, floatEdges) { saturated($0) as UInt32 }
    try expectLanes(.vi64x2_from_f64x2_s, doubleEdges) { saturated($0) as Int64 }
    try expectLanes(.vi64x2_from_f64x2_u, doubleEdges) { saturated($0) as UInt64 }
  }

  @Test func vectorsOfSinglesAndDoublesAreConvertedToOneAnother() throws {
    try expectVectors(.vfpromotelow, floatEdges) { $0.prefix(2).map { Double($0) } }
    try expectVectors(.vfdemote, doubleEdges) { $0.map { Float($0) } + [0, 0] }
  }

  /// Arithmetic makes a signalling NaN quiet and keeps its payload.
  @Test func vectorArithmeticQuietsNaNs() throws {
    let signalling = Vector(Array(repeating: 0x7FF0_0000_0000_0001 as UInt64, count: 2))
    let quiet = Vector(Array(repeating: 0x7FF8_0000_0000_0001 as UInt64, count: 2))
    for opcode: Opcode in [.vtrunc64x2, .vfloor64x2, .vceil64x2, .vnearest64x2, .vsqrt64x2] {
      let state = try Evaluator(opcode, [0, 1])({ $0[vector: 1] = signalling })
      #expect(state[vector: 0] == quiet, "\(opcode.mnemonic)")
    }
    for opcode: Opcode in [.vaddf64x2, .vmaximumf64x2, .vminimumf64x2] {
      let state = try Evaluator(opcode, [0, 1, 2])({
        $0[vector: 1] = signalling
        $0[vector: 2] = Vector([1, -1] as [Double])
      })
      #expect(state[vector: 0] == quiet, "\(opcode.mnemonic)")
    }
  }
}
