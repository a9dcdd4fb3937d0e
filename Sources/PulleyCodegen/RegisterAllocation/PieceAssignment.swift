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
  /// By class: which registers are taken when.
  var busy: [BusyMap] = [BusyMap(), BusyMap(), BusyMap()]
  /// By whom, for the classes of `isListed`: those of which a piece did not fit somewhere.
  var occupancy = RegisterOccupancy()
  private var isListed = [false, false, false]
  private var isClassUsed = [false, false, false]
  var queue = PieceQueue()
  /// By class: registers that calls keep and that have been given out.
  var usedKept: [UInt32] = [0, 0, 0]
  var statistics = AllocationStatistics()

  private var hintWeights: [Int64] = Array(repeating: 0, count: 32)
  private var victims: [UInt32] = []
  /// How much may still be displaced by pieces that could be cut instead.
  private var evictionFuel = 0

  mutating func run(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles, _ effort: AllocationEffort
  ) throws(AllocationError) {
    reset(problem, bundles: bundles)
    evictionFuel = effort.evictions + effort.evictionsPerInstruction * problem.instructions.count
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
    isListed = [false, false, false]
    isClassUsed = [false, false, false]
    for registerClass in problem.registerClasses {
      isClassUsed[Int(registerClass.rawValue)] = true
    }
    for rank in busy.indices where isClassUsed[rank] {
      busy[rank].reset(instructionCount: problem.instructions.count)
    }
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
        ranges: start..<UInt32(ranges.count), uses: uses, weight: 0, savedWeight: 0,
        registerWeight: 0, length: length, bundle: root)
      weigh(&piece, bundles: bundles)
      firstPiece[Int(root)] = UInt32(pieces.count)
      pieces.append(piece)
      enqueue(pieces.count - 1)
    }
  }

  func weigh(_ piece: inout Piece, bundles: borrowing Bundles) {
    piece.weight = 0
    piece.savedWeight = 0
    piece.registerWeight = 0
    for index in piece.uses {
      let use = bundles.uses[Int(index)]
      piece.weight += use.weight
      piece.savedWeight += use.isBetterInRegister ? use.weight : 0
      piece.registerWeight += use.needsRegister ? use.weight : 0
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
    let isRematerialisable = problem.isRematerialisable(VirtualRegister(pieces[piece].bundle))
    if pieces[piece].registerWeight == 0, isRematerialisable || isBetterInSlot(piece) {
      spill(piece, problem)
      return
    }
    let registerClass = problem.registerClasses[Int(pieces[piece].bundle)]
    let file = problem.environment[registerClass]
    let clobber = firstClobber(in: piece, graph.clobbers)
    let allowed = allowedRegisters(
      for: piece, file, kept: usedKept[Int(registerClass.rawValue)], crossesCall: clobber != .max,
      isRematerialisable: isRematerialisable)
    var free = allowed
    for index in pieces[piece].ranges {
      if free == 0 { break }
      free = busy[Int(registerClass.rawValue)].free(free, in: ranges[Int(index)])
    }
    if free != 0 {
      let hints = collectHints(of: piece, among: free, graph: graph, bundles: bundles)
      let register = choose(from: free, hints: hints, registerClass, file)
      assign(piece, to: .register(registerClass, register), file)
      return
    }
    try displaceOrSplit(
      piece, among: allowed, clobber: clobber, registerClass, problem, graph: graph,
      bundles: bundles)
  }

  /// Whether a piece has at most one use, which need not be in a register, and is in its slot before
  /// or afterwards anyway.
  private func isBetterInSlot(_ piece: Int) -> Bool {
    guard pieces[piece].uses.count <= 1 else { return false }
    let previous = pieces[piece].previous
    let next = pieces[piece].next
    return (previous != Piece.none && pieces[Int(previous)].allocation.isSlot)
      || (next != Piece.none && pieces[Int(next)].allocation.isSlot)
  }

  /// The best of the `free` registers: one that is hinted at, one that costs nothing, one that must
  /// be saved already, or one that then has to be.
  private mutating func choose(
    from free: UInt32, hints: UInt32, _ registerClass: RegisterClass, _ file: RegisterFile
  ) -> UInt8 {
    var best = AllocationOperand.noHint
    var candidates = hints
    while candidates != 0 {
      let register = UInt8(candidates.trailingZeroBitCount)
      candidates &= candidates - 1
      if best == AllocationOperand.noHint
        || hintWeights[Int(register)] > hintWeights[Int(best)]
      {
        best = register
      }
    }
    if best != AllocationOperand.noHint { return best }
    let kept = usedKept[Int(registerClass.rawValue)]
    var pool = free & file.callClobbered
    if pool == 0 { pool = free & kept }
    if pool == 0 { pool = free }
    for register in file.allocatable where pool & (1 << UInt32(register)) != 0 { return register }
    return UInt8(pool.trailingZeroBitCount)
  }

  /// Makes room by displacing lighter pieces, or makes the piece smaller.
  private mutating func displaceOrSplit(
    _ piece: Int, among allowed: UInt32, clobber: ProgramPoint, _ registerClass: RegisterClass,
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) throws(AllocationError) {
    list(registerClass)
    let file = problem.environment[registerClass]
    var best: (register: UInt8, reach: ProgramPoint) = (AllocationOperand.noHint, 0)
    var eviction: (register: UInt8, heaviest: Float) = (AllocationOperand.noHint, .infinity)
    for register in file.allocatable where allowed & (1 << UInt32(register)) != 0 {
      let location = Allocation.register(registerClass, register).locationIndex
      let probe = probe(location, for: piece, before: .max)
      if probe.reach == .max {
        if probe.heaviest < eviction.heaviest { eviction = (register, probe.heaviest) }
      } else if probe.reach > best.reach {
        best = (register, probe.reach)
      }
    }
    if eviction.register != AllocationOperand.noHint {
      evict(
        from: .register(registerClass, eviction.register), for: piece)
      assign(piece, to: .register(registerClass, eviction.register), file)
      return
    }
    if clobber != .max {
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

  /// Starts to keep track of who has the registers of a class.
  private mutating func list(_ registerClass: RegisterClass) {
    guard !isListed[Int(registerClass.rawValue)] else { return }
    isListed[Int(registerClass.rawValue)] = true
    for piece in pieces.indices {
      let allocation = pieces[piece].allocation
      guard allocation.registerClass == registerClass else { continue }
      for index in pieces[piece].ranges {
        occupancy.insert(
          ranges[Int(index)], piece: UInt32(piece), in: allocation.locationIndex)
      }
    }
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

  /// The registers that a piece may have: not those that calls within it destroy, and those that
  /// calls keep only if that pays.
  private func allowedRegisters(
    for piece: Int, _ file: RegisterFile, kept: UInt32, crossesCall: Bool,
    isRematerialisable: Bool
  ) -> UInt32 {
    var allowed = file.allocatableMask
    if crossesCall { allowed &= ~file.callClobbered }
    // A value that can be made anew saves one instruction less in a kept register: its definition.
    let saved = pieces[piece].savedWeight - (isRematerialisable ? Cost.register : 0)
    if saved <= 0 { return allowed & (crossesCall ? 0 : file.callClobbered | kept) }
    if isRematerialisable, saved <= Cost.register { return allowed & (file.callClobbered | kept) }
    return allowed
  }

  /// Sets `hintWeights` for registers of `allowed`, and returns which have a weight.
  private mutating func collectHints(
    of piece: Int, among allowed: UInt32, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) -> UInt32 {
    var hinted: UInt32 = 0
    for index in pieces[piece].uses.prefix(64) {
      let use = bundles.uses[Int(index)]
      if use.hint < 32 { addHint(use.hint, use.weight, allowed, &hinted) }
    }
    let frequency = graph.frequency[graph.block(at: start(of: piece))]
    addHint(pieces[piece].hint, frequency * Cost.hinted, allowed, &hinted)
    addHint(register(of: pieces[piece].previous), frequency * Cost.hinted, allowed, &hinted)
    addHint(register(of: pieces[piece].next), frequency * Cost.hinted, allowed, &hinted)
    return hinted
  }

  private mutating func addHint(
    _ register: UInt8, _ weight: Int64, _ allowed: UInt32, _ hinted: inout UInt32
  ) {
    guard register < 32 else { return }
    let bit = UInt32(1) << UInt32(register)
    guard allowed & bit != 0 else { return }
    if hinted & bit == 0 { hintWeights[Int(register)] = 0 }
    hinted |= bit
    hintWeights[Int(register)] += weight
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
        if priority >= pieces[piece].priority || victimCount > Self.victimLimit
          || evictionFuel <= 0 && pieces[piece].priority != .infinity
        {
          probe.reach = max(entry.start, range.start)
          return probe
        }
        probe.heaviest = max(probe.heaviest, priority)
        cursor = occupancy.next(after: cursor, in: location)
      }
    }
    return probe
  }

  private mutating func evict(from allocation: Allocation, for piece: Int) {
    let location = allocation.locationIndex
    let registerClass = Int((allocation.registerClass ?? .x).rawValue)
    let bit = UInt32(1) << UInt32(allocation.register ?? 0)
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
      evictionFuel -= 8 * pieces[Int(victim)].ranges.count + Int(pieces[Int(victim)].length / 64)
      for index in pieces[Int(victim)].ranges {
        occupancy.remove(start: ranges[Int(index)].start, in: location)
        busy[registerClass].release(bit, in: ranges[Int(index)])
      }
      pieces[Int(victim)].allocation = .rematerialise
      queue.push(victim, priority: pieces[Int(victim)].priority)
      statistics.evictions += 1
    }
  }

  private mutating func assign(_ piece: Int, to allocation: Allocation, _ file: RegisterFile) {
    guard let register = allocation.register, let registerClass = allocation.registerClass else {
      return
    }
    let rank = Int(registerClass.rawValue)
    let bit = UInt32(1) << UInt32(register)
    for index in pieces[piece].ranges { busy[rank].take(bit, in: ranges[Int(index)]) }
    if isListed[rank] {
      for index in pieces[piece].ranges {
        occupancy.insert(
          ranges[Int(index)], piece: UInt32(piece), in: allocation.locationIndex)
      }
    }
    pieces[piece].allocation = allocation
    if file.callClobbered & bit == 0 { usedKept[rank] |= bit }
  }

  /// The registers of a class that are free at `first` and at `second`.
  func freeRegisters(
    _ registerClass: RegisterClass, at first: ProgramPoint, and second: ProgramPoint
  ) -> UInt32 {
    let rank = Int(registerClass.rawValue)
    guard isClassUsed[rank] else { return 0 }
    let free = busy[rank].free(.max, in: LiveRange(start: first, end: first + 1))
    return busy[rank].free(free, in: LiveRange(start: second, end: second + 1))
  }
}
