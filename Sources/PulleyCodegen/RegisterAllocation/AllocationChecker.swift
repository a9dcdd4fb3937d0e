import PulleyISA

/// An error of an allocation, which would change what the program computes.
public struct AllocationFault: Hashable, Sendable, CustomStringConvertible {
  public var instruction: UInt32
  public var message: String

  public var description: String { "instruction \(instruction): \(message)" }
}

/// Verifies an allocation by symbolic execution, independently of how it was made, as the checker of
/// regalloc2 does.
///
/// The state maps each register and each unit of the frame to the set of virtual registers whose value
/// it holds on all paths. Where paths meet, the sets are intersected; that is repeated to a fixed
/// point. Then the location of each use must hold the value of its register.
public struct AllocationChecker {
  /// By location: labels, ascending. A label is twice the number of a register, plus one in the second
  /// unit of a vector in a slot.
  private typealias State = [[UInt32]]

  private let problem: AllocationProblem
  private let result: AllocationResult
  private var faults: [AllocationFault] = []
  private var isReporting = false
  /// By instruction, with one more element at the end: the index of its first edit.
  private var firstEdit: [Int] = []

  /// The faults of `result`; empty if it is correct.
  public static func faults(
    of result: AllocationResult, for problem: AllocationProblem
  ) -> [AllocationFault] {
    var checker = AllocationChecker(problem: problem, result: result)
    checker.run()
    return checker.faults
  }

  private init(problem: AllocationProblem, result: AllocationResult) {
    self.problem = problem
    self.result = result
  }

  private mutating func run() {
    guard result.operandAllocations.count == problem.operands.count else {
      faults.append(
        AllocationFault(instruction: 0, message: "not every operand has an allocation"))
      return
    }
    guard groupEdits() else { return }
    var edgesOut: [[Int]] = Array(repeating: [], count: problem.blocks.count)
    for (number, edge) in problem.edges.enumerated() { edgesOut[Int(edge.from)].append(number) }
    var atStart: [State?] = Array(repeating: nil, count: problem.blocks.count)
    let nothing = State(
      repeating: [], count: Allocation.registerLocations + Int(result.slotCount))
    atStart[0] = nothing
    var isChanged = Array(repeating: false, count: problem.blocks.count)
    isChanged[0] = true
    // In the order of the blocks, most predecessors come before their successors.
    while isChanged.contains(true) {
      for block in problem.blocks.indices where isChanged[block] {
        isChanged[block] = false
        guard var state = atStart[block] else { continue }
        execute(block, &state)
        for number in edgesOut[block] {
          let edge = problem.edges[number]
          if meet(cross(edge, state), at: &atStart[Int(edge.to)]) { isChanged[Int(edge.to)] = true }
        }
      }
    }
    isReporting = true
    for block in problem.blocks.indices {
      guard var state = atStart[block] else { continue }
      execute(block, &state)
    }
  }

  /// Intersects `known` with `arriving`. Returns whether that changes it.
  private func meet(_ arriving: State, at known: inout State?) -> Bool {
    guard var merged = known else {
      known = arriving
      return true
    }
    var isChanged = false
    for location in merged.indices where merged[location] != arriving[location] {
      let before = merged[location].count
      merged[location].removeAll { !arriving[location].contains($0) }
      isChanged = isChanged || merged[location].count != before
    }
    known = merged
    return isChanged
  }

  private mutating func groupEdits() -> Bool {
    var next = 0
    for instruction in 0...problem.instructions.count {
      firstEdit.append(next)
      while next < result.edits.count, Int(result.edits[next].position) == instruction { next += 1 }
    }
    guard next == result.edits.count else {
      faults.append(
        AllocationFault(
          instruction: result.edits[next].position, message: "edits are out of order"))
      return false
    }
    return true
  }

  private mutating func report(_ instruction: UInt32, _ message: String) {
    guard isReporting else { return }
    faults.append(AllocationFault(instruction: instruction, message: message))
  }

  /// Adds the labels of the parameters of the target of `edge` to the locations of the arguments.
  private func cross(_ edge: ProblemEdge, _ state: State) -> State {
    var assigned: [UInt32: [UInt32]] = [:]
    var parameters: Set<UInt32> = []
    for (argument, parameter) in zip(
      edge.arguments, problem.blocks[Int(edge.to)].parameters)
    {
      let source = problem.argumentPool[Int(argument)].number
      let target = problem.parameterPool[Int(parameter)].number
      assigned[source, default: []].append(target)
      parameters.insert(target)
    }
    guard !parameters.isEmpty else { return state }
    var renamed = state
    for location in state.indices where !state[location].isEmpty {
      renamed[location].removeAll { parameters.contains($0 / 2) }
      for label in state[location] {
        for target in assigned[label / 2] ?? [] {
          renamed[location].append(target * 2 + label % 2)
        }
      }
      renamed[location].sort()
    }
    return renamed
  }

  private mutating func execute(_ block: Int, _ state: inout State) {
    for number in problem.blocks[block].instructions {
      for index in firstEdit[Int(number)]..<firstEdit[Int(number) + 1] {
        execute(result.edits[index], &state)
      }
      execute(instruction: number, &state)
      // Edits may change x31 between two instructions.
      state[Allocation.temporary.locationIndex] = []
    }
  }

