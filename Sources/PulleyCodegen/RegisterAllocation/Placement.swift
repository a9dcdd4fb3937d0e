/// Where each bundle is at each point, once all pieces have their places.
struct Placement: Sendable {
  private struct Section {
    var start: ProgramPoint
    var allocation: Allocation
  }

  /// By bundle: where its sections start in `sections`, and how many there are.
  private var first: [UInt32] = []
  private var count: [UInt32] = []
  private var sections: [Section] = []
  /// By bundle: its slot if it is in one somewhere.
  private var slots: [Allocation] = []

  mutating func build(
    _ problem: borrowing AllocationProblem, bundles: borrowing Bundles,
    assignment: borrowing PieceAssignment, slots: borrowing SpillSlots
  ) {
    first.reset(to: 0, count: problem.registerClasses.count)
    count.reset(to: 0, count: problem.registerClasses.count)
    sections.removeAll(keepingCapacity: true)
    self.slots.reset(to: .rematerialise, count: problem.registerClasses.count)
    for root in bundles.roots {
      first[Int(root)] = UInt32(sections.count)
      var piece = assignment.firstPiece[Int(root)]
      while piece != Piece.none {
        var allocation = assignment.pieces[Int(piece)].allocation
        if allocation.isSlot {
          allocation = .slot(slots.slotOfBundle[Int(root)])
          self.slots[Int(root)] = allocation
        }
        // Neighbours in the same place need not be told apart.
        if count[Int(root)] == 0 || sections[sections.count - 1].allocation != allocation {
          sections.append(
            Section(start: assignment.start(of: Int(piece)), allocation: allocation))
          count[Int(root)] += 1
        }
        piece = assignment.pieces[Int(piece)].next
      }
    }
  }

  /// Whether the bundle is in more than one place.
  func isDivided(_ bundle: Int) -> Bool { count[bundle] > 1 }

  func allocation(of bundle: Int, at point: ProgramPoint) -> Allocation {
    sections[section(of: bundle, at: point)].allocation
  }

  /// The slot of a bundle that is in it somewhere.
  func slot(of bundle: Int) -> Allocation { slots[bundle] }

  /// The sections of a bundle.
  func sections(of bundle: Int) -> Range<Int> {
    Int(first[bundle])..<Int(first[bundle] + count[bundle])
  }

  func start(ofSection section: Int) -> ProgramPoint { sections[section].start }
  func allocation(ofSection section: Int) -> Allocation { sections[section].allocation }

  /// The section that `point` is in.
  func section(of bundle: Int, at point: ProgramPoint) -> Int {
    var low = Int(first[bundle]) + 1
    var high = Int(first[bundle] + count[bundle])
    while low < high {
      let middle = (low + high) / 2
      if sections[middle].start > point { high = middle } else { low = middle + 1 }
    }
    return low - 1
  }
}
