import Glibc

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
  /// The process's descriptor; closed with this object unless it is borrowed.
  let system: Int32
  let isBorrowed: Bool
  let type: WASIFileType
  var rights: WASIRights
  var inheriting: WASIRights
  /// Whether nothing can be changed by it, nor in what is opened beneath it.
  let isReadOnly: Bool
  /// The name that a directory was granted under.
  let preopenName: String?
  /// Of a stream, what the guest has set. The process's own must stay as it is: others share it.
  var streamFlags: WASIDescriptorFlags = []
  /// A directory's entries while they are read.
  var entries: [Entry] = []
  /// Where output goes that is collected instead of written.
  var sink: ((UnsafeRawBufferPointer) -> Void)?
  /// What input there is instead of the process's.
  var source: [UInt8]?
  var sourcePosition = 0

  struct Entry {
    var name: [UInt8]
    var inode: UInt64
    var type: WASIFileType
  }

  init(
    _ kind: Kind, system: Int32, isBorrowed: Bool = false, type: WASIFileType,
    rights: WASIRights, inheriting: WASIRights = [], isReadOnly: Bool = false,
    preopenName: String? = nil
  ) {
    self.kind = kind
    self.system = system
    self.isBorrowed = isBorrowed
    self.type = type
    self.rights = rights.subtracting(isReadOnly ? .changes : [])
    self.inheriting = inheriting.subtracting(isReadOnly ? .changes : [])
    self.isReadOnly = isReadOnly
    self.preopenName = preopenName
  }

  deinit {
    if !isBorrowed && system >= 0 { Glibc.close(system) }
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

  mutating func append(_ descriptor: WASIDescriptor) throws(WASIErrno) -> UInt32 {
    if let free = table.firstIndex(where: { $0 == nil }) {
      table[free] = descriptor
      return UInt32(free)
    }
    guard table.count < Self.limit else { throw .mfile }
    table.append(descriptor)
    return UInt32(table.count - 1)
  }

  mutating func close(_ number: UInt32) throws(WASIErrno) {
    _ = try require(number)
    table[Int(number)] = nil
  }

  /// Moves a descriptor to the number of another, which is closed.
  mutating func renumber(_ from: UInt32, to target: UInt32) throws(WASIErrno) {
    let descriptor = try require(from)
    _ = try require(target)
    if from == target { return }
    table[Int(target)] = descriptor
    table[Int(from)] = nil
  }
}
