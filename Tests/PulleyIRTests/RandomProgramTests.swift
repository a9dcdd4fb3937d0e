import PulleyIR
import Testing

@testable import PulleyTestSupport

@Suite struct RandomPrograms {
  @Test func builtFunctionsComputeWhatTheirVariablesSay() {
    var verifier = Verifier()
    for seed in 0..<200 {
      let program = RandomProgram(seed: seed)
      let function = program.build(sealsEarly: seed % 2 == 0, reversesBlocks: seed % 3 == 0)
      let errors = verifier.verify(function)
      #expect(errors.isEmpty, "seed \(seed): \(errors)\n\(function)")
      guard errors.isEmpty else { return }
      for arguments in randomArguments {
        let typed = arguments.enumerated().map { index, argument in
          Arithmetic.truncate(argument, program.types[min(index + 1, program.types.count - 1)])
        }
        let (expected, expectedWorld) = program.run(typed)
        let (outcome, world) = run(function, typed)
        #expect(outcome == expected, "seed \(seed)\n\(function)")
        #expect(world == expectedWorld, "seed \(seed)\n\(function)")
        if outcome != expected { return }
      }
    }
  }
}
