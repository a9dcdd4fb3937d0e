/// Follows return addresses up a guest's stack. What stands there may be anything: the guest can
/// write to it.
struct FrameWalk {
  /// What was found, innermost first.
  private(set) var locations: [CodeLocation] = []
  private let stack: Range<UInt>
  private let hostReturn: UInt

  /// Frames lie within `stack`; `hostReturn` is where functions called by the host return to.
  init(stack: Range<UInt>, hostReturn: UInt) {
    self.stack = stack
    self.hostReturn = hostReturn
  }

  /// Adds the location of `cell` and those of its callers. False if that did not end at a function
  /// called by the host.
  mutating func follow(
    cell: UInt, framePointer: UInt, returnAddress: UInt, _ registry: CodeRegistry
  ) -> Bool {
    guard var place = registry.locate(cell), add(place.location) else { return false }
    var frame = framePointer
    // Only the innermost function can be without a frame: one that calls has pushed its own.
    var next = returnAddress
    if place.hasFrame {
      guard let header = header(at: frame) else { return false }
      (frame, next) = (header.framePointer, header.returnAddress)
    }
    while next != hostReturn {
      // The return address is behind the call's cell.
      guard let caller = registry.locate(next &- 1), add(caller.location) else { return false }
      place = caller
      guard place.hasFrame, let header = header(at: frame) else { return false }
      // Frames further out lie higher.
      guard header.returnAddress == hostReturn || header.framePointer > frame else { return false }
      (frame, next) = (header.framePointer, header.returnAddress)
    }
    return true
  }

  private mutating func add(_ location: CodeLocation) -> Bool {
    guard locations.count < Trap.backtraceLimit else { return false }
    locations.append(location)
    return true
  }

  /// The words that a function pushed at its start.
  private func header(at frame: UInt) -> (framePointer: UInt, returnAddress: UInt)? {
    guard frame & 7 == 0, stack.contains(frame), stack.upperBound - frame >= 16 else { return nil }
    return (load(frame, as: UInt.self), load(frame + 8, as: UInt.self))
  }
}
