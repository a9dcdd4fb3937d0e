import PulleyGenerator
import PulleyISA
import Synchronization
import Testing

@testable import PulleyVM

/// A source with the bodies of another image. The first requests for a body fail.
private final class FailingSource: FunctionSource {
  private let image: CodeImage
  /// The number of requests that will still fail, per function. The first function never fails.
  private let failures: Mutex<[Int]>

  init(_ image: CodeImage, failures: Int) {
    self.image = image
    self.failures = Mutex(
      (0..<image.functionCount).map { $0 == 0 ? 0 : failures })
  }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    let fails = failures.withLock { failures -> Bool in
      failures[function] -= 1
      return failures[function] >= 0
    }
    if fails { throw FunctionUnavailable(message: "no memory", kind: .outOfMemory) }
    return try image.source.body(of: function)
  }
}

#if DEBUG
  /// Each handler runs here and is compared with the instructions that it is made of: a fused handler with
  /// its parts, one that reads the accumulator with one that reads the register.
  @Suite struct Handlers {
    /// Comparisons of a byte with an immediate of more than 16 bits always give the same result.
    private static let neverFallThrough: Set<String> = [
      "xload8_u32_mem__br_if_xult32_w_x", "xload8_u32_mem_x__br_if_xult32_w_x",
      "xload8_u32_mem__br_if_xneq32_w_x", "xload8_u32_mem_x__br_if_xneq32_w_x",
      "xadd32_i__xload8_u32_mem_x__br_if_xult32_w_x",
      "xadd32_i__xload8_u32_mem_x__br_if_xneq32_w_x",
    ]

    @Test func everyHandlerDoesWhatItsInstructionsDoOneByOne() async throws {
      var handlers = try await withThrowingTaskGroup(of: Set<UInt16>.self) { group in
        for portion in 0..<16 { group.addTask { try check(portion: portion, of: 16) } }
        var handlers: Set<UInt16> = []
        for try await some in group { handlers.formUnion(some) }
        return handlers
      }
      handlers.formUnion(try checkControl())
      // `WindowHandlers` and `ObjectHandlers` run the others, and `TierTests` what counts heat.
      let idle = handlerNames.indices
        .filter { !handlers.contains(UInt16($0)) }
        .filter { !WindowPattern.isOfWindows($0) && !ObjectHandlers.isOfObjects($0) }
        .map { handlerNames[$0] }
        .filter { $0 != "count_heat" }
      print("handlers: \(handlers.count) of \(handlerNames.count) run")
      #expect(idle == [], "these handlers never ran")
    }

    // MARK: - Straight code and branches

    /// Checks each of `count` patterns, from `portion` on. Returns the handlers that ran.
    private func check(portion: Int, of count: Int) throws -> Set<UInt16> {
      let bench = try TrialBench()
      for number in stride(from: portion, to: HandlerID.total, by: count) {
        guard let pattern = HandlerPattern(HandlerID(number)) else { continue }
        try check(pattern, bench)
      }
      return Set(bench.ends.keys)
    }

    /// The least number of comparisons per handler. A pattern with few operands has few aliasings.
    private static let comparisons = 96

    /// Runs a pattern with operands aliased in every way, or in many, from several states; then more
    /// often until it has branched, fallen through and trapped wherever it can.
    private func check(_ pattern: HandlerPattern, _ bench: TrialBench) throws {
      var random = Random(state: UInt64(pattern.handler.number) &* 77 + 1)
      var missing: [String] = []
      var comparisons = 0
      for round in 0..<40 {
        let shape = PatternShape(pattern, &random)
        for groups in shape.aliasings(atMost: round == 0 ? 24 : 8, &random) {
          guard let trial = HandlerTrial(shape, groups: groups, &random),
            chosenHandlers(trial.bytes, TrialBench.fused).contains(pattern.handler)
          else { continue }
          let prepared = bench.prepare(trial)
          for _ in 0..<4 {
            let values = TrialValues(trial, base: bench.base, &random)
            comparisons += 1
            if let difference = bench.compare(prepared, values) {
              Issue.record("\(difference)")
              return
            }
          }
        }
        missing = missingEnds(pattern, bench)
        if missing.isEmpty, comparisons >= Self.comparisons { return }
      }
      if missing.isEmpty { return }
      Issue.record("\(pattern.name) never \(missing.joined(separator: " and "))")
    }

    /// The ends of a handler that have not been seen.
    private func missingEnds(_ pattern: HandlerPattern, _ bench: TrialBench) -> [String] {
      guard let ends = bench.ends[pattern.handler.number] else { return ["ran"] }
      var missing: [String] = []
      if !ends.fellThrough, !pattern.endsInJump, !Self.neverFallThrough.contains(pattern.name) {
        missing.append("fell through")
      }
      for (index, part) in pattern.parts.enumerated() {
        guard case .handler(let handler) = part.action,
          let opcode = HandlerRecipe.all[handler.number]?.first?.opcode
        else { continue }
        if opcode.traits.contains(.branch), !ends.branched.contains(index) {
          missing.append("branched in part \(index)")
        }
        if opcode.traits.contains(.mayTrap), !ends.trapped.contains(index) {
          missing.append("trapped in part \(index)")
        }
      }
      return missing
    }

    // MARK: - Calls, jumps and frames

    /// Runs each program with all predecoding options. Returns the handlers that ran.
    private func checkControl() throws -> Set<UInt16> {
      var handlers: Set<UInt16> = []
      for control in ControlProgram.all {
        for var options in allOptions + [PredecodingOptions()] {
          options.isInterruptible = options.countsDispatches
          options.isSampled = options.isInterruptible
          options.checksCallees = control.program.options.checksCallees
          var program = control.program
          program.options = options
          try run(control, program.image(), &handlers)
        }
      }
      for arguments in 0...4 {
        let control = ControlProgram.calls(arguments: arguments)
        let image = try control.program.image()
        let source = FailingSource(image, failures: 2)
        let failing = CodeImage(
          functionCount: image.functionCount, hostSignatures: [], registry: CodeRegistry(),
          source: source)
        // Each run binds one more call to its callee's entry.
        let machine = try Machine(stackSize: 4096)
        for _ in 0...image.functionCount {
          guard machine.run(failing.entry(0))?.kind == .outOfMemory else { break }
        }
        try run(control, failing, &handlers)
      }
      return handlers
    }

    /// Runs a program three times: the first run predecodes its functions and binds its calls.
    private func run(
      _ control: ControlProgram, _ image: CodeImage, _ handlers: inout Set<UInt16>
    ) throws {
      let machine = try Machine(stackSize: 4096)
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 16)
      defer { memory.deallocate() }
      let trace = HandlerTrace(machine)
      for round in 0..<3 {
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        for index in 0..<30 { machine.state[x: index] = 0 }
        control.prepare(machine.state, memory)
        let trap = round == 1 ? machine.run(image.entry(0))?.kind : trace.run(image.entry(0))
        #expect(trap == control.trap, "\(control.name), \(image.options)")
        #expect(machine.state[x: 5] == control.expected, "\(control.name), \(image.options)")
      }
      handlers.formUnion(trace.handlers)
    }
  }
#endif
