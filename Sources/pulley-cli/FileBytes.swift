import Glibc
import Pulley

/// What went wrong in a command, for the person at the shell.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Files, whole.
enum FileBytes {
  static func read(_ path: String) throws(CommandError) -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw CommandError("\(path): \(String(cString: strerror(errno)))")
    }
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
      // Growing, the array is there twice, and the new one has room to spare.
      if bytes.count + count > bytes.capacity { try requireMemory(3 * bytes.count + count, path) }
      bytes.append(contentsOf: buffer[..<count])
    }
    guard ferror(file) == 0 else {
      throw CommandError("\(path): \(String(cString: strerror(errno)))")
    }
    return bytes
  }

  private static func requireMemory(_ bytes: Int, _ path: String) throws(CommandError) {
    do throws(PulleyError) {
      try HostMemory.require(bytes, for: "reading it")
    } catch {
      throw CommandError("\(path): \(error.message)")
    }
  }

  static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
    guard let file = fopen(path, "wb") else {
      throw CommandError("\(path): \(String(cString: strerror(errno)))")
    }
    let written = fwrite(bytes, 1, bytes.count, file)
    let closed = fclose(file)
    guard written == bytes.count, closed == 0 else {
      throw CommandError("\(path): \(String(cString: strerror(errno)))")
    }
  }

  static func writeToStandardOutput(_ bytes: [UInt8]) throws(CommandError) {
    fflush(nil)
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw CommandError("standard output: \(String(cString: strerror(errno)))")
      }
      start += count
    }
  }

  /// A file stands for itself, a folder for the files in it (and in its folders, if that is
  /// wanted) that end in `suffix`, in order.
  static func expand(
    _ path: String, suffix: String, isDeep: Bool = false
  ) throws(CommandError) -> [String] {
    var files: [String] = []
    // Links to folders are left out: they may make circles.
    var open = [(path: path, depth: 0)]
    while let (path, depth) = open.popLast() {
      var status = stat()
      guard (depth == 0 ? stat(path, &status) : lstat(path, &status)) == 0 else {
        throw CommandError("\(path): \(String(cString: strerror(errno)))")
      }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        if depth == 0 || path.hasSuffix(suffix) { files.append(path) }
        continue
      }
      guard depth == 0 || isDeep else { continue }
      for name in try names(inFolder: path).sorted().reversed() {
        open.append((path.hasSuffix("/") ? path + name : "\(path)/\(name)", depth + 1))
      }
    }
    return files
  }

  private static func names(inFolder path: String) throws(CommandError) -> [String] {
    guard let folder = opendir(path) else {
      throw CommandError("\(path): \(String(cString: strerror(errno)))")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return String(trimmed) }
    return String(trimmed[trimmed.index(after: slash)...])
  }
}
