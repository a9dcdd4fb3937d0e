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
      guard body.pointee.isPlain else { return callFromThunk(target, arguments, frame) }
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
        let size = cif?.pointee.rtype?.pointee.size ?? 0
        result.initializeMemory(as: UInt8.self, repeating: 0, count: max(size, 8))
        return
      }
      let arguments = ClosureArguments(pointers: arguments.unsafelyUnwrapped)
      let value = callWithMany(target, target.pointee.body, arguments)
      switch target.pointee.body.pointee.result {
      case .nothing: break
      case .single:
        result.storeBytes(of: UInt32(truncatingIfNeeded: value[0]), as: UInt32.self)
      case .wide: result.storeBytes(of: value, as: SIMD2<UInt64>.self)
      default: result.storeBytes(of: value[0], as: UInt64.self)
      }
    }

  /// Whether this thread may call, and no trap is pending.
  @inline(__always)
  private static func isAllowed(_ target: Target) -> Bool {
    target.pointee.thread.load(ordering: .relaxed) == pulley_thread_number()
      && !target.pointee.environment.unsafelyUnwrapped.pointee.trapIsPending
  }

  /// Returns zero to C.
  @inline(never)
  private static func refuse(_ target: Target, _ frame: UnsafeMutableRawPointer) {
    target.refuse()
    let size = target.pointee.resultBytes.load(ordering: .relaxed)
    if size > 0 {
      let memory = frame.load(as: UnsafeMutableRawPointer?.self)
      memory?.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      return
    }
    frame.initializeMemory(as: UInt64.self, repeating: 0, count: 14)
  }

  /// A call with structures, strings or many arguments.
  @inline(never)
  private static func callFromThunk(
    _ target: Target, _ arguments: ThunkArguments, _ frame: UnsafeMutableRawPointer
  ) {
    let body = target.pointee.body
    let value = callWithMany(target, body, arguments)
    switch body.pointee.nativeResult {
    case .register:
      frame.storeBytes(
        of: value[0], toByteOffset: Int(NativePlaces.integersOffset), as: UInt64.self)
      frame.storeBytes(
        of: value[0], toByteOffset: Int(NativePlaces.floatsOffset), as: UInt64.self)
    case .registers(let first, let second):
      frame.storeBytes(of: value[0], toByteOffset: Int(first), as: UInt64.self)
      frame.storeBytes(of: value[1], toByteOffset: Int(second), as: UInt64.self)
    case .memory: break
    }
  }
}
