import PulleyHeap
import PulleyVM
import PulleyWasm

/// The bulk operators on arrays of the heap. Each returns the trap in which it ends; an interrupted operator
/// has done a part of its work. References to arrays may be null.
extension WasmInstanceState {
  /// How much is processed between two looks at the interruption, in bytes. So much takes a millisecond or two.
  private static let pieceBytes = 4 << 20

  func fillArray(
    _ reference: UInt64, at start: UInt64, with words: (low: UInt64, high: UInt64), count: UInt64,
    _ interruption: () -> Interruption
  ) -> TrapReason? {
    guard let array = ArrayReference(reference) else { return .nullReference }
    guard array.contains(start, count) else { return .elementOutOfBounds }
    return array.inPieces(start, count, Self.pieceBytes, interruption) { piece in
      willOverwrite(piece, of: array)
      let place = array.elements + (piece.lowerBound << array.shift)
      switch array.shift {
      case 0:
        place.initializeMemory(
          as: UInt8.self, repeating: UInt8(truncatingIfNeeded: words.low), count: piece.count)
      case 1:
        place.initializeMemory(
          as: UInt16.self, repeating: UInt16(truncatingIfNeeded: words.low), count: piece.count)
      case 2:
        place.initializeMemory(
          as: UInt32.self, repeating: UInt32(truncatingIfNeeded: words.low), count: piece.count)
      case 3:
        place.initializeMemory(as: UInt64.self, repeating: words.low, count: piece.count)
      default:
        place.initializeMemory(
          as: (UInt64, UInt64).self, repeating: (words.low, words.high), count: piece.count)
      }
    }
  }

  func copyArray(
    to destination: (reference: UInt64, index: UInt64),
    from source: (reference: UInt64, index: UInt64), count: UInt64,
    _ interruption: () -> Interruption
  ) -> TrapReason? {
    guard let to = ArrayReference(destination.reference),
      let from = ArrayReference(source.reference)
    else { return .nullReference }
    guard to.contains(destination.index, count), from.contains(source.index, count) else {
      return .elementOutOfBounds
    }
    let distance = Int(source.index) - Int(destination.index)
    // Where the ranges overlap, elements must be copied before they are overwritten.
    let isBackwards = to.elements == from.elements && distance < 0
    return to.inPieces(
      destination.index, count, Self.pieceBytes, backwards: isBackwards, interruption
    ) { piece in
      willOverwrite(piece, of: to)
      (to.elements + (piece.lowerBound << to.shift)).copyMemory(
        from: from.elements + ((piece.lowerBound + distance) << to.shift),
        byteCount: piece.count << to.shift)
    }
  }

  /// Copies part of a data segment. A dropped segment counts as empty.
  func initializeArray(
    _ reference: UInt64, at destination: UInt64, fromData segment: Int, from source: UInt64,
    count: UInt64, _ interruption: () -> Interruption
  ) -> TrapReason? {
    guard let array = ArrayReference(reference) else { return .nullReference }
    guard array.contains(destination, count) else { return .elementOutOfBounds }
    let range = wasm.module.dataSegments[segment].bytes
    let available = UInt64(droppedData[segment] ? 0 : range.count)
    // No overflow: there are less than 2^32 elements.
    guard source <= available, count << UInt64(array.shift) <= available - source else {
      return .memoryOutOfBounds
    }
    guard count > 0 else { return nil }
    let start = range.lowerBound + Int(source)
    let first = Int(destination)
    return wasm.module.bytes.withBytes(in: start..<start + Int(count) << array.shift) { bytes in
      guard let base = bytes.baseAddress else { return nil }
      return array.inPieces(destination, count, Self.pieceBytes, interruption) { piece in
        (array.elements + (piece.lowerBound << array.shift)).copyMemory(
          from: base + ((piece.lowerBound - first) << array.shift),
          byteCount: piece.count << array.shift)
      }
    }
  }

  /// Copies part of an element segment. A dropped segment counts as empty.
  func initializeArray(
    _ reference: UInt64, at destination: UInt64, fromElements segment: Int, from source: UInt64,
    count: UInt64, _ interruption: () -> Interruption
  ) -> TrapReason? {
    guard let array = ArrayReference(reference) else { return .nullReference }
    guard array.contains(destination, count) else { return .elementOutOfBounds }
    guard let trap = checkElements(segment, source, count) else {
      let distance = Int(source) - Int(destination)
      let trap = array.inPieces(destination, count, Self.pieceBytes, interruption) { piece in
        willOverwrite(piece, of: array)
        let place = array.elements.assumingMemoryBound(to: UInt64.self)
        for index in piece { place[index] = element(index + distance, ofSegment: segment) }
      }
      return trap
    }
    return trap
  }

