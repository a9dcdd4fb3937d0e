@preconcurrency import Glibc
import PulleyText

/// Writes to standard output through the C library's buffer, to keep the order with C functions
/// that a guest calls. Only one thread at a time may use it.
///
/// After a failed write, output is dropped and `finish` throws, so that the command fails.
enum StandardOutput {
  /// The `errno` of the first failed write.
  nonisolated(unsafe) private static var failure: Int32?

  /// Prints lines, in which names from modules are escaped.
  static func print(_ text: String = "", terminator: String = "\n") {
    write(VisibleText.lines(text) + terminator)
  }

  /// Writes text without escaping it.
  static func write(_ text: String) {
    write(Array(text.utf8))
  }

  static func write(_ bytes: [UInt8]) {
    guard failure == nil else { return }
    errno = 0
    if fwrite(bytes, 1, bytes.count, stdout) != bytes.count { failure = errno }
  }

  /// Flushes the buffer, which also holds the output of C functions.
  static func flush() {
    errno = 0
    if fflush(stdout) != 0, failure == nil { failure = errno }
  }

  /// Flushes the output at the end of the command. Throws if any output was lost.
  static func finish() throws(CommandError) {
    flush()
    // A C function that the guest called may have lost output, too.
    if failure == nil, ferror(stdout) != 0 { failure = EIO }
    if failure == nil { checkClosing() }
    if let failure {
      throw CommandError("standard output: \(String(cString: strerror(failure)))")
    }
  }

  /// Some file systems report a full disk only when a file is closed. The descriptor itself stays
  /// open for functions that run at exit.
  private static func checkClosing() {
    let copy = dup(STDOUT_FILENO)
    if copy >= 0, close(copy) != 0 { failure = errno }
  }
}

/// Standard output as a stream, for `print(to:)`.
struct StandardOutputStream: TextOutputStream {
  mutating func write(_ text: String) { StandardOutput.write(text) }
}
