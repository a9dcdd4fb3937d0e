import CSupport
import Glibc

/// Opens files by paths that must stay beneath a directory: neither `..`, absolute paths, symbolic
/// links, nor a rename during the walk may lead out of it.
///
/// The kernel resolves the path if it can (`openat2` with RESOLVE_BENEATH, Linux 5.6). Otherwise
/// each component is opened on its own, without following links, from the directory of the last
/// one; links are read and walked in the same way.
struct PathResolution {
  /// Lets tests turn off `openat2`.
  nonisolated(unsafe) static var usesKernel = true

  /// The limit of symbolic links in one walk, as for circular links.
  private static let maximumLinks = 40

  /// An open directory, and the name of a path's last component in it.
  struct Parent: ~Copyable {
    let directory: Int32
    let name: [UInt8]
    /// Whether the path ends with a slash, so that the system takes it for a directory.
    let endsInSlash: Bool

    deinit { Glibc.close(directory) }

    /// The name with the path's final slash, which the system interprets. Not for functions that
    /// follow a link with a final slash, and, as the name may be `..`, not for functions that
    /// change a directory.
    func withName<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
      (endsInSlash ? name + [PathResolution.slash] : name).withPath(body)
    }
  }

  /// Opens a file beneath `directory`.
  static func open(
    _ path: [UInt8], beneath directory: Int32, flags: Int32, mode: mode_t = 0,
    followsLink: Bool, use: DescriptorUse = .temporary
  ) throws(WASIErrno) -> Int32 {
    try check(path)
    var flags = flags | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW)
    // The kernel refuses this flag with O_PATH.
    if flags & pulley_open_path == 0 { flags |= O_NOCTTY }
    if usesKernel {
      let creates = flags & O_CREAT != 0
      let result = path.withPath {
        pulley_open_beneath(
          directory, $0, UInt64(UInt32(bitPattern: flags)), creates ? UInt64(mode) : 0)
      }
      if result >= 0 { return try forGuest(result, use) }
      switch errno {
      case ENOSYS, EAGAIN: break
      case EXDEV: throw .notcapable
      default: throw .last
      }
    }
    return try forGuest(
      try walk(path, beneath: directory, flags: flags, mode: mode, followsLink: followsLink), use)
  }

  /// The directory of the last component of a path beneath `directory`. The component need not
  /// exist.
  static func parent(
    of path: [UInt8], beneath directory: Int32
  ) throws(WASIErrno) -> Parent {
    try check(path)
    var end = path.count
    while path[end - 1] == slash { end -= 1 }
    let start = (path[..<end].lastIndex(of: slash) ?? -1) + 1
    let name = Array(path[start..<end])
    if name == [dot, dot] {
      // Only a walk finds out where `..` leads.
      Glibc.close(try find(path, beneath: directory, followsLink: true))
    }
    let before = start == 0 ? [dot] : Array(path[..<start])
    let opened = try open(
      before, beneath: directory, flags: pulley_open_path | O_DIRECTORY, followsLink: true)
    return Parent(directory: opened, name: name, endsInSlash: end < path.count)
  }

  /// Opens a file beneath `directory` with O_PATH: it can be inspected, but not read.
  static func find(
    _ path: [UInt8], beneath directory: Int32, followsLink: Bool
  ) throws(WASIErrno) -> Int32 {
    try open(path, beneath: directory, flags: pulley_open_path, followsLink: followsLink)
  }

  static func endsInSlash(_ path: [UInt8]) -> Bool { path.last == slash }

  fileprivate static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  /// The length of the longest path that the system accepts, in bytes.
  static let longestPath = 4095

  private static func check(_ path: [UInt8]) throws(WASIErrno) {
    guard let first = path.first else { throw .noent }
    guard path.count <= longestPath else { throw .nametoolong }
    if first == slash { throw .notcapable }
  }

  // One component at a time

  private static func walk(
    _ path: [UInt8], beneath root: Int32, flags: Int32, mode: mode_t, followsLink: Bool
  ) throws(WASIErrno) -> Int32 {
    // Open directories from the root down. The caller owns the root.
    var directories: [Int32] = []
    defer { for directory in directories { Glibc.close(directory) } }
    var steps = split(path)
    var links = 0
    let isNew = flags & (O_CREAT | O_EXCL) == O_CREAT | O_EXCL
    let followsLastLink = followsLink && !isNew
    while let step = steps.popLast() {
      let current = directories.last ?? root
      if step.name == [dot] || step.name.isEmpty {
        if steps.isEmpty { return try reopen(current, flags: flags) }
        continue
      }
      if step.name == [dot, dot] {
        guard let left = directories.popLast() else { throw .notcapable }
        Glibc.close(left)
        if steps.isEmpty { return try reopen(directories.last ?? root, flags: flags) }
        continue
      }
      let isLast = steps.isEmpty
      if isLast, step.endsInSlash, flags & O_CREAT != 0 { throw .isdir }
      let follows = !isLast || followsLastLink || step.endsInSlash
      if follows, let target = try link(step.name, in: current) {
        links += 1
        guard links <= maximumLinks else { throw .loop }
        guard target.first != slash else { throw .notcapable }
        steps += split(target)
        if step.endsInSlash, isLast, !steps.isEmpty { steps[0].endsInSlash = true }
        continue
      }
      if isLast {
        let extra = step.endsInSlash ? O_DIRECTORY : 0
        let result = step.name.withPath {
          openat(current, $0, flags | O_NOFOLLOW | extra, mode)
        }
        guard result < 0 else { return result }
      } else {
        let next = step.name.withPath {
          openat(current, $0, pulley_open_path | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        if next >= 0 {
          directories.append(try forGuest(next, .temporary))
          continue
        }
      }
      let error = WASIErrno.last
      // Another process may have replaced it after it was inspected, and again after it was opened.
      guard follows, error == .loop || error == .notdir && !isFile(step.name, in: current) else {
        throw error
      }
      links += 1
      guard links <= maximumLinks else { throw .again }
      steps.append(step)
    }
    return try reopen(directories.last ?? root, flags: flags)
  }

  private struct Step {
    var name: [UInt8]
    var endsInSlash: Bool
  }

  /// The components that are left, in reverse order.
  private static func split(_ path: [UInt8]) -> [Step] {
    var steps: [Step] = []
    var start = 0
    for index in path.indices where path[index] == slash {
      if index > start { steps.append(Step(name: Array(path[start..<index]), endsInSlash: true)) }
      start = index + 1
    }
    if start < path.count { steps.append(Step(name: Array(path[start...]), endsInSlash: false)) }
    return steps.reversed()
  }

  private static func reopen(_ directory: Int32, flags: Int32) throws(WASIErrno) -> Int32 {
    if flags & O_CREAT != 0 { throw flags & O_EXCL != 0 ? .exist : .isdir }
    return try checked(openat(directory, ".", flags & ~O_NOFOLLOW))
  }

  /// Whether the name exists and is neither a directory nor a symbolic link.
  private static func isFile(_ name: [UInt8], in directory: Int32) -> Bool {
    var status = stat()
    let result = name.withPath { fstatat(directory, $0, &status, AT_SYMLINK_NOFOLLOW) }
    return result == 0 && ![S_IFDIR, S_IFLNK].contains(status.st_mode & S_IFMT)
  }

  /// The target of a symbolic link; nil if the name is not a symbolic link.
  private static func link(_ name: [UInt8], in directory: Int32) throws(WASIErrno) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = name.withPath { path in
      buffer.withUnsafeMutableBytes {
        readlinkat(directory, path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
    }
    guard count >= 0 else {
      if errno == EINVAL || errno == ENOENT { return nil }
      throw .last
    }
    return Array(buffer[..<count])
  }
}

extension [UInt8] {
  /// Calls `body` with the bytes as a C string.
  func withPath<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    (self + [0]).withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
    }
  }
}
