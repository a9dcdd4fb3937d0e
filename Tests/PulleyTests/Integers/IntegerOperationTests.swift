import Pulley
import PulleyIR
import Testing

/// Functions of one instruction each, with operands that are passed or constant, against what Swift's
/// integers say.
@Suite struct IntegerOperationTests {
  private static let rounds = 4
  private static let callsPerFunction = 12

  @Test(arguments: 0..<rounds, [false, true])
  func integerOperationsComputeWhatSwiftDoes(seed: Int, optimizes: Bool) throws {
    var generator = SeededGenerator(seed)
    let samples = IntegerOperations.all.map { IntegerSample($0, &generator) }
    let text = samples.enumerated().map { $1.text(name: "f\($0)") }.joined(separator: "\n")
    let instance = try ClifPrograms.instantiate(text, optimizes: optimizes)
    for (index, sample) in samples.enumerated() {
      let function = try instance.function(named: "f\(index)")
      for _ in 0..<Self.callsPerFunction {
        let operands = sample.operands(&generator)
        let passed = sample.passed(operands)
        let expected = sample.operation.model(operands)
        let results = try? function.call(clif: passed).map(\.bits)
        #expect(
          results == expected,
          "seed \(seed)\(optimizes ? ", optimised" : ""): \(passed) to\n\(sample.text(name: "f"))")
      }
    }
  }
}

enum ClifPrograms {
  static func instantiate(_ text: String, optimizes: Bool) throws -> Instance {
    var options = Engine.Options()
    options.optimizes = optimizes
    options.acceptsClif = true
    let engine = Engine(options)
    let module = try Module(engine: engine, bytes: Array(text.utf8))
    return try Linker(engine: engine).instantiate(module)
  }

  /// Lines that give `name` a constant value.
  static func constant(_ name: Int, _ bits: UInt128, _ type: IRType) -> String {
    guard type == .i128 else { return "  v\(name) = iconst.\(type) \(type.signed(bits))\n" }
    let (low, high) = (Int64(truncatingIfNeeded: bits), Int64(truncatingIfNeeded: bits >> 64))
    return """
        v\(name + 1) = iconst.i64 \(low)
        v\(name + 2) = iconst.i64 \(high)
        v\(name) = iconcat v\(name + 1), v\(name + 2)

      """
  }

  /// Mostly numbers at the limits of integer types.
  static func number(_ type: IRType, _ generator: inout SeededGenerator) -> UInt128 {
    let random = UInt128(generator.next()) << 64 | UInt128(generator.next())
    let power = UInt128(1) << UInt128(Int.random(in: 0..<type.bits, using: &generator))
    let number: UInt128 =
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: UInt128(Int.random(in: 0...2, using: &generator))
      case 1: UInt128.max - UInt128(Int.random(in: 0...2, using: &generator))
      case 2: UInt128(Int.random(in: 0...300, using: &generator))
      case 3: power
      case 4: power &- 1
      case 5: 0 &- power
      case 6: random & (power &- 1)
      default: random
      }
    return number & type.mask
  }
}

/// An operation some of whose operands are constants, or the same as another one.
struct IntegerSample {
  private enum Operand {
    case parameter
    case constant(UInt128)
    /// The kind of operand 0.
    case first
  }

  let operation: IntegerOperation
  private let kinds: [Operand]

  init(_ operation: IntegerOperation, _ generator: inout SeededGenerator) {
    self.operation = operation
    kinds = operation.operands.enumerated().map { index, type in
      switch Int.random(in: 0..<8, using: &generator) {
      case 0...2: .constant(ClifPrograms.number(type, &generator))
      case 3 where index > 0 && type == operation.operands[0]: .first
      default: .parameter
      }
    }
  }

  func operands(_ generator: inout SeededGenerator) -> [UInt128] {
    var operands: [UInt128] = []
    for (kind, type) in zip(kinds, operation.operands) {
      let operand =
        switch kind {
        case .parameter: ClifPrograms.number(type, &generator)
        case .constant(let bits): bits
        case .first: operands[0]
        }
      operands.append(operand)
    }
    return operands
  }

  /// Those of the operands that are parameters.
  func passed(_ operands: [UInt128]) -> [ClifValue] {
    kinds.indices.compactMap { index in
      guard case .parameter = kinds[index] else { return nil }
      return ClifValue(type: operation.operands[index], bits: operands[index])
    }
  }

  func text(name: String) -> String {
    var parameters: [String] = []
    var types: [String] = []
    var constants = ""
    var instruction = operation.text
    for (index, kind) in kinds.enumerated() {
      let type = operation.operands[index]
      var name = index * 10
      switch kind {
      case .parameter:
        parameters.append("v\(name): \(type)")
        types.append("\(type)")
      case .constant(let bits): constants += ClifPrograms.constant(name, bits, type)
      case .first: name = 0
      }
      instruction = instruction.replacing("#\(index)", with: "v\(name)")
    }
    let results = operation.results.indices.map { "v\(100 + $0)" }.joined(separator: ", ")
    let resultTypes = operation.results.map(\.description).joined(separator: ", ")
    return """
      function %\(name)(\(types.joined(separator: ", "))) -> \(resultTypes) {
      block0(\(parameters.joined(separator: ", "))):
      \(constants)  \(results) = \(instruction)
        return \(results)
      }
      """
  }
}
