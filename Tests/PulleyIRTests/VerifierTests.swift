import Testing

@testable import PulleyIR
@testable import PulleyTestSupport

@Suite struct Verification {
  private func errors(_ function: Function) -> [VerifierError] {
    var verifier = Verifier()
    return verifier.verify(function)
  }

  /// The errors of a function that `body` builds. A block without a terminator gets a return.
  private func rules(
    _ parameters: [IRType] = [.i64, .i32, .f64, .i8], results: [IRType] = [],
    _ body: (inout FunctionBuilder, [Value]) -> Void
  ) -> Set<VerifierError.Rule> {
    var builder = FunctionBuilder(parameters: parameters, results: results)
    let entry = builder.makeEntry()
    body(&builder, Array(builder.function.parameters(of: entry)))
    if !builder.isTerminated { builder.return([]) }
    return Set(errors(builder.finish()).map(\.rule))
  }

  @Test func theVerifierAcceptsACorrectFunction() {
    #expect(
      rules { builder, values in
        let (left, right) = (builder.makeBlock(), builder.makeBlock())
        let given = builder.function.appendParameter(.i32, to: right)
        let call = BlockCall(right, builder.function.makeList([values[1]]))
        builder.branch(values[3], BlockCall(left), call)
        builder.position(atEndOf: left)
        builder.jump(right, [builder.constant(-1, .i32)])
        builder.position(atEndOf: right)
        _ = builder.binary(.iadd, given, values[1])
      }.isEmpty)
  }

  @Test func theVerifierChecksTypesOfOperands() {
    func rules(_ make: @escaping ([Value]) -> InstructionData) -> Set<VerifierError.Rule> {
      self.rules { builder, values in builder.append(make(values)) }
    }
    #expect(rules { InstructionData(.iadd, .i64, $0[0], $0[1]) } == [.type])
    #expect(rules { InstructionData(.iadd, .f64, $0[2], $0[2]) } == [.type])
    #expect(rules { InstructionData(.fadd, .i64, $0[0], $0[0]) } == [.type])
    #expect(rules { InstructionData(.ishl, .i64, $0[0], $0[1]) } == [])
    #expect(rules { InstructionData(.ishl, .i64, $0[0], $0[2]) } == [.type])
    #expect(rules { InstructionData(.icmp, .i64, $0[0], $0[1]) } == [.type])
    #expect(rules { InstructionData(.select, .i64, $0[3], $0[0], $0[0]) } == [])
    #expect(rules { InstructionData(.select, .i64, $0[2], $0[0], $0[0]) } == [.type])
    #expect(rules { InstructionData(.uextend, .i64, $0[1]) } == [])
    #expect(rules { InstructionData(.uextend, .i32, $0[0]) } == [.type])
    #expect(rules { InstructionData(.ireduce, .i64, $0[1]) } == [.type])
    #expect(rules { InstructionData(.bitcast, .f64, $0[0]) } == [])
    #expect(rules { InstructionData(.bitcast, .f64, $0[1]) } == [.type])
    #expect(rules { InstructionData(.fcvt_from_sint, .f64, $0[1]) } == [])
    #expect(rules { InstructionData(.fcvt_to_sint, .i32, $0[1]) } == [.type])
    #expect(rules { InstructionData(.load, .i32, $0[1]) } == [.type])
    #expect(rules { InstructionData(.uload8, .i8, $0[0]) } == [.type])
    #expect(rules { InstructionData(.store, .i32, $0[1], $0[0]) } == [])
    #expect(rules { InstructionData(.store, .i32, $0[0], $0[0]) } == [.type])
    #expect(rules { InstructionData(.trapz, .invalid, $0[2]) } == [.type])
    #expect(rules { _ in InstructionData(.iconst, .f32) } == [.type])
  }

  @Test func theVerifierChecksOperandCountsAndImmediates() {
    #expect(rules { $0.append(InstructionData(.iadd, .i64, $1[0])) } == [.count])
    #expect(rules { $0.append(InstructionData(.ineg, .i64, $1[0], $1[0])) } == [.count])
    #expect(rules { builder, _ in _ = builder.constant(256, .i8) } == [.immediate])
    #expect(rules { builder, _ in _ = builder.constant(255, .i8) } == [])
    #expect(rules { builder, _ in _ = builder.constant(-128, .i8) } == [])
    #expect(rules { builder, _ in _ = builder.constant(-129, .i8) } == [.immediate])
    #expect(
      rules { builder, values in
        var load = InstructionData(.load, .i64, values[0])
        load.immediate = 1 << 31
        builder.append(load)
      } == [.immediate])
  }

  @Test func theVerifierRefusesEntitiesThatDoNotExist() {
    #expect(
      rules { builder, values in
        builder.append(InstructionData(.heap_load, .i64, values[1]))
      } == [.range])
    #expect(rules { builder, _ in builder.append(InstructionData(.stack_addr, .i64)) } == [.range])
    #expect(rules { builder, _ in builder.append(InstructionData(.func_addr, .i64)) } == [.range])
    var function = Function(name: .named("f"), signature: Signature())
    #expect(errors(function).map(\.rule) == [.layout])
    let block = function.makeBlock()
    function.appendToLayout(block)
    let inst = function.append(InstructionData(.return), to: block)
    #expect(errors(function).isEmpty)
    function.instructions[inst].list = function.makeList([Value(number: 99)])
    #expect(errors(function).map(\.rule) == [.range])
    function.instructions[inst].list = ValueList(start: 5, count: 3)
    #expect(errors(function).map(\.rule) == [.range])
  }

  @Test func theVerifierChecksThatTerminatorsEndBlocks() {
    #expect(
      rules { builder, _ in
        builder.return([])
        builder.return([])
      } == [.terminator])
    #expect(
      rules { builder, _ in
        let block = builder.makeBlock()
        builder.jump(block)
        builder.position(atEndOf: block)
        builder.append(InstructionData(.nop))
        builder.position(atEndOf: builder.function.entry)
      } == [.terminator])
    #expect(
      rules { builder, _ in
        builder.jump(builder.makeBlock())
      } == [.layout])
  }

  @Test func theVerifierChecksBlockArguments() {
    #expect(
      rules { builder, values in
        let block = builder.makeBlock()
        builder.function.appendParameter(.i64, to: block)
        builder.jump(block)
        builder.position(atEndOf: block)
      } == [.count])
    #expect(
      rules { builder, values in
        let block = builder.makeBlock()
        builder.function.appendParameter(.i64, to: block)
        builder.branchTable(
          values[1], [BlockCall(block, builder.function.makeList([values[0]]))],
          default: BlockCall(block, builder.function.makeList([values[1]])))
        builder.position(atEndOf: block)
      } == [.type])
  }

  @Test func theVerifierChecksThatDefinitionsDominateUses() {
    #expect(
      rules { builder, values in
        let (left, right) = (builder.makeBlock(), builder.makeBlock())
        builder.branch(values[3], left, right)
        builder.position(atEndOf: left)
        let sum = builder.binary(.iadd, values[0], values[0])
        builder.return([])
        builder.position(atEndOf: right)
        _ = builder.binary(.iadd, sum, sum)
      } == [.dominance])
    #expect(
      rules { builder, values in
        let first = builder.binary(.iadd, values[0], values[0])
        let second = builder.function.append(
          InstructionData(.ineg, .i64, first), to: builder.currentBlock)
        let third = builder.function.result(of: second)
        let inst = builder.function.firstInstruction(of: builder.currentBlock)
        builder.function.instructions[inst].argument0 = third
      } == [.dominance])
    // Unreachable code may use any value.
    #expect(
      rules { builder, values in
        let unreachable = builder.makeBlock()
        builder.return([])
        builder.position(atEndOf: unreachable)
        let inst = builder.append(InstructionData(.ineg, .i64, values[0]))
        builder.function.instructions[inst].argument0 = builder.function.result(of: inst)
      }.isEmpty)
    #expect(
      rules { builder, values in
        let inst = builder.append(InstructionData(.ineg, .i64, values[0]))
        let result = builder.function.result(of: inst)
        _ = builder.binary(.iadd, result, result)
        builder.function.remove(inst)
      } == [.dominance])
  }

  @Test func theVerifierChecksArgumentsAgainstSignatures() {
    #expect(rules(results: [.i64]) { $0.return([$1[1]]) } == [.signature])
    #expect(rules(results: [.i64]) { builder, _ in builder.return([]) } == [.signature])
    #expect(rules(results: [.i64]) { $0.return([$1[0]]) } == [])
    #expect(
      rules { builder, values in
        let signature = builder.function.signatures.append(
          Signature(parameters: [ABIParameter(.i64)], results: [ABIParameter(.i32)]))
        var call = InstructionData(.call)
        call.function = builder.function.externals.append(
          ExternalFunction(name: .named("g"), signature: signature, isColocated: true))
        call.list = builder.function.makeList([values[1]])
        builder.append(call)
        call.operation = .return_call
        call.list = builder.function.makeList([values[0]])
        builder.append(call)
      } == [.signature])
    #expect(
      rules { builder, _ in
        builder.function.heaps.append(HeapData(recordOffset: 0, indexType: .i32))
      } == [.signature])
  }

  @Test func theVerifierReportsEveryErrorWithItsPlace() {
    var builder = FunctionBuilder(parameters: [.i64, .i32])
    let entry = builder.makeEntry()
    let values = Array(builder.function.parameters(of: entry))
    builder.append(InstructionData(.iadd, .i64, values[0], values[1]))
    builder.append(InstructionData(.iadd, .i32, values[0], values[0]))
    builder.return([values[0]])
    let found = errors(builder.finish())
    #expect(found.map(\.rule) == [.type, .type, .type, .signature])
    #expect(found.map(\.inst.number) == [0, 1, 1, 2])
    #expect(found.allSatisfy { $0.block == entry })
    #expect("\(found[0])" == "inst0 in block0: arg 1 (v1) has type i32, expected i64")
  }

  @Test func theVerifierFindsBrokenLinksOfTheLayout() {
    var function = Function(name: .named("f"), signature: Signature())
    let block = function.makeBlock()
    function.appendToLayout(block)
    let first = function.append(InstructionData(.nop), to: block)
    let second = function.append(InstructionData(.return), to: block)
    var broken = function
    broken.nextInstructions[second.index] = first
    #expect(errors(broken).map(\.rule) == [.layout])
    broken = function
    broken.instructionBlocks[first.index] = .none
    #expect(errors(broken).map(\.rule) == [.layout])
    broken = function
    broken.blockOrder.append(block)
    #expect(errors(broken).map(\.rule) == [.layout])
    broken = function
    let value = broken.appendParameter(.i64, to: block)
    broken.signature.parameters = [ABIParameter(.i64)]
    broken.makeAlias(value, of: value)
    // It is not a parameter any more. An alias of itself would make `resolve` loop forever.
    #expect(errors(broken).map(\.rule) == [.layout])
    broken.instructions[first] = InstructionData(.ineg, .i64, value)
    #expect(errors(broken).map(\.rule).contains(.range))
  }
}
