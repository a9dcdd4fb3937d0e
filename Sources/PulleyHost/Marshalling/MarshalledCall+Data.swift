import PulleyDeclarations
import PulleyVM

/// Pointers to data.
extension MarshalledCall {
  private func state(_ step: DataStep) -> UnsafeMutablePointer<DataState> {
    (frame + step.stateOffset).assumingMemoryBound(to: DataState.self)
  }

  /// The host's pointer for an argument: to the guest's data, or to a converted copy.
  func data(
    _ step: DataStep, _ slot: ArgumentConversion
  ) throws(MarshallingFailure) -> UnsafeMutableRawPointer? {
    let address = address(slot)
    if address == 0 && slot.refusesNull { throw .null }
    if address == 0 && step.type.isNullable {
      try checkNull(step)
      return nil
    }
    if step.type.isReleased && !step.type.isKept {
      state(step).pointee.address = address
      return try released(address)
    }
    let bytes = try size(step, at: address)
    let transfer = step.transfer
    guard let copyOffset = step.copyOffset else {
      let pointer = try context.memory.pointer(
        address, count: bytes, alignment: UInt64(transfer.host.alignment))
      if step.type.isKept { context.memory.pin() }
      return pointer
    }
    let source = try context.memory.pointer(
      address, count: bytes, alignment: UInt64(transfer.guest.alignment))
    let state = state(step)
    state.pointee.address = address
    state.pointee.count = Int(bytes) / transfer.guest.size
    if step.isWritten { state.pointee.image = try room(Int(bytes), state.pointee.count) }
    let pointer = try copy(step, state, copyOffset)
    state.pointee.pointer = pointer
    var context = context
    context.isLenient = step.isVariable
    let shadow = state.pointee.mirror?._withUnsafeGuaranteedRef { $0.isUsed ? $0.shadow : nil }
    guard step.type.access != .write else { return pointer }
    if let shadow {
      try transfer.read(from: source, to: pointer, context, shadow: shadow)
    } else {
      try transfer.read(state.pointee.count, from: source, to: pointer, context)
    }
    return pointer
  }

  /// Fails if NULL has elements.
  private func checkNull(_ step: DataStep) throws(MarshallingFailure) {
    guard step.type.isNullOnlyIfEmpty, step.type.extent != .one else { return }
    if case .argument(let counter) = step.count, Int64(bitPattern: try value(counter)) < 0 {
      return
    }
    let unit = DataCount.isInBytes(step.type.extent) ? 1 : UInt64(step.transfer.guest.size)
    let bytes = try size(step.count, unit)
    guard bytes == 0 else {
      throw MarshallingFailure("is NULL, and must lead to \(GuestMemory.bytes(bytes))")
    }
  }

  /// The host's string whose copy the guest gives back.
  private func released(_ address: UInt64) throws(MarshallingFailure) -> UnsafeMutableRawPointer {
    guard let string = context.owner.string(copiedAt: address) else {
      throw MarshallingFailure("is \(address), at which the host has not given the guest a string")
    }
    return string
  }

  /// Room for the converted data, filled with zeros unless it is kept.
  private func copy(
    _ step: DataStep, _ state: UnsafeMutablePointer<DataState>, _ offset: Int
  ) throws(MarshallingFailure) -> UnsafeMutableRawPointer {
    let count = state.pointee.count
    let size = step.transfer.host.size
    if step.type.isKept, count == 1 {
      let mirror = try context.owner.mirror(of: state.pointee.address, step.transfer)
      state.pointee.mirror = mirror
      return mirror._withUnsafeGuaranteedRef { $0.host }
    }
    if step.type.isKept {
      throw MarshallingFailure("is kept after the call, which only a single object can be")
    }
    if count == 1 {
      (frame + offset).initializeMemory(
        as: UInt8.self, repeating: 0, count: size + DataStep.endBytes)
      return frame + offset
    }
    let (all, overflow) = size.multipliedReportingOverflow(by: count)
    let pointer = try room(overflow ? .max : all, count)
    state.pointee.isAllocated = true
    state.pointee.pointer = pointer
    return pointer
  }

  /// Memory filled with zeros, with more of them at its end, for `count` elements.
  func room(_ bytes: Int, _ count: Int) throws(MarshallingFailure) -> UnsafeMutableRawPointer {
    let (size, overflow) = bytes.addingReportingOverflow(DataStep.endBytes)
    guard !overflow, size <= 4096 ? Headroom.allowsSmall() : Headroom.isLeft(size) else {
      throw MarshallingFailure("has \(count) elements, for which the host has no memory")
    }
    let room = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    room.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    return room
  }

  /// How many bytes of the guest's memory the argument leads to.
  private func size(_ step: DataStep, at address: UInt64) throws(MarshallingFailure) -> UInt64 {
    let unit = DataCount.isInBytes(step.type.extent) ? 1 : UInt64(step.transfer.guest.size)
    if case .argument(let counter) = step.count, step.type.element.isCharacter,
      Int64(bitPattern: try value(counter)) < 0
    {
      // For lengths below 0, C's functions look for the NUL.
      return UInt64(try context.memory.string(address).length + 1)
    }
    return try size(step.count, unit)
  }

