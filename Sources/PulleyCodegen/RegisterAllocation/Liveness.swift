import PulleyISA

/// Liveness analysis by use: walks from each use of a virtual register up the predecessors to its
/// definition (Boissinot et al., "Computing Liveness Sets for SSA-Form Programs", 2011, "Computing
/// live-ranges per variable"). The cost is the number of blocks that each register is live in.
///
/// Uses that the emitter rematerialises, and arguments for parameters that are not read, do not make a
/// register live. The flow graph must be built.
///
/// Many registers that are live in many blocks would take quadratic time. After a number of steps
/// that is proportional to the size of the function, registers that are live over many blocks count
/// as live from their definition to the end of the last loop with a use. After a number of ranges,
/// registers also count as live in the holes between their ranges. That is safe: a move of a value
/// that is not live does no harm.
struct Liveness: Sendable {
  /// By register: the index of its first range in `ranges`. Ranges are sorted, disjoint and do not
  /// touch.
  private(set) var rangeStart: [UInt32] = []
  private(set) var ranges: [LiveRange] = []
  /// By register: the point of its definition, or `undefined`.
  private(set) var definition: [ProgramPoint] = []
  /// By register: whether it has a use.
  private(set) var isRead: [Bool] = []

  static let undefined = ProgramPoint.max

  /// The points of uses by operands and edges, grouped by register.
  private var useStart: [UInt32] = []
  private var usePoints: [ProgramPoint] = []
  private var blockStamp: [UInt32] = []
  private var blockEnd: [ProgramPoint] = []
  private var touched: [UInt32] = []
  private var worklist: [UInt32] = []
  /// The number of blocks that may still be visited, in all and for one register.
  private var fuel = 0
  private var nearBlocks = 0
  /// The number of ranges beyond one for each register that may still be made.
  private var rangeFuel = 0
  private var spans = LoopSpans()
  private var hasSpans = false

  func ranges(of register: Int) -> Range<Int> {
    Int(rangeStart[register])..<Int(rangeStart[register + 1])
  }

  mutating func build(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph, _ effort: AllocationEffort
  ) throws(AllocationError) {
    try findDefinitions(problem, graph: graph)
    collectUses(problem, graph: graph)
    rangeStart.reset(to: 0, count: problem.registerClasses.count + 1)
    ranges.removeAll(keepingCapacity: true)
    blockStamp.reset(to: .max, count: problem.blocks.count)
    blockEnd.reset(to: 0, count: problem.blocks.count)
    fuel =
      effort.livenessSteps + effort.livenessStepsPerInstruction * problem.instructions.count
    nearBlocks = effort.nearBlocks
    rangeFuel = effort.ranges + effort.rangesPerInstruction * problem.instructions.count
    hasSpans = false
    for register in problem.registerClasses.indices {
      appendRanges(of: register, problem, graph: graph)
      rangeStart[register + 1] = UInt32(ranges.count)
    }
  }

  /// Whether the emitter rematerialises the value for this use, which then does not make it live.
  static func isIgnored(
    _ operand: AllocationOperand, _ problem: borrowing AllocationProblem
  ) -> Bool {
    operand.role == .use && operand.policy == .any
      && problem.isRematerialisable(operand.register)
  }

  private mutating func findDefinitions(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph
  ) throws(AllocationError) {
    let count = problem.registerClasses.count
    definition.reset(to: Self.undefined, count: count)
    isRead.reset(to: false, count: count)
    for (number, instruction) in problem.instructions.enumerated() {
      for index in instruction.operands {
        let operand = problem.operands[Int(index)]
        let register = Int(operand.register.number)
        guard register < count else { throw .malformed("no register \(operand.register)") }
        guard operand.role != .use else {
          isRead[register] = true
          continue
        }
        guard definition[register] == Self.undefined else {
          throw .multipleDefinitions(operand.register)
        }
        definition[register] =
          operand.role == .def ? .def(UInt32(number)) : .use(UInt32(number))
      }
    }
    for (number, block) in problem.blocks.enumerated() {
      for index in block.parameters {
        let parameter = problem.parameterPool[Int(index)]
        guard parameter.number < count else { throw .malformed("no register \(parameter)") }
        guard definition[Int(parameter.number)] == Self.undefined else {
          throw .multipleDefinitions(parameter)
        }
        guard !problem.isRematerialisable(parameter) else {
          throw .malformed("block parameter \(parameter) cannot be rematerialised")
        }
        definition[Int(parameter.number)] = graph.start[number]
      }
    }
    for argument in problem.argumentPool {
      guard argument.number < count else { throw .malformed("no register \(argument)") }
      isRead[Int(argument.number)] = true
    }
  }

  /// Groups the points of uses by register, with a counting sort.
  private mutating func collectUses(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph
  ) {
    useStart.reset(to: 0, count: problem.registerClasses.count + 2)
    for operand in problem.operands
    where operand.role == .use && !Self.isIgnored(operand, problem) {
      useStart[Int(operand.register.number) + 2] += 1
    }
    for edge in problem.edges {
      for index in edge.arguments where keepsAlive(argument: index, of: edge, problem) {
        useStart[Int(problem.argumentPool[Int(index)].number) + 2] += 1
      }
    }
    for register in 2..<useStart.count { useStart[register] += useStart[register - 1] }
    usePoints.reset(to: 0, count: Int(useStart[useStart.count - 1]))
    for (number, instruction) in problem.instructions.enumerated() {
      for index in instruction.operands {
        let operand = problem.operands[Int(index)]
        guard operand.role == .use, !Self.isIgnored(operand, problem) else { continue }
        append(.use(UInt32(number)) + 1, of: Int(operand.register.number))
      }
    }
    for edge in problem.edges {
      let end = graph.end[Int(edge.from)]
      for index in edge.arguments where keepsAlive(argument: index, of: edge, problem) {
        append(end, of: Int(problem.argumentPool[Int(index)].number))
      }
    }
  }

