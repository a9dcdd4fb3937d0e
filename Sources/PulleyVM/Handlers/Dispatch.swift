/// Threaded code: cells of 8-byte words, the first word of a cell being the address of its handler.
///
/// A handler ends by calling the next cell's handler. Optimised, that call is a jump; all state
/// that most handlers need stays in machine registers. What breaks this: anything with a
/// destructor, constants kept in globals, merging of alike functions (see Package.swift).
/// Tests/check-handlers.py watches over it.

/// The address of a cell.
typealias Cell = UnsafeRawPointer

/// The address of a machine's state block; see `StateLayout`.
typealias Registers = UnsafeMutableRawPointer

/// Runs one cell and those that follow, until the guest returns to the host (0) or traps.
///
/// The parameters, in order: the cell; the registers; the accumulator, which holds the integer
/// result written last; a scratch register, which carries nothing (machine registers have fixed
/// roles on some processors: a shift's count in the fourth argument's register must not cost two
/// moves); base and length of the memory in x28 and x29, which always equal those registers.
typealias Handler =
  @convention(c) (Cell, Registers, UInt64, UInt64, UInt, UInt) -> Int

#if DEBUG
  /// What a handler returns to the loop in `runCells` that stands in for tail calls.
  let goOn = -1

  /// Leaves to the loop to call the handler of `p`.
  @inline(__always)
  func next(_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt) -> Int {
    r.storeBytes(of: p, toByteOffset: StateLayout.pendingCell, as: Cell.self)
    put64(r, StateLayout.pendingAccumulator, a)
    put64(r, StateLayout.pendingScratch, s)
    put64(r, StateLayout.pendingMemoryBase, UInt64(m))
    put64(r, StateLayout.pendingMemoryLength, UInt64(l))
    return goOn
  }

  @inline(__always)
  func nextTaken(
    _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt
  ) -> Int {
    next(p, r, a, s, m, l)
  }

  /// Runs from `p` until the guest stops.
  func runCells(_ p: Cell, _ r: Registers, _ a: UInt64, _ m: UInt, _ l: UInt) -> Int {
    var result = handler(at: p)(p, r, a, 0, m, l)
    while result == goOn {
      let cell = r.load(fromByteOffset: StateLayout.pendingCell, as: Cell.self)
      result = handler(at: cell)(
        cell, r, get64(r, StateLayout.pendingAccumulator), get64(r, StateLayout.pendingScratch),
        UInt(get64(r, StateLayout.pendingMemoryBase)),
        UInt(get64(r, StateLayout.pendingMemoryLength)))
    }
    return result
  }
#else
  /// Goes on with the cell at `p`.
  @inline(__always)
  func next(_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt) -> Int {
    handler(at: p)(p, r, a, s, m, l)
  }

  /// The same, for a branch that is taken. The compiler must not see that it is the same: it
  /// would join both ends of a branch in one indirect jump, and predicting two is easier.
  @inline(__always)
  func nextTaken(_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt)
    -> Int
  {
    typealias Disguised = @convention(c) (Cell, UInt, UInt64, UInt64, UInt, UInt) -> Int
    let handler = unsafeBitCast(p.load(as: UnsafeRawPointer.self), to: Disguised.self)
    return handler(p, UInt(bitPattern: r), a, s, m, l)
  }

  /// Runs from `p` until the guest stops.
  @inline(never)
  func runCells(_ p: Cell, _ r: Registers, _ a: UInt64, _ m: UInt, _ l: UInt) -> Int {
    handler(at: p)(p, r, a, 0, m, l)
  }
#endif

@inline(__always)
func handler(at p: Cell) -> Handler {
  unsafeBitCast(p.load(as: UnsafeRawPointer.self), to: Handler.self)
}

/// Stops the guest at `p`.
///
/// It ends through a pointer that the compiler cannot see through: else it would work out
/// what is returned, and turn the jump that this is in a handler into a call with a frame.
@inline(__always)
func trap(_ p: Cell, _ r: Registers, _ kind: TrapKind, _ m: UInt, _ l: UInt) -> Int {
  let stop = unsafeBitCast(
    r.load(fromByteOffset: StateLayout.stopHandler, as: UnsafeRawPointer.self), to: Handler.self)
  return stop(p, r, UInt64(kind.rawValue), 0, m, l)
}

/// Where every trap ends: leaves the cell and the kind in the state block.
@c(pulley_h_stop)
func h_stop(_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt) -> Int {
  r.storeBytes(of: p, toByteOffset: StateLayout.stoppedAt, as: Cell.self)
  put64(r, StateLayout.trapKind, a)
  return Int(truncatingIfNeeded: a)
}
