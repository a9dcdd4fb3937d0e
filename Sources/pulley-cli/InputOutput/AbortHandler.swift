import Glibc

/// Gives a crash of this program its own exit code. A shell shows SIGABRT as 134, which is also the
/// exit code for a trap of the guest.
enum AbortHandler {
  /// EX_SOFTWARE: an internal error.
  static let exitCode: Int32 = 70

  static func install() {
    signal(SIGABRT) { _ in
      let message: StaticString = "pulley: internal error: please report this\n"
      _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      _exit(AbortHandler.exitCode)
    }
  }

  /// Called before code that may abort on its own, such as C functions.
  static func remove() {
    signal(SIGABRT, SIG_DFL)
  }
}
