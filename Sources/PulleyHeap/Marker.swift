import CSupport

/// Marks objects and scans them. It holds the mark stack's position while it exists, so that the compiler
/// can keep that in registers; `finish` writes it back.
struct Marker {
  let state: UnsafeMutablePointer<HeapState>
  private let stack: UnsafeMutablePointer<UInt>
  private let capacity: Int
  private var count: Int
  /// A power of two.
  private static let queueLength = 16

  init(_ state: UnsafeMutablePointer<HeapState>) {
    self.state = state
    stack = state.pointee.stack
    capacity = state.pointee.stackCapacity
    count = state.pointee.stackCount
  }

  func finish() { state.pointee.stackCount = count }

  /// Marks the object of a reference, and has it scanned later.
  @inline(__always)
  mutating func mark(_ word: UInt) {
    guard word != 0, word & 1 == 0 else { return }
    let bits = Bitmap.word(Chunk.markBits, word)
    let mask = Bitmap.mask(word)
    let old = bits.pointee
    guard old & mask == 0 else { return }
    bits.pointee = old | mask
    push(word)
  }

  @inline(__always)
  private mutating func push(_ object: UInt) {
    guard count < capacity else { return leaveOut(object) }
    stack[count] = object
    count &+= 1
  }

  @inline(__always)
  mutating func mark(external word: UInt) {
    guard word != 0 else { return }
    if let reference = ExternalWord.reference(in: word) {
      mark(reference)
    } else {
      report(word)
    }
  }

  mutating func mark(ambiguous word: UInt) {
    guard word != 0 else { return }
    let address = ExternalWord.reference(in: word) ?? word
    if let object = state.pointee.object(containing: address) {
      mark(object)
    } else if address == word {
      report(word)
    }
  }

  @inline(never)
  private func report(_ word: UInt) { state.pointee.observer?.reached(external: word) }

  /// Remembers an object that the full stack has no room for. It is scanned from its bit later, not by
  /// searching for marked objects, so that the work stays proportional to the number of objects.
  @inline(never)
  private func leaveOut(_ object: UInt) {
    Bitmap.insert(Chunk.greyBits, object)
    guard let span = Chunk(of: object).span(containing: object), !span.pointee.isGrey else {
      return
    }
    span.pointee.isGrey = true
    span.pointee.nextGrey = state.pointee.grey
    state.pointee.grey = span
  }

