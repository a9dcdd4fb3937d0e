import PulleyIR
import PulleyOptimizer
import Testing

/// The result of a function and the state that it left.
func run(_ function: Function, _ arguments: [UInt64]) -> (World.Outcome, World) {
  var interpreter = Interpreter(function)
  let outcome = interpreter.run([World.context] + arguments)
  return (outcome, interpreter.world)
}

let randomArguments: [[UInt64]] = [
  [0, 0, 0], [1, 2, 3], [40, 0xFFFF_FFFF, 7], [0x8000_0000, 300, 0x7FFF_FFFF],
]

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
