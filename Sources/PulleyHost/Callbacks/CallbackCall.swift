import CFFI
import PulleyVM

/// Calls from C to a guest.
///
/// No C frame may be skipped. A call that fails therefore requests a trap and returns zero to C; calls
/// return zero at once while a trap is pending, and the host call traps when its C function has returned.
enum CallbackCall {
  /// So many words of arguments and results need no allocation.
  static let plainSlots = 16

  typealias Target = UnsafeMutablePointer<CallbackTarget>

  /// What thunks call.
  static let thunkHandler:
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
      context, frame in
      let target = context.unsafelyUnwrapped.assumingMemoryBound(to: CallbackTarget.self)
      let frame = frame.unsafelyUnwrapped
      guard isAllowed(target) else { return refuse(target, frame) }
      let body = target.pointee.body
      let arguments = ThunkArguments(frame: frame, places: body.pointee.places)
      guard body.pointee.isPlain, !body.pointee.isKept else {
        let isCalled = keeping(target) { callFromThunk(target, arguments, frame) }
        return isCalled ? () : clear(target, frame)
      }
      let result = call(target, body, arguments)
      frame.storeBytes(of: result, toByteOffset: Int(NativePlaces.integersOffset), as: UInt64.self)
      frame.storeBytes(of: result, toByteOffset: Int(NativePlaces.floatsOffset), as: UInt64.self)
    }

  /// What closures of libffi's call. `result` has room for a word at least.
  static let closureHandler:
    @convention(c) (
      UnsafeMutablePointer<ffi_cif>?, UnsafeMutableRawPointer?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?, UnsafeMutableRawPointer?
    ) -> Void = { cif, result, arguments, context in
      let target = context.unsafelyUnwrapped.assumingMemoryBound(to: CallbackTarget.self)
      let result = result.unsafelyUnwrapped
      guard isAllowed(target) else {
        target.refuse()
        return clear(result, cif)
      }
      let arguments = arguments.unsafelyUnwrapped
      let isCalled = keeping(target) { callFromClosure(target, arguments, result) }
      if !isCalled { clear(result, cif) }
    }

  /// Fills C's result with zeros.
  private static func clear(
    _ result: UnsafeMutableRawPointer, _ cif: UnsafeMutablePointer<ffi_cif>?
  ) {
    guard let type = cif?.pointee.rtype?.pointee else { return }
    // Narrow integers fill a word of libffi's.
    let isStructure = type.type == UInt16(FFI_TYPE_STRUCT)
    result.initializeMemory(
      as: UInt8.self, repeating: 0, count: isStructure ? type.size : max(type.size, 8))
  }

  /// Runs a call. If no host call need be running, the instance is kept alive. The result is false if none
  /// is, and an earlier failure has not been taken.
  private static func keeping(_ target: Target, _ body: () -> Void) -> Bool {
    guard target.pointee.body.pointee.isKept else {
      body()
      return true
    }
    guard let environment = target.pointee.environment?.pointee.owner.takeUnretainedValue(),
      let guest = environment.guest, environment.callbackFailure == nil || guest.isRunning
    else { return false }
    return withExtendedLifetime((environment, guest.owner)) {
      body()
      return true
    }
  }

  /// Whether this thread may call, and no trap is pending.
  @inline(__always)
  private static func isAllowed(_ target: Target) -> Bool {
    let thread = target.pointee.thread.load(ordering: .relaxed)
    return (thread == pulley_thread_number() || thread == CallbackTarget.anyThread)
      && !target.pointee.environment.unsafelyUnwrapped.pointee.trapIsPending
  }

  /// Returns zero to C.
  @inline(never)
  private static func refuse(_ target: Target, _ frame: UnsafeMutableRawPointer) {
    target.refuse()
    clear(target, frame)
  }

  private static func clear(_ target: Target, _ frame: UnsafeMutableRawPointer) {
    let size = target.pointee.resultBytes.load(ordering: .relaxed)
    if size > 0 {
      let memory = frame.load(as: UnsafeMutableRawPointer?.self)
      memory?.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      return
    }
    frame.initializeMemory(as: UInt64.self, repeating: 0, count: 14)
  }

  /// A call that needs memory of the guest or has many arguments.
  @inline(never)
  private static func callFromThunk(
    _ target: Target, _ arguments: ThunkArguments, _ frame: UnsafeMutableRawPointer
  ) {
    let body = target.pointee.body
    let count = body.pointee.count
    // The values of structures whose halves are in different registers.
    withUnsafeTemporaryAllocation(of: SIMD2<UInt64>.self, capacity: count + 1) { halves in
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: count + 1) { values in
        let values = values.baseAddress.unsafelyUnwrapped
        let halves = halves.baseAddress.unsafelyUnwrapped
        for index in 0..<count {
          let place = body.pointee.places[index]
          values[index] = arguments.value(index)
          guard place.second >= 0 else { continue }
          halves[index] = SIMD2(
            frame.load(fromByteOffset: Int(place.offset), as: UInt64.self),
            frame.load(fromByteOffset: Int(place.second), as: UInt64.self))
          values[index] = UnsafeRawPointer(halves + index)
        }
        give(target, values, halves + count, frame)
      }
    }
  }

  private static func give(
    _ target: Target, _ values: UnsafeMutablePointer<UnsafeRawPointer>,
    _ scratch: UnsafeMutablePointer<SIMD2<UInt64>>, _ frame: UnsafeMutableRawPointer
  ) {
    scratch.initialize(to: .zero)
    switch target.pointee.body.pointee.nativeResult {
    case .register:
      ComplexCallback.call(target, values, result: scratch)
      let word = scratch.pointee[0]
      frame.storeBytes(of: word, toByteOffset: Int(NativePlaces.integersOffset), as: UInt64.self)
      frame.storeBytes(of: word, toByteOffset: Int(NativePlaces.floatsOffset), as: UInt64.self)
    case .registers(let first, let second):
      ComplexCallback.call(target, values, result: scratch)
      frame.storeBytes(of: scratch.pointee[0], toByteOffset: Int(first), as: UInt64.self)
      frame.storeBytes(of: scratch.pointee[1], toByteOffset: Int(second), as: UInt64.self)
    case .memory:
      // The address stays in the first register, which is also that of results.
      guard let memory = frame.load(as: UnsafeMutableRawPointer?.self) else { return }
      memory.initializeMemory(
        as: UInt8.self, repeating: 0, count: target.pointee.resultBytes.load(ordering: .relaxed))
      ComplexCallback.call(target, values, result: memory)
    }
  }

  @inline(never)
  private static func callFromClosure(
    _ target: Target, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ result: UnsafeMutableRawPointer
  ) {
    guard let plan = target.pointee.plan else { return }
    let count = plan.conversions.count
    let size = plan.interface?.cif.pointee.rtype?.pointee.size ?? 0
    withUnsafeTemporaryAllocation(byteCount: max(size, 16), alignment: 16) { buffer in
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: count + 1) { values in
        let values = values.baseAddress.unsafelyUnwrapped
        let buffer = buffer.baseAddress.unsafelyUnwrapped
        buffer.initializeMemory(as: UInt8.self, repeating: 0, count: max(size, 16))
        var next = 0
        for index in 0..<count {
          // libffi knows no empty structures.
          if case .nothing = plan.conversions[index] {
            values[index] = UnsafeRawPointer(buffer)
            continue
          }
          values[index] = UnsafeRawPointer(arguments[next].unsafelyUnwrapped)
          next += 1
        }
        ComplexCallback.call(target, values, result: buffer)
        switch plan.resultConversion {
        case .word where plan.body.pointee.result == .nothing: break
        case .word where plan.body.pointee.result == .single:
          result.copyMemory(from: buffer, byteCount: 4)
        // Narrow integers fill a word of libffi's.
        case .word, .data, .handle, .function:
          result.copyMemory(from: buffer, byteCount: max(size, 8))
        case .nothing, .structure, .scalar: result.copyMemory(from: buffer, byteCount: size)
        }
      }
    }
  }
}
