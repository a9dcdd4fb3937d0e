import CSupport
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Checks whether the process can get more memory.
///
/// Swift ends the process when one of its allocations fails. So code that allocates in proportion to its
/// input checks here first and reports an error. A reserve that every check leaves free covers
/// allocations that are too small to check.
///
/// A check maps the memory and unmaps it, so that it respects the limits on address space and data
/// (`ulimit -v`, `-d`) and the system's commit limit, if there is one. It cannot detect memory that the
/// system has overcommitted.
public enum Headroom {
  /// How many bytes always stay free for allocations that are too small to check.
  public static let reserve = 8 << 20

  /// On all threads but the main one the C library allocates arenas of 64 MiB, and maps twice as much to
  /// align one. Where it cannot, each small allocation costs a page.
  private static let threadSurcharge = 128 << 20

  /// How many bytes of small allocations are allowed between two checks.
  private static let creditSize = 1 << 20

  /// How many bytes work in progress has announced.
  private static let announced = Atomic<Int>(0)
  private static let credit = Atomic<Int>(0)

  /// Whether the process can get `bytes` now, besides the reserve and all announced bytes.
  public static func isLeft(_ bytes: Int) -> Bool {
    canMap(bytes, besides: announced.load(ordering: .relaxed))
  }

  /// Announces that work needs up to `bytes` until `withdraw`; false, and nothing is announced, if the
  /// process cannot get them.
  public static func announce(_ bytes: Int) -> Bool {
    // The sum of all values that pass cannot overflow.
    guard 0...addresses ~= bytes else { return false }
    let before = announced.add(bytes, ordering: .relaxed).oldValue
    guard canMap(bytes, besides: before) else {
      withdraw(bytes)
      return false
    }
    return true
  }

  public static func withdraw(_ bytes: Int) {
    announced.subtract(bytes, ordering: .relaxed)
  }

  /// Whether a small allocation of up to `bytes` can succeed. Asks the system only once per credit.
  public static func allowsSmall(_ bytes: Int = 4096) -> Bool {
    if credit.subtract(bytes, ordering: .relaxed).newValue >= 0 { return true }
    guard canMap(creditSize, besides: announced.load(ordering: .relaxed)) else { return false }
    credit.store(creditSize, ordering: .relaxed)
    return true
  }

  /// Whether the last check found that the system may refuse memory. Then the library keeps none that it
  /// does not use.
  static var wasLimited: Bool { limitation.load(ordering: .relaxed) }
  private static let limitation = Atomic<Bool>(false)

  /// Gives back to the system what is kept for later guests.
  private static func dropSpares() {
    SpareRanges.drop()
    StateBlocks.dropSpares()
  }

  private static func canMap(_ bytes: Int, besides others: Int) -> Bool {
    guard bytes >= 0, bytes <= addresses, others <= addresses - bytes else { return false }
    let isLimited = isLimited
    if isLimited != wasLimited {
      limitation.store(isLimited, ordering: .relaxed)
      if isLimited { dropSpares() }
    }
    guard isLimited else { return true }
    let size = bytes + others + reserve + (pulley_is_main_thread() ? 0 : threadSurcharge)
    let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
    guard let place = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), place != MAP_FAILED
    else { return false }
    munmap(place, size)
    return true
  }

  /// The size of the address space.
  private static let addresses = 1 << 46

  /// Whether the system may refuse memory. If it may not, a check would only contend for the lock of the
  /// address space.
  private static var isLimited: Bool {
    hasCommitLimit || isFinite(RLIMIT_AS) || isFinite(RLIMIT_DATA)
  }

  private static func isFinite(_ resource: __rlimit_resource) -> Bool {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) != 0
      || limit.rlim_cur != rlim_t.max
  }

  /// Whether the system does not overcommit memory; true if that is unknown.
  private static let hasCommitLimit: Bool = {
    let file = open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return true }
    defer { close(file) }
    var mode: UInt8 = 0
    return read(file, &mode, 1) != 1 || mode == UInt8(ascii: "2")
  }()
}
