/// A span: consecutive blocks with cells of one size, or with one object.
///
/// Only the record of the span's first block is used, and the kind and the distance of the others.
struct Span {
  enum Kind: UInt8 {
    case free, cells, object
    /// A block of a span, but not the first.
    case rest
  }

  /// The next one in the list of a size class.
  var next: UnsafeMutablePointer<Span>?
  /// The next one that has grey objects, if `isGrey`.
  var nextGrey: UnsafeMutablePointer<Span>?
  /// The address of the first cell, or of the object.
  var start: UInt
  /// The size of each cell, or of the object.
  var cellBytes: UInt
  var cellCount: UInt32
  /// An offset times this, divided by 2^32, is the number of its cell. That is exact because an offset
  /// times the size of a cell is less than 2^32.
  var reciprocal: UInt32
  /// The number of the sweep that this was swept by, or was made after.
  var sweep: UInt32
  var blockCount: UInt16
  /// How many blocks the first one is away.
  var distance: UInt16
  var kind: Kind
  var sizeClass: UInt8
  var isGrey: Bool
  /// Whether the cells that were never handed out contain zeros.
  var isZero: Bool
}

/// Memory from the system, aligned to its size, so that an object's address tells its chunk.
///
/// It is divided into blocks. The first ones contain a record for each block and three bitmaps with one
/// bit for every 8 bytes: which cells are allocated, which objects are marked, and which are grey: marked,
/// but left out of the mark stack because it was full. A bit is set only for the first 8 bytes of a cell.
/// Free blocks have no bits set. The records of the blocks that contain all this hold the chunk's own state.
///
/// An object that is larger than the blocks has a chunk of its own, which is as long as it must be.
struct Chunk: Equatable {
  static let bytes = 4 << 20
  static let mask = UInt(bytes - 1)
  static let blockShift = 14
  static let blockBytes = 1 << blockShift
  static let blockCount = bytes / blockBytes
  static let recordBytes = 64
  static let bitmapBytes = bytes / 64
  static let allocatedBits = UInt(blockCount * recordBytes)
  static let markBits = allocatedBits + UInt(bitmapBytes)
  static let greyBits = markBits + UInt(bitmapBytes)
  /// The first block for objects.
  static let firstBlock = (Int(greyBits) + bitmapBytes) / blockBytes
  static let usableBlocks = blockCount - firstBlock
  /// The words of a bitmap for one block.
  static let wordsOfBlock = blockBytes / 8 / 64
  /// What a chunk is charged for, in addition to its blocks: the pages with the first records and bits.
  static let charge = 16 << 10
  /// What a block is charged for: itself, its record and its bits.
  static let blockCharge = blockBytes + 1024

  private enum Offset {
    static let length: UInt = 0
    static let isHuge: UInt = 8
    static let charged: UInt = 16
    static let free: UInt = 32
    static let used: UInt = 64
    static let idle: UInt = 96
  }

  let address: UInt

  @inline(__always)
  init(_ address: UInt) { self.address = address }

  /// The chunk that contains an object.
  @inline(__always)
  init(of object: UInt) { address = object & ~Self.mask }

  @inline(__always)
  private func word(_ offset: UInt) -> UnsafeMutablePointer<UInt> {
    pointer(address &+ offset).assumingMemoryBound(to: UInt.self)
  }

  /// The size of the mapping.
  var length: UInt {
    get { word(Offset.length).pointee }
    nonmutating set { word(Offset.length).pointee = newValue }
  }

  /// Whether it contains one object that is larger than the blocks.
  var isHuge: Bool {
    get { word(Offset.isHuge).pointee != 0 }
    nonmutating set { word(Offset.isHuge).pointee = newValue ? 1 : 0 }
  }

  /// The bytes that it is charged for now.
  var charged: Int {
    get { Int(bitPattern: word(Offset.charged).pointee) }
    nonmutating set { word(Offset.charged).pointee = UInt(bitPattern: newValue) }
  }

  /// The blocks that no span uses.
  var free: BlockSet {
    get { BlockSet(word(Offset.free)) }
    nonmutating set { newValue.store(word(Offset.free)) }
  }

  /// The blocks that may contain something else than zeros; the system has provided their memory.
  var used: BlockSet {
    get { BlockSet(word(Offset.used)) }
    nonmutating set { newValue.store(word(Offset.used)) }
  }

  /// The blocks that were free when the chunk was swept last and are so since.
  var idle: BlockSet {
    get { BlockSet(word(Offset.idle)) }
    nonmutating set { newValue.store(word(Offset.idle)) }
  }

  @inline(__always)
  func record(_ block: Int) -> UnsafeMutablePointer<Span> {
    pointer(address &+ UInt(block &* Self.recordBytes)).assumingMemoryBound(to: Span.self)
  }

  func blockAddress(_ block: Int) -> UInt { address &+ UInt(block) << UInt(Self.blockShift) }

