import CSupport
import PulleyHeap

// What handlers of objects use, and what they do if the short way does not work.

/// The heap's allocator record. Functions with objects run only in machines that have a heap.
@inline(__always)
func allocator(_ r: Registers) -> UInt64 { get64(stateBlock(r), StateLayout.allocator) }

/// Whether the collector must know of references before they are overwritten.
@inline(__always)
func isMarking(_ r: Registers) -> Bool {
  address(allocator(r)).load(fromByteOffset: AllocatorRecord.isMarking, as: UInt8.self) != 0
}

@inline(__always)
func arrayLength(_ array: UInt64) -> UInt32 {
  address(array).load(fromByteOffset: Shape.arrayLength, as: UInt32.self)
}

@inline(__always)
func setArrayLength(_ array: UInt64, _ length: UInt32) {
  pointer(UInt(truncatingIfNeeded: array)).storeBytes(
    of: length, toByteOffset: Shape.arrayLength, as: UInt32.self)
}

/// The address of an element.
@inline(__always)
func element(_ array: UInt64, _ index: UInt32, _ shift: UInt) -> UInt {
  UInt(truncatingIfNeeded: array) &+ UInt(Shape.arrayHeader) &+ UInt(index) << shift
}

/// Where the allocator's record has the run of the class for objects of a size, shifted left by 16, and the
/// size of its cells. For a larger object, a size for which there is no room in any run.
@inline(__always)
func allocationCell(_ size: Int) -> UInt32 {
  guard let sizeClass = SizeClass.of(size) else {
    return UInt32(AllocatorRecord.classes) << 16 | 0xFFFF
  }
  let place = AllocatorRecord.classes &+ sizeClass &* AllocatorRecord.classStride
  return UInt32(truncatingIfNeeded: place << 16 | SizeClass.bytes(sizeClass))
}

/// The same for an array.
@inline(__always)
func arrayCell(_ shape: UInt64, _ length: UInt32) -> UInt32 {
  let shift = Shape(address(shape)).elementSizeLog2
  return allocationCell(Shape.arrayHeader &+ Int(length) << shift)
}

/// Whether a reference, which may be null or an i31, is to an object of the shape's type or a subtype.
@inline(__always)
func isInstance(_ reference: UInt64, _ shape: UInt64) -> Bool {
  guard reference != 0, reference & 1 == 0 else { return false }
  let actual = loadWord(reference)
  return actual == shape || isSubtype(actual, of: shape)
}

@inline(__always)
private func isSubtype(_ actual: UInt64, of shape: UInt64) -> Bool {
  Shape(address(actual)).isSubtype(of: Shape(address(shape)))
}

/// 0 for null, 1 for an i31, 2 for a structure, 3 for an array, 4 for another object.
@inline(__always)
func referenceKind(_ reference: UInt64) -> UInt64 {
  guard reference != 0 else { return 0 }
  guard reference & 1 == 0 else { return 1 }
  let kind = address(loadWord(reference)).load(fromByteOffset: Shape.Offset.kind, as: UInt8.self)
  return min(UInt64(kind) &+ 2, 4)
}

// MARK: - The long way

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
