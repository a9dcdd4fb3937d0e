/// Sweeping: what is marked becomes what is allocated. It reads only the bitmaps.
extension Heap {
  func beginSweep() {
    state.pointee.sweep &+= 1
    state.pointee.sweepChunk = 0
    state.pointee.sweepBlock = 0
    state.pointee.sweptBytes = 0
    for sizeClass in 0..<SizeClass.count {
      state.pointee.classes[sizeClass] = ClassState(span: nil, position: 0, available: nil)
    }
  }

  /// Sweeps spans, up to this many.
  ///
  /// - Parameter sizeClass: a class for which a span with free cells, or a free block, is enough.
  func sweep(_ most: Int, for sizeClass: Int? = nil) {
    var left = most
    while left > 0 {
      let place = state.pointee.sweepChunk
      guard let chunks = state.pointee.chunks, place < state.pointee.chunkCount else {
        return endSweep()
      }
      let chunk = Chunk(chunks[place])
      if chunk.isHuge {
        state.pointee.sweepChunk += 1
        let span = chunk.record(Chunk.firstBlock)
        if span.pointee.sweep != state.pointee.sweep, !keepsObject(span) { remove(place) }
        left -= 1
      } else {
        left -= sweep(chunk, left)
        if state.pointee.sweepBlock >= Chunk.blockCount {
          left -= Pace.sweepSlice
          if !trim(chunk) {
            state.pointee.sweepChunk += 1
            state.pointee.sweepBlock = 0
            // It has been free since the last sweep, so that a guest that allocates little but garbage
            // does not have the system clear the same pages again and again.
            let isIdle = chunk.free.intersection(chunk.used).isEmpty
            if isIdle, isEmpty(chunk), state.pointee.emptyChunks > 1 { remove(place) }
          }
        }
      }
      if let sizeClass,
        state.pointee.classes[sizeClass].available != nil || state.pointee.usedFreeBlocks > 0
      {
        return
      }
    }
  }

  /// Sweeps up to this many spans of a chunk. Returns how many.
  private func sweep(_ chunk: Chunk, _ most: Int) -> Int {
    var done = 0
    var block = max(state.pointee.sweepBlock, Chunk.firstBlock)
    while block < Chunk.blockCount, done < most {
      let span = chunk.record(block)
      switch span.pointee.kind {
      case .free:
        block = chunk.free.first(from: block, false)
      case .rest:
        // The span was made after the last slice, from blocks on both sides of where that ended.
        block += 1
      case .cells, .object:
        block += Int(span.pointee.blockCount)
        done += 1
        guard span.pointee.sweep != state.pointee.sweep else { continue }
        span.pointee.sweep = state.pointee.sweep
        if span.pointee.kind == .cells {
          sweepCells(span, of: chunk)
        } else if !keepsObject(span) {
          makeFree(span, of: chunk)
        }
      }
    }
    state.pointee.sweepBlock = block
    return done
  }

  private func sweepCells(_ span: UnsafeMutablePointer<Span>, of chunk: Chunk) {
    let words = Int(span.pointee.blockCount) * Chunk.wordsOfBlock
    let allocated = Bitmap.word(Chunk.allocatedBits, span.pointee.start)
    let marked = Bitmap.word(Chunk.markBits, span.pointee.start)
    var live = 0
    for word in 0..<words {
      let bits = marked[word]
      allocated[word] = bits
      marked[word] = 0
      live &+= bits.nonzeroBitCount
    }
    span.pointee.isZero = false
    guard live > 0 else { return makeFree(span, of: chunk) }
    state.pointee.sweptBytes += live * Int(span.pointee.cellBytes)
    if live < Int(span.pointee.cellCount) {
      let place = state.pointee.classes + Int(span.pointee.sizeClass)
      span.pointee.next = place.pointee.available
      place.pointee.available = span
    }
  }

  /// Whether the object of a span is marked. Makes that its allocated bit.
  private func keepsObject(_ span: UnsafeMutablePointer<Span>) -> Bool {
    span.pointee.sweep = state.pointee.sweep
    let start = span.pointee.start
    guard Bitmap.contains(Chunk.markBits, start) else {
      Bitmap.remove(Chunk.allocatedBits, start)
      return false
    }
    Bitmap.remove(Chunk.markBits, start)
    state.pointee.sweptBytes += Int(span.pointee.cellBytes)
    return true
  }

  /// Gives back blocks that were free since the sweep before, up to some number. Returns whether there are
  /// more.
  private func trim(_ chunk: Chunk) -> Bool {
    let idle = chunk.free.intersection(chunk.used).intersection(chunk.idle)
    let some = idle.prefix(Pace.trimSlice)
    let before = chunk.used.count
    giveBack(some, of: chunk)
    if chunk.used.count < before, some.count < idle.count { return true }
    chunk.idle = chunk.free
    return false
  }

  private func endSweep() {
    state.pointee.phase = .idle
    state.pointee.liveBytes = state.pointee.sweptBytes
    setPace()
  }
}
