import PulleyISA
import Testing

@testable import PulleyVM

/// fib(n) by double recursion, as a compiler would write it.
func fibonacci() -> Program {
  var program = Program()
  program.function { p in
    p.encoder.push_frame_save(32, UpperRegSet([x(16), x(17)]))
    p.encoder.xmov(x(16), x(0))
    let small = p.encoder.offset
    p.encoder.encode(.br_if_xslt32_i8, [16, 2, 0])
    p.encoder.xsub32_u8(x(0), x(16), 1)
    p.call(.call, [], 0)
    p.encoder.xmov(x(17), x(0))
    p.encoder.xsub32_u8(x(16), x(16), 2)
    p.call(.call1, [16], 0)
    p.encoder.xadd32(x(0), x(17), x(0))
    p.encoder.pop_frame_restore(32, UpperRegSet([x(16), x(17)]))
    p.encoder.ret()
    p.land(small, .br_if_xslt32_i8)
    p.encoder.xmov(x(0), x(16))
    p.encoder.pop_frame_restore(32, UpperRegSet([x(16), x(17)]))
    p.encoder.ret()
  }
  return program
}

@Suite struct Calls {
  @Test(arguments: allOptions)
  func aFunctionCallsItselfRecursively(_ options: PredecodingOptions) throws {
    var program = fibonacci()
    program.options = options
    let image = try program.image()
    let machine = try Machine()
    let sp = machine.state.stackPointer
    machine.state[x: 0] = 20
    #expect(machine.run(image.entry(0))?.kind == nil)
    #expect(machine.state[x32: 0] == 6765)
    #expect(machine.state.stackPointer == sp)
    #expect((image.dispatchCount > 0) == options.countsDispatches)
  }

  /// The arguments are all read before any register is written.
  @Test(arguments: allOptions)
  func callsReadAllArgumentsBeforeTheyWriteAny(_ options: PredecodingOptions) throws {
    for (opcode, arguments) in [
      (.call, []), (.call1, [3]), (.call2, [1, 0]), (.call3, [2, 0, 1]), (.call4, [3, 2, 1, 0]),
    ] as [(Opcode, [Int64])] {
      // One callee has a frame, which its callers push; one has no frame.
      for framed in [false, true] {
        var program = Program()
        program.options = options
        program.function { p in
          p.encoder.push_frame()
          p.call(opcode, arguments, 1)
          p.encoder.pop_frame()
          p.encoder.ret()
        }
        program.function { p in
          if framed { p.encoder.push_frame_save(16, UpperRegSet([x(16)])) }
          for index in 0..<4 { p.encoder.xmov(x(4 + index), x(index)) }
          if framed { p.encoder.pop_frame_restore(16, UpperRegSet([x(16)])) }
          p.encoder.ret()
        }
        let image = try program.image()
        let machine = try Machine(stackSize: 4096)
        // Twice: the first call is bound to its target.
        for _ in 0..<2 {
          for index in 0..<4 { machine.state[x: index] = UInt64(10 + index) }
          #expect(machine.run(image.entry(0))?.kind == nil)
          var expected: [UInt64] = [10, 11, 12, 13]
          for (index, register) in arguments.enumerated() {
            expected[index] = UInt64(10 + register)
          }
          #expect((4..<8).map { machine.state[x: $0] } == expected, "\(opcode)")
        }
      }
    }
  }

