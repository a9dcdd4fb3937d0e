import PulleyIR

/// The places at which x28 and x29 must hold the base and the bound of one heap: a backward data-flow
/// analysis of one bit, whether an access to the heap is reached before the next call. If it is set after
/// a call or at the entry, the registers are loaded there.
///
/// Other threads may grow a shared heap. A thread has to see that only after an atomic operation
/// that observes an atomic operation of the growing thread, so the registers are also loaded after each
/// atomic operation.
struct MemoryUses: Sendable {
  /// Whether the function has an access to the heap.
  private(set) var hasAccesses = false
  /// Whether atomic operations may find the heap grown.
  private(set) var isShared = false
  /// The heap, if there is one.
  private(set) var heap = Heap(number: 0)
  private var neededAtStart: [Bool] = []

  private enum FirstEvent: UInt8 { case none, access, call }
  private var firstEvents: [FirstEvent] = []

  /// - Parameter recordOffset: of the heap in the context; nil for heap 0.
  mutating func build(
    _ function: borrowing Function, _ graph: borrowing BlockGraph, recordOffset: Int32?
  ) {
    hasAccesses = false
    isShared = false
    neededAtStart.removeAll(keepingCapacity: true)
    guard function.signature.convention == .wasm, function.heaps.count > 0 else { return }
    heap = Heap(number: 0)
    if let recordOffset {
      guard
        let number = (0..<function.heaps.count).first(where: {
          function.heaps[Heap(number: UInt32($0))].recordOffset == recordOffset
        })
      else { return }
      heap = Heap(number: UInt32(number))
    }
    isShared = function.heaps[heap].isShared
    firstEvents.removeAll(keepingCapacity: true)
    firstEvents.append(contentsOf: repeatElement(.none, count: graph.blockCount))
    for block in graph.postorder {
      var event = FirstEvent.none
      var inst = function.lastInstruction(of: Block(number: block))
      while !inst.isNone {
        let data = function.instructions[inst]
        let traits = data.operation.traits
        if traits.contains(.call) || isShared && traits.contains(.atomic) { event = .call }
        if data.operation.isHeapAccess, data.entity == heap.number {
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
