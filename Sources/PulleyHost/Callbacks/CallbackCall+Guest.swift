import CFFI
import PulleyVM

/// The arguments of a call from C.
struct ThunkArguments {
  let frame: UnsafeMutableRawPointer
  let places: UnsafePointer<NativePlace>

  /// The value of an argument, in memory, in as many bytes as its type has.
  @inline(__always)
  func value(_ index: Int) -> UnsafeRawPointer {
    let place = places[index]
    guard place.isOnStack else { return UnsafeRawPointer(frame) + Int(place.offset) }
    let stack = frame.load(fromByteOffset: NativePlaces.stackOffset, as: UnsafeRawPointer.self)
    return stack + Int(place.offset)
  }
}

extension CallbackCall {
  typealias Block = UnsafeMutablePointer<HostEnvironment.Block>

  /// A call with few words, none of which needs memory of the guest.
  @inline(__always)
  static func call(
    _ target: Target, _ body: UnsafeMutablePointer<CallbackPlan.Body>,
    _ arguments: ThunkArguments
  ) -> UInt64 {
    // With a constant capacity, the compiler puts the slots on the stack.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: plainSlots) { buffer in
      let slots = buffer.baseAddress.unsafelyUnwrapped
      guard load(target, body, arguments, into: slots) else { return 0 }
      return run(target, body, slots)
    }
  }

  /// Converts the arguments. False, with a trap requested, if one cannot be.
  @inline(__always)
  private static func load(
    _ target: Target, _ body: UnsafeMutablePointer<CallbackPlan.Body>,
    _ arguments: ThunkArguments, into slots: UnsafeMutablePointer<UInt64>
  ) -> Bool {
    var slot = 0
    for index in 0..<body.pointee.count {
      let kind = body.pointee.arguments[index]
      let value = arguments.value(index)
      switch kind {
      case .address:
        let pointer = value.load(as: UInt.self)
        guard let address = target.pointee.environment.unsafelyUnwrapped.address(of: pointer)
        else { return target.failForeign(index) }
        slots[slot] = address
      case .wide:
        slots[slot] = value.load(as: UInt64.self)
        slot += 1
        slots[slot] = value.load(fromByteOffset: 8, as: UInt64.self)
      default: slots[slot] = kind.word(value)
      }
      slot += 1
    }
    return true
  }

  /// Calls the guest and converts its result.
  @inline(__always)
  private static func run(
    _ target: Target, _ body: UnsafeMutablePointer<CallbackPlan.Body>,
    _ slots: UnsafeMutablePointer<UInt64>
  ) -> UInt64 {
    if let trap = target.pointee.function.unsafelyUnwrapped.run(slots) {
      target.fail(trap)
      return 0
    }
    return convert(target, body, slots)[0]
  }

  /// Converts a result of one or two words.
  @inline(__always)
  static func convert(
    _ target: Target, _ body: UnsafeMutablePointer<CallbackPlan.Body>,
    _ slots: UnsafeMutablePointer<UInt64>
  ) -> SIMD2<UInt64> {
    let word = slots[0]
    let low: UInt64
    switch body.pointee.result {
    case .nothing, .complex: low = 0
    case .zeroExtend8: low = word & 0xFF
    case .signExtend8: low = UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: word)))
    case .zeroExtend16: low = word & 0xFFFF
    case .signExtend16: low = UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: word)))
    case .zeroExtend32, .single: low = word & 0xFFFF_FFFF
    case .signExtend32: low = UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: word)))
    case .word64: low = word
    case .bool: low = UInt32(truncatingIfNeeded: word) == 0 ? 0 : 1
    case .wide: return SIMD2(word, slots[1])
    case .address32, .string32: low = target.hostPointer(word & 0xFFFF_FFFF, body)
    case .address64, .string64: low = target.hostPointer(word, body)
    }
    return SIMD2(low, 0)
  }
}

