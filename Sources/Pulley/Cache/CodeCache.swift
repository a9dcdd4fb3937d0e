import Glibc

/// A directory in which engines keep compiled code of WebAssembly from run to run. Any number of engines,
/// threads and processes may use one at a time. Problems with it cost only time: code that it does not give
/// is compiled.
///
/// A user who can write to the directory can run code in the process, so only the effective user may; see
/// `CacheDirectory`. What is damaged or of another build of the library is ignored.
public final class CodeCache: Sendable {
  public static let defaultSize = 512 << 20

  /// The directory's path.
  public let path: [UInt8]
  /// How many bytes all files may take together. The files that were used least recently are removed.
  let size: Int
  /// Whether the directory's parent may be made.
  private let isUserDirectory: Bool

  public init(path: [UInt8], size: Int = defaultSize) {
    self.path = path
    self.size = size
    isUserDirectory = false
  }

  /// The user's cache; nil if the environment names no directory for it.
  public init?(size: Int = defaultSize) {
    guard let path = Self.userPath else { return nil }
    self.path = path
    self.size = size
    isUserDirectory = true
  }

  /// `$XDG_CACHE_HOME/pulley` or `~/.cache/pulley`. The specification ignores relative paths.
  private static var userPath: [UInt8]? {
    for (variable, rest) in [("XDG_CACHE_HOME", "/pulley"), ("HOME", "/.cache/pulley")] {
      guard let value = getenv(variable) else { continue }
      let path = Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
      if path.first == UInt8(ascii: "/") { return path + Array(rest.utf8) }
    }
    return nil
  }

  /// The code of a module; nil if there is none.
  func entry(_ key: CacheKey) -> CacheEntry? {
    guard let directory = CacheDirectory.open(path) else { return nil }
    return CacheEntry(key, in: directory)
  }

  /// Writes a file, and removes old ones if they are too large together.
  ///
  /// - Parameter bound: an upper bound of its size.
  func replace(_ key: CacheKey, bound: Int, _ write: (Int32) -> Bool) {
    // Beyond the limit on the size of files, the system would end the process.
    var limit = rlimit()
    guard bound <= size, getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
      limit.rlim_cur >= rlim_t(bound)
    else { return }
    guard let directory = openOrMake() else { return }
    directory.replace(key.name, write)
    var files = directory.files(andRemoveUnfinished: false).sorted { $0.time < $1.time }
    var total = files.reduce(0) { $0 + $1.size }
    while total > size, let oldest = files.first {
      directory.remove(oldest.name)
      total -= oldest.size
      files.removeFirst()
    }
  }

  private func openOrMake() -> CacheDirectory? {
    if let directory = CacheDirectory.open(path) { return directory }
    if isUserDirectory {
      CacheDirectory.make(CacheDirectory.parent(of: path), onlyInOwn: true)
    }
    CacheDirectory.make(path, onlyInOwn: isUserDirectory)
    return CacheDirectory.open(path)
  }

  /// How many files the cache has, and how many bytes they take together; nil if there is no directory, or
  /// if it is not safe.
  public var usage: (files: Int, bytes: Int)? {
    guard let directory = CacheDirectory.open(path) else { return nil }
    let files = directory.files()
    return (files.count, files.reduce(0) { $0 + $1.size })
  }

  /// Removes all files of the cache. Returns how many bytes they took.
  public func clean() -> Int {
    guard let directory = CacheDirectory.open(path) else { return 0 }
    return directory.files(andRemoveUnfinished: true).reduce(0) { total, file in
      directory.remove(file.name)
      return total + file.size
    }
  }
}