  /// Scans objects until this much work is done. Returns false if nothing is left to scan.
  ///
  /// Objects from the stack wait in a short queue while the processor loads them (Cher, Hosking and
  /// Vitek, 2004).
  mutating func work(_ most: Int) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt.self, capacity: Self.queueLength) { queue in
      guard let queue = queue.baseAddress else { return true }
      var first = 0
      var end = 0
      var done = 0
      while done < most {
        while end &- first < Self.queueLength, done < most {
          if count == 0 {
            guard let object = takeGrey() else { break }
            pulley_prefetch(object)
            queue[end & (Self.queueLength &- 1)] = object
            end &+= 1
            done &+= 64
            continue
          }
          count &-= 1
          let entry = stack[count]
          if entry & 1 != 0 {
            count &-= 1
            done &+= scanElements(of: entry & ~1, from: stack[count])
          } else {
            pulley_prefetch(entry)
            queue[end & (Self.queueLength &- 1)] = entry
            end &+= 1
          }
        }
        if first < end {
          let object = queue[first & (Self.queueLength &- 1)]
          first &+= 1
          done &+= scan(object)
        } else if count == 0, state.pointee.grey == nil {
          return false
        }
      }
      while first < end {
        end &-= 1
        push(queue[end & (Self.queueLength &- 1)])
      }
      return true
    }
  }

  private func takeGrey() -> UInt? {
    while let span = state.pointee.grey {
      let end = span.pointee.start &+ UInt(span.pointee.cellCount) &* span.pointee.cellBytes
      // The bits of an object with blocks of its own are not beyond its first one.
      let last = span.pointee.kind == .object ? span.pointee.start &+ 8 : end
      let object = Bitmap.first(Chunk.greyBits, from: span.pointee.start, to: last)
      if object < last {
        Bitmap.remove(Chunk.greyBits, object)
        return object
      }
      span.pointee.isGrey = false
      state.pointee.grey = span.pointee.nextGrey
    }
    return nil
  }

  /// Marks what an object refers to. Returns the work.
  @inline(__always)
  private mutating func scan(_ object: UInt) -> Int {
    let place = pointer(object)
    // A cell that was handed out but not used yet has no shape.
    guard let record = place.load(as: UnsafeRawPointer?.self) else { return 8 }
    if record.load(fromByteOffset: Shape.Offset.kind, as: UInt8.self) == Shape.Kind.array.rawValue {
      return scanArray(object)
    }
    let count = record.load(fromByteOffset: Shape.Offset.referenceCount, as: UInt32.self)
    let size = record.load(fromByteOffset: Shape.Offset.size, as: UInt32.self)
    guard count > 0 else { return Int(size) }
    let list = record.load(
      fromByteOffset: Shape.Offset.references, as: UnsafePointer<UInt32>.self)
    // The first field is scanned first, because its object was often allocated next.
    var index = Int(count)
    while index > 0 {
      index &-= 1
      let field = list[index]
      let word = place.load(fromByteOffset: Int(field >> 1), as: UInt.self)
      if field & 1 == 0 { mark(word) } else { mark(external: word) }
    }
    return Int(size)
  }

  @inline(never)
  private mutating func scanArray(_ object: UInt) -> Int {
    let record = pointer(object).load(as: UnsafeRawPointer.self)
    let elements = record.load(fromByteOffset: Shape.Offset.elements, as: UInt8.self)
    guard elements != Shape.Elements.noReferences.rawValue else { return Shape.arrayHeader }
    return scanElements(of: object, from: 0)
  }

  /// Scans a slice of an array and has the next one scanned later. If the stack has no room for that, it
  /// scans all elements. That occurs only at the first slice: a later one uses the room of the one before.
  private mutating func scanElements(of object: UInt, from index: UInt) -> Int {
    let place = pointer(object)
    let record = place.load(as: UnsafeRawPointer.self)
    let isExternal =
      record.load(fromByteOffset: Shape.Offset.elements, as: UInt8.self)
      == Shape.Elements.externals.rawValue
    let length = UInt(place.load(fromByteOffset: Shape.arrayLength, as: UInt32.self))
    var end = length
    if length &- index > Pace.arraySlice {
      if count &+ 2 <= capacity {
        end = index &+ Pace.arraySlice
        stack[count] = end
        stack[count &+ 1] = object | 1
        count &+= 2
      }
    }
    let elements = (place + Shape.arrayHeader).assumingMemoryBound(to: UInt.self)
    var element = index
    while element < end {
      let word = elements[Int(bitPattern: element)]
      if isExternal { mark(external: word) } else { mark(word) }
      element &+= 1
    }
    return Int(bitPattern: end &- index) &* 8 &+ Shape.arrayHeader
  }
}

extension HeapState {
  /// The allocated object that contains an address; nil if none does.
  func object(containing word: UInt) -> UInt? {
    guard word >= lowest, word < highest, let chunk = chunk(containing: word),
      let span = chunk.span(containing: word)
    else { return nil }
    let offset = word &- span.pointee.start
    var object = span.pointee.start
    if span.pointee.kind == .cells {
      let cell = (offset &* UInt(span.pointee.reciprocal)) >> 32
      guard cell < UInt(span.pointee.cellCount) else { return nil }
      object &+= cell &* span.pointee.cellBytes
    } else if offset >= span.pointee.cellBytes {
      return nil
    }
    // After a marking, the objects of a span that was not swept yet are those that were marked.
    let isSwept = phase != .sweeping || span.pointee.sweep == sweep
    guard Bitmap.contains(isSwept ? Chunk.allocatedBits : Chunk.markBits, object),
      pointer(object).load(as: UInt.self) != 0
    else { return nil }
    return object
  }

  /// The chunk that contains an address; nil if none does.
  func chunk(containing word: UInt) -> Chunk? {
    guard let chunks else { return nil }
    let place = place(after: word)
    guard place > 0 else { return nil }
    let chunk = Chunk(chunks[place - 1])
    return word &- chunk.address < chunk.length ? chunk : nil
  }

  /// The number of the first chunk that begins after an address.
  func place(after word: UInt) -> Int {
    guard let chunks else { return 0 }
    var low = 0
    var high = chunkCount
    while low < high {
      let middle = (low &+ high) >> 1
      if chunks[middle] <= word { low = middle &+ 1 } else { high = middle }
    }
    return low
  }
}
