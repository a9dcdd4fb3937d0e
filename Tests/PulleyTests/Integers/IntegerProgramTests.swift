import Pulley
import PulleyIR
import Testing

/// Functions of many instructions that use each other's results, against what Swift's integers say.
@Suite struct IntegerProgramTests {
  @Test(arguments: 0..<60)
  func programsOfIntegerOperationsComputeWhatSwiftDoes(seed: Int) throws {
    var generator = SeededGenerator(1000 + seed)
    let program = IntegerProgram(&generator)
    let instances = try [false, true].map {
      try ClifPrograms.instantiate(program.text, optimizes: $0)
    }
    for _ in 0..<8 {
      let arguments = program.parameters.map { type in
        ClifValue(type: type, bits: ClifPrograms.number(type, &generator))
      }
      let expected = program.evaluate(arguments.map(\.bits))
      for instance in instances {
        let results = try? instance.function(named: "f").call(clif: arguments).map(\.bits)
        #expect(results == expected, "seed \(seed): \(arguments) to\n\(program.text)")
      }
    }
  }
}

/// A function without branches but for one in the middle, around which values live.
struct IntegerProgram {
  private struct Step {
    var operation: IntegerOperation
    /// The places of the operands.
    var operands: [Int]
  }

  private static let operations = IntegerOperations.all.filter(\.isTotal)

  let parameters: [IRType]
  private let constants: [(type: IRType, bits: UInt128)]
  private var types: [IRType]
  private var steps: [Step] = []
  /// The places that are returned.
  private var returned: [Int]

  init(_ generator: inout SeededGenerator) {
    parameters = (0..<6).map { _ in IRType.integers.randomElement(using: &generator) ?? .i128 }
    constants = IRType.integers.flatMap { type in
      (0..<2).map { _ in (type, ClifPrograms.number(type, &generator)) }
    }
    types = parameters + constants.map(\.type)
    returned = []
    for _ in 0..<Int.random(in: 4...40, using: &generator) {
      guard let operation = Self.operations.randomElement(using: &generator) else { continue }
      let operands = operation.operands.compactMap { type in
        // There is a constant of every type.
        recent(types.indices.filter { types[$0] == type }, &generator)
      }
      steps.append(Step(operation: operation, operands: operands))
      types += operation.results
    }
    returned = (0..<4).map { _ in Int.random(in: parameters.count..<types.count, using: &generator)
    }
    returned.append(types.count - 1)
  }

  private func recent(_ places: [Int], _ generator: inout SeededGenerator) -> Int? {
    Bool.random(using: &generator)
      ? places.suffix(3).randomElement(using: &generator) : places.randomElement(using: &generator)
  }

  /// Each result's place by 10, so that constants have numbers for their halves.
  var text: String {
    let list = parameters.enumerated().map { "v\($0 * 10): \($1)" }.joined(separator: ", ")
    var body = ""
    var place = parameters.count
    for (type, bits) in constants {
      body += ClifPrograms.constant(place * 10, bits, type)
      place += 1
    }
    for (index, step) in steps.enumerated() {
      if index == steps.count / 2 {
        body += "  brif v0, block1, block1\nblock1:\n"
      }
      var instruction = step.operation.text
      for (index, operand) in step.operands.enumerated() {
        instruction = instruction.replacing("#\(index)", with: "v\(operand * 10)")
      }
      let results = step.operation.results.indices.map { "v\((place + $0) * 10)" }
      body += "  \(results.joined(separator: ", ")) = \(instruction)\n"
      place += results.count
    }
    let results = returned.map { "v\($0 * 10)" }.joined(separator: ", ")
    return """
      function %f(\(parameters.map(\.description).joined(separator: ", "))) -> \
      \(returned.map { types[$0].description }.joined(separator: ", ")) {
      block0(\(list)):
      \(body)  return \(results)
      }
      """
  }

  func evaluate(_ arguments: [UInt128]) -> [UInt128] {
    var values = arguments + constants.map(\.bits)
    for step in steps {
      values += step.operation.model(step.operands.map { values[$0] }) ?? []
    }
    return returned.map { values[$0] }
  }
}
