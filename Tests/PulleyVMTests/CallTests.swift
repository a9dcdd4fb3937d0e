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
  func recurse(_ options: PreparationOptions) throws {
    var program = fibonacci()
    program.options = options
    let image = try program.image()
    let machine = try Machine()
    let sp = machine.state.stackPointer
    machine.state[x: 0] = 20
    #expect(machine.run(image.entry(0)) == nil)
    #expect(machine.state[x32: 0] == 6765)
    #expect(machine.state.stackPointer == sp)
    #expect((machine.dispatches > 0) == options.countsDispatches)
  }
}
