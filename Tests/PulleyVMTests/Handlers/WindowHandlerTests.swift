import PulleyGenerator
import PulleyISA
import Testing

@testable import PulleyVM

#if DEBUG
  /// Each handler that only images with windows have runs here, and does what the instructions that it is
  /// made of do one by one.
  @Suite struct WindowHandlers {
    @Test func everyHandlerOfWindowsDoesWhatItsInstructionsDoOneByOne() async throws {
      var handlers = try await withThrowingTaskGroup(of: Set<UInt16>.self) { group in
        for portion in 0..<4 { group.addTask { try check(portion: portion, of: 4) } }
        var handlers: Set<UInt16> = []
        for try await some in group { handlers.formUnion(some) }
        return handlers
      }
      handlers.formUnion(try checkPrograms())
      let ofWindows = handlerNames.indices.filter { WindowPattern.isOfWindows($0) }
      let idle = ofWindows.filter { !handlers.contains(UInt16($0)) }.map { handlerNames[$0] }
      print("handlers of windows: \(ofWindows.count - idle.count) of \(ofWindows.count) run")
      #expect(idle == [], "these handlers never ran")
    }

    /// Checks each of `count` patterns, from `portion` on. Returns the handlers that ran.
    private func check(portion: Int, of count: Int) throws -> Set<UInt16> {
      let bench = try WindowBench()
      for number in stride(from: portion, to: HandlerID.total, by: count) {
        guard let pattern = WindowPattern(HandlerID(number)) else { continue }
        try check(pattern, bench)
      }
      return bench.trace.handlers
    }

    /// How many trials of a pattern run, each from several states.
    private static let trials = 8

    /// Runs a pattern in many functions, and in one that calls itself until the stack is full.
    private func check(_ pattern: WindowPattern, _ bench: WindowBench) throws {
      var random = Random(state: UInt64(pattern.handler.number) &* 77 + 1)
      var trials = 0
      for _ in 0..<4000 {
        let isRecursive = pattern.calls && trials == Self.trials - 1
        guard let trial = WindowTrial(pattern, isRecursive: isRecursive, &random),
          trial.handlers.contains(pattern.handler.number)
        else { continue }
        trials += 1
        if let difference = bench.compare(trial, states: isRecursive ? 1 : 4, &random) {
          Issue.record("\(pattern.name) does not do what its parts do\n\(difference)")
          return
        }
        if trials == Self.trials { return }
      }
      Issue.record("\(pattern.name) ran in \(trials) functions only")
    }

    /// Runs each program with all predecoding options. Returns the handlers that ran.
    private func checkPrograms() throws -> Set<UInt16> {
      let bench = try WindowBench()
      for program in WindowProgram.all {
        for var options in allOptions + [PredecodingOptions()] {
          options.isInterruptible = options.countsDispatches
          options.isSampled = options.isInterruptible
          options.contextualCount = program.contextualCount
          let image = WindowBench.image(
            program.functions.map(\.body), options, hostSignatures: WindowProgram.hostSignatures)
          // The first run predecodes the functions.
          for isTraced in [false, true] {
            bench.reset(forProgram: true, [])
            let name = "\(program.name), \(options)"
            if isTraced {
              #expect(bench.traced(image) == program.trap, "\(name)")
            } else {
              let trap = bench.run(image)
              #expect(trap?.kind == program.trap, "\(name): \(trap.map { "\($0)" } ?? "")")
            }
            if program.trap == nil { #expect(bench.result == program.expected, "\(name)") }
          }
        }
      }
      return bench.trace.handlers
    }
  }

  /// A machine with windows, and two instances.
  final class WindowBench {
    let trace: HandlerTrace
    private let machine: Machine
    private let first = WindowInstance()
    private let second = WindowInstance()

    init() throws {
      machine = try Machine(stackSize: 1 << 18, hasWindows: true)
      trace = HandlerTrace(machine)
    }

    static func image(
      _ bodies: [FunctionBody], _ options: PredecodingOptions, hostSignatures: [UInt32] = []
    ) -> CodeImage {
      var options = options
      options.hasWindows = true
      options.memoryOffset = UInt32(WindowInstance.recordOffset)
      return CodeImage(
        functionCount: bodies.count, hostSignatures: hostSignatures, registry: CodeRegistry(),
        source: WindowBodies(bodies), options: options)
    }

    /// Writes both contexts. With `forProgram`, their numbers are those of a `WindowProgram`.
    func reset(forProgram: Bool, _ numbers: [UInt64]) {
      let host = bits(UnsafeRawPointer(WindowProgram.hostFunction))
      let more = Array(UInt64(0)..<20)
      first.reset(
        forProgram ? [second.context, host] + more.map { 100 + $0 } : numbers, seed: 7)
      second.reset(
        forProgram ? [first.context, host] + more.map { 200 + $0 } : numbers, seed: 9)
    }

    /// x0 after a run.
    var result: UInt64 { get64(machine.passedRegisters, StateLayout.x(0)) }

    func run(_ image: CodeImage) -> Trap? {
      put64(machine.passedRegisters, StateLayout.x(0), first.context)
      return machine.run(image.entry(0))
    }

    /// The same, and notes the handlers that run.
    func traced(_ image: CodeImage) -> TrapKind? {
      put64(machine.passedRegisters, StateLayout.x(0), first.context)
      return trace.runInWindow(image.entry(0))
    }

    private struct Outcome: Equatable {
      var result: UInt64?
      var memory: [UInt8]
      var trap: TrapKind?
      /// Function and offset of each call, innermost first.
      var backtrace: [[Int]]
    }

    private func outcome(_ image: CodeImage, _ numbers: [UInt64]) -> Outcome {
      reset(forProgram: false, numbers)
      // What a function does not set before it reads is the same in each run.
      let windows = machine.passedRegisters
      windows.initializeMemory(as: UInt8.self, repeating: 0xA5, count: 1 << 14)
      let trap = run(image)
      return Outcome(
        result: trap == nil ? result : nil, memory: first.bytes, trap: trap?.kind,
        backtrace: trap?.backtrace.map { [$0.function, $0.offset] } ?? [])
    }

    /// Runs a trial fused and unfused, from several states. Returns what differs, or nil.
    func compare(_ trial: WindowTrial, states: Int, _ random: inout Random) -> String? {
      var options = PredecodingOptions()
      let fused = Self.image(trial.functions, options)
      options.fuses = false
      options.usesAccumulator = false
      let unfused = Self.image(trial.functions, options)
      for state in 0..<states {
        let numbers = (0..<WindowInstance.numberCount).map { _ in
          // Most of them are addresses in the memory.
          random.below(3) < 2 ? UInt64(random.below(240)) : random.pick(BoundaryValues.integers)
        }
        let expected = outcome(unfused, numbers)
        let outcome = outcome(fused, numbers)
        if outcome != expected {
          return """
              in: \(trial.text)
              with: \(numbers)
              fused: \(outcome)
              not fused: \(expected)
            """
        }
        guard state == 0 else { continue }
        reset(forProgram: false, numbers)
        _ = traced(fused)
      }
      return nil
    }
  }

#endif
