import PulleyHeap

// What the handlers of objects read and write. See `PulleyHeap` for the layout.

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