extension CallbackArgument {
  /// The guest's word for a value of C's.
  @inline(__always)
  func word(_ value: UnsafeRawPointer) -> UInt64 {
    switch self {
    case .zeroExtend8: UInt64(value.load(as: UInt8.self))
    case .signExtend8: UInt64(UInt32(bitPattern: Int32(value.load(as: Int8.self))))
    case .zeroExtend16: UInt64(value.load(as: UInt16.self))
    case .signExtend16: UInt64(UInt32(bitPattern: Int32(value.load(as: Int16.self))))
    case .word32: UInt64(value.load(as: UInt32.self))
    case .bool: value.load(as: UInt8.self) == 0 ? 0 : 1
    case .word64, .wide, .address, .string, .complex: value.load(as: UInt64.self)
    }
  }
}

extension UnsafeMutablePointer where Pointee == HostEnvironment.Block {
  /// The guest's address for a host pointer, 0 for NULL. Nil if the pointer is outside the guest's
  /// memory.
  @inline(__always)
  func address(of pointer: UInt) -> UInt64? {
    guard let memory = pointee.memory else { return pointer == 0 ? 0 : nil }
    let address = UInt64(pointer &- UInt(bitPattern: memory.pointee.base))
    // C may point to the end of an array.
    guard address <= memory.pointee.bound else { return pointer == 0 ? 0 : nil }
    return address
  }
}

extension UnsafeMutablePointer where Pointee == CallbackTarget {
  /// Notes a call that is not allowed, unless it only comes while a trap is pending.
  @inline(never)
  func refuse() {
    let thread = pointee.thread.load(ordering: .relaxed)
    let current = pulley_thread_number()
    guard thread != current, thread != CallbackTarget.anyThread else { return }
    guard thread == 0, pointee.home.load(ordering: .relaxed) == current, endHostCall() else {
      return pointee.noteStrayCall()
    }
  }

  /// Ends the host call of the instance that is running on this thread, because C has called a function
  /// pointer after its time. False if none is running.
  private func endHostCall() -> Bool {
    guard let environment = pointee.environment?.pointee.owner.takeUnretainedValue(),
      environment.guest?.isRunning == true, let plan = pointee.plan
    else { return false }
    environment.requestTrap(
      "the callback in \(plan.place) was called after the call that had passed it")
    return true
  }

  /// Ends the host call that has led to this call, when C has returned; without one, the failure stays for
  /// the embedder.
  @inline(never)
  func fail(_ trap: HostTrap) {
    guard let environment = pointee.environment?.pointee.owner.takeUnretainedValue() else { return }
    guard pointee.body.pointee.isKept, environment.guest?.isRunning != true else {
      return environment.requestTrap(trap)
    }
    environment.callbackFailure = trap
  }

  private func fail(_ reason: String) {
    guard let plan = pointee.plan else { return }
    fail(HostTrap(message: "the callback in \(plan.place): \(reason)"))
  }

  @inline(never)
  fileprivate func failForeign(_ index: Int) -> Bool {
    fail("its argument \(index + 1) points outside of the guest's memory")
    return false
  }

  /// The host's pointer for a result. NULL, with a trap requested, if the guest's memory does not have
  /// the address.
  @inline(never)
  fileprivate func hostPointer(
    _ address: UInt64, _ body: UnsafeMutablePointer<CallbackPlan.Body>
  ) -> UInt64 {
    if address == 0, body.pointee.resultIsNullable { return 0 }
    guard let memory = pointee.environment?.pointee.memory, let base = memory.pointee.base,
      address < memory.pointee.bound
    else {
      fail("its result \(address) is out of bounds of the guest's memory")
      return 0
    }
    let pointer = base + Int(address)
    switch body.pointee.result {
    case .string32, .string64:
      guard memchr(pointer, 0, Int(memory.pointee.bound - address)) != nil else {
        fail("its result is a string without NUL in the guest's memory")
        return 0
      }
    default: break
    }
    return UInt64(UInt(bitPattern: pointer))
  }
}
