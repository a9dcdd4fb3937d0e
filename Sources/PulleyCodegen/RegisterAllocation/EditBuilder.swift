import PulleyISA

/// Resolution: inserts the moves between the intervals of each bundle, on edges and between
/// instructions (Wimmer and Franz, "Linear Scan Register Allocation on SSA Form", 2010), and orders
/// them (`ParallelMoveResolver`).
struct EditBuilder: Sendable {
  /// The phases before an instruction, in order.
  private enum Phase: UInt64 {
    /// An edge into this block from one with several successors.
    case blockStart
    /// Moves between intervals, and stores of the results of the instruction before.
    case between
    /// Moves that are instructions of the problem.
    case moveInstruction
    /// An edge from a block with one successor.
    case blockEnd
  }

  private struct Move {
    /// The position and the phase.
    var key: UInt64
    /// The edge that the move is on, or `noEdge`.
    var edge: UInt32
    var register: VirtualRegister
    var from: Allocation
    var to: Allocation
  }

  private static let noEdge = UInt32.max

  private var moves: [Move] = []
  private var resolver = ParallelMoveResolver()
  /// The cost of storing the current virtual register each time its interval in a register ends.
  private var storeCost: Int64 = 0
  /// By register: whether its slot holds its value wherever it is live.
  private var isSlotValid: [Bool] = []
  private var usedKept: [UInt64] = [0, 0, 0]
  private var successors = SuccessorEdges()
  private var blocks: [UInt32] = []
  private var fewBlocks = 0

  mutating func build(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    liveness: borrowing Liveness, bundles: borrowing Bundles,
    assignment: borrowing IntervalAssignment, placement: borrowing Placement,
    _ effort: AllocationEffort, result: inout AllocationResult
  ) {
    fewBlocks = effort.fewBlocks
    moves.removeAll(keepingCapacity: true)
    successors.isBuilt = false
    result.edits.removeAll(keepingCapacity: true)
    result.operandAllocations.reset(to: .rematerialise, count: problem.operands.count)
    isSlotValid.reset(to: false, count: problem.registerClasses.count)
    for root in bundles.roots {
      placeOperands(of: Int(root), bundles: bundles, placement: placement, result: &result)
      for index in bundles.memberStart[Int(root)]..<bundles.memberStart[Int(root) + 1] {
        connect(
          Int(bundles.members[Int(index)]), root: Int(root), problem, graph: graph,
          liveness: liveness, placement: placement)
      }
    }
    addEdgeMoves(problem, graph: graph, liveness: liveness, bundles: bundles, placement: placement)
    addMoveInstructions(problem, liveness: liveness, result: result)
    findUsedKept(problem, assignment: assignment, result: &result)
    resolve(problem, graph: graph, assignment: assignment, result: &result)
    result.statistics = assignment.statistics
    count(problem, bundles: bundles, assignment: assignment, result: &result)
  }

  private func placeOperands(
    of root: Int, bundles: borrowing Bundles, placement: borrowing Placement,
    result: inout AllocationResult
  ) {
    let segments = placement.segments(of: root)
    var segment = segments.lowerBound
    for index in bundles.useStart[root]..<bundles.useStart[root + 1] {
      let use = bundles.uses[Int(index)]
      while segment + 1 < segments.upperBound,
        placement.start(ofSegment: segment + 1) <= use.point
      {
        segment += 1
      }
      result.operandAllocations[Int(use.operand)] = placement.allocation(ofSegment: segment)
    }
  }

  /// Adds the moves between the intervals of a virtual register. If it is spilled, it is stored either
  /// once, at its definition, or at the end of each interval in a register, whichever is cheaper.
  private mutating func connect(
    _ register: Int, root: Int, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, liveness: borrowing Liveness, placement: borrowing Placement
  ) {
    let definition = liveness.definition[register]
    guard definition != Liveness.undefined else { return }
    let home = placement.allocation(of: root, at: definition)
    isSlotValid[register] = home.isSlot
    guard placement.isDivided(root) else { return }
    let firstMove = moves.count
    storeCost = 0
    let ranges = liveness.ranges(of: register)
    for index in ranges {
      connect(
        register, over: liveness.ranges[index], isOnly: ranges.count == 1, root: root, problem,
        graph: graph, definition: definition, placement: placement)
    }
    guard storeCost > 0, home.isRegister else {
      if home.isSlot { removeStores(from: firstMove) }
      return
    }
    let block = graph.block(at: definition)
    guard graph.frequency[block] <= storeCost else { return }
    removeStores(from: firstMove)
    isSlotValid[register] = true
    let position =
      definition == graph.start[block] ? definition.instruction : definition.instruction + 1
    add(
      register, from: home, to: placement.slot(of: root),
      position: position, .between)
  }

