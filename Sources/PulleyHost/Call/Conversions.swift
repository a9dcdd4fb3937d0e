import CFFI
import PulleyVM

/// Why an argument or a result cannot be an address in the guest's memory.
enum ConversionFailure: UInt8 {
  case noMemory, null, outOfBounds, unterminated, tooLong, foreignResult
}

extension UnsafeMutablePointer where Pointee == CallRecord {
  /// Argument `index`, in 64 bits. Nil, with the reason in `failure`, if it is an address that the
  /// guest's memory does not have.
  @inline(__always)
  func argument(
    _ index: Int, registers: UnsafeMutableRawPointer, failure: inout ConversionFailure
  ) -> UInt64? {
    let conversion = pointee.arguments.unsafelyUnwrapped[index]
    switch conversion.kind {
    case .instance:
      pointee.environment.pointee.caller = registers
      return UInt64(UInt(bitPattern: pointee.environment.pointee.instance))
    case .userData: return UInt64(UInt(bitPattern: pointee.userData))
    case .pointer, .string, .buffer:
      return address(index, conversion, registers: registers, failure: &failure)
    default:
      return conversion.number(in: conversion.slot(registers: registers))
    }
  }

  /// The host's pointer for a guest address.
  @inline(never)
  private func address(
    _ index: Int, _ conversion: ArgumentConversion, registers: UnsafeMutableRawPointer,
    failure: inout ConversionFailure
  ) -> UInt64? {
    let slot = conversion.slot(registers: registers)
    let address =
      conversion.isWide ? slot.load(as: UInt64.self) : UInt64(slot.load(as: UInt32.self))
    if address == 0 {
      if conversion.acceptsNull { return 0 }
      guard !conversion.refusesNull else {
        failure = .null
        return nil
      }
    }
    guard let memory = pointee.environment.pointee.memory else {
      failure = .noMemory
      return nil
    }
    let bound = memory.pointee.bound
    guard let base = memory.pointee.base, address <= bound else {
      failure = .outOfBounds
      return nil
    }
    let available = bound - address
    let pointer = base + Int(address)
    switch conversion.kind {
    case .string:
      let maximum = conversion.maximum
      let isLimited = available > maximum
      guard memchr(pointer, 0, isLimited ? maximum + 1 : Int(available)) != nil else {
        failure = isLimited ? .tooLong : .unterminated
        return nil
      }
    case .buffer:
      // The parser of signatures guarantees that the length follows. A negative length is huge here.
      let next = pointee.arguments.unsafelyUnwrapped[index + 1]
      guard next.number(in: next.slot(registers: registers)) <= available else {
        failure = .outOfBounds
        return nil
      }
    default:
      guard available > 0 else {
        failure = .outOfBounds
        return nil
      }
    }
    return UInt64(UInt(bitPattern: pointer))
  }

  /// Converts the result and stores it in the guest's register. Returns the status for `invoke`.
  @inline(__always)
  func finish(_ raw: UInt64, registers: UnsafeMutableRawPointer) -> Int32 {
    if pointee.environment.pointee.trapIsPending {
      return trapAsRequested(registers)
    }
    switch pointee.result {
    // `raw` has 64 bits. The caller has stored results of 128 bits already.
    case .nothing, .vector, .pair: break
    case .raw: registers.setX0(raw)
    case .zeroExtend8: registers.setX0(raw & 0xFF)
    case .zeroExtend16: registers.setX0(raw & 0xFFFF)
    case .zeroExtend32: registers.setX0(raw & 0xFFFF_FFFF)
    case .signExtend8: registers.setX0(UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: raw))))
    case .signExtend16: registers.setX0(UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: raw))))
    case .signExtend32: registers.setX0(UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: raw))))
    case .float: registers.setF0(raw & 0xFFFF_FFFF)
    case .double: registers.setF0(raw)
    case .address:
      guard let address = guestAddress(of: UnsafeRawPointer(bitPattern: UInt(raw))) else {
        return trap(.foreignResult, argument: 0, registers)
      }
      registers.setX0(address)
    }
    return 0
  }

  /// The guest's address for a host pointer; nil if the pointer is outside the guest's memory.
  @inline(never)
  private func guestAddress(of pointer: UnsafeRawPointer?) -> UInt64? {
    guard let pointer else { return 0 }
    guard let memory = pointee.environment.pointee.memory, let base = memory.pointee.base,
      pointer >= UnsafeRawPointer(base),
      UInt64(pointer - UnsafeRawPointer(base)) <= memory.pointee.bound
    else { return nil }
    return UInt64(pointer - UnsafeRawPointer(base))
  }
}

extension ArgumentConversion {
  /// The register or stack slot that holds the guest's argument.
  @inline(__always)
  func slot(registers: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    guard isOnStack else { return registers + Int(offset) }
    let stack = registers.load(
      fromByteOffset: StateLayout.sp, as: UnsafeMutableRawPointer.self)
    return stack + Int(offset)
  }

  /// The register or stack slot that holds the high half of a pair.
  @inline(__always)
  func highSlot(registers: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    guard isHighOnStack else { return registers + Int(highOffset) }
    let stack = registers.load(
      fromByteOffset: StateLayout.sp, as: UnsafeMutableRawPointer.self)
    return stack + Int(highOffset)
  }

  /// The number in a slot, extended to 64 bits according to its C type.
  @inline(__always)
  func number(in slot: UnsafeMutableRawPointer) -> UInt64 {
    switch kind {
    case .zeroExtend8: UInt64(slot.load(as: UInt8.self))
    case .zeroExtend16: UInt64(slot.load(as: UInt16.self))
    case .zeroExtend32: UInt64(slot.load(as: UInt32.self))
    case .signExtend8: UInt64(bitPattern: Int64(slot.load(as: Int8.self)))
    case .signExtend16: UInt64(bitPattern: Int64(slot.load(as: Int16.self)))
    case .signExtend32: UInt64(bitPattern: Int64(slot.load(as: Int32.self)))
    case .bool: slot.load(as: UInt32.self) == 0 ? 0 : 1
    case .narrowBool: slot.load(as: UInt8.self) == 0 ? 0 : 1
    default: slot.load(as: UInt64.self)
    }
  }
}
