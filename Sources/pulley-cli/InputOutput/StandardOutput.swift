@preconcurrency import Glibc
import PulleyText

/// Standard output through the C library's buffer, which keeps the order with C functions that a
/// guest calls. Used by one thread at a time.
///
/// A write that fails makes the command fail: `finish` throws. Output after it is dropped.
enum StandardOutput {
  /// The system's reason why output was lost.
  nonisolated(unsafe) private static var failure: Int32?

  /// Prints lines for people; names in them may be as they come from modules.
  static func print(_ text: String = "", terminator: String = "\n") {
    write(VisibleText.lines(text) + terminator)
  }

  /// Writes text in which there is nothing to be made visible any more.
  static func write(_ text: String) {
    write(Array(text.utf8))
  }

  static func write(_ bytes: [UInt8]) {
    guard failure == nil else { return }
    errno = 0
    if fwrite(bytes, 1, bytes.count, stdout) != bytes.count { failure = errno }
  }

  /// Passes the buffer to the system, with the output of C functions in it.
  static func flush() {
    errno = 0
    if fflush(stdout) != 0, failure == nil { failure = errno }
  }

  /// At the end of the command.
  static func finish() throws(CommandError) {
    flush()
    // A C function of a guest's may have lost output, too.
    if failure == nil, ferror(stdout) != 0 { failure = EIO }
    if failure == nil { checkClosing() }
    if let failure {
      throw CommandError("standard output: \(String(cString: strerror(failure)))")
    }
  }

  /// Some file systems report only on closing a file that they have no room. The descriptor itself
  /// stays open, for functions that run at the process's exit.
  private static func checkClosing() {
    let copy = dup(STDOUT_FILENO)
    if copy >= 0, close(copy) != 0 { failure = errno }
  }
}

/// For writers of many pieces of text.
struct StandardOutputStream: TextOutputStream {
  mutating func write(_ text: String) { StandardOutput.write(text) }
}
