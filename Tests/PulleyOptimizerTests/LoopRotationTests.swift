import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct RotatingLoops {
  private func optimized(
    _ builder: inout FunctionBuilder, _ passes: Optimizer.Passes = .rotation
  ) -> Function {
    var function = builder.finish()
    var optimizer = Optimizer(passes: passes)
    optimizer.run(&function)
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty, "\(function)")
    return function
  }

  private func body(_ function: Function) -> String {
    let text = function.description
    return String(text[text.firstRange(of: "block0")!.lowerBound...].dropLast(2))
  }

  /// A loop whose header tests `v0 < v1` and whose latch adds 1 to v0.
  private func loop(
    addToHeader: (inout FunctionBuilder, [Value]) -> Void = { _, _ in },
    addToBody: (inout FunctionBuilder, Block) -> Void = { _, _ in }
  ) -> FunctionBuilder {
    var builder = FunctionBuilder(parameters: [.i64, .i64], results: [.i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let counter = builder.declareVariable(.i64)
    builder.define(counter, as: values[0])
    let (header, latch, end) = (builder.makeBlock(), builder.makeBlock(), builder.makeBlock())
    builder.jump(header)
    builder.position(atEndOf: header)
    addToHeader(&builder, values)
    let test = builder.compare(.signedLess, builder.use(counter), values[1])
    builder.branch(test, latch, end)
    builder.position(atEndOf: latch)
    builder.seal(latch)
    addToBody(&builder, end)
    let next = builder.binary(.iadd, builder.use(counter), builder.constant(1))
    builder.define(counter, as: next)
    builder.jump(header)
    builder.seal(header)
    builder.position(atEndOf: end)
    builder.seal(end)
    builder.return([builder.use(counter)])
    return builder
  }

  @Test func theLatchOfALoopTestsInPlaceOfTheHeader() {
    var builder = loop()
    #expect(
      body(optimized(&builder, .all)) == """
        block0(v0: i64, v1: i64):
            jump block1(v0)

        block1(v2: i64):
            v3 = icmp slt v2, v1
            brif v3, block4, block3(v2)

        block4:
            jump block2(v2)

        block2(v6: i64):
            v4 = iconst.i64 1
            v5 = iadd v6, v4
            v8 = icmp slt v5, v1
            brif v8, block2(v5), block3(v5)

        block3(v7: i64):
            return v7
        """)
  }

  private func isRotated(_ builder: FunctionBuilder) -> Bool {
    var builder = builder
    return optimized(&builder).blockOrder.count > 4
  }

  @Test func aHeaderWithManyInstructionsOrACallIsNotCopied() {
    #expect(isRotated(loop()))
    #expect(
      isRotated(
        loop(addToHeader: { builder, values in
          for _ in 0..<8 { _ = builder.binary(.udiv, values[0], values[1]) }
        })))
    #expect(
      !isRotated(
        loop(addToHeader: { builder, values in
          for _ in 0..<20 { _ = builder.binary(.udiv, values[0], values[1]) }
        })))
    #expect(
      !isRotated(loop(addToHeader: { builder, _ in builder.append(InstructionData(.fence)) })))
  }

  @Test func aLoopIsLeftAloneIfAValueOfItsHeaderIsUsedWhereTwoExitsMeet() {
    let builder = loop(addToBody: { builder, end in
      let goOn = builder.makeBlock()
      builder.branch(builder.function.parameters(of: builder.function.entry)[0], end, goOn)
      builder.position(atEndOf: goOn)
      builder.seal(goOn)
    })
    var copy = builder
    #expect(optimized(&copy).blockOrder.count == 5)
  }

  @Test func whatIsTheSameInEachIterationIsNotCopied() {
    var builder = loop(addToHeader: { builder, values in
      let product = builder.binary(.imul, values[0], values[1])
      var trap = InstructionData(.trapz, .i64, product)
      trap.trapCode = TrapCode(rawValue: 7)
      builder.append(trap)
    })
    let text = optimized(&builder).description
    #expect(text.split(separator: "imul").count == 2, "\(text)")
    // It must still happen before the test of each iteration.
    #expect(text.split(separator: "trapz").count == 3, "\(text)")
  }
}
