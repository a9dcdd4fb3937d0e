import CSupport

/// The function of each handler: the portable one, or one with the same effect that uses instructions
/// of this processor.
let handlers: [Handler] = {
  var handlers = portableHandlers
  #if arch(x86_64)
    if pulley_has_ssse3() {
      handlers[HandlerID.vshuffle] = pulley_h_vshuffle_ssse3
      handlers[HandlerID.vswizzlei8x16] = pulley_h_vswizzlei8x16_ssse3
    }
    if pulley_has_sse41() {
      handlers[HandlerID.vtrunc32x4] = pulley_h_vtrunc32x4_sse41
      handlers[HandlerID.vtrunc64x2] = pulley_h_vtrunc64x2_sse41
      handlers[HandlerID.vfloor32x4] = pulley_h_vfloor32x4_sse41
      handlers[HandlerID.vfloor64x2] = pulley_h_vfloor64x2_sse41
      handlers[HandlerID.vceil32x4] = pulley_h_vceil32x4_sse41
      handlers[HandlerID.vceil64x2] = pulley_h_vceil64x2_sse41
      handlers[HandlerID.vnearest32x4] = pulley_h_vnearest32x4_sse41
      handlers[HandlerID.vnearest64x2] = pulley_h_vnearest64x2_sse41
    }
    if pulley_has_fma() {
      handlers[HandlerID.vfma32x4] = pulley_h_vfma32x4_fma
      handlers[HandlerID.vfma64x2] = pulley_h_vfma64x2_fma
    }
  #endif
  return handlers
}()

extension HandlerID {
  /// The address of the handler's function.
  var address: UnsafeRawPointer {
    unsafeBitCast(handlers[Int(number)], to: UnsafeRawPointer.self)
  }
}

extension [Handler] {
  fileprivate subscript(handler: HandlerID) -> Handler {
    get { self[Int(handler.number)] }
    set { self[Int(handler.number)] = newValue }
  }
}
