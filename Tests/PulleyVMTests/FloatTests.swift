import PulleyISA
import Testing

@testable import PulleyVM

private let doubles: [Double] = [
  0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.5, 0.4999999999999999, 4503599627370495.5,
  4503599627370496, -4503599627370497, 2147483647, 2147483648, -2147483648, -2147483649,
  4294967295, 4294967296, -0.9, -1.1, 9.2e18, 9_223_372_036_854_775_808, 1.8e19,
  18_446_744_073_709_551_616, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
  .greatestFiniteMagnitude, 1e-300, 16777216.5,
]
private let floats: [Float] = doubles.map { Float($0) } + [8388607.5, 8388608, 2.1474836e9]

/// Whether two numbers have equal bits or are both quiet NaNs.
private func same(_ a: Double, _ b: Double) -> Bool {
  a.bitPattern == b.bitPattern || a.isNaN && b.isNaN && !a.isSignalingNaN
}
private func same(_ a: Float, _ b: Float) -> Bool {
  a.bitPattern == b.bitPattern || a.isNaN && b.isNaN && !a.isSignalingNaN
}

private func wasmMax<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> T {
  if a.isNaN || b.isNaN { return .nan }
  if a == 0, b == 0 { return a.sign == .plus ? a : b }
  return Swift.max(a, b)
}
private func wasmMin<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> T {
  if a.isNaN || b.isNaN { return .nan }
  if a == 0, b == 0 { return a.sign == .minus ? a : b }
  return Swift.min(a, b)
}

@Suite struct Floats {
  private func evaluate(
    _ opcode: Opcode, _ operands: [Int64]
  ) throws -> (_ prepare: (MachineState) -> Void) -> (MachineState, TrapKind?) {
    var program = Program()
    program.function {
      $0.encoder.encode(opcode, operands)
      $0.encoder.ret()
    }
    let image = try program.image()
    let machine = try Machine(stackSize: 4096)
    return { prepare in
      prepare(machine.state)
      let trap = machine.run(image.entry(0))
      return (machine.state, trap?.kind)
    }
  }

  @Test func binaryOperationsOnDoublesGiveIEEEResults() throws {
    for (opcode, meaning) in [
      (.fadd64, { $0 + $1 }), (.fsub64, { $0 - $1 }), (.fmul64, { $0 * $1 }),
      (.fdiv64, { $0 / $1 }), (.fmaximum64, { wasmMax($0, $1) }),
      (.fminimum64, { wasmMin($0, $1) }),
    ] as [(Opcode, (Double, Double) -> Double)] {
      let evaluate = try evaluate(opcode, [0, 1, 2])
      for a in doubles {
        for b in doubles {
          let (state, _) = evaluate {
            $0[f64: 1] = a
            $0[f64: 2] = b
          }
          #expect(same(state[f64: 0], meaning(a, b)), "\(opcode) \(a) \(b)")
        }
      }
    }
  }

  @Test func binaryOperationsOnSinglesGiveIEEEResults() throws {
    for (opcode, meaning) in [
      (.fadd32, { $0 + $1 }), (.fsub32, { $0 - $1 }), (.fmul32, { $0 * $1 }),
      (.fdiv32, { $0 / $1 }), (.fmaximum32, { wasmMax($0, $1) }),
      (.fminimum32, { wasmMin($0, $1) }),
    ] as [(Opcode, (Float, Float) -> Float)] {
      let evaluate = try evaluate(opcode, [0, 1, 2])
      for a in floats {
        for b in floats {
          let (state, _) = evaluate {
            $0[fBits: 0] = 0xABCD_EF01_0000_0000
            $0[f32: 1] = a
            $0[f32: 2] = b
          }
          #expect(same(state[f32: 0], meaning(a, b)), "\(opcode) \(a) \(b)")
          #expect(state[fBits: 0] >> 32 == 0xABCD_EF01)
        }
      }
    }
  }

  @Test func floatsAreRoundedInEachDirection() throws {
    for (single, double, rule) in [
      (.ftrunc32, .ftrunc64, .towardZero), (.ffloor32, .ffloor64, .down),
      (.fceil32, .fceil64, .up), (.fnearest32, .fnearest64, .toNearestOrEven),
    ] as [(Opcode, Opcode, FloatingPointRoundingRule)] {
      let evaluate32 = try evaluate(single, [0, 1])
      for a in floats {
        let (state, _) = evaluate32 { $0[f32: 1] = a }
        #expect(same(state[f32: 0], a.rounded(rule)), "\(single) \(a)")
      }
      let evaluate64 = try evaluate(double, [0, 1])
      for a in doubles {
        let (state, _) = evaluate64 { $0[f64: 1] = a }
        #expect(same(state[f64: 0], a.rounded(rule)), "\(double) \(a)")
      }
    }
  }

  @Test func squareRootsAreRoundedCorrectly() throws {
    let evaluate32 = try evaluate(.fsqrt32, [0, 1])
    for a in floats {
      #expect(same(evaluate32 { $0[f32: 1] = a }.0[f32: 0], a.squareRoot()), "\(a)")
    }
    let evaluate64 = try evaluate(.fsqrt64, [0, 1])
    for a in doubles {
      #expect(same(evaluate64 { $0[f64: 1] = a }.0[f64: 0], a.squareRoot()), "\(a)")
    }
  }

