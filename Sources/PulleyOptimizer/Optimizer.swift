import PulleyIR

/// Makes functions do less before they are compiled, without changing what they do: which calls,
/// stores and traps happen, and in which order.
///
/// Only `values` knows the ways that exceptions take: functions with exception tables must be left to
/// it alone.
///
/// The function has to be correct (`Verifier`). All passes together take near linear time; the
/// scratch storage is kept from function to function.
public struct Optimizer: Sendable {
  /// Which passes `run` applies; all unless a test or a measurement wants otherwise.
  public struct Passes: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Constant folding, algebraic simplification and the removal of repeated computations.
    public static let values = Passes(rawValue: 1)
    /// The removal of unreachable, empty and needlessly separate blocks.
    public static let blocks = Passes(rawValue: 2)
    /// Parameters that always receive the same value.
    public static let arguments = Passes(rawValue: 4)
    /// Moving what does not change out of loops.
    public static let loops = Passes(rawValue: 8)
    /// The removal of instructions and parameters that nobody needs.
    public static let deadCode = Passes(rawValue: 16)
    /// Loops in place of calls that a function ends with and that are of itself.
    public static let tailCalls = Passes(rawValue: 32)

    public static let all: Passes = [.values, .blocks, .arguments, .loops, .deadCode, .tailCalls]
  }

  public var passes: Passes

  private var graph = ControlFlowGraph()
  private var dominators = DominatorTree()
  private var loops = LoopAnalysis()
  private var incoming = IncomingEdges()
  private var valueNumbering = ValueNumbering()
  private var cleanup = ControlFlowCleanup()
  private var redundantArguments = RedundantArguments()
  private var invariants = LoopInvariants()
  private var deadCode = DeadCode()

  public init(passes: Passes = .all) { self.passes = passes }

  public mutating func run(_ function: inout Function) {
    if passes.contains(.tailCalls) { SelfTailCalls.replace(in: &function) }
    graph.compute(function)
    var isGraphStale = false
    var areDominatorsStale = true
    if passes.contains(.values) {
      dominators.compute(function, graph)
      areDominatorsStale = false
      valueNumbering.run(&function, graph, dominators)
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
    if passes.contains(.loops) && graph.hasCycle {
      if areDominatorsStale { dominators.compute(function, graph) }
      loops.compute(function, graph, dominators)
      invariants.run(&function, graph, dominators, loops)
    }
    if passes.contains(.deadCode) {
      if areEdgesStale { incoming.compute(function) }
      deadCode.run(&function, incoming)
    }
  }
}
