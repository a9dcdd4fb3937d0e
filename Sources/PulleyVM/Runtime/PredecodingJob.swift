#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The work of compiling and predecoding a function on its first call.
///
/// Long work runs on a separate thread while its callers wait, so that they can be interrupted at any
/// time. When the last waiting caller is interrupted, the work is cancelled without publishing anything,
/// and the next call starts it again.
///
/// The lock of the image's `predecodings` guards the mutable properties.
final class PredecodingJob: @unchecked Sendable {
  var waiting: [Interruption] = []
  var isDone = false
  /// The code that runs instead, if the function is unavailable this time.
  var passingTrap: UnsafeRawPointer?
  let control = PredecodingControl()
  /// The process that does the work. After a fork the child has no thread that does.
  let process = getpid()
}

extension CodeImage {
  /// The code of a function, which is predecoded if necessary. Nil if `interruption`, which belongs
  /// to the calling thread's guest, becomes due first. If too little of the host's stack is left, the work is
  /// done on another stack; if there is no other, the code traps.
  func predecode(_ function: Int, _ interruption: Interruption) -> UnsafeRawPointer? {
    let entry = entry(function)
    while true {
      let code = entry.publishedCode
      if code != SharedCells.predecode { return code }
      if interruption.isDue { return nil }
      let takesLong = source.takesLong(function)
      interruption.prepareToSleep()
      guard let (work, isNew) = join(function, takesLong, interruption) else { continue }
      if isNew && !(takesLong && startThread { self.finish(function, work) }) {
        let hasStack = HostStack.run(needing: HostStack.roomToCompile) { finish(function, work) }
        if !hasStack {
          // Other callers may have more stack.
          predecodings.withLock { end(function, work, .cancelled, &$0) }
          return SharedCells.noStack
        }
      } else {
        guard wait(for: work, interruption) else { return nil }
      }
      if let trap = work.passingTrap { return trap }
    }
  }

  /// The work that is in progress, or new work; nil if the function has been published. Adds the
  /// interruption to those that wait, unless the calling thread is to do the work.
  private func join(
    _ function: Int, _ takesLong: Bool, _ interruption: Interruption
  ) -> (work: PredecodingJob, isNew: Bool)? {
    predecodings.withLock { all in
      guard entry(function).publishedCode == SharedCells.predecode else { return nil }
      if let known = all[function], known.process == getpid() {
        known.waiting.append(interruption)
        known.control.set(isCancelled: false)
        return (known, false)
      }
      let new = PredecodingJob()
      if takesLong { new.waiting.append(interruption) }
      all[function] = new
      return (new, true)
    }
  }

  /// Does the work and wakes the waiting callers.
  private func finish(_ function: Int, _ work: PredecodingJob) {
    while true {
      let outcome = makeCode(function, work.control)
      let isOver = predecodings.withLock { all in
        // A caller may have joined after the cancellation.
        if case .cancelled = outcome, !work.control.isCancelled { return false }
        end(function, work, outcome, &all)
        return true
      }
      if isOver { return }
    }
  }

  /// Publishes the outcome and wakes the waiting callers, which then read it.
  private func end(
    _ function: Int, _ work: PredecodingJob, _ outcome: Outcome, _ all: inout [Int: PredecodingJob]
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

  /// Waits until the work is done; false if the interruption becomes due before.
  private func wait(for work: PredecodingJob, _ interruption: Interruption) -> Bool {
    while true {
      _ = interruption.sleep(until: Interruption.never)
      interruption.prepareToSleep()
      let isDone: Bool? = predecodings.withLock { _ in
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
