import PulleyIR

/// Loop rotation (loop inversion; Muchnick, "Advanced Compiler Design and Implementation", 18.5): where
/// the header of a loop tests whether to go on and the latch jumps back to it, the latch gets a copy
/// of the header and tests itself. An iteration then has one branch less. What remains of the header
/// guards the loop, and a new block between the two becomes the preheader.
///
/// The values that the header defines get a second definition, so that the blocks after the two tests
/// receive them as parameters; unless they are invariant, so that the first definition remains
/// valid. Both blocks keep their dominators, so the analyses of the original function serve for all
/// loops. The number of instructions that are copied is limited.
struct LoopRotation: Sendable {
  /// The limit on the instructions that are copied for a loop, without constants.
  private static let maximumCopies = 12

  struct Candidate: Sendable {
    var loop: Loop
    var header: Block
    var latch: Block
    /// The successors of the header in the loop and outside.
    var body: Block
    var exit: Block
    var entersByDestination: Bool
  }

  struct Use: Sendable {
    var inst: Inst
    /// The index of another use of the value, or -1.
    var next: Int32
  }

  /// A value that the header of a candidate defines.
  struct Definition: Sendable {
    /// The index of the candidate; -1 if no candidate's header defines the value.
    var candidate: Int32 = -1
    var lastUse: Int32 = -1
    var isInvariant = false
    /// What it is called in the body and after the exit; none if it is not used there.
    var bodyName = Value.none
    var exitName = Value.none
    /// What it is called in the latch.
    var copy = Value.none
  }

  /// By value.
  var definitions: [Definition] = []
  var uses: [Use] = []
  var candidates: [Candidate] = []
  /// By number of a block less that of the first new one: an original block with the same position in
  /// the dominator tree.
  var originals: [Block] = []
  var firstNewBlock = 0
  /// By block: those that belong after it.
  var followers: [Block: [Block]] = [:]
  /// By latch: the exit, if it moves to after the latch, so that leaving the loop takes no jump.
  private var exits: [Block: Block] = [:]
  private var movedBlocks: Set<Block> = []
  /// By instruction: the last candidate for which its arguments were renamed.
  var stamps: [Int32] = []
  /// The values of the header that need names in the body, and after the exit.
  var bodyValues: [Value] = []
  var exitValues: [Value] = []

  /// Returns whether the function has changed; all analyses are then out of date.
  mutating func run(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree, _ loops: borrowing LoopAnalysis
  ) -> Bool {
    findCandidates(function, graph, dominators, loops)
    guard !candidates.isEmpty else { return false }
    firstNewBlock = function.blockCount
    originals.removeAll(keepingCapacity: true)
    followers.removeAll(keepingCapacity: true)
    exits.removeAll(keepingCapacity: true)
    movedBlocks.removeAll(keepingCapacity: true)
    collectUses(function, graph)
    for number in candidates.indices where findNames(number, function, graph, dominators, loops) {
      rotate(number, &function, graph, dominators)
    }
    guard !followers.isEmpty else { return false }
    orderBlocks(&function, graph)
    return true
  }

  private mutating func orderBlocks(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph
  ) {
    let order = function.blockOrder
    let places = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
    for candidate in candidates where followers[candidate.header] != nil {
      let exit = candidate.exit
      guard graph.predecessorCount(of: exit) == 1, let place = places[exit] else { continue }
      // If the exit falls through to the next block, moving it would add a jump.
      let fallsThrough =
        place + 1 < order.count && graph.successors(of: exit).contains(order[place + 1])
      if !fallsThrough && movedBlocks.insert(exit).inserted { exits[candidate.latch] = exit }
    }
    function.blockOrder.removeAll(keepingCapacity: true)
    for block in order where !movedBlocks.contains(block) {
      var next: Block? = block
      while let placed = next {
        function.blockOrder.append(placed)
        let added = followers[placed] ?? []
        function.blockOrder.append(contentsOf: added)
        if function.coldBlocks.contains(placed) { function.coldBlocks.formUnion(added) }
        // Outwards: the exit is not in the loop of the latch.
        next = exits[placed]
      }
    }
  }

  // Candidates

  private mutating func findCandidates(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree, _ loops: borrowing LoopAnalysis
  ) {
    candidates.removeAll(keepingCapacity: true)
    for loop in loops.loops.keys {
      let header = loops.loops[loop].header
      let branch = function.instructions[function.lastInstruction(of: header)]
      guard branch.operation == .brif else { continue }
      let (first, second) = (branch.destination.block, branch.otherwise.block)
      let entersByDestination = loops.contains(first, in: loop)
      guard entersByDestination != loops.contains(second, in: loop) else { continue }
      let body = entersByDestination ? first : second
      guard body != header, isCopyable(header, function) else { continue }
      var latch = Block.none
      var latchCount = 0
      for predecessor in graph.predecessors(of: header)
      where dominators.dominates(header, predecessor) {
        latch = predecessor
        latchCount += 1
      }
      guard latchCount == 1,
        function.instructions[function.lastInstruction(of: latch)].operation == .jump
      else { continue }
      candidates.append(
        Candidate(
          loop: loop, header: header, latch: latch, body: body,
          exit: entersByDestination ? second : first, entersByDestination: entersByDestination))
    }
  }

