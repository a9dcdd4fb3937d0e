import PulleyISA

/// Gives every piece a register, a slot or, if its value can be made anew, no place at all.
///
/// Pieces come in order of what a point of them in a register saves. One that finds no register free
/// takes that of lighter ones, which come again; if there is none either, it is cut in two.
struct PieceAssignment: Sendable {
  var pieces: [Piece] = []
  var ranges: [LiveRange] = []
  /// By bundle: its first piece, or `Piece.none`.
  var firstPiece: [UInt32] = []
  /// By bundle: whether any piece of it is in a slot.
  var isSpilled: [Bool] = []
  var occupancy = RegisterOccupancy()
  var queue = PieceQueue()
  /// By class: registers that calls keep and that have been given out.
  var usedKept: [UInt32] = [0, 0, 0]
  var statistics = AllocationStatistics()

  private var candidates: [UInt8] = []
  private var hintWeights: [Int64] = Array(repeating: 0, count: 32)
  private var victims: [UInt32] = []

  mutating func run(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) throws(AllocationError) {
    reset(problem, bundles: bundles)
    while let piece = queue.pop() {
      try place(Int(piece), problem, graph: graph, bundles: bundles)
    }
  }

  private mutating func reset(
    _ problem: borrowing AllocationProblem, bundles: borrowing Bundles
  ) {
    pieces.removeAll(keepingCapacity: true)
    ranges.removeAll(keepingCapacity: true)
    firstPiece.reset(to: Piece.none, count: problem.registerClasses.count)
    isSpilled.reset(to: false, count: problem.registerClasses.count)
    occupancy.reset()
    queue.removeAll()
    usedKept = [0, 0, 0]
    statistics = AllocationStatistics()
    for root in bundles.roots {
      let start = UInt32(ranges.count)
      var length: Int64 = 0
      for index in bundles.ranges(of: Int(root)) {
        let range = bundles.ranges[index]
        ranges.append(range)
        length += Int64(range.end - range.start)
      }
      let uses = bundles.useStart[Int(root)]..<bundles.useStart[Int(root) + 1]
      var piece = Piece(
        ranges: start..<UInt32(ranges.count), uses: uses, weight: 0, registerWeight: 0,
        length: length, bundle: root)
      for index in uses {
        let use = bundles.uses[Int(index)]
        piece.weight += use.weight
        piece.registerWeight += use.needsRegister ? use.weight : 0
      }
      firstPiece[Int(root)] = UInt32(pieces.count)
      pieces.append(piece)
      enqueue(pieces.count - 1)
    }
  }

  func start(of piece: Int) -> ProgramPoint {
    ranges[Int(pieces[piece].ranges.lowerBound)].start
  }

  func end(of piece: Int) -> ProgramPoint { ranges[Int(pieces[piece].ranges.upperBound) - 1].end }

  mutating func enqueue(_ piece: Int) {
    let isIndivisible =
      pieces[piece].registerWeight > 0
      && start(of: piece).instruction == (end(of: piece) - 1).instruction
    pieces[piece].priority =
      isIndivisible ? .infinity : Float(pieces[piece].weight) / Float(pieces[piece].length)
    queue.push(UInt32(piece), priority: pieces[piece].priority)
  }

  /// Puts a piece into the slot of its bundle, or nowhere if its value can be made anew.
  mutating func spill(_ piece: Int, _ problem: borrowing AllocationProblem) {
    let bundle = pieces[piece].bundle
    if problem.isRematerialisable(VirtualRegister(bundle)) {
      pieces[piece].allocation = .rematerialise
    } else {
      // Which slot it is comes out when all slots are shared out.
      pieces[piece].allocation = .slot(0)
      isSpilled[Int(bundle)] = true
    }
  }

  /// What stands in the way of a piece in one register.
  struct Probe {
    /// Where the first piece that is not lighter begins, or `.max`.
    var reach: ProgramPoint = .max
    /// The highest priority of the lighter pieces before that, or negative if there are none.
    var heaviest: Float = -1
  }

