import PulleyIR

/// The pass manager: runs the optimisations over a function, in a fixed order.
///
/// The optimised function makes the same calls and stores, in the same order, and traps where the
/// original does. The function must be valid (`Verifier`).
///
/// All passes together take nearly linear time. An optimizer keeps its scratch storage, so one should
/// be used for many functions.
public struct Optimizer: Sendable {
  /// The passes that `run` applies. Tests and measurements choose fewer than all.
  public struct Passes: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Global value numbering, with constant folding and algebraic simplification.
    public static let values = Passes(rawValue: 1)
    /// Control-flow simplification.
    public static let blocks = Passes(rawValue: 2)
    /// Elimination of block parameters that always receive one value (phi elimination).
    public static let arguments = Passes(rawValue: 4)
    /// Loop-invariant code motion.
    public static let loops = Passes(rawValue: 8)
    /// Dead-code elimination.
    public static let deadCode = Passes(rawValue: 16)
    /// Tail-recursion elimination.
    public static let tailCalls = Passes(rawValue: 32)
    /// Code sinking.
    public static let sinking = Passes(rawValue: 64)
    /// Loop rotation.
    public static let rotation = Passes(rawValue: 128)

    public static let all: Passes = [
      .values, .blocks, .arguments, .loops, .deadCode, .tailCalls, .sinking, .rotation,
    ]
  }

  public var passes: Passes

  private var graph = ControlFlowGraph()
  private var dominators = DominatorTree()
  private var loops = LoopAnalysis()
  private var incoming = IncomingEdges()
  private var valueNumbering = GlobalValueNumbering()
  private var cleanup = ControlFlowSimplification()
  private var redundantArguments = BlockParameterElimination()
  private var invariants = LoopInvariantCodeMotion()
  private var deadCode = DeadCodeElimination()
  private var sinking = CodeSinking()
  private var rotation = LoopRotation()

  public init(passes: Passes = .all) { self.passes = passes }

  public mutating func run(_ function: inout Function) {
    if passes.contains(.tailCalls) { TailRecursionElimination.replace(in: &function) }
    graph.compute(function)
    var areDominatorsStale = true
    var isGraphStale = false
    if passes.contains(.values) {
      if areDominatorsStale { analyse(function) }
      areDominatorsStale = false
      valueNumbering.run(&function, graph, dominators, loops)
      isGraphStale = valueNumbering.hasChangedBranches
    }
    if passes.contains(.blocks) {
      if cleanup.run(&function, &graph, isStale: isGraphStale) { areDominatorsStale = true }
    } else if isGraphStale {
      graph.compute(function)
      areDominatorsStale = true
    }
    var areEdgesStale = true
    if passes.contains(.arguments) {
      incoming.compute(function)
      areEdgesStale = redundantArguments.run(&function, graph, incoming)
    }
    let hasCycle = graph.hasCycle
    let changesLoops = hasCycle && !passes.isDisjoint(with: [.loops, .rotation])
    if areDominatorsStale && (changesLoops || passes.contains(.sinking)) { analyse(function) }
    if hasCycle && passes.contains(.rotation),
      rotation.run(&function, graph, dominators, loops)
    {
      graph.compute(function)
      analyse(function)
      areEdgesStale = true
    }
    if hasCycle && passes.contains(.loops) { invariants.run(&function, graph, dominators, loops) }
    if passes.contains(.deadCode) {
      if areEdgesStale { incoming.compute(function) }
      deadCode.run(&function, incoming)
    }
    if passes.contains(.sinking) { sinking.run(&function, graph, dominators, loops) }
  }

  private mutating func analyse(_ function: borrowing Function) {
    dominators.compute(function, graph)
    loops.compute(function, graph, dominators)
  }
}
