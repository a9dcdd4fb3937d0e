import Glibc

/// The rights of a descriptor, with the bits of preview 1.
struct WASIRights: OptionSet, Sendable {
  let rawValue: UInt64

  static func bit(_ number: UInt64) -> WASIRights { WASIRights(rawValue: 1 << number) }

  static let dataSync = bit(0)
  static let read = bit(1)
  static let seek = bit(2)
  static let setFlags = bit(3)
  static let sync = bit(4)
  static let tell = bit(5)
  static let write = bit(6)
  static let advise = bit(7)
  static let allocate = bit(8)
  static let createDirectory = bit(9)
  static let createFile = bit(10)
  static let linkSource = bit(11)
  static let linkTarget = bit(12)
  static let open = bit(13)
  static let readDirectory = bit(14)
  static let readLink = bit(15)
  static let renameSource = bit(16)
  static let renameTarget = bit(17)
  static let pathStat = bit(18)
  static let pathSetSize = bit(19)
  static let pathSetTimes = bit(20)
  static let stat = bit(21)
  static let setSize = bit(22)
  static let setTimes = bit(23)
  static let symlink = bit(24)
  static let removeDirectory = bit(25)
  static let unlink = bit(26)
  static let poll = bit(27)
  static let shutdown = bit(28)
  static let accept = bit(29)

  static let all = WASIRights(rawValue: 1 << 30 - 1)
  /// The rights to change a file system.
  static let changes: WASIRights = [
    .write, .allocate, .createDirectory, .createFile, .linkSource, .linkTarget, .renameSource,
    .renameTarget, .pathSetSize, .pathSetTimes, .setSize, .setTimes, .symlink, .removeDirectory,
    .unlink,
  ]
  static let ofDirectories: WASIRights = [
    .setFlags, .sync, .advise, .createDirectory, .createFile, .linkSource, .linkTarget, .open,
    .readDirectory, .readLink, .renameSource, .renameTarget, .pathStat, .pathSetSize,
    .pathSetTimes, .stat, .setTimes, .symlink, .removeDirectory, .unlink, .poll,
  ]
  static let ofFiles: WASIRights = [
    .dataSync, .read, .seek, .setFlags, .sync, .tell, .write, .advise, .allocate, .stat, .setSize,
    .setTimes, .poll,
  ]
  static let ofSockets: WASIRights = [.read, .write, .setFlags, .stat, .poll, .shutdown, .accept]
}

enum WASIFileType: UInt8, Sendable {
  case unknown, blockDevice, characterDevice, directory, regularFile, datagramSocket, streamSocket
  case symbolicLink

  /// The type in a mode of `stat`.
  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFBLK: self = .blockDevice
    case S_IFCHR: self = .characterDevice
    case S_IFDIR: self = .directory
    case S_IFREG: self = .regularFile
    case S_IFLNK: self = .symbolicLink
    case S_IFSOCK: self = .streamSocket
    default: self = .unknown
    }
  }

  /// The type of an entry of `readdir`.
  init(entry: UInt8) {
    switch Int(entry) {
    case DT_BLK: self = .blockDevice
    case DT_CHR: self = .characterDevice
    case DT_DIR: self = .directory
    case DT_REG: self = .regularFile
    case DT_LNK: self = .symbolicLink
    case DT_SOCK: self = .streamSocket
    default: self = .unknown
    }
  }
}

struct WASIDescriptorFlags: OptionSet, Sendable {
  let rawValue: UInt16

  static let append = WASIDescriptorFlags(rawValue: 1)
  static let dataSync = WASIDescriptorFlags(rawValue: 2)
  static let nonBlocking = WASIDescriptorFlags(rawValue: 4)
  static let readSync = WASIDescriptorFlags(rawValue: 8)
  static let sync = WASIDescriptorFlags(rawValue: 16)

  /// The flags for `open` and `fcntl`.
  var system: Int32 {
    var flags: Int32 = 0
    if contains(.append) { flags |= O_APPEND }
    if contains(.dataSync) { flags |= O_DSYNC }
    if contains(.nonBlocking) { flags |= O_NONBLOCK }
    if contains(.readSync) || contains(.sync) { flags |= O_SYNC }
    return flags
  }