  private mutating func place(
    _ piece: Int, _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) throws(AllocationError) {
    if pieces[piece].weight == 0,
      problem.isRematerialisable(VirtualRegister(pieces[piece].bundle))
    {
      // Nobody reads it here: all users make it anew.
      spill(piece, problem)
      return
    }
    let registerClass = problem.registerClasses[Int(pieces[piece].bundle)]
    let file = problem.environment[registerClass]
    let clobber = firstClobber(in: piece, graph.clobbers)
    let crossesCall = clobber != .max
    listCandidates(
      for: piece, file, kept: usedKept[Int(registerClass.rawValue)], crossesCall: crossesCall,
      graph: graph, bundles: bundles)

    var best: (register: UInt8, reach: ProgramPoint) = (AllocationOperand.noHint, 0)
    var eviction: (register: UInt8, heaviest: Float) = (AllocationOperand.noHint, .infinity)
    for register in candidates {
      let location = Allocation.register(registerClass, register).locationIndex
      let probe = probe(location, for: piece, before: .max)
      if probe.reach == .max {
        if probe.heaviest < 0 {
          assign(piece, to: .register(registerClass, register), file)
          return
        }
        if probe.heaviest < eviction.heaviest { eviction = (register, probe.heaviest) }
      } else if probe.reach > best.reach {
        best = (register, probe.reach)
      }
    }
    if eviction.register != AllocationOperand.noHint {
      evict(
        from: Allocation.register(registerClass, eviction.register).locationIndex, for: piece)
      assign(piece, to: .register(registerClass, eviction.register), file)
      return
    }
    if crossesCall {
      for register in file.allocatable where file.callClobbered & (1 << UInt32(register)) != 0 {
        let location = Allocation.register(registerClass, register).locationIndex
        let reach = min(clobber, probe(location, for: piece, before: clobber).reach)
        if reach > best.reach { best = (register, reach) }
        if reach == clobber { break }
      }
    }
    try split(
      piece, reach: best.reach, register: best.register, problem, graph: graph, bundles: bundles)
  }

  private func firstClobber(in piece: Int, _ clobbers: [ProgramPoint]) -> ProgramPoint {
    if clobbers.isEmpty { return .max }
    var low = 0
    for index in pieces[piece].ranges {
      let range = ranges[Int(index)]
      var high = clobbers.count
      while low < high {
        let middle = (low + high) / 2
        if clobbers[middle] >= range.start { high = middle } else { low = middle + 1 }
      }
      if low == clobbers.count { break }
      if clobbers[low] < range.end { return clobbers[low] }
    }
    return .max
  }

  /// Fills `candidates` with the registers that calls within the piece do not destroy: those that
  /// its operands would like, those that cost nothing, those that must be saved already, and, if
  /// that pays, those that then have to be.
  private mutating func listCandidates(
    for piece: Int, _ file: RegisterFile, kept: UInt32, crossesCall: Bool,
    graph: borrowing FlowGraph, bundles: borrowing Bundles
  ) {
    candidates.removeAll(keepingCapacity: true)
    var listed: UInt32 = 0
    var allowed: UInt32 = crossesCall ? ~file.callClobbered : .max
    // In a kept register, an operand that may be anywhere costs as much as in a slot.
    if pieces[piece].registerWeight == 0 {
      allowed &= crossesCall ? 0 : file.callClobbered | kept
    }
    guard allowed != 0 else { return }
    collectHints(of: piece, file, allowed: allowed, graph: graph, bundles: bundles)
    for register in candidates { listed |= 1 << UInt32(register) }
    for costs in 0...2 {
      for register in file.allocatable {
        let bit = UInt32(1) << UInt32(register)
        let cost = file.callClobbered & bit != 0 ? 0 : kept & bit != 0 ? 1 : 2
        if cost == costs, allowed & bit != 0, listed & bit == 0 { candidates.append(register) }
      }
    }
  }

