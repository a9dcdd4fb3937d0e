import PulleyISA
import Testing

@testable import PulleyVM

@Suite struct Sampling {
  /// Function 0 calls function 1, which counts x0 down to 0.
  private func image(isSampled: Bool = true) throws -> CodeImage {
    var program = Program()
    program.options.isInterruptible = true
    program.options.isSampled = isSampled
    program.function { p in
      p.encoder.push_frame()
      p.call(.call1, [0], 1)
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    program.function { p in
      let loop = p.encoder.offset
      p.encoder.xsub64_u8(x(0), x(0), 1)
      p.encoder.br_if32(x(0), Int32(loop - p.encoder.offset))
      p.encoder.ret()
    }
    return try program.image()
  }

  @Test func samplesTellWhereTheTimeGoesAndWhoCalled() throws {
    let image = try image()
    let machine = try Machine()
    let sampler = Sampler()
    machine.sampler = sampler
    #expect(sampler.start())
    var samples = sampler.samples
    for _ in 0..<1000 {
      machine.state[x: 0] = 100_000
      #expect(machine.run(image.entry(0))?.kind == nil)
      samples = sampler.samples
      if samples.places.values.reduce(0, +) >= 20 { break }
    }
    sampler.stop()
    let time = samples.calls.reduce(0) { $0 + $1.time }
    #expect(time >= 20)
    #expect(samples.places.values.reduce(0, +) == time)
    let loop = samples.calls.filter { $0.function?.number == 1 }
    #expect(loop.count == 1)
    #expect(loop.allSatisfy { $0.time > time / 2 })
    #expect(loop.allSatisfy { $0.caller.map { samples.calls[$0].function?.number } == 0 })
    #expect(samples.places.keys.contains { $0.function.number == 1 && $0.offset == 0 })
  }

  @Test func aRequestForASampleStopsNothing() throws {
    let image = try image()
    let machine = try Machine()
    let interruption = machine.interruption
    interruption.requestSample()
    #expect(!interruption.isDue)
    #expect(!machine.delaysCalls)
    #expect(!interruption.sleep(until: Interruption.now + 1_000_000))
    machine.state[x: 0] = 10
    #expect(machine.run(image.entry(0))?.kind == nil)
    #expect(!interruption.takeSampleRequest())
  }

  @Test func anInterruptionEndsAGuestThatIsSampled() throws {
    let image = try image()
    let machine = try Machine()
    machine.sampler = Sampler()
    machine.interruption.requestSample()
    machine.interruption.request()
    machine.state[x: 0] = 10
    #expect(machine.run(image.entry(0))?.kind == .interrupted)
  }

  @Test func aSampleAfterACallOfTheHostBelongsToTheCall() throws {
    var program = Program()
    program.options.isInterruptible = true
    program.options.isSampled = true
    program.hostSignatures = [7]
    var call = 0
    program.function { p in
      p.encoder.push_frame()
      call = p.encoder.offset
      p.encoder.call_indirect_host(0)
      p.encoder.xzero(x(1))
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let image = try program.image()
    let machine = try Machine()
    let sampler = Sampler()
    machine.sampler = sampler
    // Spends time, so that a sample is due when it returns.
    var spender = HostFunction(signature: 7) { registers, _ in
      let machine = Machine.machine(of: registers)
      while machine.interruption.takeSampleRequest() == false {}
      machine.interruption.requestSample()
      return 0
    }
    #expect(sampler.start())
    withUnsafeMutablePointer(to: &spender) { function in
      for _ in 0..<20 {
        machine.state[x: 0] = UInt64(UInt(bitPattern: function))
        #expect(machine.run(image.entry(0))?.kind == nil)
      }
    }
    sampler.stop()
    let places = sampler.samples.places
    let inCall = places.filter { $0.key.offset == call }.values.reduce(0, +)
    #expect(inCall >= 15, "\(places.map { ($0.key.offset, $0.value) })")
  }

  @Test func deepCallsHaveACallerThatStandsForTheRest() throws {
    let image = try image()
    let location = CodeLocation(image: image, function: 1, offset: 4)
    var samples = Samples()
    samples.add([location, location], 3, isWhole: false)
    samples.add([location], 2, isWhole: true)
    #expect(samples.calls.map { $0.function?.number } == [nil, 1, 1, 1])
    #expect(samples.calls.map(\.caller) == [nil, 0, 1, nil])
    #expect(samples.calls.map(\.time) == [0, 0, 3, 2])
    #expect(samples.places.values.reduce(0, +) == 5)
  }
}
