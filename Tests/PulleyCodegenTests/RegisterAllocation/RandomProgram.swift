import PulleyCodegen
import PulleyISA

/// SplitMix64: the same numbers everywhere for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// The parameters of a random program.
struct RandomProgramShape {
  var environment = RegisterEnvironment.pulley()
  var classes: [RegisterClass] = [.x, .x, .f, .v]
  /// Roughly how many instructions.
  var size = 60
  /// How many values made at the start are used all over the program.
  var longLived = 4
  /// Of a hundred instructions, how many are calls.
  var callPercentage = 10
  /// Whether the blocks are laid out in random order.
  var isShuffled = false

  /// A few registers of each class, so that small programs have high pressure.
  static let tiny = RegisterEnvironment(
    x: RegisterFile(allocatable: [2, 1, 0, 3, 16, 17], callClobbered: 0xFFFF),
    f: RegisterFile(allocatable: [3, 2, 1, 0, 4, 5], callClobbered: .max),
    v: RegisterFile(allocatable: [3, 2, 1, 0, 4, 5], callClobbered: .max))
}

/// A valid random program: structured control flow, block parameters at joins and loop headers, all
/// kinds of instructions and operands.
struct RandomProgram {
  private struct Instruction {
    var kind: InstructionKind
    var operands: [AllocationOperand]
  }
  private struct Block {
    var parameters: [VirtualRegister] = []
    var instructions: [Instruction] = []
    var loopDepth: Int
  }
  private struct Edge {
    var from: Int
    var to: Int
    var arguments: [VirtualRegister]
  }

  private let shape: RandomProgramShape
  private var random: SeededGenerator
  private var problem: AllocationProblem
  private var blocks: [Block] = []
  private var edges: [Edge] = []
  private var current = 0
  private var depth = 0
  private var budget: Int
  /// Registers that may be used here.
  private var available: [VirtualRegister] = []

  static func make(_ shape: RandomProgramShape, seed: UInt64) -> AllocationProblem {
    var program = RandomProgram(shape, seed: seed)
    program.fill()
    return program.finish()
  }

  private init(_ shape: RandomProgramShape, seed: UInt64) {
    self.shape = shape
    random = SeededGenerator(seed: seed)
    problem = AllocationProblem(environment: shape.environment)
    budget = shape.size
  }

