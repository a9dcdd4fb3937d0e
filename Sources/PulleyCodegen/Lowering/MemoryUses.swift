import PulleyIR

/// The places at which x28 and x29 must hold the base and the bound of heap 0: a backward data-flow
/// analysis of one bit, whether an access to heap 0 is reached before the next call. If it is set after
/// a call or at the entry, the registers are loaded there.
///
/// Other threads may grow a shared heap. A thread has to see that only after an atomic operation
/// that observes an atomic operation of the growing thread, so the registers are also loaded after each
/// atomic operation.
struct MemoryUses: Sendable {
  /// Whether the function has an access to heap 0.
  private(set) var hasAccesses = false
  /// Whether atomic operations may find heap 0 grown.
  private(set) var isShared = false
  private var neededAtStart: [Bool] = []

  private enum FirstEvent: UInt8 { case none, access, call }
  private var firstEvents: [FirstEvent] = []

  mutating func build(_ function: borrowing Function, _ graph: borrowing BlockGraph) {
    hasAccesses = false
    isShared = false
    neededAtStart.removeAll(keepingCapacity: true)
    guard function.signature.convention == .wasm, function.heaps.count > 0 else { return }
    isShared = function.heaps[Heap(number: 0)].isShared
    firstEvents.removeAll(keepingCapacity: true)
    firstEvents.append(contentsOf: repeatElement(.none, count: graph.blockCount))
    for block in graph.postorder {
      var event = FirstEvent.none
      var inst = function.lastInstruction(of: Block(number: block))
      while !inst.isNone {
        let data = function.instructions[inst]
        let traits = data.operation.traits
        if traits.contains(.call) || isShared && traits.contains(.atomic) { event = .call }
        if data.operation.isHeapAccess, data.entity == 0 {
          event = .access
          hasAccesses = true
        }
        inst = function.instruction(before: inst)
      }
      firstEvents[Int(block)] = event
    }
    guard hasAccesses else { return }
    neededAtStart.append(contentsOf: repeatElement(false, count: graph.blockCount))
    var changed = true
    while changed {
      changed = false
      // In postorder, successors come first, so few rounds suffice.
      for block in graph.postorder where !neededAtStart[Int(block)] {
        let needed =
          switch firstEvents[Int(block)] {
          case .access: true
          case .call: false
          case .none: isNeeded(atEndOf: block, graph)
          }
        if needed {
          neededAtStart[Int(block)] = true
          changed = true
        }
      }
    }
  }

  func isNeeded(atEndOf block: UInt32, _ graph: borrowing BlockGraph) -> Bool {
    guard hasAccesses else { return false }
    let node = graph.nodes[Int(block)]
    for edge in node.firstEdge..<node.firstEdge + node.edgeCount
    where neededAtStart[Int(graph.edges[Int(edge)].to)] {
      return true
    }
    return false
  }
}
