import PulleyISA

/// Gives every virtual register a place, in time close to linear in the size of the function.
///
/// Live ranges are computed for each register; registers that values move between are united in
/// bundles as far as their ranges allow; the bundles get registers in order of what that saves,
/// being cut into pieces where they do not fit; moves connect the pieces. Reusable: keeps its storage
/// from function to function.
public struct RegisterAllocator: Sendable {
  private var graph = FlowGraph()
  private var liveness = Liveness()
  private var bundles = Bundles()
  private var assignment = PieceAssignment()
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
