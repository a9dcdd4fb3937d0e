import PulleyISA

/// Coalescing: merges virtual registers that are connected by moves into bundles, if their live ranges
/// do not overlap: block parameters with their arguments, and the two operands of moves. The most
/// frequent moves come first. Out of SSA form, this is phi elimination (Boissinot et al. 2009).
struct Bundles: Sendable {
  /// A union-find forest over the registers. The number of a bundle is that of its root.
  private var parent: [UInt32] = []
  /// By root: the index of its first range in `ranges`, and the number and capacity of its ranges.
  private var offset: [UInt32] = []
  private var count: [UInt32] = []
  private var capacity: [UInt32] = []
  private(set) var ranges: [LiveRange] = []
  private(set) var roots: [UInt32] = []

  /// By root: the index of its first member in `members`.
  private(set) var memberStart: [UInt32] = []
  private(set) var members: [UInt32] = []

  /// By root: the index of its first use in `uses`. Uses are in order of their points.
  private(set) var useStart: [UInt32] = []
  private(set) var uses: [Use] = []

  private struct Affinity {
    var first: UInt32
    var second: UInt32
  }
  /// By loop depth, and for each depth first the moves of other edges, then those of back edges, which
  /// matter more because every iteration takes them.
  private var affinities: [[Affinity]] = []
  private var scratch: [LiveRange] = []
  /// The steps left for merging, so that bundles with very many ranges do not take quadratic time.
  private var fuel = 0

  /// The bundle that contains `register`.
  func root(of register: Int) -> Int { Int(parent[register]) }

  /// The bundle that contains `register` during merging, when the forest is not flat yet.
  private mutating func findRoot(of register: Int) -> Int {
    var register = register
    while parent[register] != UInt32(register) {
      parent[register] = parent[Int(parent[register])]
      register = Int(parent[register])
    }
    return register
  }

  func ranges(of root: Int) -> Range<Int> {
    Int(offset[root])..<Int(offset[root] + count[root])
  }

  mutating func build(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    liveness: borrowing Liveness, _ effort: AllocationEffort
  ) throws(AllocationError) {
    let registerCount = problem.registerClasses.count
    parent.removeAll(keepingCapacity: true)
    offset.reset(to: 0, count: registerCount)
    count.reset(to: 0, count: registerCount)
    ranges.removeAll(keepingCapacity: true)
    ranges.append(contentsOf: liveness.ranges)
    for register in 0..<registerCount {
      parent.append(UInt32(register))
      let slice = liveness.ranges(of: register)
      offset[register] = UInt32(slice.lowerBound)
      count[register] = UInt32(slice.count)
    }
    capacity.removeAll(keepingCapacity: true)
    capacity.append(contentsOf: count)
    try collectAffinities(problem, graph: graph)
    fuel = effort.mergeSteps + effort.mergeStepsPerInstruction * problem.instructions.count
    for bucket in affinities.reversed() {
      for affinity in bucket { merge(Int(affinity.first), Int(affinity.second)) }
    }
    groupMembers(registerCount)
    groupUses(problem, graph: graph)
  }

  /// Fills `affinities`, by loop depth of the move.
  private mutating func collectAffinities(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph
  ) throws(AllocationError) {
    for depth in affinities.indices { affinities[depth].removeAll(keepingCapacity: true) }
    for edge in problem.edges where !edge.arguments.isEmpty {
      let place = graph.successorCount[Int(edge.from)] == 1 ? edge.from : edge.to
      for (argument, parameter) in zip(
        edge.arguments, problem.blocks[Int(edge.to)].parameters)
      {
        try addAffinity(
          problem.argumentPool[Int(argument)], problem.parameterPool[Int(parameter)],
          depth: graph.depth[Int(place)], isBackEdge: edge.to <= edge.from, problem)
      }
    }
    for (number, instruction) in problem.instructions.enumerated()
    where instruction.kind == .move {
      guard instruction.operands.count == 2 else {
        throw .malformed("instruction \(number) is a move without two operands")
      }
      let first = Int(instruction.operands.lowerBound)
      guard problem.operands[first].role == .def, problem.operands[first + 1].role == .use else {
        throw .malformed("instruction \(number) is a move with other roles than def and use")
      }
      try addAffinity(
        problem.operands[first + 1].register, problem.operands[first].register,
        depth: graph.depth[graph.block(at: .before(UInt32(number)))], isBackEdge: false, problem)
    }
  }

  private mutating func addAffinity(
    _ source: VirtualRegister, _ target: VirtualRegister, depth: UInt16, isBackEdge: Bool,
    _ problem: borrowing AllocationProblem
  ) throws(AllocationError) {
    guard
      problem.registerClasses[Int(source.number)] == problem.registerClasses[Int(target.number)]
    else { throw .malformed("\(source) is moved to \(target) of another class") }
    if problem.isRematerialisable(source) { return }
    let bucket = Int(min(depth, 15)) * 2 + (isBackEdge ? 1 : 0)
    while affinities.count <= bucket { affinities.append([]) }
    affinities[bucket].append(Affinity(first: source.number, second: target.number))
  }

