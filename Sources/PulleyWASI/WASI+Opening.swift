import CSupport
import Glibc
import PulleyVM

/// Opening FIFOs, which waits for the other side.
///
/// No interruption can end a wait in `open`. So the file is opened without waiting, and the other
/// side is polled.
extension WASI {
  /// The interval of polling, in nanoseconds.
  private static let fifoInterval: Int64 = 10_000_000

  /// Opens a file beneath `directory` with `flags`, and waits if these allow it.
  func openWaiting(
    _ path: [UInt8], beneath directory: Int32, flags: Int32, followsLink: Bool
  ) throws(WASIErrno) -> Int32 {
    func open(_ flags: Int32) throws(WASIErrno) -> Int32 {
      try PathResolution.open(
        path, beneath: directory, flags: flags, mode: 0o666, followsLink: followsLink, use: .kept)
    }
    if flags & O_NONBLOCK != 0 { return try open(flags) }
    while true {
      let opened: Int32
      do throws(WASIErrno) {
        opened = try open(flags | O_NONBLOCK)
      } catch {
        // A FIFO without a reader.
        guard error == .nxio, flags & O_ACCMODE == O_WRONLY,
          try isFifo(path, beneath: directory, followsLink: followsLink)
        else { throw error }
        try sleep(until: Interruption.now + Self.fifoInterval)
        continue
      }
      do throws(WASIErrno) {
        if flags & O_ACCMODE == O_RDONLY, Self.isFifo(opened) { try waitForWriter(opened) }
        // From now on the descriptor may wait: reads and writes ask for it each time.
        _ = try checked(fcntl(opened, F_SETFL, flags & ~O_NONBLOCK))
      } catch {
        close(opened)
        throw error
      }
      return opened
    }
  }

  private func waitForWriter(_ fifo: Int32) throws(WASIErrno) {
    while pulley_fifo_has_writer(fifo) == 0 {
      try sleep(until: Interruption.now + Self.fifoInterval)
    }
  }

  private func isFifo(
    _ path: [UInt8], beneath directory: Int32, followsLink: Bool
  ) throws(WASIErrno) -> Bool {
    let found = try PathResolution.find(path, beneath: directory, followsLink: followsLink)
    defer { close(found) }
    return Self.isFifo(found)
  }

  private static func isFifo(_ file: Int32) -> Bool {
    var status = stat()
    return fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }
}
