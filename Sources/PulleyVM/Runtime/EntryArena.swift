#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// The memory for entries of functions whose guests may call any address.
///
/// All such images of the process share one range of addresses, so that two comparisons and a division
/// distinguish guest functions from host functions. Entries that belong to no image trap. The range is
/// reserved on first use and commits memory only as it fills.
enum EntryArena {
  /// The range that handlers compare with. `end` only grows.
  struct Bounds {
    var base: UInt = 0
    var end: UInt = 0
  }

  nonisolated(unsafe) private static let storage: UnsafeMutablePointer<Bounds> = {
    let bounds = UnsafeMutablePointer<Bounds>.allocate(capacity: 1)
    bounds.initialize(to: Bounds())
    return bounds
  }()

  static var bounds: UnsafePointer<Bounds> { UnsafePointer(storage) }

  /// Some ten million functions.
  private static let capacity: UInt = 1 << 28
  private static let step: UInt = 1 << 16
  private static let stride = UInt(MemoryLayout<FunctionEntry>.stride)

  private struct State: Sendable {
    /// The first address that was never allocated.
    var next: UInt = 0
    /// The ranges that were freed, sorted.
    var free: [Range<UInt>] = []
  }

  private static let state = Mutex(State())

  /// Memory for `count` entries; nil if the range is full.
  static func allocate(_ count: Int) -> UnsafeMutablePointer<FunctionEntry>? {
    let address: UInt? = state.withLock { state in
      guard UInt(count) <= capacity / stride else { return nil }
      let size = UInt(count) * stride
      if let index = state.free.firstIndex(where: { $0.upperBound - $0.lowerBound >= size }) {
        let start = state.free[index].lowerBound
        let rest = start + size..<state.free[index].upperBound
        if rest.isEmpty { state.free.remove(at: index) } else { state.free[index] = rest }
        return start
      }
      if storage.pointee.base == 0 {
        guard let base = reserve() else { return nil }
        state.next = base
      }
      guard state.next - storage.pointee.base <= capacity - size,
        commit(upTo: state.next + size)
      else { return nil }
      defer { state.next += size }
      return state.next
    }
    return address.map { pointer($0).assumingMemoryBound(to: FunctionEntry.self) }
  }

  static func free(_ entries: UnsafeMutablePointer<FunctionEntry>, _ count: Int) {
    let start = UInt(bitPattern: entries)
    let range = start..<start + UInt(count) * stride
    state.withLock { state in
      fill(range)
      let index = state.free.firstIndex { $0.lowerBound > start } ?? state.free.count
      state.free.insert(range, at: index)
      merge(&state.free, at: index + 1)
      merge(&state.free, at: index)
    }
  }

  /// Merges the range at `index` with the one before if they are adjacent.
  private static func merge(_ ranges: inout [Range<UInt>], at index: Int) {
    guard index > 0, index < ranges.count,
      ranges[index - 1].upperBound == ranges[index].lowerBound
    else { return }
    ranges[index - 1] = ranges[index - 1].lowerBound..<ranges[index].upperBound
    ranges.remove(at: index)
  }

  private static func reserve() -> UInt? {
    guard
      let memory = mmap(
        nil, Int(capacity), PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0),
      memory != MAP_FAILED
    else { return nil }
    let base = UInt(bitPattern: memory)
    storage.pointee.end = base
    storage.pointee.base = base
    return base
  }

  private static func commit(upTo end: UInt) -> Bool {
    while storage.pointee.end < end {
      let start = storage.pointee.end
      guard mprotect(pointer(start), Int(step), PROT_READ | PROT_WRITE) == 0 else { return false }
      // An entry may extend over the previous end.
      let first = start - (start - storage.pointee.base) % stride
      fill(first..<start + step)
      storage.pointee.end = start + step
    }
    return true
  }

  /// Makes all entries in the range trap.
  private static func fill(_ range: Range<UInt>) {
    var address = range.lowerBound
    while address + stride <= range.upperBound {
      pointer(address).storeBytes(of: SharedCells.noFunction, as: UnsafeRawPointer.self)
      address += stride
    }
  }
}

/// Whether the address is in the range of entries, where no host function can be.
func isAmongEntries(_ address: UInt64, _ r: Registers) -> Bool {
  let bounds = r.load(
    fromByteOffset: StateLayout.entryBounds, as: UnsafePointer<EntryArena.Bounds>.self)
  return UInt(truncatingIfNeeded: address) &- bounds.pointee.base
    < bounds.pointee.end &- bounds.pointee.base
}

/// Whether the address is that of an entry.
@inline(__always)
func isEntry(_ address: UInt64, _ r: Registers) -> Bool {
  let bounds = r.load(
    fromByteOffset: StateLayout.entryBounds, as: UnsafePointer<EntryArena.Bounds>.self)
  let distance = UInt(truncatingIfNeeded: address) &- bounds.pointee.base
  let size = bounds.pointee.end &- bounds.pointee.base
  let stride = UInt(MemoryLayout<FunctionEntry>.stride)
  return distance < size && size &- distance >= stride && distance % stride == 0
}
