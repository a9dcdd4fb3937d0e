import PulleyISA

/// Gives every virtual register a place. Reusable: keeps its storage from function to function.
public struct RegisterAllocator: Sendable {
  private var resolver = ParallelMoveResolver()

  public init() {}

  /// Keeps every value in a slot and loads it where an instruction needs it in a register.
  public mutating func allocate(
    _ problem: borrowing AllocationProblem
  ) throws(AllocationError) -> AllocationResult {
    var result = AllocationResult()
    var slots: [Allocation] = []
    for registerClass in problem.registerClasses {
      if registerClass == .v { result.slotCount += result.slotCount & 1 }
      slots.append(.slot(result.slotCount))
      result.slotCount += registerClass == .v ? 2 : 1
    }
    result.slotCount += result.slotCount & 1
    let scratchSlot = result.slotCount
    result.slotCount += 2

    var edgeOfBlock = [Int](repeating: -1, count: problem.blocks.count)
    for (number, edge) in problem.edges.enumerated() where !edge.arguments.isEmpty {
      edgeOfBlock[Int(edge.from)] = number
    }
    var singlePredecessor = [Int](repeating: -1, count: problem.blocks.count)
    var successorCount = [Int](repeating: 0, count: problem.blocks.count)
    for edge in problem.edges { successorCount[Int(edge.from)] += 1 }
    for (number, edge) in problem.edges.enumerated() where successorCount[Int(edge.from)] > 1 {
      singlePredecessor[Int(edge.to)] = number
    }

    for (blockNumber, block) in problem.blocks.enumerated() {
      var pending: [Edit] = []
      if singlePredecessor[blockNumber] >= 0 {
        resolve(
          problem.edges[singlePredecessor[blockNumber]], in: problem, slots: slots,
          position: block.instructions.lowerBound, scratchSlot: scratchSlot, into: &result.edits)
      }
      for number in block.instructions {
        for var edit in pending {
          edit.position = number
          result.edits.append(edit)
        }
        pending.removeAll()
        if number == block.instructions.upperBound - 1, successorCount[blockNumber] == 1,
          edgeOfBlock[blockNumber] >= 0
        {
          resolve(
            problem.edges[edgeOfBlock[blockNumber]], in: problem, slots: slots, position: number,
            scratchSlot: scratchSlot, into: &result.edits)
        }
        let instruction = problem.instructions[Int(number)]
        var next: [Int] = [0, 0, 0]
        for index in instruction.operands {
          let operand = problem.operands[Int(index)]
          let slot = slots[Int(operand.register.number)]
          guard operand.policy == .register else {
            result.operandAllocations.append(slot)
            continue
          }
          let registerClass = problem.registerClasses[Int(operand.register.number)]
          let file = problem.environment[registerClass].allocatable
          let rank = Int(registerClass.rawValue)
          guard next[rank] < file.count else { throw .tooManyOperands(instruction: number) }
          let register = Allocation.register(registerClass, file[next[rank]])
          next[rank] += 1
          result.operandAllocations.append(register)
          let isUse = operand.role == .use
          let edit = Edit(
            position: number, registerClass: registerClass, from: isUse ? slot : register,
            to: isUse ? register : slot, rematerialised: .none)
          if isUse { result.edits.append(edit) } else { pending.append(edit) }
        }
        if instruction.kind == .move {
          let first = Int(instruction.operands.lowerBound)
          resolver.begin()
          resolver.add(
            problem.registerClasses[Int(problem.operands[first].register.number)],
            from: result.operandAllocations[first + 1], to: result.operandAllocations[first])
          _ = resolver.resolveChains(position: number, into: &result.edits)
        }
      }
    }
    return result
  }

  private mutating func resolve(
    _ edge: ProblemEdge, in problem: borrowing AllocationProblem, slots: [Allocation],
    position: UInt32, scratchSlot: UInt32, into edits: inout [Edit]
  ) {
    resolver.begin()
    let parameters = problem.blocks[Int(edge.to)].parameters
    for (argument, parameter) in zip(edge.arguments, parameters) {
      let source = problem.argumentPool[Int(argument)]
      let target = problem.parameterPool[Int(parameter)]
      resolver.add(
        problem.registerClasses[Int(target.number)], from: slots[Int(source.number)],
        to: slots[Int(target.number)])
    }
    if resolver.resolveChains(position: position, into: &edits) {
      _ = resolver.resolveCycles(
        position: position, free: FreeRegisters(), scratchSlot: scratchSlot, into: &edits)
    }
  }
}
