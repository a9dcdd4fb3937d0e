#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A garbage-collected heap for the objects of WebAssembly GC. One thread at a time may use it.
///
/// It never moves an object. Marking is incremental and marks what was reachable when it began (snapshot
/// at the beginning; Yuasa, 1990): what a guest overwrites meanwhile is marked by a barrier, and what it
/// allocates is marked at once. Sweeping is lazy. Both are done in slices, in allocations that find no
/// free cell in their run. Words on a guest's stack are ambiguous roots (Bartlett, 1988).
///
/// **Memory.** A chunk from the system is divided into blocks of 16 KiB; a span of one or two blocks has
/// cells of one size class, a longer one has one object of more than 8 KiB. An allocation moves a cursor
/// through a run of free cells. Which cells are allocated is recorded outside of them, in bitmaps, so that
/// sweeping reads no object, and a word that points to a cell that was swept keeps nothing.
///
/// **The mark stack** has a fixed size. An object for which it has no room gets a bit in a third bitmap.
/// That costs address space, but no object is searched for or scanned twice.
///
/// **Fragmentation.** A block is free as soon as no object in it is live. Any size class and any larger
/// object can use it then. Until then, one live object keeps its span of 16 KiB (32 KiB for cells of more
/// than 3 KiB) for its class. So at worst, each live object of less than 3 KiB keeps 16 KiB; no heap that
/// does not move objects avoids that. Apart from that, a cell of more than 128 bytes wastes less than a
/// fifth of itself, a span at most an eighth, and an object of more than 8 KiB less than a block.
public final class Heap {
  /// The address of the `AllocatorRecord`. It does not change.
  public let allocator: UnsafeMutableRawPointer

  let state: UnsafeMutablePointer<HeapState>
  let pageBytes: Int
  let reserve: (Int) -> Bool
  let release: (Int) -> Void
  private weak var roots: (any HeapRoots)?

  /// Is told about external words. It must outlive the markings that it is told about.
  public weak var observer: (any HeapObserver)?

  /// A larger mark stack would seldom be used.
  public static let usualMarkStackWords = 32 << 10
  /// The entries of the mark stack for which there is always memory.
  static let leastMarkStack = 64

  private let markStackWords: Int

  /// Makes a heap that has no memory for objects yet. Nil if the host has no memory for its record.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that may be taken from the system, for objects and what manages them.
  ///   - roots: is asked for the roots; not retained. Without it, there are none.
  ///   - markStackWords: the number of entries of the mark stack. A marking also works with fewer than it
  ///     needs, but takes longer.
  ///   - reserve: is called before memory is taken from the system, with its size in bytes. If it returns
  ///     false, the memory is not taken, as if the limit were reached.
  ///   - release: is called when memory was given back.
  public init?(
    limit: Int, roots: any HeapRoots, markStackWords: Int = usualMarkStackWords,
    reserve: @escaping (Int) -> Bool = { _ in true }, release: @escaping (Int) -> Void = { _ in }
  ) {
    let classBytes = SizeClass.count * MemoryLayout<ClassState>.stride
    let stateBytes = (MemoryLayout<HeapState>.size + 15) & ~15
    let stackBytes = Self.leastMarkStack * 8
    guard
      let memory = calloc(1, AllocatorRecord.size + classBytes + stateBytes + stackBytes)
    else { return nil }
    allocator = memory
    let classes = memory + AllocatorRecord.size
    let place = classes + classBytes
    let stack = (place + stateBytes).bindMemory(to: UInt.self, capacity: Self.leastMarkStack)
    state = place.bindMemory(to: HeapState.self, capacity: 1)
    pageBytes = max(Int(sysconf(Int32(_SC_PAGESIZE))), 4096)
    self.roots = roots
    self.reserve = reserve
    self.release = release
    self.markStackWords = max(markStackWords, 8)
    state.initialize(
      to: HeapState(
        record: memory,
        classes: classes.bindMemory(to: ClassState.self, capacity: SizeClass.count),
        stack: stack, stackCapacity: min(self.markStackWords, Self.leastMarkStack),
        limit: max(limit, 0), canGiveBlocksBack: pageBytes <= Chunk.blockBytes))
    setPace()
  }

  deinit {
    while state.pointee.chunkCount > 0 { remove(state.pointee.chunkCount - 1) }
    free(state.pointee.chunks)
    if state.pointee.stackIsLarge { free(state.pointee.stack) }
    if state.pointee.charged > 0 { discharge(state.pointee.charged) }
    state.deinitialize(count: 1)
    free(allocator)
  }

