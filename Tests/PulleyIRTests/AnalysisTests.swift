import PulleyIR
import Testing

@testable import PulleyTestSupport

/// A function whose block `i` ends in a `br_table` to the blocks `targets[i]`.
private func graph(_ targets: [[Int]]) -> Function {
  var builder = FunctionBuilder(parameters: [.i32])
  let entry = builder.makeEntry()
  let index = builder.function.parameters(of: entry)[0]
  let blocks = [entry] + targets.dropFirst().map { _ in builder.makeBlock() }
  for (block, targets) in zip(blocks, targets) {
    builder.position(atEndOf: block)
    switch targets.count {
    case 0: builder.return([])
    case 1: builder.jump(blocks[targets[0]])
    case 2: builder.branch(index, blocks[targets[0]], blocks[targets[1]])
    default:
      builder.branchTable(
        index, targets.dropLast().map { BlockCall(blocks[$0]) },
        default: BlockCall(blocks[targets.last!]))
    }
  }
  return builder.finish()
}

private func randomTargets(_ seed: Int) -> [[Int]] {
  var random = SeededGenerator(seed)
  let count = Int.random(in: 1...14, using: &random)
  return (0..<count).map { _ in
    let degree = [0, 1, 1, 2, 2, 2, 3, 5].randomElement(using: &random)!
    return (0..<degree).map { _ in Int.random(in: 0..<count, using: &random) }
  }
}

/// The blocks that a walk from `start` finds if it may not enter `removed`.
private func reach(_ targets: [[Int]], from start: Int, without removed: Int? = nil) -> Set<Int> {
  if start == removed { return [] }
  var (seen, worklist): (Set<Int>, [Int]) = ([start], [start])
  while let block = worklist.popLast() {
    for target in targets[block] where target != removed && seen.insert(target).inserted {
      worklist.append(target)
    }
  }
  return seen
}

@Suite struct Analyses {
  @Test func controlFlowEdgesComeFromTheTerminators() {
    let function = graph([[1, 2], [3], [3, 1, 1, 3], []])
    let graph = ControlFlowGraph(function)
    func numbers(_ blocks: ArraySlice<Block>) -> [UInt32] { blocks.map(\.number) }
    func block(_ number: UInt32) -> Block { Block(number: number) }
    #expect(numbers(graph.successors(of: block(0))) == [1, 2])
    #expect(numbers(graph.successors(of: block(2))) == [3, 1, 1, 3])
    #expect(numbers(graph.successors(of: block(3))) == [])
    #expect(numbers(graph.predecessors(of: block(0))) == [])
    #expect(numbers(graph.predecessors(of: block(1))) == [0, 2, 2])
    #expect(numbers(graph.predecessors(of: block(3))) == [1, 2, 2])
    #expect(graph.reversePostorder.map(\.number) == [0, 2, 1, 3])
  }

  @Test func analysesOfRandomGraphsMatchTheDefinitions() {
    var (graph, tree, loops) = (ControlFlowGraph(), DominatorTree(), LoopAnalysis())
    for seed in 0..<600 {
      let targets = randomTargets(seed)
      let function = PulleyIRTests.graph(targets)
      graph.compute(function)
      tree.compute(function, graph)
      loops.compute(function, graph, tree)
      let reachable = reach(targets, from: 0)
      let blocks = targets.indices.map { Block(number: UInt32($0)) }
      #expect(Set(graph.reversePostorder.map(\.index)) == reachable)
      #expect(graph.reversePostorder.count == reachable.count)
      #expect(Set(tree.preorder.map(\.index)) == reachable)

      let avoiding = targets.indices.map { reach(targets, from: 0, without: $0) }
      func dominates(_ a: Int, _ b: Int) -> Bool {
        a == b || reachable.contains(a) && reachable.contains(b) && !avoiding[a].contains(b)
      }
      for a in targets.indices {
        #expect(graph.isReachable(blocks[a]) == reachable.contains(a))
        for b in targets.indices {
          #expect(tree.dominates(blocks[a], blocks[b]) == dominates(a, b), "seed \(seed)")
        }
        let dominators = targets.indices.filter { $0 != a && dominates($0, a) }
        #expect(tree.depth(of: blocks[a]) == dominators.count)
        let closest = tree.immediateDominator(of: blocks[a])
        #expect(closest.isNone == dominators.isEmpty)
        if !closest.isNone {
          #expect(dominators.allSatisfy { dominates($0, closest.index) })
        }
      }

      // The blocks of the natural loop of each header.
      var members: [Int: Set<Int>] = [:]
      for header in reachable {
        for latch in reachable where targets[latch].contains(header) && dominates(header, latch) {
          let body = reachable.filter {
            $0 != header && reach(targets, from: $0, without: header).contains(latch)
          }
          members[header, default: [header]].formUnion(body)
        }
      }
      #expect(Set(loops.loops.elements.map(\.header.index)) == Set(members.keys))
      for block in targets.indices {
        let around = members.filter { $0.value.contains(block) }
        #expect(loops.depth(of: blocks[block]) == around.count, "seed \(seed)")
        for loop in loops.loops.keys {
          let header = loops.loops[loop].header.index
          #expect(loops.contains(blocks[block], in: loop) == (around[header] != nil))
        }
      }
    }
  }

  @Test func analysesOfLargeGraphsTakeLinearTime() {
    let count = 50_000
    // A chain in which every block may leave to the last; its mirror; and a ladder of loops.
    let exits = (0...count).map { $0 == count ? [] : [$0 + 1, count] }
    let ladder = (0...count).map { $0 == count ? [0] : [$0 + 1, max(0, $0 - 1)] }
    let nest = (0...2 * count).map {
      $0 <= count ? [$0 + 1] : [min($0 + 1, 2 * count), 2 * count - $0]
    }
    for (targets, loopCount) in [(exits, 0), (ladder, count), (nest, count)] {
      let function = PulleyIRTests.graph(targets)
      let graph = ControlFlowGraph(function)
      let tree = DominatorTree(function, graph)
      let loops = LoopAnalysis(function, graph, tree)
      #expect(tree.preorder.count == targets.count)
      #expect(loops.loops.count >= min(1, loopCount))
    }
  }

  @Test func aFunctionWithoutBlocksHasAnEmptyAnalysis() {
    let function = Function(name: .named("f"), signature: Signature())
    let graph = ControlFlowGraph(function)
    let tree = DominatorTree(function, graph)
    #expect(graph.reversePostorder.isEmpty && tree.preorder.isEmpty)
    #expect(LoopAnalysis(function, graph, tree).loops.count == 0)
  }
}
