import PulleyISA
import Testing

@testable import PulleyVM

private let values: [Int64] = [
  0, 1, 2, -1, -2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, -128, -129, -32768, -32769,
  0x7FFF_FFFF, -0x8000_0000, 0xFFFF_FFFF, .max, .min,
]

/// Whether the comparison in a branch's name holds.
private func holds(_ name: String, _ a: Int64, _ b: Int64, wide: Bool) -> Bool {
  let (sa, sb) =
    wide ? (a, b) : (Int64(Int32(truncatingIfNeeded: a)), Int64(Int32(truncatingIfNeeded: b)))
  let (ua, ub) =
    wide
    ? (UInt64(bitPattern: a), UInt64(bitPattern: b))
    : (UInt64(UInt32(truncatingIfNeeded: a)), UInt64(UInt32(truncatingIfNeeded: b)))
  return switch name {
  case "xeq": sa == sb
  case "xneq": sa != sb
  case "xslt": sa < sb
  case "xslteq": sa <= sb
  case "xsgt": sa > sb
  case "xsgteq": sa >= sb
  case "xult": ua < ub
  case "xulteq": ua <= ub
  case "xugt": ua > ub
  default: ua >= ub
  }
}

private let comparingBranches: [Opcode] = (0..<UInt16(Opcode.tableSize)).compactMap {
  Opcode(rawValue: $0)
}.filter { $0.mnemonic.hasPrefix("br_if_x") }

@Suite struct Branches {
  /// A function that returns 1 if the branch is taken, else 0.
  private func setUp(_ opcode: Opcode, _ operands: [Int64], fresh: Int64?) throws -> CodeImage {
    var program = Program()
    program.function {
      if let fresh { $0.encoder.encode(.xmov, [fresh, fresh]) }
      let branch = $0.encoder.offset
      $0.encoder.encode(opcode, operands + [0])
      $0.encoder.xzero(x(0))
      $0.encoder.ret()
      $0.land(branch, opcode)
      $0.encoder.xone(x(0))
      $0.encoder.ret()
    }
    return try program.image()
  }

  @Test(arguments: comparingBranches)
  func branchesCompareTheirOperands(_ opcode: Opcode) throws {
    let parts = opcode.mnemonic.split(separator: "_")
    let name = String(parts[2].prefix { !$0.isNumber })
    let wide = parts[2].hasSuffix("64")
    let machine = try Machine(stackSize: 4096)
    if parts.count == 3 {
      for fresh in [nil, 1, 2] as [Int64?] {
        let image = try setUp(opcode, [1, 2], fresh: fresh)
        for a in values {
          for b in values {
            machine.state[x: 1] = UInt64(bitPattern: a)
            machine.state[x: 2] = UInt64(bitPattern: b)
            #expect(machine.run(image.entry(0))?.kind == nil)
            let expected: UInt64 = holds(name, a, b, wide: wide) ? 1 : 0
            #expect(machine.state[x: 0] == expected, "\(opcode) \(a) \(b)")
          }
        }
      }
    } else {
      for b in values where opcode.fields[1].kind.admits(b) {
        for fresh in [nil, 1] as [Int64?] {
          let image = try setUp(opcode, [1, b], fresh: fresh)
          for a in values {
            machine.state[x: 1] = UInt64(bitPattern: a)
            #expect(machine.run(image.entry(0))?.kind == nil)
            let expected: UInt64 = holds(name, a, b, wide: wide) ? 1 : 0
            #expect(machine.state[x: 0] == expected, "\(opcode) \(a) \(b)")
          }
        }
      }
    }
  }

  @Test(arguments: [(0, 0), (1, 1), (0x1_0000_0000, 0), (0xFFFF_FFFF, 1)] as [(UInt64, UInt64)])
  func branchesOnOneRegisterTestItsLowHalf(_ value: UInt64, _ taken: UInt64) throws {
    let machine = try Machine(stackSize: 4096)
    for (opcode, expected) in [(Opcode.br_if32, taken), (.br_if_not32, 1 - taken)] {
      machine.state[x: 1] = value
      let image = try setUp(opcode, [1], fresh: nil)
      #expect(machine.run(image.entry(0))?.kind == nil)
      #expect(machine.state[x: 0] == expected)
    }
  }

  @Test(arguments: [(0, 10), (1, 20), (2, 30), (3, 30), (0xFFFF_FFFF, 30)] as [(UInt64, UInt64)])
  func aBranchTableSelectsItsTargetByIndex(_ index: UInt64, _ result: UInt64) throws {
    for fresh in [false, true] {
      var program = Program()
      program.function { p in
        if fresh { p.encoder.xmov(x(1), x(1)) }
        p.encoder.br_table32(x(1), 3)
        let entries = p.encoder.offset
        for _ in 0..<3 { p.encoder.branchTableEntry(0) }
        for number in 0..<3 {
          let entry = entries + 4 * number
          p.encoder.patch32(at: entry, Int32(p.encoder.offset - entry))
          p.encoder.xconst8(x(0), Int8(10 * (number + 1)))
          p.encoder.ret()
        }
      }
      let image = try program.image()
      let machine = try Machine(stackSize: 4096)
      // Only the low half is tested.
      machine.state[x: 1] = index | 0xABCD_0000_0000_0000
      #expect(machine.run(image.entry(0))?.kind == nil)
      #expect(machine.state[x: 0] == result)
    }
  }

  /// Jumps to jumps, to returns, to branches, to the next instruction and to removed instructions.
  @Test(arguments: allOptions)
  func jumpsAreFollowedWithAllPredecodingOptions(_ options: PredecodingOptions) throws {
    var program = Program()
    program.options = options
    program.function { p in
      // x0 counts down from x0; x1 counts the rounds.
      p.encoder.xzero(x(1))
      let toNext = p.encoder.offset
      p.encoder.jump(0)
      p.land(toNext, .jump)
      let toTest = p.encoder.offset
      p.encoder.jump(0)
      let body = p.encoder.offset
      p.encoder.nop()
      p.encoder.xadd32_u8(x(1), x(1), 1)
      p.encoder.xsub32_u8(x(0), x(0), 1)
      let hop = p.encoder.offset
      p.encoder.jump(0)
      p.land(toTest, .jump)
      p.land(hop, .jump)
      let toTestToo = p.encoder.offset
      p.encoder.jump(0)
      let exit = p.encoder.offset
      p.encoder.ret()
      p.land(toTestToo, .jump)
      let test = p.encoder.offset
      p.encoder.encode(.br_if32, [0, Int64(body - test)])
      p.encoder.xadd32_u8(x(1), x(1), 100)
      p.encoder.jump(Int32(exit - p.encoder.offset))
    }
    let image = try program.image()
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = 5
    #expect(machine.run(image.entry(0))?.kind == nil)
    #expect(machine.state[x: 1] == 105)
  }
}
