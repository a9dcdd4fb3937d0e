import CPulley
import Pulley
import PulleyText

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

func readFile(_ path: UnsafePointer<CChar>?) throws(Failure) -> [UInt8] {
  guard let path else { throw .argument("path is NULL") }
  guard let file = fopen(path, "rb") else { throw .file("open", path) }
  defer { fclose(file) }
  let name = VisibleText.name(bytes(of: path))
  var contents: [UInt8] = []
  let chunkSize = 1 << 16
  while true {
    // While the array grows, both the old and the new one exist, and the new one has spare
    // capacity.
    try engine(HostMemory.require(3 * contents.count + 2 * chunkSize, for: "reading \(name)"))
    let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
      count = fread(buffer.baseAddress, 1, chunkSize, file)
    }
    contents += chunk
    guard contents.count <= largestInput else {
      throw Failure(Status.limit, "\(name) is larger than \(largestInput) bytes")
    }
    if chunk.count < chunkSize {
      guard ferror(file) == 0 else { throw .file("read", path) }
      return contents
    }
  }
}

/// Reads a file in one copy if it is a regular one.
func readStable(_ path: UnsafePointer<CChar>?) throws(Failure) -> StableBytes {
  guard let path else { throw .argument("path is NULL") }
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw .file("open", path) }
  defer { close(file) }
  var status = stat()
  if fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
    Int(status.st_size) <= largestInput
  {
    let name = VisibleText.name(bytes(of: path))
    try engine(HostMemory.require(Int(status.st_size), for: "reading \(name)"))
    if let contents = StableBytes(file, 0..<Int(status.st_size)) { return contents }
  }
  return StableBytes(try readFile(path))
}

func writeFile(_ path: UnsafePointer<CChar>, _ bytes: [UInt8]) throws(Failure) {
  guard let file = fopen(path, "wb") else { throw .file("open", path) }
  let written = fwrite(bytes, 1, bytes.count, file)
  let error = errno
  guard fclose(file) == 0, written == bytes.count else {
    if written != bytes.count { errno = error }
    throw .file("write", path)
  }
}

/// A copy that the caller releases with `pulley_free`.
func copyForCaller(_ bytes: [UInt8]) throws(Failure) -> UnsafeMutablePointer<UInt8> {
  guard let copy = malloc(max(bytes.count, 1)) else {
    throw Failure(Status.limit, "no memory for \(bytes.count) bytes")
  }
  bytes.withUnsafeBytes { source in
    if let start = source.baseAddress { copy.copyMemory(from: start, byteCount: source.count) }
  }
  return copy.assumingMemoryBound(to: UInt8.self)
}

@c @implementation
public func pulley_free(_ memory: UnsafeMutableRawPointer?) {
  free(memory)
}

extension Failure {
  /// The system's error about a file.
  fileprivate static func file(
    _ action: String, _ path: UnsafePointer<CChar>
  ) -> Failure {
    let reason = strerror(errno).map { String(cString: $0) } ?? "unknown reason"
    return Failure(Status.file, "cannot \(action) \(VisibleText.name(bytes(of: path))): \(reason)")
  }
}
