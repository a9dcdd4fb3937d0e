import PulleyCodegen
import PulleyISA
import Testing

/// Checks that allocations of small functions are good: each move costs a dispatch.
@Suite struct AllocationQuality {
  @Test func loopVariablesKeepTheirRegisters() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let limit = sketch.parameters(.x)[0]
    let zero = sketch.define()
    let start = sketch.define()
    sketch.jump()
    let index = sketch.register()
    let sum = sketch.register()
    let loop = sketch.block([index, sum], depth: 1)
    let nextSum = sketch.define(.x, sum, index)
    let nextIndex = sketch.define(.x, index)
    sketch.use(nextIndex, limit)
    let again = sketch.block(depth: 1)
    sketch.jump()
    let exit = sketch.block()
    sketch.return(nextSum)
    sketch.edge(entry, loop, [zero, start])
    sketch.edge(loop, again)
    sketch.edge(again, loop, [nextIndex, nextSum])
    sketch.edge(loop, exit)
    let result = try sketch.allocate()
    #expect(result.result.edits.isEmpty, "\(result.text)")
    // The limit arrives in x0, where the sum must be at the end.
    #expect(result.missedHints <= 1, "\(result.text)")
  }

  @Test func aValueLastUsedAsAnArgumentIsComputedInItsArgumentRegister() throws {
    var sketch = ProblemSketch()
    sketch.block()
    let input = sketch.parameters(.x, .x, .f)
    let first = sketch.define(.x, input[1])
    let second = sketch.define(.x, input[0])
    let third = sketch.define(.f, input[2])
    let result = sketch.call([second, first, third])
    sketch.return(result)
    let allocation = try sketch.allocate()
    #expect(allocation.result.edits.isEmpty, "\(allocation.text)")
    #expect(allocation.allocations(of: second) == [.register(.x, 0), .register(.x, 0)])
    #expect(allocation.allocations(of: first) == [.register(.x, 1), .register(.x, 1)])
    #expect(allocation.allocations(of: result) == [.register(.x, 0), .register(.x, 0)])
  }

  @Test func callsInSequencePassResultsOnWithoutMoves() throws {
    var sketch = ProblemSketch()
    sketch.block()
    let input = sketch.parameters(.x)
    let first = sketch.call(input)
    let second = sketch.call([first])
    let third = sketch.call([second])
    sketch.return(third)
    let result = try sketch.allocate()
    #expect(result.result.edits.isEmpty && result.missedHints == 0, "\(result.text)")
    #expect(result.result.usedCalleeSaved == 0)
  }

  @Test func recursiveFibonacciSavesTwoRegisters() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let n = sketch.parameters(.x)[0]
    sketch.use(n)
    let base = sketch.block()
    sketch.return(n)
    let rest = sketch.block()
    let less1 = sketch.define(.x, n)
    let result1 = sketch.call([less1])
    let less2 = sketch.define(.x, n)
    let result2 = sketch.call([less2])
    let sum = sketch.define(.x, result1, result2)
    sketch.return(sum)
    sketch.edge(entry, base)
    sketch.edge(entry, rest)
    let result = try sketch.allocate()
    #expect(result.result.usedCalleeSaved.nonzeroBitCount <= 2, "\(result.text)")
    #expect(result.statistics.loads + result.statistics.stores == 0, "\(result.text)")
    // n leaves x0 and, on one path, comes back; the first result leaves x0.
    #expect(result.missedHints + result.statistics.moves <= 3, "\(result.text)")
  }

  @Test func floatsAreStoredOnceAndLoadedAfterCalls() throws {
    var sketch = ProblemSketch()
    sketch.block()
    let value = sketch.define(.f)
    sketch.call([])
    for _ in 0..<5 { sketch.use(value) }
    sketch.call([])
    for _ in 0..<5 { sketch.use(value) }
    let result = try sketch.allocate()
    #expect(result.statistics.stores == 1 && result.statistics.loads == 2, "\(result.text)")
    #expect(result.result.edits.count == 3, "\(result.text)")
  }

  @Test func aSpilledFloatIsReloadedBeforeTheLoop() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let factor = sketch.define(.f)
    sketch.call([])
    sketch.jump()
    let loop = sketch.block(depth: 1)
    sketch.use(factor)
    sketch.use(factor)
    let again = sketch.block(depth: 1)
    sketch.jump()
    let exit = sketch.block()
    sketch.call([])
    sketch.use(factor)
    sketch.edge(entry, loop)
    sketch.edge(loop, again)
    sketch.edge(again, loop)
    sketch.edge(loop, exit)
    let result = try sketch.allocate()
    #expect(result.edits(atDepth: 1).isEmpty, "\(result.text)")
    #expect(result.result.edits.count == 3, "\(result.text)")
  }

  @Test func aLoopSpillsTheValuesThatItUsesLeast() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let used = (0..<20).map { _ in sketch.define() }
    let idle = (0..<20).map { _ in sketch.define() }
    sketch.jump()
    let loop = sketch.block(depth: 1)
    for value in used { sketch.use(value) }
    sketch.use(used[0])
    let again = sketch.block(depth: 1)
    sketch.jump()
    let exit = sketch.block()
    for value in used + idle { sketch.use(value) }
    sketch.edge(entry, loop)
    sketch.edge(loop, again)
    sketch.edge(again, loop)
    sketch.edge(loop, exit)
    let result = try sketch.allocate()
    #expect(result.edits(atDepth: 1).isEmpty, "\(result.text)")
    // 30 registers for 40 values, and one or two to define and read the others in.
    #expect(result.statistics.loads <= 12 && result.statistics.stores <= 12, "\(result.text)")
    #expect(result.statistics.moves <= 2, "\(result.text)")
  }

  @Test func aCallOnAColdPathCostsNothingElsewhere() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let factor = sketch.define(.f)
    sketch.jump()
    let loop = sketch.block(depth: 1)
    sketch.use(factor)
    let slow = sketch.block(depth: 1)
    sketch.call([])
    sketch.jump()
    let fast = sketch.block(depth: 1)
    sketch.jump()
    let join = sketch.block(depth: 1)
    sketch.use(factor)
    sketch.use(factor)
    let again = sketch.block(depth: 1)
    sketch.jump()
    let exit = sketch.block()
    sketch.use(factor)
    sketch.edge(entry, loop)
    sketch.edge(loop, slow)
    sketch.edge(loop, fast)
    sketch.edge(slow, join)
    sketch.edge(fast, join)
    sketch.edge(join, again)
    sketch.edge(join, exit)
    sketch.edge(again, loop)
    let result = try sketch.allocate()
    let slowInstructions = result.problem.blocks[Int(slow)].instructions
    let elsewhere = result.edits(atDepth: 1).filter { !slowInstructions.contains($0.position) }
    #expect(elsewhere.isEmpty, "\(result.text)")
  }

  @Test func constantsAreRematerialisedInsteadOfSpilled() throws {
    var sketch = ProblemSketch()
    sketch.block()
    let constant = sketch.constant()
    sketch.call([constant])
    sketch.call([constant])
    sketch.use(constant)
    let result = try sketch.allocate()
    #expect(result.allocations(of: constant).prefix(3).allSatisfy { $0 == .rematerialise })
    #expect(result.statistics.rematerialisations == 1, "\(result.text)")
    #expect(result.result.edits.count == 1 && result.result.usedCalleeSaved == 0)
  }

  @Test func constantBlockArgumentsAreMaterialisedOnTheEdge() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let zero = sketch.constant()
    sketch.jump()
    let first = sketch.register()
    let second = sketch.register()
    let next = sketch.block([first, second])
    sketch.use(first, second)
    sketch.edge(entry, next, [zero, zero])
    let result = try sketch.allocate()
    #expect(result.allocations(of: zero) == [.rematerialise])
    #expect(result.result.edits.count == 2, "\(result.text)")
  }

  @Test func aMoveOfADyingValueIsCoalesced() throws {
    var sketch = ProblemSketch()
    sketch.block()
    let source = sketch.define()
    let target = sketch.register()
    sketch.problem.appendInstruction(
      .move,
      operands: [
        AllocationOperand(target, .def, policy: .any),
        AllocationOperand(source, .use, policy: .any),
      ])
    sketch.use(target)
    let result = try sketch.allocate()
    #expect(result.result.edits.isEmpty, "\(result.text)")
    #expect(result.allocations(of: source).last == result.allocations(of: target).first)
  }

  @Test func swappedLoopVariablesTakeThreeMoves() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let a = sketch.define()
    let b = sketch.define()
    sketch.jump()
    let first = sketch.register()
    let second = sketch.register()
    let loop = sketch.block([first, second], depth: 1)
    sketch.use(first, second)
    let again = sketch.block(depth: 1)
    sketch.jump()
    let exit = sketch.block()
    sketch.jump()
    sketch.edge(entry, loop, [a, b])
    sketch.edge(loop, again)
    sketch.edge(again, loop, [second, first])
    sketch.edge(loop, exit)
    let result = try sketch.allocate()
    #expect(result.statistics.moves == 3 && result.result.edits.count == 3, "\(result.text)")
  }

  @Test func valuesLiveAcrossCallsInLoopsStayInCalleeSavedRegisters() throws {
    var sketch = ProblemSketch()
    let entry = sketch.block()
    let input = sketch.parameters(.x, .x)
    let zero = sketch.define()
    sketch.jump()
    let index = sketch.register()
    let loop = sketch.block([index], depth: 1)
    sketch.call([input[0], index])
    let next = sketch.define(.x, index)
    sketch.use(next, input[1])
    let again = sketch.block(depth: 1)
    sketch.jump()
    let exit = sketch.block()
    sketch.jump()
    sketch.edge(entry, loop, [zero])
    sketch.edge(loop, again)
    sketch.edge(again, loop, [next])
    sketch.edge(loop, exit)
    let result = try sketch.allocate()
    #expect(result.edits(atDepth: 1).isEmpty, "\(result.text)")
    #expect(result.result.edits.count <= 1, "\(result.text)")
  }
}
