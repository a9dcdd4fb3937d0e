import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct RandomOptimization {
  /// Every pass alone, then all together, twice.
  static let selections: [Optimizer.Passes] = [
    .values, .blocks, .arguments, .loops, .deadCode, [.values, .loops], .all,
  ]

  @Test(arguments: selections.indices)
  func optimizationPassesPreserveTheMeaningOfRandomPrograms(selection: Int) {
    var verifier = Verifier()
    var optimizer = Optimizer(passes: Self.selections[selection])
    for seed in 0..<(selection == 6 ? 200 : 50) {
      let program = RandomProgram(seed: seed + 10_000 * selection)
      let original = program.build(sealsEarly: true, reversesBlocks: seed % 3 == 0)
      var function = original
      for round in 0..<2 {
        optimizer.run(&function)
        let errors = verifier.verify(function)
        #expect(errors.isEmpty, "seed \(seed): \(errors)\n\(original)\n\(function)")
        if !errors.isEmpty { return }
        for arguments in randomArguments {
          let typed = arguments.enumerated().map { index, argument in
            Arithmetic.truncate(argument, program.types[min(index + 1, program.types.count - 1)])
          }
          let (expected, expectedWorld) = run(original, typed)
          let (outcome, world) = run(function, typed)
          let isSame = outcome == expected && world == expectedWorld
          #expect(isSame, "seed \(seed), round \(round)\n\(original)\n\(function)")
          if !isSame { return }
        }
      }
    }
  }
}
