import CFFI
import PulleyVM

/// What can be wrong with an argument or a result that refers to the guest's memory.
enum ConversionFailure: UInt8 {
  case noMemory, outOfBounds, unterminated, foreignResult
}

extension UnsafeMutablePointer where Pointee == HostFunctionRecord.Body {
  /// The value that step `index` passes, in 64 bits; nil and a failure if the guest's address
  /// will not do.
  @inline(__always)
  func argument(
    _ index: Int, registers: UnsafeMutableRawPointer, failure: inout ConversionFailure
  ) -> UInt64? {
    let step = pointee.steps.unsafelyUnwrapped[index]
    switch step.kind {
    case .instance:
      pointee.environment.pointee.caller = registers
      return UInt64(UInt(bitPattern: pointee.environment.pointee.instance))
    case .userData: return UInt64(UInt(bitPattern: pointee.userData))
    case .pointer, .string, .buffer:
      return address(index, step, registers: registers, failure: &failure)
    default:
      return step.number(in: step.slot(registers: registers))
    }
  }

  /// The host's pointer for a guest address.
  @inline(never)
  private func address(
    _ index: Int, _ step: ArgumentStep, registers: UnsafeMutableRawPointer,
    failure: inout ConversionFailure
  ) -> UInt64? {
    let slot = step.slot(registers: registers)
    let address =
      step.isWide ? slot.load(as: UInt64.self) : UInt64(slot.load(as: UInt32.self))
    if step.acceptsNull && address == 0 { return 0 }
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
    switch step.kind {
    case .string:
      guard memchr(pointer, 0, Int(available)) != nil else {
        failure = .unterminated
        return nil
      }
    case .buffer:
      // The length follows: a signature without it cannot be read. A negative one is huge here.
      let next = pointee.steps.unsafelyUnwrapped[index + 1]
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

  /// Hands the result, raw as the C function left it, to the guest and returns what `invoke`
  /// returns.
  @inline(__always)
  func finish(_ raw: UInt64, registers: UnsafeMutableRawPointer) -> Int32 {
    if pointee.environment.pointee.trapIsPending {
      return trapAsRequested(registers)
    }
    switch pointee.result {
    // 128 bits do not fit `raw`: they are in their registers already.
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

  /// The guest's address of a pointer of the host's; nil if it points elsewhere.
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

extension ArgumentStep {
  /// Where the guest put the argument.
  @inline(__always)
  func slot(registers: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    guard isOnStack else { return registers + Int(offset) }
    let stack = registers.load(
      fromByteOffset: StateLayout.sp, as: UnsafeMutableRawPointer.self)
    return stack + Int(offset)
  }

  /// Where it put the second half of a pair.
  @inline(__always)
  func highSlot(registers: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    guard isHighOnStack else { return registers + Int(highOffset) }
    let stack = registers.load(
      fromByteOffset: StateLayout.sp, as: UnsafeMutableRawPointer.self)
    return stack + Int(highOffset)
  }

  /// The number in a slot, extended to 64 bits as its C type asks.
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