  /// Whether each allocation collects first, to find references that a guest's stack or the host lacks.
  public var isStressed: Bool {
    get { state.pointee.isStressed }
    set {
      state.pointee.isStressed = newValue
      retireRuns()
    }
  }

  // MARK: Collecting

  /// Finishes a marking in progress, marks what is reachable now, and frees everything else.
  ///
  /// - Parameter word: a root of any kind, in addition to the others.
  public func collect(keeping word: UInt = 0) {
    timed {
      finishCycle()
      beginMarking(keeping: word)
      finishCycle()
    }
  }

  /// Whether a marking has ended that the observer was not told about.
  public var hasFinishedCycle: Bool { state.pointee.hasFinishedCycle }

  /// Tells the observer that a marking has ended. Called where any code may run.
  public func acknowledgeFinishedCycle() {
    guard state.pointee.hasFinishedCycle else { return }
    state.pointee.hasFinishedCycle = false
    observer?.markingDidEnd()
  }

  /// Whether a word is the address of an object of this heap. During a marking, the object is kept: the
  /// host may have got the word before, and no root has it.
  public func isObject(_ word: UInt) -> Bool {
    guard state.pointee.object(containing: word) == word else { return false }
    if isMarking {
      var marker = Marker(state)
      marker.mark(word)
      marker.finish()
    }
    return true
  }

  /// Marks the roots, which must be done at once.
  func beginMarking(keeping word: UInt) {
    retireRuns()
    state.pointee.phase = .marking
    state.pointee.hasFinishedCycle = false
    state.pointee.debt = 0
    state.pointee.observer = observer
    makeMarkStack()
    allocator.storeBytes(of: 1, toByteOffset: AllocatorRecord.isMarking, as: UInt8.self)
    state.pointee.observer?.markingWillBegin()
    var visitor = RootVisitor(marker: Marker(state))
    visitor.visit(ambiguous: word)
    roots?.visitRoots(&visitor)
    visitor.marker.finish()
  }

  private func makeMarkStack() {
    guard !state.pointee.stackIsLarge, markStackWords > Self.leastMarkStack else { return }
    let bytes = markStackWords * 8
    guard charge(bytes) else { return }
    guard let memory = malloc(bytes) else { return discharge(bytes) }
    state.pointee.stack = memory.bindMemory(to: UInt.self, capacity: markStackWords)
    state.pointee.stackCapacity = markStackWords
    state.pointee.stackIsLarge = true
  }

  /// Scans marked objects. Returns false if the marking has ended.
  @discardableResult
  func mark(_ work: Int) -> Bool {
    var marker = Marker(state)
    let isUnfinished = marker.work(work)
    marker.finish()
    if !isUnfinished { endMarking() }
    return isUnfinished
  }

  private func endMarking() {
    retireRuns()
    state.pointee.phase = .sweeping
    allocator.storeBytes(of: 0, toByteOffset: AllocatorRecord.isMarking, as: UInt8.self)
    state.pointee.observer = nil
    state.pointee.hasFinishedCycle = true
    state.pointee.collections += 1
    state.pointee.sinceMarking = 0
    state.pointee.debt = 0
    beginSweep()
  }

  func finishCycle() {
    if state.pointee.phase == .marking { mark(.max) }
    if state.pointee.phase == .sweeping { sweep(.max) }
  }

  // MARK: The barrier

  /// Whether the functions `willOverwrite` must be called.
  @inlinable public var isMarking: Bool {
    allocator.load(fromByteOffset: AllocatorRecord.isMarking, as: UInt8.self) != 0
  }

  /// Called during a marking before a field with a reference is overwritten, with the old reference.
  public func willOverwrite(reference old: UInt) {
    var marker = Marker(state)
    marker.mark(old)
    marker.finish()
  }

  /// Called during a marking before an external reference is overwritten, with the old one.
  public func willOverwrite(external old: UInt) {
    var marker = Marker(state)
    marker.mark(external: old)
    marker.finish()
  }

  /// The same for a reference that may be of either kind.
  public func willOverwrite(ambiguous old: UInt) {
    var marker = Marker(state)
    marker.mark(ambiguous: old)
    marker.finish()
  }

  /// Called during a marking before elements of an array are overwritten. The work is proportional to
  /// their number, as that of overwriting them is; it takes no memory. What interrupts itself between
  /// parts of a long range calls this for each part.
  public func willOverwrite(objects old: UnsafeBufferPointer<UInt>) {
    var marker = Marker(state)
    for word in old { marker.mark(word) }
    marker.finish()
  }

  public func willOverwrite(externals old: UnsafeBufferPointer<UInt>) {
    var marker = Marker(state)
    for word in old { marker.mark(external: word) }
    marker.finish()
  }
}
