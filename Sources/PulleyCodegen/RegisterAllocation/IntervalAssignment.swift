import PulleyISA

/// Backtracking register allocation, as in LLVM's greedy allocator and regalloc2: assigns every
/// interval a register, a slot, or no location if its value can be rematerialised.
///
/// Intervals are taken from a queue in order of the cost that a register saves for each point. If no
/// register is free, an interval evicts intervals of lower priority, which return to the queue. If
/// that is not possible either, it is split.
struct IntervalAssignment: Sendable {
  var intervals: [Interval] = []
  var ranges: [LiveRange] = []
  /// By bundle: its first interval, or `Interval.none`.
  var firstInterval: [UInt32] = []
  /// By bundle: whether any interval of it is in a slot.
  var isSpilled: [Bool] = []
  /// By class: the points at which registers are occupied.
  var busy: [BusyMap] = [BusyMap(), BusyMap(), BusyMap()]
  /// The intervals that occupy registers, for the classes of `isListed`: those in which some interval
  /// did not find a free register.
  var occupancy = RegisterOccupancy()
  private var isListed = [false, false, false]
  private var isClassUsed = [false, false, false]
  var queue = IntervalQueue()
  /// By class: the call-preserved registers that have been assigned.
  var usedKept: [UInt64] = [0, 0, 0]
  var statistics = AllocationStatistics()

  private var hintWeights: [Int64] = Array(repeating: 0, count: 64)
  private var victims: [UInt32] = []
  /// The remaining cost of evictions by intervals that could be split instead.
  private var evictionFuel = 0

  mutating func run(
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles, _ effort: AllocationEffort
  ) throws(AllocationError) {
    reset(problem, bundles: bundles)
    evictionFuel = effort.evictions + effort.evictionsPerInstruction * problem.instructions.count
    while let interval = queue.pop() {
      try place(Int(interval), problem, graph: graph, bundles: bundles)
    }
  }

