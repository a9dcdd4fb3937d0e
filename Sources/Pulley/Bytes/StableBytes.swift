#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes that do not change and keep their address while the object exists, so that what is read from
/// them need not be copied.
public final class StableBytes: @unchecked Sendable {
  /// Valid only while something refers to the object; a variable does until the end of its scope, and a
  /// temporary value does not.
  public let all: UnsafeRawBufferPointer
  private let isMapped: Bool
  /// From this size on, the system is asked for large pages, which take less time to get.
  private static let largeSize = 4 << 20

  public var count: Int { all.count }

  /// A copy.
  public var array: [UInt8] { withExtendedLifetime(self) { Array(all) } }

  /// Copies the bytes.
  public init(copying bytes: UnsafeRawBufferPointer) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
    copy.copyMemory(from: bytes)
    all = UnsafeRawBufferPointer(start: copy.baseAddress, count: bytes.count)
    isMapped = false
  }

  /// Copies the bytes.
  public init(_ bytes: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
    copy.copyBytes(from: bytes)
    all = UnsafeRawBufferPointer(start: copy.baseAddress, count: bytes.count)
    isMapped = false
  }

  /// Maps a regular file; nil if the system refuses. If another process cuts the file off, reading the
  /// missing part ends this process, so the file must be one that only trusted users can change.
  public init?(mapping file: Int32) {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      let start = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, file, 0),
      start != MAP_FAILED
    else { return nil }
    all = UnsafeRawBufferPointer(start: start, count: Int(status.st_size))
    isMapped = true
  }

  /// Reads a part of a file; nil if it is not there, or if there is no memory for it.
  public init?(_ file: Int32, _ range: Range<Int>) {
    let place: UnsafeMutableRawPointer?
    if range.count < Self.largeSize {
      place = .allocate(byteCount: max(range.count, 1), alignment: 16)
      isMapped = false
    } else {
      place = mmap(
        nil, range.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      isMapped = true
      if let place, place != MAP_FAILED { madvise(place, range.count, MADV_HUGEPAGE) }
    }
    guard let place, place != MAP_FAILED else { return nil }
    all = UnsafeRawBufferPointer(start: place, count: range.count)
    var done = 0
    while done < range.count {
      let count = pread(file, place + done, range.count - done, off_t(range.lowerBound + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      done += count
    }
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: all.baseAddress), all.count)
    } else {
      all.deallocate()
    }
  }
}

/// A part of stable bytes, which it keeps alive.
struct ByteView: @unchecked Sendable {
  let owner: StableBytes
  let bytes: UnsafeRawBufferPointer

  init(_ owner: StableBytes) {
    self.owner = owner
    bytes = owner.all
  }

  init(_ bytes: [UInt8]) { self.init(StableBytes(bytes)) }

  /// - Parameter range: within the bytes.
  init(_ owner: StableBytes, _ range: Range<Int>) {
    self.owner = owner
    bytes = UnsafeRawBufferPointer(rebasing: owner.all[range])
  }

  var count: Int { bytes.count }

  var array: [UInt8] { array(0..<count) }

  /// - Parameter range: within the view.
  func array(_ range: Range<Int>) -> [UInt8] {
    withExtendedLifetime(owner) { Array(bytes[range]) }
  }
}

/// Pairs of little-endian numbers of 32 bits, as sections of artifacts have them.
struct PairTable: RandomAccessCollection, Sendable {
  struct Entry: Hashable {
    /// By which entries are sorted.
    var offset: UInt32
    var value: UInt32
  }

  let view: ByteView

  /// - Parameter view: a multiple of eight bytes.
  init(_ view: ByteView) { self.view = view }

  init(_ entries: some Sequence<Entry>) {
    var writer = ByteWriter()
    for entry in entries {
      writer.write(entry.offset)
      writer.write(entry.value)
    }
    view = ByteView(writer.bytes)
  }

  var startIndex: Int { 0 }
  var endIndex: Int { view.count / 8 }

  subscript(index: Int) -> Entry {
    Entry(
      offset: UInt32(
        littleEndian: view.bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt32.self)),
      value: UInt32(
        littleEndian: view.bytes.loadUnaligned(fromByteOffset: 8 * index + 4, as: UInt32.self)))
  }

  var isSorted: Bool {
    var last: UInt32 = 0
    for index in indices {
      let offset = self[index].offset
      if offset < last { return false }
      last = offset
    }
    return true
  }

  /// The entries whose offsets are in a range of a sorted table.
  func entries(in range: Range<Int>) -> Slice<PairTable> {
    let first = partitioningIndex { Int($0.offset) >= range.lowerBound }
    return self[first...].prefix { Int($0.offset) < range.upperBound }
  }
}

/// The ranges of bytes that the entries of a table name by offset and size.
struct RangeTable: RandomAccessCollection, Sendable {
  let table: PairTable

  var startIndex: Int { 0 }
  var endIndex: Int { table.endIndex }

  subscript(index: Int) -> Range<Int> {
    let entry = table[index]
    return Int(entry.offset)..<Int(entry.offset) + Int(entry.value)
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element satisfies `predicate`, which must hold for all that follow.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
