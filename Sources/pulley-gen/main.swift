import PulleyGenerator

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

private func report(_ line: String) {
  let bytes = Array("pulley-gen: \(line)\n".utf8)
  _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

do throws(FileError) {
  try GeneratedFile.write(generatedFiles())
} catch {
  report("\(error)")
  exit(1)
}
if !instructionsWithoutHandler.isEmpty {
  report(
    """
    no handler executes \(instructionsWithoutHandler.joined(separator: ", "));
    add a template to Sources/PulleyGenerator/Handlers and run pulley-gen again
    """)
  exit(1)
}
