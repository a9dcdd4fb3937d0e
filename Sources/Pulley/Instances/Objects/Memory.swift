import CSupport
import PulleyHost
import PulleyIR
import PulleyVM
import PulleyWasm
import Synchronization

/// A linear memory.
///
/// Its whole address range is reserved when the memory is made, if the system allows that. Then
/// growing only makes more of the range accessible, and `base` stays. A memory belongs to the
/// thread of the instances that use it, unless it is shared.
///
/// Instances on any threads may import a shared memory and use it at once. Its base never moves.
/// Its bound is in one record that all of them read, and only rises. Compiled code reloads it after
/// each atomic operation, call and `memory.size`, so a thread that has observed an event also sees
/// all growth before the event.
///
/// A memory is charged to the group of the instance that has made it. If the host has made it, it
/// is charged to the group that first imports it. A shared memory is charged to its engine alone.
public final class Memory: @unchecked Sendable {
  public let type: MemoryType
  public let engine: Engine
  let record: UnsafeMutablePointer<MemoryRecord>
  /// The instances that use the memory. Nil for a shared memory.
  let threads: ThreadGroup?
  private var range: MemoryRange
  private let maximumPages: UInt64
  /// How many pins of the embedder there are. Locked while the memory grows, so that a pin on any
  /// thread comes before or after a move.
  private let pins = Mutex(0)
  private var charge: Charge
  /// Of a shared memory, only one thread may use it.
  package var hostInfo: HostInfo?

  /// A memory of the host, to be imported.
  public convenience init(engine: Engine, type: MemoryType) throws(PulleyError) {
    try self.init(type: type, engine: engine, account: engine.account, threads: ThreadGroup())
  }

  /// A memory of an instance in the group.
  convenience init(type: MemoryType, engine: Engine, group: InstanceGroup) throws(PulleyError) {
    try self.init(
      type: type, engine: engine, account: type.isShared ? engine.account : group.account,
      threads: group.threads)
  }

  private init(
    type: MemoryType, engine: Engine, account: Account, threads: ThreadGroup
  ) throws(PulleyError) {
    self.type = type
    self.engine = engine
    self.threads = type.isShared ? nil : threads
    let limit = engine.options.maximumMemoryBytes
    let pageSize = 1 << Int(type.pageSizeLog2)
    let addressable = type.addressablePages
    maximumPages = min(type.limits.maximum ?? addressable, addressable, UInt64(limit / pageSize))
    guard type.limits.minimum <= maximumPages else {
      throw PulleyError(
        .limit,
        "a memory of \(type.limits.minimum) pages is larger than the limit of \(limit) bytes")
    }
    let initial = Int(type.limits.minimum) * pageSize
    charge = try Charge(
      initial, of: .memory, to: account, for: "a memory of \(type.limits.minimum) pages")
    let wanted = max(Int(maximumPages) * pageSize, pageSize)
    let least = max(initial, pageSize)
    guard var range = Self.reserve(wanted, atLeast: least, isExact: type.isShared) else {
      throw PulleyError(
        .limit, "no address space for a memory of \(type.isShared ? wanted : initial) bytes")
    }
    guard range.makeAccessible(to: initial) else {
      throw PulleyError(.limit, "no memory for \(initial) bytes of guest memory")
    }
    record = .allocate(capacity: 1)
    record.initialize(to: MemoryRecord(base: range.base, bound: UInt64(initial)))
    record.pointee.isFixed = range.size >= wanted
    self.range = range
  }

  deinit { record.deallocate() }

  /// Address space of `wanted` bytes, or of `least` at least, unless the size must be exact. Nil if too
  /// little would be left for the rest of the process.
  private static func reserve(
    _ wanted: Int, atLeast least: Int, isExact: Bool = false
  ) -> MemoryRange? {
    if let range = MemoryRange(for: least, reserving: wanted, isExact: isExact) { return range }
    return isExact ? nil : MemoryRange(for: least, reserving: least)
  }

