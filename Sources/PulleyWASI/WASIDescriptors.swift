import Glibc
import Pulley
import PulleyVM
import Synchronization

/// A descriptor of the guest.
final class WASIDescriptor {
  enum Kind {
    /// A stream of the process or of the embedder, without a position.
    case stream
    case file
    case directory
    case socket
  }

  let kind: Kind
  /// The descriptor of the process. Closed with this object unless it is lent.
  let system: Int32
  /// Whether the host owns it. The host and other processes share the flags of the open file, so
  /// these must not change.
  let isLent: Bool
  let type: WASIFileType
  var rights: WASIRights
  var inheriting: WASIRights
  /// Whether the guest can change neither it nor anything beneath it.
  let isReadOnly: Bool
  /// The path in the guest of a preopened directory.
  let preopenName: [UInt8]?
  /// The flags that the guest set on a lent descriptor.
  var ownFlags: WASIDescriptorFlags = []
  /// The listing of a directory, after the guest first read it.
  private var listing: DirectoryListing?
  /// Receives the output instead of the system.
  var sink: ((UnsafeRawBufferPointer) -> Void)?
  /// The charge for this object and its listing; nil until the guest has an engine.
  var charge: Charge?
  /// The input, if it does not come from the system.
  var source: [UInt8]?
  var sourcePosition = 0

  init(
    _ kind: Kind, system: Int32, isLent: Bool = false, type: WASIFileType,
    rights: WASIRights, inheriting: WASIRights = [], isReadOnly: Bool = false,
    preopenName: [UInt8]? = nil
  ) {
    self.kind = kind
    self.system = system
    self.isLent = isLent
    self.type = type
    self.rights = rights.subtracting(isReadOnly ? .changes : [])
    self.inheriting = inheriting.subtracting(isReadOnly ? .changes : [])
    self.isReadOnly = isReadOnly
    self.preopenName = preopenName
  }

  deinit {
    if !isLent && system >= 0 { Glibc.close(system) }
  }

  /// The sizes that a descriptor and its listing are charged with, in bytes.
  static let byteCount = 512
  private static let listingByteCount = 9 << 10

  /// The directory's listing, made on first use.
  func listing(_ budget: PositionBudget) throws(WASIErrno) -> DirectoryListing {
    if let listing { return listing }
    guard charge?.grow(by: Self.listingByteCount) ?? true, Headroom.allowsSmall() else {
      throw .nomem
    }
    let new = DirectoryListing(budget)
    listing = new
    return new
  }

  func require(_ needed: WASIRights) throws(WASIErrno) {
    guard rights.isSuperset(of: needed) else {
      throw isReadOnly && !needed.isDisjoint(with: .changes) ? .rofs : .notcapable
    }
  }
}

/// The guest's descriptors by number. A new descriptor gets the lowest free number.
struct WASIDescriptors {
  private var table: [WASIDescriptor?] = []
  /// A bit for each used number, 64 in a word, to find a free number fast.
  private var taken: [UInt64] = []
  /// The account for descriptors; nil until the guest has an engine.
  private(set) var account: Account?

  /// The limit of descriptors of one guest.
  private static let limit = 1 << 16

  subscript(number: UInt32) -> WASIDescriptor? {
    Int(number) < table.count ? table[Int(number)] : nil
  }

  func require(_ number: UInt32) throws(WASIErrno) -> WASIDescriptor {
    guard let descriptor = self[number] else { throw .badf }
    return descriptor
  }

  func require(_ number: UInt32, _ rights: WASIRights) throws(WASIErrno) -> WASIDescriptor {
    let descriptor = try require(number)
    try descriptor.require(rights)
    return descriptor
  }

  /// A directory, as the start of a path.
  func directory(_ number: UInt32) throws(WASIErrno) -> WASIDescriptor {
    let descriptor = try require(number)
    guard descriptor.kind == .directory else { throw .notdir }
    return descriptor
  }

  /// Charges all present and future descriptors to an account.
  mutating func charge(to account: Account) throws(PulleyError) {
    for descriptor in table {
      descriptor?.charge = try Charge(
        WASIDescriptor.byteCount, of: .wasi, to: account, for: "a descriptor")
    }
    self.account = account
  }

  mutating func append(_ descriptor: WASIDescriptor) throws(WASIErrno) -> UInt32 {
    if let account {
      do throws(PulleyError) {
        descriptor.charge = try Charge(
          WASIDescriptor.byteCount, of: .wasi, to: account, for: "a descriptor")
      } catch {
        throw .nomem
      }
      guard Headroom.allowsSmall() else { throw .nomem }
    }
    let word = taken.firstIndex { $0 != .max } ?? taken.count
    let number = word * 64 + (word < taken.count ? (~taken[word]).trailingZeroBitCount : 0)
    guard number < Self.limit else { throw .mfile }
    if word == taken.count { taken.append(0) }
    taken[word] |= 1 << UInt64(number % 64)
    if number == table.count { table.append(nil) }
    table[number] = descriptor
    return UInt32(number)
  }

  mutating func close(_ number: UInt32) throws(WASIErrno) {
    _ = try require(number)
    free(number)
  }

  /// Moves a descriptor to another number and closes the descriptor there.
  mutating func renumber(_ from: UInt32, to target: UInt32) throws(WASIErrno) {
    let descriptor = try require(from)
    _ = try require(target)
    if from == target { return }
    table[Int(target)] = descriptor
    free(from)
  }

  private mutating func free(_ number: UInt32) {
    table[Int(number)] = nil
    taken[Int(number) / 64] &= ~(1 << UInt64(number % 64))
  }
}

/// The lifetime of a new descriptor of the process.
enum DescriptorUse {
  /// Until the guest's call returns.
  case temporary
  /// Until the guest closes it.
  case kept
}

/// The highest descriptor known to leave the host enough numbers. Descriptors below need no check.
private let highestAllowed = Atomic<Int32>(0)

/// Checks a new descriptor of the process that is made for a guest. Closes it and throws if the
/// guest cannot have it.
///
/// It must not be 0, 1 or 2, even if the host closed its standard streams, because output to these
/// would end up in the guest's file. And guests leave the last quarter of the possible descriptors,
/// at most 256, to the host; temporary descriptors may use half of that.
func forGuest(_ descriptor: Int32, _ use: DescriptorUse) throws(WASIErrno) -> Int32 {
  var descriptor = descriptor
  if (0...2).contains(descriptor) {
    let low = descriptor
    defer { Glibc.close(low) }
    descriptor = try checked(fcntl(low, F_DUPFD_CLOEXEC, 3))
  }
  if descriptor <= highestAllowed.load(ordering: .relaxed) { return descriptor }
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
    return descriptor
  }
  // The system returns the lowest free number, so all lower numbers are in use.
  let numbers = limit.rlim_cur
  let reserve = min(numbers / 4, 256) / (use == .temporary ? 2 : 1)
  guard rlim_t(descriptor) < numbers - reserve else {
    Glibc.close(descriptor)
    errno = EMFILE
    throw .mfile
  }
  if use == .kept { highestAllowed.max(descriptor, ordering: .relaxed) }
  return descriptor
}

/// Checks that `forGuest` would allow another descriptor, before an operation that cannot be
/// undone. `descriptor` is any open descriptor.
func requireRoom(besides descriptor: Int32) throws(WASIErrno) {
  Glibc.close(try forGuest(try checked(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)), .kept))
}
