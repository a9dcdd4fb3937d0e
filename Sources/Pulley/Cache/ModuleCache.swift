import PulleyCodegen
import Synchronization

/// The part of a cache that one module uses.
///
/// A file has the functions that runs have called, not all functions of the module: programs call few of
/// theirs, and compiling the others would take longer than the cache saves.
final class ModuleCache: Sendable {
  /// Below this size, compiling takes no longer than looking for the code.
  static let smallestModule = 8 << 10
  /// How much new code makes a new file worth writing while the module is in use, in bytes. Programs
  /// that end by a signal have no other moment.
  private static let muchCode = 1 << 20
  /// A file is written again when the new code is at least this part of it. So writing takes a small part of
  /// the time that compiling took.
  private static let smallestPart = 64

  private let cache: CodeCache
  private let key: CacheKey
  private let entry: CacheEntry?
  private let state = Mutex(State())

  private struct State {
    var loaded = 0
    var compiled: [(number: Int, code: CompiledFunction)] = []
    /// Of the compiled functions, in bytes.
    var newBytes = 0
    /// How many of the compiled functions, and of their bytes, are in the file.
    var storedCount = 0
    var storedBytes = 0
    var isStoring = false
  }

  /// Nil if no cache is wanted for the module.
  ///
  /// - Parameters:
  ///   - module: in the binary format.
  ///   - options: a bit for each option that changes the code.
  init?(_ cache: CodeCache?, module: UnsafeRawBufferPointer, options: UInt8) {
    guard let cache, module.count >= Self.smallestModule,
      let key = CacheKey(module: module, options: options)
    else { return nil }
    self.cache = cache
    self.key = key
    entry = cache.entry(key)
  }

  /// Whether the module has been valid before.
  var isKnown: Bool { entry != nil }

  /// How many functions came from the cache, and how many were compiled.
  var counts: (loaded: Int, compiled: Int) {
    state.withLock { ($0.loaded, $0.compiled.count) }
  }

  /// About how many bytes of code the cache has of a function; nil if it has none.
  func size(ofFunction number: Int) -> Int? { entry?.size(ofFunction: number) }

  func function(_ number: Int) -> CompiledFunction? {
    guard let code = entry?.function(number) else { return nil }
    state.withLock { $0.loaded += 1 }
    return code
  }

  /// Takes a function that has just been compiled.
  func add(_ number: Int, _ code: CompiledFunction) {
    let isMuch = state.withLock { state in
      state.compiled.append((number, code))
      state.newBytes += code.byteCount
      let stored = (entry?.size ?? 0) + state.storedBytes
      return state.newBytes - state.storedBytes >= max(Self.muchCode, stored / 2)
    }
    if isMuch { store() }
  }

  /// Writes the code that is new, if it is worth it.
  func store() {
    let new: [(number: Int, code: CompiledFunction)]? = state.withLock { state in
      let known = (entry?.size ?? 0) + state.storedBytes
      // A file without functions says that the module is valid.
      guard !state.isStoring, state.compiled.count > state.storedCount || known == 0,
        (state.newBytes - state.storedBytes) * Self.smallestPart >= known
      else { return nil }
      state.isStoring = true
      return state.compiled
    }
    guard let new else { return }
    cache.replace(key, bound: CacheEntry.sizeBound(entry, new)) { file in
      CacheEntry.write(key, entry, new, to: file)
    }
    state.withLock { state in
      state.isStoring = false
      state.storedCount = new.count
      state.storedBytes = max(1, new.reduce(0) { $0 + $1.code.byteCount })
    }
  }
}
