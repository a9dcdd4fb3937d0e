/// Pointers to functions of the guest.
extension MarshalledCall {
  /// What keeps the function pointer of an argument valid.
  func use(_ step: ArgumentStep) -> UnsafeMutablePointer<CallbackTable.Use> {
    (frame + step.valueOffset + MemoryLayout<UnsafeRawPointer>.size)
      .assumingMemoryBound(to: CallbackTable.Use.self)
  }

  func prepareCallbacks() {
    for step in plan.steps where step.kind == .callback {
      use(step).initialize(to: CallbackTable.Use())
    }
    context.owner.callbackTable.enter()
  }

  /// Ends the function pointers that C does not keep. Requests a trap if C has called one when or where
  /// it must not.
  func endCallbacks() {
    for step in plan.steps where step.kind == .callback { use(step).pointee.end(context.owner) }
    context.owner.callbackTable.reportStrayCalls()
  }
}
