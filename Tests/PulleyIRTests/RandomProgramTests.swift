import PulleyIR
import Testing

/// What a function does, and what it acted on.
func run(_ function: Function, _ arguments: [UInt64]) -> (World.Outcome, World) {
  var interpreter = Interpreter(function)
  let outcome = interpreter.run([World.context] + arguments)
  return (outcome, interpreter.world)
}

let randomArguments: [[UInt64]] = [
  [0, 0, 0], [1, 2, 3], [40, 0xFFFF_FFFF, 7], [0x8000_0000, 300, 0x7FFF_FFFF],
]

@Suite struct RandomPrograms {
  @Test func functionsDoWhatTheVariablesSay() {
    var verifier = Verifier()
    for seed in 0..<300 {
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
