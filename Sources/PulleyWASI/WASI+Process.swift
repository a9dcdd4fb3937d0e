import CSupport
import Glibc
import Pulley

/// Arguments, environment, clocks, random numbers, and exit.
extension WASI {
  func storeSizes(
    of strings: [[UInt8]], _ memory: GuestMemory, _ count: UInt32, _ size: UInt32
  ) throws(WASIErrno) {
    let bytes = strings.reduce(0) { $0 + $1.count + 1 }
    guard let number = UInt32(exactly: strings.count), let total = UInt32(exactly: bytes) else {
      throw .toobig
    }
    try memory.store(number, count)
    try memory.store(total, size)
  }

  private static let clocks = [
    CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
  ]

  func time(_ clock: UInt32) throws(WASIErrno) -> UInt64 {
    guard clock < 4 else { throw .inval }
    if let fixed = options.fixedTime { return fixed }
    var time = timespec()
    _ = try checked(clock_gettime(clockid_t(Self.clocks[Int(clock)]), &time))
    return time.nanoseconds
  }

  func resolution(_ clock: UInt32) throws(WASIErrno) -> UInt64 {
    guard clock < 4 else { throw .inval }
    if options.fixedTime != nil { return 1 }
    var time = timespec()
    _ = try checked(clock_getres(clockid_t(Self.clocks[Int(clock)]), &time))
    return time.nanoseconds
  }

  func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(WASIErrno) {
    var done = 0
    while done < bytes.count {
      let chunk = UnsafeMutableRawBufferPointer(
        rebasing: bytes[done..<min(bytes.count, done + Self.randomChunk)])
      if random == nil {
        done += try uninterrupted { pulley_random(chunk.baseAddress, chunk.count) }
      } else {
        for index in chunk.indices { chunk[index] = UInt8(truncatingIfNeeded: random!.next()) }
        done += chunk.count
      }
      if done < bytes.count { try checkInterruption() }
    }
  }

  /// The number of random bytes between two checks for an interruption: some milliseconds.
  private static let randomChunk = 1 << 20

  static func yield() { sched_yield() }

  /// Ends the program as the signal would. A guest cannot have handlers.
  func raise(_ instance: UnsafeMutableRawPointer?, _ signal: UInt32) throws(WASIErrno) {
    guard signal <= 30 else { throw .inval }
    // Signals that by default are ignored, or stop or continue a process.
    let ignored: Set<UInt32> = [0, 16, 17, 18, 19, 20, 21, 22, 27]
    if !ignored.contains(signal) { exit(instance, Int32(128 + signal)) }
  }

  func exit(_ instance: UnsafeMutableRawPointer?, _ code: Int32) {
    exitCode = code
    guard let instance else { return }
    callingInstance(instance).requestTrap("the program exited with code \(code)")
  }
}
