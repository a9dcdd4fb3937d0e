import PulleyISA

/// The intervals that occupy each register, as ordered lists of disjoint ranges. Lists are stored in
/// chunks, so that searches take logarithmic time, and insertions and removals move little memory.
struct RegisterOccupancy: Sendable {
  struct Entry {
    var start: ProgramPoint
    var end: ProgramPoint
    var interval: UInt32
  }

  private struct Chunk {
    /// The start of its first entry.
    var start: ProgramPoint
    /// The number of its storage.
    var storage: UInt32
  }

  private static let capacity = 64

  /// By register: its chunks in order. No chunk is empty.
  private var directory: [[Chunk]] = Array(repeating: [], count: Allocation.registerLocations)
  private var entries: [Entry] = []
  private var counts: [UInt32] = []
  /// The numbers of unused storages.
  private var free: [UInt32] = []

  mutating func reset() {
    for location in directory.indices { directory[location].removeAll(keepingCapacity: true) }
    entries.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
    free.removeAll(keepingCapacity: true)
  }

  /// A position in the list of one register.
  struct Cursor {
    var chunk: Int
    var index: Int
  }

  /// The first entry of `location` that ends after `point`.
  func firstEntry(endingAfter point: ProgramPoint, in location: Int) -> Cursor {
    var chunk = lastChunk(startingAtOrBefore: point, in: location)
    if chunk < 0 { return Cursor(chunk: 0, index: 0) }
    let storage = Int(directory[location][chunk].storage)
    var low = 0
    var high = Int(counts[storage])
    let base = storage * Self.capacity
    while low < high {
      let middle = (low + high) / 2
      if entries[base + middle].end > point { high = middle } else { low = middle + 1 }
    }
    if low == Int(counts[storage]) {
      chunk += 1
      low = 0
    }
    return Cursor(chunk: chunk, index: low)
  }

  func entry(at cursor: Cursor, in location: Int) -> Entry? {
    guard cursor.chunk < directory[location].count else { return nil }
    let storage = Int(directory[location][cursor.chunk].storage)
    return entries[storage * Self.capacity + cursor.index]
  }

  func next(after cursor: Cursor, in location: Int) -> Cursor {
    let storage = Int(directory[location][cursor.chunk].storage)
    return cursor.index + 1 < Int(counts[storage])
      ? Cursor(chunk: cursor.chunk, index: cursor.index + 1)
      : Cursor(chunk: cursor.chunk + 1, index: 0)
  }

  mutating func insert(_ range: LiveRange, interval: UInt32, in location: Int) {
    let entry = Entry(start: range.start, end: range.end, interval: interval)
    var chunk = lastChunk(startingAtOrBefore: range.start, in: location)
    if chunk < 0 {
      if directory[location].isEmpty {
        directory[location].append(Chunk(start: range.start, storage: makeStorage()))
      }
      chunk = 0
    }
    if Int(counts[Int(directory[location][chunk].storage)]) == Self.capacity {
      chunk = split(chunk, before: range.start, in: location)
    }
    let storage = Int(directory[location][chunk].storage)
    let base = storage * Self.capacity
    var index = base + Int(counts[storage])
    while index > base, entries[index - 1].start > range.start {
      entries[index] = entries[index - 1]
      index -= 1
    }
    entries[index] = entry
    counts[storage] += 1
    if index == base { directory[location][chunk].start = range.start }
  }

  /// Removes the entry that starts at `start`.
  mutating func remove(start: ProgramPoint, in location: Int) {
    let cursor = firstEntry(endingAfter: start, in: location)
    guard let entry = entry(at: cursor, in: location), entry.start == start else { return }
    let storage = Int(directory[location][cursor.chunk].storage)
    let base = storage * Self.capacity
    counts[storage] -= 1
    for index in cursor.index..<Int(counts[storage]) {
      entries[base + index] = entries[base + index + 1]
    }
    if counts[storage] == 0 {
      directory[location].remove(at: cursor.chunk)
      free.append(UInt32(storage))
    } else if cursor.index == 0 {
      directory[location][cursor.chunk].start = entries[base].start
    }
  }

  private func lastChunk(startingAtOrBefore point: ProgramPoint, in location: Int) -> Int {
    var low = 0
    var high = directory[location].count
    while low < high {
      let middle = (low + high) / 2
      if directory[location][middle].start > point { high = middle } else { low = middle + 1 }
    }
    return low - 1
  }

  private mutating func makeStorage() -> UInt32 {
    if let storage = free.popLast() { return storage }
    let unused = Entry(start: 0, end: 0, interval: 0)
    entries.append(contentsOf: repeatElement(unused, count: Self.capacity))
    counts.append(0)
    return UInt32(counts.count - 1)
  }

  /// Splits a full chunk. Returns the chunk for an entry that starts at `start`.
  private mutating func split(_ chunk: Int, before start: ProgramPoint, in location: Int) -> Int {
    let storage = Int(directory[location][chunk].storage)
    let fresh = Int(makeStorage())
    // Entries mostly come in ascending order, in which case the full chunk stays full.
    let last = entries[storage * Self.capacity + Self.capacity - 1]
    let kept = start > last.start ? Self.capacity : Self.capacity / 2
    for index in kept..<Self.capacity {
      entries[fresh * Self.capacity + index - kept] = entries[storage * Self.capacity + index]
    }
    counts[storage] = UInt32(kept)
    counts[fresh] = UInt32(Self.capacity - kept)
    let freshStart = kept == Self.capacity ? start : entries[fresh * Self.capacity].start
    directory[location].insert(Chunk(start: freshStart, storage: UInt32(fresh)), at: chunk + 1)
    return start >= freshStart ? chunk + 1 : chunk
  }
}
