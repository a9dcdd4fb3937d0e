import PulleyISA

/// Sets of registers that are free.
public struct FreeRegisters: Sendable {
  public var x: UInt64
  public var f: UInt64
  public var v: UInt64

  public init(x: UInt64 = 0, f: UInt64 = 0, v: UInt64 = 0) {
    self.x = x
    self.f = f
    self.v = v
  }

  func first(of registerClass: RegisterClass) -> Allocation? {
    let mask =
      switch registerClass {
      case .x: x
      case .f: f
      case .v: v
      }
    return mask == 0 ? nil : .register(registerClass, UInt8(mask.trailingZeroBitCount))
  }
}

/// Parallel-move resolution: orders moves that happen at once (Boissinot et al., "Revisiting
/// Out-of-SSA Translation for Correctness, Code Quality, and Efficiency", 2009, algorithm 1).
///
/// Add the moves, then call `resolveChains` and, if that returns true, `resolveCycles`. All take time
/// linear in the number of moves.
public struct ParallelMoveResolver: Sendable {
  private struct Move {
    var registerClass: RegisterClass
    var from: Allocation
    var to: Allocation
    var isDone = false
  }

  private var moves: [Move] = []
  private var rematerialisations: [Edit] = []
  /// By location: the number of pending moves that read it.
  private var readers: [Int32] = []
  /// By location: the pending move that writes it, or -1.
  private var writer: [Int32] = []
  private var ready: [Int32] = []
  private var pendingCount = 0

  public init() {}

  /// Removes all moves.
  public mutating func begin() {
    for move in moves {
      // The temporary that broke a cycle may have no entry.
      if move.from.locationIndex < readers.count { readers[move.from.locationIndex] = 0 }
      writer[move.to.locationIndex] = -1
    }
    moves.removeAll(keepingCapacity: true)
    rematerialisations.removeAll(keepingCapacity: true)
  }

  public var isEmpty: Bool { moves.isEmpty && rematerialisations.isEmpty }

  /// Adds a move. No two moves may have the same destination.
  public mutating func add(_ registerClass: RegisterClass, from: Allocation, to: Allocation) {
    guard from != to else { return }
    let index = Int32(moves.count)
    moves.append(Move(registerClass: registerClass, from: from, to: to))
    let needed = max(from.locationIndex, to.locationIndex) + 1
    while readers.count < needed {
      readers.append(0)
      writer.append(-1)
    }
    readers[from.locationIndex] += 1
    writer[to.locationIndex] = index
  }

  /// Adds the rematerialisation of `register` in `to`, which comes after all moves.
  public mutating func addRematerialisation(
    of register: VirtualRegister, _ registerClass: RegisterClass, to: Allocation
  ) {
    rematerialisations.append(
      Edit(
        position: 0, registerClass: registerClass, from: .rematerialise, to: to,
        rematerialised: register))
  }

  /// Appends the moves that need no temporary. Returns whether there are cycles, so that
  /// `resolveCycles` must follow.
  public mutating func resolveChains(position: UInt32, into edits: inout [Edit]) -> Bool {
    pendingCount = moves.count
    ready.removeAll(keepingCapacity: true)
    for index in moves.indices where readers[moves[index].to.locationIndex] == 0 {
      ready.append(Int32(index))
    }
    drain(position: position, into: &edits)
    if pendingCount > 0 { return true }
    finish(position: position, into: &edits)
    return false
  }

  /// Appends the cycles. Breaks each with x31, a free register or the scratch slot (two units at an
  /// even index). Returns whether the scratch slot is used.
  public mutating func resolveCycles(
    position: UInt32, free: FreeRegisters, scratchSlot: UInt32, into edits: inout [Edit]
  ) -> Bool {
    var usesScratch = false
    for index in moves.indices where !moves[index].isDone {
      // The remaining moves form disjoint cycles: each destination is read by one move.
      let saved = moves[index].to
      var last = index
      var hasSlotToSlot = false
      while true {
        hasSlotToSlot = hasSlotToSlot || (moves[last].from.isSlot && moves[last].to.isSlot)
        if moves[last].from == saved { break }
        last = Int(writer[moves[last].from.locationIndex])
      }
      let registerClass = moves[last].registerClass
      let place: Allocation
      if registerClass == .x && !hasSlotToSlot {
        place = .temporary
      } else if let register = free.first(of: registerClass) {
        place = register
      } else {
        place = .slot(scratchSlot)
        usesScratch = true
      }
      emit(registerClass, from: saved, to: place, position: position, into: &edits)
      moves[last].from = place
      readers[saved.locationIndex] = 0
      ready.append(Int32(index))
      drain(position: position, into: &edits)
    }
    finish(position: position, into: &edits)
    return usesScratch
  }

  /// Emits the ready moves, and those that become ready.
  private mutating func drain(position: UInt32, into edits: inout [Edit]) {
    while let index = ready.popLast() {
      let move = moves[Int(index)]
      emit(move.registerClass, from: move.from, to: move.to, position: position, into: &edits)
      moves[Int(index)].isDone = true
      pendingCount -= 1
      writer[move.to.locationIndex] = -1
      let source = move.from.locationIndex
      guard source < readers.count, readers[source] > 0 else { continue }
      readers[source] -= 1
      if readers[source] == 0, writer[source] >= 0 { ready.append(writer[source]) }
    }
  }

  private func finish(position: UInt32, into edits: inout [Edit]) {
    for var edit in rematerialisations {
      edit.position = position
      edits.append(edit)
    }
  }

  private func emit(
    _ registerClass: RegisterClass, from: Allocation, to: Allocation, position: UInt32,
    into edits: inout [Edit]
  ) {
    guard let source = from.slot, let target = to.slot else {
      edits.append(
        Edit(
          position: position, registerClass: registerClass, from: from, to: to,
          rematerialised: .none))
      return
    }
    for unit in 0..<(registerClass == .v ? 2 : 1) as Range<UInt32> {
      edits.append(
        Edit(
          position: position, registerClass: .x, from: .slot(source + unit), to: .temporary,
          rematerialised: .none))
      edits.append(
        Edit(
          position: position, registerClass: .x, from: .temporary, to: .slot(target + unit),
          rematerialised: .none))
    }
  }
}
