/// Follows the headers of windows from the innermost one outwards. No instruction of a guest writes them.
struct WindowWalk {
  /// Whether the walk has ended at a function called by the host.
  private(set) var isComplete = false

  private let registry: CodeRegistry
  private let hostReturn: UInt
  private var cell: UInt
  private var window: UnsafeMutableRawPointer

  /// Starts at the cell at `cell`, which runs in `window`.
  init(
    registry: CodeRegistry, cell: UInt, window: UnsafeMutableRawPointer, hostReturn: UInt
  ) {
    self.registry = registry
    self.hostReturn = hostReturn
    self.cell = cell
    self.window = window
    // A call of no function stops in a cell that belongs to none.
    if SharedCells.contains(cell) { leave() }
  }

  /// The next outer function; nil at the end.
  mutating func next() -> CodeLocation? {
    guard !isComplete, let place = registry.locate(cell) else { return nil }
    leave()
    return place.location
  }

  /// Continues with the caller, through the windows of calls to other instances.
  private mutating func leave() {
    var returnCell: UInt
    repeat {
      returnCell = window.load(fromByteOffset: Window.returnCell, as: UInt.self)
      isComplete = returnCell == hostReturn
      if isComplete { return }
      window = window.load(fromByteOffset: Window.caller, as: UnsafeMutableRawPointer.self)
    } while returnCell == UInt(bitPattern: SharedCells.returnFromInstance)
    // The return address is just after the call's cell.
    cell = returnCell - 1
  }
}