  init(rawValue: UInt16) { self.rawValue = rawValue }

  init(system flags: Int32) {
    var result: WASIDescriptorFlags = []
    if flags & O_APPEND != 0 { result.insert(.append) }
    if flags & O_NONBLOCK != 0 { result.insert(.nonBlocking) }
    if flags & O_SYNC == O_SYNC {
      result.insert(.sync)
    } else if flags & O_DSYNC != 0 {
      result.insert(.dataSync)
    }
    self = result
  }
}

struct WASIOpenFlags: OptionSet, Sendable {
  let rawValue: UInt16

  static let create = WASIOpenFlags(rawValue: 1)
  static let directory = WASIOpenFlags(rawValue: 2)
  static let exclusive = WASIOpenFlags(rawValue: 4)
  static let truncate = WASIOpenFlags(rawValue: 8)
}

struct WASITimeFlags: OptionSet, Sendable {
  let rawValue: UInt16

  static let access = WASITimeFlags(rawValue: 1)
  static let accessNow = WASITimeFlags(rawValue: 2)
  static let modification = WASITimeFlags(rawValue: 4)
  static let modificationNow = WASITimeFlags(rawValue: 8)

  /// The two times for `utimensat`.
  func times(_ access: UInt64, _ modification: UInt64) throws(WASIErrno) -> [timespec] {
    guard !isSuperset(of: [.access, .accessNow]),
      !isSuperset(of: [.modification, .modificationNow]), rawValue < 16
    else { throw .inval }
    return [
      Self.time(access, isSet: contains(.access), isNow: contains(.accessNow)),
      Self.time(modification, isSet: contains(.modification), isNow: contains(.modificationNow)),
    ]
  }

  // UTIME_NOW and UTIME_OMIT of the kernel's interface.
  private static func time(_ nanoseconds: UInt64, isSet: Bool, isNow: Bool) -> timespec {
    if isNow { return timespec(tv_sec: 0, tv_nsec: (1 << 30) - 1) }
    guard isSet else { return timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2) }
    return timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }
}

extension timespec {
  var nanoseconds: UInt64 {
    UInt64(bitPattern: Int64(tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(tv_nsec))
  }
}

extension GuestMemory {
  /// Stores a `filestat`.
  func store(_ status: stat, _ address: UInt32) throws(WASIErrno) {
    let bytes = try require(address, 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    bytes.storeBytes(of: UInt64(status.st_dev), toByteOffset: 0, as: UInt64.self)
    bytes.storeBytes(of: UInt64(status.st_ino), toByteOffset: 8, as: UInt64.self)
    bytes[16] = WASIFileType(mode: status.st_mode).rawValue
    bytes.storeBytes(of: UInt64(status.st_nlink), toByteOffset: 24, as: UInt64.self)
    bytes.storeBytes(
      of: UInt64(bitPattern: Int64(status.st_size)), toByteOffset: 32, as: UInt64.self)
    bytes.storeBytes(of: status.st_atim.nanoseconds, toByteOffset: 40, as: UInt64.self)
    bytes.storeBytes(of: status.st_mtim.nanoseconds, toByteOffset: 48, as: UInt64.self)
    bytes.storeBytes(of: status.st_ctim.nanoseconds, toByteOffset: 56, as: UInt64.self)
  }

  /// Stores an `fdstat`.
  func store(
    _ type: WASIFileType, _ flags: WASIDescriptorFlags, _ rights: WASIRights,
    inheriting: WASIRights, _ address: UInt32
  ) throws(WASIErrno) {
    let bytes = try require(address, 24)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    bytes[0] = type.rawValue
    bytes.storeBytes(of: flags.rawValue, toByteOffset: 2, as: UInt16.self)
    bytes.storeBytes(of: rights.rawValue, toByteOffset: 8, as: UInt64.self)
    bytes.storeBytes(of: inheriting.rawValue, toByteOffset: 16, as: UInt64.self)
  }
}