  /// The span that contains an address of the chunk; nil if it is in none.
  @inline(__always)
  func span(containing word: UInt) -> UnsafeMutablePointer<Span>? {
    if isHuge {
      return word >= blockAddress(Self.firstBlock) ? record(Self.firstBlock) : nil
    }
    let block = Int(bitPattern: (word & Self.mask) >> UInt(Self.blockShift))
    guard block >= Self.firstBlock else { return nil }
    let record = record(block)
    switch record.pointee.kind {
    case .free: return nil
    case .cells, .object: return record
    case .rest: return self.record(block &- Int(record.pointee.distance))
    }
  }
}

/// A bit for each 8 bytes of a chunk.
enum Bitmap {
  /// The word of a bitmap with the bit for an address.
  @inline(__always)
  static func word(_ bitmap: UInt, _ address: UInt) -> UnsafeMutablePointer<UInt64> {
    let word = (address & Chunk.mask) >> 9
    return pointer((address & ~Chunk.mask) &+ bitmap &+ word << 3)
      .assumingMemoryBound(to: UInt64.self)
  }

  @inline(__always)
  static func mask(_ address: UInt) -> UInt64 { 1 &<< UInt64(address >> 3 & 63) }

  @inline(__always)
  static func contains(_ bitmap: UInt, _ address: UInt) -> Bool {
    word(bitmap, address).pointee & mask(address) != 0
  }

  @inline(__always)
  static func insert(_ bitmap: UInt, _ address: UInt) {
    word(bitmap, address).pointee |= mask(address)
  }

  @inline(__always)
  static func remove(_ bitmap: UInt, _ address: UInt) {
    word(bitmap, address).pointee &= ~mask(address)
  }

  /// The first address from one up to another whose bit is set; the latter if there is none.
  static func first(_ bitmap: UInt, from address: UInt, to end: UInt) -> UInt {
    var place = address
    while place < end {
      let bits = word(bitmap, place).pointee & (.max &<< UInt64(place >> 3 & 63))
      if bits != 0 {
        return min(place & ~511 &+ UInt(bits.trailingZeroBitCount) << 3, end)
      }
      place = place & ~511 &+ 512
    }
    return end
  }

  /// Sets or clears the bits of all cells in a range.
  static func fill(
    _ bitmap: UInt, from address: UInt, to end: UInt, step: UInt, _ isSet: Bool
  ) {
    var place = address
    while place < end {
      let word = word(bitmap, place)
      let next = place & ~511 &+ 512
      var bits: UInt64 = 0
      while place < min(next, end) {
        bits |= mask(place)
        place &+= step
      }
      if isSet { word.pointee |= bits } else { word.pointee &= ~bits }
    }
  }
}

/// A set of blocks of a chunk.
struct BlockSet {
  private var words: (UInt, UInt, UInt, UInt)

  private init(_ a: UInt, _ b: UInt, _ c: UInt, _ d: UInt) { words = (a, b, c, d) }

  init() { self.init(0, 0, 0, 0) }

  init(_ place: UnsafeMutablePointer<UInt>) { self.init(place[0], place[1], place[2], place[3]) }

  func store(_ place: UnsafeMutablePointer<UInt>) {
    place[0] = words.0
    place[1] = words.1
    place[2] = words.2
    place[3] = words.3
  }

  init(_ range: Range<Int>) {
    self.init()
    for block in range { insert(block) }
  }

  private func word(_ place: Int) -> UInt {
    switch place {
    case 0: words.0
    case 1: words.1
    case 2: words.2
    default: words.3
    }
  }

  func contains(_ block: Int) -> Bool { word(block >> 6) >> UInt(block & 63) & 1 != 0 }

  private mutating func insert(_ block: Int) {
    let bit: UInt = 1 << UInt(block & 63)
    switch block >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  var isEmpty: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

  var count: Int {
    words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount
      + words.3.nonzeroBitCount
  }

  func intersection(_ other: Self) -> Self {
    Self(
      words.0 & other.words.0, words.1 & other.words.1, words.2 & other.words.2,
      words.3 & other.words.3)
  }

  func union(_ other: Self) -> Self {
    Self(
      words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2,
      words.3 | other.words.3)
  }

  func subtracting(_ other: Self) -> Self {
    Self(
      words.0 & ~other.words.0, words.1 & ~other.words.1, words.2 & ~other.words.2,
      words.3 & ~other.words.3)
  }

  /// The first block from one on that is in the set, or is not; 256 if there is none.
  func first(from block: Int, _ isMember: Bool = true) -> Int {
    var block = block
    while block < Chunk.blockCount {
      let bits = (isMember ? word(block >> 6) : ~word(block >> 6)) >> UInt(block & 63)
      if bits != 0 { return block + bits.trailingZeroBitCount }
      block = (block | 63) + 1
    }
    return block
  }

  /// The first blocks of the set, up to a number.
  func prefix(_ most: Int) -> Self {
    var set = Self()
    var block = first(from: 0)
    for _ in 0..<most where block < Chunk.blockCount {
      set.insert(block)
      block = first(from: block + 1)
    }
    return set
  }

  /// The first consecutive blocks, this many.
  func consecutive(_ count: Int) -> Range<Int>? {
    var start = first(from: 0)
    while start < Chunk.blockCount {
      let end = first(from: start, false)
      if end - start >= count { return start..<start + count }
      start = first(from: end)
    }
    return nil
  }
}
