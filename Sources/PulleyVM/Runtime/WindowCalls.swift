import CSupport
import PulleyISA

// The handlers of images with windows that are written by hand. See `Window`.

/// Whether a call may make a window at `n`.
@inline(__always)
func hasRoom(_ n: Registers) -> Bool {
  UInt64(UInt(bitPattern: n)) <= get64(stateBlock(n), StateLayout.windowLimit)
}

/// Makes the header of window `n`.
@inline(__always)
func link(_ n: Registers, _ r: Registers, _ q: Cell) {
  n.storeBytes(of: q, toByteOffset: Window.returnCell, as: Cell.self)
  n.storeBytes(of: r, toByteOffset: Window.caller, as: Registers.self)
}

// MARK: - Calls by reference

/// Calls the function whose entry is in a register. x0 is its context, or the record of a host function.
/// What `wcall_indirect` does if the function has another context.
@inline(never)
func callOtherContext(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wcall_indirect
  let n = r + field(p, Place.window)
  let entry = get64(r, field(p, Place.address))
  let target = address(entry).assumingMemoryBound(to: FunctionEntry.self)
  link(n, r, p + Place.cellSize)
  if target.pointee.shape.isThunk { return next(target.pointee.code, n, entry, s, m, l, v) }
  guard let code = predecoded(address(entry), r) else { return trap(p, r, .interrupted, m, l) }
  let shape = target.pointee.shape
  let callee = n + (shape.extent + Window.headerBytes)
  guard hasRoom(callee) else { return trap(p, r, .stackOverflow, m, l) }
  shape.copy(from: n, to: callee)
  let context = get64(n, StateLayout.x(0))
  put64(callee, StateLayout.x(0), context)
  noteReturn(in: n, to: callee, shape)
  let (base, length) = enterContext(
    context, memoryOffset: target.pointee.memoryOffset, stateBlock(r))
  return next(code, callee, entry, s, base, length, FloatAccumulator())
}

/// Notes in the window `bridge` of a call what the return from the window `callee` restores.
@inline(__always)
private func noteReturn(in bridge: Registers, to callee: Registers, _ shape: CallShape) {
  let state = stateBlock(bridge)
  put64(bridge, Window.Bridge.context, get64(state, StateLayout.context))
  put64(bridge, Window.Bridge.memoryRecord, get64(state, StateLayout.memoryRecord))
  put64(bridge, Window.Bridge.callee, bits(UnsafeRawPointer(callee)))
  put64(bridge, Window.Bridge.shape, UInt64(shape.rawBits))
  link(callee, bridge, SharedCells.returnFromInstance)
}

/// Makes a context that of the running instance. Returns base and length of its memory 0.
@inline(__always)
func enterContext(
  _ context: UInt64, memoryOffset: UInt32, _ state: UnsafeMutableRawPointer
) -> (UInt, UInt) {
  let record = memoryOffset == 0 ? 0 : loadWord(context &+ UInt64(memoryOffset))
  put64(state, StateLayout.context, context)
  put64(state, StateLayout.memoryRecord, record)
  return loadMemory(record)
}

/// Base and length of a memory with this record; 0 is no memory.
@inline(__always)
func loadMemory(_ record: UInt64) -> (UInt, UInt) {
  guard record != 0 else { return (0, 0) }
  return (
    UInt(truncatingIfNeeded: loadWord(record)), UInt(truncatingIfNeeded: loadWord(record &+ 8))
  )
}

/// The cell that a function of another instance returns to, in the window that the caller made for the
/// call.
@c(pulley_h_return_from_instance) @inline(__always)
func h_return_from_instance(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let state = stateBlock(r)
  let record = get64(r, Window.Bridge.memoryRecord)
  put64(state, StateLayout.context, get64(r, Window.Bridge.context))
  put64(state, StateLayout.memoryRecord, record)
  let callee = pointer(UInt(truncatingIfNeeded: get64(r, Window.Bridge.callee)))
  CallShape(bits: UInt32(truncatingIfNeeded: get64(r, Window.Bridge.shape)))
    .copy(from: callee, to: r)
  let (m, l) = loadMemory(record)
  return next(
    address(get64(r, Window.returnCell)),
    pointer(UInt(truncatingIfNeeded: get64(r, Window.caller))), get64(r, StateLayout.x(0)), s, m, l,
    FloatAccumulator())
}

// MARK: - Tail calls

