import Glibc
import PulleyText

/// Flushes standard output and writes a line to standard error. On a terminal, the command's name
/// before it is red, or cyan for a hint.
func printError(_ message: String) {
  let colour = message.hasPrefix("hint: ") ? "36" : "31"
  let name = StandardError.isColoured ? "\u{1B}[1;\(colour)mpulley:\u{1B}[0m" : "pulley:"
  StandardError.write("\(name) \(VisibleText.lines(message))\n")
}

enum StandardError {
  /// Whether standard error is a terminal and the user wants colours (https://no-color.org).
  static let isColoured: Bool = {
    guard isatty(STDERR_FILENO) == 1 else { return false }
    if let wish = getenv("NO_COLOR"), wish.pointee != 0 { return false }
    return getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
  }()

  /// Ignores failures, which cannot be reported.
  static func write(_ text: String) {
    StandardOutput.flush()
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
