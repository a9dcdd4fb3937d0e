import PulleyISA
import Testing

@testable import PulleyVM

/// A location without its image.
private struct Place: Equatable, CustomStringConvertible {
  var function: Int
  var offset: Int

  var description: String { "\(function)+\(offset)" }
}

private func places(_ trap: Trap?) -> [Place] {
  (trap?.backtrace ?? []).map { Place(function: $0.function, offset: $0.offset) }
}

@Suite struct Traps {
  @Test(arguments: allOptions)
  func aTrapNamesItsInstructionWithAllPredecodingOptions(_ options: PredecodingOptions) throws {
    // Each of these would be fused with the instruction before it.
    for (kind, opcode, operands) in [
      (.unreachable, .trap, []), (.divideByZero, .xdiv32_u, [0, 0, 1]),
      (.memoryOutOfBounds, .xload32le_g32, [0, 28, 29, 0, 0]),
      (.memoryOutOfBounds, .xstore8_g32, [28, 29, 0, 0, 1]),
      (.nullAddress, .xload64le_z, [0, 1, 8]), (.badConversion, .x32_from_f64_s, [0, 0]),
      (.memoryOutOfBounds, .vload128le_g32, [0, 28, 29, 0, 0]),
      (.memoryOutOfBounds, .vstore128le_g32, [28, 29, 0, 0, 1]),
      (.stackOverflow, .stack_alloc32, [1 << 30]),
    ] as [(TrapKind, Opcode, [Int64])] {
      var offset = 0
      let (_, trap) = try run(options, prepare: { $0[f64: 0] = .nan }) {
        $0.xadd32_u8(x(0), x(0), 1)
        $0.xmov(x(2), x(0))
        $0.xadd32(x(0), x(0), x(2))
        offset = $0.offset
        $0.encode(opcode, operands)
        $0.xadd32_u8(x(0), x(0), 1)
      }
      #expect(trap?.kind == kind)
      #expect(trap?.location?.offset == offset, "\(opcode)")
      #expect(places(trap) == [Place(function: 0, offset: offset)])
    }
  }

  /// Functions 0 to 2 call one another; function 3 traps, with a frame or without.
  private func nested(framed: Bool, _ options: PredecodingOptions) throws -> (
    CodeImage, [Place]
  ) {
    var program = Program()
    program.options = options
    var places: [Place] = []
    for index in 0..<3 {
      program.function { p in
        p.encoder.push_frame_save(32, UpperRegSet([x(16), x(17)]))
        p.encoder.xadd32_u8(x(16), x(16), 1)
        places.append(Place(function: index, offset: p.encoder.offset - p.start))
        p.call(.call, [], index + 1)
        p.encoder.pop_frame_restore(32, UpperRegSet([x(16), x(17)]))
        p.encoder.ret()
      }
    }
    program.function { p in
      if framed { p.encoder.push_frame() }
      p.encoder.xadd32_u8(x(0), x(0), 1)
      let skip = p.encoder.offset
      p.encoder.encode(.br_if_xneq32_i8, [0, 0, 0])
      if framed { p.encoder.pop_frame() }
      p.encoder.ret()
      p.land(skip, .br_if_xneq32_i8)
      places.append(Place(function: 3, offset: p.encoder.offset - p.start))
      p.encoder.trap()
    }
    return (try program.image(), places.reversed())
  }

  @Test(arguments: allOptions)
  func aTrapHasTheBacktraceOfItsCalls(_ options: PredecodingOptions) throws {
    for framed in [false, true] {
      let (image, expected) = try nested(framed: framed, options)
      let machine = try Machine(stackSize: 1 << 14)
      for _ in 0..<2 {
        let trap = machine.run(image.entry(0))
        #expect(places(trap) == expected)
        #expect(trap?.location == trap?.backtrace.first)
        #expect(trap?.location?.image === image)
      }
    }
  }

  @Test(arguments: allOptions)
  func endlessRecursionOverflowsTheStack(_ options: PredecodingOptions) throws {
    var program = Program()
    program.options = options
    program.function { p in
      p.encoder.push_frame_save(16, UpperRegSet([x(16)]))
      p.encoder.xadd64_u8(x(0), x(0), 1)
      p.call(.call, [], 0)
      p.encoder.pop_frame_restore(16, UpperRegSet([x(16)]))
      p.encoder.ret()
    }
    let image = try program.image()
    let machine = try Machine(stackSize: 1 << 20)
    let sp = machine.state.stackPointer
    for _ in 0..<2 {
      machine.state[x: 0] = 0
      let trap = machine.run(image.entry(0))
      #expect(trap?.kind == .stackOverflow)
      #expect(machine.state[x: 0] == 1 << 15)
      #expect(trap?.backtrace.count == Trap.backtraceLimit)
      #expect(places(trap).first == Place(function: 0, offset: 0))
      // The first call in the function is not at its start.
      #expect(places(trap).last?.offset != 0)
      #expect(machine.state.stackPointer == sp)
    }
  }

  @Test func aFrameWithAnySetOfRegistersChecksForStackOverflow() throws {
    let (machine, trap) = try run(stackSize: 4096) { encoder in
      encoder.push_frame_save(4096, UpperRegSet([x(20)]))
      encoder.pop_frame_restore(4096, UpperRegSet([x(20)]))
    }
    #expect(trap?.kind == .stackOverflow)
    #expect(machine.depth == 0)
  }

  /// A return address that the guest has overwritten only ends the backtrace.
  @Test func anOverwrittenReturnAddressEndsTheBacktrace() throws {
    var program = Program()
    program.function { p in
      p.encoder.push_frame()
      p.call(.call, [], 1)
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    program.function { p in
      p.encoder.push_frame()
      p.encoder.encode(.xmov_fp, [1])
      p.encoder.xconst32(x(2), 12345)
      p.encoder.xstore64le_o32(x(1), 8, x(2))
      p.encoder.xstore64le_o32(x(1), 0, x(2))
      p.encoder.trap()
    }
    let image = try program.image()
    let trap = try Machine(stackSize: 4096).run(image.entry(0))
    #expect(trap?.kind == .unreachable)
    #expect(places(trap).map(\.function) == [1])
  }
}

extension Program {
  /// The offset at which the function under construction begins.
  var start: Int { ranges.last?.upperBound ?? 0 }
}
