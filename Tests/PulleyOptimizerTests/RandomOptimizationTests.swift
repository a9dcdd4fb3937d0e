import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct RandomOptimization {
  /// Every pass alone, all but one, then all together, twice.
  static let selections: [Optimizer.Passes] =
    Optimizer.Passes.single + Optimizer.Passes.single.map { Optimizer.Passes.all.subtracting($0) }
    + [[.values, .loops], .all]

  @Test(arguments: selections.indices)
  func optimizationPassesPreserveTheMeaningOfRandomPrograms(selection: Int) {
    let isAll = selection == Self.selections.count - 1
    for seed in 0..<(isAll ? 200 : 50) {
      let program = RandomProgram(seed: seed + 10_000 * selection)
      guard isPreserved(program, seed, Self.selections[selection]) else { return }
    }
  }

  @Test(arguments: selections.indices)
  func optimizationPassesPreserveTheMeaningOfAccessesThatOverlap(selection: Int) {
    let isAll = selection == Self.selections.count - 1
    for seed in 0..<(isAll ? 400 : 50) {
      let program = RandomProgram(seed: seed + 10_000 * selection, accessesMemory: true)
      guard isPreserved(program, seed, Self.selections[selection]) else { return }
    }
  }

  private func isPreserved(
    _ program: RandomProgram, _ seed: Int, _ passes: Optimizer.Passes
  ) -> Bool {
    var verifier = Verifier()
    var optimizer = Optimizer(passes: passes)
    let original = program.build(sealsEarly: true, reversesBlocks: seed % 3 == 0)
    var function = original
    for round in 0..<2 {
      optimizer.run(&function)
      let errors = verifier.verify(function)
      #expect(errors.isEmpty, "seed \(seed): \(errors)\n\(original)\n\(function)")
      if !errors.isEmpty { return false }
      for arguments in randomArguments {
        let typed = arguments.enumerated().map { index, argument in
          Arithmetic.truncate(argument, program.types[min(index + 1, program.types.count - 1)])
        }
        let (expected, expectedWorld) = run(original, typed)
        let (outcome, world) = run(function, typed)
        let isSame = outcome == expected && world == expectedWorld
        #expect(isSame, "seed \(seed), round \(round)\n\(original)\n\(function)")
        if !isSame { return false }
      }
    }
    return true
  }
}

extension Optimizer.Passes {
  fileprivate static let single: [Optimizer.Passes] = (0..<rawValueBits).map { bit in
    Optimizer.Passes(rawValue: 1 << bit)
  }.filter { Optimizer.Passes.all.isSuperset(of: $0) }

  private static let rawValueBits = UInt8(RawValue.bitWidth)
}
