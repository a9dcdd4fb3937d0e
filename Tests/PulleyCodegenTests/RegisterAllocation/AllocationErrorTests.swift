import PulleyCodegen
import PulleyISA
import Testing

@Suite struct AllocationErrors {
  private func error(of problem: AllocationProblem) -> AllocationError? {
    var allocator = RegisterAllocator()
    do {
      _ = try allocator.allocate(problem)
      return nil
    } catch {
      return error
    }
  }

  @Test func aSecondDefinitionOfARegisterIsRefused() {
    var problem = AllocationProblem(environment: .pulley())
    let register = problem.makeRegister(.x)
    problem.appendBlock()
    for _ in 0..<2 { problem.appendInstruction(operands: [AllocationOperand(register, .def)]) }
    #expect(error(of: problem) == .multipleDefinitions(register))
  }

  @Test func anInstructionWithMoreOperandsThanRegistersIsRefused() {
    var problem = AllocationProblem(environment: RandomProgramShape.tiny)
    problem.appendBlock()
    let registers = (0..<7).map { _ in problem.makeRegister(.f) }
    for register in registers {
      problem.appendInstruction(operands: [AllocationOperand(register, .def)])
    }
    problem.appendInstruction(operands: registers.map { AllocationOperand($0, .use) })
    #expect(error(of: problem) == .tooManyOperands(instruction: 7))
  }

  @Test func criticalEdgesEmptyBlocksAndWrongArgumentCountsAreRefused() {
    var critical = AllocationProblem(environment: .pulley())
    for _ in 0..<3 {
      critical.appendBlock()
      critical.appendInstruction(operands: EmptyCollection())
    }
    critical.appendEdge(from: 0, to: 1)
    critical.appendEdge(from: 0, to: 2)
    critical.appendEdge(from: 1, to: 2)
    #expect(error(of: critical) != nil)

    var empty = AllocationProblem(environment: .pulley())
    empty.appendBlock()
    #expect(error(of: empty) != nil)

    var arguments = AllocationProblem(environment: .pulley())
    let parameter = arguments.makeRegister(.x)
    arguments.appendBlock()
    arguments.appendInstruction(operands: EmptyCollection())
    arguments.appendBlock(parameters: [parameter])
    arguments.appendInstruction(operands: EmptyCollection())
    arguments.appendEdge(from: 0, to: 1)
    #expect(error(of: arguments) != nil)
  }

  @Test func virtualRegistersThatDoNotExistAreRefused() {
    var problem = AllocationProblem(environment: .pulley())
    problem.appendBlock()
    problem.appendInstruction(operands: [AllocationOperand(VirtualRegister(9), .use)])
    #expect(error(of: problem) != nil)
  }

  @Test func anAllocatorWorksAsBeforeAfterAnError() throws {
    var allocator = RegisterAllocator()
    let good = RandomProgram.make(RandomProgramShape(), seed: 1)
    let first = try allocator.allocate(good)
    var bad = AllocationProblem(environment: .pulley())
    bad.appendBlock()
    #expect(throws: AllocationError.self) { try allocator.allocate(bad) }
    let second = try allocator.allocate(good)
    #expect(first.operandAllocations == second.operandAllocations && first.edits == second.edits)
  }

  @Test func theAllocationCheckerFindsAnOverwrittenRegister() throws {
    var sketch = ProblemSketch()
    sketch.block()
    let first = sketch.define()
    let second = sketch.define()
    sketch.use(first, second)
    var result = try sketch.allocate().result
    result.operandAllocations[1] = result.operandAllocations[0]
    #expect(!AllocationChecker.faults(of: result, for: sketch.problem).isEmpty)
  }
}
