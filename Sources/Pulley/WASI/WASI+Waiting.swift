import CSupport
import Glibc

/// Reading and writing what may have to wait.
///
/// The flags of what the host lent are the host's. A guest that does not want to wait is told by
/// `poll` that it would have to; one that wants to wait does so although the host does not.
extension WASI {
  /// Waits until there is something to read, room to write, or an error to be told of.
  func waitUntilReady(_ system: Int32, for event: Int32) throws(WASIErrno) {
    var state = pollfd(fd: system, events: Int16(event), revents: 0)
    _ = try uninterrupted { Int(Glibc.poll(&state, 1, -1)) }
  }

  private static func isReady(_ system: Int32, for event: Int32) throws(WASIErrno) -> Bool {
    var state = pollfd(fd: system, events: Int16(event), revents: 0)
    return try uninterrupted { Int(Glibc.poll(&state, 1, 0)) } > 0
  }

  /// What `body` gives, which is -1 if it fails, and reads or writes as `event` says.
  func transfer(
    _ descriptor: WASIDescriptor, _ event: Int32, _ body: () -> Int
  ) throws(WASIErrno) -> Int {
    let waits = !descriptor.ownFlags.contains(.nonBlocking)
    if !waits, try !Self.isReady(descriptor.system, for: event) { throw .again }
    while true {
      do throws(WASIErrno) {
        return try uninterrupted(body)
      } catch {
        // What is the guest's own fails only if the guest did not want to wait.
        guard error == .again, waits, descriptor.isLent else { throw error }
        try waitUntilReady(descriptor.system, for: event)
      }
    }
  }

  /// Writes where the descriptor's position is. To a stream of the host's all of it is written, as
  /// the host's own flags would have it or not, unless the guest does not want to wait.
  func writeStream(
    _ descriptor: WASIDescriptor, _ buffers: [UnsafeMutableRawBufferPointer]
  ) throws(WASIErrno) -> Int {
    let waits = !descriptor.ownFlags.contains(.nonBlocking)
    if !waits && descriptor.type != .regularFile {
      return try write(descriptor, Self.prefix(of: buffers, Self.pipeRoom)[...])
    }
    var rest = buffers[...]
    var written = 0
    while true {
      do throws(WASIErrno) {
        let count = try write(descriptor, rest)
        written += count
        if !descriptor.isLent || count == 0 { return written }
        rest = Self.suffix(of: rest, from: count)
        if rest.isEmpty { return written }
      } catch {
        if written > 0 { return written }
        throw error
      }
    }
  }

  private func write(
    _ descriptor: WASIDescriptor, _ buffers: ArraySlice<UnsafeMutableRawBufferPointer>
  ) throws(WASIErrno) -> Int {
    let system = descriptor.system
    return try transfer(descriptor, POLLOUT) {
      Self.withVectors(buffers) { vectors, count in
        let write = {
          descriptor.ownFlags.contains(.append)
            ? pulley_append(system, vectors, count) : writev(system, vectors, count)
        }
        if descriptor.type == .regularFile { return withoutFileSizeSignal(write) }
        if options.endsOnBrokenPipe && descriptor.kind == .stream { return write() }
        return without(SIGPIPE, EPIPE, write)
      }
    }
  }

  /// How many bytes a pipe takes at once when it is ready for any (POSIX's PIPE_BUF).
  private static let pipeRoom = 4096

  /// The first bytes of the buffers, as many as `limit`.
  private static func prefix(
    of buffers: [UnsafeMutableRawBufferPointer], _ limit: Int
  ) -> [UnsafeMutableRawBufferPointer] {
    var result: [UnsafeMutableRawBufferPointer] = []
    var room = limit
    for buffer in buffers where room > 0 {
      let count = min(buffer.count, room)
      result.append(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
      room -= count
    }
    return result
  }

  /// What is left of the buffers after `count` bytes.
  private static func suffix(
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
