import PulleyIR

/// Loop-invariant code motion (LICM; Muchnick, "Advanced Compiler Design and Implementation", 13.2).
///
/// Moves instructions whose result is the same in every iteration to the preheader: loads of memory
/// that the loop does not change, and operations that every iteration executes. A loop without a preheader, a
/// predecessor of the header that jumps nowhere else, is left alone.
///
/// Three kinds of instructions stay: those that can trap, because the loop might not reach them;
/// constants and conversions that are cheaper to rematerialise than to keep in a register; and
/// comparisons, which the code generator fuses with branches. The number of instructions that move is
/// limited, because each needs a register throughout the loop. The limit is lower for loops with calls.
struct LoopInvariantCodeMotion: Sendable {
  private static let capacity: UInt8 = 10
  private static let capacityWithCalls: UInt8 = 4

  /// By loop: how many instructions may still move out of it or through it.
  private var capacities: [UInt8] = []
  /// By loop: its preheader, or none.
  private var preheaders: [Block] = []
  /// By loop: a block that is dominated by just the blocks that every iteration executes.
  private var latches: [Block] = []
  private var loopWrites = LoopWrites()
  private var areWritesKnown = false

  mutating func run(
    _ function: inout Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree, _ analysis: borrowing LoopAnalysis
  ) {
    guard findPreheaders(function, graph, dominators, analysis) else { return }
    findCapacities(function, graph, analysis)
    areWritesKnown = false
    // Definitions come before uses in this order, so operands move before their users are visited.
    for block in graph.reversePostorder {
      let loop = analysis.loop(of: block)
      if loop.isNone { continue }
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        let next = function.instruction(after: inst)
        if isMovable(inst, function) {
          if !areWritesKnown && isVariable(function.instructions[inst]) {
            loopWrites.compute(function, graph, analysis)
            areWritesKnown = true
          }
          let outermost = outermostLoop(for: inst, in: block, loop, function, dominators, analysis)
          if !outermost.isNone {
            occupy(from: loop, to: outermost, analysis)
            move(inst, to: preheaders[outermost.index], &function, dominators)
          }
        }
        inst = next
      }
    }
  }

  private mutating func findPreheaders(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree, _ analysis: borrowing LoopAnalysis
  ) -> Bool {
    preheaders.removeAll(keepingCapacity: true)
    latches.removeAll(keepingCapacity: true)
    var hasPreheader = false
    for loop in analysis.loops.keys {
      let header = analysis.loops[loop].header
      var (preheader, latch) = (Block.none, Block.none)
      var (outside, inside) = (0, 0)
      for predecessor in graph.predecessors(of: header) {
        if dominators.dominates(header, predecessor) {
          latch = predecessor
          inside += 1
        } else {
          preheader = predecessor
          outside += 1
        }
      }
      if outside != 1
        || function.instructions[function.lastInstruction(of: preheader)].operation != .jump
      {
        preheader = .none
      }
      preheaders.append(preheader)
      // If there are several latches, every iteration is sure to execute the header only.
      latches.append(inside == 1 ? latch : header)
      if !preheader.isNone { hasPreheader = true }
    }
    return hasPreheader
  }

  private mutating func findCapacities(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ analysis: borrowing LoopAnalysis
  ) {
    capacities.removeAll(keepingCapacity: true)
    capacities.append(contentsOf: repeatElement(Self.capacity, count: analysis.loops.count))
    for block in graph.reversePostorder {
      let loop = analysis.loop(of: block)
      if loop.isNone || capacities[loop.index] == Self.capacityWithCalls { continue }
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        if function.instructions[inst].operation.traits.contains(.call) {
          capacities[loop.index] = Self.capacityWithCalls
          break
        }
        inst = function.instruction(after: inst)
      }
    }
    // An outer loop contains the calls of its inner loops, which come later.
    for loop in analysis.loops.keys.reversed() where !analysis.loops[loop].parent.isNone {
      let parent = analysis.loops[loop].parent
      capacities[parent.index] = min(capacities[parent.index], capacities[loop.index])
    }
  }

  private func isMovable(_ inst: Inst, _ function: borrowing Function) -> Bool {
    let data = function.instructions[inst]
    switch data.operation.format {
    case .load:
      return data.flags.isSuperset(of: [.notrap, .canMove])
        && !data.operation.traits.contains(.atomic)
    case .binary, .unary:
      switch data.operation {
      case .uextend, .sextend, .ireduce, .bitcast: return false
      default: return !data.operation.traits.contains(.canTrap)
      }
    default: return false
    }
  }

  /// Whether it is a load of memory that a loop may change.
  private func isVariable(_ data: InstructionData) -> Bool {
    data.operation.format == .load && !data.flags.contains(.readonly)
  }

  private func mayChange(
    _ load: InstructionData, in loop: Loop, _ function: borrowing Function
  ) -> Bool {
    guard let range = loopWrites.range(of: loop, .memory) else { return true }
    for place in range
    where function.mayOverlap(load, function.instructions[loopWrites.writes[place]]) {
      return true
    }
    return false
  }

  /// The outermost loop, within a limit of levels, that the instruction can move out of.
  private func outermostLoop(
    for inst: Inst, in block: Block, _ innermost: Loop, _ function: borrowing Function,
    _ dominators: borrowing DominatorTree, _ analysis: borrowing LoopAnalysis
  ) -> Loop {
    let data = function.instructions[inst]
    let isLoad = data.operation.format == .load
    let isVariable = isVariable(data)
    var found = Loop.none
    var loop = innermost
    for _ in 0..<Self.maximumLevels {
      if loop.isNone { break }
      guard capacities[loop.index] > 0,
        isDefined(data.argument0, outside: loop, function, analysis),
        data.argument1.isNone || isDefined(data.argument1, outside: loop, function, analysis),
        isLoad || dominators.dominates(block, latches[loop.index]),
        !isVariable || !mayChange(data, in: loop, function)
      else { break }
      if !preheaders[loop.index].isNone { found = loop }
      loop = analysis.loops[loop].parent
    }
    return found
  }

  private static let maximumLevels = 8

  private mutating func occupy(
    from innermost: Loop, to outermost: Loop, _ analysis: borrowing LoopAnalysis
  ) {
    var loop = innermost
    while true {
      capacities[loop.index] -= 1
      if loop == outermost { break }
      loop = analysis.loops[loop].parent
    }
  }

  private func isDefined(
    _ value: Value, outside loop: Loop, _ function: borrowing Function,
    _ analysis: borrowing LoopAnalysis
  ) -> Bool {
    function.isConstant(value)
      || !analysis.contains(function.block(defining: value), in: loop)
  }

  /// Moves the instruction. Constant operands defined in the loop are rematerialised in the preheader.
  private func move(
    _ inst: Inst, to target: Block, _ function: inout Function,
    _ dominators: borrowing DominatorTree
  ) {
    let last = function.lastInstruction(of: target)
    let data = function.instructions[inst]
    if let copy = copyConstant(data.argument0, to: target, &function, dominators) {
      function.instructions[inst].argument0 = copy
    }
    if !data.argument1.isNone,
      let copy = copyConstant(data.argument1, to: target, &function, dominators)
    {
      function.instructions[inst].argument1 = copy
    }
    function.move(inst, before: last)
  }

  private func copyConstant(
    _ value: Value, to target: Block, _ function: inout Function,
    _ dominators: borrowing DominatorTree
  ) -> Value? {
    guard function.isConstant(value),
      !dominators.dominates(function.block(defining: value), target)
    else { return nil }
    let constant = function.instructions[function.instruction(defining: value)]
    let copy = function.insert(constant, before: function.lastInstruction(of: target))
    return function.result(of: copy)
  }
}
