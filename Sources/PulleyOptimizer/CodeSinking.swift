import PulleyIR

/// Code sinking (partially dead code elimination restricted to whole instructions; Knoop, Rüthing and
/// Steffen, "Partial Dead Code Elimination", 1994): an instruction without effects whose result is used
/// on some paths only moves to the block that dominates all uses.
///
/// It moves only below a branch that may go elsewhere, so that it is executed less often, and into a
/// loop that does not contain it only below a jump table, if the loop is rarely repeated: a state
/// machine that jumps back to its `switch` makes such loops. Blocks are visited in postorder and each
/// from its end, so that all users of a value, which may have moved themselves, come before its
/// definition.
struct CodeSinking: Sendable {
  /// The limit on steps up the dominator tree, for each use and for each instruction that moves.
  private static let maximumSteps = 16
  /// An instruction moves only into loops that are repeated with this probability at most.
  private static let rare: Float = 0.35
  /// And only below a jump table that has this many entries for each one that leads to the instruction.
  private static let entriesForEachUse = 4

  /// The uses of a value that have been visited.
  private struct Uses: Sendable {
    /// The block that dominates all of them.
    var block = Block.none
    /// The first of those in `block`, or none.
    var first = Inst.none
  }

  private var uses: [Uses] = []
  /// By instruction: the higher, the earlier in its block.
  private var numbers: [UInt64] = []
  private var lastNumber: UInt64 = 0
  private var entry = Block.none
  private var probabilities = LoopProbabilities()
  /// Whether there is a jump table in a loop inside another one, and the probabilities are known.
  private var mayEnterLoops = false

  /// What the numbers of neighbours differ by, so that there are numbers between them.
  private static let distance: UInt64 = 1 << 32

  mutating func run(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree, _ loops: borrowing LoopAnalysis
  ) {
    guard graph.reversePostorder.count > 1 else { return }
    uses.removeAll(keepingCapacity: true)
    uses.append(contentsOf: repeatElement(Uses(), count: function.valueCount))
    numbers.removeAll(keepingCapacity: true)
    numbers.append(contentsOf: repeatElement(0, count: function.instructions.count))
    lastNumber = 0
    entry = function.entry
    mayEnterLoops = graph.reversePostorder.contains { block in
      loops.depth(of: block) > 1
        && function.instructions[function.lastInstruction(of: block)].operation == .br_table
    }
    if mayEnterLoops { probabilities.compute(graph, loops) }
    for block in graph.reversePostorder.reversed() {
      var inst = function.lastInstruction(of: block)
      while !inst.isNone {
        let previous = function.instruction(before: inst)
        lastNumber += Self.distance
        numbers[inst.index] = lastNumber
        if isMovable(inst, function) {
          sink(inst, from: block, &function, graph, dominators, loops)
        }
        useArguments(of: inst, in: function.block(of: inst), function, dominators)
        inst = previous
      }
    }
  }

  private func isMovable(_ inst: Inst, _ function: borrowing Function) -> Bool {
    let operation = function.instructions[inst].operation
    switch operation.format {
    case .unary, .binary, .ternary, .intCompare, .floatCompare:
      return operation.traits.isDisjoint(with: .effects) && function.results(of: inst).count == 1
    default:
      return false
    }
  }

  private mutating func sink(
    _ inst: Inst, from block: Block, _ function: inout Function,
    _ graph: borrowing ControlFlowGraph, _ dominators: borrowing DominatorTree,
    _ loops: borrowing LoopAnalysis
  ) {
    let uses = uses[function.result(of: inst).index]
    guard !uses.block.isNone, uses.block != block else { return }
    let target = target(from: block, to: uses.block, function, graph, dominators, loops)
    guard !target.isNone else { return }
    let place =
      target == uses.block && !uses.first.isNone ? uses.first : function.lastInstruction(of: target)
    let before = function.instruction(before: place)
    let next = before.isNone ? numbers[place.index] + Self.distance : numbers[before.index]
    let number = numbers[place.index] + (next - numbers[place.index]) / 2
    guard number != numbers[place.index] else { return }
    function.move(inst, before: place)
    numbers[inst.index] = number
  }