  /// A new array of part of a data segment, in bytes from `source`.
  func makeArray(
    ofType type: Int, fromData segment: Int, from source: UInt64, count: UInt64,
    _ interruption: () -> Interruption
  ) -> Result<UInt64, BuiltinTrap> {
    guard let shape = shape(ofType: type) else { return .failure(BuiltinTrap(.unsupported)) }
    let available = UInt64(droppedData[segment] ? 0 : wasm.module.dataSegments[segment].bytes.count)
    guard source <= available, count << UInt64(shape.elementSizeLog2) <= available - source else {
      return .failure(BuiltinTrap(.memoryOutOfBounds))
    }
    return makeArray(shape, count) { array in
      initializeArray(
        array, at: 0, fromData: segment, from: source, count: count, interruption)
    }
  }

  func makeArray(
    ofType type: Int, fromElements segment: Int, from source: UInt64, count: UInt64,
    _ interruption: () -> Interruption
  ) -> Result<UInt64, BuiltinTrap> {
    guard let shape = shape(ofType: type) else { return .failure(BuiltinTrap(.unsupported)) }
    if let trap = checkElements(segment, source, count) { return .failure(BuiltinTrap(trap)) }
    return makeArray(shape, count) { array in
      initializeArray(
        array, at: 0, fromElements: segment, from: source, count: count, interruption)
    }
  }

  private func makeArray(
    _ shape: Shape, _ count: UInt64, _ fill: (UInt64) -> TrapReason?
  ) -> Result<UInt64, BuiltinTrap> {
    guard let heap = try? group.objectHeap(),
      let array = heap.allocateArray(shape, length: UInt32(truncatingIfNeeded: count))
    else { return .failure(BuiltinTrap(.heapExhausted)) }
    let reference = UInt64(UInt(bitPattern: array))
    if let trap = fill(reference) { return .failure(BuiltinTrap(trap)) }
    return .success(reference)
  }

  func shape(ofType type: Int) -> Shape? { module.engine.types.shape(wasm.typeNumbers[type]) }

  /// Tells the collector of elements that will be lost, while it marks.
  private func willOverwrite(_ range: Range<Int>, of array: ArrayReference) {
    guard array.kind != .noReferences, let heap = group.existingHeap, heap.isMarking else { return }
    let first = array.elements.assumingMemoryBound(to: UInt.self) + range.lowerBound
    let words = UnsafeBufferPointer(start: first, count: range.count)
    if array.kind == .externals {
      heap.willOverwrite(externals: words)
    } else {
      heap.willOverwrite(objects: words)
    }
  }

  // Element segments

  /// The trap if part of an element segment does not exist.
  private func checkElements(_ segment: Int, _ source: UInt64, _ count: UInt64) -> TrapReason? {
    let items = wasm.module.elementSegments[segment].items
    let available = UInt64(droppedElements[segment] ? 0 : items.count)
    return source <= available && count <= available - source ? nil : .tableOutOfBounds
  }

  /// An element of a segment that is not active: its expressions have no effect, or are evaluated already.
  func element(_ index: Int, ofSegment segment: Int) -> UInt64 {
    if let known = evaluatedElements[segment] { return known[index] }
    switch wasm.module.elementSegments[segment].items {
    case .functions(let functions): return UInt64(reference(toFunction: Int(functions[index])))
    case .expressions(let expressions):
      return (try? ConstantEvaluator(instance: self).evaluate(expressions[index])) ?? 0
    }
  }
}

/// An array that a guest has.
private struct ArrayReference {
  let elements: UnsafeMutableRawPointer
  let count: UInt64
  /// The binary logarithm of an element's size.
  let shift: Int
  let kind: Shape.Elements

  /// Nil for null.
  init?(_ reference: UInt64) {
    guard let object = UnsafeMutableRawPointer(bitPattern: UInt(reference)),
      let shape = object.load(as: UnsafeRawPointer?.self).map(Shape.init)
    else { return nil }
    elements = object + Shape.arrayHeader
    count = UInt64(object.load(fromByteOffset: Shape.arrayLength, as: UInt32.self))
    shift = shape.elementSizeLog2
    kind = shape.elements ?? .noReferences
  }

  func contains(_ start: UInt64, _ count: UInt64) -> Bool {
    start <= self.count && count <= self.count - start
  }

  /// Calls `body` with successive ranges of elements that take `bytes` at most.
  func inPieces(
    _ start: UInt64, _ count: UInt64, _ bytes: Int, backwards: Bool = false,
    _ interruption: () -> Interruption, _ body: (Range<Int>) -> Void
  ) -> TrapReason? {
    let first = Int(start)
    let count = Int(count)
    let size = bytes >> shift
    guard count > size else {
      body(first..<first + count)
      return nil
    }
    let interruption = interruption()
    var done = 0
    while done < count {
      if interruption.isDue { return .interrupted }
      let step = min(size, count - done)
      let low = backwards ? first + count - done - step : first + done
      body(low..<low + step)
      done += step
    }
    return nil
  }
}
