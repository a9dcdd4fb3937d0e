import Glibc
import Pulley
import PulleyVM
import Synchronization

/// A descriptor of the guest's.
final class WASIDescriptor {
  enum Kind {
    /// Of the process: what the guest reads or writes as it comes.
    case stream
    case file
    case directory
    case socket
  }

  let kind: Kind
  /// The process's descriptor; closed with this object unless it is lent.
  let system: Int32
  /// Whether it is the host's. What belongs to the open file, as its flags do, must stay as it is:
  /// the host and other processes share it.
  let isLent: Bool
  let type: WASIFileType
  var rights: WASIRights
  var inheriting: WASIRights
  /// Whether nothing can be changed by it, nor in what is opened beneath it.
  let isReadOnly: Bool
  /// The name that a directory was granted under.
  let preopenName: [UInt8]?
  /// Of a lent one, what the guest has set.
  var ownFlags: WASIDescriptorFlags = []
  /// Of a directory, its entries while they are read.
  private var listing: DirectoryListing?
  /// Where output goes that is collected instead of written.
  var sink: ((UnsafeRawBufferPointer) -> Void)?
  /// What this object and its listing take; nothing until the guest has an engine.
  var charge: Charge?
  /// What input there is instead of the process's.
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

  /// What a descriptor takes, and what its listing does.
  static let byteCount = 512
  private static let listingByteCount = 9 << 10

  /// The directory's listing, which is made when it is first needed.
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

/// The guest's descriptors by number; the lowest free number is given out next.
struct WASIDescriptors {
  private var table: [WASIDescriptor?] = []
  /// A bit for each number that is taken, 64 in a word, so that a free one is found fast.
  private var taken: [UInt64] = []
  /// What descriptors are charged to, once the guest has an engine.
  private(set) var account: Account?

  /// More are not given to one guest.
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

  /// A directory, to find a path beneath it.
  func directory(_ number: UInt32) throws(WASIErrno) -> WASIDescriptor {
    let descriptor = try require(number)
    guard descriptor.kind == .directory else { throw .notdir }
    return descriptor
  }

  /// Charges all descriptors, these and later ones, to an account.
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

  /// Moves a descriptor to the number of another, which is closed.
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

/// How long a guest's call needs a new descriptor of the process's.
enum DescriptorUse {
  /// Until it ends.
  case temporary
  /// Until the guest closes it.
  case kept
}

/// The highest descriptor that was found to leave the host enough, so that those below need not be
/// compared with the limit again.
private let highestAllowed = Atomic<Int32>(0)

/// A new descriptor of the process's for a guest, which is closed instead if the guest cannot have
/// it.
///
/// It is none of the standard streams, should the host have closed these: what is written to them
/// must not end up in a file of the guest's. And guests leave the last quarter of what the process
/// may open, at most 256, to the host, of which their calls take at most half for themselves.
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
  // The system gives out the lowest number that is free, so all below are taken.
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

/// Checks, before something is done that cannot be undone, that `forGuest` would allow another
/// descriptor. `descriptor` is any that is open.
func requireRoom(besides descriptor: Int32) throws(WASIErrno) {
  Glibc.close(try forGuest(try checked(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)), .kept))
}
