import Glibc
import PulleyCodegen

/// A file of a cache: the code of some of a module's functions. It is read function by function, when they
/// are first called.
///
/// Integers are little-endian. A header has the magic text (16 bytes), the key, how many functions the file
/// has (64 bits), and the checksum of these and of the index (64 bits). The index has for each function, in
/// order, its number, the size, the offset and the checksum of its code (32, 32, 64 and 64 bits). The code
/// follows; see `CachedFunction`.
final class CacheEntry: Sendable {
  private static let magic = Array("libpulley cache\n".utf8)
  private static let headerSize = 16 + SHA256.size + 16
  private static let rowSize = 24
  /// Files up to this size are read at once, which takes less time than reading single functions.
  private static let smallSize = 256 << 10

  let key: CacheKey
  /// Of the file, in bytes.
  let size: Int
  /// Of a file that is not read at once; -1 of any other.
  private let descriptor: Int32
  /// The beginning of the file, at least with the index.
  private let beginning: StableBytes
  private let functionCount: Int

  /// Opens the file of a key; nil if there is none, or if it is damaged.
  init?(_ key: CacheKey, in directory: borrowing CacheDirectory) {
    guard let (file, status) = directory.open(key.name) else { return nil }
    self.key = key
    size = Int(status.st_size)
    guard let (beginning, count) = Self.readIndex(file, size, key) else {
      close(file)
      return nil
    }
    self.beginning = beginning
    functionCount = count
    // The time of the last change tells when the file was used last. A minute is exact enough.
    if status.st_mtim.tv_sec < time(nil) - 60 { futimens(file, nil) }
    if beginning.count < size {
      descriptor = file
    } else {
      descriptor = -1
      close(file)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Nil if the file is damaged.
  private static func readIndex(
    _ file: Int32, _ size: Int, _ key: CacheKey
  ) -> (beginning: StableBytes, count: Int)? {
    guard size >= headerSize, var start = StableBytes(file, 0..<min(size, smallSize)) else {
      return nil
    }
    var reader = RawReader(start.all)
    guard reader.bytes(magic.count) == magic, reader.bytes(SHA256.size) == key.bytes else {
      return nil
    }
    let count: UInt64 = reader.next()
    let sum: UInt64 = reader.next()
    guard count <= (size - headerSize) / rowSize else { return nil }
    let end = headerSize + Int(count) * rowSize
    if end > start.count {
      guard let longer = StableBytes(file, 0..<end) else { return nil }
      start = longer
    }
    return sum == checksum(start.all, end) ? (start, Int(count)) : nil
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer, _ end: Int) -> UInt64 {
    var checksum = Checksum()
    checksum.add(UnsafeRawBufferPointer(rebasing: bytes[..<(headerSize - 8)]))
    checksum.add(UnsafeRawBufferPointer(rebasing: bytes[headerSize..<end]))
    return checksum.value
  }

  // MARK: Functions

  private struct Row {
    var number: UInt32
    var size: UInt32
    var offset: UInt64
    var checksum: UInt64
  }

  private func row(_ index: Int) -> Row {
    let start = Self.headerSize + index * Self.rowSize
    var reader = RawReader(
      UnsafeRawBufferPointer(rebasing: beginning.all[start..<start + Self.rowSize]))
    return Row(
      number: reader.next(), size: reader.next(), offset: reader.next(), checksum: reader.next())
  }

  private func row(ofFunction number: Int) -> Row? {
    let index = (0..<functionCount).partitioningIndex { Int(row($0).number) >= number }
    guard index < functionCount else { return nil }
    let found = row(index)
    return Int(found.number) == number ? found : nil
  }

  /// How many bytes a function takes in the file; nil if it is not there.
  func size(ofFunction number: Int) -> Int? { row(ofFunction: number).map { Int($0.size) } }

  /// The code of a function; nil if it is not there, or damaged.
  func function(_ number: Int) -> CompiledFunction? {
    row(ofFunction: number).flatMap { row in
      withContent(of: row) { CachedFunction.read($0) }
    }
  }

  /// Calls `body` with the code of a function; nil if it is damaged.
  private func withContent<Result>(
    of row: Row, _ body: (UnsafeRawBufferPointer) -> Result?
  ) -> Result? {
    guard row.offset <= UInt64(size), UInt64(row.size) <= UInt64(size) - row.offset else {
      return nil
    }
    let range = Int(row.offset)..<Int(row.offset) + Int(row.size)
    let bytes: UnsafeRawBufferPointer
    var owner: StableBytes?
    if range.upperBound <= beginning.count {
      bytes = UnsafeRawBufferPointer(rebasing: beginning.all[range])
    } else {
      owner = StableBytes(descriptor, range)
      guard let owner else { return nil }
      bytes = owner.all
    }
    return withExtendedLifetime(owner) {
      var checksum = Checksum()
      checksum.add(bytes)
      return checksum.value == row.checksum ? body(bytes) : nil
    }
  }

  // MARK: Writing

  /// Writes a file with the functions of `old`, if there is one, and `new`, by number. Returns whether it is
  /// complete.
  static func write(
    _ key: CacheKey, _ old: CacheEntry?, _ new: [(number: Int, code: CompiledFunction)],
    to file: Int32
  ) -> Bool {
    var rows: [Row] = []
    let known = Set(new.map(\.number))
    let kept = (0..<(old?.functionCount ?? 0)).compactMap { index in
      old.map { $0.row(index) }.flatMap { known.contains(Int($0.number)) ? nil : $0 }
    }
    // Their number is known only when all are written, because damaged ones are left out.
    var output = Output(file, headerSize + (kept.count + new.count) * rowSize)
    for row in kept {
      _ = old?.withContent(of: row) { bytes in
        rows.append(
          Row(
            number: row.number, size: row.size, offset: UInt64(output.position),
            checksum: row.checksum))
        output.write(bytes)
      }
    }
    for (number, code) in new {
      guard let bytes = CachedFunction.write(code), let size = UInt32(exactly: bytes.count) else {
        continue
      }
      bytes.withUnsafeBytes { bytes in
        var checksum = Checksum()
        checksum.add(bytes)
        rows.append(
          Row(
            number: UInt32(number), size: size, offset: UInt64(output.position),
            checksum: checksum.value))
        output.write(bytes)
      }
    }
    guard output.finish() else { return false }
    var index = ByteWriter(bytes: magic + key.bytes)
    index.write(UInt64(rows.count))
    index.write(UInt64(0))
    for row in rows.sorted(by: { $0.number < $1.number }) {
      index.write(row.number)
      index.write(row.size)
      index.write(row.offset)
      index.write(row.checksum)
    }
    let sum = index.bytes.withUnsafeBytes { checksum($0, $0.count) }
    withUnsafeBytes(of: sum.littleEndian) { sum in
      index.bytes.replaceSubrange(headerSize - 8..<headerSize, with: sum)
    }
    return index.bytes.withUnsafeBytes { Output.write($0, at: 0, to: file) }
  }

  /// An upper bound of the size of a file.
  static func sizeBound(_ old: CacheEntry?, _ new: [(number: Int, code: CompiledFunction)]) -> Int {
    new.reduce((old?.size ?? 0) + headerSize) {
      $0 + rowSize + CachedFunction.size(of: $1.code)
    }
  }

  /// Collects small pieces of a file.
  private struct Output {
    private let file: Int32
    private var pending: [UInt8] = []
    private(set) var position: Int
    private var hasFailed = false

    init(_ file: Int32, _ start: Int) {
      self.file = file
      position = start
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) {
      pending += bytes
      position += bytes.count
      if pending.count >= CacheEntry.smallSize { flush() }
    }

    private mutating func flush() {
      let start = position - pending.count
      let file = file
      if !pending.withUnsafeBytes({ Self.write($0, at: start, to: file) }) { hasFailed = true }
      pending.removeAll(keepingCapacity: true)
    }

    /// Returns whether everything was written.
    mutating func finish() -> Bool {
      flush()
      return !hasFailed
    }

    static func write(_ bytes: UnsafeRawBufferPointer, at start: Int, to file: Int32) -> Bool {
      var done = 0
      while done < bytes.count {
        let count = pwrite(
          file, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }
}
