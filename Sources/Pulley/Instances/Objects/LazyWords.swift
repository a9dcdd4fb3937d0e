import CSupport
import Glibc
import PulleyVM

/// Words that are zero until they are written. In a large array, only pages that are written take
/// memory.
struct LazyWords: ~Copyable {
  private(set) var base: UnsafeMutablePointer<UInt>
  private(set) var capacity: Int
  private var isMapped: Bool

  /// An array of fewer words does not get its own mapping.
  private static let leastMapped = 1 << 13
  private static let size = MemoryLayout<UInt>.stride

  /// Allocates zeroed words; nil if the process cannot have them.
  init?(capacity wanted: Int) {
    let capacity = max(wanted, 1)
    let isMapped = capacity >= Self.leastMapped
    guard let base = Self.allocate(capacity, isMapped: isMapped) else { return nil }
    self.base = base
    self.capacity = capacity
    self.isMapped = isMapped
  }

  deinit {
    if isMapped { munmap(base, capacity * Self.size) } else { free(base) }
  }

  /// Makes room for `wanted` words. Returns false, and changes nothing, if the process cannot have
  /// them.
  mutating func grow(to wanted: Int) -> Bool {
    guard wanted > capacity else { return true }
    if isMapped {
      guard Headroom.isLeft((wanted - capacity) * Self.size),
        let moved = pulley_enlarge_mapping(base, capacity * Self.size, wanted * Self.size)
      else { return false }
      base = moved.assumingMemoryBound(to: UInt.self)
    } else {
      let willMap = wanted >= Self.leastMapped
      guard let larger = Self.allocate(wanted, isMapped: willMap) else { return false }
      larger.moveUpdate(from: base, count: capacity)
      free(base)
      base = larger
      isMapped = willMap
    }
    capacity = wanted
    return true
  }

  private static func allocate(
    _ capacity: Int, isMapped: Bool
  ) -> UnsafeMutablePointer<UInt>? {
    guard isMapped else {
      guard Headroom.allowsSmall(capacity * size) else { return nil }
      return calloc(capacity, size)?.assumingMemoryBound(to: UInt.self)
    }
    guard Headroom.isLeft(capacity * size) else { return nil }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let place = mmap(nil, capacity * size, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let place, place != MAP_FAILED else { return nil }
    return place.assumingMemoryBound(to: UInt.self)
  }
}
