import CSupport

// The handlers written by hand, which call functions of the runtime. All but those that end a run end in
// a jump to the next handler.

/// Ends a run. Functions that the host calls return to it.
@c(pulley_h_halt)
func h_halt(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int { 0 }

/// The code of every function that is not predecoded yet. The accumulator holds the address of the entry
/// through which it was called.
@c(pulley_h_predecode) @inline(__always)
func h_predecode(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  next(predecodeEntry(at: address(a), r), r, a, s, m, l, v)
}

/// Traps with the kind in the operand.
@c(pulley_h_trap) @inline(__always)
func h_trap(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let stop = unsafeBitCast(
    stateBlock(r).load(fromByteOffset: StateLayout.stopHandler, as: UnsafeRawPointer.self),
    to: StopHandler.self)
  return stop(p, r, word(p, CellPlace.trap.kind), s, m, l)
}

/// Counts an execution of the run of cells that follows.
@c(pulley_h_count_run) @inline(__always)
func h_count_run(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  pulley_increment(UInt(bitPattern: p + CellPlace.count_run.counter))
  return next(p + CellPlace.count_run.cellSize, r, a, s, m, l, v)
}

@inline(__always)
func interruptionFlags(_ r: Registers) -> UInt32 {
  pulley_load_relaxed32(
    stateBlock(r).load(fromByteOffset: StateLayout.interruption, as: UInt.self))
}

/// Stops before the next cell if another thread requests it.
@c(pulley_h_check_interruption) @inline(__always)
func h_check_interruption(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  guard interruptionFlags(r) & Interruption.checked == 0 else {
    return stopIfInterrupted(p, r, a, s, m, l, v)
  }
  return next(p + 8, r, a, s, m, l, v)
}

/// The flags may ask for a sample only, or concern a call that has ended.
@inline(never)
private func stopIfInterrupted(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  Machine.machine(of: r).takeSample(at: UInt(bitPattern: p + 8), r)
  guard Machine.machine(of: r).interruption.isDue else { return next(p + 8, r, a, s, m, l, v) }
  return trap(p + 8, r, .interrupted, m, l)
}

/// Takes a sample if one is requested, for the cell before, which may have called the host.
@c(pulley_h_sample_call) @inline(__always)
func h_sample_call(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  guard interruptionFlags(r) & Interruption.sampled == 0 else {
    return sampleCall(p, r, a, s, m, l, v)
  }
  return next(p + 8, r, a, s, m, l, v)
}

@inline(never)
private func sampleCall(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  Machine.machine(of: r).takeSample(at: UInt(bitPattern: p) - 1, r)
  return next(p + 8, r, a, s, m, l, v)
}

/// Counts that a function of the first tier is entered or a loop of it repeated.
@c(pulley_h_count_heat) @inline(__always)
func h_count_heat(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let entry = UInt(truncatingIfNeeded: word(p, CellPlace.count_heat.entry))
  guard pulley_decrement32(entry &+ UInt(FunctionEntry.heatOffset)) != 0 else {
    return becameHot(p, r, a, s, m, l, v)
  }
  return next(p + CellPlace.count_heat.cellSize, r, a, s, m, l, v)
}

@inline(never)
private func becameHot(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.count_heat
  let entry = UnsafeMutableRawPointer(mutating: cell(p, Place.entry))
    .assumingMemoryBound(to: FunctionEntry.self)
  entry.setHeat(FunctionEntry.laterHeat)
  let loop = unsigned32(p, Place.loop)
  guard let code = continuation(entry, loop == .max ? nil : loop, r) else {
    return next(p + Place.cellSize, r, a, s, m, l, v)
  }
  return next(code, r, a, s, m, l, v)
}

/// The code to continue in, for which the window is then ready; nil if there is none, or not yet.
private func continuation(
  _ entry: UnsafeMutablePointer<FunctionEntry>, _ loop: UInt32?, _ r: Registers
) -> Cell? {
  let image = entry.pointee.image.takeUnretainedValue()
  let function = Int(entry.pointee.index)
  // With too little stack the function stays as it is.
  _ = HostStack.run(needing: HostStack.roomToCompile) {
    if image.request(function, loop) {
      image.source.becameHot(function, loop: loop, in: image)
    } else if loop != nil, image.request(function, nil) {
      // The loop is hot in later calls, too.
      image.source.becameHot(function, loop: nil, in: image)
    }
  }
  guard let loop, let continuation = image.continuation(of: function, loop) else { return nil }
  continuation.enter(r)
  return continuation.code
}

// MARK: - Binding calls

// The first execution of a call predecodes the callee, stores the best handler for this callee in the
// cell, and executes the cell again.

@c(pulley_h_call_unbound) @inline(__always)
func h_call_unbound(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  guard bindCall(p, arguments: 0, r) else { return trap(p, r, .interrupted, m, l) }
  return next(p, r, a, s, m, l, v)
}

@c(pulley_h_call1_unbound) @inline(__always)
func h_call1_unbound(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  guard bindCall(p, arguments: 1, r) else { return trap(p, r, .interrupted, m, l) }
  return next(p, r, a, s, m, l, v)
}

@c(pulley_h_call2_unbound) @inline(__always)
func h_call2_unbound(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  guard bindCall(p, arguments: 2, r) else { return trap(p, r, .interrupted, m, l) }
  return next(p, r, a, s, m, l, v)
}

@c(pulley_h_call3_unbound) @inline(__always)
func h_call3_unbound(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  guard bindCall(p, arguments: 3, r) else { return trap(p, r, .interrupted, m, l) }
  return next(p, r, a, s, m, l, v)
}

@c(pulley_h_call4_unbound) @inline(__always)
func h_call4_unbound(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  guard bindCall(p, arguments: 4, r) else { return trap(p, r, .interrupted, m, l) }
  return next(p, r, a, s, m, l, v)
}

// MARK: - Calling the host

/// Calls the host function that x0 points to, if its signature is the one in the operand.
@c(pulley_h_call_indirect_host) @inline(__always)
func h_call_indirect_host(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  callHost(
    p, CellPlace.call_indirect_host.cellSize, r, a, s, m, l, v,
    signature: unsigned32(p, CellPlace.call_indirect_host.signature))
}

/// The same; x15 is the index of the signature in the image's table, whose address and length are the
/// operands.
@c(pulley_h_call_indirect_host_escape) @inline(__always)
func h_call_indirect_host_escape(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let index = get32(r, StateLayout.x(15))
  typealias Place = CellPlace.call_indirect_host_escape
  guard UInt64(index) < word(p, Place.count) else {
    return trap(p, r, .hostSignatureMismatch, m, l)
  }
  let signature = cell(p, Place.signatures).load(fromByteOffset: 4 * Int(index), as: UInt32.self)
  return callHost(p, Place.cellSize, r, a, s, m, l, v, signature: signature)
}

@inline(__always)
private func callHost(
  _ p: Cell, _ size: Int, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt,
  _ v: FloatAccumulator,
  signature: UInt32
) -> Int {
  let function = get64(r, StateLayout.x(0))
  guard function != 0 else { return trap(p, r, .nullAddress, m, l) }
  let host = pointer(UInt(truncatingIfNeeded: function))
  guard host.load(fromByteOffset: HostFunction.signatureOffset, as: UInt32.self) == signature else {
    return trap(p, r, .hostSignatureMismatch, m, l)
  }
  // If the host runs guest code again, a backtrace continues from here.
  r.storeBytes(of: p, toByteOffset: StateLayout.stoppedAt, as: Cell.self)
  let invoke = unsafeBitCast(
    host.load(as: UnsafeRawPointer.self), to: HostFunction.Invoke.self)
  let status = invoke(r, host)
  guard status == 0 else { return hostFailed(status, p, r, a, s, m, l, v) }
  return resume(p + size, r, a, s)
}

/// Continues after a host function, which may have grown or moved the memory.
@inline(__always)
private func resume(_ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64) -> Int {
  let base = UInt(truncatingIfNeeded: get64(r, StateLayout.memoryBase))
  let length = UInt(truncatingIfNeeded: get64(r, StateLayout.memoryLength))
  return next(p, r, a, s, base, length, FloatAccumulator())
}

/// Continues in the handler of the exception that a host function has thrown, or stops the guest.
@inline(__always)
private func hostFailed(
  _ status: Int32, _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt,
  _ v: FloatAccumulator
) -> Int {
  guard status == HostFunction.threw else { return trap(p, r, .host, m, l) }
  guard let handler = exceptionHandler(p, r) else {
    return trap(p, r, .uncaughtException, m, l)
  }
  return resume(handler, r, a, s)
}

@inline(never)
private func exceptionHandler(_ p: Cell, _ r: Registers) -> Cell? {
  Machine.machine(of: r).findHandler(from: UInt(bitPattern: p))
}

// MARK: - Calling any address

/// `call_indirect` of a guest function or a host function.
@c(pulley_h_call_indirect_checked) @inline(__always)
func h_call_indirect_checked(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let target = get64(r, field(p, CellPlace.call_indirect_checked.address))
  guard isEntry(target, r) else { return continueAfterForeign(p, r, a, s, m, l, v) }
  put64(r, StateLayout.lr, bits(p + CellPlace.call_indirect_checked.cellSize))
  return next(cell(address(target), 0), r, target, s, m, l, v)
}

/// The same for `xjump`.
@c(pulley_h_xjump_checked) @inline(__always)
func h_xjump_checked(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let target = get64(r, field(p, CellPlace.call_indirect_checked.address))
  guard isEntry(target, r) else { return returnFromForeign(p, r, a, s, m, l, v) }
  return next(cell(address(target), 0), r, target, s, m, l, v)
}

// Calls of the host need a frame. Separate functions keep it out of calls of guest functions.

@inline(never)
private func continueAfterForeign(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let target = get64(r, field(p, CellPlace.call_indirect_checked.address))
  if EntryArena.isCallableFromLow(target, r) {
    put64(r, StateLayout.lr, bits(p + CellPlace.call_indirect_checked.cellSize))
    return next(cell(address(target), 0), r, target, s, m, l, v)
  }
  let status = callForeign(p, r)
  guard status == 0 else { return foreignFailed(status, p, r, a, s, m, l, v) }
  return resume(p + CellPlace.call_indirect_checked.cellSize, r, a, s)
}

@inline(never)
private func returnFromForeign(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let target = get64(r, field(p, CellPlace.call_indirect_checked.address))
  if EntryArena.isCallableFromLow(target, r) {
    return next(cell(address(target), 0), r, target, s, m, l, v)
  }
  let status = callForeign(p, r)
  guard status == 0 else { return foreignFailed(status, p, r, a, s, m, l, v) }
  return resume(address(get64(r, StateLayout.lr)), r, a, s)
}

/// A status that no host function returns: there is no function to call.
private var nothingToCall: Int32 { -1 }

@inline(never)
private func callForeign(_ p: Cell, _ r: Registers) -> Int32 {
  let target = EntryArena.hostFunction(
    at: get64(r, field(p, CellPlace.call_indirect_checked.address)))
  let function = word(p, CellPlace.call_indirect_checked.function)
  guard target != 0, function != 0 else { return nothingToCall }
  r.storeBytes(of: p, toByteOffset: StateLayout.stoppedAt, as: Cell.self)
  put64(r, StateLayout.foreignFunction, target)
  let host = pointer(UInt(truncatingIfNeeded: function))
  let invoke = unsafeBitCast(
    host.load(as: UnsafeRawPointer.self), to: HostFunction.Invoke.self)
  return invoke(r, host)
}

@inline(__always)
private func foreignFailed(
  _ status: Int32, _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt,
  _ v: FloatAccumulator
) -> Int {
  guard status != nothingToCall else {
    return trap(
      p, r,
      get64(r, field(p, CellPlace.call_indirect_checked.address)) == 0
        ? .nullAddress : .hostSignatureMismatch, m, l)
  }
  return hostFailed(status, p, r, a, s, m, l, v)
}

// MARK: - Frames with any set of registers

/// `push_frame_save`. The size includes the frame's header.
@c(pulley_h_push_frame_save_any) @inline(__always)
func h_push_frame_save_any(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  let size = UInt64(unsigned32(p, CellPlace.push_frame_save.size))
  let sp = get64(r, StateLayout.sp)
  guard sp &- get64(r, StateLayout.stackLimit) >= size else {
    return trap(p, r, .stackOverflow, m, l)
  }
  storeWord(get64(r, StateLayout.lr), sp &- 8)
  storeWord(get64(r, StateLayout.fp), sp &- 16)
  put64(r, StateLayout.fp, sp &- 16)
  put64(r, StateLayout.sp, sp &- size)
  var slot = sp &- 16
  var set = unsigned32(p, CellPlace.push_frame_save.saved)
  while set != 0 {
    slot &-= 8
    storeWord(get64(r, StateLayout.x(16 &+ set.trailingZeroBitCount)), slot)
    set &= set &- 1
  }
  return next(p + CellPlace.push_frame_save.cellSize, r, a, s, m, l, v)
}

/// `pop_frame_restore`. The amount does not include the frame's header.
@c(pulley_h_pop_frame_restore_any) @inline(__always)
func h_pop_frame_restore_any(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  var slot = get64(r, StateLayout.sp) &+ UInt64(unsigned32(p, CellPlace.pop_frame_restore.amount))
  var set = unsigned32(p, CellPlace.pop_frame_restore.saved)
  while set != 0 {
    slot &-= 8
    put64(r, StateLayout.x(16 &+ set.trailingZeroBitCount), loadWord(slot))
    set &= set &- 1
  }
  let fp = get64(r, StateLayout.fp)
  put64(r, StateLayout.fp, loadWord(fp))
  put64(r, StateLayout.lr, loadWord(fp &+ 8))
  put64(r, StateLayout.sp, fp &+ 16)
  return next(p + CellPlace.pop_frame_restore.cellSize, r, a, s, m, l, v)
}
