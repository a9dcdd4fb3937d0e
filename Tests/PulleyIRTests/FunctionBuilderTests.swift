import PulleyIR
import Testing

@testable import PulleyTestSupport

@Suite struct VariablesBecomeValues {
  @Test func aLoopHeaderThatIsSealedLateHasAParameterForEachVariable() {
    var builder = FunctionBuilder(parameters: [.i64, .i64, .i64, .i64, .i64])
    let entry = builder.makeEntry()
    let parameters = Array(builder.function.parameters(of: entry))
    let variables = parameters.map { parameter in
      let variable = builder.declareVariable(.i64)
      builder.define(variable, as: parameter)
      return variable
    }
    let (loop, end) = (builder.makeBlock(), builder.makeBlock())
    builder.jump(loop)
    builder.position(atEndOf: loop)
    // The variables rotate, so that no parameter is redundant.
    let values = variables.map { builder.use($0) }
    for (index, variable) in variables.enumerated() {
      builder.define(variable, as: values[(index + 1) % values.count])
    }
    builder.branch(values[0], loop, end)
    builder.seal(loop)
    builder.position(atEndOf: end)
    builder.seal(end)
    builder.return(variables.map { builder.use($0) })
    let function = builder.finish()

    #expect(function.parameters(of: loop).count == 5)
    let entryJump = function.instructions[function.terminator(of: entry)].destination
    #expect(Array(function.values(entryJump.arguments)) == parameters)
    let back = function.instructions[function.terminator(of: loop)].destination
    #expect(
      Array(function.values(back.arguments)) == (0..<5).map { values[($0 + 1) % 5] })
  }

  @Test func aVariableAssignedInOneArmBecomesAParameterOfTheMerge() {
    var builder = FunctionBuilder(parameters: [.i64, .i64])
    let entry = builder.makeEntry()
    let parameters = Array(builder.function.parameters(of: entry))
    let (changed, kept) = (builder.declareVariable(.i64), builder.declareVariable(.i64))
    builder.define(changed, as: parameters[0])
    builder.define(kept, as: parameters[1])
    let (left, right, join) = (builder.makeBlock(), builder.makeBlock(), builder.makeBlock())
    builder.branch(parameters[0], left, right)
    builder.position(atEndOf: left)
    builder.seal(left)
    let one = builder.constant(1)
    builder.define(changed, as: one)
    builder.jump(join)
    builder.position(atEndOf: right)
    builder.seal(right)
    builder.jump(join)
    builder.position(atEndOf: join)
    builder.seal(join)
    let result = builder.use(changed)
    builder.return([result, builder.use(kept)])
    let function = builder.finish()

    #expect(Array(function.parameters(of: join)) == [result])
    let fromLeft = function.instructions[function.terminator(of: left)].destination
    let fromRight = function.instructions[function.terminator(of: right)].destination
    #expect(Array(function.values(fromLeft.arguments)) == [one])
    #expect(Array(function.values(fromRight.arguments)) == [parameters[0]])
    let returned = function.instructions[function.terminator(of: join)].list
    #expect(Array(function.values(returned)) == [result, parameters[1]])
  }

  @Test func aVariableReadBeforeItIsAssignedIsZero() {
    var builder = FunctionBuilder(parameters: [])
    let entry = builder.makeEntry()
    let variable = builder.declareVariable(.f64)
    builder.return([builder.use(variable)])
    let function = builder.finish()
    let first = function.instructions[function.firstInstruction(of: entry)]
    #expect(first.operation == .f64const && first.immediate == 0)
  }

  @Test func aVariableReadInAnUnreachableCycleIsResolved() {
    var builder = FunctionBuilder(parameters: [])
    _ = builder.makeEntry()
    let variable = builder.declareVariable(.i64)
    builder.return([])
    let (a, b) = (builder.makeBlock(), builder.makeBlock())
    builder.position(atEndOf: a)
    builder.jump(b)
    builder.position(atEndOf: b)
    builder.jump(a)
    builder.seal(a)
    builder.seal(b)
    let value = builder.use(variable)
    let function = builder.finish()
    #expect(function.type(of: value) == .i64)
  }

  @Test func redundantParametersOfNestedMergesAreRemoved() {
    var builder = FunctionBuilder(parameters: [.i64])
    let entry = builder.makeEntry()
    let parameter = builder.function.parameters(of: entry)[0]
    let variable = builder.declareVariable(.i64)
    builder.define(variable, as: parameter)
    // Merges are nested so that the outer ones are resolved first: each needs the inner one.
    let depth = 40
    var joins: [Block] = []
    for _ in 0..<depth {
      let (inner, skip, join) = (builder.makeBlock(), builder.makeBlock(), builder.makeBlock())
      builder.branch(parameter, inner, skip)
      builder.position(atEndOf: skip)
      builder.seal(skip)
      builder.jump(join)
      builder.position(atEndOf: inner)
      builder.seal(inner)
      joins.append(join)
    }
    for join in joins.reversed() {
      builder.jump(join)
      builder.position(atEndOf: join)
      builder.seal(join)
    }
    builder.return([builder.use(variable)])
    let function = builder.finish()
    for join in joins { #expect(function.parameters(of: join).isEmpty) }
    let returned = function.instructions[function.terminator(of: joins[0])].list
    #expect(Array(function.values(returned)) == [parameter])
  }

  @Test func aChainOfTenThousandMergesIsResolvedWithoutRecursion() {
    for sealsLate in [false, true] {
      var builder = FunctionBuilder(parameters: [.i64])
      let entry = builder.makeEntry()
      let parameter = builder.function.parameters(of: entry)[0]
      let variable = builder.declareVariable(.i64)
      builder.define(variable, as: parameter)
      var blocks: [Block] = []
      for _ in 0..<10_000 {
        let (left, join) = (builder.makeBlock(), builder.makeBlock())
        builder.branch(parameter, left, join)
        builder.position(atEndOf: left)
        builder.jump(join)
        builder.position(atEndOf: join)
        if !sealsLate {
          builder.seal(left)
          builder.seal(join)
        }
        blocks.append(join)
      }
      builder.return([builder.use(variable)])
      let function = builder.finish()
      for block in blocks { #expect(function.parameters(of: block).isEmpty) }
      let returned = function.instructions[function.terminator(of: blocks.last!)].list
      #expect(Array(function.values(returned)) == [parameter])
    }
  }

  @Test func aChainOfSinglePredecessorsIsResolvedForManyVariables() {
    var builder = FunctionBuilder(parameters: [.i64])
    let entry = builder.makeEntry()
    let parameter = builder.function.parameters(of: entry)[0]
    let variables = (0..<10).map { _ in
      let variable = builder.declareVariable(.i64)
      builder.define(variable, as: parameter)
      return variable
    }
    let exit = builder.makeBlock()
    for _ in 0..<10_000 {
      let next = builder.makeBlock()
      builder.branch(parameter, exit, next)
      builder.position(atEndOf: next)
      builder.seal(next)
    }
    builder.return(variables.map { builder.use($0) })
    builder.position(atEndOf: exit)
    builder.seal(exit)
    builder.return(variables.map { builder.use($0) })
    let function = builder.finish()
    #expect(function.parameters(of: exit).isEmpty)
  }

  @Test func aBranchTablePassesArgumentsOncePerEntry() {
    var builder = FunctionBuilder(parameters: [.i32, .i64])
    let entry = builder.makeEntry()
    let parameters = Array(builder.function.parameters(of: entry))
    let variable = builder.declareVariable(.i64)
    builder.define(variable, as: parameters[1])
    let (target, other) = (builder.makeBlock(), builder.makeBlock())
    let given = builder.function.appendParameter(.i32, to: target)
    let shared = builder.function.makeList([parameters[0]])
    let call = BlockCall(target, shared)
    builder.branchTable(parameters[0], [call, BlockCall(other), call, call], default: call)
    builder.position(atEndOf: other)
    builder.seal(other)
    let two = builder.constant(2)
    builder.define(variable, as: two)
    builder.jump(target, [parameters[0]])
    builder.position(atEndOf: target)
    builder.seal(target)
    let joined = builder.use(variable)
    builder.return([given, joined])
    let function = builder.finish()
    #expect(Array(function.parameters(of: target)) == [given, joined])
    let table = function.jumpTables[JumpTable(number: 0)]
    for entry in table.entries + [table.default] where entry.block == target {
      #expect(Array(function.values(entry.arguments)) == parameters)
    }
    let jump = function.instructions[function.terminator(of: other)].destination
    #expect(Array(function.values(jump.arguments)) == [parameters[0], two])
  }

  @Test func aBuilderStartsItsNextFunctionEmpty() {
    var builder = FunctionBuilder(parameters: [.i64])
    for round in 0..<3 {
      builder.reset(
        name: .user(namespace: 0, index: UInt32(round)),
        signature: Signature(parameters: [ABIParameter(.i64)]))
      let entry = builder.makeEntry()
      let variable = builder.declareVariable(.i64)
      let value = builder.use(variable)
      builder.return([value])
      let function = builder.finish()
      #expect(entry.number == 0)
      #expect(value.number == 1)
      #expect(function.instructions.count == 2)
    }
  }
}

@Suite struct FunctionTables {
  @Test func aListThatGrowsAndMovesLeavesOthersUnchanged() {
    var function = Function(name: .named("f"), signature: Signature())
    let block = function.makeBlock()
    let values = (0..<40).map { _ in function.appendParameter(.i64, to: block) }
    var (a, b) = (ValueList.empty, function.makeList(values[0..<3]))
    var c = b
    for value in values {
      function.append(value, to: &a)
      function.append(value, to: &b)
      function.append(value, to: &c)
    }
    #expect(Array(function.values(a)) == values)
    #expect(Array(function.values(b)) == values[0..<3] + values)
    #expect(Array(function.values(c)) == values[0..<3] + values)
  }

  @Test func instructionsOfABlockAreLinkedInOrder() {
    var function = Function(name: .named("f"), signature: Signature())
    let block = function.makeBlock()
    function.appendToLayout(block)
    let constant = InstructionData(.iconst, .i64)
    let b = function.prepend(constant, to: block)
    let c = function.append(constant, to: block)
    let a = function.prepend(constant, to: block)
    #expect(function.order(of: block) == [a, b, c])
    function.remove(b)
    #expect(function.order(of: block) == [a, c])
    function.remove(a)
    #expect(function.order(of: block) == [c])
    let d = function.append(constant, to: block)
    #expect(function.order(of: block) == [c, d])
    function.remove(d)
    function.remove(c)
    #expect(function.order(of: block).isEmpty)
    #expect(function.firstInstruction(of: block).isNone)
  }

  @Test func aliasesOfAliasesResolveToTheOriginalValue() {
    var function = Function(name: .named("f"), signature: Signature())
    let block = function.makeBlock()
    let count = 20_000
    let values = (0...count).map { _ in function.appendParameter(.i64, to: block) }
    let inst = function.append(
      InstructionData(.iadd, .i64, values[0], values[count / 2]), to: block)
    for index in 0..<count { function.makeAlias(values[index], of: values[index + 1]) }
    #expect(function.resolve(values[0]) == values[count])
    function.resolveAllAliases()
    #expect(function.instructions[inst].argument0 == values[count])
    #expect(function.instructions[inst].argument1 == values[count])
  }
}
