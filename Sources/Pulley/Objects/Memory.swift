import CSupport
import Glibc
import PulleyHost
import PulleyWasm
import Synchronization

/// A linear memory.
///
/// Its whole address range is reserved when it is made, where the system grants that, so that
/// growing only makes more of it accessible and `base` stays. Belongs to the thread of the instances
/// that use it, unless it is shared.
///
/// A shared memory may be imported by instances on any threads and used by all of them at once. Its
/// base never moves. Its bound, in the one record that all of them read, only ever rises; compiled
/// code reads it anew behind each atomic operation, call and `memory.size`, so that whatever grew
/// before something that the thread has observed is there.
public final class Memory: @unchecked Sendable {
  public let type: MemoryType
  let record: UnsafeMutablePointer<MemoryRecord>
  private var reserved: Int
  private let maximumPages: UInt64
  /// Held while the memory grows.
  private let growth = Mutex(())

  /// - Parameter limit: the most bytes it may ever hold, whatever its type says.
  public init(type: MemoryType, limit: Int) throws(PulleyError) {
    self.type = type
    let pageSize = 1 << Int(type.pageSizeLog2)
    let addressable = type.addressablePages
    maximumPages = min(type.limits.maximum ?? addressable, addressable, UInt64(limit / pageSize))
    guard type.limits.minimum <= maximumPages else {
      throw PulleyError(
        .limit,
        "a memory of \(type.limits.minimum) pages is larger than the limit of \(limit) bytes")
    }
    let initial = Int(type.limits.minimum) * pageSize
    let wanted = max(Int(maximumPages) * pageSize, pageSize)
    let least = max(initial, pageSize)
    if let whole = Self.reserve(wanted) {
      (base, reserved) = (whole, wanted)
    } else if !type.isShared, let part = Self.reserve(least) {
      (base, reserved) = (part, least)
    } else {
      throw PulleyError(
        .limit, "no address space for a memory of \(type.isShared ? wanted : initial) bytes")
    }
    guard initial == 0 || Self.makeAccessible(base, initial) else {
      munmap(base, reserved)
      throw PulleyError(.limit, "no memory for \(initial) bytes of guest memory")
    }
    record = .allocate(capacity: 1)
    record.initialize(to: MemoryRecord(base: base, bound: UInt64(initial)))
  }

  deinit {
    munmap(base, reserved)
    record.deallocate()
  }

  private static func reserve(_ size: Int) -> UnsafeMutableRawPointer? {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let address = mmap(nil, size, PROT_NONE, flags, -1, 0)
    return address == MAP_FAILED ? nil : address
  }

  private static func makeAccessible(_ base: UnsafeMutableRawPointer, _ size: Int) -> Bool {
    mprotect(base, size, PROT_READ | PROT_WRITE) == 0
  }

  /// The first byte; stays where it is unless the memory grows beyond what could be reserved.
  public private(set) var base: UnsafeMutableRawPointer
  public var byteCount: Int { Int(bound) }
  public var pageCount: UInt64 { bound >> UInt64(type.pageSizeLog2) }

  /// How many bytes there are; in a shared memory another thread may be raising it.
  private var bound: UInt64 {
    get { pulley_atomic_load64(boundAddress) }
    set { pulley_atomic_store64(boundAddress, newValue) }
  }

  private var boundAddress: UInt {
    UInt(bitPattern: record) + UInt(ContextLayout.MemoryRecord.bound)
  }

  /// How many pages it may have at most: its declared maximum, or a lower limit of the engine.
  public var pageLimit: UInt64 { maximumPages }

  /// The type with the current size as the minimum, which is what linking compares.
  var currentType: MemoryType {
    var current = type
    current.limits.minimum = pageCount
    return current
  }

  /// Adds pages. Gives the size before, in pages; nil, and nothing changes, if that cannot be done.
  public func grow(by pages: UInt64) -> UInt64? {
    growth.withLock { _ in growLocked(by: pages) }
  }

  private func growLocked(by pages: UInt64) -> UInt64? {
    let before = pageCount
    let (after, overflow) = before.addingReportingOverflow(pages)
    guard !overflow, after <= maximumPages else { return nil }
    if pages == 0 { return before }
    let size = Int(after) << Int(type.pageSizeLog2)
    if size > reserved {
      guard move(to: size) else { return nil }
    }
    guard Self.makeAccessible(base, size) else { return nil }
    bound = UInt64(size)
    return before
  }

  /// For a system that did not grant the whole range at first: copies to a larger one.
  private func move(to size: Int) -> Bool {
    guard let wider = Self.reserve(size) else { return false }
    guard byteCount == 0 || Self.makeAccessible(wider, byteCount) else {
      munmap(wider, size)
      return false
    }
    wider.copyMemory(from: base, byteCount: byteCount)
    munmap(base, reserved)
    base = wider
    record.pointee.base = wider
    reserved = size
    return true
  }

  /// The bytes, valid until the memory grows. Of a shared memory, which stays where it is, they are
  /// those that it has now; other threads may be changing them.
  public var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base, count: byteCount)
  }

  /// Whether `count` bytes from `address` on are inside.
  func contains(_ address: UInt64, _ count: UInt64) -> Bool {
    let (end, overflow) = address.addingReportingOverflow(count)
    return !overflow && end <= bound
  }
}
