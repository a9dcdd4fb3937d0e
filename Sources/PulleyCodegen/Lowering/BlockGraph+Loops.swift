import PulleyIR

extension BlockGraph {
  /// A range of positions in the layout, from the target of a backward branch to the last such branch.
  /// That is exact if loops are contiguous, as in code from compilers.
  struct Loop: Sendable {
    var end: UInt32
    /// The number of the enclosing loop, or `.max`.
    var parent: UInt32
    var hasCalls = false
  }

  mutating func findLoops(_ function: borrowing Function) {
    let count = function.blockOrder.count
    layoutPosition.removeAll(keepingCapacity: true)
    layoutPosition.append(contentsOf: repeatElement(0, count: blockCount))
    loopEnds.removeAll(keepingCapacity: true)
    loopEnds.append(contentsOf: repeatElement(.max, count: count))
    loops.removeAll(keepingCapacity: true)
    for (position, block) in function.blockOrder.enumerated() {
      layoutPosition[block.index] = UInt32(position)
    }
    var hasLoops = false
    for edge in edges where nodes[Int(edge.from)].isReachable {
      let from = layoutPosition[Int(edge.from)]
      let to = Int(layoutPosition[Int(edge.to)])
      guard from >= to else { continue }
      hasLoops = true
      if loopEnds[to] == .max || loopEnds[to] < from { loopEnds[to] = from }
    }
    guard hasLoops else { return }
    var current = UInt32.max
    var depth = 0
    for (position, block) in function.blockOrder.enumerated() {
      while current != .max && loops[Int(current)].end < position {
        current = closeLoop(current)
        depth -= 1
      }
      let end = loopEnds[position]
      if end != .max {
        loops.append(Loop(end: end, parent: current))
        current = UInt32(loops.count - 1)
        depth += 1
      }
      nodes[block.index].loopDepth = UInt16(clamping: depth)
      nodes[block.index].innermostLoop = current
    }
    while current != .max { current = closeLoop(current) }
  }

  /// Extends the enclosing loop if a loop reaches out of it. Returns the enclosing loop.
  private mutating func closeLoop(_ loop: UInt32) -> UInt32 {
    let (end, parent) = (loops[Int(loop)].end, loops[Int(loop)].parent)
    if parent != .max && loops[Int(parent)].end < end { loops[Int(parent)].end = end }
    return parent
  }

  /// Divides the blocks into regions, given which blocks contain calls.
  mutating func findRegions(_ hasCalls: [Bool]) {
    for block in 0..<blockCount { nodes[block].region = UInt32(loops.count + block) }
    guard !loops.isEmpty, findDominators() else { return }
    for block in postorder where hasCalls[Int(block)] {
      var loop = nodes[Int(block)].innermostLoop
      while loop != .max && !loops[Int(loop)].hasCalls {
        loops[Int(loop)].hasCalls = true
        loop = loops[Int(loop)].parent
      }
    }
    for block in postorder {
      let loop = nodes[Int(block)].innermostLoop
      guard loop != .max, !loops[Int(loop)].hasCalls else { continue }
      nodes[Int(block)].region = regionLoop(loop)
    }
    findAheads()
  }

  /// The outermost enclosing loop without calls of a loop without calls (with path compression).
  private mutating func regionLoop(_ loop: UInt32) -> UInt32 {
    var outermost = loop
    while true {
      let parent = loops[Int(outermost)].parent
      guard parent != .max, !loops[Int(parent)].hasCalls else { break }
      outermost = parent
    }
    var walk = loop
    while walk != outermost {
      let next = loops[Int(walk)].parent
      loops[Int(walk)].parent = outermost
      walk = next
    }
    return outermost
  }

  func isLoop(region: UInt32) -> Bool { region < loops.count }

  /// Dominators by Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001). It stops
  /// after a number of steps that only graphs constructed for it reach.
  private mutating func findDominators() -> Bool {
    guard let entry = postorder.last else { return false }
    dominatorFuel = 1000 + 64 * blockCount
    nodes[Int(entry)].immediateDominator = entry
    var changed = true
    while changed {
      changed = false
      for block in postorder.dropLast().reversed() {
        let node = nodes[Int(block)]
        var dominator = UInt32.max
        // Late predecessors first: if one follows another, they are only one step apart.
        for place in (node.firstIncoming..<node.firstIncoming + node.incomingCount).reversed() {
          let from = edges[Int(incoming[Int(place)])].from
          guard nodes[Int(from)].immediateDominator != .max else { continue }
          dominator = dominator == .max ? from : commonDominator(dominator, from)
        }
        if dominatorFuel < 0 { return false }
        if dominator != node.immediateDominator {
          nodes[Int(block)].immediateDominator = dominator
          changed = true
        }
      }
    }
    nodes[Int(entry)].immediateDominator = .max
    return true
  }

  /// The nearest common dominator.
  private mutating func commonDominator(_ a: UInt32, _ b: UInt32) -> UInt32 {
    var (a, b) = (a, b)
    while a != b && dominatorFuel >= 0 {
      dominatorFuel -= 1
      if nodes[Int(a)].postorderNumber < nodes[Int(b)].postorderNumber {
        a = nodes[Int(a)].immediateDominator
      } else {
        b = nodes[Int(b)].immediateDominator
      }
    }
    return a
  }

  private mutating func findAheads() {
    aheads.removeAll(keepingCapacity: true)
    aheads.append(contentsOf: repeatElement(.max, count: loops.count))
    dominatorFuel = 1000 + 64 * blockCount
    for block in postorder {
      let node = nodes[Int(block)]
      guard isLoop(region: node.region), node.immediateDominator != .max,
        nodes[Int(node.immediateDominator)].region != node.region
      else { continue }
      let known = aheads[Int(node.region)]
      var ahead = node.immediateDominator
      if known != .max { ahead = commonDominator(known, ahead) }
      while ahead != .max && nodes[Int(ahead)].region == node.region && dominatorFuel >= 0 {
        dominatorFuel -= 1
        ahead = nodes[Int(ahead)].immediateDominator
      }
      aheads[Int(node.region)] = ahead
    }
    guard dominatorFuel < 0 else { return }
    for block in 0..<blockCount { nodes[block].region = UInt32(loops.count + block) }
  }

  /// The block that values for a whole region are made in: the block before the entry if the entry is
  /// part of the region.
  func blockAhead(of region: UInt32) -> UInt32 {
    let ahead = aheads[Int(region)]
    return ahead == .max ? preEntry : ahead
  }
}