  private mutating func merge(_ first: Int, _ second: Int) {
    var large = findRoot(of: first)
    var small = findRoot(of: second)
    if count[large] < count[small] { swap(&large, &small) }
    guard large != small, count[small] > 0, fuel > 0, !overlap(large, small) else { return }
    let start = ranges[Int(offset[small])].start
    // Ranges that end before the smaller bundle starts stay where they are.
    let first = firstRange(of: large, from: Int(offset[large]), endingAtOrAfter: start)
    let largeEnd = Int(offset[large] + count[large])
    scratch.removeAll(keepingCapacity: true)
    var index = first
    for smallIndex in ranges(of: small) {
      while index < largeEnd, ranges[index].start < ranges[smallIndex].start {
        appendToScratch(ranges[index])
        index += 1
      }
      appendToScratch(ranges[smallIndex])
    }
    while index < largeEnd {
      appendToScratch(ranges[index])
      index += 1
    }
    fuel -= scratch.count
    let kept = first - Int(offset[large])
    store(scratchOf: large, keeping: kept)
    parent[small] = UInt32(large)
  }

  private mutating func appendToScratch(_ range: LiveRange) {
    if let last = scratch.last, last.end == range.start {
      scratch[scratch.count - 1].end = range.end
    } else {
      scratch.append(range)
    }
  }

  private mutating func store(scratchOf root: Int, keeping kept: Int) {
    let needed = kept + scratch.count
    if needed > Int(capacity[root]) {
      let base = ranges.count
      for index in 0..<kept { ranges.append(ranges[Int(offset[root]) + index]) }
      let unused = LiveRange(start: 0, end: 0)
      ranges.append(contentsOf: repeatElement(unused, count: 2 * needed - kept))
      offset[root] = UInt32(base)
      capacity[root] = UInt32(2 * needed)
      fuel -= kept
    }
    for index in scratch.indices { ranges[Int(offset[root]) + kept + index] = scratch[index] }
    count[root] = UInt32(needed)
  }

  private mutating func overlap(_ large: Int, _ small: Int) -> Bool {
    var index = Int(offset[large])
    let end = Int(offset[large] + count[large])
    for smallIndex in ranges(of: small) {
      let range = ranges[smallIndex]
      index = firstRange(of: large, from: index, endingAtOrAfter: range.start + 1)
      fuel -= 1
      if index == end { return false }
      if ranges[index].start < range.end { return true }
    }
    return false
  }

  private func firstRange(
    of root: Int, from: Int, endingAtOrAfter point: ProgramPoint
  ) -> Int {
    var low = from
    var high = Int(offset[root] + count[root])
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].end >= point { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private mutating func groupMembers(_ registerCount: Int) {
    roots.removeAll(keepingCapacity: true)
    memberStart.reset(to: 0, count: registerCount + 2)
    for register in 0..<registerCount {
      let root = findRoot(of: register)
      parent[register] = UInt32(root)
      guard count[root] > 0 else { continue }
      if root == register { roots.append(UInt32(root)) }
      memberStart[root + 2] += 1
    }
    for index in 2..<memberStart.count { memberStart[index] += memberStart[index - 1] }
    members.reset(to: 0, count: Int(memberStart[registerCount + 1]))
    for register in 0..<registerCount {
      let root = Int(parent[register])
      guard count[root] > 0 else { continue }
      members[Int(memberStart[root + 1])] = UInt32(register)
      memberStart[root + 1] += 1
    }
  }

  private mutating func groupUses(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph
  ) {
    let registerCount = problem.registerClasses.count
    useStart.reset(to: 0, count: registerCount + 2)
    for operand in problem.operands where !Liveness.isIgnored(operand, problem) {
      useStart[Int(parent[Int(operand.register.number)]) + 2] += 1
    }
    for index in 2..<useStart.count { useStart[index] += useStart[index - 1] }
    let unused = Use(
      point: 0, operand: 0, weight: 0, isDef: false, needsRegister: false,
      isBetterInRegister: false, hint: 0)
    uses.reset(to: unused, count: Int(useStart[registerCount + 1]))
    for (number, instruction) in problem.instructions.enumerated() {
      let frequency = graph.frequency[Int(graph.blockOfInstruction[number])]
      for lateness in 0...1 {
        for index in instruction.operands {
          let operand = problem.operands[Int(index)]
          guard (operand.role == .def) == (lateness == 1), !Liveness.isIgnored(operand, problem)
          else { continue }
          let root = Int(parent[Int(operand.register.number)])
          uses[Int(useStart[root + 1])] = Use(
            point: lateness == 0 ? .use(UInt32(number)) : .def(UInt32(number)),
            operand: index, weight: weight(of: operand, problem) * frequency,
            isDef: operand.role != .use, needsRegister: operand.policy == .register,
            isBetterInRegister: operand.policy == .register
              || operand.hint == AllocationOperand.noHint,
            hint: operand.hint)
          useStart[root + 1] += 1
        }
      }
    }
  }

  private func weight(
    of operand: AllocationOperand, _ problem: borrowing AllocationProblem
  ) -> Int64 {
    if operand.role != .use, problem.isRematerialisable(operand.register) { return 0 }
    if operand.policy == .register { return Cost.register }
    return operand.hint == AllocationOperand.noHint ? Cost.register : Cost.hinted
  }
}
