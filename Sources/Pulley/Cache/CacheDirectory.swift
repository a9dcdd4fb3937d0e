import Glibc

/// The directory of a compile cache and the files in it.
///
/// Code from a cache runs unchecked. So the directory and the files count only if they belong to the
/// effective user and no other user can write to them, which is asked of the open descriptors: what a path
/// names may change. Neither may be a symbolic link.
struct CacheDirectory: ~Copyable {
  let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  /// Nil if there is no such directory, or if it is not safe.
  static func open(_ path: [UInt8]) -> CacheDirectory? {
    let opened = withPath(path) {
      Glibc.open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard opened >= 0 else { return nil }
    guard status(of: opened, is: S_IFDIR) != nil else {
      close(opened)
      return nil
    }
    return CacheDirectory(descriptor: opened)
  }

  deinit { close(descriptor) }

  /// The status of an open file that belongs to this user alone; nil for any other.
  static func status(of descriptor: Int32, is kind: mode_t) -> stat? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == kind,
      status.st_uid == geteuid(), status.st_mode & (S_IWGRP | S_IWOTH) == 0
    else { return nil }
    return status
  }

  /// Makes a directory.
  ///
  /// - Parameter isOwn: whether only in a directory of this user. `root` that keeps the home of another user
  ///   would otherwise leave there what that user cannot use.
  static func make(_ path: [UInt8], onlyInOwn isOwn: Bool) {
    var status = stat()
    if isOwn {
      let parent = Self.parent(of: path)
      guard withPath(parent, { stat($0, &status) }) == 0, status.st_uid == geteuid() else { return }
    }
    _ = withPath(path) { mkdir($0, 0o700) }
  }

  static func parent(of path: [UInt8]) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let trimmed = path.dropLast(path.count > 1 && path.last == slash ? 1 : 0)
    guard let last = trimmed.lastIndex(of: slash) else { return Array(".".utf8) }
    return last == 0 ? [slash] : Array(trimmed[..<last])
  }

  static func withPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result
  {
    (path + [0]).withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
    }
  }

  // MARK: Files

  /// Opens a file for reading; nil if there is none, or if it is not safe.
  borrowing func open(_ name: [UInt8]) -> (descriptor: Int32, status: stat)? {
    // A FIFO would wait for somebody who writes.
    let file = Self.withPath(name) {
      openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    }
    guard file >= 0 else { return nil }
    guard let status = Self.status(of: file, is: S_IFREG) else {
      close(file)
      return nil
    }
    return (file, status)
  }

  /// Makes a file whole or not at all: another process sees the old file or the new one.
  ///
  /// - Parameter write: gets the new file, and tells whether it has written it.
  borrowing func replace(_ name: [UInt8], _ write: (Int32) -> Bool) {
    var generator = SystemRandomNumberGenerator()
    let temporary =
      Array(Self.temporaryPrefix.utf8) + Array(String(generator.next() as UInt64, radix: 16).utf8)
    let file = Self.withPath(temporary) {
      openat(descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    guard file >= 0 else { return }
    let isWritten = write(file)
    let isClosed = close(file) == 0
    let isThere =
      isWritten && isClosed
      && Self.withPath(temporary) { old in
        Self.withPath(name) { renameat(descriptor, old, descriptor, $0) == 0 }
      }
    if !isThere { remove(temporary) }
  }

  borrowing func remove(_ name: [UInt8]) {
    _ = Self.withPath(name) { unlinkat(descriptor, $0, 0) }
  }

  private static let temporaryPrefix = "new-"
  /// The time after which no process writes a temporary file any more, in seconds.
  private static let longestWriting = 600

  struct File {
    let name: [UInt8]
    let size: Int
    /// When it was used last, in nanoseconds.
    let time: Int
  }

  /// The files of the cache. Removes files that a process has left unfinished.
  ///
  /// - Parameter all: also files that a process may be writing.
  borrowing func files(andRemoveUnfinished all: Bool = false) -> [File] {
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0 else { return [] }
    guard let stream = fdopendir(copy) else {
      close(copy)
      return []
    }
    defer { closedir(stream) }
    var files: [File] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let isUnfinished = name.starts(with: Self.temporaryPrefix.utf8)
      guard isUnfinished || CacheKey.isName(name) else { continue }
      var status = stat()
      guard Self.withPath(name, { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0
      else { continue }
      if isUnfinished {
        if all || status.st_mtim.tv_sec < time(nil) - Self.longestWriting { remove(name) }
      } else {
        files.append(
          File(
            name: name, size: Int(status.st_size),
            time: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec))
      }
    }
    return files
  }
}
