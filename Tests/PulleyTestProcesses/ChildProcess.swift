import Foundation
import Glibc

/// The end of a child process and all that it printed.
///
/// Foundation's `Process` is not used, because its `waitUntilExit` needs the run loop of the thread, and
/// tests run on threads of a pool. The streams are files: another test may fork at any time, and a pipe
/// ends only when every process that has inherited it has ended.
public struct ChildProcess {
  /// The exit status; negative for the signal that ended it.
  public let status: Int32
  public let output: String
  public let errors: String

  /// Runs a program to its end. Throws if it cannot be started, or takes longer than `seconds`.
  public init(
    _ path: String, _ arguments: [String], input: String = "", seconds: Double = 120
  ) throws {
    let files = try (0..<3).map { _ in try Self.temporaryFile() }
    defer { for file in files { close(file) } }
    try Self.write(Array(input.utf8), to: files[0])

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
    }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var child = pid_t()
    let failure = posix_spawn(&child, path, &actions, nil, words, environ)
    guard failure == 0 else {
      throw Failure(path: path, reason: String(cString: strerror(failure)))
    }

    var ended: Int32 = 0
    let start = ContinuousClock.now
    while true {
      let found = waitpid(child, &ended, WNOHANG)
      if found == child { break }
      guard found == 0 || errno == EINTR else {
        throw Failure(path: path, reason: String(cString: strerror(errno)))
      }
      if ContinuousClock.now - start > .seconds(seconds) {
        kill(child, SIGKILL)
        waitpid(child, &ended, 0)
        throw Failure(path: path, reason: "it has not ended within \(seconds) s")
      }
      usleep(2_000)
    }
    status = ended & 0x7F == 0 ? ended >> 8 & 0xFF : -(ended & 0x7F)
    output = try Self.contents(of: files[1])
    errors = try Self.contents(of: files[2])
  }

  public struct Failure: Error, CustomStringConvertible {
    let path: String
    let reason: String
    public var description: String { "\(path) cannot be run: \(reason)" }
  }

  /// An open file without a name.
  private static func temporaryFile() throws -> Int32 {
    var path = Array((NSTemporaryDirectory() + "pulley-child-XXXXXX").utf8CString)
    let file = mkstemp(&path)
    guard file >= 0 else {
      throw Failure(path: NSTemporaryDirectory(), reason: String(cString: strerror(errno)))
    }
    unlink(path)
    // The child's own streams must not be closed by the duplication of others over them.
    guard file <= 2 else { return file }
    defer { close(file) }
    return fcntl(file, F_DUPFD_CLOEXEC, 3)
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws {
    guard pwrite(file, bytes, bytes.count, 0) == bytes.count else {
      throw Failure(path: NSTemporaryDirectory(), reason: String(cString: strerror(errno)))
    }
  }

  private static func contents(of file: Int32) throws -> String {
    let size = Int(lseek(file, 0, SEEK_END))
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, size, 0))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
