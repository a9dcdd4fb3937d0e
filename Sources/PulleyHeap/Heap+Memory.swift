#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory from the system, and what it is charged for.
extension Heap {
  /// Charges for memory. False, without a charge, if the limit or the embedder does not allow it.
  func charge(_ bytes: Int) -> Bool {
    let (sum, overflows) = state.pointee.charged.addingReportingOverflow(bytes)
    guard !overflows, sum <= state.pointee.limit, reserve(bytes) else { return false }
    state.pointee.charged = sum
    return true
  }

  func discharge(_ bytes: Int) {
    state.pointee.charged -= bytes
    release(bytes)
  }

  /// Takes consecutive blocks and makes their span. Nil if there is no memory for them.
  func takeBlocks(_ count: Int) -> UnsafeMutablePointer<Span>? {
    if count == 1, state.pointee.usedFreeBlocks > 0, let span = takeUsedBlock() { return span }
    for attempt in 0..<2 {
      if let (chunk, blocks) = findBlocks(count) {
        if let span = take(blocks, of: chunk) { return span }
      } else if let chunk = addChunk(length: UInt(Chunk.bytes), charge: Chunk.charge),
        let blocks = chunk.free.consecutive(count)
      {
        if let span = take(blocks, of: chunk) { return span }
      }
      // Free blocks that are charged for may not be consecutive, but others can have their memory.
      guard attempt == 0, state.pointee.usedFreeBlocks > 0 else { return nil }
      giveFreeBlocksBack()
    }
    return nil
  }

  /// Takes a block that is charged for already.
  private func takeUsedBlock() -> UnsafeMutablePointer<Span>? {
    guard let chunks = state.pointee.chunks else { return nil }
    for distance in 0..<state.pointee.chunkCount {
      let place = (state.pointee.search + distance) % state.pointee.chunkCount
      let chunk = Chunk(chunks[place])
      let block = chunk.free.intersection(chunk.used).first(from: 0)
      if block < Chunk.blockCount {
        state.pointee.search = place
        return take(block..<block + 1, of: chunk)
      }
    }
    return nil
  }

  private func findBlocks(_ count: Int) -> (Chunk, Range<Int>)? {
    guard let chunks = state.pointee.chunks else { return nil }
    for distance in 0..<state.pointee.chunkCount {
      let place = (state.pointee.search + distance) % state.pointee.chunkCount
      let chunk = Chunk(chunks[place])
      if let blocks = chunk.free.consecutive(count) {
        if count == 1 { state.pointee.search = place }
        return (chunk, blocks)
      }
    }
    return nil
  }

  private func take(_ blocks: Range<Int>, of chunk: Chunk) -> UnsafeMutablePointer<Span>? {
    let set = BlockSet(blocks)
    let new = set.subtracting(chunk.used).count
    if new > 0 {
      guard charge(new * Chunk.blockCharge) else { return nil }
      chunk.charged += new * Chunk.blockCharge
    }
    state.pointee.usedFreeBlocks -= blocks.count - new
    if isEmpty(chunk) { state.pointee.emptyChunks -= 1 }
    chunk.free = chunk.free.subtracting(set)
    chunk.idle = chunk.idle.subtracting(set)
    chunk.used = chunk.used.union(set)
    for block in blocks.dropFirst() {
      let record = chunk.record(block)
      record.pointee.kind = .rest
      record.pointee.distance = UInt16(block - blocks.lowerBound)
    }
    let span = chunk.record(blocks.lowerBound)
    prepare(span, at: chunk.blockAddress(blocks.lowerBound), blocks: blocks.count)
    span.pointee.isZero = new == blocks.count
    return span
  }

  private func prepare(_ span: UnsafeMutablePointer<Span>, at start: UInt, blocks: Int) {
    span.pointee.next = nil
    span.pointee.nextGrey = nil
    span.pointee.isGrey = false
    span.pointee.start = start
    span.pointee.sweep = state.pointee.sweep
    span.pointee.blockCount = UInt16(blocks)
    span.pointee.distance = 0
  }

