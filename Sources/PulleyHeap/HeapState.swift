/// What a heap does between two allocations.
enum Phase: UInt8 {
  case idle, marking, sweeping
}

/// Where the cells of a size class come from.
struct ClassState {
  /// The span that contains the cells that were handed out last.
  var span: UnsafeMutablePointer<Span>?
  /// The address in that span up to which it has been searched for free cells.
  var position: UInt
  /// Spans that were swept and have free cells.
  var available: UnsafeMutablePointer<Span>?
}

/// The state of a heap, in memory of its own, so that an access is one instruction.
struct HeapState {
  var phase = Phase.idle
  var isStressed = false

  /// The addresses of the chunks, in order.
  var chunks: UnsafeMutablePointer<UInt>?
  var chunkCount = 0
  var chunkCapacity = 0
  /// Bounds of all addresses of objects.
  var lowest: UInt = 0
  var highest: UInt = 0
  /// The number of the chunk from which a free block is looked for.
  var search = 0
  /// How many blocks are free and charged for.
  var usedFreeBlocks = 0
  /// How many chunks have only free blocks.
  var emptyChunks = 0

  let record: UnsafeMutableRawPointer
  let classes: UnsafeMutablePointer<ClassState>

  /// References whose objects are marked, but not scanned. A word with the lowest bit set is an array of
  /// which the part from the index below it is to be scanned.
  var stack: UnsafeMutablePointer<UInt>
  var stackCount = 0
  var stackCapacity: Int
  /// Whether `stack` is memory apart from the record's.
  var stackIsLarge = false
  var grey: UnsafeMutablePointer<Span>?
  /// What external words are reported to during a marking.
  var observer: (any HeapObserver)?

  /// The number of the last sweep, by which spans that it has not reached yet are recognised.
  var sweep: UInt32 = 0
  /// The number of the next chunk to sweep, and its next block.
  var sweepChunk = 0
  var sweepBlock = 0
  /// The live bytes that the sweep has found.
  var sweptBytes = 0

  /// The bytes that may be charged for.
  let limit: Int
  var charged = 0
  var liveBytes = 0
  /// The bytes of all cells and objects that were handed out, ever and since the last marking.
  var handedOut = 0
  var sinceMarking = 0
  /// How many bytes may be allocated from one marking to the next.
  var threshold = Pace.leastCycle
  /// The work for each byte that is allocated during a marking, and how much is due.
  var ratio = Pace.ratio
  var debt = 0
  var collections = 0
  var longestPause: Int64 = 0
  var totalPause: Int64 = 0
  var hasFinishedCycle = false
  /// How often in succession a full collection, made because memory was missing, has brought little.
  var poorCollections = 0
  /// `handedOut` at the last such collection.
  var handedOutAtForced = 0
  let canGiveBlocksBack: Bool
}

/// How much is done when. Work is counted in bytes of the objects that are scanned.
enum Pace {
  /// A marking begins when as much was allocated as was live, but not before this many bytes. Half as many
  /// would make small heaps smaller, but a guest with 3 MB of live objects would take 1.5 times as long.
  static let leastCycle = 8 << 20
  /// With 2, a marking would end when the heap has grown by half at the latest. More leaves room for
  /// arrays and objects whose size is not a multiple of their cells.
  static let ratio = 3
  static let mostRatio = 64
  /// Less work is not begun.
  static let leastSlice = 16 << 10
  /// More work is not done in one slice.
  static let mostSlice = 128 << 10
  /// The elements of an array that are scanned at once.
  static let arraySlice: UInt = 1024
  /// Blocks that are swept in one slice, and, if none with room was found, in one allocation.
  static let sweepSlice = 16
  static let sweepSearch = 256
  /// Free blocks that are given back to the system in one slice.
  static let trimSlice = 32
  /// How often in succession a guest may be saved from the lack of memory by a collection that brings little.
  static let mostPoorCollections = 8
  /// The most bytes of cells that are handed out at once.
  static let run: UInt = 8 << 10
}
