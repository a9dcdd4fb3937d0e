/// A function's cells, divided into runs. The cells of a run are executed one after another from the
/// first on, and nothing branches into it. So one counter tells how often each of them was executed, a
/// run that traps counting as a whole.
struct CountedFunction: Sendable {
  struct Cell {
    /// In the threaded code, in bytes.
    let offset: UInt32
    let handler: HandlerID
  }

  private struct Run {
    /// The offset of its counter.
    let counter: UInt32
    let firstCell: UInt32
    let continues: Bool
  }

  private(set) var cells: [Cell] = []
  private var runs: [Run] = []

  mutating func beginRun(counter: Int, continues: Bool) {
    runs.append(
      Run(counter: UInt32(counter), firstCell: UInt32(cells.count), continues: continues))
  }

  mutating func append(_ cell: Cell) { cells.append(cell) }

  /// How many cells precede the first run: one if calls of the function may skip it, which they do by
  /// executing it themselves, otherwise none.
  var skippedCells: Int { runs.first.map { Int($0.firstCell) } ?? cells.count }

  var runCount: Int { runs.count }

  /// Whether a run is reached only from the branch at the end of the one before it.
  func continues(run: Int) -> Bool { runs[run].continues }

  /// Where the counter of a run is in the threaded code, in bytes.
  func counter(ofRun run: Int) -> Int { Int(runs[run].counter) }

  /// The cells of a run; empty if a branch goes to where the run would begin.
  func cells(ofRun run: Int) -> ArraySlice<Cell> {
    let end = run + 1 < runs.count ? Int(runs[run + 1].firstCell) : cells.count
    return cells[Int(runs[run].firstCell)..<end]
  }
}

extension Emission {
  /// Whether the cell of the item at `index` is preceded by the counter of the function's entry, which
  /// only the cell before executes, and by the counter of a run.
  ///
  /// Calls push the frame of a callee themselves if its first cell does nothing else. So that they also
  /// do when they are counted, the counter of the entry follows that cell.
  func counters(before index: Int) -> (entry: Bool, run: Bool) {
    guard options.countsDispatches else { return (false, false) }
    let items = selection.items
    let entryIsSecond = callsMayPush
    if index == 0 { return (false, !entryIsSecond) }
    let beginsRun =
      items[index].flags.contains(.isTarget)
      || !items[index - 1].flags.isDisjoint(with: .endsRun) || hasSideExit(cells.last)
    return (index == 1 && entryIsSecond, beginsRun)
  }

  private var callsMayPush: Bool {
    guard let first = selection.items.first, selection.items.count > 1, !checks(0) else {
      return false
    }
    return HandlerFamily.push_frame_save.index(of: first.handler) != nil
  }

  /// Whether a cell may branch before its last item.
  private func hasSideExit(_ cell: CellPlan?) -> Bool {
    guard let cell else { return false }
    return selection.items[Int(cell.first)..<Int(cell.first) + Int(cell.count)].contains {
      $0.flags.contains(.isConditional)
    }
  }

  /// Whether a run that begins with the item at `index` is reached only from the cell before, which branches.
  private func continuesRun(_ index: Int) -> Bool {
    index > 0 && !selection.items[index].flags.contains(.isTarget)
      && selection.items[index - 1].flags.isDisjoint(with: [.isTerminator, .isCall])
  }

  func countedFunction() -> CountedFunction {
    var result = CountedFunction()
    for cell in cells {
      let offset = Int(offsets[Int(cell.first)])
      let size = CellPlace.count_run.cellSize
      let end = offset - (checks(Int(cell.first)) ? 8 : 0)
      for counter in 0..<Int(cell.counters) {
        result.beginRun(
          counter: end - size * (Int(cell.counters) - counter) + CellPlace.count_run.counter,
          continues: continuesRun(Int(cell.first)))
      }
      result.append(CountedFunction.Cell(offset: UInt32(offset), handler: cell.handler))
    }
    return result
  }
}
