import PulleyIR

/// The writes in each loop, of loops that have few of them.
struct LoopWrites: Sendable {
  private static let maximum = 8

  private struct Summary: Sendable {
    var count: UInt8 = 0
    var isUnknown = false
  }

  /// By the sum of twice the loop's number and the number of the kind.
  private var summaries: [Summary] = []
  /// `maximum` places for each summary.
  private(set) var writes: [Inst] = []

  /// The indices of the `writes` in the loop, or nil if there is a call or an atomic operation, or there
  /// are many writes.
  func range(of loop: Loop, _ kind: MemoryKind) -> Range<Int>? {
    let index = Self.index(loop, kind)
    if summaries[index].isUnknown { return nil }
    let start = index * Self.maximum
    return start..<start + Int(summaries[index].count)
  }

  mutating func compute(
    _ function: borrowing Function, _ graph: borrowing ControlFlowGraph,
    _ loops: borrowing LoopAnalysis
  ) {
    summaries.removeAll(keepingCapacity: true)
    writes.removeAll(keepingCapacity: true)
    let count = loops.loops.count * MemoryKind.allCases.count
    guard count > 0 else { return }
    summaries.append(contentsOf: repeatElement(Summary(), count: count))
    writes.append(contentsOf: repeatElement(.none, count: count * Self.maximum))
    for block in graph.reversePostorder {
      let loop = loops.loop(of: block)
      if loop.isNone { continue }
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        let operation = function.instructions[inst].operation
        if !operation.traits.isDisjoint(with: [.call, .atomic]) {
          for kind in MemoryKind.allCases { summaries[Self.index(loop, kind)].isUnknown = true }
        } else if operation.traits.contains(.writes) {
          add(inst, to: Self.index(loop, operation.format == .heapStore ? .heap : .memory))
        }
        inst = function.instruction(after: inst)
      }
    }
    // An outer loop contains its inner loops, which come later.
    for loop in loops.loops.keys.reversed() where !loops.loops[loop].parent.isNone {
      for kind in MemoryKind.allCases {
        let parent = Self.index(loops.loops[loop].parent, kind)
        if let range = range(of: loop, kind) {
          for place in range { add(writes[place], to: parent) }
        } else {
          summaries[parent].isUnknown = true
        }
      }
    }
  }

  private static func index(_ loop: Loop, _ kind: MemoryKind) -> Int {
    loop.index * MemoryKind.allCases.count + kind.rawValue
  }

  private mutating func add(_ write: Inst, to index: Int) {
    let count = Int(summaries[index].count)
    if count == Self.maximum {
      summaries[index].isUnknown = true
    } else {
      writes[index * Self.maximum + count] = write
      summaries[index].count += 1
    }
  }
}
