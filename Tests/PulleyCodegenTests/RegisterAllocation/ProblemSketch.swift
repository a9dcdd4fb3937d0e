import PulleyCodegen
import PulleyISA
import Testing

/// Builds allocation problems by hand, instruction by instruction.
struct ProblemSketch {
  var problem: AllocationProblem
  private var edges: [(from: UInt32, to: UInt32, arguments: [VirtualRegister])] = []

  init(environment: RegisterEnvironment = .pulley()) {
    problem = AllocationProblem(environment: environment)
  }

  mutating func register(_ registerClass: RegisterClass = .x) -> VirtualRegister {
    problem.makeRegister(registerClass)
  }

  @discardableResult
  mutating func block(_ parameters: [VirtualRegister] = [], depth: Int = 0) -> UInt32 {
    problem.appendBlock(parameters: parameters, loopDepth: depth)
  }

  /// An instruction that reads `uses` and writes a new register, which is returned.
  @discardableResult
  mutating func define(
    _ registerClass: RegisterClass = .x, _ uses: VirtualRegister...
  ) -> VirtualRegister {
    let result = register(registerClass)
    problem.appendInstruction(
      operands: [AllocationOperand(result, .def)] + uses.map { AllocationOperand($0, .use) })
    return result
  }

  mutating func constant() -> VirtualRegister {
    let result = define()
    problem.markRematerialisable(result, cookie: 1)
    return result
  }

  mutating func use(_ uses: VirtualRegister...) {
    problem.appendInstruction(operands: uses.map { AllocationOperand($0, .use) })
  }

  mutating func parameters(_ classes: RegisterClass...) -> [VirtualRegister] {
    let results = classes.map { problem.makeRegister($0) }
    problem.appendInstruction(
      operands: results.enumerated().map {
        AllocationOperand($1, .def, policy: .any, hint: UInt8($0))
      })
    return results
  }

  @discardableResult
  mutating func call(
    _ arguments: [VirtualRegister], result: RegisterClass = .x
  ) -> VirtualRegister {
    let result = problem.makeRegister(result)
    let uses = arguments.enumerated().map {
      AllocationOperand($1, .use, policy: .any, hint: UInt8($0))
    }
    problem.appendInstruction(
      .call, operands: uses + [AllocationOperand(result, .def, policy: .any, hint: 0)])
    return result
  }

  mutating func jump() { problem.appendInstruction(operands: EmptyCollection()) }

  mutating func `return`(_ values: VirtualRegister...) {
    problem.appendInstruction(
      operands: values.enumerated().map {
        AllocationOperand($1, .use, policy: .any, hint: UInt8($0))
      })
  }

  mutating func edge(_ from: UInt32, _ to: UInt32, _ arguments: [VirtualRegister] = []) {
    edges.append((from, to, arguments))
  }

  /// Allocates, and records an issue for every fault that the checker finds.
  mutating func allocate() throws -> SketchResult {
    for edge in edges {
      problem.appendEdge(from: edge.from, to: edge.to, arguments: edge.arguments)
    }
    var allocator = RegisterAllocator()
    let result = try allocator.allocate(problem)
    for fault in AllocationChecker.faults(of: result, for: problem) {
      Issue.record("\(fault)\n\(listing(of: problem, result))")
    }
    return SketchResult(problem: problem, result: result)
  }
}

/// An allocation with its problem, for questions about it.
struct SketchResult {
  let problem: AllocationProblem
  let result: AllocationResult

  var text: String { listing(of: problem, result) }

  var statistics: AllocationStatistics { result.statistics }

  /// The allocations of a register's operands, in order.
  func allocations(of register: VirtualRegister) -> [Allocation] {
    problem.operands.indices.filter { problem.operands[$0].register == register }
      .map { result.operandAllocations[$0] }
  }

  /// Edits that happen in blocks of at least `depth` loops.
  func edits(atDepth depth: UInt16) -> [Edit] {
    result.edits.filter { edit in
      problem.blocks.contains { $0.loopDepth >= depth && $0.instructions.contains(edit.position) }
    }
  }

  /// How many operands with a hint are elsewhere, so that the emitter must add a move.
  var missedHints: Int {
    problem.operands.indices.filter { index in
      let operand = problem.operands[index]
      let registerClass = problem.registerClasses[Int(operand.register.number)]
      let allocation = result.operandAllocations[index]
      return operand.hint != AllocationOperand.noHint && allocation != .rematerialise
        && allocation != .register(registerClass, operand.hint)
    }.count
  }
}
