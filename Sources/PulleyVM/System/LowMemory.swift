import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory below 4 GiB, for guests whose addresses have 32 bits.
///
/// No system call that all systems have promises such memory, so this asks for one place after another
/// and keeps what the system has put where it fits.
enum LowMemory {
  /// The first address that does not fit 32 bits.
  static let end: UInt = 1 << 32

  /// Lower addresses are left to executables that are linked to a fixed address, and to their heaps.
  private static let first: UInt = 1 << 28
  private static let step: UInt = 1 << 20
  /// The end of the last mapping, rounded up: the next one usually fits there.
  private static let next = Atomic<UInt>(first)

  /// Maps `bytes` bytes, a positive multiple of the page size; nil if no place is free.
  static func map(_ bytes: Int, _ protection: Int32) -> UnsafeMutableRawPointer? {
    guard bytes > 0, bytes <= Int(end - first) else { return nil }
    let last = end - UInt(bytes)
    let preferred = next.load(ordering: .relaxed)
    var place = preferred <= last ? preferred : first
    // One step more than there are places, because the preferred place may lie between two.
    for _ in 0...(last - first) / step + 1 {
      switch map(bytes, protection, at: place) {
      case .low(let memory):
        let after = UInt(bitPattern: memory) + UInt(bytes)
        // A multiple of every page size.
        next.store((after + 0xFFFF) & ~0xFFFF, ordering: .relaxed)
        return memory
      case .elsewhere: break
      case .refused: return nil
      }
      place = (place / step + 1) * step
      if place > last { place = first }
    }
    return nil
  }

  private enum Outcome {
    case low(UnsafeMutableRawPointer)
    /// The place is taken.
    case elsewhere
    /// The system has no memory at any place.
    case refused
  }

  private static func map(_ bytes: Int, _ protection: Int32, at place: UInt) -> Outcome {
    guard
      let memory = mmap(
        UnsafeMutableRawPointer(bitPattern: place), bytes, protection,
        MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0), memory != MAP_FAILED
    else { return .refused }
    if UInt(bitPattern: memory) <= end - UInt(bytes) { return .low(memory) }
    munmap(memory, bytes)
    return .elsewhere
  }
}