  /// Makes the blocks of a span free, which have no bits set.
  func makeFree(_ span: UnsafeMutablePointer<Span>, of chunk: Chunk) {
    let start = Int((span.pointee.start & Chunk.mask) >> UInt(Chunk.blockShift))
    let blocks = start..<start + Int(span.pointee.blockCount)
    for block in blocks { chunk.record(block).pointee.kind = .free }
    chunk.free = chunk.free.union(BlockSet(blocks))
    state.pointee.usedFreeBlocks += blocks.count
    if isEmpty(chunk) { state.pointee.emptyChunks += 1 }
  }

  func isEmpty(_ chunk: Chunk) -> Bool { chunk.free.count == Chunk.usableBlocks }

  /// A chunk for one object of this size; nil if there is no memory for it.
  func takeHugeChunk(_ bytes: Int) -> UnsafeMutablePointer<Span>? {
    let header = Chunk.firstBlock * Chunk.blockBytes
    let page = pageBytes
    let (size, overflows) = bytes.addingReportingOverflow(header + page - 1)
    guard !overflows else { return nil }
    let length = size / page * page
    let cost = length - header + Chunk.charge
    var found = addChunk(length: UInt(length), charge: cost)
    if found == nil, state.pointee.usedFreeBlocks > 0 {
      giveFreeBlocksBack()
      found = addChunk(length: UInt(length), charge: cost)
    }
    guard let chunk = found else { return nil }
    let span = chunk.record(Chunk.firstBlock)
    prepare(span, at: chunk.blockAddress(Chunk.firstBlock), blocks: 1)
    span.pointee.isZero = true
    return span
  }

  /// A chunk with free blocks only, or a longer one with none.
  private func addChunk(length: UInt, charge bytes: Int) -> Chunk? {
    guard makeRoomForChunk(), charge(bytes) else { return nil }
    guard let memory = map(length) else {
      discharge(bytes)
      return nil
    }
    let chunk = Chunk(UInt(bitPattern: memory))
    chunk.length = length
    chunk.charged = bytes
    chunk.isHuge = length != UInt(Chunk.bytes)
    if !chunk.isHuge {
      chunk.free = BlockSet(Chunk.firstBlock..<Chunk.blockCount)
      state.pointee.emptyChunks += 1
    }
    insert(chunk)
    return chunk
  }

  /// Makes the table of chunks large enough for one more.
  private func makeRoomForChunk(for more: Int = 1) -> Bool {
    let needed = state.pointee.chunkCount + more
    guard needed > state.pointee.chunkCapacity else { return true }
    let capacity = max(16, needed * 2)
    guard
      let table = realloc(state.pointee.chunks, capacity * MemoryLayout<UInt>.stride)
    else { return false }
    state.pointee.chunks = table.assumingMemoryBound(to: UInt.self)
    state.pointee.chunkCapacity = capacity
    return true
  }

  private func insert(_ chunk: Chunk) {
    guard let chunks = state.pointee.chunks else { return }
    let place = state.pointee.place(after: chunk.address)
    let moved = state.pointee.chunkCount - place
    (chunks + place + 1).update(from: chunks + place, count: moved)
    chunks[place] = chunk.address
    state.pointee.chunkCount += 1
    if place <= state.pointee.sweepChunk { state.pointee.sweepChunk += 1 }
    if !chunk.isHuge { state.pointee.search = place }
    setBounds()
  }

  private func setBounds() {
    guard let chunks = state.pointee.chunks, state.pointee.chunkCount > 0 else {
      state.pointee.lowest = 0
      state.pointee.highest = 0
      return
    }
    let last = Chunk(chunks[state.pointee.chunkCount - 1])
    state.pointee.lowest = chunks[0]
    state.pointee.highest = last.address &+ last.length
  }