// Each ends in a jump to the next handler, after all calls of other functions.

/// Calls a function of the instance in place of the current one.
@c(pulley_h_wtail) @inline(__always)
func h_wtail(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let entry = cell(p, CellPlace.wtail.entry).assumingMemoryBound(to: FunctionEntry.self)
  guard let code = knownCode(entry, r) else { return trap(p, r, .interrupted, m, l) }
  entry.pointee.shape.copy(from: r + Int(unsigned32(p, CellPlace.wtail.window)), to: r)
  return next(code, r, bits(entry), s, m, l, v)
}

/// The same for the function whose entry is in a register. x0 of the outgoing area is its context, or the
/// record of a host function.
@c(pulley_h_wtail_indirect) @inline(__always)
func h_wtail_indirect(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wtail_indirect
  let n = r + Int(unsigned32(p, Place.window))
  let entry = address(get64(r, Int(unsigned32(p, Place.address))))
    .assumingMemoryBound(to: FunctionEntry.self)
  guard let code = knownCode(entry, r) else { return trap(p, r, .interrupted, m, l) }
  let window = prepareTailCall(entry, r, n)
  guard window == r || hasRoom(window) else { return trap(p, r, .stackOverflow, m, l) }
  let (base, length) = loadMemory(get64(stateBlock(r), StateLayout.memoryRecord))
  return next(code, window, bits(entry), s, base, length, v)
}

/// The code of a function whose shape is known then.
@inline(__always)
private func knownCode(_ entry: UnsafePointer<FunctionEntry>, _ r: Registers) -> Cell? {
  // Every function that is predecoded takes a context.
  entry.pointee.shape.xCount > 0 ? entry.pointee.code : predecoded(entry, r)
}

/// Moves the arguments of a tail call from the outgoing area `n` to the window that the callee gets, and
/// enters its context. Returns that window, for which there may be no room: but there is for the arguments,
/// above every window.
@inline(never)
private func prepareTailCall(
  _ entry: UnsafePointer<FunctionEntry>, _ r: Registers, _ n: Registers
) -> Registers {
  let shape = entry.pointee.shape
  let state = stateBlock(r)
  let context = get64(n, StateLayout.x(0))
  let isForeign = !shape.isThunk && context != get64(state, StateLayout.context)
  // A return to another instance restores the context of that one already.
  let isBridged =
    r.load(fromByteOffset: Window.returnCell, as: Cell.self) == SharedCells.returnFromInstance
  let callee = isForeign && !isBridged ? r + (shape.extent + Window.headerBytes) : r
  callee.copyMemory(from: n, byteCount: shape.extent)
  put64(callee, StateLayout.x(0), context)
  if callee != r { noteReturn(in: r, to: callee, shape) }
  if isForeign {
    _ = enterContext(context, memoryOffset: entry.pointee.memoryOffset, state)
  }
  return callee
}

// MARK: - Calling the host

/// Calls the host function that x0 of the outgoing area points to, if its signature is the one in the
/// operand.
@c(pulley_h_wcall_host) @inline(__always)
func h_wcall_host(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wcall_host
  return callHost(
    p, Place.cellSize, r, r + field(p, Place.window), top: Int(unsigned32(p, Place.top)), s, m, l,
    signature: unsigned32(p, Place.signature))
}

/// The same; the index of the signature in the image's table is in a register, and the table's address
/// and length are operands.
@c(pulley_h_wcall_host_escape) @inline(__always)
func h_wcall_host_escape(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wcall_host_escape
  let index = get32(r, field(p, Place.index))
  guard UInt64(index) < word(p, Place.count) else {
    return trap(p, r, .hostSignatureMismatch, m, l)
  }
  let signature = cell(p, Place.signatures).load(fromByteOffset: 4 * Int(index), as: UInt32.self)
  return callHost(
    p, Place.cellSize, r, r + field(p, Place.window), top: Int(unsigned32(p, Place.top)), s, m, l,
    signature: signature)
}

