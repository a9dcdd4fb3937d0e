import PulleyWasm

/// What segments, and the bulk operators on memories and tables, do. Each gives the trap it ends in.
extension InstanceState {
  /// Copies part of a data segment; a dropped one counts as empty.
  func initializeMemory(
    _ memory: Int, at destination: UInt64, fromSegment number: Int, from source: UInt64,
    count: UInt64
  ) -> TrapReason? {
    let range = module.wasm.dataSegments[number].bytes
    let available = UInt64(droppedData[number] ? 0 : range.count)
    guard source <= available, count <= available - source,
      memories[memory].contains(destination, count)
    else { return .memoryOutOfBounds }
    guard count > 0 else { return nil }
    let start = range.lowerBound + Int(source)
    module.wasm.bytes.withBytes(in: start..<start + Int(count)) { bytes in
      (memories[memory].base + Int(destination)).copyMemory(
        from: bytes.baseAddress!, byteCount: bytes.count)
    }
    return nil
  }

  /// Copies part of an element segment; a dropped one counts as empty.
  func initializeTable(
    _ table: Int, at destination: UInt64, fromSegment number: Int, from source: UInt64,
    count: UInt64
  ) -> TrapReason? {
    let items = module.wasm.elementSegments[number].items
    let available = UInt64(droppedElements[number] ? 0 : items.count)
    let state = tables[table]
    guard source <= available, count <= available - source, state.contains(destination, count)
    else { return .tableOutOfBounds }
    let elements = state.record.pointee.elements + Int(destination)
    let evaluator = ConstantEvaluator(instance: self)
    for offset in 0..<Int(count) {
      let index = Int(source) + offset
      switch items {
      case .functions(let functions):
        elements[offset] = reference(toFunction: Int(functions[index]))
      case .expressions(let expressions):
        guard let bits = try? evaluator.evaluate(expressions[index]) else { return .unsupported }
        elements[offset] = UInt(bits)
      }
    }
    return nil
  }

  func fillMemory(_ memory: Int, at start: UInt64, with byte: UInt8, count: UInt64) -> TrapReason? {
    guard memories[memory].contains(start, count) else { return .memoryOutOfBounds }
    (memories[memory].base + Int(start)).initializeMemory(
      as: UInt8.self, repeating: byte, count: Int(count))
    return nil
  }

  func copyMemory(
    to destination: (memory: Int, address: UInt64), from source: (memory: Int, address: UInt64),
    count: UInt64
  ) -> TrapReason? {
    guard memories[destination.memory].contains(destination.address, count),
      memories[source.memory].contains(source.address, count)
    else { return .memoryOutOfBounds }
    (memories[destination.memory].base + Int(destination.address)).copyMemory(
      from: memories[source.memory].base + Int(source.address), byteCount: Int(count))
    return nil
  }

  func fillTable(_ table: Int, at start: UInt64, with word: UInt, count: UInt64) -> TrapReason? {
    guard tables[table].contains(start, count) else { return .tableOutOfBounds }
    (tables[table].record.pointee.elements + Int(start)).update(
      repeating: word, count: Int(count))
    return nil
  }

  func copyTable(
    to destination: (table: Int, index: UInt64), from source: (table: Int, index: UInt64),
    count: UInt64
  ) -> TrapReason? {
    guard tables[destination.table].contains(destination.index, count),
      tables[source.table].contains(source.index, count)
    else { return .tableOutOfBounds }
    (tables[destination.table].record.pointee.elements + Int(destination.index)).update(
      from: tables[source.table].record.pointee.elements + Int(source.index), count: Int(count))
    return nil
  }
}
