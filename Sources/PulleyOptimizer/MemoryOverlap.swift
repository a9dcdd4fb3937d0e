import PulleyIR

/// What an instruction accesses: memory at addresses, or the linear memories. These do not overlap.
enum MemoryKind: Int, CaseIterable { case memory, heap }

extension Function {
  /// Whether a load and a store of one kind may access the same bytes.
  func mayOverlap(_ load: InstructionData, _ store: InstructionData) -> Bool {
    // No load reads an element of an array of the collected heap.
    if store.operation.format == .ternaryTrap { return false }
    let (loadSize, storeSize) = (byteCount(load), byteCount(store))
    let address = resolve(store.argument1)
    if load.operation.format == .load {
      if load.entity != store.entity && load.entity != .max && store.entity != .max { return false }
      guard load.argument0 == address else { return true }
      return Self.overlaps(load.immediate &- store.immediate, loadSize, storeSize)
    }
    guard load.entity == store.entity, load.immediate >= 0, store.immediate >= 0 else {
      return true
    }
    let (a, b) = (term(load.argument0), term(address))
    guard a.value == b.value else { return true }
    let distance = load.immediate &- store.immediate &+ a.added &- b.added
    if type(of: address) != .i32 { return Self.overlaps(distance, loadSize, storeSize) }
    // Each of the sums may have wrapped around before it became an index.
    let wrap: Int64 = 1 << 32
    return Self.overlaps(distance, loadSize, storeSize)
      || Self.overlaps(distance - wrap, loadSize, storeSize)
      || Self.overlaps(distance + wrap, loadSize, storeSize)
  }

  /// - Parameter distance: from the start of the second to the start of the first.
  private static func overlaps(_ distance: Int64, _ first: Int64, _ second: Int64) -> Bool {
    distance < second && distance > -first
  }

  private func byteCount(_ data: InstructionData) -> Int64 {
    let bits = Int64(data.operation.accessShape?.bits ?? 0)
    return bits == 0 ? Int64(data.type.bits / 8) : bits / 8
  }

  /// An index as the sum of a value and a number; of none and a number if it is a constant.
  private func term(_ index: Value) -> (value: Value, added: Int64) {
    let type = type(of: index)
    if let number = integerConstant(index) {
      return (.none, Int64(bitPattern: type.zeroExtend(number)))
    }
    if case .result(let inst, _) = definition(of: index),
      instructions[inst].operation == .iadd,
      let number = integerConstant(
        resolve(instructions[inst].argument1))
    {
      return (
        resolve(instructions[inst].argument0), Int64(bitPattern: type.zeroExtend(number))
      )
    }
    return (index, 0)
  }
}
