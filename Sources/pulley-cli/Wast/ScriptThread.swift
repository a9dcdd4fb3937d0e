import Glibc

/// A thread of the operating system, for a script or a part of one.
final class ScriptThread: @unchecked Sendable {
  private let body: () -> Void
  private var thread = pthread_t()
  private let end: UnsafeMutablePointer<sem_t>

  /// Scripts nest, and so do the calls of what they run.
  private static let stackSize = 16 << 20

  /// Starts the thread; nil if the system has no more. What `body` uses must be its alone from
  /// now on.
  init?(running body: @escaping () -> Void) {
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

  /// Waits for the thread's end.
  func join() {
    while sem_wait(end) != 0 && errno == EINTR {}
  }

  /// Waits for the thread's end, but no longer than up to a time of the system's clock.
  ///
  /// - Returns: whether it has ended.
  func join(until deadline: timespec) -> Bool {
    var deadline = deadline
    while sem_timedwait(end, &deadline) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }
}