  private mutating func collectHints(
    of piece: Int, _ file: RegisterFile, allowed: UInt32, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) {
    var hinted: UInt32 = 0
    for index in pieces[piece].uses.prefix(64) {
      let use = bundles.uses[Int(index)]
      guard use.hint < 32 else { continue }
      hinted |= 1 << UInt32(use.hint)
      hintWeights[Int(use.hint)] += use.weight
    }
    let frequency = graph.frequency[graph.block(at: start(of: piece))]
    let nearby: InlineArray<3, UInt8> = [
      pieces[piece].hint, register(of: pieces[piece].previous), register(of: pieces[piece].next),
    ]
    for index in nearby.indices where nearby[index] < 32 {
      let hint = nearby[index]
      hinted |= 1 << UInt32(hint)
      hintWeights[Int(hint)] += frequency * Cost.hinted
    }
    guard hinted != 0 else { return }
    for register in file.allocatable where hinted & allowed & (1 << UInt32(register)) != 0 {
      var index = candidates.count
      candidates.append(register)
      while index > 0,
        hintWeights[Int(candidates[index - 1])] < hintWeights[Int(register)]
      {
        candidates[index] = candidates[index - 1]
        index -= 1
      }
      candidates[index] = register
    }
    while hinted != 0 {
      hintWeights[hinted.trailingZeroBitCount] = 0
      hinted &= hinted - 1
    }
  }

  private func register(of piece: UInt32) -> UInt8 {
    piece == Piece.none
      ? AllocationOperand.noHint
      : pieces[Int(piece)].allocation.register ?? AllocationOperand.noHint
  }

  /// Most lighter pieces that one may displace.
  private static let victimLimit = 16

  private mutating func probe(
    _ location: Int, for piece: Int, before limit: ProgramPoint
  ) -> Probe {
    var probe = Probe()
    var victimCount = 0
    for index in pieces[piece].ranges {
      let range = ranges[Int(index)]
      if range.start >= limit { break }
      var cursor = occupancy.firstEntry(endingAfter: range.start, in: location)
      while let entry = occupancy.entry(at: cursor, in: location), entry.start < range.end {
        let priority = pieces[Int(entry.piece)].priority
        victimCount += 1
        if priority >= pieces[piece].priority || victimCount > Self.victimLimit {
          probe.reach = max(entry.start, range.start)
          return probe
        }
        probe.heaviest = max(probe.heaviest, priority)
        cursor = occupancy.next(after: cursor, in: location)
      }
    }
    return probe
  }

  private mutating func evict(from location: Int, for piece: Int) {
    victims.removeAll(keepingCapacity: true)
    for index in pieces[piece].ranges {
      let range = ranges[Int(index)]
      var cursor = occupancy.firstEntry(endingAfter: range.start, in: location)
      while let entry = occupancy.entry(at: cursor, in: location), entry.start < range.end {
        if !victims.contains(entry.piece) { victims.append(entry.piece) }
        cursor = occupancy.next(after: cursor, in: location)
      }
    }
    for victim in victims {
      for index in pieces[Int(victim)].ranges {
        occupancy.remove(start: ranges[Int(index)].start, in: location)
      }
      pieces[Int(victim)].allocation = .rematerialise
      queue.push(victim, priority: pieces[Int(victim)].priority)
      statistics.evictions += 1
    }
  }

  private mutating func assign(_ piece: Int, to allocation: Allocation, _ file: RegisterFile) {
    for index in pieces[piece].ranges {
      occupancy.insert(
        ranges[Int(index)], piece: UInt32(piece), in: allocation.locationIndex)
    }
    pieces[piece].allocation = allocation
    guard let register = allocation.register, let registerClass = allocation.registerClass else {
      return
    }
    let bit = UInt32(1) << UInt32(register)
    if file.callClobbered & bit == 0 { usedKept[Int(registerClass.rawValue)] |= bit }
  }
}
