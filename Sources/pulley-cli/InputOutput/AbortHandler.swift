import Glibc

/// Gives an abort of this program an exit code of its own: a shell shows SIGABRT as 134, which is the
/// exit code of a guest's trap.
enum AbortHandler {
  /// A defect of this program: EX_SOFTWARE.
  static let exitCode: Int32 = 70

  static func install() {
    signal(SIGABRT) { _ in
      let message: StaticString = "pulley: internal error: please report this\n"
      _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      _exit(AbortHandler.exitCode)
    }
  }

  /// Before code runs that may abort as it likes, such as C functions.
  static func remove() {
    signal(SIGABRT, SIG_DFL)
  }
}
