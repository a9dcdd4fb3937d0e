import Glibc

/// Writes a line to standard error, behind what was written to standard output.
func printError(_ message: String) {
  fflush(nil)
  let line = Array("pulley: \(message)\n".utf8)
  _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