  private mutating func execute(_ edit: Edit, _ state: inout State) {
    checkWrite(edit.position, edit.to, edit.registerClass, mayBeTemporary: true)
    if edit.rematerialised != .none {
      let register = edit.rematerialised
      if !problem.isRematerialisable(register)
        || problem.registerClasses[Int(register.number)] != edit.registerClass
      {
        report(edit.position, "\(register) cannot be rematerialised in \(edit.to)")
      }
      write([register.number * 2], to: edit.to, edit.registerClass, &state)
      return
    }
    if edit.from.isSlot && edit.to.isSlot {
      report(edit.position, "an edit from slot to slot")
    }
    if let registerClass = edit.from.registerClass, registerClass != edit.registerClass {
      report(edit.position, "an edit of class \(edit.registerClass) reads \(edit.from)")
    }
    write(read(edit.from, edit.registerClass, state), to: edit.to, edit.registerClass, &state)
  }

  private func read(
    _ allocation: Allocation, _ registerClass: RegisterClass, _ state: State
  ) -> [UInt32] {
    let location = allocation.locationIndex
    guard allocation != .rematerialise, location < state.count else { return [] }
    guard registerClass == .v, allocation.isSlot else { return state[location] }
    guard location + 1 < state.count else { return [] }
    return state[location].filter { $0 % 2 == 0 && state[location + 1].contains($0 + 1) }
  }

  private func write(
    _ labels: [UInt32], to allocation: Allocation, _ registerClass: RegisterClass,
    _ state: inout State
  ) {
    let location = allocation.locationIndex
    guard allocation != .rematerialise, location < state.count else { return }
    state[location] = labels
    if registerClass == .v, allocation.isSlot, location + 1 < state.count {
      state[location + 1] = labels.map { $0 | 1 }
    }
  }

  /// Checks that a location may be written.
  private mutating func checkWrite(
    _ instruction: UInt32, _ allocation: Allocation, _ registerClass: RegisterClass,
    mayBeTemporary: Bool = false
  ) {
    if let slot = allocation.slot {
      let units: UInt32 = registerClass == .v ? 2 : 1
      if slot + units > result.slotCount || (units == 2 && slot % 2 == 1) {
        report(instruction, "\(allocation) is not a slot of the frame")
      }
      return
    }
    guard let register = allocation.register else { return }
    if mayBeTemporary, allocation == .temporary { return }
    let file = problem.environment[registerClass]
    if allocation.registerClass != registerClass || !file.allocatable.contains(register) {
      report(instruction, "\(allocation) may not hold a value of class \(registerClass)")
    }
    let bit = UInt64(1) << UInt64(register)
    if registerClass == .x, file.callClobbered & bit == 0, result.usedCalleeSaved & bit == 0 {
      report(instruction, "\(allocation) is written without being saved")
    }
  }

  private mutating func execute(instruction number: UInt32, _ state: inout State) {
    let instruction = problem.instructions[Int(number)]
    let operands = Array(instruction.operands.map { Int($0) })
    for index in operands where problem.operands[index].role == .use {
      checkUse(index, number, state)
    }
    if instruction.kind == .move, operands.count == 2 {
      let source = problem.operands[operands[1]].register.number
      let target = problem.operands[operands[0]].register.number
      for location in state.indices where !state[location].isEmpty {
        let halves = state[location].filter { $0 / 2 == source }.map { $0 % 2 }
        forget(target, at: location, &state)
        state[location] += halves.map { target * 2 + $0 }
        state[location].sort()
      }
      return
    }
    if instruction.kind == .call {
      for registerClass in RegisterClass.allCases {
        var mask = problem.environment[registerClass].callClobbered
        while mask != 0 {
          let register = UInt8(mask.trailingZeroBitCount)
          state[Allocation.register(registerClass, register).locationIndex] = []
          mask &= mask - 1
        }
      }
    }
    var written: [Allocation] = []
    for index in operands where problem.operands[index].role != .use {
      define(index, number, operands, &written, &state)
    }
  }

  private mutating func checkUse(_ index: Int, _ number: UInt32, _ state: State) {
    let operand = problem.operands[index]
    let allocation = result.operandAllocations[index]
    let registerClass = problem.registerClasses[Int(operand.register.number)]
    if allocation == .rematerialise {
      if operand.policy != .any || !problem.isRematerialisable(operand.register) {
        report(number, "\(operand.register) is nowhere")
      }
      return
    }
    checkPolicy(operand, allocation, number)
    if !read(allocation, registerClass, state).contains(operand.register.number * 2) {
      report(number, "\(operand.register) is not in \(allocation)")
    }
  }

  private mutating func define(
    _ index: Int, _ number: UInt32, _ operands: [Int], _ written: inout [Allocation],
    _ state: inout State
  ) {
    let operand = problem.operands[index]
    let allocation = result.operandAllocations[index]
    let registerClass = problem.registerClasses[Int(operand.register.number)]
    for location in state.indices { forget(operand.register.number, at: location, &state) }
    if allocation == .rematerialise {
      if !problem.isRematerialisable(operand.register) {
        report(number, "\(operand.register) is defined nowhere")
      }
      return
    }
    checkPolicy(operand, allocation, number)
    checkWrite(number, allocation, registerClass)
    if written.contains(allocation) { report(number, "\(allocation) is defined twice") }
    written.append(allocation)
    if operand.role == .earlyDef {
      for other in operands
      where problem.operands[other].role == .use
        && result.operandAllocations[other] == allocation
      {
        report(number, "\(allocation) is overwritten before it is read")
      }
    }
    write([operand.register.number * 2], to: allocation, registerClass, &state)
  }

  private mutating func checkPolicy(
    _ operand: AllocationOperand, _ allocation: Allocation, _ number: UInt32
  ) {
    if operand.policy == .register, !allocation.isRegister {
      report(number, "\(operand.register) must be in a register, not in \(allocation)")
    }
  }

  private func forget(_ register: UInt32, at location: Int, _ state: inout State) {
    if !state[location].isEmpty { state[location].removeAll { $0 / 2 == register } }
  }
}