@inline(__always)
private func callHost(
  _ p: Cell, _ size: Int, _ r: Registers, _ n: Registers, top: Int, _ s: UInt64, _ m: UInt,
  _ l: UInt, signature: UInt32
) -> Int {
  let function = get64(n, StateLayout.x(0))
  guard function != 0 else { return trap(p, r, .nullAddress, m, l) }
  let host = pointer(UInt(truncatingIfNeeded: function))
  guard host.load(fromByteOffset: HostFunction.signatureOffset, as: UInt32.self) == signature else {
    return trap(p, r, .hostSignatureMismatch, m, l)
  }
  let state = stateBlock(r)
  // If the host runs guest code again, a backtrace continues from here, and its windows are above.
  state.storeBytes(of: p, toByteOffset: StateLayout.stoppedAt, as: Cell.self)
  state.storeBytes(of: r, toByteOffset: StateLayout.stoppedWindow, as: Registers.self)
  state.storeBytes(of: r + top, toByteOffset: StateLayout.windowTop, as: Registers.self)
  n.storeBytes(of: n + Window.stackArea, toByteOffset: StateLayout.sp, as: Registers.self)
  let invoke = unsafeBitCast(
    host.load(as: UnsafeRawPointer.self), to: HostFunction.Invoke.self)
  let status = invoke(n, host)
  guard status == 0 else { return hostFailed(status, p, r, s, m, l) }
  // The host may have grown or moved the memory.
  let (base, length) = loadMemory(get64(state, StateLayout.memoryRecord))
  return next(p + size, r, get64(n, StateLayout.x(0)), s, base, length, FloatAccumulator())
}

/// Continues in the handler of the exception that a host function has thrown, or stops the guest.
@inline(__always)
private func hostFailed(
  _ status: Int32, _ p: Cell, _ r: Registers, _ s: UInt64, _ m: UInt, _ l: UInt
) -> Int {
  guard status == HostFunction.threw else { return trap(p, r, .host, m, l) }
  guard let target = exceptionHandler(p, r) else {
    return trap(p, r, .uncaughtException, m, l)
  }
  let (base, length) = loadMemory(target.memoryRecord)
  return next(target.cell, target.window, 0, s, base, length, FloatAccumulator())
}

@inline(never)
private func exceptionHandler(_ p: Cell, _ r: Registers) -> WindowUnwinding.Target? {
  Machine.machine(of: r).findHandler(from: UInt(bitPattern: p), in: r)
}

// MARK: - Large frames

/// Moves the window of a function whose frame 16 bits do not address up, and with it what the function
/// has received: `extent` bytes. What the function spills is below the new window.
@c(pulley_h_wenter_large) @inline(__always)
func h_wenter_large(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wenter_large
  let n = r + Int(unsigned32(p, Place.size))
  guard hasRoom(n) else { return trap(p, r, .stackOverflow, m, l) }
  moveWindow(from: r, to: n, Int(unsigned32(p, Place.extent)))
  return next(p + Place.cellSize, n, a, s, m, l, v)
}

/// The reverse, before a return or a tail call; `extent` is that of the results.
@c(pulley_h_wleave_large) @inline(__always)
func h_wleave_large(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wleave_large
  let n = r - Int(unsigned32(p, Place.size))
  moveWindow(from: r, to: n, Int(unsigned32(p, Place.extent)))
  return next(p + Place.cellSize, n, a, s, m, l, v)
}

@inline(never)
private func moveWindow(from source: Registers, to target: Registers, _ extent: Int) {
  let header = Window.headerBytes
  (target - header).copyMemory(from: source - header, byteCount: header + extent)
}

@c(pulley_h_wslot_load64) @inline(__always)
func h_wslot_load64(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wslot_load64
  put64(r, field(p, Place.value), get64(r, offset(p, Place.offset)))
  return next(p + Place.cellSize, r, a, s, m, l, v)
}

@c(pulley_h_wslot_load128) @inline(__always)
func h_wslot_load128(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wslot_load128
  let value = getV(r, offset(p, Place.offset), as: SIMD2<UInt64>.self)
  putV(r, field(p, Place.value), value)
  return next(p + Place.cellSize, r, a, s, m, l, v)
}

@c(pulley_h_wslot_store64) @inline(__always)
func h_wslot_store64(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wslot_store64
  put64(r, offset(p, Place.offset), get64(r, field(p, Place.value)))
  return next(p + Place.cellSize, r, a, s, m, l, v)
}

@c(pulley_h_wslot_store128) @inline(__always)
func h_wslot_store128(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.wslot_store128
  let value = getV(r, field(p, Place.value), as: SIMD2<UInt64>.self)
  putV(r, offset(p, Place.offset), value)
  return next(p + Place.cellSize, r, a, s, m, l, v)
}
