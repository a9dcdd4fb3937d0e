/// The sizes of cells: the multiples of 8 up to 128 bytes, and from there to 8 KiB four sizes for each
/// power of two. An object takes the smallest cell that it fits into, so a cell wastes less than a fifth.
public enum SizeClass {
  public static let count = 40
  /// The largest object that has a cell. A larger one has memory of its own.
  public static let largest = 8 << 10

  /// The class for an object of a size; nil if it is too large for any.
  @inlinable @inline(__always)
  public static func of(_ bytes: Int) -> Int? {
    if bytes <= 128 { return bytes <= 8 ? 0 : (bytes &+ 7) >> 3 &- 1 }
    guard bytes <= largest else { return nil }
    let last = UInt(bitPattern: bytes &- 1)
    let exponent = UInt.bitWidth &- 1 &- last.leadingZeroBitCount
    let quarter = Int(bitPattern: last >> UInt(bitPattern: exponent &- 2)) & 3
    return 16 &+ (exponent &- 7) << 2 &+ quarter
  }

  /// The size of the cells of a class.
  @inlinable @inline(__always)
  public static func bytes(_ sizeClass: Int) -> Int {
    if sizeClass < 16 { return (sizeClass &+ 1) << 3 }
    let step = sizeClass &- 16
    return (step & 3 &+ 5) << (step >> 2 &+ 5)
  }
}

/// What the embedder's interpreter reads and writes to allocate without a call: memory at a constant
/// address, `Heap.allocator`.
public enum AllocatorRecord {
  /// A byte that is not 0 while the barrier must be called before a reference is overwritten.
  public static let isMarking = 0
  /// For each size class its cursor and its limit. A cell may be taken if it ends at the limit at the
  /// latest: the cursor is its address, and moves to its end. The cell contains zeros only.
  public static let classes = 16
  public static let classStride = 16
  public static let size = classes + SizeClass.count * classStride
}
