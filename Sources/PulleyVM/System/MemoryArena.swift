import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Slots for small memories, many in one mapping, so that the number of memories is not limited by that of
/// mappings. All bytes of a slot are accessible: the guest's accesses are checked against the memory's bound.
///
/// Slots have sizes of powers of two. A chunk is a mapping of slots of one size; it is given back to the
/// system when its last slot is, unless it is the only one with free slots of the size.
enum MemoryArena {
  static let smallestSlot = 1 << 16
  static let largestSlot = 1 << 22
  /// The size of a chunk, and what its address is a multiple of.
  static let chunkBytes = 1 << 26

  private struct Chunk {
    let slotSize: Int
    /// The numbers of slots that were used before and are free.
    var free: [UInt16] = []
    /// How many slots have ever been used.
    var used = 0
    var live = 0

    var isFull: Bool { free.isEmpty && used == chunkBytes / slotSize }
  }

  private struct Chunks {
    /// By their addresses.
    var all: [UInt: Chunk] = [:]
    /// For each size, the chunks that are not full.
    var open: [Int: [UInt]] = [:]
  }

  private static let chunks = Mutex(Chunks())

  /// The mappings of the arena.
  static var chunkCount: Int { chunks.withLock(\.all.count) }

  /// A slot of at least so many bytes, all zeros. Nil if none is so large, or the system has no memory.
  static func take(_ bytes: Int) -> (base: UnsafeMutableRawPointer, size: Int)? {
    guard bytes <= largestSlot else { return nil }
    var size = smallestSlot
    while size < bytes { size *= 2 }
    return chunks.withLock { chunks -> UInt? in
      guard let place = chunks.open[size]?.last ?? addChunk(&chunks, size),
        var chunk = chunks.all.removeValue(forKey: place)
      else { return nil }
      let slot: Int
      if let free = chunk.free.popLast() {
        slot = Int(free)
      } else {
        slot = chunk.used
        chunk.used += 1
      }
      chunk.live += 1
      if chunk.isFull { chunks.open[size]?.removeLast() }
      chunks.all[place] = chunk
      return place + UInt(slot * size)
    }.map { (pointer($0), size) }
  }

  static func give(_ base: UnsafeMutableRawPointer, _ size: Int) {
    let address = UInt(bitPattern: base)
    let place = address & ~UInt(chunkBytes - 1)
    // No guest may find what another one has left. Pages that the program has locked cannot be given back.
    if madvise(base, size, MADV_DONTNEED) != 0 { memset(base, 0, size) }
    let isEmpty = chunks.withLock { chunks in
      guard var chunk = chunks.all.removeValue(forKey: place) else { return false }
      let wasFull = chunk.isFull
      chunk.free.append(UInt16((address - place) / UInt(size)))
      chunk.live -= 1
      if wasFull && !chunk.isFull { chunks.open[size, default: []].append(place) }
      if chunk.live == 0, chunks.open[size]?.count ?? 0 > 1 {
        chunks.open[size]?.removeAll { $0 == place }
        return true
      }
      chunks.all[place] = chunk
      return false
    }
    if isEmpty { munmap(pointer(place), chunkBytes) }
  }

  private static func addChunk(_ chunks: inout Chunks, _ size: Int) -> UInt? {
    let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
    guard
      let memory = mmap(nil, 2 * chunkBytes, PROT_READ | PROT_WRITE, flags, -1, 0),
      memory != MAP_FAILED
    else { return nil }
    let start = UInt(bitPattern: memory)
    let place = (start + UInt(chunkBytes - 1)) & ~UInt(chunkBytes - 1)
    let before = Int(place - start)
    if before > 0 { munmap(memory, before) }
    munmap(pointer(place) + chunkBytes, chunkBytes - before)
    #if os(Linux)
      // A huge page would take the memory of many guests for one that writes a byte.
      let noHugePages: Int32 = 15
      madvise(pointer(place), chunkBytes, noHugePages)
    #endif
    chunks.all[place] = Chunk(slotSize: size)
    chunks.open[size, default: []].append(place)
    return place
  }
}
