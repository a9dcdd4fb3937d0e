/// Follows return addresses up a guest's stack. The stack may hold anything: the guest can write to it.
struct FrameWalk {
  /// An activation of a function.
  struct Frame {
    let location: CodeLocation
    /// An address in the cell that runs, or that has called.
    let cell: UInt
    /// The address of its frame, if it has pushed one.
    let framePointer: UInt?
  }

  /// Whether the walk has ended at a function called by the host.
  private(set) var isComplete = false

  private let stack: Range<UInt>
  private let hostReturn: UInt
  private let registry: CodeRegistry
  private var cell: UInt
  private var framePointer: UInt
  private var returnAddress: UInt
  private var isInnermost = true
  /// Whether the last frame was invalid, so that outer frames cannot be found.
  private var isBroken = false

  /// Starts at `cell`. Frames must be within `stack`; `hostReturn` is the return address of functions
  /// that the host called.
  init(
    stack: Range<UInt>, hostReturn: UInt, registry: CodeRegistry, cell: UInt, framePointer: UInt,
    returnAddress: UInt
  ) {
    self.stack = stack
    self.hostReturn = hostReturn
    self.registry = registry
    self.cell = cell
    self.framePointer = framePointer
    self.returnAddress = returnAddress
  }

  /// The next outer frame; nil at the end, or where the stack is invalid.
  mutating func next() -> Frame? {
    guard !isComplete, !isBroken, let place = registry.locate(cell) else { return nil }
    let current = cell
    guard place.hasFrame else {
      // Only the innermost function can be without a frame: a function that calls has pushed one.
      guard isInnermost else { return nil }
      advance(to: returnAddress)
      return Frame(location: place.location, cell: current, framePointer: nil)
    }
    let frame = framePointer
    // Outer frames are at higher addresses.
    guard let header = header(at: frame),
      header.returnAddress == hostReturn || header.framePointer > frame
    else {
      isBroken = true
      return Frame(location: place.location, cell: current, framePointer: nil)
    }
    framePointer = header.framePointer
    advance(to: header.returnAddress)
    return Frame(location: place.location, cell: current, framePointer: frame)
  }

  private mutating func advance(to address: UInt) {
    isInnermost = false
    isComplete = address == hostReturn
    // The return address is just after the call's cell.
    cell = address &- 1
  }

  /// The frame header that a function pushed.
  private func header(at frame: UInt) -> (framePointer: UInt, returnAddress: UInt)? {
    guard frame & 7 == 0, stack.contains(frame), stack.upperBound - frame >= 16 else { return nil }
    return (load(frame, as: UInt.self), load(frame + 8, as: UInt.self))
  }
}
