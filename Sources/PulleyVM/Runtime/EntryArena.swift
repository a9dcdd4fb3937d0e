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
/// distinguish guest functions from host functions; images whose addresses have 32 bits share another,
/// below 4 GiB. Entries that belong to no image trap. A range is reserved on first use and commits
/// memory only as it fills.
final class EntryArena: @unchecked Sendable {
  /// The range that handlers compare with. `end` only grows.
  struct Bounds {
    var base: UInt = 0
    var end: UInt = 0
  }

  /// At any address: room for some ten million functions.
  static let anywhere = EntryArena(isLow: false, capacity: 1 << 28)
  /// Below 4 GiB: room for some five million.
  static let low = EntryArena(isLow: true, capacity: 1 << 27)

  private static let step: UInt = 1 << 16
  static let stride = UInt(MemoryLayout<FunctionEntry>.stride)

  private let isLow: Bool
  private let capacity: UInt
  private let storage: UnsafeMutablePointer<Bounds>
  private let state = Mutex(State())

  private struct State: Sendable {
    /// The first address that was never allocated.
    var next: UInt = 0
    /// The ranges that were freed, sorted.
    var free: [Range<UInt>] = []
  }

  private init(isLow: Bool, capacity: UInt) {
    self.isLow = isLow
    self.capacity = capacity
    // Never freed: machines have its address.
    storage = .allocate(capacity: 1)
    storage.initialize(to: Bounds())
  }

  var bounds: UnsafePointer<Bounds> { UnsafePointer(storage) }

  /// Memory for `count` entries; nil if the range is full.
  func allocate(_ count: Int) -> UnsafeMutablePointer<FunctionEntry>? {
    let address: UInt? = state.withLock { state in
      guard UInt(count) <= capacity / Self.stride else { return nil }
      let size = UInt(count) * Self.stride
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

  func free(_ entries: UnsafeMutablePointer<FunctionEntry>, _ count: Int) {
    let start = UInt(bitPattern: entries)
    let range = start..<start + UInt(count) * Self.stride
    state.withLock { state in
      fill(range)
      let index = state.free.firstIndex { $0.lowerBound > start } ?? state.free.count
      state.free.insert(range, at: index)
      Self.merge(&state.free, at: index + 1)
      Self.merge(&state.free, at: index)
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

  private func reserve() -> UInt? {
    let memory =
      isLow
      ? LowMemory.map(Int(capacity), PROT_NONE)
      : mmap(nil, Int(capacity), PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { return nil }
    let base = UInt(bitPattern: memory)
    storage.pointee.end = base
    storage.pointee.base = base
    return base
  }

  private func commit(upTo end: UInt) -> Bool {
    while storage.pointee.end < end {
      let start = storage.pointee.end
      guard mprotect(pointer(start), Int(Self.step), PROT_READ | PROT_WRITE) == 0 else {
        return false
      }
      // An entry may extend over the previous end.
      let first = start - (start - storage.pointee.base) % Self.stride
      fill(first..<start + Self.step)
      storage.pointee.end = start + Self.step
    }
    return true
  }

  /// Makes all entries in the range trap.
  private func fill(_ range: Range<UInt>) {
    var address = range.lowerBound
    while address + Self.stride <= range.upperBound {
      pointer(address).storeBytes(of: SharedCells.noFunction, as: UnsafeRawPointer.self)
      address += Self.stride
    }
  }
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

// MARK: - Addresses outside of the machine's own range

extension EntryArena {
  /// Whether the address is in the range, where no host function can be.
  private func contains(_ address: UInt64) -> Bool {
    UInt(truncatingIfNeeded: address) &- bounds.pointee.base
      < bounds.pointee.end &- bounds.pointee.base
  }

  /// The entry that contains the address, and the distance of the address from it. Nil if the whole
  /// entry is not in the range.
  private func entry(
    around address: UInt64
  ) -> (entry: UnsafeMutablePointer<FunctionEntry>, distance: UInt)? {
    guard contains(address) else { return nil }
    let distance = (UInt(truncatingIfNeeded: address) &- bounds.pointee.base) % Self.stride
    let start = UInt(truncatingIfNeeded: address) - distance
    guard bounds.pointee.end - start >= Self.stride else { return nil }
    return (pointer(start).assumingMemoryBound(to: FunctionEntry.self), distance)
  }

  /// Whether a machine with a low stack may call the address, which is not among its own entries: that
  /// of a function whose addresses have 64 bits. The reverse is not allowed, because the function would
  /// take addresses of a stack that they do not reach.
  static func isCallableFromLow(_ address: UInt64, _ r: Registers) -> Bool {
    let own = r.load(
      fromByteOffset: StateLayout.entryBounds, as: UnsafePointer<EntryArena.Bounds>.self)
    return own == low.bounds && anywhere.entry(around: address)?.distance == 0
  }

  /// The address of the host function that an address stands for, which is not one of the machine's own
  /// entries: itself, or the address in a `HostEntry`. 0 if there is none.
  static func hostFunction(at address: UInt64) -> UInt64 {
    if low.contains(address) {
      guard let (entry, distance) = low.entry(around: address),
        distance == HostEntry.offset, entry.publishedCode == SharedCells.hostFunction
      else { return 0 }
      return UnsafeRawPointer(entry).load(fromByteOffset: Int(HostEntry.offset), as: UInt64.self)
    }
    return anywhere.contains(address) ? 0 : address
  }
}
