import CSupport
import Glibc
import PulleyVM

/// Opening what waits for another side: FIFOs.
///
/// The system would wait in a way that nothing can end. So it is told not to, and what it would have
/// waited for is looked for again and again.
extension WASI {
  /// How long a FIFO is left alone between two looks, in nanoseconds.
  private static let fifoInterval: Int64 = 10_000_000

  /// Opens a file beneath `directory` as `flags` say, and waits if they let it.
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
        // A FIFO that nobody reads from.
        guard error == .nxio, flags & O_ACCMODE == O_WRONLY,
          try isFifo(path, beneath: directory, followsLink: followsLink)
        else { throw error }
        try sleep(until: Interruption.now + Self.fifoInterval)
        continue
      }
      do throws(WASIErrno) {
        if flags & O_ACCMODE == O_RDONLY, Self.isFifo(opened) { try waitForWriter(opened) }
        // From here on it may wait: what reads and writes asks each time.
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
