import PulleyIR
import PulleyVM
import Testing

@testable import PulleyCodegen

/// Compares compiled random programs with an evaluator of the IR.
@Suite struct RandomExecutionTests {
  @Test(arguments: 0..<40) func compiledRandomProgramsDoWhatTheEvaluatorDoes(group: Int) throws {
    for seed in UInt64(group) * 25..<UInt64(group) * 25 + 25 { try check(seed: seed + 1) }
  }

  private func check(seed: UInt64) throws {
    var generator = RandomFunctions(seed: seed)
    let functions = generator.makeFunctions(1 + Int(seed % 4))
    let runner = try Runner(functions)
    for round in 0..<3 {
      let here = Memory(size: 1000)
      let there = Memory(size: 1000)
      var random = Random(seed: seed &* 31 &+ UInt64(round))
      let parameters = functions[0].signature.parameters
      var arguments = parameters.map { parameter in
        truncate(round == 0 ? 0 : random.next() >> UInt64(random.below(64)), parameter.type)
      }
      for (index, parameter) in parameters.enumerated() where parameter.extension == .signed {
        guard parameter.type.isInteger, index > 0 else { continue }
        arguments[index] = truncate(arguments[index], parameter.type)
      }
      arguments[0] = here.context
      let evaluator = Evaluator(functions)
      let expected = Result { try evaluator.call(0, arguments) }
      if case .failure(let error) = expected, error as? EvaluationTrap == .outOfFuel { continue }
      arguments[0] = there.context
      let actual = runner.call(0, arguments)
      let comment = Comment(rawValue: "seed \(seed), round \(round)")
      switch (expected, actual) {
      case (.success(let expected), .success(let actual)):
        for (index, result) in functions[0].signature.results.enumerated() {
          #expect(isSame(expected[index], actual[index], result.type), comment)
        }
        #expect(here.bytes == there.bytes, comment)
      case (.failure(let error), .failure(let trap)):
        guard case .trapped(let code)? = error as? EvaluationTrap else {
          Issue.record("seed \(seed): \(error)")
          return
        }
        #expect(trap.kind == Self.kind(code), comment)
      default:
        Issue.record("seed \(seed), round \(round): expected \(expected), got \(actual)")
      }
    }
  }

  private func isSame(_ a: UInt64, _ b: UInt64, _ type: Type) -> Bool {
    switch type {
    case .f32: float32(a).isNaN ? float32(b).isNaN : a == b
    case .f64: Double(bitPattern: a).isNaN ? Double(bitPattern: b).isNaN : a == b
    default: a == b
    }
  }

  private static func kind(_ code: TrapCode) -> TrapKind {
    switch code {
    case .integerDivisionByZero: .divideByZero
    case .integerOverflow: .integerOverflow
    case .badConversionToInteger: .badConversion
    case .heapOutOfBounds: .memoryOutOfBounds
    default: .unreachable
    }
  }
}
