import PulleyIR

/// The versions of both kinds of memory at a point of the function; 0 if it has not been visited.
struct MemoryState: Equatable, Sendable {
  var memory: UInt32 = 0
  var heap: UInt32 = 0

  subscript(kind: MemoryKind) -> UInt32 {
    get { kind == .memory ? memory : heap }
    set {
      switch kind {
      case .memory: memory = newValue
      case .heap: heap = newValue
      }
    }
  }
}

/// The versions of memory, as in memory SSA (Novillo, "Memory SSA: A Unified Approach for Sparsely
/// Representing Memory Operations", 2007), but with lists of writes in place of phis.
///
/// A store makes a new version from the one before it. Calls and atomic operations make a root, a
/// version of which nothing is known. Where paths meet, and at the header of a loop, the new version
/// follows from that at the end of the immediate dominator by all writes in between; if there are too
/// many, it is a root. Lists are bounded, so that all takes linear time.
///
/// Other threads may write a shared memory. A write to one therefore makes a root, and so does the
/// header of a loop, so that a loop that waits for another thread loads again in each iteration.
struct MemoryVersions: Sendable {
  /// The limit on the writes that are looked at to follow one version to an earlier one.
  private static let maximumSteps = 16

  private struct Version: Sendable {
    /// An earlier version, which has a lower number; 0 for a root.
    var previous: UInt32
    var root: UInt32
    /// The write that made it, unless it is a root.
    var write: Inst
  }

  private var versions: [Version] = []
  /// By block: the state at its end.
  private var endStates: [MemoryState] = []
  private var loopWrites = LoopWrites()
  private var hasSharedHeap = false

  mutating func begin(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ loops: borrowing LoopAnalysis
  ) {
    versions.removeAll(keepingCapacity: true)
    versions.append(Version(previous: 0, root: 0, write: .none))
    endStates.removeAll(keepingCapacity: true)
    endStates.append(contentsOf: repeatElement(MemoryState(), count: function.blockCount))
    loopWrites.compute(function, graph, loops)
    hasSharedHeap = function.heaps.keys.contains { function.heaps[$0].isShared }
  }

  func root(of version: UInt32) -> UInt32 { versions[Int(version)].root }

  mutating func makeRoot() -> UInt32 {
    let number = UInt32(versions.count)
    versions.append(Version(previous: 0, root: number, write: .none))
    return number
  }

  mutating func makeRoots() -> MemoryState {
    MemoryState(memory: makeRoot(), heap: makeRoot())
  }

  mutating func write(_ inst: Inst, to kind: MemoryKind, after version: UInt32) -> UInt32 {
    if kind == .heap && hasSharedHeap { return makeRoot() }
    return derive(version, by: inst)
  }

  private mutating func derive(_ version: UInt32, by inst: Inst) -> UInt32 {
    versions.append(Version(previous: version, root: root(of: version), write: inst))
    return UInt32(versions.count - 1)
  }

  mutating func end(_ block: Block, in state: MemoryState) { endStates[block.index] = state }

  /// Whether no write between two versions may change what `load` reads.
  func isUnchanged(
    _ load: InstructionData, from old: UInt32, to new: UInt32, _ function: borrowing Function
  ) -> Bool {
    var version = new
    for _ in 0..<Self.maximumSteps {
      if version == old { return true }
      let data = versions[Int(version)]
      guard version > old, !data.write.isNone,
        !function.mayOverlap(load, function.instructions[data.write])
      else { return false }
      version = data.previous
    }
    return version == old
  }

  /// The state at the start of a block whose predecessors outside cycles have been visited.
  mutating func start(
    _ block: Block, _ graph: borrowing ControlFlowGraph, _ dominators: borrowing DominatorTree,
    _ loops: borrowing LoopAnalysis
  ) -> MemoryState {
    let predecessors = graph.predecessors(of: block)
    let dominator = dominators.immediateDominator(of: block)
    guard !dominator.isNone else { return makeRoots() }
    if predecessors.count == 1 { return endStates[dominator.index] }
    var isHeader = false
    for predecessor in predecessors where endStates[predecessor.index].memory == 0 {
      // The first block that is visited of a cycle that is not a loop.
      guard dominators.dominates(block, predecessor) else { return makeRoots() }
      isHeader = true
    }
    var state = MemoryState()
    for kind in MemoryKind.allCases {
      state[kind] = join(
        kind, after: endStates[dominator.index][kind], predecessors,
        header: isHeader ? loops.loop(of: block) : .none)
    }
    return state
  }

  /// - Parameter header: the loop that the block is the header of, or none.
  private mutating func join(
    _ kind: MemoryKind, after base: UInt32, _ predecessors: ArraySlice<Block>, header loop: Loop
  ) -> UInt32 {
    var joined = base
    var steps = 0
    for predecessor in predecessors {
      var version = endStates[predecessor.index][kind]
      if version == 0 { continue }
      while version != base {
        let data = versions[Int(version)]
        guard version > base, !data.write.isNone, steps < Self.maximumSteps else {
          return makeRoot()
        }
        joined = derive(joined, by: data.write)
        version = data.previous
        steps += 1
      }
    }
    if loop.isNone { return joined }
    guard !(kind == .heap && hasSharedHeap), let range = loopWrites.range(of: loop, kind) else {
      return makeRoot()
    }
    for place in range { joined = derive(joined, by: loopWrites.writes[place]) }
    return joined
  }
}
