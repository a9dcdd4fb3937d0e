import Glibc
import PulleyVM
import Synchronization

/// Functions that run often, and the thread that optimises them. The thread ends when there are no more.
final class TierQueue: Sendable {
  struct Job {
    /// The function of an image that is gone has no waiters.
    weak var image: CodeImage?
    let function: Int
    /// The loop that runs often, if it is not the function.
    let loop: UInt32?

    func run() {
      if let loop {
        image?.replace(function, loop: loop)
      } else {
        image?.replace(function)
      }
    }
  }

  private struct State {
    var jobs: [Job] = []
    var next = 0
    /// The process whose thread does the work, or 0. After a fork the child has no such thread.
    var worker: pid_t = 0
  }

  private let state = Mutex(State())

  /// Has a function replaced. Without a thread for that, the function stays as it is.
  func add(_ job: Job) {
    let process = getpid()
    let needsThread = state.withLock { state in
      state.jobs.append(job)
      guard state.worker != process else { return false }
      state.worker = process
      return true
    }
    guard needsThread, !startThread({ self.work() }) else { return }
    state.withLock { state in
      state.worker = 0
      state.jobs.removeAll()
      state.next = 0
    }
  }

  private func work() {
    while let job = take() { job.run() }
  }

  private func take() -> Job? {
    state.withLock { state in
      guard state.next < state.jobs.count else {
        state.jobs.removeAll()
        state.next = 0
        state.worker = 0
        return nil
      }
      defer { state.next += 1 }
      return state.jobs[state.next]
    }
  }
}
