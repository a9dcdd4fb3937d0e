import Glibc
import PulleyVM

/// The address space of a new thread: its stack, and the region that the C library reserves for its
/// allocations.
private let threadBytes = 256 << 20

/// Runs `body` on `count` threads, including the calling thread, and waits for all of them.
func runOnThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let work = Work(body)
  var threads: [pthread_t] = []
  // The system's default stack may be smaller than compiling needs.
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, HostStack.ownThreadSize)
  defer { pthread_attr_destroy(&attributes) }
  for _ in 1..<max(1, count) {
    // With fewer threads the work only takes longer.
    guard Headroom.isLeft(threadBytes) else { break }
    let argument = Unmanaged.passRetained(work).toOpaque()
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, argument)
    guard status == 0 else {
      Unmanaged<Work>.fromOpaque(argument).release()
      break
    }
    threads.append(thread)
  }
  body()
  for thread in threads { pthread_join(thread, nil) }
}
