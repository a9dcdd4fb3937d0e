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
    let file = try open(path)
    defer { close(file) }
    return try read(file, path)
  }

  /// The content of a file, in one copy if possible.
  ///
  /// - Parameter mapped: how files begin that are mapped instead of read.
  static func readOnce(
    _ path: RawText, mapping mapped: [UInt8]? = nil
  ) throws(CommandError) -> StableBytes {
    let file = try open(path)
    defer { close(file) }
    var status = stat()
    if fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      Int(status.st_size) <= largest, lseek(file, 0, SEEK_CUR) == 0
    {
      if let mapped, let beginning = StableBytes(file, 0..<mapped.count),
        beginning.all.elementsEqual(mapped), let content = StableBytes(mapping: file)
      {
        return content
      }
      try requireMemory(Int(status.st_size), path)
      if let content = StableBytes(file, 0..<Int(status.st_size)) { return content }
    }
    return StableBytes(try read(file, path))
  }

  private static func open(_ path: RawText) throws(CommandError) -> Int32 {
    let path = path == standardStream ? RawText("/dev/stdin") : path
    let file = path.withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
    guard file >= 0 else { throw .file(path) }
    return file
  }

  private static func read(_ file: Int32, _ path: RawText) throws(CommandError) -> [UInt8] {
    var status = stat()
    let known = fstat(file, &status) == 0 ? max(0, Int(status.st_size)) : 0
    // One more byte than the file has shows its end.
    var capacity = min(known, largest) + 1
    if known == 0 { capacity = 1 << 16 }
    if known > 0 { try requireMemory(capacity, path) }
    var bytes: [UInt8] = []
    while true {
      var outcome = 0
      let part = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        repeat {
          outcome = Glibc.read(file, buffer.baseAddress! + count, capacity - count)
          count += max(0, outcome)
        } while outcome > 0 && count < capacity || outcome < 0 && errno == EINTR
      }
      guard outcome >= 0 else {
        throw .file(path == standardStream ? RawText("/dev/stdin") : path)
      }
      if bytes.isEmpty {
        bytes = part
      } else {
        // While the array grows, it exists twice, and the new one has spare capacity.
        if bytes.count + part.count > bytes.capacity {
          try requireMemory(3 * bytes.count + part.count, path)
        }
        bytes += part
      }
      guard bytes.count <= largest else {
        throw CommandError("\(path.shown): this is larger than \(largest) bytes")
      }
      if outcome == 0 { return bytes }
      capacity = 1 << 16
    }
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
