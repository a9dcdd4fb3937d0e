import CSupport

/// The handler of each step: the portable one, or one that does the same with what this processor
/// has.
let handlers: [Handler] = {
  var handlers = portableHandlers
  #if arch(x86_64)
    if pulley_has_ssse3() {
      handlers[Step.vshuffle] = pulley_h_vshuffle_ssse3
      handlers[Step.vswizzlei8x16] = pulley_h_vswizzlei8x16_ssse3
    }
    if pulley_has_sse41() {
      handlers[Step.vtrunc32x4] = pulley_h_vtrunc32x4_sse41
      handlers[Step.vtrunc64x2] = pulley_h_vtrunc64x2_sse41
      handlers[Step.vfloor32x4] = pulley_h_vfloor32x4_sse41
      handlers[Step.vfloor64x2] = pulley_h_vfloor64x2_sse41
      handlers[Step.vceil32x4] = pulley_h_vceil32x4_sse41
      handlers[Step.vceil64x2] = pulley_h_vceil64x2_sse41
      handlers[Step.vnearest32x4] = pulley_h_vnearest32x4_sse41
      handlers[Step.vnearest64x2] = pulley_h_vnearest64x2_sse41
    }
    if pulley_has_fma() {
      handlers[Step.vfma32x4] = pulley_h_vfma32x4_fma
      handlers[Step.vfma64x2] = pulley_h_vfma64x2_fma
    }
  #endif
  return handlers
}()

extension [Handler] {
  fileprivate subscript(step: Step) -> Handler {
    get { self[Int(step.number)] }
    set { self[Int(step.number)] = newValue }
  }
}