  /// Gives a chunk without objects back to the system.
  func remove(_ place: Int) {
    guard let chunks = state.pointee.chunks else { return }
    let chunk = Chunk(chunks[place])
    if !chunk.isHuge {
      state.pointee.usedFreeBlocks -= chunk.used.count
      state.pointee.emptyChunks -= 1
    }
    let moved = state.pointee.chunkCount - place - 1
    (chunks + place).update(from: chunks + place + 1, count: moved)
    state.pointee.chunkCount -= 1
    if place < state.pointee.sweepChunk {
      state.pointee.sweepChunk -= 1
    } else if place == state.pointee.sweepChunk {
      // The next chunk has this number now, and was not swept yet.
      state.pointee.sweepBlock = 0
    }
    state.pointee.search = 0
    setBounds()
    let charged = chunk.charged
    munmap(pointer(chunk.address), Int(bitPattern: chunk.length))
    discharge(charged)
  }

  /// Gives the memory of free blocks back to the system.
  func giveBack(_ blocks: BlockSet, of chunk: Chunk) {
    #if os(Linux)
      guard state.pointee.canGiveBlocksBack else { return }
      var start = blocks.first(from: 0)
      while start < Chunk.blockCount {
        let end = blocks.first(from: start, false)
        let count = end - start
        let place = pointer(chunk.blockAddress(start))
        if madvise(place, count * Chunk.blockBytes, MADV_DONTNEED) == 0 {
          chunk.used = chunk.used.subtracting(BlockSet(start..<end))
          chunk.charged -= count * Chunk.blockCharge
          state.pointee.usedFreeBlocks -= count
          discharge(count * Chunk.blockCharge)
        }
        start = blocks.first(from: end)
      }
    #endif
  }

  /// Gives the memory of all free blocks back to the system.
  func giveFreeBlocksBack() {
    var place = state.pointee.chunkCount
    while place > 0, let chunks = state.pointee.chunks {
      place -= 1
      let chunk = Chunk(chunks[place])
      if chunk.isHuge { continue }
      if isEmpty(chunk), state.pointee.emptyChunks > 1 {
        remove(place)
      } else {
        giveBack(chunk.free.intersection(chunk.used), of: chunk)
      }
    }
  }

  /// Maps zeros at a multiple of the size of a chunk.
  private func map(_ length: UInt) -> UnsafeMutableRawPointer? {
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    #else
      let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
    #endif
    let (size, overflows) = length.addingReportingOverflow(UInt(Chunk.bytes))
    guard !overflows, let total = Int(exactly: size),
      let memory = mmap(nil, total, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED
    else { return nil }
    let start = UInt(bitPattern: memory)
    let aligned = (start &+ Chunk.mask) & ~Chunk.mask
    if aligned > start { munmap(memory, Int(aligned &- start)) }
    let rest = start &+ size &- aligned &- length
    if rest > 0 { munmap(pointer(aligned &+ length), Int(rest)) }
    #if os(Linux)
      // A heap that never has more than a few objects must not take a large page for each of its parts.
      if state.pointee.chunkCount == 0 {
        madvise(pointer(aligned), Int(bitPattern: length), MADV_NOHUGEPAGE)
      }
    #endif
    return pointer(aligned)
  }

  /// Takes over the chunks of another heap, which has no more then. False, without a change, if there is no
  /// memory for the table.
  func takeChunks(of other: Heap) -> Bool {
    let theirs = other.state
    guard makeRoomForChunk(for: theirs.pointee.chunkCount) else { return false }
    if let chunks = state.pointee.chunks, let others = theirs.pointee.chunks {
      var own = state.pointee.chunkCount
      var other = theirs.pointee.chunkCount
      state.pointee.chunkCount += other
      while other > 0 {
        if own > 0, chunks[own - 1] > others[other - 1] {
          own -= 1
          chunks[own + other] = chunks[own]
        } else {
          other -= 1
          chunks[own + other] = others[other]
        }
      }
      setBounds()
    }
    state.pointee.usedFreeBlocks += theirs.pointee.usedFreeBlocks
    state.pointee.emptyChunks += theirs.pointee.emptyChunks
    theirs.pointee.usedFreeBlocks = 0
    theirs.pointee.emptyChunks = 0
    theirs.pointee.chunkCount = 0
    theirs.pointee.search = 0
    other.setBounds()
    return true
  }
}