  private func keepsAlive(
    argument index: UInt32, of edge: ProblemEdge, _ problem: borrowing AllocationProblem
  ) -> Bool {
    let parameters = problem.blocks[Int(edge.to)].parameters
    let parameter = parameters.lowerBound + (index - edge.arguments.lowerBound)
    return isRead[Int(problem.parameterPool[Int(parameter)].number)]
      && !problem.isRematerialisable(problem.argumentPool[Int(index)])
  }

  private mutating func append(_ end: ProgramPoint, of register: Int) {
    usePoints[Int(useStart[register + 1])] = end
    useStart[register + 1] += 1
  }

  private mutating func appendRanges(
    of register: Int, _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph
  ) {
    let definition = definition[register]
    let isParameter: Bool
    var defBlock = -1
    var defEnd: ProgramPoint = 0
    if definition != Self.undefined {
      defBlock = graph.block(at: definition)
      isParameter = definition == graph.start[defBlock]
      // A result without uses still needs a location to be written to.
      defEnd = isParameter ? definition : .before(definition.instruction + 1)
    }
    touched.removeAll(keepingCapacity: true)
    for index in Int(useStart[register])..<Int(useStart[register + 1]) {
      let end = usePoints[index]
      let block = graph.block(at: end - 1)
      if block == defBlock {
        defEnd = max(defEnd, end)
      } else {
        markLive(UInt32(block), until: end, register: register)
      }
    }
    while let block = worklist.popLast() {
      let predecessors = graph.predecessors(of: Int(block))
      if fuel <= 0 && touched.count + predecessors.count > nearBlocks {
        worklist.removeAll(keepingCapacity: true)
        appendWholeRange(of: register, defBlock: defBlock, problem, graph: graph)
        return
      }
      fuel -= 1 + predecessors.count
      for index in predecessors {
        let predecessor = problem.edges[Int(graph.predecessorEdges[index])].from
        if Int(predecessor) == defBlock {
          defEnd = graph.end[defBlock]
        } else {
          markLive(predecessor, until: graph.end[Int(predecessor)], register: register)
        }
      }
    }
    if touched.count > 1 { touched.sort() }
    var isDefDone = defBlock < 0 || defEnd <= definition
    for block in touched {
      if !isDefDone, Int(block) > defBlock {
        appendRange(LiveRange(start: definition, end: defEnd), of: register)
        isDefDone = true
      }
      appendRange(
        LiveRange(start: graph.start[Int(block)], end: blockEnd[Int(block)]), of: register)
    }
    if !isDefDone { appendRange(LiveRange(start: definition, end: defEnd), of: register) }
    joinRanges(of: register)
  }

  /// Merges the ranges of a register into one if there are many and the limit has been reached.
  private mutating func joinRanges(of register: Int) {
    let first = Int(rangeStart[register])
    let others = ranges.count - first - 1
    guard others > 0 else { return }
    if rangeFuel > 0 || others < nearBlocks {
      rangeFuel -= others
      return
    }
    ranges[first].end = ranges[ranges.count - 1].end
    ranges.removeLast(others)
  }

  /// One range that includes all points at which the register is live.
  private mutating func appendWholeRange(
    of register: Int, defBlock: Int, _ problem: borrowing AllocationProblem,
    graph: borrowing FlowGraph
  ) {
    if !hasSpans {
      spans.build(problem)
      hasSpans = true
    }
    var whole = LiveRange(start: 0, end: graph.end[graph.end.count - 1])
    if spans.isOrdered && defBlock >= 0 {
      whole.start = definition[register]
      var last = UInt32(defBlock)
      for index in Int(useStart[register])..<Int(useStart[register + 1]) {
        let block = UInt32(graph.block(at: usePoints[index] - 1))
        // A use before the definition is reached by a back edge of a loop around the definition.
        guard block >= defBlock else { last = .max; break }
        last = max(last, spans.lastBlock(from: block, definedIn: UInt32(defBlock)))
      }
      if last != .max { whole.end = graph.end[Int(last)] }
    }
    appendRange(whole, of: register)
  }

  private mutating func markLive(_ block: UInt32, until end: ProgramPoint, register: Int) {
    if blockStamp[Int(block)] == UInt32(register) {
      blockEnd[Int(block)] = max(blockEnd[Int(block)], end)
    } else {
      blockStamp[Int(block)] = UInt32(register)
      blockEnd[Int(block)] = end
      touched.append(block)
      worklist.append(block)
    }
  }

  private mutating func appendRange(_ range: LiveRange, of register: Int) {
    if ranges.count > Int(rangeStart[register]), ranges[ranges.count - 1].end == range.start {
      ranges[ranges.count - 1].end = range.end
    } else {
      ranges.append(range)
    }
  }
}
