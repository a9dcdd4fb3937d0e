import PulleyGenerator
import PulleyISA
import Testing

@testable import PulleyVM

@Suite struct RunCounts {
  private static let counting = allOptions.filter(\.countsDispatches)

  /// How many instructions of each function were executed.
  private func instructions(_ image: CodeImage) -> [Int: UInt64] {
    var counts: [Int: UInt64] = [:]
    for run in image.runCounts() {
      let length = run.handlers.reduce(0) { $0 + $1.instructions }
      counts[run.function, default: 0] += run.count * UInt64(length)
    }
    return counts
  }

  private func run(_ program: Program, _ options: PredecodingOptions) throws -> CodeImage {
    var program = program
    program.options = options
    let image = try program.image()
    let machine = try Machine()
    machine.state[x: 0] = 100
    #expect(machine.run(image.entry(0))?.kind == nil)
    return image
  }

  /// Counts x0 down to 0 and calls function 1 each time.
  private func callingLoop(callee: (inout Program) -> Void) -> Program {
    var program = Program()
    program.function { p in
      p.encoder.push_frame()
      p.encoder.xmov(x(16), x(0))
      let loop = p.encoder.offset
      p.call(.call, [], 1)
      p.encoder.xsub64_u8(x(16), x(16), 1)
      p.encoder.br_if32(x(16), Int32(loop - p.encoder.offset))
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    program.function(callee)
    return program
  }

  @Test(arguments: counting, [false, true])
  func eachInstructionIsCountedAsOftenAsItRuns(
    _ options: PredecodingOptions, _ isInterruptible: Bool
  ) throws {
    var options = options
    options.isInterruptible = isInterruptible
    let program = callingLoop { p in
      p.encoder.push_frame()
      p.encoder.xadd64_u8(x(17), x(17), 1)
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let image = try run(program, options)
    // One of the pushes of function 1 is counted where its call pushes the frame.
    let counts = instructions(image)
    #expect((counts[0] ?? 0) + (counts[1] ?? 0) == 4 + 100 * 3 + 100 * 4)
  }

  @Test(arguments: counting)
  func aLoopThatBeginsAfterThePushIsCountedApartFromTheEntry(_ options: PredecodingOptions) throws {
    let program = callingLoop { p in
      p.encoder.push_frame()
      let loop = p.encoder.offset
      p.encoder.xadd64_u8(x(17), x(17), 1)
      p.encoder.xband64_s8(x(18), x(17), 1)
      p.encoder.br_if32(x(18), Int32(loop - p.encoder.offset))
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let counts = instructions(try run(program, options))
    #expect((counts[0] ?? 0) + (counts[1] ?? 0) == 4 + 100 * 3 + 100 * (1 + 2 * 3 + 2))
  }

  @Test func callsThatAreCountedPushTheFramesOfTheirCallees() throws {
    var options = PredecodingOptions()
    options.countsDispatches = true
    let program = callingLoop { p in
      p.encoder.push_frame()
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let names = try run(program, options).runCounts().flatMap(\.handlers).map(\.name)
    #if arch(x86_64)
      #expect(names.contains("call_push_0"))
      #expect(names.filter { $0 == "push_frame_save_0" }.count == 1)
    #else
      #expect(names.contains("call_entry"))
    #endif
  }

  @Test func anImageThatDoesNotCountHasNoCounts() throws {
    let program = callingLoop { $0.encoder.ret() }
    #expect(try run(program, PredecodingOptions()).runCounts().isEmpty)
  }

  @Test func descriptionsOfHandlersHaveTheNamesOfTheGenerator() {
    let descriptions = (0..<HandlerID.total).map { HandlerDescription(number: UInt16($0)) }
    #expect(descriptions.map(\.name) == handlerNames)
    for fusion in fusions {
      let fused = descriptions.first { $0.name == fusion.name }
      #expect(fused?.parts.count == fusion.parts.count, "\(fusion.name)")
      #expect(fused?.parts.allSatisfy { $0.parts.count == 1 } == true, "\(fusion.name)")
    }
  }
}