  /// The block, from `last` up, that the instruction should move to, or none.
  private func target(
    from block: Block, to last: Block, _ function: borrowing Function,
    _ graph: borrowing ControlFlowGraph, _ dominators: borrowing DominatorTree,
    _ loops: borrowing LoopAnalysis
  ) -> Block {
    var target = Block.none
    /// A block in a loop that does not contain `block`.
    var inner = Block.none
    var walk = last
    for _ in 0..<Self.maximumSteps {
      if walk == block || walk.isNone { return .none }
      let loop = loops.loop(of: walk)
      let dominator = dominators.immediateDominator(of: walk)
      if target.isNone {
        if loop.isNone || loops.contains(block, in: loop) {
          target = walk
        } else if mayEnterLoops && isRare(loop, from: block, loops) {
          if inner.isNone { inner = walk }
          if isRareEntry(walk, after: dominator, function, graph) { target = inner }
        }
      }
      if !target.isNone && graph.predecessorCount(of: walk) == 1
        && maySkip(walk, after: dominator, function, graph)
      {
        return dominators.dominates(block, dominator) ? target : .none
      }
      walk = dominator
    }
    return .none
  }

  /// Whether the loop, and those around it that do not contain `block`, are rarely repeated.
  private func isRare(_ loop: Loop, from block: Block, _ loops: borrowing LoopAnalysis) -> Bool {
    var walk = loop
    for _ in 0..<Self.maximumSteps {
      if walk.isNone || loops.contains(block, in: walk) { return true }
      if probabilities[walk] > Self.rare { return false }
      walk = loops.loops[walk].parent
    }
    return false
  }

  /// Whether few entries of a jump table at the end of the predecessor lead to the block.
  private func isRareEntry(
    _ block: Block, after predecessor: Block, _ function: borrowing Function,
    _ graph: borrowing ControlFlowGraph
  ) -> Bool {
    guard !predecessor.isNone,
      function.instructions[function.lastInstruction(of: predecessor)].operation == .br_table
    else { return false }
    let successors = graph.successors(of: predecessor).prefix(Self.maximumSteps)
    let uses = successors.count { $0 == block }
    return uses > 0 && successors.count >= uses * Self.entriesForEachUse
  }

  /// Whether control may go from a predecessor to another block that does not only trap.
  private func maySkip(
    _ block: Block, after predecessor: Block, _ function: borrowing Function,
    _ graph: borrowing ControlFlowGraph
  ) -> Bool {
    // A jump table has many entries, but usually two different ones come early.
    for successor in graph.successors(of: predecessor).prefix(Self.maximumSteps)
    where successor != block
      && function.instructions[function.lastInstruction(of: successor)].operation != .trap
    {
      return true
    }
    return false
  }

  // Uses

  private mutating func useArguments(
    of inst: Inst, in block: Block, _ function: borrowing Function,
    _ dominators: borrowing DominatorTree
  ) {
    let data = function.instructions[inst]
    if !data.argument0.isNone {
      use(data.argument0, in: block, by: inst, dominators)
      if !data.argument1.isNone {
        use(data.argument1, in: block, by: inst, dominators)
        if !data.argument2.isNone { use(data.argument2, in: block, by: inst, dominators) }
      }
    }
    use(data.list, in: block, by: inst, function, dominators)
    function.forEachArgumentList(of: inst) { use($0, in: block, by: inst, function, dominators) }
  }

  private mutating func use(
    _ list: ValueList, in block: Block, by inst: Inst, _ function: borrowing Function,
    _ dominators: borrowing DominatorTree
  ) {
    for place in Int(list.start)..<Int(list.start + list.count) {
      use(function.pool[place], in: block, by: inst, dominators)
    }
  }

  private mutating func use(
    _ value: Value, in block: Block, by inst: Inst, _ dominators: borrowing DominatorTree
  ) {
    let known = uses[value.index]
    if known.block == block {
      if known.first.isNone || numbers[inst.index] > numbers[known.first.index] {
        uses[value.index].first = inst
      }
      return
    }
    if known.block.isNone {
      uses[value.index] = Uses(block: block, first: inst)
      return
    }
    let common = commonDominator(known.block, block, dominators)
    uses[value.index] = Uses(
      block: common,
      first: common == block ? inst : common == known.block ? known.first : .none)
  }

  /// A block that dominates both: the closest one, unless it is many steps away.
  private func commonDominator(
    _ a: Block, _ b: Block, _ dominators: borrowing DominatorTree
  ) -> Block {
    var (a, b) = (a, b)
    for _ in 0..<Self.maximumSteps {
      if a == b { return a }
      if dominators.depth(of: a) > dominators.depth(of: b) {
        a = dominators.immediateDominator(of: a)
      } else {
        b = dominators.immediateDominator(of: b)
      }
    }
    return a == b ? a : entry
  }
}
