import CWasm
import Pulley
import PulleyC

/// The object of a `wasm_trap_t`. A trap that a host function returns goes through the guest's frames as the cause
/// of the guest's trap, so that the caller gets the same object, with the frames that it has passed.
final class TrapObject: @unchecked Sendable {
  /// With the NUL at the end.
  let message: [CChar]
  private(set) var frames: [FrameObject] = []
  /// The last call that has ended with the trap.
  private var cause: PulleyError?
  var hostInfo: HostInfo?

  init(_ message: [CChar]) {
    self.message = message.last == 0 ? message : message + [0]
  }

  var text: String {
    String(decoding: message.dropLast().lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The trap of a call that has failed.
  static func of(_ error: PulleyError, _ store: Store) -> TrapObject {
    let trap =
      error.hostObject as? TrapObject
      ?? TrapObject(error.message.utf8.map { CChar(bitPattern: $0) })
    if !error.backtrace.isEmpty { trap.frames = error.backtrace.map { FrameObject($0, store) } }
    trap.cause = error
    // It would keep itself.
    trap.cause?.hostObject = nil
    return trap
  }

  /// The error of a host function that returns the trap, with the frames that it has passed.
  var error: PulleyError {
    var error = cause ?? PulleyError(trap: .host, message: text)
    error.hostObject = self
    return error
  }
}

/// The object of a `wasm_frame_t`.
final class FrameObject {
  let instance: Reference?
  let functionIndex: UInt32
  let functionOffset: Int
  let moduleOffset: Int

  init(_ frame: PulleyError.Frame, _ store: Store) {
    instance = frame.instance.map { Reference(store, .instance($0)) }
    functionIndex = UInt32(clamping: frame.functionIndex)
    functionOffset = frame.functionOffset ?? 0
    moduleOffset = frame.moduleOffset ?? 0
  }
}

/// A handle for the trap of a failure. There is always one, because NULL would mean success.
func newTrap(_ error: PulleyError, _ store: Store) -> OpaquePointer {
  var trap: OpaquePointer?
  doWithRoom { trap = owned(Reference(store, .trap(.of(error, store)))) }
  return trap ?? owned(Reference(store, .trap(store.trapWithoutRoom)))
}

private func trap(_ handle: OpaquePointer?) -> TrapObject? {
  guard case .trap(let trap)? = object(handle, Reference.self)?.target else { return nil }
  return trap
}

@c @implementation
public func wasm_trap_new(
  _ store: OpaquePointer?, _ message: UnsafePointer<wasm_message_t>?
) -> OpaquePointer? {
  newHandle { () -> Reference? in
    guard let store = object(store, Store.self) else { return nil }
    return Reference(store, .trap(TrapObject(message.map { Array($0.pointee.elements) } ?? [])))
  }
}

@c @implementation
public func wasm_trap_message(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_message_t>?
) {
  out?.pointee = wasm_message_t(trap(handle)?.message ?? [])
}

@c @implementation
public func wasm_trap_origin(_ handle: OpaquePointer?) -> OpaquePointer? {
  trap(handle)?.frames.first.map(owned)
}

@c @implementation
public func wasm_trap_trace(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_frame_vec_t>?
) {
  out?.pointee = wasm_frame_vec_t(owning: trap(handle)?.frames ?? [])
}

@c @implementation
public func wasm_frame_copy(_ frame: OpaquePointer?) -> OpaquePointer? { copied(frame) }

@c @implementation
public func wasm_frame_delete(_ frame: OpaquePointer?) { delete(frame) }

@c @implementation
public func wasm_frame_instance(_ frame: OpaquePointer?) -> OpaquePointer? {
  object(frame, FrameObject.self)?.instance.map(lent)
}

@c @implementation
public func wasm_frame_func_index(_ frame: OpaquePointer?) -> UInt32 {
  object(frame, FrameObject.self)?.functionIndex ?? 0
}

@c @implementation
public func wasm_frame_func_offset(_ frame: OpaquePointer?) -> Int {
  object(frame, FrameObject.self)?.functionOffset ?? 0
}

@c @implementation
public func wasm_frame_module_offset(_ frame: OpaquePointer?) -> Int {
  object(frame, FrameObject.self)?.moduleOffset ?? 0
}
