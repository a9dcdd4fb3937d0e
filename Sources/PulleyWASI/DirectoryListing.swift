import CSupport
import Glibc

/// The limit of remembered directory positions, over all directories that a guest has open.
final class PositionBudget {
  fileprivate var left: Int

  private static let most = 1 << 17
  /// The size of all positions at the limit, in bytes.
  static let byteCount = most * 8

  init(_ count: Int = PositionBudget.most) { left = count }
}

/// Reads an open directory in blocks, from its start or after any entry that it returned.
///
/// An entry's cookie is the number of entries up to and including it. Programs keep cookies in 32
/// bits, and the positions of file systems do not fit there. The listing remembers the position
/// after each entry, so that a cookie stays valid when entries are created or removed. Beyond the
/// budget, it counts entries from the last known position.
///
/// A guest that continues where it stopped needs no position, because the unreturned rest of the
/// block is kept. That is less than a block, whatever the size of the directory.
final class DirectoryListing {
  /// Entries in the system's format. Those before `start` have been returned.
  private var block: [UInt8] = []
  private var start = 0
  /// The number of returned entries; nil if it is unknown.
  private var index: UInt64?
  /// The system's position after each number of entries.
  private var positions: [UInt64] = [0]
  private let budget: PositionBudget

  /// The size of a block in bytes: the smallest fits any name of the usual file systems, the
  /// largest any name at all.
  private static let leastBlock = 512
  private static let mostBlock = 8192

  init(_ budget: PositionBudget) { self.budget = budget }

  deinit { forgetPositions() }

  /// Writes as many entries as fit, in the format of preview 1; the last one may be truncated.
  ///
  /// - Parameter check: called before each block is read; throws if the guest must stop.
  func read(
    _ directory: Int32, into buffer: UnsafeMutableRawBufferPointer, from cookie: UInt64,
    check: () throws(WASIErrno) -> Void
  ) throws(WASIErrno) -> Int {
    // From the start, the directory is read again.
    if cookie == 0 { forgetPositions() }
    if cookie == 0 || cookie != index { try seek(directory, to: cookie, check) }
    defer { dropGiven() }
    var used = 0
    while used < buffer.count {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[used...])
      do throws(WASIErrno) {
        guard let entry = try nextEntry(of: directory, room: room.count, check) else { break }
        let size = write(entry, to: room)
        used += min(size, room.count)
        if size > room.count { break }
        pass(entry)
      } catch {
        // Entries of the current block come first.
        if used == 0 || error == .interrupted { throw error }
        break
      }
    }
    return used
  }

  // Positions

  private func seek(
    _ directory: Int32, to cookie: UInt64, _ check: () throws(WASIErrno) -> Void
  ) throws(WASIErrno) {
    block = []
    start = 0
    index = nil
    let known = min(cookie, UInt64(positions.count - 1))
    if lseek(directory, off_t(truncatingIfNeeded: positions[Int(known)]), SEEK_SET) < 0 {
      throw .last
    }
    var passed = known
    index = passed
    while passed < cookie, let entry = try nextEntry(of: directory, room: Self.mostBlock, check) {
      pass(entry)
      passed += 1
    }
  }

  private func pass(_ entry: Entry) {
    start += entry.size
    guard let before = index else { return }
    index = before + 1
    if UInt64(positions.count) == before + 1, budget.left > 0 {
      budget.left -= 1
      positions.append(entry.position)
    }
  }

  private func forgetPositions() {
    budget.left += positions.count - 1
    positions = [0]
  }

  private func dropGiven() {
    if start > 0 { block = Array(block[start...]) }
    start = 0
  }

  // Entries

  private struct Entry {
    /// The size of the entry in the block, in bytes.
    let size: Int
    /// The system's position after the entry.
    let position: UInt64
    let inode: UInt64
    let type: WASIFileType
    /// The range of its name in the block.
    let name: Range<Int>
  }

  /// Returns the next entry; nil at the end. `room` is the number of bytes that the caller can
  /// still use.
  private func nextEntry(
    of directory: Int32, room: Int, _ check: () throws(WASIErrno) -> Void
  ) throws(WASIErrno) -> Entry? {
    if start == block.count {
      try check()
      start = 0
      block = []
      block = try Self.block(of: directory, room: room)
      if block.isEmpty { return nil }
    }
    let start = start
    return block.withUnsafeBytes { bytes in
      func field<T: BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
        bytes.loadUnaligned(fromByteOffset: start + offset, as: T.self)
      }
      let size = Int(field(pulley_entry_size, as: UInt16.self))
      let name = bytes[start + pulley_entry_name..<start + size].prefix { $0 != 0 }
      return Entry(
        size: size, position: field(pulley_entry_position, as: UInt64.self),
        inode: field(0, as: UInt64.self),
        type: WASIFileType(entry: field(pulley_entry_type, as: UInt8.self)),
        name: name.startIndex..<name.endIndex)
    }
  }

  private static func block(of directory: Int32, room: Int) throws(WASIErrno) -> [UInt8] {
    var size = min(max(room, leastBlock), mostBlock)
    while true {
      var result = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        result = pulley_read_entries(directory, buffer.baseAddress!, size)
        count = max(0, result)
      }
      if result >= 0 { return bytes }
      // A directory that has been removed has no entries.
      if errno == ENOENT { return [] }
      guard errno == EINVAL, size < mostBlock else { throw .last }
      size = mostBlock
    }
  }

  private static let headerSize = 24

  /// Writes the part of the entry that fits. Returns the size of the whole entry.
  private func write(_ entry: Entry, to room: UnsafeMutableRawBufferPointer) -> Int {
    withUnsafeTemporaryAllocation(byteCount: Self.headerSize, alignment: 8) { header in
      header.initializeMemory(as: UInt8.self, repeating: 0)
      header.storeBytes(of: (index ?? 0) + 1, toByteOffset: 0, as: UInt64.self)
      header.storeBytes(of: entry.inode, toByteOffset: 8, as: UInt64.self)
      header.storeBytes(of: UInt32(entry.name.count), toByteOffset: 16, as: UInt32.self)
      header[20] = entry.type.rawValue
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: header.prefix(room.count)))
    }
    if room.count > Self.headerSize {
      let space = UnsafeMutableRawBufferPointer(rebasing: room[Self.headerSize...])
      block.withUnsafeBytes {
        space.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[entry.name].prefix(space.count)))
      }
    }
    return Self.headerSize + entry.name.count
  }
}
