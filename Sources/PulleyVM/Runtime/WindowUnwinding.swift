/// Searches windows, from the innermost one outwards, for the handler of an exception.
///
/// A window keeps all values of its function, and no callee has changed them, so continuing in a handler
/// restores nothing but the context of the handler's instance.
struct WindowUnwinding {
  /// Where the guest continues.
  struct Target {
    let cell: UnsafeRawPointer
    let window: UnsafeMutableRawPointer
    /// Where the handler finds the exception's payloads: the outgoing area of its function.
    let outgoing: UnsafeMutableRawPointer
    let context: UInt64
    let memoryRecord: UInt64
  }

  let registry: CodeRegistry
  let hostReturn: UInt

  /// The handler of exceptions with a tag for the call in the cell at `cell`, which runs in `window` of the
  /// instance with this context; or that of a call further out in the same run. Nil if there is none.
  func target(
    of tag: UInt64, cell: UInt, window: UnsafeMutableRawPointer, context: UInt64,
    memoryRecord: UInt64
  ) -> Target? {
    var (cell, window) = (cell, window)
    var (context, memoryRecord) = (context, memoryRecord)
    while true {
      let catcher = registry.catcher(at: cell) { cellOfTag in
        loadWord(context &+ UInt64(cellOfTag)) == tag
      }
      if let catcher {
        return Target(
          cell: UnsafeRawPointer(pointer(catcher.cell)), window: window,
          outgoing: window + Int(catcher.outgoing),
          context: context, memoryRecord: memoryRecord)
      }
      var returnCell: UInt
      repeat {
        returnCell = window.load(fromByteOffset: Window.returnCell, as: UInt.self)
        if returnCell == hostReturn { return nil }
        window = window.load(fromByteOffset: Window.caller, as: UnsafeMutableRawPointer.self)
        guard returnCell == UInt(bitPattern: SharedCells.returnFromInstance) else { break }
        context = get64(window, Window.Bridge.context)
        memoryRecord = get64(window, Window.Bridge.memoryRecord)
      } while true
      // The return address is just after the call's cell.
      cell = returnCell - 1
    }
  }
}
