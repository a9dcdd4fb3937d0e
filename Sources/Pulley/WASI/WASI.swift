import Glibc
import PulleyHost

/// The part of WASI preview 1 that needs no file system: arguments, environment, standard streams,
/// clocks, random numbers and exit. No directories are preopened, so whatever names a file finds
/// none. Its functions are ordinary host functions.
public final class WASI {
  let arguments: [String]
  let environment: [String]
  /// What the guest gave to `proc_exit`, once it has.
  public internal(set) var exitCode: Int32?

  static let moduleName = "wasi_snapshot_preview1"

  /// - Parameter environment: entries of the form `NAME=VALUE`.
  public init(arguments: [String], environment: [String] = []) {
    self.arguments = arguments
    self.environment = environment
  }

  /// Makes the functions importable. This object must outlive the instances that import them.
  public func define(in linker: Linker) throws(PulleyError) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    for function in Self.functions {
      let words = ["instance", "userdata"] + function.parameters
      try linker.define(
        module: Self.moduleName, name: function.name,
        signature: "\(function.result)(\(words.joined(separator: ", ")))",
        function: function.address, userData: context)
    }
  }

  /// What a WASI function returns.
  enum Errno: UInt32 {
    case success = 0
    case badf = 8
    case fault = 21
    case inval = 28
    case io = 29
    case noent = 44
    case nosys = 52
    case notcapable = 76
    case spipe = 70
  }

  struct FunctionEntry {
    let name: String
    let result: String
    let parameters: [String]
    let address: UnsafeMutableRawPointer
  }
}

/// The memory of the instance that calls, with checked access.
struct GuestMemory {
  let memory: Memory

  init?(_ instance: UnsafeMutableRawPointer?) {
    guard let instance else { return nil }
    let handle = Unmanaged<Instance>.fromOpaque(instance).takeUnretainedValue()
    guard let memory = try? handle.memory(named: nil) else { return nil }
    self.memory = memory
  }

  func bytes(_ address: UInt32, _ count: UInt32) -> UnsafeMutableRawBufferPointer? {
    guard memory.contains(UInt64(address), UInt64(count)) else { return nil }
    return UnsafeMutableRawBufferPointer(start: memory.base + Int(address), count: Int(count))
  }

  func load<T: FixedWidthInteger & BitwiseCopyable>(_ address: UInt32, as type: T.Type) -> T? {
    bytes(address, UInt32(MemoryLayout<T>.size))?.loadUnaligned(as: T.self)
  }

  func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, _ address: UInt32) -> Bool {
    guard let bytes = bytes(address, UInt32(MemoryLayout<T>.size)) else { return false }
    bytes.storeBytes(of: value, as: T.self)
    return true
  }

  /// Writes NUL-terminated strings one behind another, and where each begins.
  func store(_ strings: [String], pointers: UInt32, buffer: UInt32) -> Bool {
    var next = buffer
    for (index, string) in strings.enumerated() {
      let text = Array(string.utf8) + [0]
      guard store(next, pointers &+ UInt32(index * 4)), let room = bytes(next, UInt32(text.count))
      else { return false }
      room.copyBytes(from: text)
      next &+= UInt32(text.count)
    }
    return true
  }
}
