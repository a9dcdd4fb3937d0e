import PulleyDeclarations
import PulleyISA
import PulleyVM

/// The guest's result.
extension MarshalledCall {
  func giveResult() throws(MarshallingFailure) {
    let value = frame + plan.resultOffset
    if plan.hasNumberResult {
      _ = record.finish(value.load(as: UInt64.self), registers: registers)
      return
    }
    switch plan.result {
    case .simple(.address):
      registers.setX0(try number(of: value.load(as: UnsafeMutableRawPointer?.self), isText: false))
    case .simple(.vector): registers.setV0(value.load(as: SIMD2<UInt64>.self))
    case .simple(.pair): registers.setX0X1(value.load(as: SIMD2<UInt64>.self))
    case .simple: break
    case .text:
      registers.setX0(try number(of: value.load(as: UnsafeMutableRawPointer?.self), isText: true))
    case .data(let transfer, let count, let isInBytes):
      let pointer = value.load(as: UnsafeMutableRawPointer?.self)
      registers.setX0(try copied(pointer, transfer, count, isInBytes: isInBytes))
    case .handle(let type):
      let object = value.load(as: UnsafeMutableRawPointer?.self)
      registers.setX0(
        try object.map { (object) throws(MarshallingFailure) in
          try context.owner.handle(for: object, type)
        } ?? 0)
    case .callback:
      let function = value.load(as: UnsafeMutableRawPointer?.self)
      registers.setX0(
        try function.map { (function) throws(MarshallingFailure) in
          try context.owner.index(ofFunction: function)
        } ?? 0)
    case .pointerStructure(let transfer):
      var number: UInt64 = 0
      try transfer.write(from: value, to: &number, context)
      registers.setX0(number.littleEndian)
    case .scalars(let scalars):
      for scalar in scalars { give(scalar, value) }
    case .structure(let transfer, let slot):
      let size = transfer.guest.size
      let image = try room(size, 1)
      defer { image.deallocate() }
      try transfer.write(from: value, to: image, context)
      // Copying a string may have moved the memory.
      let target = try context.memory.pointer(address(slot), count: UInt64(size))
      target.copyMemory(from: image, byteCount: size)
    }
  }

  /// The guest's address for a pointer that the C function has returned.
  private func number(
    of pointer: UnsafeMutableRawPointer?, isText: Bool
  ) throws(MarshallingFailure) -> UInt64 {
    guard let pointer else { return 0 }
    if let address = context.memory.address(of: pointer) { return address }
    if let address = address(ofCopy: pointer) { return address }
    guard isText else { throw MarshallingFailure("points outside the guest's memory") }
    return try context.owner.copy(ofString: pointer)
  }

  /// The guest's address for data to which the C function has returned a pointer.
  private func copied(
    _ pointer: UnsafeMutableRawPointer?, _ transfer: Transfer, _ count: DataCount, isInBytes: Bool
  ) throws(MarshallingFailure) -> UInt64 {
    guard let pointer else { return 0 }
    if let address = context.memory.address(of: pointer), transfer.isIdentical { return address }
    if let address = address(ofCopy: pointer) { return address }
    let unit = isInBytes ? 1 : UInt64(transfer.guest.size)
    let bytes = try size(count, unit)
    return try context.owner.copy(of: pointer, count: Int(bytes) / transfer.guest.size, transfer)
  }

  /// Gives one of the guest's results.
  private func give(_ scalar: ResultStep.Scalar, _ value: UnsafeRawPointer) {
    let place = value + scalar.offset
    let bits: UInt64 =
      switch (scalar.size, scalar.isSigned) {
      case (1, true): UInt64(bitPattern: Int64(place.load(as: Int8.self)))
      case (1, false): UInt64(place.load(as: UInt8.self))
      case (2, true): UInt64(bitPattern: Int64(place.loadUnaligned(as: Int16.self)))
      case (2, false): UInt64(place.loadUnaligned(as: UInt16.self))
      case (4, true): UInt64(bitPattern: Int64(place.loadUnaligned(as: Int32.self)))
      case (4, false): UInt64(place.loadUnaligned(as: UInt32.self))
      default: place.loadUnaligned(as: UInt64.self)
      }
    switch scalar.location {
    case .x(let number):
      registers.storeBytes(of: bits, toByteOffset: StateLayout.x(Int(number)), as: UInt64.self)
    case .f(let number):
      registers.storeBytes(of: bits, toByteOffset: StateLayout.f(Int(number)), as: UInt64.self)
    case .v: break
    case .stack(let offset):
      let stack = registers.load(
        fromByteOffset: StateLayout.sp, as: UnsafeMutableRawPointer.self)
      stack.storeBytes(of: bits, toByteOffset: Int(offset), as: UInt64.self)
    }
  }
}
