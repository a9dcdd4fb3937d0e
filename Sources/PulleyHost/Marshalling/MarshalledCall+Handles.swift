import PulleyDeclarations

/// Objects that begin and end with a call.
extension MarshalledCall {
  /// Ends the life of handles that the C function has released.
  func endHandles() {
    for step in plan.steps where step.kind == .handle && plan.handles[step.detail].isReleased {
      let object = (frame + step.valueOffset).load(as: UnsafeMutableRawPointer?.self)
      // `freopen` returns the object that it was given, with a new life.
      if let object, object == returnedObject { continue }
      context.owner.end(handle: address(step.conversion))
    }
  }

  /// Gives handles to the objects that have finalizers, so that they end with the instances, also if the
  /// call fails from here on.
  func keepObjects() -> MarshallingFailure? {
    var failure: MarshallingFailure?
    for (index, step) in plan.data.enumerated() {
      guard let finalizer = step.finalizer, let type = step.transfer.handles.first else { continue }
      let state = (frame + step.stateOffset).assumingMemoryBound(to: DataState.self).pointee
      guard let pointer = state.pointer else { continue }
      for offset in 0..<state.count {
        let place = pointer + offset * step.transfer.host.size
        let object = place.load(as: UnsafeMutableRawPointer?.self)
        keep(object, type, finalizer, argument: plan.argument(ofData: index), &failure)
      }
    }
    if case .handle(let type) = plan.result, let finalizer = plan.resultFinalizer {
      keep(returnedObject, type, finalizer, argument: Self.result, &failure)
    }
    return failure
  }

  private func keep(
    _ object: UnsafeMutableRawPointer?, _ type: HandleType, _ finalizer: HandleFinalizer,
    argument: Int, _ failure: inout MarshallingFailure?
  ) {
    guard let object else { return }
    do throws(MarshallingFailure) {
      _ = try context.owner.handle(for: object, type, finalizer: finalizer)
    } catch {
      failure = failure ?? MarshallingFailure(error.text, argument: argument)
    }
  }

  /// The object to which the C function has returned a pointer.
  private var returnedObject: UnsafeMutableRawPointer? {
    guard case .handle = plan.result else { return nil }
    return (frame + plan.resultOffset).load(as: UnsafeMutableRawPointer?.self)
  }
}