  /// Arithmetic makes a signalling NaN quiet; moves and sign changes keep every bit.
  @Test func arithmeticQuietsNaNsAndSignOperationsKeepThem() throws {
    let signalling: UInt64 = 0x7FF0_0000_0000_0001
    for opcode: Opcode in [.ftrunc64, .ffloor64, .fceil64, .fnearest64, .fsqrt64] {
      let (state, _) = try evaluate(opcode, [0, 1])({ $0[fBits: 1] = signalling })
      #expect(state[fBits: 0] == signalling | 1 << 51, "\(opcode)")
    }
    for opcode: Opcode in [.fadd64, .fmaximum64, .fminimum64] {
      let (state, _) = try evaluate(opcode, [0, 1, 2])({
        $0[fBits: 1] = signalling
        $0[f64: 2] = 1
      })
      #expect(state[fBits: 0] == signalling | 1 << 51, "\(opcode)")
    }
    let sign: UInt64 = 1 << 63
    for (opcode, expected) in [
      (.fmov, signalling), (.fneg64, signalling | sign), (.fabs64, signalling),
    ] as [(Opcode, UInt64)] {
      let (state, _) = try evaluate(opcode, [0, 1])({ $0[fBits: 1] = signalling })
      #expect(state[fBits: 0] == expected, "\(opcode)")
    }
    let (state, _) = try evaluate(.fcopysign64, [0, 1, 2])({
      $0[fBits: 1] = signalling
      $0[f64: 2] = -1
    })
    #expect(state[fBits: 0] == signalling | sign)
  }

  @Test func signsOfSinglesAreNegatedClearedAndCopied() throws {
    for (opcode, expected) in [(.fneg32, 0xFF80_0001), (.fabs32, 0x7F80_0001)]
      as [(Opcode, UInt32)]
    {
      let (state, _) = try evaluate(opcode, [0, 1])({ $0[fBits: 1] = 0x7F80_0001 })
      #expect(state[f32: 0].bitPattern == expected)
    }
    let (state, _) = try evaluate(.fcopysign32, [0, 1, 2])({
      $0[f32: 1] = -3
      $0[f32: 2] = 0
    })
    #expect(state[f32: 0] == 3)
  }

  @Test func floatComparisonsFollowIEEE() throws {
    for (single, double, meaning) in [
      (.feq32, .feq64, { $0 == $1 }), (.fneq32, .fneq64, { $0 != $1 }),
      (.flt32, .flt64, { $0 < $1 }), (.flteq32, .flteq64, { $0 <= $1 }),
    ] as [(Opcode, Opcode, (Double, Double) -> Bool)] {
      let evaluate32 = try evaluate(single, [0, 1, 2])
      let evaluate64 = try evaluate(double, [0, 1, 2])
      for a in doubles {
        for b in doubles {
          let (state, _) = evaluate64 {
            $0[f64: 1] = a
            $0[f64: 2] = b
          }
          #expect(state[x32: 0] == (meaning(a, b) ? 1 : 0), "\(double) \(a) \(b)")
          let (state32, _) = evaluate32 {
            $0[f32: 1] = Float(a)
            $0[f32: 2] = Float(b)
          }
          let expected = meaning(Double(Float(a)), Double(Float(b)))
          #expect(state32[x32: 0] == (expected ? 1 : 0), "\(single) \(a) \(b)")
        }
      }
    }
  }

  @Test func floatSelectionTestsTheLowHalfOfItsCondition() throws {
    // These own the machines, whose registers are freed with them.
    let evaluate64 = try evaluate(.fselect64, [0, 5, 1, 2])
    let evaluate32 = try evaluate(.fselect32, [0, 5, 1, 2])
    for (condition, expected) in [(0, 2), (1, 1), (1 << 32, 2)] as [(UInt64, Double)] {
      let (state, _) = evaluate64 {
        $0[x: 5] = condition
        $0[f64: 1] = 1
        $0[f64: 2] = 2
      }
      #expect(state[f64: 0] == expected)
      let (state32, _) = evaluate32 {
        $0[x: 5] = condition
        $0[f32: 1] = 1
        $0[f32: 2] = 2
      }
      #expect(state32[f32: 0] == Float(expected))
    }
  }

  @Test func floatConstantsAndBitcastsKeepAllBits() throws {
    let (machine, trap) = try run(prepare: { $0[x: 9] = 0x1122_3344_5566_7788 }) {
      $0.fconst32(f(0), 0x3FC0_0000)
      $0.fconst64(f(1), 0x4004_0000_0000_0000)
      $0.encode(.bitcast_int_from_float_32, [0, 0])
      $0.encode(.bitcast_int_from_float_64, [1, 1])
      $0.encode(.bitcast_float_from_int_32, [2, 9])
      $0.encode(.bitcast_float_from_int_64, [3, 9])
      $0.encode(.f64_from_f32, [4, 0])
      $0.encode(.f32_from_f64, [5, 1])
    }
    let state = machine.state
    #expect(trap?.kind == nil)
    #expect(state[f32: 0] == 1.5 && state[f64: 1] == 2.5)
    #expect(state[x32: 0] == 0x3FC0_0000 && state[x: 1] == 0x4004_0000_0000_0000)
    #expect(state[f32: 2].bitPattern == 0x5566_7788)
    #expect(state[fBits: 3] == 0x1122_3344_5566_7788)
    #expect(state[f64: 4] == 1.5 && state[f32: 5] == 2.5)
  }
}
