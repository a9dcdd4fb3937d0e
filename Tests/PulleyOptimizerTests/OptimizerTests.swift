import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct Optimizing {
  private func optimized(_ builder: inout FunctionBuilder) -> Function {
    var function = builder.finish()
    var optimizer = Optimizer()
    optimizer.run(&function)
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty, "\(function)")
    return function
  }

  private func body(_ function: Function) -> String {
    let text = function.description
    return String(text[text.firstRange(of: "block0")!.lowerBound...].dropLast(2))
  }

  @Test func branchesOnConstantsRemoveUnreachableBlocks() {
    var builder = FunctionBuilder(parameters: [.i64], results: [.i64])
    let entry = builder.makeEntry()
    let parameter = builder.function.parameters(of: entry)[0]
    let variable = builder.declareVariable(.i64)
    let (left, right, join) = (builder.makeBlock(), builder.makeBlock(), builder.makeBlock())
    let (one, two) = (builder.constant(1), builder.constant(2))
    builder.branch(builder.compare(.signedLess, two, one), left, right)
    builder.position(atEndOf: left)
    builder.define(variable, as: one)
    builder.jump(join)
    builder.position(atEndOf: right)
    builder.define(variable, as: parameter)
    builder.jump(join)
    builder.position(atEndOf: join)
    builder.return([builder.use(variable)])
    #expect(body(optimized(&builder)) == "block0(v0: i64):\n    return v0")
  }

  @Test func branchesSkipEmptyBlocks() {
    var builder = FunctionBuilder(parameters: [.i64, .i64], results: [.i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let (empty, work, end) = (builder.makeBlock(), builder.makeBlock(), builder.makeBlock())
    let given = builder.function.appendParameter(.i64, to: end)
    builder.branch(values[0], empty, work)
    builder.position(atEndOf: empty)
    builder.jump(end, [values[1]])
    builder.position(atEndOf: work)
    builder.jump(end, [builder.binary(.imul, values[0], values[1])])
    builder.position(atEndOf: end)
    builder.return([given])
    #expect(
      body(optimized(&builder)) == """
        block0(v0: i64, v1: i64):
            brif v0, block3(v1), block2

        block2:
            v3 = imul.i64 v0, v1
            jump block3(v3)

        block3(v2: i64):
            return v2
        """)
  }

  @Test func loopInvariantInstructionsMoveBeforeTheLoop() {
    var builder = FunctionBuilder(parameters: [.i64, .i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let counter = builder.declareVariable(.i64)
    builder.define(counter, as: values[1])
    let (outer, inner, latch, end) = (
      builder.makeBlock(), builder.makeBlock(), builder.makeBlock(), builder.makeBlock()
    )
    builder.jump(outer)
    builder.position(atEndOf: outer)
    builder.jump(inner)
    builder.position(atEndOf: inner)
    var record = InstructionData(.load, .i64, values[0])
    record.flags = [.trusted, .readonly, .canMove]
    let pointer = builder.value(record)
    var bound = InstructionData(.load, .i64, pointer)
    bound.flags = .trusted
    let limit = builder.value(bound)
    let three = builder.constant(3)
    let scaled = builder.binary(.ishl, values[1], three)
    let next = builder.binary(.iadd, builder.use(counter), scaled)
    builder.define(counter, as: next)
    // Cannot move: the loop may end before it.
    builder.branch(builder.compare(.unsignedLess, next, limit), inner, latch)
    builder.position(atEndOf: latch)
    builder.seal(inner)
    let quotient = builder.binary(.udiv, values[0], values[1])
    builder.branch(builder.compare(.unsignedLess, next, quotient), outer, end)
    builder.position(atEndOf: end)
    builder.return([])
    #expect(
      body(optimized(&builder)) == """
        block0(v0: i64, v1: i64):
            v2 = load.i64 notrap aligned readonly can_move v0
            v13 = iconst.i64 3
            v5 = ishl v1, v13
            jump block1(v1)

        block1(v9: i64):
            jump block2(v9)

        block2(v6: i64):
            v3 = load.i64 notrap aligned v2
            v7 = iadd.i64 v5, v6
            v8 = icmp ult v7, v3
            brif v8, block2(v7), block3

        block3:
            v10 = udiv.i64 v0, v1
            v11 = icmp.i64 ult v7, v10
            brif v11, block1(v7), block4

        block4:
            return
        """)
  }

  @Test func blockParametersThatOnlyFeedThemselvesAreRemoved() {
    var builder = FunctionBuilder(parameters: [.i64])
    let entry = builder.makeEntry()
    let parameter = builder.function.parameters(of: entry)[0]
    let (useless, count) = (builder.declareVariable(.i64), builder.declareVariable(.i64))
    builder.define(useless, as: parameter)
    builder.define(count, as: parameter)
    let (loop, end) = (builder.makeBlock(), builder.makeBlock())
    builder.jump(loop)
    builder.position(atEndOf: loop)
    let one = builder.constant(1)
    let more = builder.binary(.imul, builder.use(useless), builder.use(useless))
    builder.define(useless, as: more)
    let less = builder.binary(.isub, builder.use(count), one)
    builder.define(count, as: less)
    builder.branch(less, loop, end)
    builder.position(atEndOf: end)
    builder.return([])
    let function = optimized(&builder)
    #expect(function.parameters(of: loop).count == 1)
    #expect(!function.description.contains("imul"))
  }

  @Test func optimizingALargeFunctionTakesLinearTime() {
    // Merges, a loop around every tenth, and repeated computations.
    var builder = FunctionBuilder(parameters: [.i64, .i64])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let sum = builder.declareVariable(.i64)
    builder.define(sum, as: values[0])
    for index in 0..<3000 {
      let (header, left, join, next) = (
        builder.makeBlock(), builder.makeBlock(), builder.makeBlock(), builder.makeBlock()
      )
      builder.jump(header)
      builder.position(atEndOf: header)
      if index % 10 != 0 { builder.seal(header) }
      builder.branch(builder.use(sum), left, join)
      builder.position(atEndOf: left)
      builder.seal(left)
      let repeated = builder.binary(.imul, values[0], values[1])
      let changed = builder.binary(.iadd, builder.use(sum), repeated)
      builder.define(sum, as: changed)
      builder.jump(join)
      builder.position(atEndOf: join)
      builder.seal(join)
      if index % 10 == 0 {
        builder.branch(builder.use(sum), header, next)
        builder.seal(header)
      } else {
        builder.jump(next)
      }
      builder.position(atEndOf: next)
      builder.seal(next)
    }
    builder.return([])
    let function = optimized(&builder)
    #expect(function.blockOrder.count > 3000)
  }

  @Test func tailCallsOfTheFunctionItselfBecomeLoops() {
    var builder = FunctionBuilder(parameters: [.i64, .i64], results: [.i64])
    builder.function.signature.convention = .tail
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    let (more, end) = (builder.makeBlock(), builder.makeBlock())
    builder.branch(values[0], more, end)
    builder.position(atEndOf: more)
    var call = InstructionData(.return_call)
    call.function = builder.function.externals.append(
      ExternalFunction(
        name: builder.function.name,
        signature: builder.function.signatures.append(builder.function.signature),
        isColocated: true))
    call.list = builder.function.makeList([
      builder.binary(.isub, values[0], builder.constant(1)), values[1],
    ])
    builder.append(call)
    builder.position(atEndOf: end)
    builder.return([values[1]])
    let function = optimized(&builder)
    let text = function.description
    #expect(!text.contains("return_call"))
    // The parameter that never changes is not a parameter of the loop, which tests at its end.
    #expect(text.contains("block0(v0: i64):"))
    #expect(text.contains("brif v3, block1(v3), block2"))
    #expect(function.entry.number == 3)
  }
}
