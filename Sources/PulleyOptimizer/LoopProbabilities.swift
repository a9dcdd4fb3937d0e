import PulleyIR

/// Static profile estimation (Wu and Larus, "Static Branch Frequency and Program Profile Analysis",
/// 1994) of one thing: how probably each loop is repeated when its header has been reached.
///
/// All edges out of a block count the same. So the estimate is far too low for loops that run long and
/// leave in one place. It is of use for loops that many edges leave: those that a `goto` or a
/// `continue` made of a `switch`.
struct LoopProbabilities: Sendable {
  /// By loop: the probability, or 1 if it is not known.
  private var probabilities: [Float] = []
  /// By loop: the number of its blocks.
  private var sizes: [UInt32] = []
  /// By block: how often it is executed for each arrival at the header.
  private var frequencies: [Float] = []

  /// How many blocks and edges may be looked at, for each block of the function.
  private static let stepsPerBlock = 16
  private static let highestProbability: Float = 0.99

  subscript(loop: Loop) -> Float { probabilities[loop.index] }

  mutating func compute(_ graph: borrowing ControlFlowGraph, _ loops: borrowing LoopAnalysis) {
    let order = graph.reversePostorder
    reset(&probabilities, to: 1, count: loops.loops.count)
    reset(&sizes, to: 0, count: loops.loops.count)
    reset(&frequencies, to: 0, count: 1 + Int(order.map(\.number).max() ?? 0))
    for block in order {
      let loop = loops.loop(of: block)
      if !loop.isNone { sizes[loop.index] += 1 }
    }
    for loop in loops.loops.keys.reversed() where !loops.loops[loop].parent.isNone {
      sizes[loops.loops[loop].parent.index] += sizes[loop.index]
    }
    var steps = order.count * Self.stepsPerBlock
    // The loops inside a loop come after it, and their probabilities are needed first.
    for loop in loops.loops.keys.reversed() {
      estimate(loop, graph, loops, &steps)
      if steps < 0 { return }
    }
  }

  private mutating func estimate(
    _ loop: Loop, _ graph: borrowing ControlFlowGraph, _ loops: borrowing LoopAnalysis,
    _ steps: inout Int
  ) {
    let header = loops.loops[loop].header
    let order = graph.reversePostorder
    var position = graph.position(of: header)
    var left = sizes[loop.index]
    var repeated: Float = 0
    frequencies[header.index] = 1
    while left > 0 && position < order.count {
      let block = order[position]
      position += 1
      steps -= 1
      guard loops.contains(block, in: loop) else { continue }
      left -= 1
      let successors = graph.successors(of: block)
      steps -= successors.count
      if steps < 0 { return }
      let share =
        frequencies[block.index] * repetitions(of: block, in: loop, loops)
        / Float(max(1, successors.count))
      frequencies[block.index] = 0
      for successor in successors {
        if successor == header {
          repeated += share
        } else if graph.position(of: successor) >= position {
          frequencies[successor.index] += share
        }
      }
    }
    // Blocks outside the loop have received the shares of the edges that leave it.
    for block in order[graph.position(of: header)..<position] {
      for successor in graph.successors(of: block) { frequencies[successor.index] = 0 }
    }
    probabilities[loop.index] = min(repeated, Self.highestProbability)
  }

  /// How often the header of a loop inside `loop` is executed for each arrival from outside.
  private func repetitions(
    of block: Block, in loop: Loop, _ loops: borrowing LoopAnalysis
  ) -> Float {
    let inner = loops.loop(of: block)
    guard inner != loop, loops.loops[inner].header == block else { return 1 }
    return 1 / (1 - min(probabilities[inner.index], Self.highestProbability))
  }

  private func reset<Element>(_ array: inout [Element], to value: Element, count: Int) {
    array.removeAll(keepingCapacity: true)
    array.append(contentsOf: repeatElement(value, count: count))
  }
}