  private mutating func connect(
    _ register: Int, over range: LiveRange, isOnly: Bool, root: Int,
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph, definition: ProgramPoint,
    placement: borrowing Placement
  ) {
    let segments = placement.segments(of: root)
    var segment = placement.segment(of: root, at: range.start) + 1
    let definitionBlock = graph.block(at: definition)
    // The block in which the value was last reloaded. The slot still holds it there.
    var loadBlock = -1
    while segment < segments.upperBound, placement.start(ofSegment: segment) < range.end {
      let point = placement.start(ofSegment: segment)
      let block = graph.block(at: point)
      // A range may begin before the definition. No move is made there: it would leave in the slot
      // what would be taken for the value.
      let isDefined = point > definition || block != definitionBlock
      if isDefined, point > range.start, point != graph.start[block] {
        var source = placement.allocation(ofSegment: segment - 1)
        let target = placement.allocation(ofSegment: segment)
        if source.isSlot { loadBlock = block }
        // A store after the uses of an instruction is made before the instruction, in parallel with
        // the move into the register for these uses.
        let instructionStart = ProgramPoint.before(point.instruction)
        if point != instructionStart, placement.start(ofSegment: segment - 1) == instructionStart,
          range.start < instructionStart, instructionStart != graph.start[block]
        {
          source = placement.allocation(ofSegment: segment - 2)
        }
        if !target.isSlot || loadBlock != block {
          change(
            register, from: source, to: target, position: point.instruction, .between,
            frequency: graph.frequency[block])
        }
      }
      segment += 1
    }
    var first = graph.block(at: range.start)
    if graph.start[first] != range.start { first += 1 }
    let end = graph.block(at: range.end - 1) + 1
    guard first < end else { return }
    if end - first <= fewBlocks || !isOnly {
      for block in first..<end {
        connectEdges(
          of: register, into: block, root: root, problem, graph: graph, definition: definition,
          placement: placement)
      }
    } else {
      collectBlocks(
        first..<end, in: range, root: root, problem, graph: graph, placement: placement)
      for block in blocks {
        connectEdges(
          of: register, into: Int(block), root: root, problem, graph: graph,
          definition: definition, placement: placement)
      }
    }
  }

  private mutating func connectEdges(
    of register: Int, into block: Int, root: Int, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, definition: ProgramPoint, placement: borrowing Placement
  ) {
    // Edges move the arguments of a block parameter, not the parameter itself.
    if graph.start[block] == definition { return }
    let target = placement.allocation(of: root, at: graph.start[block])
    for index in graph.predecessors(of: block) {
      let number = graph.predecessorEdges[index]
      let edge = problem.edges[Int(number)]
      let source = placement.allocation(of: root, at: graph.end[Int(edge.from)] - 1)
      guard source != target else { continue }
      let (position, phase) = place(of: edge, problem, graph: graph)
      change(
        register, from: source, to: target, position: position, phase,
        frequency: graph.frequency(of: edge), edge: number)
    }
  }

  /// Finds, in ascending order, the blocks in the only range of a virtual register whose incoming
  /// edges may need moves: those at whose start the value is in a machine register, and the successors
  /// of those at whose end it is. There are few machine registers, so the total number of such blocks
  /// is small, even if virtual registers are live in many blocks.
  private mutating func collectBlocks(
    _ candidates: Range<Int>, in range: LiveRange, root: Int,
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    placement: borrowing Placement
  ) {
    successors.build(problem)
    blocks.removeAll(keepingCapacity: true)
    let segments = placement.segments(of: root)
    var segment = placement.segment(of: root, at: range.start)
    while segment < segments.upperBound, placement.start(ofSegment: segment) < range.end {
      let next = segment + 1
      if placement.allocation(ofSegment: segment).isRegister {
        let end = next < segments.upperBound ? placement.start(ofSegment: next) : .max
        collectBlocks(
          candidates, from: max(range.start, placement.start(ofSegment: segment)),
          to: min(range.end, end), problem, graph: graph)
      }
      segment = next
    }
    blocks.sort()
    var kept = 0
    for index in blocks.indices where index == 0 || blocks[index] != blocks[kept - 1] {
      blocks[kept] = blocks[index]
      kept += 1
    }
    blocks.removeLast(blocks.count - kept)
  }