  /// The address of the first byte. It stays the same unless the memory grows beyond the reserved
  /// range.
  public var base: UnsafeMutableRawPointer { range.base }
  public var byteCount: Int { Int(bound) }
  public var pageCount: UInt64 { bound >> UInt64(type.pageSizeLog2) }

  /// The size in bytes. Another thread may be raising that of a shared memory.
  private var bound: UInt64 {
    get { pulley_atomic_load64(boundAddress) }
    set { pulley_atomic_store64(boundAddress, newValue) }
  }

  private var boundAddress: UInt {
    UInt(bitPattern: record) + UInt(HeapData.boundOffset)
  }

  /// The type with the current size as the minimum, which is what linking compares.
  public var currentType: MemoryType {
    var current = type
    current.limits.minimum = pageCount
    return current
  }

  /// Adds pages. Returns the previous size in pages, or nil, and changes nothing, if the memory
  /// cannot grow so much.
  public func grow(by pages: UInt64) -> UInt64? {
    pins.withLock { pins in growLocked(by: pages, mayMove: pins == 0 && !record.pointee.isPinned) }
  }

  private func growLocked(by pages: UInt64, mayMove: Bool) -> UInt64? {
    let before = pageCount
    let (after, overflow) = before.addingReportingOverflow(pages)
    guard !overflow, after <= maximumPages else { return nil }
    if pages == 0 { return before }
    let size = Int(after) << Int(type.pageSizeLog2)
    let more = size - byteCount
    guard charge.grow(by: more) else { return nil }
    guard size <= range.size ? range.makeAccessible(to: size) : mayMove && move(to: size) else {
      charge.shrink(by: more)
      return nil
    }
    bound = UInt64(size)
    return before
  }

  /// Keeps the memory where it is, also when it grows, until `unpin` is called as often. Any thread
  /// may call this.
  public func pin() { pins.withLock { $0 += 1 } }

  /// Takes back a pin. Does nothing if there is none. Any thread may call this, and the memory may be
  /// growing on another.
  public func unpin() { pins.withLock { $0 = max($0 - 1, 0) } }

  /// Whether the memory could grow by so much if it were not pinned, because it would have to move.
  public func isHeld(growingBy pages: UInt64) -> Bool {
    pins.withLock { pins in
      let (after, overflow) = pageCount.addingReportingOverflow(pages)
      return !overflow && after <= maximumPages
        && Int(after) << Int(type.pageSizeLog2) > range.size
        && (pins > 0 || record.pointee.isPinned)
    }
  }

  /// Charges the memory to the group, one of whose instances imports it, if no group is charged
  /// yet.
  func count(in group: InstanceGroup) throws(PulleyError) {
    guard !type.isShared else { return }
    let failure = pins.withLock { _ -> PulleyError? in
      guard charge.isUnowned else { return nil }
      do throws(PulleyError) {
        try charge.move(to: group.account, for: "an imported memory of \(pageCount) pages")
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// Moves the memory, to which C code has no pointers, to a larger range: for small memories of a process
  /// that has many, and for systems that have not reserved the whole range at first. The new range has twice
  /// the needed size if the system allows that.
  private func move(to size: Int) -> Bool {
    let most = Int(maximumPages) << Int(type.pageSizeLog2)
    let ample = min(most, size > most / 2 ? most : 2 * size)
    guard var wider = Self.reserve(ample, atLeast: size), wider.makeAccessible(to: size) else {
      return false
    }
    range.moveContents(byteCount, to: wider)
    range = wider
    record.pointee.base = range.base
    return true
  }

  /// The bytes, valid until the memory grows. A shared memory stays where it is, but other threads
  /// may be changing its bytes.
  public var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base, count: byteCount)
  }

  /// Whether the `count` bytes at `address` are in bounds.
  func contains(_ address: UInt64, _ count: UInt64) -> Bool {
    let (end, overflow) = address.addingReportingOverflow(count)
    return !overflow && end <= bound
  }
}
