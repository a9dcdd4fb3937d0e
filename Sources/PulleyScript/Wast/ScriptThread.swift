import Glibc

/// A thread of the operating system that runs a script, or a `thread` command of one.
package final class ScriptThread: @unchecked Sendable {
  private let body: () -> Void
  private var thread = pthread_t()
  private let end: UnsafeMutablePointer<sem_t>

  /// Room for nested script threads and deep guest calls.
  private static let stackSize = 16 << 20

  /// Starts the thread; nil if the system cannot start another. `body` owns all that it captures: no
  /// other thread may use it.
  package init?(running body: @escaping () -> Void) {
    self.body = body
    end = .allocate(capacity: 1)
    sem_init(end, 0, 0)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, Self.stackSize)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let argument = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let thread = Unmanaged<ScriptThread>.fromOpaque(argument).takeRetainedValue()
        thread.body()
        sem_post(thread.end)
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      return nil
    }
  }

  deinit {
    sem_destroy(end)
    end.deallocate()
  }

  /// Waits until the thread ends.
  package func join() {
    while sem_wait(end) != 0 && errno == EINTR {}
  }

  /// Waits until the thread ends or CLOCK_REALTIME reaches `deadline`. Returns whether the thread
  /// has ended.
  package func join(until deadline: timespec) -> Bool {
    var deadline = deadline
    while sem_timedwait(end, &deadline) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }
}
