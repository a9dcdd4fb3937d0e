import ArgumentParser
import Glibc
import Pulley

/// The options about the cache of compiled code.
struct CacheOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep compiled code of WebAssembly in this directory, or with --cache alone in the user's cache "
        + "directory, which is the default. $PULLEY_CACHE names another one; if it is empty, there is no "
        + "cache.", valueName: "dir"))
  var cache: RawText?

  @Option(
    help: ArgumentHelp(
      "How large the cache may become, 512M by default. The files that were used least recently are "
        + "removed.", valueName: "size"))
  var cacheSize: ByteCount?

  @Flag(name: .long(.noCache), help: "Neither use nor fill a cache.")
  var noCache = false

  /// The options whose value may be left out, and what it is then.
  static let optionalValues = [RawText("--cache"): CacheChoice.standard]

  func validate() throws {
    if noCache, cache != nil { throw ValidationError("--cache and --no-cache exclude each other") }
  }

  var choice: CacheChoice {
    CacheChoice(isOff: noCache, directory: cache, size: cacheSize?.value)
  }
}

/// Which cache a run uses.
struct CacheChoice {
  /// The value of `--cache` alone, which is not the name of a file.
  static let standard = RawText(bytes: [0])

  var isOff = false
  /// Nil unless an option names one; `standard` for the user's directory.
  var directory: RawText?
  /// In bytes.
  var size: Int?

  /// Nil if there is none.
  var cache: CodeCache? {
    if isOff { return nil }
    let size = size ?? CodeCache.defaultSize
    if let directory, directory != Self.standard {
      return CodeCache(path: directory.bytes, size: size)
    }
    guard directory == nil, let named = getenv("PULLEY_CACHE") else { return CodeCache(size: size) }
    let path = RawText(cString: named).bytes
    return path.isEmpty ? nil : CodeCache(path: path, size: size)
  }
}