  @Test(arguments: allOptions)
  func functionsAreCalledAndJumpedToThroughPointers(_ options: PredecodingOptions) throws {
    var program = Program()
    program.options = options
    program.function { p in
      p.encoder.push_frame()
      p.call(.xpcadd, [5], 1)
      p.encoder.call_indirect(x(5))
      p.encoder.xadd32_u8(x(0), x(0), 1)
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    // Jumps to function 2, which jumps to function 3 through a register.
    program.function { p in
      p.encoder.xadd32_u8(x(0), x(0), 10)
      p.call(.jump, [], 2)
    }
    program.function { p in
      p.encoder.xadd32_u8(x(0), x(0), 20)
      p.call(.xpcadd, [6], 3)
      p.encoder.xjump(x(6))
    }
    program.function { p in
      p.encoder.xadd32_u8(x(0), x(0), 30)
      p.encoder.ret()
    }
    let image = try program.image()
    let machine = try Machine(stackSize: 4096)
    for _ in 0..<2 {
      machine.state[x: 0] = 0
      #expect(machine.run(image.entry(0))?.kind == nil)
      #expect(machine.state[x: 0] == 61)
      // A function's address is that of its entry, before and after it is prepared.
      #expect(machine.state[x: 5] == UInt64(UInt(bitPattern: image.entry(1))))
    }
  }

  /// Frames save any set of registers where Wasmtime does: below the header, lowest number first.
  @Test(arguments: [0, 1, 0x7, 0xFFF, 0x1FFF, 0x3FFF, 0x2, 0x3F05] as [UInt16])
  func framesSaveAndRestoreAnySetOfRegisters(_ set: UInt16) throws {
    let registers = UpperRegSet(rawValue: set)
    let amount = UInt16(8 * registers.count + 16)
    let (machine, trap) = try run(
      stackSize: 4096,
      prepare: { state in for index in 16..<30 { state[x: index] = UInt64(100 + index) } }
    ) {
      $0.xmov(x(2), x(30))
      $0.push_frame_save(amount, registers)
      $0.encode(.xmov_fp, [0])
      $0.encode(.xmov_lr, [1])
      $0.xsub64(x(3), x(2), x(30))
      for (index, _) in registers.registers.enumerated() {
        $0.xload64le_o32(x(4), x(0), Int32(-8 * (index + 1)))
        $0.xadd64(x(5), x(5), x(4))
      }
      $0.xload64le_o32(x(6), x(0), 8)
      for index in 16..<30 { $0.xzero(x(index)) }
      $0.pop_frame_restore(amount, registers)
      $0.encode(.xmov_lr, [7])
    }
    let state = machine.state
    #expect(trap?.kind == nil)
    #expect(state[x: 0] == state[x: 2] - 16)
    #expect(state[x: 3] == UInt64(amount) + 16)
    #expect(state[x: 5] == registers.registers.reduce(0) { $0 + 100 + UInt64($1.number) })
    #expect(state[x: 6] == state[x: 1] && state[x: 7] == state[x: 1])
    for index in 16..<30 {
      let expected: UInt64 = set >> UInt16(index - 16) & 1 == 1 ? UInt64(100 + index) : 0
      #expect(state[x: index] == expected)
    }
    #expect(state[x: 30] == state[x: 2])
  }

  @Test func stackSpaceIsAllocatedAndFreed() throws {
    let (machine, trap) = try run {
      $0.xmov(x(0), x(30))
      $0.stack_alloc32(64)
      $0.xmov(x(1), x(30))
      $0.stack_free32(64)
      $0.xmov(x(2), x(30))
    }
    #expect(trap?.kind == nil)
    #expect(machine.state[x: 1] == machine.state[x: 0] - 64)
    #expect(machine.state[x: 2] == machine.state[x: 0])
  }

  @Test func argumentsAndResultsArePassedOnTheStack() throws {
    var program = Program()
    program.function { p in
      p.encoder.push_frame()
      p.encoder.encode(.xmov_fp, [1])
      p.encoder.xload64le_o32(x(0), x(1), 16)
      p.encoder.xadd64_u8(x(0), x(0), 1)
      p.encoder.xstore64le_o32(x(1), 24, x(0))
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let image = try program.image()
    let machine = try Machine(stackSize: 4096)
    let sp = machine.state.stackPointer
    let area = try #require(machine.argumentArea(bytes: 16))
    area.storeBytes(of: 41, as: UInt64.self)
    #expect(machine.run(image.entry(0), stackArguments: 16)?.kind == nil)
    #expect(area.load(fromByteOffset: 8, as: UInt64.self) == 42)
    #expect(machine.state.stackPointer == sp)
    #expect(machine.argumentArea(bytes: 1 << 20) == nil)
    #expect(machine.argumentArea(bytes: -1) == nil)
  }
}
