/// Follows the headers of windows from the innermost one outwards. No instruction of a guest writes them.
struct WindowWalk {
  /// Whether the walk has ended at a function called by the host.
  private(set) var isComplete = false

  private let registry: CodeRegistry
  private let hostReturn: UInt
  private var cell: UInt
  private var window: UnsafeMutableRawPointer
  /// That of the instance whose function `next` gives next.
  private(set) var context: UInt

  /// Starts at the cell at `cell`, which runs in `window` and in the instance of `context`.
  init(
    registry: CodeRegistry, cell: UInt, window: UnsafeMutableRawPointer, context: UInt,
    hostReturn: UInt
  ) {
    self.registry = registry
    self.hostReturn = hostReturn
    self.cell = cell
    self.window = window
    self.context = context
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
    while true {
      let returnCell = window.load(fromByteOffset: Window.returnCell, as: UInt.self)
      isComplete = returnCell == hostReturn
      if isComplete { return }
      window = window.load(fromByteOffset: Window.caller, as: UnsafeMutableRawPointer.self)
      guard returnCell == UInt(bitPattern: SharedCells.returnFromInstance) else {
        // The return address is just after the call's cell.
        cell = returnCell - 1
        return
      }
      context = window.load(fromByteOffset: Window.Bridge.context, as: UInt.self)
    }
  }
}
