import CSupport
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether the process can have more memory.
///
/// Swift ends the process when an allocation of its own fails. So whatever takes memory in proportion
/// to what somebody supplies asks here first and fails in its own way. What is too small to ask for is
/// covered by a reserve that everybody who asks leaves alone.
///
/// To ask is to map that much and to give it back, so that the answer respects the limits on address
/// space and data (`ulimit -v`, `-d`) and, where the system counts promises, those. It says nothing
/// about memory that the system has promised and does not have.
public enum Headroom {
  /// What always stays free for allocations too small to be asked for, in bytes.
  public static let reserve = 8 << 20

  /// On other threads than the first the C library takes memory in regions of 64 MiB, and twice that to
  /// find an aligned one. Where it cannot, each small allocation costs a page.
  private static let threadSurcharge = 128 << 20

  /// How much is allocated in small pieces before the system is asked again.
  private static let creditSize = 1 << 20

  /// What work under way has asked for.
  private static let announced = Atomic<Int>(0)
  private static let credit = Atomic<Int>(0)

  /// Whether `bytes` can be had now, besides the reserve and what others have announced.
  public static func isLeft(_ bytes: Int) -> Bool {
    canMap(bytes, besides: announced.load(ordering: .relaxed))
  }

  /// Asks for what a piece of work takes at most, until `withdraw`; false, and nothing is announced,
  /// if the process cannot have it.
  public static func announce(_ bytes: Int) -> Bool {
    // No sum of what passes can overflow.
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

  /// Whether something small, of at most `bytes`, can be had. Asks the system only now and then.
  public static func allowsSmall(_ bytes: Int = 4096) -> Bool {
    if credit.subtract(bytes, ordering: .relaxed).newValue >= 0 { return true }
    guard canMap(creditSize, besides: announced.load(ordering: .relaxed)) else { return false }
    credit.store(creditSize, ordering: .relaxed)
    return true
  }

  private static func canMap(_ bytes: Int, besides others: Int) -> Bool {
    guard bytes >= 0, bytes <= addresses, others <= addresses - bytes else { return false }
    guard isLimited else { return true }
    let size = bytes + others + reserve + (pulley_is_main_thread() ? 0 : threadSurcharge)
    let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
    guard let place = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), place != MAP_FAILED
    else { return false }
    munmap(place, size)
    return true
  }

  /// More addresses than these are never to be had.
  private static let addresses = 1 << 46

  /// Whether the system may refuse memory. Where it does not, asking would only make others wait that
  /// use the address space at the same time.
  private static var isLimited: Bool {
    hasCommitLimit || isFinite(RLIMIT_AS) || isFinite(RLIMIT_DATA)
  }

  private static func isFinite(_ resource: __rlimit_resource) -> Bool {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) != 0
      || limit.rlim_cur != rlim_t.max
  }

  /// Whether the system promises no more memory than it has; so if it cannot be told.
  private static let hasCommitLimit: Bool = {
    let file = open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return true }
    defer { close(file) }
    var mode: UInt8 = 0
    return read(file, &mode, 1) != 1 || mode == UInt8(ascii: "2")
  }()
}
