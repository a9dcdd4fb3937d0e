import CSupport
import PulleyHeap

// What handlers of objects do if the short way does not work.

/// Makes the guest's windows known to the collector: those up to `top` above window `r`.
@inline(__always)
private func publishWindows(_ p: Cell, _ r: Registers, _ top: UInt32) -> Machine {
  let state = stateBlock(r)
  state.storeBytes(of: p, toByteOffset: StateLayout.stoppedAt, as: Cell.self)
  state.storeBytes(of: r, toByteOffset: StateLayout.stoppedWindow, as: Registers.self)
  state.storeBytes(of: r + Int(top), toByteOffset: StateLayout.windowTop, as: Registers.self)
  return Machine.machine(of: r)
}

@inline(never)
func newObjectSlowly(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.xobject_new
  guard let object = makeObject(p, r) else { return trap(p, r, .heapExhausted, m, l) }
  put64(r, field(p, Place.result), object)
  return next(p + Place.cellSize, r, object, s, m, l, v)
}

@inline(never)
private func makeObject(_ p: Cell, _ r: Registers) -> UInt64? {
  typealias Place = CellPlace.xobject_new
  let machine = publishWindows(p, r, unsigned32(p, Place.top))
  let shape = Shape(address(get64(r, field(p, Place.x))))
  return machine.heap?.allocateSlowly(shape, size: shape.size).map { bits(UnsafeRawPointer($0)) }
}

@inline(never)
func newArraySlowly(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.xarray_new
  guard let array = makeArray(p, r) else { return trap(p, r, .heapExhausted, m, l) }
  put64(r, field(p, Place.result), array)
  return next(p + Place.cellSize, r, array, s, m, l, v)
}

@inline(never)
private func makeArray(_ p: Cell, _ r: Registers) -> UInt64? {
  typealias Place = CellPlace.xarray_new
  let machine = publishWindows(p, r, unsigned32(p, Place.top))
  let shape = Shape(address(get64(r, field(p, Place.x))))
  return machine.heap?.allocateArraySlowly(shape, length: get32(r, field(p, Place.n))).map {
    bits(UnsafeRawPointer($0))
  }
}

@inline(never)
func storeReferenceWithBarrier(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.xstore_reference_z
  let place = get64(r, field(p, Place.x)) &+ signed64(p, Place.offset)
  overwrite(place, with: get64(r, field(p, Place.v)), r)
  return next(p + Place.cellSize, r, a, s, m, l, v)
}

@inline(never)
func storeElementWithBarrier(
  _ p: Cell, _ r: Registers, _ a: UInt64, _ s: UInt64, _ m: UInt, _ l: UInt, _ v: FloatAccumulator
) -> Int {
  typealias Place = CellPlace.xarray_store_reference
  let array = get64(r, field(p, Place.x))
  let place = UInt64(element(array, get32(r, field(p, Place.y)), 3))
  overwrite(place, with: get64(r, field(p, Place.v)), r)
  return next(p + Place.cellSize, r, a, s, m, l, v)
}

/// Overwrites a reference that may be the last one to an object which a marking in progress has yet to mark.
@inline(never)
private func overwrite(_ place: UInt64, with new: UInt64, _ r: Registers) {
  // It may be of either kind.
  Machine.machine(of: r).heap?.willOverwrite(
    ambiguous: UInt(truncatingIfNeeded: loadWord(place)))
  storeWord(new, place)
}
