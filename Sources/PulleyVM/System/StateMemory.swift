import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The memory for a machine's state block and its windows, at a multiple of `StateLayout.alignment`, all
/// zeros. The system provides pages on first use. The page above it is not accessible.
struct StateMemory: ~Copyable {
  /// The address of the state block.
  let base: UnsafeMutableRawPointer
  /// The address of the first window.
  let windows: UnsafeMutableRawPointer
  /// The highest address that a window may have.
  let limit: UnsafeMutableRawPointer
  private let size: Int
  /// Whether the process has so many that a machine should not keep this one between calls.
  let isOneOfMany: Bool

  /// The state block of machines without memory: it has no room for a window, and nothing interrupts it.
  nonisolated(unsafe) static let ofRestingMachines: UnsafeMutableRawPointer = {
    let block = UnsafeMutableRawPointer.allocate(byteCount: StateLayout.size, alignment: 64)
    memset(block, 0, StateLayout.size)
    let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    word.initialize(to: 0)
    block.storeBytes(
      of: word, toByteOffset: StateLayout.interruption, as: UnsafeMutablePointer<UInt32>.self)
    block.storeBytes(
      of: block, toByteOffset: StateLayout.windowTop, as: UnsafeMutableRawPointer.self)
    return block
  }()

  /// The bytes above a window that its function may use without a check: places that 16 bits address, and
  /// the outgoing area of its calls.
  private static let slack = 256 << 10

  /// - Parameter windowBytes: what the windows may take; nil for a machine without windows.
  init(windowBytes: Int?) throws(MachineError) {
    let page = HostPage.size
    let header = (StateLayout.size + Window.headerBytes + page - 1) / page * page
    var bytes = header
    if let windowBytes {
      guard windowBytes >= 0 else { throw .noStack(bytes: windowBytes) }
      let most = StateLayout.alignment - 2 * page - Self.slack
      bytes = (min(header + windowBytes, most) + Self.slack + page - 1) / page * page
    }
    if let spare = StateBlocks.takeSpare(bytes + page) {
      base = spare
    } else {
      guard Headroom.isLeft(bytes), let memory = StateBlocks.take(bytes + page) else {
        throw .noStack(bytes: windowBytes ?? bytes)
      }
      base = memory
      mprotect(memory + bytes, page, PROT_NONE)
    }
    isOneOfMany = StateBlocks.live.add(1, ordering: .relaxed).newValue > StateBlocks.few
    size = bytes + page
    windows = base + StateLayout.size + Window.headerBytes
    limit = windowBytes == nil ? base : base + bytes - Self.slack
  }

  deinit {
    StateBlocks.live.subtract(1, ordering: .relaxed)
    StateBlocks.give(base, size)
  }
}

/// The places in the address space for state blocks: multiples of `StateLayout.alignment`.
enum StateBlocks {
  /// The most blocks that stay mapped when no machine uses them.
  static let mostSpares = 16
  /// How much of such a block keeps its pages, because the next guest uses them again. The others are
  /// given back to the system, so that a deep recursion takes memory only as long as its machine lives.
  static let keptBytes = max(8 << 10, HostPage.size)

  /// The number of blocks up to which each machine keeps its own. A block takes two of the mappings that a
  /// process may have, usually 65,530.
  static let few = 8192
  static let live = Atomic<Int>(0)

  private struct Spare {
    let place: UInt
    let size: Int
  }

  private struct Places: Sendable {
    /// Blocks that are mapped and contain zeros only.
    var spares: [Spare] = []
    /// Places that were used before.
    var free: [UInt] = []
    /// The lowest and the highest place that were tried; 0 before there is one.
    var lowest: UInt = 0
    var highest: UInt = 0
  }

  private static let places = Mutex(Places())
  private static let step = UInt(StateLayout.alignment)
  /// Lower places are left to executables, their heaps, and memory with addresses of 32 bits.
  private static let floor = 8 * step
  /// No system has addresses for programs above this.
  private static let ceiling = UInt.max >> (UInt.bitWidth == 64 ? 17 : 1)

  static func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    places.withLock { places -> UInt? in
      while let place = places.free.popLast() {
        switch map(bytes, at: place) {
        case .mapped: return place
        case .taken: break
        case .refused: return nil
        }
      }
      if places.lowest == 0 {
        guard let start = someAddress() else { return nil }
        places.lowest = max(start / step * step, floor)
        places.highest = places.lowest
      }
      // The system maps downwards, as a rule, so that there is more room below.
      while places.lowest > floor {
        places.lowest -= step
        switch map(bytes, at: places.lowest) {
        case .mapped: return places.lowest
        case .taken: break
        case .refused: return nil
        }
      }
      while places.highest < ceiling - step {
        places.highest += step
        switch map(bytes, at: places.highest) {
        case .mapped: return places.highest
        case .taken: break
        case .refused: return nil
        }
      }
      return nil
    }.map { pointer($0) }
  }

  /// A spare block of this size.
  static func takeSpare(_ bytes: Int) -> UnsafeMutableRawPointer? {
    places.withLock { places -> UInt? in
      guard let last = places.spares.last, last.size == bytes else { return nil }
      places.spares.removeLast()
      return last.place
    }.map { pointer($0) }
  }

  static func give(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    let place = UInt(bitPattern: memory)
    let isKept = places.withLock { $0.spares.count < mostSpares } && !Headroom.wasLimited
    // No guest may find what another one has left.
    if isKept, bytes > keptBytes + HostPage.size,
      madvise(memory + keptBytes, bytes - keptBytes - HostPage.size, MADV_DONTNEED) == 0
    {
      memset(memory, 0, keptBytes)
      let isAdded = places.withLock { places in
        // Other threads may have added some meanwhile.
        guard places.spares.count < mostSpares else { return false }
        places.spares.append(Spare(place: place, size: bytes))
        return true
      }
      if isAdded { return }
    }
    munmap(memory, bytes)
    places.withLock { $0.free.append(place) }
  }

  /// How many blocks are mapped although no machine uses them.
  static var spareCount: Int { places.withLock(\.spares.count) }

  /// Gives the spare blocks back to the system.
  static func dropSpares() {
    let spares = places.withLock { places in
      defer { places.spares = [] }
      return places.spares
    }
    for spare in spares { munmap(pointer(spare.place), spare.size) }
    places.withLock { $0.free += spares.map(\.place) }
  }

  private enum Outcome {
    case mapped
    /// Something else is there.
    case taken
    /// The system has no memory at any place.
    case refused
  }

  private static func map(_ bytes: Int, at place: UInt) -> Outcome {
    // The address is a hint: the system takes another one if the place is not free.
    guard
      let memory = mmap(
        UnsafeMutableRawPointer(bitPattern: place), bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0), memory != MAP_FAILED
    else { return .refused }
    if UInt(bitPattern: memory) == place { return .mapped }
    munmap(memory, bytes)
    return .taken
  }

  /// An address that the system has chosen, near which it maps memory.
  private static func someAddress() -> UInt? {
    guard
      let memory = mmap(nil, HostPage.size, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0),
      memory != MAP_FAILED
    else { return nil }
    munmap(memory, HostPage.size)
    return UInt(bitPattern: memory)
  }
}
