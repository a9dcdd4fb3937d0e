import PulleyVM
import PulleyWasm

/// Calls `body` with successive ranges of `0..<count`, each of `size` at most, forwards or
/// backwards. Returns false if an interruption has ended this early. A single range is not
/// interruptible.
@inline(__always)
private func inPieces(
  _ count: Int, of size: Int, backwards: Bool = false, _ interruption: () -> Interruption,
  _ body: (Range<Int>) -> Void
) -> Bool {
  guard count > size else {
    body(0..<count)
    return true
  }
  let interruption = interruption()
  var done = 0
  while done < count {
    if interruption.isDue { return false }
    let step = min(size, count - done)
    body(backwards ? count - done - step..<count - done : done..<done + step)
    done += step
  }
  return true
}

/// How much memory is processed at once, in bytes. So much takes a millisecond or two.
private let pieceBytes = 4 << 20
private let pieceElements = pieceBytes / 8
/// How many elements are evaluated at once.
private let pieceItems = 16 << 10

/// The bulk operators on memories and tables, which also initialise them from segments. Each
/// returns the trap in which it ends. An interrupted operator has done a part of its work.
extension WasmInstanceState {
  /// Copies part of a data segment to a memory. A dropped segment counts as empty.
  func initializeMemory(
    _ memory: Int, at destination: UInt64, fromSegment number: Int, from source: UInt64,
    count: UInt64, _ interruption: @autoclosure () -> Interruption
  ) -> TrapReason? {
    let range = wasm.module.dataSegments[number].bytes
    let available = UInt64(droppedData[number] ? 0 : range.count)
    guard source <= available, count <= available - source,
      memories[memory].contains(destination, count)
    else { return .memoryOutOfBounds }
    guard count > 0 else { return nil }
    let start = range.lowerBound + Int(source)
    let isDone = wasm.module.bytes.withBytes(in: start..<start + Int(count)) { bytes in
      inPieces(bytes.count, of: pieceBytes, interruption) { piece in
        (memories[memory].base + Int(destination) + piece.lowerBound).copyMemory(
          from: bytes.baseAddress! + piece.lowerBound, byteCount: piece.count)
      }
    }
    return isDone ? nil : .interrupted
  }

  /// Copies part of an element segment to a table. A dropped segment counts as empty.
  func initializeTable(
    _ table: Int, at destination: UInt64, fromSegment number: Int, from source: UInt64,
    count: UInt64, _ interruption: @autoclosure () -> Interruption
  ) -> TrapReason? {
    let items = wasm.module.elementSegments[number].items
    let available = UInt64(droppedElements[number] ? 0 : items.count)
    let state = tables[table]
    guard source <= available, count <= available - source, state.contains(destination, count)
    else { return .tableOutOfBounds }
    let elements = state.record.pointee.elements + Int(destination)
    let isDone = inPieces(Int(count), of: pieceItems, interruption) { piece in
      for offset in piece {
        elements[offset] = UInt(element(Int(source) + offset, ofSegment: number))
      }
    }
    return isDone ? nil : .interrupted
  }

  func fillMemory(
    _ memory: Int, at start: UInt64, with byte: UInt8, count: UInt64,
    _ interruption: @autoclosure () -> Interruption
  ) -> TrapReason? {
    guard memories[memory].contains(start, count) else { return .memoryOutOfBounds }
    let first = memories[memory].base + Int(start)
    let isDone = inPieces(Int(count), of: pieceBytes, interruption) { piece in
      (first + piece.lowerBound).initializeMemory(
        as: UInt8.self, repeating: byte, count: piece.count)
    }
    return isDone ? nil : .interrupted
  }

  func copyMemory(
    to destination: (memory: Int, address: UInt64), from source: (memory: Int, address: UInt64),
    count: UInt64, _ interruption: @autoclosure () -> Interruption
  ) -> TrapReason? {
    guard memories[destination.memory].contains(destination.address, count),
      memories[source.memory].contains(source.address, count)
    else { return .memoryOutOfBounds }
    let to = memories[destination.memory].base + Int(destination.address)
    let from = memories[source.memory].base + Int(source.address)
    // Where the ranges overlap, bytes must be copied before they are overwritten.
    let isDone = inPieces(Int(count), of: pieceBytes, backwards: from < to, interruption) { piece in
      (to + piece.lowerBound).copyMemory(from: from + piece.lowerBound, byteCount: piece.count)
    }
    return isDone ? nil : .interrupted
  }

  func fillTable(
    _ table: Int, at start: UInt64, with word: UInt, count: UInt64,
    _ interruption: @autoclosure () -> Interruption
  ) -> TrapReason? {
    guard tables[table].contains(start, count) else { return .tableOutOfBounds }
    let first = tables[table].record.pointee.elements + Int(start)
    let isDone = inPieces(Int(count), of: pieceElements, interruption) { piece in
      (first + piece.lowerBound).update(repeating: word, count: piece.count)
    }
    return isDone ? nil : .interrupted
  }

  func copyTable(
    to destination: (table: Int, index: UInt64), from source: (table: Int, index: UInt64),
    count: UInt64, _ interruption: @autoclosure () -> Interruption
  ) -> TrapReason? {
    guard tables[destination.table].contains(destination.index, count),
      tables[source.table].contains(source.index, count)
    else { return .tableOutOfBounds }
    let to = tables[destination.table].record.pointee.elements + Int(destination.index)
    let from = tables[source.table].record.pointee.elements + Int(source.index)
    let isDone = inPieces(Int(count), of: pieceElements, backwards: from < to, interruption) {
      (to + $0.lowerBound).update(from: from + $0.lowerBound, count: $0.count)
    }
    return isDone ? nil : .interrupted
  }
}
