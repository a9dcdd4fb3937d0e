import PulleyIR

/// The number of uses of each value by instructions that are not dead. A value without uses is not
/// computed, and an instruction whose result has one use may be fused with its user.
struct UseCounts: Sendable {
  private var counts: [UInt8] = []
  private var worklist: [Value] = []
  /// By block: whether it has a call that returns.
  private(set) var hasCalls: [Bool] = []

  subscript(value: Value) -> UInt8 { counts[value.index] }

  /// Accesses to heaps also use the `context`.
  mutating func build(
    _ function: borrowing Function, _ graph: borrowing BlockGraph, context: Value
  ) {
    counts.removeAll(keepingCapacity: true)
    counts.append(contentsOf: repeatElement(0, count: function.valueCount))
    worklist.removeAll(keepingCapacity: true)
    hasCalls.removeAll(keepingCapacity: true)
    hasCalls.append(contentsOf: repeatElement(false, count: function.blockCount))
    for block in graph.postorder {
      var inst = function.lastInstruction(of: Block(number: block))
      while !inst.isNone {
        let traits = function.instructions[inst].operation.traits
        if !traits.isDisjoint(with: .effects) {
          countArguments(of: inst, function)
          if traits.contains(.call) && !traits.contains(.returns) {
            hasCalls[Int(block)] = true
          }
          if !context.isNone, function.instructions[inst].operation.isHeapAccess { count(context) }
        }
        inst = function.instruction(before: inst)
      }
    }
    while let value = worklist.popLast() {
      switch function.definition(of: value) {
      case .result(let inst, _):
        // Operands of instructions with effects have been counted.
        if function.instructions[inst].operation.traits.isDisjoint(with: .effects) {
          countArguments(of: inst, function)
        }
      case .parameter(let block, let index):
        let node = graph.nodes[block.index]
        for place in node.firstIncoming..<node.firstIncoming + node.incomingCount {
          let list = graph.edges[Int(graph.incoming[Int(place)])].arguments
          count(function.pool[Int(list.start + index)])
        }
      case .alias:
        break
      }
    }
  }

  /// The values that the instruction uses, except block arguments.
  private mutating func countArguments(of inst: Inst, _ function: borrowing Function) {
    let data = function.instructions[inst]
    if !data.argument0.isNone {
      count(data.argument0)
      if !data.argument1.isNone {
        count(data.argument1)
        if !data.argument2.isNone { count(data.argument2) }
      }
    }
    for value in function.values(data.list) { count(value) }
  }

  private mutating func count(_ value: Value) {
    let old = counts[value.index]
    if old == 0 { worklist.append(value) }
    if old < .max { counts[value.index] = old + 1 }
  }
}
