import CSupport
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Address space for a guest's memory, of which the beginning is accessible. New bytes are zeros.
///
/// A range is a mapping of its own as long as there are few. Of many, small ones share mappings
/// (`MemoryArena`), because the system limits how many mappings a process may have: 65,530 is usual, and a
/// range of its own takes two.
public struct MemoryRange: ~Copyable {
  public let base: UnsafeMutableRawPointer
  /// The reserved bytes.
  public let size: Int
  /// How many bytes from the start on are accessible.
  public private(set) var accessible: Int
  private let isInArena: Bool
  /// How many bytes from the start on another range has got.
  private var moved = 0

  /// The number of ranges from which on small ones share mappings. Those before it take a quarter of the
  /// usual number of mappings.
  public static let fewRanges = 8192

  /// How many ranges have mappings of their own.
  private static let mapped = Atomic<Int>(0)

  /// A range of `size` bytes, or, if there are many ranges, one for a few bytes at least. It has them
  /// accessible after `makeAccessible`. Nil if too little address space would be left for the rest of the
  /// process.
  ///
  /// - Parameters:
  ///   - few: how many bytes the memory has at first.
  ///   - isExact: whether the size must not be less than `size`.
  public init?(for few: Int, reserving size: Int, isExact: Bool = false) {
    if !isExact, Self.mapped.load(ordering: .relaxed) >= Self.fewRanges,
      !Headroom.wasLimited, let slot = MemoryArena.take(few)
    {
      self.init(slot.base, slot.size, accessible: slot.size, isInArena: true)
    } else if let spare = SpareRanges.take(size) {
      self.init(pointer(spare.place), size, accessible: spare.accessible, isInArena: false)
    } else {
      let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
      guard let memory = mmap(nil, size, PROT_NONE, flags, -1, 0), memory != MAP_FAILED else {
        return nil
      }
      guard Headroom.isLeft(0) else {
        munmap(memory, size)
        return nil
      }
      self.init(memory, size, accessible: 0, isInArena: false)
    }
  }

  private init(
    _ base: UnsafeMutableRawPointer, _ size: Int, accessible: Int, isInArena: Bool
  ) {
    self.base = base
    self.size = size
    self.accessible = accessible
    self.isInArena = isInArena
    if !isInArena { Self.mapped.add(1, ordering: .relaxed) }
  }

  deinit {
    guard !isInArena else { return MemoryArena.give(base, size) }
    Self.mapped.subtract(1, ordering: .relaxed)
    if moved > 0 {
      if moved < size { munmap(base + moved, size - moved) }
    } else if !SpareRanges.give(base, size, accessible: accessible) {
      munmap(base, size)
    }
  }

  /// Makes the first `end` bytes accessible, which must be reserved. From here on they count as memory of
  /// the process. False, and nothing changes, if the process cannot have them.
  public mutating func makeAccessible(to end: Int) -> Bool {
    guard end > accessible else { return true }
    let rounded = min((end + HostPage.size - 1) & ~(HostPage.size - 1), size)
    let more = rounded - accessible
    guard mprotect(base + accessible, more, PROT_READ | PROT_WRITE) == 0 else { return false }
    guard Headroom.isLeft(0) else {
      mprotect(base + accessible, more, PROT_NONE)
      return false
    }
    accessible = rounded
    return true
  }

  /// Moves the first `count` bytes to another range, which must have them accessible; this one must not be
  /// used any more. The system moves pages without copying them, but those of a single mapping only, and a
  /// range that has got pages so consists of several.
  public mutating func moveContents(_ count: Int, to other: borrowing MemoryRange) {
    let used = (count + HostPage.size - 1) & ~(HostPage.size - 1)
    if !isInArena, !other.isInArena, used > 0, used <= min(accessible, other.accessible),
      pulley_move_pages(base, used, other.base)
    {
      moved = used
      return
    }
    other.base.copyMemory(from: base, byteCount: count)
  }

  /// How many ranges are mapped although no memory uses them.
  static var spareCount: Int { SpareRanges.count }
}

/// Ranges that no memory uses, kept mapped so that the next memory of the size needs no call of the
/// system. Their accessible bytes are zeros, and take no pages.
enum SpareRanges {
  private static let most = 16
  /// Larger memories cost more than the calls of the system that a spare one saves.
  private static let mostAccessible = 1 << 20

  struct Spare {
    let place: UInt
    let size: Int
    let accessible: Int
  }

  private static let spares = Mutex<[Spare]>([])

  static var count: Int { spares.withLock(\.count) }

  static func take(_ size: Int) -> Spare? {
    spares.withLock { spares in
      guard let index = spares.lastIndex(where: { $0.size == size }) else { return nil }
      return spares.remove(at: index)
    }
  }

  /// False if the range must be unmapped.
  static func give(_ base: UnsafeMutableRawPointer, _ size: Int, accessible: Int) -> Bool {
    guard accessible <= mostAccessible, !Headroom.wasLimited, count < most,
      accessible == 0 || madvise(base, accessible, MADV_DONTNEED) == 0
    else { return false }
    return spares.withLock { spares in
      // Other threads may have added some meanwhile.
      guard spares.count < most else { return false }
      spares.append(Spare(place: UInt(bitPattern: base), size: size, accessible: accessible))
      return true
    }
  }

  /// Gives the spare ranges back to the system.
  static func drop() {
    let dropped = spares.withLock { spares in
      defer { spares = [] }
      return spares
    }
    for spare in dropped { munmap(pointer(spare.place), spare.size) }
  }
}