  /// Adds the candidates that begin between two points, and the successors of blocks that end there.
  private mutating func collectBlocks(
    _ candidates: Range<Int>, from start: ProgramPoint, to end: ProgramPoint,
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph
  ) {
    var block = graph.block(at: start)
    while block < graph.start.count, graph.start[block] < end {
      if graph.start[block] >= start, candidates.contains(block) { blocks.append(UInt32(block)) }
      if graph.end[block] <= end {
        for index in successors.edges(of: block) {
          let target = problem.edges[Int(successors.edges[index])].to
          if candidates.contains(Int(target)) { blocks.append(target) }
        }
      }
      block += 1
    }
  }

  private mutating func change(
    _ register: Int, from: Allocation, to: Allocation, position: UInt32, _ phase: Phase,
    frequency: Int64, edge: UInt32 = noEdge
  ) {
    // A rematerialisable value is not stored.
    if to == .rematerialise { return }
    if to.isSlot { storeCost += frequency }
    add(register, from: from, to: to, position: position, phase, edge: edge)
  }

  private mutating func removeStores(from first: Int) {
    var kept = first
    for index in first..<moves.count where !moves[index].to.isSlot {
      moves[kept] = moves[index]
      kept += 1
    }
    moves.removeLast(moves.count - kept)
  }

  private mutating func add(
    _ register: Int, from: Allocation, to: Allocation, position: UInt32, _ phase: Phase,
    edge: UInt32 = noEdge
  ) {
    moves.append(
      Move(
        key: UInt64(position) << 2 | phase.rawValue, edge: edge,
        register: VirtualRegister(UInt32(register)), from: from, to: to))
  }

  private func place(
    of edge: ProblemEdge, _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph
  ) -> (position: UInt32, phase: Phase) {
    graph.successorCount[Int(edge.from)] == 1
      ? (problem.blocks[Int(edge.from)].instructions.upperBound - 1, .blockEnd)
      : (problem.blocks[Int(edge.to)].instructions.lowerBound, .blockStart)
  }

  private mutating func addEdgeMoves(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    liveness: borrowing Liveness, bundles: borrowing Bundles, placement: borrowing Placement
  ) {
    for (number, edge) in problem.edges.enumerated() where !edge.arguments.isEmpty {
      let (position, phase) = place(of: edge, problem, graph: graph)
      let start = graph.start[Int(edge.to)]
      let end = graph.end[Int(edge.from)] - 1
      for (argument, parameter) in zip(
        edge.arguments, problem.blocks[Int(edge.to)].parameters)
      {
        let source = problem.argumentPool[Int(argument)]
        let target = Int(problem.parameterPool[Int(parameter)].number)
        guard !liveness.ranges(of: target).isEmpty else { continue }
        let to = placement.allocation(of: bundles.root(of: target), at: start)
        if problem.isRematerialisable(source) {
          add(
            Int(source.number), from: .rematerialise, to: to, position: position, phase,
            edge: UInt32(number))
          continue
        }
        guard !liveness.ranges(of: Int(source.number)).isEmpty else { continue }
        let root = bundles.root(of: Int(source.number))
        let from = placement.allocation(of: root, at: end)
        if from == to { continue }
        // The members of a bundle share a slot.
        if to.isSlot, root == bundles.root(of: target), isSlotValid[Int(source.number)] { continue }
        add(
          Int(source.number), from: from, to: to, position: position, phase,
          edge: UInt32(number))
      }
    }
  }

