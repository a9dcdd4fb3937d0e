/// The edges from each block. Only built when it is needed.
struct SuccessorEdges: Sendable {
  /// Set to false for each new problem.
  var isBuilt = false
  /// By block, with one more element at the end: the index of its first edge in `edges`.
  private var starts: [UInt32] = []
  private(set) var edges: [UInt32] = []

  mutating func build(_ problem: borrowing AllocationProblem) {
    guard !isBuilt else { return }
    isBuilt = true
    starts.reset(to: 0, count: problem.blocks.count + 2)
    for edge in problem.edges { starts[Int(edge.from) + 2] += 1 }
    for block in 2..<starts.count { starts[block] += starts[block - 1] }
    edges.reset(to: 0, count: problem.edges.count)
    for (number, edge) in problem.edges.enumerated() {
      edges[Int(starts[Int(edge.from) + 1])] = UInt32(number)
      starts[Int(edge.from) + 1] += 1
    }
  }

  /// The indices in `edges` of the edges from `block`.
  func edges(of block: Int) -> Range<Int> { Int(starts[block])..<Int(starts[block + 1]) }
}