  /// - Parameter unit: the size of what is counted, in bytes.
  func size(_ count: DataCount, _ unit: UInt64) throws(MarshallingFailure) -> UInt64 {
    switch count {
    case .constant(let number): return UInt64(number) * unit
    case .argument(let counter):
      let number = try value(counter)
      guard Int64(bitPattern: number) >= 0 else {
        throw MarshallingFailure("has \(Int64(bitPattern: number)) elements")
      }
      return try multiply(number, unit)
    case .product(let first, let second):
      return try multiply(try multiply(try value(first), try value(second)), unit)
    case .strings(let slots):
      var sum: UInt64 = 1
      for slot in slots { sum += UInt64(try context.memory.string(address(slot)).length) }
      return sum
    }
  }

  private func multiply(_ a: UInt64, _ b: UInt64) throws(MarshallingFailure) -> UInt64 {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow else {
      throw MarshallingFailure("has \(a) elements of \(b) bytes, more than there are addresses")
    }
    return product
  }

  private func value(_ counter: DataCounter) throws(MarshallingFailure) -> UInt64 {
    switch counter {
    case .integer(let slot): return slot.number(in: slot.slot(registers: arguments))
    case .pointed(let slot, let type):
      let place = try context.memory.pointer(
        address(slot), count: UInt64(type.size(plan.model)))
      return type.load(place, plan.model)
    }
  }

  /// Fails if two converted outputs have bytes in common: the order of writing them would matter.
  func checkOverlaps() throws(MarshallingFailure) {
    var outputs: [(start: UInt64, size: UInt64, argument: Int)] = []
    for (index, step) in plan.data.enumerated() where step.copyOffset != nil && step.isWritten {
      let state = state(step)
      let size = UInt64(state.pointee.count * step.transfer.guest.size)
      guard size > 0 else { continue }
      outputs.append((state.pointee.address, size, plan.argument(ofData: index)))
    }
    outputs.sort { $0.start < $1.start }
    for (first, second) in zip(outputs, outputs.dropFirst())
    where first.start + first.size > second.start {
      throw MarshallingFailure(
        "overlaps other data that the function writes, at \(second.start)",
        argument: max(first.argument, second.argument))
    }
  }

  // MARK: After the call

  /// Converts what the C function has written.
  func makeImage(_ step: DataStep) throws(MarshallingFailure) {
    let state = state(step)
    guard let image = state.pointee.image, let pointer = state.pointee.pointer else { return }
    let bytes = state.pointee.count * step.transfer.guest.size
    let source = try context.memory.pointer(state.pointee.address, count: UInt64(bytes))
    // The padding stays as it was.
    image.copyMemory(from: source, byteCount: bytes)
    var context = context
    context.isKept = state.pointee.mirror != nil
    try step.transfer.write(state.pointee.count, from: pointer, to: image, context)
  }

  /// Writes all outputs.
  func writeImages() {
    for step in plan.data {
      let state = state(step)
      guard let image = state.pointee.image else { continue }
      let bytes = state.pointee.count * step.transfer.guest.size
      guard
        let target = try? context.memory.pointer(state.pointee.address, count: UInt64(bytes))
      else { continue }
      target.copyMemory(from: image, byteCount: bytes)
      state.pointee.mirror?._withUnsafeGuaranteedRef { $0.update(image) }
    }
  }

  /// Frees the guest's copies of data that the C function has released. This calls the guest, so the
  /// result is given later.
  func endCopies() {
    for step in plan.data where step.type.isReleased && !step.type.isKept {
      let address = state(step).pointee.address
      if address != 0 { context.owner.endString(copiedAt: address) }
    }
  }

  /// Ends the use of structures that the C function has released.
  func endMirrors() {
    for step in plan.data where step.type.isReleased && step.type.isKept {
      context.owner.endMirror(of: state(step).pointee.address, step.transfer)
    }
  }

  /// The guest's address of the argument whose copy a pointer leads to, as `localtime_r` returns it.
  func address(ofCopy pointer: UnsafeRawPointer) -> UInt64? {
    for step in plan.data where step.copyOffset != nil {
      let state = state(step)
      if let copy = state.pointee.pointer, UnsafeRawPointer(copy) == pointer {
        return state.pointee.address
      }
    }
    return nil
  }

  func clearStates() {
    for step in plan.data {
      (frame + step.stateOffset).initializeMemory(as: DataState.self, to: DataState())
    }
  }

  /// Frees what the call has allocated.
  func release() {
    context.memory.unpin()
    for step in plan.data {
      let state = state(step)
      if state.pointee.isAllocated { state.pointee.pointer?.deallocate() }
      state.pointee.image?.deallocate()
    }
  }
}
