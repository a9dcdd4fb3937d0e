import PulleyISA

/// Backtracking register allocation with live-range splitting, after regalloc2
/// (github.com/bytecodealliance/regalloc2, doc/ION.md). Takes time close to linear in the size of the
/// function.
///
/// 1. `Liveness` computes the live ranges of each virtual register.
/// 2. `Bundles` merges registers that values move between, if their ranges do not overlap.
/// 3. `IntervalAssignment` assigns registers to the bundles, in order of the cost that this saves, and
///    splits bundles into intervals.
/// 4. `SpillSlots` assigns slots, and `EditBuilder` connects the intervals with moves.
///
/// The allocator keeps its storage from function to function.
public struct RegisterAllocator: Sendable {
  private var graph = FlowGraph()
  private var liveness = Liveness()
  private var bundles = Bundles()
  private var assignment = IntervalAssignment()
  private var slots = SpillSlots()
  private var placement = Placement()
  private var edits = EditBuilder()

  private let effort: AllocationEffort

  public init(effort: AllocationEffort = AllocationEffort()) { self.effort = effort }

  public mutating func allocate(
    _ problem: borrowing AllocationProblem
  ) throws(AllocationError) -> AllocationResult {
    try graph.build(problem)
    try liveness.build(problem, graph: graph, effort)
    try bundles.build(problem, graph: graph, liveness: liveness, effort)
    try assignment.run(problem, graph: graph, bundles: bundles, effort)
    slots.assign(problem, bundles: bundles, isSpilled: assignment.isSpilled)
    placement.build(problem, bundles: bundles, assignment: assignment, slots: slots)
    var result = AllocationResult()
    result.slotCount = slots.slotCount
    edits.build(
      problem, graph: graph, liveness: liveness, bundles: bundles, assignment: assignment,
      placement: placement, effort, result: &result)
    return result
  }
}