  private func isCopyable(_ block: Block, _ function: borrowing Function) -> Bool {
    var count = 0
    var inst = function.firstInstruction(of: block)
    while inst != function.lastInstruction(of: block) {
      let operation = function.instructions[inst].operation
      if operation.format != .constant { count += 1 }
      guard count <= Self.maximumCopies, operation.traits.isDisjoint(with: [.call, .atomic]),
        function.instructions[inst].list.count == 0
      else { return false }
      inst = function.instruction(after: inst)
    }
    return true
  }

  // Uses

  private mutating func collectUses(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph
  ) {
    definitions.removeAll(keepingCapacity: true)
    definitions.append(contentsOf: repeatElement(Definition(), count: function.valueCount))
    uses.removeAll(keepingCapacity: true)
    stamps.removeAll(keepingCapacity: true)
    stamps.append(contentsOf: repeatElement(-1, count: function.instructions.count))
    for (number, candidate) in candidates.enumerated() {
      for value in definedValues(in: candidate.header, function) {
        definitions[value.index].candidate = Int32(number)
      }
    }
    for block in graph.reversePostorder {
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        recordUses(by: inst, function)
        inst = function.instruction(after: inst)
      }
    }
  }

  func definedValues(in block: Block, _ function: borrowing Function) -> [Value] {
    var values = Array(function.parameters(of: block))
    var inst = function.firstInstruction(of: block)
    while !inst.isNone {
      values += function.values(function.results(of: inst))
      inst = function.instruction(after: inst)
    }
    return values
  }

  mutating func recordUses(by inst: Inst, _ function: borrowing Function) {
    let data = function.instructions[inst]
    record(data.argument0, by: inst)
    record(data.argument1, by: inst)
    record(data.argument2, by: inst)
    record(data.list, by: inst, function)
    function.forEachArgumentList(of: inst) { record($0, by: inst, function) }
  }

  private mutating func record(_ list: ValueList, by inst: Inst, _ function: borrowing Function) {
    for place in Int(list.start)..<Int(list.start + list.count) {
      record(function.pool[place], by: inst)
    }
  }

  private mutating func record(_ value: Value, by inst: Inst) {
    guard !value.isNone, value.index < definitions.count,
      definitions[value.index].candidate >= 0
    else { return }
    let last = definitions[value.index].lastUse
    if last >= 0 && uses[Int(last)].inst == inst { return }
    definitions[value.index].lastUse = Int32(uses.count)
    uses.append(Use(inst: inst, next: last))
  }

  /// A block of the original function at the same position in the dominator tree.
  func original(_ block: Block) -> Block {
    block.index < firstNewBlock ? block : originals[block.index - firstNewBlock]
  }

  /// Fills `bodyValues` and `exitValues`. Returns whether all uses are dominated by the body or, if the
  /// test is the only way to it, the exit.
  private mutating func findNames(
    _ number: Int, _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree, _ loops: borrowing LoopAnalysis
  ) -> Bool {
    let candidate = candidates[number]
    let ownsExit = graph.predecessorCount(of: candidate.exit) == 1
    bodyValues.removeAll(keepingCapacity: true)
    exitValues.removeAll(keepingCapacity: true)
    for value in definedValues(in: candidate.header, function) {
      if isInvariant(value, in: candidate.loop, function, loops) {
        definitions[value.index].isInvariant = true
        continue
      }
      var (isInBody, isAfterExit) = (false, false)
      var use = definitions[value.index].lastUse
      while use >= 0 {
        let block = original(function.block(of: uses[Int(use)].inst))
        use = uses[Int(use)].next
        if block == candidate.header { continue }
        if dominators.dominates(candidate.body, block) {
          isInBody = true
        } else if ownsExit && dominators.dominates(candidate.exit, block) {
          isAfterExit = true
        } else {
          return false
        }
      }
      if isInBody { bodyValues.append(value) }
      if isAfterExit { exitValues.append(value) }
    }
    return true
  }

  /// Whether it is the same in each iteration, and computing it once more than the original function
  /// does has no effect.
  private func isInvariant(
    _ value: Value, in loop: Loop, _ function: borrowing Function, _ loops: borrowing LoopAnalysis
  ) -> Bool {
    guard case .result(let inst, _) = function.definition(of: value) else { return false }
    let data = function.instructions[inst]
    switch data.operation.format {
    case .constant, .vectorConstant: return true
    case .load:
      guard data.flags.isSuperset(of: [.notrap, .readonly, .canMove]) else { return false }
    default:
      guard data.operation.traits.isDisjoint(with: [.effects, .reads]) else { return false }
    }
    for argument in [data.argument0, data.argument1, data.argument2] where !argument.isNone {
      let isInvariant =
        argument.index < definitions.count && definitions[argument.index].isInvariant
        || function.isConstant(argument)
        || !loops.contains(original(function.block(defining: argument)), in: loop)
      if !isInvariant { return false }
    }
    return true
  }
}
