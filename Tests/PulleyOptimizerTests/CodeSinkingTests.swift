import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct SinkingCode {
  private func optimized(_ builder: inout FunctionBuilder) -> Function {
    var function = builder.finish()
    var optimizer = Optimizer(passes: .sinking)
    optimizer.run(&function)
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty, "\(function)")
    return function
  }

  /// Whether the block has an instruction with the operation.
  private func has(
    _ operation: PulleyIR.Operation, _ block: Block, _ function: Function
  ) -> Bool {
    function.order(of: block).contains { function.instructions[$0].operation == operation }
  }

  @Test func aValueThatOnePathUsesIsComputedOnThatPath() {
    var builder = FunctionBuilder(parameters: [.i64, .i64], results: [.i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let (left, right) = (builder.makeBlock(), builder.makeBlock())
    let product = builder.binary(.imul, values[0], values[1])
    let sum = builder.binary(.iadd, product, values[0])
    builder.branch(values[0], left, right)
    builder.position(atEndOf: left)
    builder.return([builder.binary(.bxor, sum, product)])
    builder.position(atEndOf: right)
    builder.return([values[1]])
    let function = optimized(&builder)
    #expect(!has(.imul, entry, function) && !has(.iadd, entry, function))
    #expect(
      function.order(of: left).map { function.instructions[$0].operation }
        == [.imul, .iadd, .bxor, .return])
  }

  @Test func aValueThatBothPathsUseStays() {
    var builder = FunctionBuilder(parameters: [.i64, .i64], results: [.i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let (left, right) = (builder.makeBlock(), builder.makeBlock())
    let product = builder.binary(.imul, values[0], values[1])
    builder.branch(values[0], left, right)
    builder.position(atEndOf: left)
    builder.return([product])
    builder.position(atEndOf: right)
    builder.return([builder.binary(.iadd, product, values[1])])
    #expect(has(.imul, entry, optimized(&builder)))
  }

  @Test func aDivisionThatMayTrapStays() {
    var builder = FunctionBuilder(parameters: [.i64, .i64], results: [.i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let (left, right) = (builder.makeBlock(), builder.makeBlock())
    let quotient = builder.binary(.udiv, values[0], values[1])
    builder.branch(values[0], left, right)
    builder.position(atEndOf: left)
    builder.return([quotient])
    builder.position(atEndOf: right)
    builder.return([values[1]])
    #expect(has(.udiv, entry, optimized(&builder)))
  }

  @Test func aValueMovesOutOfALoopThatDoesNotUseItButNotIntoOne() {
    var builder = FunctionBuilder(parameters: [.i64, .i64], results: [.i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let (ahead, first, second, end) = (
      builder.makeBlock(), builder.makeBlock(), builder.makeBlock(), builder.makeBlock()
    )
    let product = builder.binary(.imul, values[0], values[1])
    builder.branch(values[0], ahead, end)
    builder.position(atEndOf: ahead)
    builder.jump(first)
    builder.position(atEndOf: first)
    let bits = builder.binary(.bxor, values[0], values[1])
    let next = builder.binary(.isub, product, values[1])
    builder.branch(next, first, second)
    builder.position(atEndOf: second)
    builder.branch(builder.binary(.band, bits, next), second, end)
    builder.position(atEndOf: end)
    builder.return([values[0]])
    let function = optimized(&builder)
    // The product is used in the first loop, so it is computed before it, where the branch has led.
    #expect(has(.imul, ahead, function))
    // There is no block between the loops.
    #expect(has(.bxor, first, function))
  }
}
