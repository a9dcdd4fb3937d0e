import Glibc
import Pulley

/// An error of a command, as a message for its user.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension CommandError {
  /// The system's error for a file.
  fileprivate static func file(_ path: RawText) -> CommandError {
    CommandError("\(path.shown): \(String(cString: strerror(errno)))")
  }
}

/// Reads and writes whole files. The name `-` is standard input or output.
enum FileBytes {
  static let standardStream = RawText("-")
  /// The largest file that is read: larger than any module, but an endless device must not fill
  /// memory.
  private static let largest = 1 << 30

  static func read(_ path: RawText) throws(CommandError) -> [UInt8] {
    let path = path == standardStream ? RawText("/dev/stdin") : path
    guard let file = path.withCString({ fopen($0, "rb") }) else { throw .file(path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var status = stat()
    if fstat(fileno(file), &status) == 0, status.st_size > 0 {
      try requireMemory(Int(status.st_size), path)
      bytes.reserveCapacity(Int(status.st_size))
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      // While the array grows, it exists twice, and the new one has spare capacity.
      if bytes.count + count > bytes.capacity { try requireMemory(3 * bytes.count + count, path) }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= largest else {
        throw CommandError("\(path.shown): this is larger than \(largest) bytes")
      }
    }
    guard ferror(file) == 0 else { throw .file(path) }
    return bytes
  }

  private static func requireMemory(_ bytes: Int, _ path: RawText) throws(CommandError) {
    do throws(PulleyError) {
      try HostMemory.require(bytes, for: "reading it")
    } catch {
      throw CommandError("\(path.shown): \(error.message)")
    }
  }

  static func write(_ bytes: [UInt8], to path: RawText) throws(CommandError) {
    guard path != standardStream else { return StandardOutput.write(bytes) }
    guard let file = path.withCString({ fopen($0, "wb") }) else { throw .file(path) }
    let written = fwrite(bytes, 1, bytes.count, file)
    let error = errno
    guard fclose(file) == 0, written == bytes.count else {
      if written != bytes.count { errno = error }
      throw .file(path)
    }
  }

  /// Replaces a folder with the files in it (with `isDeep`, also in its subfolders) that end in
  /// `suffix`, in order.
  static func expand(
    _ path: RawText, suffix: String, isDeep: Bool = false
  ) throws(CommandError) -> [RawText] {
    var files: [RawText] = []
    // Links to folders are skipped, because they may be circular.
    var open = [(path: path, depth: 0)]
    while let (path, depth) = open.popLast() {
      var status = stat()
      let result = path.withCString { depth == 0 ? stat($0, &status) : lstat($0, &status) }
      guard result == 0 else { throw .file(path) }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        if depth == 0 || path.hasSuffix(suffix) { files.append(path) }
        continue
      }
      guard depth == 0 || isDeep else { continue }
      let folder = path.hasSuffix("/") ? path.bytes : path.bytes + Array("/".utf8)
      let names = try names(inFolder: path).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      for name in names.reversed() {
        open.append((RawText(bytes: folder + name.bytes), depth + 1))
      }
    }
    return files
  }

  private static func names(inFolder path: RawText) throws(CommandError) -> [RawText] {
    guard let folder = path.withCString({ opendir($0) }) else { throw .file(path) }
    defer { closedir(folder) }
    var names: [RawText] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { RawText(cString: $0) }
      }
      if name != RawText(".") && name != RawText("..") { names.append(name) }
    }
    return names
  }

  /// The last component of a path.
  static func name(of path: RawText) -> RawText {
    let slash = UInt8(ascii: "/")
    var trimmed = path.bytes[...]
    while trimmed.count > 1, trimmed.last == slash { trimmed = trimmed.dropLast() }
    guard let last = trimmed.lastIndex(of: slash), last < trimmed.endIndex - 1 else {
      return RawText(bytes: Array(trimmed))
    }
    return RawText(bytes: Array(trimmed[(last + 1)...]))
  }
}
