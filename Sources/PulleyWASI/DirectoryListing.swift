import CSupport
import Glibc

/// How many positions in directories are remembered for a guest, in all that it has open.
final class PositionBudget {
  fileprivate var left: Int

  private static let most = 1 << 17
  /// What the positions take at most.
  static let byteCount = most * 8

  init(_ count: Int = PositionBudget.most) { left = count }
}

/// Reads an open directory in pieces, from the start or behind any entry that it has given.
///
/// An entry's cookie is how many entries have been given up to it: programs keep cookies in 32 bits,
/// where what file systems have for a position does not fit. The position behind each entry is
/// remembered, so that a cookie leads to the same place although other entries have been created or
/// removed. Beyond what the budget allows, entries are counted from the last position that is known.
///
/// A guest that reads on needs no position: what was read from the system and has not been given out
/// is kept. That is less than a piece, whatever the directory holds.
final class DirectoryListing {
  /// Entries in the form of the system's, of which those before `start` have been given out.
  private var piece: [UInt8] = []
  private var start = 0
  /// How many entries have been given out; nil if that is not known.
  private var index: UInt64?
  /// The system's positions behind so many entries.
  private var positions: [UInt64] = [0]
  private let budget: PositionBudget

  /// The bytes of a piece: the least takes any name of the usual file systems, the most any at all.
  private static let leastPiece = 512
  private static let mostPiece = 8192

  init(_ budget: PositionBudget) { self.budget = budget }

  deinit { forgetPositions() }

  /// Writes entries as preview 1 has them, as many as fit; the last may be cut.
  ///
  /// - Parameter check: called before each piece is read, to throw if the guest is to stop.
  func read(
    _ directory: Int32, into buffer: UnsafeMutableRawBufferPointer, from cookie: UInt64,
    check: () throws(WASIErrno) -> Void
  ) throws(WASIErrno) -> Int {
    // From the start, the directory is looked at anew.
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
        // What has been read is given first.
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
    piece = []
    start = 0
    index = nil
    let known = min(cookie, UInt64(positions.count - 1))
    if lseek(directory, off_t(truncatingIfNeeded: positions[Int(known)]), SEEK_SET) < 0 {
      throw .last
    }
    var passed = known
    index = passed
    while passed < cookie, let entry = try nextEntry(of: directory, room: Self.mostPiece, check) {
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
    if start > 0 { piece = Array(piece[start...]) }
    start = 0
  }

  // Entries

  private struct Entry {
    /// Bytes in the piece.
    let size: Int
    /// The system's position behind it.
    let position: UInt64
    let inode: UInt64
    let type: WASIFileType
    /// Where in the piece its name is.
    let name: Range<Int>
  }

  /// The next entry; nil at the end. `room` is for how many bytes of them there is use.
  private func nextEntry(
    of directory: Int32, room: Int, _ check: () throws(WASIErrno) -> Void
  ) throws(WASIErrno) -> Entry? {
    if start == piece.count {
      try check()
      start = 0
      piece = []
      piece = try Self.piece(of: directory, room: room)
      if piece.isEmpty { return nil }
    }
    let start = start
    return piece.withUnsafeBytes { bytes in
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

  private static func piece(of directory: Int32, room: Int) throws(WASIErrno) -> [UInt8] {
    var size = min(max(room, leastPiece), mostPiece)
    while true {
      var result = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        result = pulley_read_entries(directory, buffer.baseAddress!, size)
        count = max(0, result)
      }
      if result >= 0 { return bytes }
      // A directory that has been removed has no entries.
      if errno == ENOENT { return [] }
      guard errno == EINVAL, size < mostPiece else { throw .last }
      size = mostPiece
    }
  }

  private static let headerSize = 24

  /// Writes as much of the entry as there is room for; gives the size of the whole.
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
      piece.withUnsafeBytes {
        space.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[entry.name].prefix(space.count)))
      }
    }
    return Self.headerSize + entry.name.count
  }
}
