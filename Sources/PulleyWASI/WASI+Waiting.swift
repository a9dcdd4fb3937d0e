import CSupport
import Glibc

/// Reading and writing: what is large in pieces, and what may have to wait so that the wait can be ended.
///
/// The flags of what the host lent are the host's. So the system is asked each time not to wait, and where
/// it cannot be asked, it is looked whether it would. A guest that wants to wait does so although the host
/// does not, and one that does not want to is told that it would have to.
extension WASI {
  /// How much is read or written at once, in bytes.
  private static let pieceSize = 1 << 20

  /// What a pipe takes at once when it is ready for any (POSIX's PIPE_BUF).
  private static let pipeRoom = 4096

  /// Reads at the position of a descriptor.
  func readStream(
    _ descriptor: WASIDescriptor, _ buffers: [UnsafeMutableRawBufferPointer]
  ) throws(WASIErrno) -> Int {
    try inPieces(buffers) { piece, isFirst throws(WASIErrno) in
      try self.readPiece(descriptor, piece, waits: isFirst && self.waits(descriptor))
    }
  }

  /// Writes at the position of a descriptor: all of it, unless the guest does not want to wait.
  func writeStream(
    _ descriptor: WASIDescriptor, _ buffers: [UnsafeMutableRawBufferPointer]
  ) throws(WASIErrno) -> Int {
    let waits = waits(descriptor)
    return try inPieces(buffers) { piece, _ throws(WASIErrno) in
      var rest = piece[...]
      var written = 0
      while true {
        do throws(WASIErrno) {
          let count = try self.writePiece(descriptor, rest, waits: waits)
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

  /// Calls `body` with one megabyte of the buffers after the other, and whether they are the first, until
  /// it has done less than they hold. Gives how much it has done in all.
  func inPieces(
    _ buffers: [UnsafeMutableRawBufferPointer],
    _ body: ([UnsafeMutableRawBufferPointer], _ isFirst: Bool) throws(WASIErrno) -> Int
  ) throws(WASIErrno) -> Int {
    var left = buffers.reduce(0) { $0 + $1.count }
    if left <= Self.pieceSize { return try body(buffers, true) }
    var rest = buffers[...]
    var total = 0
    while left > 0 {
      let size = min(left, Self.pieceSize)
      do throws(WASIErrno) {
        try checkInterruption()
        let count = try body(Self.prefix(of: rest, size), total == 0)
        total += count
        if count < size { return total }
      } catch {
        // The next call will find the error.
        if total > 0 && error != .interrupted { return total }
        throw error
      }
      rest = Self.suffix(of: rest, from: size)
      left -= size
    }
    return total
  }

  /// Whether the guest wants to wait.
  func waits(_ descriptor: WASIDescriptor) -> Bool {
    if descriptor.isLent { return !descriptor.ownFlags.contains(.nonBlocking) }
    if Self.isStored(descriptor) { return true }
    return fcntl(descriptor.system, F_GETFL) & O_NONBLOCK == 0
  }

  private func readPiece(
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

  private func writePiece(
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

  /// Whether a descriptor is of something on a device of the system's, which nobody has to fill or empty.
  private static func isStored(_ descriptor: WASIDescriptor) -> Bool {
    descriptor.type == .regularFile || descriptor.type == .blockDevice
  }

  /// Reads or writes by `now`, which does not wait; where the system cannot be asked for that, by
  /// `whenReady` once there is something to read or room to write. Both are -1 if they fail.
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
          // Somebody else was faster.
          guard error == .again, waits else { throw error }
        }
      default: throw .last
      }
    }
  }

  /// Writes to what is ready, as much as it takes without waiting.
  private static func writeWhatFits(
    _ system: Int32, _ buffers: ArraySlice<UnsafeMutableRawBufferPointer>
  ) -> Int {
    // Another open file of the same terminal, whose flags are nobody else's.
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

  /// The first bytes of the buffers, as many as `limit`.
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

  /// What is left of the buffers after `count` bytes.
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
