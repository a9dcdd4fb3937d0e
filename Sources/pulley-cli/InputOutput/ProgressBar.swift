import Glibc
import Synchronization

/// Shows the progress of compilation on a terminal, when it takes longer than half a second.
final class ProgressBar: Sendable {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = ProgressBar.now
  /// The time of the last drawing; nil before the first one.
  private let lastDrawn = Mutex<Double?>(nil)

  private static let delay = 0.5
  private static let interval = 0.1
  private static let width = 30

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  func show(_ done: Int, _ total: Int) {
    guard isShown, total > 0 else { return }
    let now = Self.now
    guard now - start > Self.delay else { return }
    lastDrawn.withLock { last in
      guard now - (last ?? 0) > Self.interval else { return }
      last = now
      let filled = done * Self.width / total
      let bar =
        String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
      Self.write("\rcompiling [\(bar)] \(done * 100 / total) % of \(total) functions")
    }
  }

  /// Removes the line.
  func finish() {
    lastDrawn.withLock { last in
      if last != nil { Self.write("\r\u{1B}[K") }
      last = nil
    }
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