  private mutating func reset(
    _ problem: borrowing AllocationProblem, bundles: borrowing Bundles
  ) {
    intervals.removeAll(keepingCapacity: true)
    ranges.removeAll(keepingCapacity: true)
    firstInterval.reset(to: Interval.none, count: problem.registerClasses.count)
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
      var interval = Interval(
        ranges: start..<UInt32(ranges.count), uses: uses, weight: 0, savedWeight: 0,
        registerWeight: 0, length: length, bundle: root)
      weigh(&interval, bundles: bundles)
      firstInterval[Int(root)] = UInt32(intervals.count)
      intervals.append(interval)
      enqueue(intervals.count - 1)
    }
  }

  func weigh(_ interval: inout Interval, bundles: borrowing Bundles) {
    interval.weight = 0
    interval.savedWeight = 0
    interval.registerWeight = 0
    for index in interval.uses {
      let use = bundles.uses[Int(index)]
      interval.weight += use.weight
      interval.savedWeight += use.isBetterInRegister ? use.weight : 0
      interval.registerWeight += use.needsRegister ? use.weight : 0
    }
  }

  func start(of interval: Int) -> ProgramPoint {
    ranges[Int(intervals[interval].ranges.lowerBound)].start
  }

  func end(of interval: Int) -> ProgramPoint {
    ranges[Int(intervals[interval].ranges.upperBound) - 1].end
  }

  mutating func enqueue(_ interval: Int) {
    let isIndivisible =
      intervals[interval].registerWeight > 0
      && start(of: interval).instruction == (end(of: interval) - 1).instruction
    intervals[interval].priority =
      isIndivisible
      ? .infinity : Float(intervals[interval].weight) / Float(intervals[interval].length)
    queue.push(UInt32(interval), priority: intervals[interval].priority)
  }

  /// Spills an interval to the slot of its bundle, or rematerialises its value.
  mutating func spill(_ interval: Int, _ problem: borrowing AllocationProblem) {
    let bundle = intervals[interval].bundle
    if problem.isRematerialisable(VirtualRegister(bundle)) {
      intervals[interval].allocation = .rematerialise
    } else {
      // `SpillSlots` assigns the number of the slot later.
      intervals[interval].allocation = .slot(0)
      isSpilled[Int(bundle)] = true
    }
  }

  /// The intervals that conflict with an interval in one register.
  struct Probe {
    /// The start of the first interval whose priority is not lower, or `.max`.
    var reach: ProgramPoint = .max
    /// The highest priority of the intervals before that, or negative if there are none.
    var heaviest: Float = -1
  }

  private mutating func place(
    _ interval: Int, _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) throws(AllocationError) {
    let isRematerialisable = problem.isRematerialisable(VirtualRegister(intervals[interval].bundle))
    if intervals[interval].registerWeight == 0, isRematerialisable || isBetterInSlot(interval) {
      spill(interval, problem)
      return
    }
    let registerClass = problem.registerClasses[Int(intervals[interval].bundle)]
    let file = problem.environment[registerClass]
    let clobber = firstClobber(in: interval, graph.clobbers)
    let allowed = allowedRegisters(
      for: interval, file, kept: usedKept[Int(registerClass.rawValue)],
      crossesCall: clobber != .max,
      isRematerialisable: isRematerialisable,
      savesRegisters: problem.environment.savesRegisters)
    var free = allowed
    for index in intervals[interval].ranges {
      if free == 0 { break }
      free = busy[Int(registerClass.rawValue)].free(free, in: ranges[Int(index)])
    }
    if free != 0 {
      let hints = collectHints(of: interval, among: free, graph: graph, bundles: bundles)
      let register = choose(from: free, hints: hints, registerClass, file)
      assign(interval, to: .register(registerClass, register), file)
      return
    }
    if !problem.environment.savesRegisters, intervals[interval].registerWeight == 0 {
      spill(interval, problem)
      return
    }
    try displaceOrSplit(
      interval, among: allowed, clobber: clobber, registerClass, problem, graph: graph,
      bundles: bundles)
  }

  /// Whether an interval has at most one use, which does not need a register, and the bundle is in its
  /// slot before or after it.
  private func isBetterInSlot(_ interval: Int) -> Bool {
    guard intervals[interval].uses.count <= 1 else { return false }
    let previous = intervals[interval].previous
    let next = intervals[interval].next
    return (previous != Interval.none && intervals[Int(previous)].allocation.isSlot)
      || (next != Interval.none && intervals[Int(next)].allocation.isSlot)
  }

  /// The best of the `free` registers: a hinted one, else a call-clobbered one, else a preserved one
  /// that is saved already, else a preserved one that must then be saved.
  private mutating func choose(
    from free: UInt64, hints: UInt64, _ registerClass: RegisterClass, _ file: RegisterFile
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
    for register in file.allocatable where pool & (1 << UInt64(register)) != 0 { return register }
    return UInt8(pool.trailingZeroBitCount)
  }

  /// Evicts intervals of lower priority, or splits the interval.
  private mutating func displaceOrSplit(
    _ interval: Int, among allowed: UInt64, clobber: ProgramPoint, _ registerClass: RegisterClass,
    _ problem: borrowing AllocationProblem, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) throws(AllocationError) {
    list(registerClass)
    let file = problem.environment[registerClass]
    var best: (register: UInt8, reach: ProgramPoint) = (AllocationOperand.noHint, 0)
    var eviction: (register: UInt8, heaviest: Float) = (AllocationOperand.noHint, .infinity)
    for register in file.allocatable where allowed & (1 << UInt64(register)) != 0 {
      let location = Allocation.register(registerClass, register).locationIndex
      let probe = probe(location, for: interval, before: .max)
      if probe.reach == .max {
        if probe.heaviest < eviction.heaviest { eviction = (register, probe.heaviest) }
      } else if probe.reach > best.reach {
        best = (register, probe.reach)
      }
    }
    if eviction.register != AllocationOperand.noHint {
      evict(
        from: .register(registerClass, eviction.register), for: interval)
      assign(interval, to: .register(registerClass, eviction.register), file)
      return
    }
    if clobber != .max {
      for register in file.allocatable where file.callClobbered & (1 << UInt64(register)) != 0 {
        let location = Allocation.register(registerClass, register).locationIndex
        let reach = min(clobber, probe(location, for: interval, before: clobber).reach)
        if reach > best.reach { best = (register, reach) }
        if reach == clobber { break }
      }
    }
    try split(
      interval, reach: best.reach, register: best.register, problem, graph: graph, bundles: bundles)
  }

  /// Starts to record the intervals in the registers of a class.
  private mutating func list(_ registerClass: RegisterClass) {
    guard !isListed[Int(registerClass.rawValue)] else { return }
    isListed[Int(registerClass.rawValue)] = true
    for interval in intervals.indices {
      let allocation = intervals[interval].allocation
      guard allocation.registerClass == registerClass else { continue }
      for index in intervals[interval].ranges {
        occupancy.insert(
          ranges[Int(index)], interval: UInt32(interval), in: allocation.locationIndex)
      }
    }
  }

  private func firstClobber(in interval: Int, _ clobbers: [ProgramPoint]) -> ProgramPoint {
    if clobbers.isEmpty { return .max }
    var low = 0
    for index in intervals[interval].ranges {
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

  /// The registers that an interval may have: call-clobbered ones only if there is no call in it, and
  /// call-preserved ones only if that saves more than it costs to save them.
  private func allowedRegisters(
    for interval: Int, _ file: RegisterFile, kept: UInt64, crossesCall: Bool,
    isRematerialisable: Bool, savesRegisters: Bool
  ) -> UInt64 {
    var allowed = file.allocatableMask
    if crossesCall { allowed &= ~file.callClobbered }
    // Rematerialising a value saves its definition, which a preserved register does not.
    let saved = intervals[interval].savedWeight - (isRematerialisable ? Cost.register : 0)
    if !savesRegisters, saved > 0 || !isRematerialisable { return allowed }
    if saved <= 0 { return allowed & (crossesCall ? 0 : file.callClobbered | kept) }
    if isRematerialisable, saved <= Cost.register { return allowed & (file.callClobbered | kept) }
    return allowed
  }

  /// Sets `hintWeights` for registers of `allowed`, and returns the set of those with a weight.
  private mutating func collectHints(
    of interval: Int, among allowed: UInt64, graph: borrowing FlowGraph,
    bundles: borrowing Bundles
  ) -> UInt64 {
    var hinted: UInt64 = 0
    for index in intervals[interval].uses.prefix(64) {
      let use = bundles.uses[Int(index)]
      if use.hint < 64 { addHint(use.hint, use.weight, allowed, &hinted) }
    }
    let frequency = graph.frequency[graph.block(at: start(of: interval))]
    addHint(intervals[interval].hint, frequency * Cost.hinted, allowed, &hinted)
    addHint(register(of: intervals[interval].previous), frequency * Cost.hinted, allowed, &hinted)
    addHint(register(of: intervals[interval].next), frequency * Cost.hinted, allowed, &hinted)
    return hinted
  }

  private mutating func addHint(
    _ register: UInt8, _ weight: Int64, _ allowed: UInt64, _ hinted: inout UInt64
  ) {
    guard register < 64 else { return }
    let bit = UInt64(1) << UInt64(register)
    guard allowed & bit != 0 else { return }
    if hinted & bit == 0 { hintWeights[Int(register)] = 0 }
    hinted |= bit
    hintWeights[Int(register)] += weight
  }

  private func register(of interval: UInt32) -> UInt8 {
    interval == Interval.none
      ? AllocationOperand.noHint
      : intervals[Int(interval)].allocation.register ?? AllocationOperand.noHint
  }

  /// The largest number of intervals that one interval may evict.
  private static let victimLimit = 16

  private mutating func probe(
    _ location: Int, for interval: Int, before limit: ProgramPoint
  ) -> Probe {
    var probe = Probe()
    var victimCount = 0
    for index in intervals[interval].ranges {
      let range = ranges[Int(index)]
      if range.start >= limit { break }
      var cursor = occupancy.firstEntry(endingAfter: range.start, in: location)
      while let entry = occupancy.entry(at: cursor, in: location), entry.start < range.end {
        let priority = intervals[Int(entry.interval)].priority
        victimCount += 1
        if priority >= intervals[interval].priority || victimCount > Self.victimLimit
          || evictionFuel <= 0 && intervals[interval].priority != .infinity
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

  private mutating func evict(from allocation: Allocation, for interval: Int) {
    let location = allocation.locationIndex
    let registerClass = Int((allocation.registerClass ?? .x).rawValue)
    let bit = UInt64(1) << UInt64(allocation.register ?? 0)
    victims.removeAll(keepingCapacity: true)
    for index in intervals[interval].ranges {
      let range = ranges[Int(index)]
      var cursor = occupancy.firstEntry(endingAfter: range.start, in: location)
      while let entry = occupancy.entry(at: cursor, in: location), entry.start < range.end {
        if !victims.contains(entry.interval) { victims.append(entry.interval) }
        cursor = occupancy.next(after: cursor, in: location)
      }
    }
    for victim in victims {
      evictionFuel -=
        8 * intervals[Int(victim)].ranges.count + Int(intervals[Int(victim)].length / 64)
      for index in intervals[Int(victim)].ranges {
        occupancy.remove(start: ranges[Int(index)].start, in: location)
        busy[registerClass].release(bit, in: ranges[Int(index)])
      }
      intervals[Int(victim)].allocation = .rematerialise
      queue.push(victim, priority: intervals[Int(victim)].priority)
      statistics.evictions += 1
    }
  }

  private mutating func assign(_ interval: Int, to allocation: Allocation, _ file: RegisterFile) {
    guard let register = allocation.register, let registerClass = allocation.registerClass else {
      return
    }
    let rank = Int(registerClass.rawValue)
    let bit = UInt64(1) << UInt64(register)
    for index in intervals[interval].ranges { busy[rank].take(bit, in: ranges[Int(index)]) }
    if isListed[rank] {
      for index in intervals[interval].ranges {
        occupancy.insert(
          ranges[Int(index)], interval: UInt32(interval), in: allocation.locationIndex)
      }
    }
    intervals[interval].allocation = allocation
    if file.callClobbered & bit == 0 { usedKept[rank] |= bit }
  }

  /// The registers of a class that are free at `first` and at `second`.
  func freeRegisters(
    _ registerClass: RegisterClass, at first: ProgramPoint, and second: ProgramPoint
  ) -> UInt64 {
    let rank = Int(registerClass.rawValue)
    guard isClassUsed[rank] else { return 0 }
    let free = busy[rank].free(.max, in: LiveRange(start: first, end: first + 1))
    return busy[rank].free(free, in: LiveRange(start: second, end: second + 1))
  }
}
