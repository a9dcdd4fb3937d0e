import CSupport
import PulleyText
import PulleyVM

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A shared library, open as long as a linker or a host function uses it.
final class SharedLibrary: @unchecked Sendable {
  /// For messages: the file as it was named, or "this process".
  let name: String
  private let handle: UnsafeMutableRawPointer
  /// Whether the functions may be in any library of the process.
  private let isProcess: Bool

  /// Opens a library on this thread, because its constructors run.
  ///
  /// - Parameter path: a file, or a name that the system searches for. Nil means the program and all
  ///   that it is linked to. Need not be UTF-8.
  init(path: [UInt8]?) throws(PulleyError) {
    isProcess = path == nil
    name = path.map { VisibleText.name($0) } ?? "this process"
    let opened: UnsafeMutableRawPointer?
    if let path {
      guard !path.isEmpty, !path.contains(0) else {
        throw PulleyError(.file, "the name of a library is empty or has a NUL")
      }
      opened = (path + [0]).withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          dlopen($0.baseAddress, RTLD_NOW | RTLD_LOCAL)
        }
      }
    } else {
      opened = dlopen(nil, RTLD_NOW | RTLD_LOCAL)
    }
    guard let opened else {
      throw PulleyError(
        .file, "the library \(name) cannot be opened: \(Self.lastError ?? "unknown reason")")
    }
    handle = opened
  }

  deinit {
    // Its destructors are the library's own code.
    HostStack.callHost({ handle in if let handle { dlclose(handle) } }, handle)
  }

  private static var lastError: String? {
    dlerror().map { Self.text(UnsafePointer($0)) }
  }

  enum Symbol: Equatable {
    case found(UnsafeMutableRawPointer)
    /// It belongs to a library that this one uses. The name of the file is for messages.
    case elsewhere(String)
    case missing
  }

  /// A library gives its own symbols only: who names it has not named those that it depends on.
  func symbol(_ name: String) -> Symbol {
    guard !name.utf8.contains(0), let address = dlsym(handle, name) else { return .missing }
    guard !isProcess, !pulley_library_contains(handle, address) else { return .found(address) }
    return .elsewhere(pulley_library_file(address).map(Self.text) ?? "another library")
  }

  /// A text of the system's for messages.
  private static func text(_ text: UnsafePointer<CChar>) -> String {
    VisibleText.name(
      UnsafeBufferPointer(start: text, count: strlen(text)).lazy.map(UInt8.init(bitPattern:)))
  }
}