  private mutating func chance(_ percentage: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percentage
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  private mutating func makeRegister() -> VirtualRegister {
    problem.makeRegister(shape.classes.randomElement(using: &random) ?? .x)
  }

  private mutating func pick() -> VirtualRegister? {
    guard !available.isEmpty else { return nil }
    // Mostly recent values, sometimes very old ones.
    let recent = available.suffix(6)
    return chance(60)
      ? recent.randomElement(using: &random) : available.randomElement(using: &random)
  }

  private mutating func pick(_ registerClass: RegisterClass) -> VirtualRegister? {
    available.filter { problem.registerClasses[Int($0.number)] == registerClass }
      .randomElement(using: &random)
  }

  private mutating func startBlock(parameters: [VirtualRegister] = []) -> Int {
    blocks.append(Block(parameters: parameters, loopDepth: depth))
    available += parameters
    current = blocks.count - 1
    return current
  }

  private mutating func append(_ kind: InstructionKind, _ operands: [AllocationOperand]) {
    blocks[current].instructions.append(Instruction(kind: kind, operands: operands))
    budget -= 1
  }

  private mutating func fill() {
    _ = startBlock()
    var parameters: [AllocationOperand] = []
    for index in 0..<number(0...20) {
      let register = makeRegister()
      parameters.append(
        AllocationOperand(
          register, .def, policy: .any,
          hint: index < 15 ? UInt8(index) : AllocationOperand.noHint))
      available.append(register)
    }
    append(.normal, parameters)
    for _ in 0..<shape.longLived { appendNormal() }
    appendStatements(nesting: 0)
    let results = (0..<number(0...4)).compactMap { index in
      pick().map { AllocationOperand($0, .use, policy: .any, hint: UInt8(index)) }
    }
    append(.normal, results)
  }

  private mutating func appendStatements(nesting: Int) {
    for _ in 0..<number(1...12) {
      guard budget > 0 else { return }
      let choice = number(0...99)
      if nesting < 4 && choice < 8 {
        appendIf(nesting: nesting)
      } else if nesting < 4 && choice < 14 {
        appendLoop(nesting: nesting)
      } else if choice < 14 + shape.callPercentage {
        appendCall()
      } else if chance(8) {
        appendMove()
      } else if chance(8) {
        appendConstant()
      } else {
        appendNormal()
      }
    }
    if nesting == 0, budget > 0 { appendStatements(nesting: 0) }
  }

  private mutating func appendNormal() {
    var operands: [AllocationOperand] = []
    for _ in 0..<number(0...3) {
      guard let register = pick() else { break }
      operands.append(AllocationOperand(register, .use, policy: chance(90) ? .register : .any))
    }
    var defined: [VirtualRegister] = []
    for _ in 0..<(chance(80) ? 1 : number(0...2)) {
      let register = makeRegister()
      defined.append(register)
      operands.append(AllocationOperand(register, chance(10) ? .earlyDef : .def))
    }
    if chance(50) { operands.reverse() }
    available += defined
    append(.normal, operands)
  }

  private mutating func appendConstant() {
    let register = makeRegister()
    problem.markRematerialisable(register, cookie: register.number)
    append(.normal, [AllocationOperand(register, .def)])
    available.append(register)
  }

  private mutating func appendMove() {
    guard let source = pick() else { return }
    let target = problem.makeRegister(problem.registerClasses[Int(source.number)])
    append(
      .move,
      [
        AllocationOperand(target, .def, policy: .any),
        AllocationOperand(source, .use, policy: .any),
      ])
    available.append(target)
  }

  private mutating func appendCall() {
    var operands: [AllocationOperand] = []
    for index in 0..<number(0...18) {
      guard let register = pick() else { break }
      operands.append(
        AllocationOperand(
          register, .use, policy: .any,
          hint: index < 15 ? UInt8(index) : AllocationOperand.noHint))
    }
    if chance(20), let register = pick() {
      operands.append(AllocationOperand(register, .use, policy: .register))
    }
    for index in 0..<number(0...3) {
      let register = makeRegister()
      operands.append(AllocationOperand(register, .def, policy: .any, hint: UInt8(index)))
      available.append(register)
    }
    append(.call, operands)
  }

  /// A branch at the end of the current block, possibly with operands.
  private mutating func appendBranch() {
    var operands: [AllocationOperand] = []
    for _ in 0..<number(0...2) {
      if let register = pick() { operands.append(AllocationOperand(register, .use)) }
    }
    append(.normal, operands)
  }

  private mutating func appendJump() { append(.normal, []) }

  private mutating func arguments(for parameters: [VirtualRegister]) -> [VirtualRegister]? {
    var arguments: [VirtualRegister] = []
    for parameter in parameters {
      guard let value = pick(problem.registerClasses[Int(parameter.number)]) else { return nil }
      arguments.append(value)
    }
    return arguments
  }

  /// Classes of which a value is available, so that parameters can be given arguments.
  private mutating func makeParameters(_ count: Int) -> [VirtualRegister] {
    (0..<count).compactMap { _ in
      pick().map { problem.makeRegister(problem.registerClasses[Int($0.number)]) }
    }
  }

  private mutating func appendIf(nesting: Int) {
    let parameters = makeParameters(number(0...5))
    appendBranch()
    let branch = current
    let outer = available
    var ends: [(Int, [VirtualRegister])] = []
    for _ in 0..<number(2...4) {
      edges.append(Edge(from: branch, to: blocks.count, arguments: []))
      _ = startBlock()
      appendStatements(nesting: nesting + 1)
      guard let arguments = arguments(for: parameters) else { continue }
      appendJump()
      ends.append((current, arguments))
      available = outer
    }
    let join = startBlock(parameters: parameters)
    for (end, arguments) in ends { edges.append(Edge(from: end, to: join, arguments: arguments)) }
  }

  private mutating func appendLoop(nesting: Int) {
    let parameters = makeParameters(number(0...6))
    guard let initial = arguments(for: parameters) else { return }
    appendJump()
    let before = current
    depth += 1
    let header = startBlock(parameters: parameters)
    edges.append(Edge(from: before, to: header, arguments: initial))
    if chance(50) { appendNormal() }
    let exitsAtTop = chance(50)
    var outer = available
    var branch = current
    if exitsAtTop {
      appendBranch()
      edges.append(Edge(from: branch, to: blocks.count, arguments: []))
      _ = startBlock()
    }
    appendStatements(nesting: nesting + 1)
    if !exitsAtTop {
      appendBranch()
      branch = current
      edges.append(Edge(from: branch, to: blocks.count, arguments: []))
      outer = available
      _ = startBlock()
    }
    let next = arguments(for: parameters) ?? initial
    appendJump()
    edges.append(Edge(from: current, to: header, arguments: next))
    depth -= 1
    available = outer
    edges.append(Edge(from: branch, to: blocks.count, arguments: []))
    _ = startBlock()
  }

  private mutating func finish() -> AllocationProblem {
    var order = Array(blocks.indices)
    if shape.isShuffled { order[1...].shuffle(using: &random) }
    var place = [UInt32](repeating: 0, count: blocks.count)
    for (position, block) in order.enumerated() { place[block] = UInt32(position) }
    for block in order {
      problem.appendBlock(parameters: blocks[block].parameters, loopDepth: blocks[block].loopDepth)
      for instruction in blocks[block].instructions {
        problem.appendInstruction(instruction.kind, operands: instruction.operands)
      }
    }
    for edge in edges {
      problem.appendEdge(from: place[edge.from], to: place[edge.to], arguments: edge.arguments)
    }
    return problem
  }
}
