import CSupport
import Glibc

/// Reading and writing in chunks, with waits that an interruption can end.
///
/// The host shares the flags of a lent file, so they must not change. Instead each call asks the
/// system not to wait, and where the system has no such call, polls first. The guest's own flag
/// decides whether it waits or gets an error.
extension WASI {
  /// The size of a chunk, in bytes.
  private static let chunkSize = 1 << 20

  /// The number of bytes that a writable pipe is guaranteed to accept (POSIX's PIPE_BUF).
  private static let pipeRoom = 4096

  /// Reads at the descriptor's position.
  func readStream(
    _ descriptor: WASIDescriptor, _ buffers: [UnsafeMutableRawBufferPointer]
  ) throws(WASIErrno) -> Int {
    try inChunks(buffers) { chunk, isFirst throws(WASIErrno) in
      try self.readChunk(descriptor, chunk, waits: isFirst && self.waits(descriptor))
    }
  }

  /// Writes everything at the descriptor's position, or, if the guest does not wait, the part that
  /// fits.
  func writeStream(
    _ descriptor: WASIDescriptor, _ buffers: [UnsafeMutableRawBufferPointer]
  ) throws(WASIErrno) -> Int {
    let waits = waits(descriptor)
    return try inChunks(buffers) { chunk, _ throws(WASIErrno) in
      var rest = chunk[...]
      var written = 0
      while true {
        do throws(WASIErrno) {
          let count = try self.writeChunk(descriptor, rest, waits: waits)
          written += count
          guard waits, !Self.isStored(descriptor), count > 0 else { return written }
          rest = Self.suffix(of: rest, from: count)
          if rest.isEmpty { return written }
        } catch {
          if written > 0 && error != .interrupted { return written }
          throw error
        }
      }
    }
  }

  /// Calls `body` with one chunk of the buffers after another, and whether it is the first, until
  /// `body` transfers less than a chunk. Returns the sum.
  func inChunks(
    _ buffers: [UnsafeMutableRawBufferPointer],
    _ body: ([UnsafeMutableRawBufferPointer], _ isFirst: Bool) throws(WASIErrno) -> Int
  ) throws(WASIErrno) -> Int {
    var left = buffers.reduce(0) { $0 + $1.count }
    if left <= Self.chunkSize { return try body(buffers, true) }
    var rest = buffers[...]
    var total = 0
    while left > 0 {
      let size = min(left, Self.chunkSize)
      do throws(WASIErrno) {
        try checkInterruption()
        let count = try body(Self.prefix(of: rest, size), total == 0)
        total += count
        if count < size { return total }
      } catch {
        // The next call will report the error.
        if total > 0 && error != .interrupted { return total }
        throw error
      }
      rest = Self.suffix(of: rest, from: size)
      left -= size
    }
    return total
  }

  /// Whether the guest waits for this descriptor.
  func waits(_ descriptor: WASIDescriptor) -> Bool {
    if descriptor.isLent { return !descriptor.ownFlags.contains(.nonBlocking) }
    if Self.isStored(descriptor) { return true }
    return fcntl(descriptor.system, F_GETFL) & O_NONBLOCK == 0
  }

  private func readChunk(
    _ descriptor: WASIDescriptor, _ buffers: [UnsafeMutableRawBufferPointer], waits: Bool
  ) throws(WASIErrno) -> Int {
    let system = descriptor.system
    return try Self.withVectors(buffers) { vectors, count throws(WASIErrno) in
      if Self.isStored(descriptor) {
        return try uninterrupted { readv(system, vectors, count) }
      }
      return try self.transfer(
        system, POLLIN, waits: waits, now: { pulley_read_now(system, vectors, count) },
        whenReady: { readv(system, vectors, count) })
    }
  }

  private func writeChunk(
    _ descriptor: WASIDescriptor, _ buffers: ArraySlice<UnsafeMutableRawBufferPointer>, waits: Bool
  ) throws(WASIErrno) -> Int {
    let system = descriptor.system
    let raisesSignal = options.endsOnBrokenPipe && descriptor.kind == .stream
    func quietly(_ body: () -> Int) -> Int {
      raisesSignal ? body() : without(SIGPIPE, EPIPE, body)
    }
    return try Self.withVectors(buffers) { vectors, count throws(WASIErrno) in
      if Self.isStored(descriptor) {
        return try uninterrupted {
          withoutFileSizeSignal {
            descriptor.ownFlags.contains(.append)
              ? pulley_append(system, vectors, count) : writev(system, vectors, count)
          }
        }
      }
      return try self.transfer(
        system, POLLOUT, waits: waits,
        now: { quietly { pulley_write_now(system, vectors, count) } },
        whenReady: { quietly { Self.writeWhatFits(system, buffers) } })
    }
  }

  /// Whether the descriptor is a file on a storage device, which is always ready.
  private static func isStored(_ descriptor: WASIDescriptor) -> Bool {
    descriptor.type == .regularFile || descriptor.type == .blockDevice
  }

  /// Reads or writes with `now`, which does not wait. Where the system has no such call, polls and
  /// then calls `whenReady`. Both return -1 on failure.
  func transfer(
    _ system: Int32, _ event: Int32, waits: Bool, now: () -> Int, whenReady: () -> Int
  ) throws(WASIErrno) -> Int {
    while true {
      let result = now()
      if result >= 0 { return result }
      switch errno {
      case EINTR: try checkInterruption()
      case EAGAIN:
        guard waits else { throw .again }
        try waitUntilReady(system, for: event)
      case EOPNOTSUPP, ENOSYS:
        if waits {
          try waitUntilReady(system, for: event)
        } else if try !Self.isReady(system, for: event) {
          throw .again
        }
        do throws(WASIErrno) {
          return try uninterrupted(whenReady)
        } catch {
          // Another process was faster.
          guard error == .again, waits else { throw error }
        }
      default: throw .last
      }
    }
  }

  /// Writes as much to a ready descriptor as it accepts without waiting.
  private static func writeWhatFits(
    _ system: Int32, _ buffers: ArraySlice<UnsafeMutableRawBufferPointer>
  ) -> Int {
    // Opens the terminal again, to get flags that are not shared.
    let own =
      isatty(system) == 1
      ? Glibc.open("/proc/self/fd/\(system)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1
    let some = own >= 0 ? Array(buffers) : prefix(of: buffers, pipeRoom)
    let vectors = some.map { iovec(iov_base: $0.baseAddress, iov_len: $0.count) } + [iovec()]
    let result = writev(own >= 0 ? own : system, vectors, Int32(some.count))
    let error = errno
    if own >= 0 { Glibc.close(own) }
    errno = error
    return result
  }

  /// The first `limit` bytes of the buffers.
  private static func prefix(
    of buffers: ArraySlice<UnsafeMutableRawBufferPointer>, _ limit: Int
  ) -> [UnsafeMutableRawBufferPointer] {
    var result: [UnsafeMutableRawBufferPointer] = []
    var room = limit
    for buffer in buffers {
      if room == 0 { break }
      let count = min(buffer.count, room)
      result.append(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
      room -= count
    }
    return result
  }

  /// The buffers without their first `count` bytes.
  static func suffix(
    of buffers: ArraySlice<UnsafeMutableRawBufferPointer>, from count: Int
  ) -> ArraySlice<UnsafeMutableRawBufferPointer> {
    var rest = buffers
    var count = count
    while let first = rest.first, first.count <= count {
      count -= first.count
      rest.removeFirst()
    }
    if let first = rest.first, count > 0 {
      rest[rest.startIndex] = UnsafeMutableRawBufferPointer(rebasing: first[count...])
    }
    return rest
  }
}
