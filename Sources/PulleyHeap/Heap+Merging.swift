extension Heap {
  /// Takes over all objects and memory of another heap, whose roots must be among this one's from now on.
  ///
  /// Cycles of both are finished first. What the other heap has reserved is released there and reserved
  /// here; that this heap's limit or account does not allow it prevents nothing. The other heap has no
  /// objects afterwards, and its allocator is not to be used. Returns false, without a change, if
  /// the host has no memory for the table of all chunks.
  @discardableResult
  public func merge(_ other: Heap) -> Bool {
    guard other !== self else { return true }
    timed {
      finishCycle()
      other.finishCycle()
    }
    other.retireRuns()
    let theirs = other.state
    var moved = 0
    for place in 0..<theirs.pointee.chunkCount {
      guard let chunks = theirs.pointee.chunks else { break }
      let chunk = Chunk(chunks[place])
      moved += chunk.charged
      number(chunk)
    }
    guard takeChunks(of: other) else { return false }
    for sizeClass in 0..<SizeClass.count {
      join(theirs.pointee.classes + sizeClass, state.pointee.classes + sizeClass)
    }
    other.discharge(moved)
    _ = reserve(moved)
    state.pointee.charged += moved
    state.pointee.liveBytes += theirs.pointee.liveBytes
    state.pointee.handedOut += theirs.pointee.handedOut
    state.pointee.sinceMarking += theirs.pointee.sinceMarking
    state.pointee.collections += theirs.pointee.collections
    state.pointee.totalPause += theirs.pointee.totalPause
    state.pointee.longestPause = max(state.pointee.longestPause, theirs.pointee.longestPause)
    theirs.pointee.liveBytes = 0
    theirs.pointee.handedOut = 0
    theirs.pointee.sinceMarking = 0
    setPace()
    return true
  }

  /// Counts all spans of a chunk as swept by this heap's last sweep.
  private func number(_ chunk: Chunk) {
    let blocks = chunk.isHuge ? Chunk.firstBlock + 1 : Chunk.blockCount
    for block in Chunk.firstBlock..<blocks {
      chunk.record(block).pointee.sweep = state.pointee.sweep
    }
  }

  /// Appends the spans with free cells of one class to those of another.
  private func join(
    _ other: UnsafeMutablePointer<ClassState>, _ own: UnsafeMutablePointer<ClassState>
  ) {
    var rest = other.pointee.available
    if let span = other.pointee.span {
      // Its free cells are looked for from its start again.
      span.pointee.next = rest
      rest = span
    }
    while let span = rest {
      rest = span.pointee.next
      span.pointee.next = own.pointee.available
      own.pointee.available = span
    }
    other.pointee = ClassState(span: nil, position: 0, available: nil)
  }
}
