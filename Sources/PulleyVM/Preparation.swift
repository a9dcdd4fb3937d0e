#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A function that is being prepared.
///
/// What takes long is done by a thread of its own, for which those that want the function wait; so
/// they can be interrupted, whatever the work is at. The work is given up when nobody waits for it any
/// more; then nothing has been published, and the next call begins anew.
///
/// The lock of the image's preparations guards all that changes.
final class Preparation: @unchecked Sendable {
  var waiting: [Interruption] = []
  var isDone = false
  /// What runs in place of the function, if it could not be prepared this time.
  var passingTrap: UnsafeRawPointer?
  let control = PreparationControl()
  /// A process that was forked since has none of the threads that do the work.
  let process = getpid()
}

extension CodeImage {
  /// Prepares a function, unless that is done, and returns its code; nil if `interruption`, which is
  /// that of the calling thread's guest, is due before. The work may take more of the host's stack than
  /// is left: it is then done on another, and if there can be no other, the code traps.
  func prepare(_ function: Int, _ interruption: Interruption) -> UnsafeRawPointer? {
    let entry = entry(function)
    while true {
      let code = entry.publishedCode
      if code != SharedCells.prepare { return code }
      if interruption.isDue { return nil }
      let takesLong = source.takesLong(function)
      interruption.prepareToSleep()
      guard let (work, isNew) = join(function, takesLong, interruption) else { continue }
      if isNew && !(takesLong && startThread { self.finish(function, work) }) {
        let hasStack = HostStack.run(needing: HostStack.roomToCompile) { finish(function, work) }
        if !hasStack {
          // Others that wait may have more of it.
          preparations.withLock { end(function, work, .cancelled, &$0) }
          return SharedCells.noStack
        }
      } else {
        guard wait(for: work, interruption) else { return nil }
      }
      if let trap = work.passingTrap { return trap }
    }
  }

  /// The preparation that is under way, or a new one; nil if the function has been published. The
  /// interruption is among those that wait for it, unless the work is new and for the calling thread.
  private func join(
    _ function: Int, _ takesLong: Bool, _ interruption: Interruption
  ) -> (work: Preparation, isNew: Bool)? {
    preparations.withLock { all in
      guard entry(function).publishedCode == SharedCells.prepare else { return nil }
      if let known = all[function], known.process == getpid() {
        known.waiting.append(interruption)
        known.control.set(isCancelled: false)
        return (known, false)
      }
      let new = Preparation()
      if takesLong { new.waiting.append(interruption) }
      all[function] = new
      return (new, true)
    }
  }

  /// Does the work and tells those that wait.
  private func finish(_ function: Int, _ work: Preparation) {
    while true {
      let outcome = makeCode(function, work.control)
      let isOver = preparations.withLock { all in
        // Somebody may have come to want it after all.
        if case .cancelled = outcome, !work.control.isCancelled { return false }
        end(function, work, outcome, &all)
        return true
      }
      if isOver { return }
    }
  }

  /// Publishes what has become of the work; those that wait look for themselves.
  private func end(
    _ function: Int, _ work: Preparation, _ outcome: Outcome, _ all: inout [Int: Preparation]
  ) {
    switch outcome {
    case .code(let code): entry(function).publish(code)
    case .passing(let trap): work.passingTrap = trap
    case .cancelled: break
    }
    all[function] = nil
    work.isDone = true
    for waiting in work.waiting { waiting.wake() }
    work.waiting = []
  }

  /// Waits until the work is done; false if the interruption is due before.
  private func wait(for work: Preparation, _ interruption: Interruption) -> Bool {
    while true {
      _ = interruption.sleep(until: Interruption.never)
      interruption.prepareToSleep()
      let isDone: Bool? = preparations.withLock { _ in
        if work.isDone { return true }
        guard interruption.isDue else { return nil }
        if let index = work.waiting.firstIndex(where: { $0 === interruption }) {
          work.waiting.remove(at: index)
        }
        if work.waiting.isEmpty { work.control.set(isCancelled: true) }
        return false
      }
      if let isDone { return isDone }
    }
  }
}
