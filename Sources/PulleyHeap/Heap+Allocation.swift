#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Heap {
  /// A structure or an exception whose fields are 0. Nil if there is no memory for it even after a
  /// full collection.
  ///
  /// - Parameter size: the size of the object with its header, at least 8.
  @inlinable @inline(__always)
  public func allocate(_ shape: Shape, size: Int) -> UnsafeMutableRawPointer? {
    if let sizeClass = SizeClass.of(size), let object = takeCell(sizeClass) {
      object.storeBytes(of: shape.address, as: UnsafeRawPointer.self)
      return object
    }
    return allocateSlowly(shape, size: size)
  }

  /// An array whose elements are 0. Nil if there is no memory for it even after a full collection.
  @inlinable @inline(__always)
  public func allocateArray(_ shape: Shape, length: UInt32) -> UnsafeMutableRawPointer? {
    let size = Shape.arrayHeader &+ Int(length) << shape.elementSizeLog2
    if let sizeClass = SizeClass.of(size), let object = takeCell(sizeClass) {
      object.storeBytes(of: shape.address, as: UnsafeRawPointer.self)
      object.storeBytes(of: length, toByteOffset: Shape.arrayLength, as: UInt32.self)
      return object
    }
    return allocateArraySlowly(shape, length: length)
  }

  /// The next cell of the current run; nil if it has no more.
  @inlinable @inline(__always)
  func takeCell(_ sizeClass: Int) -> UnsafeMutableRawPointer? {
    let entry = allocator + (AllocatorRecord.classes + sizeClass &* AllocatorRecord.classStride)
    let cursor = entry.load(as: UInt.self)
    let next = cursor &+ UInt(bitPattern: SizeClass.bytes(sizeClass))
    guard next <= entry.load(fromByteOffset: 8, as: UInt.self) else { return nil }
    entry.storeBytes(of: next, as: UInt.self)
    return UnsafeMutableRawPointer(bitPattern: cursor)
  }

  /// What `allocate` does when the run has no cell left.
  ///
  /// - Parameter word: a root of any kind, in addition to the others.
  @inline(never)
  public func allocateSlowly(
    _ shape: Shape, size: Int, keeping word: UInt = 0
  ) -> UnsafeMutableRawPointer? {
    guard let object = obtain(max(size, 8), keeping: word) else { return nil }
    object.storeBytes(of: shape.address, as: UnsafeRawPointer.self)
    return object
  }

  /// What `allocateArray` does when the run has no cell left.
  @inline(never)
  public func allocateArraySlowly(
    _ shape: Shape, length: UInt32, keeping word: UInt = 0
  ) -> UnsafeMutableRawPointer? {
    let size = Shape.arrayHeader + Int(length) << shape.elementSizeLog2
    guard let object = obtain(size, keeping: word) else { return nil }
    object.storeBytes(of: shape.address, as: UnsafeRawPointer.self)
    object.storeBytes(of: length, toByteOffset: Shape.arrayLength, as: UInt32.self)
    return object
  }

  /// Memory for an object, zeros only; collects if that is due or necessary.
  private func obtain(_ size: Int, keeping word: UInt) -> UnsafeMutableRawPointer? {
    guard size <= state.pointee.limit else { return nil }
    if state.pointee.isStressed {
      collect(keeping: word)
    } else {
      doWork(for: size, keeping: word)
    }
    if let object = attempt(size) { return object }
    if state.pointee.phase != .idle {
      timed { finishCycle() }
      if let object = attempt(size) { return object }
    }
    let live = state.pointee.liveBytes
    let handedOut = state.pointee.handedOut
    collect(keeping: word)
    guard let object = attempt(size) else {
      state.pointee.poorCollections = 0
      return nil
    }
    // A guest that has almost no memory left would have everything collected again for each few objects.
    let isPoor =
      handedOut - state.pointee.handedOutAtForced < live / 64
      && state.pointee.liveBytes > live / 64 * 63
    state.pointee.handedOutAtForced = handedOut
    state.pointee.poorCollections = isPoor ? state.pointee.poorCollections + 1 : 0
    guard state.pointee.poorCollections <= Pace.mostPoorCollections else {
      state.pointee.poorCollections = 0
      return nil
    }
    return object
  }

  private func attempt(_ size: Int) -> UnsafeMutableRawPointer? {
    guard let sizeClass = SizeClass.of(size) else { return takeObject(size) }
    if let cell = takeCell(sizeClass) { return cell }
    return refill(sizeClass) ? takeCell(sizeClass) : nil
  }

  // MARK: Cells

  /// The cursor and the limit of a class.
  func run(_ sizeClass: Int) -> UnsafeMutablePointer<UInt> {
    (allocator + (AllocatorRecord.classes + sizeClass * AllocatorRecord.classStride))
      .assumingMemoryBound(to: UInt.self)
  }

  /// Hands out the next run of free cells of a class. False if there is no memory for it.
  private func refill(_ sizeClass: Int) -> Bool {
    let place = state.pointee.classes + sizeClass
    while true {
      if let span = place.pointee.span {
        if handOut(span, sizeClass, place) { return true }
        place.pointee.span = nil
      }
      if place.pointee.available == nil, state.pointee.phase == .sweeping {
        timed { sweep(Pace.sweepSearch, for: sizeClass) }
      }
      if let span = place.pointee.available {
        place.pointee.available = span.pointee.next
        place.pointee.span = span
      } else if let span = takeBlocks(SizeClass.bytes(sizeClass) > 3072 ? 2 : 1) {
        let bytes = UInt(SizeClass.bytes(sizeClass))
        let count = UInt(span.pointee.blockCount) << UInt(Chunk.blockShift) / bytes
        span.pointee.kind = .cells
        span.pointee.sizeClass = UInt8(sizeClass)
        span.pointee.cellBytes = bytes
        span.pointee.cellCount = UInt32(count)
        span.pointee.reciprocal = UInt32(min((1 << 32 + bytes - 1) / bytes, UInt(UInt32.max)))
        place.pointee.span = span
      } else {
        return false
      }
      place.pointee.position = place.pointee.span?.pointee.start ?? 0
    }
  }

  /// Hands out the next free cells of a span. False if there are none.
  private func handOut(
    _ span: UnsafeMutablePointer<Span>, _ sizeClass: Int, _ place: UnsafeMutablePointer<ClassState>
  ) -> Bool {
    let bytes = span.pointee.cellBytes
    let end = span.pointee.start &+ UInt(span.pointee.cellCount) &* bytes
    var start = place.pointee.position
    while start < end, Bitmap.contains(Chunk.allocatedBits, start) { start &+= bytes }
    guard start < end else { return false }
    let most = state.pointee.isStressed ? bytes : max(Pace.run / bytes, 1) &* bytes
    let stop = Bitmap.first(Chunk.allocatedBits, from: start, to: min(start &+ most, end))
    Bitmap.fill(Chunk.allocatedBits, from: start, to: stop, step: bytes, true)
    if state.pointee.phase == .marking {
      Bitmap.fill(Chunk.markBits, from: start, to: stop, step: bytes, true)
    }
    let size = Int(bitPattern: stop &- start)
    if !span.pointee.isZero { memset(pointer(start), 0, size) }
    let run = run(sizeClass)
    run[0] = start
    run[1] = stop
    place.pointee.position = stop
    account(size)
    return true
  }

  /// Takes back the cells of all runs that were not used.
  func retireRuns() {
    for sizeClass in 0..<SizeClass.count {
      let run = run(sizeClass)
      let start = run[0]
      let end = run[1]
      guard start < end else { continue }
      let bytes = UInt(SizeClass.bytes(sizeClass))
      Bitmap.fill(Chunk.allocatedBits, from: start, to: end, step: bytes, false)
      if state.pointee.phase == .marking {
        Bitmap.fill(Chunk.markBits, from: start, to: end, step: bytes, false)
      }
      run[0] = 0
      run[1] = 0
      state.pointee.classes[sizeClass].position = start
      account(-Int(bitPattern: end &- start))
    }
  }

  private func account(_ bytes: Int) {
    state.pointee.handedOut &+= bytes
    state.pointee.sinceMarking &+= bytes
    state.pointee.debt &+= bytes &* state.pointee.ratio
  }

  // MARK: Larger objects

  private func takeObject(_ size: Int) -> UnsafeMutableRawPointer? {
    let (padded, overflows) = size.addingReportingOverflow(Chunk.blockBytes - 1)
    guard !overflows else { return nil }
    let blocks = padded >> Chunk.blockShift
    let found =
      blocks <= Chunk.usableBlocks ? takeBlocks(blocks) : takeHugeChunk(size)
    guard let span = found else { return nil }
    let bytes = (size + 7) & ~7
    span.pointee.kind = .object
    span.pointee.cellBytes = UInt(bytes)
    span.pointee.cellCount = 1
    span.pointee.reciprocal = 0
    let object = pointer(span.pointee.start)
    if !span.pointee.isZero { memset(object, 0, bytes) }
    Bitmap.insert(Chunk.allocatedBits, span.pointee.start)
    if state.pointee.phase == .marking {
      Bitmap.insert(Chunk.markBits, span.pointee.start)
    }
    account(bytes)
    return object
  }
}