  private mutating func addMoveInstructions(
    _ problem: borrowing AllocationProblem, liveness: borrowing Liveness,
    result: borrowing AllocationResult
  ) {
    for (number, instruction) in problem.instructions.enumerated()
    where instruction.kind == .move {
      let target = Int(instruction.operands.lowerBound)
      let source = problem.operands[target + 1].register
      let from = result.operandAllocations[target + 1]
      let to = result.operandAllocations[target]
      guard liveness.isRead[Int(problem.operands[target].register.number)], from != to else {
        continue
      }
      add(
        Int(source.number), from: from, to: to, position: UInt32(number), .moveInstruction)
    }
  }

  private mutating func findUsedKept(
    _ problem: borrowing AllocationProblem, assignment: borrowing IntervalAssignment,
    result: inout AllocationResult
  ) {
    usedKept = [0, 0, 0]
    for interval in assignment.intervals {
      guard let register = interval.allocation.register,
        let registerClass = interval.allocation.registerClass
      else { continue }
      usedKept[Int(registerClass.rawValue)] |= 1 << UInt64(register)
    }
    for registerClass in RegisterClass.allCases {
      usedKept[Int(registerClass.rawValue)] &= ~problem.environment[registerClass].callClobbered
    }
    result.usedCalleeSaved = usedKept[Int(RegisterClass.x.rawValue)]
    result.usedKeptFloats = usedKept[Int(RegisterClass.f.rawValue)]
    result.usedKeptVectors = usedKept[Int(RegisterClass.v.rawValue)]
  }

  private mutating func resolve(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    assignment: borrowing IntervalAssignment, result: inout AllocationResult
  ) {
    moves.sort { $0.key < $1.key }
    let scratchSlot = (result.slotCount + 1) & ~1
    var usesScratch = false
    var index = 0
    while index < moves.count {
      let first = moves[index]
      resolver.begin()
      while index < moves.count, moves[index].key == first.key {
        let move = moves[index]
        let registerClass = problem.registerClasses[Int(move.register.number)]
        if problem.isRematerialisable(move.register), !move.from.isRegister {
          resolver.addRematerialisation(of: move.register, registerClass, to: move.to)
        } else {
          resolver.add(registerClass, from: move.from, to: move.to)
        }
        index += 1
      }
      let position = UInt32(truncatingIfNeeded: first.key >> 2)
      if resolver.resolveChains(position: position, into: &result.edits) {
        let free = freeRegisters(
          at: position, edge: first.edge, problem, graph: graph, assignment: assignment)
        let uses = resolver.resolveCycles(
          position: position, free: free, scratchSlot: scratchSlot, into: &result.edits)
        usesScratch = usesScratch || uses
      }
    }
    if usesScratch { result.slotCount = scratchSlot + 2 }
  }

  private func freeRegisters(
    at position: UInt32, edge: UInt32, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph, assignment: borrowing IntervalAssignment
  ) -> FreeRegisters {
    var before = ProgramPoint.before(position) &- 1
    var after = ProgramPoint.before(position)
    if edge != Self.noEdge {
      before = graph.end[Int(problem.edges[Int(edge)].from)] - 1
      after = graph.start[Int(problem.edges[Int(edge)].to)]
    }
    var free = FreeRegisters()
    for registerClass in RegisterClass.allCases {
      let file = problem.environment[registerClass]
      let allowed = file.callClobbered | usedKept[Int(registerClass.rawValue)]
      let mask =
        file.allocatableMask & allowed
        & assignment.freeRegisters(registerClass, at: before, and: after)
      switch registerClass {
      case .x: free.x = mask
      case .f: free.f = mask
      case .v: free.v = mask
      }
    }
    return free
  }

  private func count(
    _ problem: borrowing AllocationProblem, bundles: borrowing Bundles,
    assignment: borrowing IntervalAssignment, result: inout AllocationResult
  ) {
    for edit in result.edits {
      if edit.rematerialised != .none {
        result.statistics.rematerialisations += 1
      } else if edit.from.isSlot {
        result.statistics.loads += 1
      } else if edit.to.isSlot {
        result.statistics.stores += 1
      } else {
        result.statistics.moves += 1
      }
    }
    for root in bundles.roots where assignment.isSpilled[Int(root)] {
      result.statistics.spilledBundles += 1
    }
  }
}
