import CSupport

// Threaded code (Bell, "Threaded code", CACM 1973): cells of 8-byte words, of which the first is the
// address of the cell's handler.
//
// A handler ends with a call of the next cell's handler. In optimised code the call is a jump, and the
// state that most handlers need stays in machine registers. Values with destructors, constants in
// globals and merging of similar functions (see Package.swift) would break this;
// Tests/check-handlers.py checks it.

/// The address of a cell.
typealias Cell = UnsafeRawPointer

/// The address of a machine's state block (see `StateLayout`), or of the current window (see `Window`).
typealias Registers = UnsafeMutableRawPointer

/// The state block of the machine that has these registers.
@inline(__always)
func stateBlock(_ r: Registers) -> UnsafeMutableRawPointer {
  pointer(UInt(bitPattern: r) & ~UInt(StateLayout.alignment - 1))
}

/// Runs one cell and those that follow, until the guest returns to the host (0) or traps.
///
/// The parameters, in order: the cell; the registers; the accumulator, which holds the last integer
/// result; a scratch register without meaning (on x86-64 a shift needs its count in the register of the
/// fourth argument, which must not cost two moves); base and length of the memory, which always equal
/// x28 and x29; the float accumulator, which holds the last float or vector result.
typealias Handler =
  @convention(c) (Cell, Registers, UInt64, UInt64, UInt, UInt, FloatAccumulator) -> Int

/// The handler that ends a run. It does not need the float accumulator, so handlers that may trap need not
/// keep it.
typealias StopHandler = @convention(c) (Cell, Registers, UInt64, UInt64, UInt, UInt) -> Int

/// One vector register. A float is in its lowest lane, and the others are undefined: so neither a result
/// nor a use of it costs an instruction.
typealias FloatAccumulator = pulley_float_accumulator

#if DEBUG
  /// The value that a handler returns to the loop in `runCells`, which replaces tail calls.
  let keepRunning = -1

  /// Lets the loop call the handler of `p`.
  @inline(__always)
  func next(
    _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
  ) -> Int {
    let state = stateBlock(r)
    state.storeBytes(of: p, toByteOffset: StateLayout.pendingCell, as: Cell.self)
    state.storeBytes(of: r, toByteOffset: StateLayout.pendingRegisters, as: Registers.self)
    put64(state, StateLayout.pendingAccumulator, a)
    put64(state, StateLayout.pendingScratch, s)
    put64(state, StateLayout.pendingMemoryBase, UInt64(m))
    put64(state, StateLayout.pendingMemoryLength, UInt64(l))
    putV(state, StateLayout.pendingFloat, v.bits)
    return keepRunning
  }

  @inline(__always)
  func nextTaken(
    _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
  ) -> Int {
    next(p, r, a, s, m, l, v)
  }

  /// Runs from `p` until the guest stops.
  func runCells(_ p: Cell, _ r: Registers, _ a: UInt64, _ m: UInt, _ l: UInt) -> Int {
    let state = stateBlock(r)
    var result = handler(at: p)(p, r, a, 0, m, l, FloatAccumulator())
    while result == keepRunning {
      let cell = state.load(fromByteOffset: StateLayout.pendingCell, as: Cell.self)
      result = handler(at: cell)(
        cell, state.load(fromByteOffset: StateLayout.pendingRegisters, as: Registers.self),
        get64(state, StateLayout.pendingAccumulator), get64(state, StateLayout.pendingScratch),
        UInt(get64(state, StateLayout.pendingMemoryBase)),
        UInt(get64(state, StateLayout.pendingMemoryLength)),
        FloatAccumulator(
          bits: getV(state, StateLayout.pendingFloat, as: SIMD2<UInt64>.self)))
    }
    return result
  }
#else
  /// Continues with the cell at `p`.
  @inline(__always)
  func next(
    _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
  ) -> Int {
    handler(at: p)(p, r, a, s, m, l, v)
  }

  /// The same, for a branch that is taken. The disguise keeps the compiler from merging both ends of a
  /// branch into one indirect jump: processors predict two jumps better.
  @inline(__always)
  func nextTaken(
    _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
  )
    -> Int
  {
    typealias Disguised =
      @convention(c) (Cell, UInt, UInt64, UInt64, UInt, UInt, FloatAccumulator) -> Int
    let handler = unsafeBitCast(p.load(as: UnsafeRawPointer.self), to: Disguised.self)
    return handler(p, UInt(bitPattern: r), a, s, m, l, v)
  }

  /// Runs from `p` until the guest stops.
  @inline(never)
  func runCells(_ p: Cell, _ r: Registers, _ a: UInt64, _ m: UInt, _ l: UInt) -> Int {
    handler(at: p)(p, r, a, 0, m, l, FloatAccumulator())
  }
#endif

@inline(__always)
func handler(at p: Cell) -> Handler {
  unsafeBitCast(p.load(as: UnsafeRawPointer.self), to: Handler.self)
}

/// Stops the guest at `p`.
///
/// It jumps through a pointer that the compiler cannot analyse. Otherwise the compiler would infer the
/// result and turn the jump into a call with a frame.
@inline(__always)
func trap(_ p: Cell, _ r: Registers, _ kind: TrapKind, _ m: UInt, _ l: UInt) -> Int {
  let stop = unsafeBitCast(
    stateBlock(r).load(fromByteOffset: StateLayout.stopHandler, as: UnsafeRawPointer.self),
    to: StopHandler.self)
  return stop(p, r, UInt64(kind.rawValue), 0, m, l)
}

/// The end of every trap: stores the cell and the kind in the state block.
@c(pulley_h_stop)
func h_stop(_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt) -> Int {
  let state = stateBlock(r)
  state.storeBytes(of: p, toByteOffset: StateLayout.stoppedAt, as: Cell.self)
  state.storeBytes(of: r, toByteOffset: StateLayout.stoppedWindow, as: Registers.self)
  put64(state, StateLayout.trapKind, a)
  return Int(truncatingIfNeeded: a)
}
